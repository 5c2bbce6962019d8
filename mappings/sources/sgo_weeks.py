"""The weeks of a TimeTableExchange file: dates from their names, and the hours of their days as cards."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mappings.dates import parse_day
from state.records import TimetableCard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.sources.sgo_wire import SgoFile, SgoSlot
    from mappings.sources.notes import Notes
    from state.identity import SourcedId

_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_LONGEST = 366
_WEEK = 7


class Course(NamedTuple):
    """What a course means here."""

    group: SourcedId
    subject: SourcedId
    teachers: tuple[SourcedId, ...]


class Week(NamedTuple):
    starts: date | None
    ends: date | None
    mask: str
    """«1», or, of several weeks without dates, the place of this one in their cycle."""


def weeks_of(file: SgoFile, notes: Notes) -> tuple[Week, ...]:
    """The weeks in the order of the file. Weeks without dates are a cycle, and that is said (WEEK_UNDATED)."""
    dated = [_dates(week.name) for week in file.weeks]
    undated = [index for index, found in enumerate(dated) if found is None]
    for index in undated:
        notes.add("WEEK_UNDATED", file.weeks[index].where, file.weeks[index].name)
    found = []
    for index, days in enumerate(dated):
        place = undated.index(index) if days is None else 0
        mask = "".join("1" if one == place else "0" for one in range(len(undated))) if len(undated) > 1 else "1"
        found.append(Week(*days, "1") if days else Week(None, None, mask))
    return tuple(found)


def _dates(name: str) -> tuple[date, date] | None:
    days = [day for text in _DATE.findall(name) if (day := parse_day(text))]
    in_order = len(days) == 2 and days[0] <= days[1] and (days[1] - days[0]).days < _LONGEST
    return (days[0], days[1]) if in_order else None


def cards_of(
    file: SgoFile, courses: Mapping[str, Course], numbers: Mapping[str, int], weeks: tuple[Week, ...], notes: Notes
) -> tuple[TimetableCard, ...]:
    """Every reference of the timetable as a card of one day; one that names nothing known is a problem."""
    cards = []
    for slot in file.slots:
        if slot.course_id not in file.courses or slot.bell_id not in numbers:
            raw = f"csg={slot.course_id}" if slot.course_id not in file.courses else f"timeId={slot.bell_id}"
            notes.add("REFERENCE_BAD", slot.where, raw, blocks=True)
        elif slot.course_id in courses:
            if slot.room_id and slot.room_id not in file.rooms:
                notes.add("REFERENCE_BAD", slot.where, f"roomid={slot.room_id}")
            cards.append(_card(file, slot, courses[slot.course_id], numbers[slot.bell_id], weeks[slot.week]))
    _name_unplaced(file, weeks, notes)
    return tuple(cards)


def _card(file: SgoFile, slot: SgoSlot, course: Course, number: int, week: Week) -> TimetableCard:
    room = file.rooms.get(slot.room_id)
    return TimetableCard(
        groups=(course.group,),
        subject=course.subject,
        teachers=course.teachers,
        weekdays=(slot.weekday,),
        weeks=week.mask,
        number=number,
        room=room.name if room else "",
        starts=week.starts,
        ends=week.ends,
    )


def _name_unplaced(file: SgoFile, weeks: tuple[Week, ...], notes: Notes) -> None:
    """Courses that never stand in the timetable, or in no week as often as the plan asks for."""
    if not file.slots:
        if file.courses:
            notes.add("NO_TIMETABLE", file.source.name, str(len(file.courses)))
        return
    placed: Counter[tuple[str, int]] = Counter((slot.course_id, slot.week) for slot in file.slots)
    for course in file.courses.values():
        most = max((placed[course.id, week] for week in range(len(weeks))), default=0)
        planned = float(course.hours) if re.fullmatch(r"\d{1,2}(\.\d{1,2})?", course.hours) else 0.0
        if not most or most + 1 <= planned:
            notes.add("LESSON_NOT_PLACED", course.where, f"{most} / {course.hours or '?'}")
