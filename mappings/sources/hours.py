"""Lesson numbers and times of day in the words of a timetable: «1», «2 урок», «1 (8:30-9:15)», «08.30»."""

from __future__ import annotations

import re
from datetime import time

_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d)")
_NUMBER = re.compile(r"\d+")
_LAST = 20


def find_number(text: str) -> int | None:
    """The only number of the text besides times of day, up to 20; None where there is none, or several («1-2»)."""
    found = _NUMBER.findall(_CLOCK.sub(" ", text))
    if len(found) != 1 or len(found[0]) > 2 or int(found[0]) > _LAST:
        return None
    return int(found[0])


def find_clocks(text: str) -> list[time]:
    """Every time of day, in order."""
    return [time(int(hour), int(minute)) for hour, minute in _CLOCK.findall(text)]
