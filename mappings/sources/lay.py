"""The weekly timetable laid over the calendar: one lesson per group, day and period (formats.md §1, fact 3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mappings.sources.provisional import dated
from state.identity import SourcedId, lesson_id
from state.local import Problem
from state.records import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mappings.sources.staffing import Staffing
    from mappings.sources.timeframe import TeachingDay
    from state.local import LocalPart
    from state.records import TimetableCard


class _Place(NamedTuple):
    """Where a lesson stands; several may stand there, in pairs of teachers."""

    group: SourcedId
    day: date
    number: int
    subject: SourcedId


def lay_lessons(
    part: LocalPart, days: Sequence[TeachingDay], school_year: int, staffing: Staffing
) -> tuple[list[Lesson], list[Problem]]:
    """All lessons of the days. Equal ones collapse (DUPLICATE_LESSON); ordinals count the rest of a place, from 1."""
    places: dict[_Place, dict[tuple[SourcedId, ...], set[str]]] = defaultdict(dict)
    repeated: set[tuple[SourcedId, int, int, SourcedId]] = set()
    for card in part.cards:
        teachers = staffing.all_of(card.teachers)
        groups = [dated(group, school_year) for group in card.groups]
        for taught in _days_of(card, days):
            for group in groups:
                rooms = places[_Place(group, taught.day, card.number, card.subject)]
                if teachers in rooms:
                    repeated.add((group, taught.weekday, card.number, card.subject))
                rooms.setdefault(teachers, set()).add(card.room)
    problems = [
        Problem(code="DUPLICATE_LESSON", where=part.source, raw=f"{group}, день {weekday}, урок {number}, {subject}")
        for group, weekday, number, subject in sorted(repeated)
    ]
    return [lesson for place, rooms in places.items() for lesson in _lessons(place, rooms)], problems


def _lessons(place: _Place, rooms: dict[tuple[SourcedId, ...], set[str]]) -> Iterable[Lesson]:
    for ordinal, teachers in enumerate(sorted(rooms), start=1):
        yield Lesson(
            sourced_id=lesson_id(place.group, place.day, place.number, place.subject, ordinal),
            group=place.group,
            subject=place.subject,
            day=place.day,
            number=place.number,
            teachers=teachers,
            room=", ".join(sorted(filter(None, rooms[teachers]))),
        )


def _days_of(card: TimetableCard, days: Sequence[TeachingDay]) -> Iterable[TeachingDay]:
    for taught in days:
        if (card.starts and taught.day < card.starts) or (card.ends and taught.day > card.ends):
            continue
        if taught.weekday in card.weekdays and card.weeks[taught.week % len(card.weeks)] == "1":
            yield taught
