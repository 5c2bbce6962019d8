"""Insurance numbers that pass the check and belong to nobody: the 999 range has not been issued."""

from __future__ import annotations

_SYNTHETIC = 999_000_000


def check_digits(number: int) -> int:
    """The two check digits of a nine-digit number: digits weighted 9 to 1, modulo 101, 100 counts as 0."""
    total = sum(int(digit) * weight for digit, weight in zip(f"{number:09d}", range(9, 0, -1), strict=True))
    return total % 101 % 100


def synthetic_snils(ordinal: int) -> str:
    """«999-000-007 NN» for ordinal 7 (0 to 999 999)."""
    number = _SYNTHETIC + ordinal
    digits = f"{number:09d}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {check_digits(number):02d}"
