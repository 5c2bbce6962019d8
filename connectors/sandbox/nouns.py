"""What the emulated diary is made of: plain mutable rows, keyed by the ids the diary issued.

Ids are integers here and only here: 13 digits for the school, persons and users, 19 digits (> 2^53) for everything else
(models.md, «int64 ids»). Moments are naive UTC, days are the school's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time

STAFF, PUPIL, PARENT, ADMIN = "EduStaff", "EduStudent", "EduParent", "EduSchoolAdministrator"
ACTIVE, ARCHIVE = "Active", "Archive"
ANSWER, TEST, HOMEWORK, COMMON = "DefaultNewLessonWork", "LessonTestWork", "Homework", "CommonWork"
NEW, CLOSED, CANCELLED = "New", "Closed", "Cancelled"
PERIOD_MARK, YEAR_MARK = "PeriodMark", "PeriodFinalMark"


@dataclass(slots=True)
class School:
    id: int
    name: str
    key: str = ""
    guid: str = ""


@dataclass(slots=True)
class Person:
    id: int
    family: str
    given: str
    patronymic: str = ""
    sex: str = ""
    """`Male`, `Female` or blank."""
    birthday: date | None = None
    snils: str = ""
    phone: str = ""
    email: str = ""
    guid: str = ""
    user: int | None = None
    """The account, where the person has one (person ≠ user)."""
    roles: set[str] = field(default_factory=set)

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def short(self) -> str:
        marks = "".join(f"{part[0]}." for part in (self.given, self.patronymic) if part)
        return f"{self.family} {marks}".strip()

    @property
    def key(self) -> str:
        """The same human has the same key in two worlds, whatever ids were issued."""
        return self.guid or f"{self.full}|{self.birthday or ''}"


@dataclass(slots=True)
class Group:
    """A class, or a subgroup of one (type `Subgroup`, `parent` set)."""

    id: int
    guid: str
    name: str
    parallel: int
    study_year: int
    period_group: int
    table: int
    description: str = ""
    parent: int | None = None

    @property
    def kind(self) -> str:
        return "Group" if self.parent is None else "Subgroup"


@dataclass(slots=True)
class Membership:
    id: int
    group: int
    person: int
    status: str = ACTIVE


@dataclass(slots=True)
class Subject:
    id: int
    name: str
    full_name: str
    area: str


@dataclass(slots=True)
class BellItem:
    weekday: int
    """0 = every school day, else ISO weekday: the import takes one list per day or one for all."""
    number: int
    starts: time
    ends: time


@dataclass(slots=True)
class Timetable:
    """Bells, not lessons."""

    id: int
    name: str
    items: tuple[BellItem, ...]


@dataclass(slots=True)
class Period:
    id: int
    group: int
    name: str
    number: int
    starts: date
    ends: date


@dataclass(slots=True)
class PeriodGroup:
    id: int
    name: str
    kind: str
    study_year: int
    periods: dict[int, Period] = field(default_factory=dict)

    def ordered(self) -> list[Period]:
        return sorted(self.periods.values(), key=lambda period: (period.starts, period.number, period.id))

    def at(self, day: date) -> Period | None:
        return next((period for period in self.periods.values() if period.starts <= day <= period.ends), None)


@dataclass(slots=True)
class WorkType:
    id: int
    kind: str
    title: str
    abbr: str
    weight: int


@dataclass(slots=True)
class Lesson:
    id: int
    group: int
    subject: int
    teachers: tuple[int, ...]
    day: date
    number: int
    title: str = ""
    works: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    id: int
    kind: str
    work_type: int
    group: int
    subject: int
    lesson: int | None
    day: date
    author: int | None
    text: str = ""
    mark_count: int = 1
    sent: datetime | None = None
    period_number: int = 0
    period_kind: str = "NotSet"


@dataclass(slots=True)
class Task:
    """One pupil's side of one homework."""

    id: int
    work: int
    person: int
    status: str = NEW


@dataclass(slots=True)
class Mark:
    id: int
    work: int
    lesson: int | None
    person: int
    value: str
    number: int
    set_at: datetime


@dataclass(slots=True)
class LogEntry:
    lesson: int
    person: int
    status: str
    created: datetime
    comment: str = ""
