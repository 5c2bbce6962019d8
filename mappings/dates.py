"""Dates as people write them: day before month, four-digit year. What could be read two ways is not read at all."""

from __future__ import annotations

import re
from datetime import date

_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\s*(?:г\.?|года)?(?:\s+0?0:00(?::00)?)?", re.IGNORECASE)
_WORDS = re.compile(r"«?(\d{1,2})»?\s+([а-я]{3,8})\.?\s+(\d{4})\s*(?:г\.?|года)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
_MONTHS = ("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")


def parse_day(text: str) -> date | None:
    """The date a text spells, None where it spells none: «01.09.2014 г.», «1 сентября 2014 года», «2014-09-01».

    A two-digit year is no date: of a birth nobody can tell the century.
    """
    text = " ".join(text.split())
    if found := _FIGURES.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _WORDS.fullmatch(text):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def swapped(day: date) -> date | None:
    """The date with day and month exchanged; None where that is the same date or no date."""
    if day.day > 12 or day.day == day.month:
        return None
    return day.replace(month=day.day, day=day.month)


def _month(word: str) -> int:
    """1-12 of a month's name in the genitive or shortened; 0 of any other word."""
    stem = word.casefold()[:3]
    return _MONTHS.index(stem) + 1 if stem in _MONTHS else 0
