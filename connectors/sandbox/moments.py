"""Days and moments as the wire spells them (behaviour.md §4, models.md «Dates»)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_SPELLING = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"(?:[T ](?P<H>\d{1,2}):(?P<M>\d{1,2})(?::(?P<S>\d{1,2})(?:\.\d{1,9})?)?(?:Z|[+ -]\d{2}:?\d{2})?)?"
)
SCHOOL_OFFSET = timedelta(hours=3)
"""The emulated school keeps Moscow time."""


def day_of(text: str) -> date | None:
    """The day of any of the five spellings clients send; None when it is none of them.

    The plus of an offset is a space where a client did not encode it in a query.
    """
    match = _SPELLING.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in "ymdHMS")
    try:
        return datetime(year, month, day, hour, minute, second).date()  # noqa: DTZ001 - the wire is naive
    except ValueError:
        return None


def midnight(day: date) -> str:
    """A local day on the wire: `2026-09-01T00:00:00`."""
    return f"{day.isoformat()}T00:00:00"


def stamp(moment: datetime) -> str:
    """A naive UTC moment on the wire; the fraction is absent when it is zero."""
    return moment.isoformat()
