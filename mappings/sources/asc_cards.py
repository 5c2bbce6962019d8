"""Placed lessons of an aSc timetable as cells of a weekly timetable.

One card is one period: all 16 796 cards of the three real exports are already expanded, `periodspercard` or not, and
their count equals `periodsperweek` wherever a lesson is fully placed. Other programs write one card for a whole double
lesson: that is believed only where the sum then equals `periodsperweek`, and as they stand it does not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mappings.names import clean
from state.records import TimetableCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sources.asc_wire import AscCard, AscFile, AscLesson
    from mappings.sources.notes import Notes
    from state.identity import SourcedId

_DAYS_A_WEEK = 7
_WHOLE = 1_000_000
_NUMBER = re.compile(r"(\d{1,3})(?:[.,](\d{1,6})\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Ids of the file to ids of ours."""

    subjects: Mapping[str, SourcedId]
    teachers: Mapping[str, SourcedId]
    groups: Mapping[str, SourcedId]
    """Subgroups, and whole classes as their form."""
    forms: Mapping[str, SourcedId]
    rooms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    groups: tuple[SourcedId, ...]
    subject: SourcedId
    teachers: tuple[SourcedId, ...]


def place_cards(file: AscFile, places: Places, notes: Notes) -> tuple[TimetableCard, ...]:
    """Every card of a lesson that names a group; a lesson without one (a staff meeting) is a problem, not a lesson."""
    homeless = [lesson for lesson in file.lessons.values() if not lesson.group_ids and not lesson.class_ids]
    for lesson in homeless:
        subject = file.subjects.get(lesson.subject_id)
        notes.add("LESSON_WITHOUT_GROUP", lesson.where, clean(subject.name) if subject else lesson.id)
    left_out = {lesson.id for lesson in homeless}
    plan = {
        key: row
        for key, lesson in file.lessons.items()
        if lesson.id not in left_out and (row := _plan(lesson, places, notes)) is not None
    }
    lengths = _lengths(file, left_out, notes)
    cards: list[TimetableCard] = []
    for card in file.cards:
        if card.lesson_id not in file.lessons:
            notes.add("REFERENCE_BAD", card.where, f"lessonid={card.lesson_id}", blocks=True)
        elif (row := plan.get(card.lesson_id)) and (placed := _card(card, row, places, notes)):
            cards.append(placed)
            longer = range(1, lengths.get(card.lesson_id, 1))
            cards += [replace(placed, number=placed.number + later) for later in longer]
    return tuple(cards)


def _lengths(file: AscFile, left_out: set[str], notes: Notes) -> dict[str, int]:
    """The lessons of which one card stands for several periods; and a problem for each that lacks cards."""
    taught: Counter[str] = Counter()
    for card in file.cards:
        taught[card.lesson_id] += _share(card.days, card.weeks)
    lengths = {}
    for key, lesson in file.lessons.items():
        planned, placed = _planned(lesson.periods_per_week), taught[key]
        if lesson.span > 1 and placed != planned == placed * lesson.span:
            lengths[key] = lesson.span
        elif key not in left_out and (not placed or planned - placed > 1):
            notes.add("LESSON_NOT_PLACED", lesson.where, f"{placed / _WHOLE:g} / {lesson.periods_per_week or '?'}")
    return lengths


@lru_cache(maxsize=1 << 12)
def _share(days: str, weeks: str) -> int:
    """Periods a week of one card of one period, in millionths: a mask of weeks may be one of three."""
    cycle = _union(weeks) or "1"
    return _union(days).count("1") * cycle.count("1") * _WHOLE // len(cycle)


@lru_cache(maxsize=1 << 10)
def _planned(text: str) -> int:
    """`periodsperweek` in millionths; 0 where it is no plain number."""
    found = _NUMBER.fullmatch(text)
    return int(found[1]) * _WHOLE + int((found[2] or "").ljust(6, "0")) if found else 0


def week_cycle(file: AscFile) -> int:
    """How many different weeks the timetable has: the length of its week masks."""
    masks = [mask.mask for mask in file.weeks] + [card.weeks for card in file.cards]
    return max((len(part) for mask in masks for part in mask.split(",")), default=1) or 1


def covers_cycle(cards: Sequence[TimetableCard], cycle: int) -> bool:
    """Every week of the cycle has a card: otherwise the file is one week of several (formats.md §13.7)."""
    seen = {week for mask in {card.weeks for card in cards} for week in _weeks_of(mask, cycle)}
    return len(seen) == cycle


def _weeks_of(mask: str, cycle: int) -> Iterable[int]:
    return range(cycle) if mask == "1" else (week for week, bit in enumerate(mask) if bit == "1")


def _plan(lesson: AscLesson, places: Places, notes: Notes) -> _Plan | None:
    if lesson.group_ids:
        groups = _known(lesson.group_ids, places.groups, "groupids", lesson.where, notes)
    else:
        groups = _known(lesson.class_ids, places.forms, "classids", lesson.where, notes)
    subject = _known((lesson.subject_id,), places.subjects, "subjectid", lesson.where, notes)
    teachers = _known(lesson.teacher_ids, places.teachers, "teacherids", lesson.where, notes)
    if not groups or not subject:
        return None
    return _Plan(tuple(dict.fromkeys(groups)), subject[0], tuple(sorted(set(teachers))))


def _known(
    ids: Iterable[str], known: Mapping[str, SourcedId], column: str, where: str, notes: Notes
) -> list[SourcedId]:
    found = []
    for key in ids:
        if key in known:
            found.append(known[key])
        else:
            notes.add("REFERENCE_BAD", where, f"{column}={key}", blocks=True)
    return found


def _card(card: AscCard, row: _Plan, places: Places, notes: Notes) -> TimetableCard | None:
    days, weeks = _union(card.days), _union(card.weeks)
    if "1" not in days or len(days) > _DAYS_A_WEEK or (weeks and "1" not in weeks):
        notes.add("CARD_NOT_PLACED", card.where, f"days={card.days}, weeks={card.weeks}", blocks=True)
        return None
    if "0" in _union(card.terms):
        notes.add("TERM_PARTIAL", card.where, f"terms={card.terms}", blocks=True)
        return None
    for room in card.room_ids:
        if room not in places.rooms:
            notes.add("REFERENCE_BAD", card.where, f"classroomids={room}")
    return TimetableCard(
        groups=row.groups,
        subject=row.subject,
        teachers=row.teachers,
        weekdays=_weekdays(days),
        weeks=weeks if "0" in weeks else "1",
        number=card.period,
        room=", ".join([places.rooms[room] for room in card.room_ids if room in places.rooms]),
    )


@lru_cache(maxsize=1 << 10)
def _weekdays(days: str) -> tuple[int, ...]:
    return tuple(index + 1 for index, bit in enumerate(days) if bit == "1")


@lru_cache(maxsize=1 << 10)
def _union(mask: str) -> str:
    """Alternatives joined by commas as one mask: «10,01» → «11»."""
    parts = mask.split(",")
    width = max(map(len, parts))
    columns = zip(*(part.ljust(width, "0") for part in parts), strict=True)
    return "".join("1" if "1" in column else "0" for column in columns)
