"""The periods of a NIKA file as runs of days: a later one takes its days from an earlier one, vacations from both."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from mappings.dates import parse_day
from state.local import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from connectors.sources.nika_wire import NikaFile
    from mappings.sources.notes import Notes

_DAY = timedelta(days=1)
_LONGEST = 400
"""Days of a period: a school year has 273."""


def periods_of(file: NikaFile, notes: Notes) -> dict[str, Coverage]:
    """The days of each period; one without readable dates is a problem and holds for no day."""
    found = {}
    for key, row in file.periods.items():
        starts, ends = parse_day(row.starts), parse_day(row.ends)
        if starts and ends and starts <= ends and (ends - starts).days <= _LONGEST:
            found[key] = Coverage(starts, ends)
        else:
            notes.add("PERIOD_UNDATED", row.where, f"{row.starts} - {row.ends}", blocks=True)
    ordered = sorted(found.values())
    for earlier, later in pairwise(ordered):
        if later.starts <= earlier.ends:
            notes.add("PERIODS_OVERLAP", file.source.name, f"{later.starts:%d.%m.%Y}", blocks=True)
    return found


def runs_of(periods: dict[str, Coverage], vacations: Iterable[date]) -> dict[str, tuple[Coverage, ...]]:
    """The days on which each period's week is taught."""
    days = [Coverage(day, day) for day in sorted(vacations)]
    return {key: _without(run, [*_later(run, periods.values()), *days]) for key, run in periods.items()}


def vacations_of(file: NikaFile, notes: Notes) -> frozenset[date]:
    """The days the file calls vacations."""
    found = set()
    for text in file.vacations:
        if day := parse_day(text):
            found.add(day)
        else:
            notes.add("DATE_BAD", f"{file.source.name}:HOLIDAY_TRANSFER", text, blocks=True)
    return frozenset(found)


def _later(run: Coverage, others: Iterable[Coverage]) -> list[Coverage]:
    """Periods laid over this one: those that begin later, or end sooner."""
    return [other for other in others if (other.starts, run.ends) > (run.starts, other.ends) and other != run]


def _without(run: Coverage, holes: Sequence[Coverage]) -> tuple[Coverage, ...]:
    """What is left of the run: every hole cuts each piece into what lies before it and after it."""
    pieces = [run]
    for hole in holes:
        halves = [
            (
                Coverage(one.starts, min(one.ends, hole.starts - _DAY)),
                Coverage(max(one.starts, hole.ends + _DAY), one.ends),
            )
            for one in pieces
        ]
        pieces = [piece for pair in halves for piece in pair if piece.starts <= piece.ends]
    return tuple(pieces)
