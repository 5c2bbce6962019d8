"""Ids and tokens of one seed: the same seed issues the same ids in the same order."""

from __future__ import annotations

import random
import string
import uuid

_ALPHABET = string.ascii_letters + string.digits
_LONG_BASE = 2_200_000_000_000_000_000
_WIDE = 3_100_000_000_000_000_000
_SHORT_BASE = 1_000_000_000_000
ROLES = ("admin", "teacher", "parent")


class Issuer:
    """Hands out the diary's ids: short ones of 13 digits, long ones of 19 digits above 2^53, next to each other.

    Neighbouring long ids differ only below 2^53, so a client that reads them as floats sees one number (models.md).
    """

    def __init__(self, seed: int) -> None:
        draw = random.Random(f"sandbox-ids|{seed}")
        self._long = _LONG_BASE + draw.randrange(10**5) * 10**12
        self._task = self._long + 10**12 // 2
        self._person = _SHORT_BASE + 100_000_000 + draw.randrange(10**7)
        self._user = _SHORT_BASE + 700_000_000 + draw.randrange(10**7)
        self.school = _SHORT_BASE + draw.randrange(10**5)

    def long(self) -> int:
        self._long += 1
        return self._long

    def task(self) -> int:
        """A long id of a range of its own: tasks come to light when first read, and must not shift the rest."""
        self._task += 1
        return self._task

    def widen(self) -> None:
        """From now on persons and users have long ids as well: the evidence has both ranges (models.md)."""
        self._person += _WIDE * (self._person < _WIDE)
        self._user += _WIDE * (self._user < _WIDE)

    def person(self) -> int:
        self._person += 1
        return self._person

    def user(self) -> int:
        self._user += 1
        return self._user


def tokens_of(seed: int) -> dict[str, str]:
    """One access token per role, 32 characters of [A-Za-z0-9] (behaviour.md §2)."""
    return {role: "".join(random.Random(f"sandbox-token|{seed}|{role}").choices(_ALPHABET, k=32)) for role in ROLES}


class TokenIssuer:
    """Hands out what sign-in issues: codes, access and refresh tokens, all 32 characters of [A-Za-z0-9]."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(f"sandbox-sign-in|{seed}")

    def token(self) -> str:
        return "".join(self._draw.choices(_ALPHABET, k=32))


def client_of(seed: int) -> tuple[str, str]:
    """Id and secret of the client that is registered with the practice diary: UUIDs (TokenRequest of the Swagger)."""
    draw = random.Random(f"sandbox-client|{seed}")
    first, second = (str(uuid.UUID(int=draw.getrandbits(128), version=4)) for _ in range(2))
    return first, second


def password_of(seed: int) -> str:
    """One password for everybody in the practice diary."""
    return "".join(random.Random(f"sandbox-password|{seed}").choices(_ALPHABET, k=12))
