"""СНИЛС: eleven digits, the last two of which check the first nine (formats.md §12)."""

from __future__ import annotations

import re

_LAST_UNCHECKED = 1_001_998
"""Numbers up to 001-001-998 were given out without check digits."""
_NOT_A_DIGIT = re.compile(r"\D")
_WRITTEN = re.compile(r"\d{3}[-\s]?\d{3}[-\s]?\d{3}[-\s]?\d{2}", re.ASCII)


def is_snils(digits: str) -> bool:
    """True for 11 digits whose check number fits; those that carry none pass, nought does not."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    number = int(digits[:9])
    return 0 < number <= _LAST_UNCHECKED or (check_digits(number) == int(digits[9:]) and number > 0)


def is_proven(digits: str) -> bool:
    """True where the check digits prove the number: only then does an equal number say "the same person"."""
    return is_snils(digits) and int(digits[:9]) > _LAST_UNCHECKED


def check_digits(number: int) -> int:
    """The check number of the first nine digits: weights 9 to 1, modulo 101, 100 counts as 0."""
    total = sum(int(digit) * weight for digit, weight in zip(f"{number:09d}", range(9, 0, -1), strict=True))
    return total % 101 % 100


def snils_digits(text: str) -> str:
    """The digits of a number as written, unjudged."""
    return _NOT_A_DIGIT.sub("", text)


def parse_snils(text: str) -> str:
    """«112-233-445 95» of a number that checks, blank of any other text."""
    digits = snils_digits(text)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}" if is_snils(digits) else ""
