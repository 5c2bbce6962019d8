"""The wire shapes of an aSc Timetables XML export, 2012 or 2008 (formats.md §1), typed, with the line of every element.

Lessons and cards are named tuples: there are ten thousand of them, and a frozen dataclass takes three times as long to
make. Contact data, gender and colour of teachers are not here: personal, or meaningless (all teachers are «M»).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Content, Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class AscPeriod:
    number: int
    name: str
    starts: str
    """«8:30», no leading zero; periods may overlap."""
    ends: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscMask:
    """A row of daysdefs, weeksdefs or termsdefs: «10000», or alternatives «10000,01000» meaning any of them."""

    id: str
    name: str
    mask: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscNamed:
    """A subject or a classroom."""

    id: str
    name: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscTeacher:
    id: str
    name: str
    first_name: str
    last_name: str
    partner: str
    """`partner_id`: the teacher's id in the program this one exchanges data with; durable, mostly blank."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscClass:
    id: str
    name: str
    teacher_id: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscGroup:
    id: str
    class_id: str
    name: str
    entire: bool
    division: str
    """`divisiontag`: only groups of one class and one tag are disjoint."""
    where: str


class AscLesson(NamedTuple):
    """A row of the teaching plan, placed by its cards."""

    id: str
    subject_id: str
    class_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    teacher_ids: tuple[str, ...]
    periods_per_week: str
    where: str
    weeks: str = ""
    """Where cards carry no weeks of their own (2008)."""
    span: int = 1
    """Periods of one card, as the plan says; whether the cards are cut into single periods is another matter."""


class AscCard(NamedTuple):
    """A lesson placed. The real exports write one card for each period of a double lesson; `days` is a mask always."""

    lesson_id: str
    period: int
    days: str
    weeks: str
    terms: str
    room_ids: tuple[str, ...]
    """The rooms it is held in; the lesson's own are only those allowed."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AscFile:
    """Everything we read of one export; every other element is named by a flaw."""

    source: Content
    periods: tuple[AscPeriod, ...]
    days: tuple[AscMask, ...]
    weeks: tuple[AscMask, ...]
    terms: tuple[AscMask, ...]
    subjects: Mapping[str, AscNamed]
    teachers: Mapping[str, AscTeacher]
    rooms: Mapping[str, AscNamed]
    classes: Mapping[str, AscClass]
    groups: Mapping[str, AscGroup]
    lessons: Mapping[str, AscLesson]
    cards: tuple[AscCard, ...]
    flaws: tuple[Flaw, ...]
