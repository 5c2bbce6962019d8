"""Telephones of a cell: «8 (903) 123-45-67; 8 916 …, доб. 5» as international numbers, Russian unless they say else."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

_REGION = "RU"
_RUSSIAN = re.compile(r"(?<![\d+])(?:\+?\s?[78])?(?:[\s()-]{0,3}\d){10}(?!\d)")
_EXTENSION = re.compile(r"(?:доб|вн|ext)\.?\s*\d+", re.IGNORECASE)
_DIGITS = 10
"""Of a Russian number without its country code."""


def phones(text: str) -> tuple[str, ...]:
    """Every number of the text as «+79031234567», in order, each once; empty where there is none.

    A local number without its code («2-34-56») is none: nobody could be reached by it from elsewhere. What follows a
    plus other than +7 is read by the plan of that country (`phonenumbers`).
    """
    plain = _EXTENSION.sub(" ", text)
    found = {match.start(): _spelt(match.group()) for match in _RUSSIAN.finditer(plain)}
    abroad = PhoneNumberMatcher(plain, _REGION, Leniency.POSSIBLE, 1000) if "+" in plain else ()
    for match in abroad:
        if plain[match.start] == "+" and match.number.country_code != 7:
            found[match.start] = phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
    return tuple(dict.fromkeys(found[start] for start in sorted(found) if found[start]))


def _spelt(written: str) -> str:
    """The Russian number in house spelling, blank where the digits are too few or too many."""
    digits = phonenumbers.normalize_digits_only(written)
    if len(digits) == _DIGITS + 1 and digits[0] in "78":
        digits = digits[1:]
    return f"+7{digits}" if len(digits) == _DIGITS else ""
