"""The wire shapes of a TimeTableExchange file of «Сетевой Город» (formats.md §2), with the line of every element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.sources.wire import Content, Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoBell:
    id: str
    number: int
    """From 0, as the file says; a second shift may start again (formats.md §13.4)."""
    starts: str
    ends: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoTeacher:
    id: str
    family: str
    given: str
    patronymic: str
    """May be empty, may be two words («Вахтан кызы»)."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoSubject:
    id: str
    name: str
    short: str
    teacher_ids: tuple[str, ...]
    """Who may teach it; mostly nobody is named."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoRoom:
    id: str
    name: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoClass:
    id: str
    name: str
    pupils: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoCourse:
    """A `csg`: what one teacher teaches to one class or one part of it."""

    id: str
    class_id: str
    """Of the class it stands in; `pclassid` may be absent."""
    subject_id: str
    teacher_id: str
    name: str
    """Subject, and after the last «/» the part of the class; that may be a PUPIL'S SURNAME: never shown (fact 5)."""
    group_id: str
    """A label shared by several classes: the subgroup is (class, group, subject) (formats.md §2)."""
    hours: str
    pupils: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoSlot:
    """A `csg` of the timetable: that course, in that hour of that day of that week."""

    week: int
    """Index of the week in the file."""
    weekday: int
    """ISO: Monday = 1."""
    bell_id: str
    course_id: str
    room_id: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoWeek:
    name: str
    """«Неделя 14.09.2026 - 20.09.2026»."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoHour:
    """One course in one hour, to be written; a blank room is none, or one the file does not know."""

    day: date
    bell_id: str
    course_id: str
    room_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoFile:
    """Everything we read of one file; every other element is named by a flaw."""

    source: Content
    bells: Mapping[str, SgoBell]
    teachers: Mapping[str, SgoTeacher]
    subjects: Mapping[str, SgoSubject]
    rooms: Mapping[str, SgoRoom]
    classes: Mapping[str, SgoClass]
    courses: Mapping[str, SgoCourse]
    weeks: tuple[SgoWeek, ...]
    slots: tuple[SgoSlot, ...]
    flaws: tuple[Flaw, ...]
