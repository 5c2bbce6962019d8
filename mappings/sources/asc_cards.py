"""Placed lessons of an aSc timetable as cells of a weekly timetable.

One card is one period: all 16 796 cards of the three real exports are already expanded, `periodspercard` or not, and
their count equals `periodsperweek` wherever a lesson is fully placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.names import clean
from state.records import TimetableCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sources.asc_wire import AscCard, AscFile, AscLesson
    from mappings.sources.notes import Notes
    from state.identity import SourcedId

_DAYS_A_WEEK = 7


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
    cards = []
    for card in file.cards:
        if card.lesson_id not in file.lessons:
            notes.add("REFERENCE_BAD", card.where, f"lessonid={card.lesson_id}", blocks=True)
        elif (row := plan.get(card.lesson_id)) and (placed := _card(card, row, places, notes)):
            cards.append(placed)
    return tuple(cards)


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
        weekdays=tuple(index + 1 for index, bit in enumerate(days) if bit == "1"),
        weeks=weeks if "0" in weeks else "1",
        number=card.period,
        room=", ".join(places.rooms[room] for room in card.room_ids if room in places.rooms),
    )


def _union(mask: str) -> str:
    """Alternatives joined by commas as one mask: «10,01» → «11»."""
    parts = mask.split(",")
    width = max(map(len, parts))
    columns = zip(*(part.ljust(width, "0") for part in parts), strict=True)
    return "".join("1" if "1" in column else "0" for column in columns)
