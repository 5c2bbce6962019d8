"""The canonical records: a school's own nouns, frozen, free of any wire and any database.

References between records are `SourcedId`s. In a snapshot of the diary side they are the diary's own ids until
`gateway.sync.diff` translates them through the links. Blank text is "not recorded", never "delete".
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.identity import SourcedId

T = TypeVar("T")


class RecordType(StrEnum):
    """Record types in the order in which they may be pushed (R092)."""

    BELL_SCHEDULE = "bell_schedule"
    CALENDAR = "calendar"
    GRADING_PERIOD = "grading_period"
    SUBJECT = "subject"
    STAFF = "staff"
    PUPIL = "pupil"
    GUARDIAN = "guardian"
    FORM = "form"
    SUBGROUP = "subgroup"
    MEMBERSHIP = "membership"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    family: str
    given: str
    patronymic: str = ""

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def initials(self) -> str:
        """«Фамилия И.О.», as registers print it."""
        marks = "".join(f"{part[0]}." for part in (self.given, self.patronymic) if part)
        return f"{self.family} {marks}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """The order a roster change rests on (R088)."""

    number: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    number: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class BellSchedule:
    sourced_id: SourcedId
    name: str
    bells: tuple[Bell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The grading periods of one school year, of one kind (quarter, trimester, half_year)."""

    sourced_id: SourcedId
    name: str
    kind: str
    school_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingPeriod:
    sourced_id: SourcedId
    calendar: SourcedId
    name: str
    number: int
    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    sourced_id: SourcedId
    name: str
    area: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    sourced_id: SourcedId
    name: PersonName
    sex: str = ""
    """`male`, `female` or blank."""
    birth_date: date | None = None
    snils: str = ""
    email: str = ""
    position: str = ""
    order: OrderRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    sourced_id: SourcedId
    name: PersonName
    personal_file: str
    sex: str = ""
    birth_date: date | None = None
    snils: str = ""
    order: OrderRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    sourced_id: SourcedId
    pupil: SourcedId
    name: PersonName
    kinship: str = ""
    sex: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    sourced_id: SourcedId
    name: str
    grade: int
    """1-11; 0 where the name tells none."""
    calendar: SourcedId | None = None
    bells: SourcedId | None = None
    tutor: SourcedId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """Part of a form; only subgroups of one division are disjoint (formats.md §1)."""

    sourced_id: SourcedId
    name: str
    form: SourcedId
    division: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A person in a form or subgroup; blank dates mean the whole school year."""

    sourced_id: SourcedId
    person: SourcedId
    group: SourcedId
    starts: date | None = None
    ends: date | None = None
    order: OrderRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson placed on a day. Lessons are compared as a multiset: natural keys repeat (formats.md, fact 3)."""

    sourced_id: SourcedId
    group: SourcedId
    subject: SourcedId
    day: date
    number: int
    teachers: tuple[SourcedId, ...] = ()
    """Sorted. A target that takes one teacher takes the first."""
    room: str = ""


Record = (
    BellSchedule | Calendar | GradingPeriod | Subject | Staff | Pupil | Guardian | Form | Subgroup | Membership | Lesson
)

RECORD_CLASSES: Mapping[RecordType, type[Any]] = {
    RecordType.BELL_SCHEDULE: BellSchedule,
    RecordType.CALENDAR: Calendar,
    RecordType.GRADING_PERIOD: GradingPeriod,
    RecordType.SUBJECT: Subject,
    RecordType.STAFF: Staff,
    RecordType.PUPIL: Pupil,
    RecordType.GUARDIAN: Guardian,
    RecordType.FORM: Form,
    RecordType.SUBGROUP: Subgroup,
    RecordType.MEMBERSHIP: Membership,
    RecordType.LESSON: Lesson,
}
PERSON_TYPES = frozenset({RecordType.STAFF, RecordType.PUPIL, RecordType.GUARDIAN})


# --- nouns of the local side that never travel as they are -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableCard:
    """A cell of the weekly timetable, before it is laid over the calendar."""

    groups: tuple[SourcedId, ...]
    subject: SourcedId
    teachers: tuple[SourcedId, ...]
    weekdays: tuple[int, ...]
    """ISO weekdays, Monday = 1."""
    weeks: str
    """Mask over the cycle: "1" every week, "10" first of two, "01" second."""
    number: int
    room: str = ""
    starts: date | None = None
    ends: date | None = None
    """The days it holds for, both included; blank for all of the school year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """One lesson taught by somebody else, or not at all (R025)."""

    day: date
    number: int
    group: SourcedId
    subject: SourcedId
    absent: SourcedId
    substitute: SourcedId | None
    """None: the lesson is cancelled."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A recorded consent to the processing of personal data (R109, R110)."""

    subject: SourcedId
    given: date
    withdrawn: date | None = None
    folder: str = ""
    kind: str = ""
    """As the register words it."""

    def holds_on(self, day: date) -> bool:
        return self.given <= day and (self.withdrawn is None or day < self.withdrawn)


class OrderKind(StrEnum):
    """What an order of the school does to a roster."""

    ENROL = "enrol"
    TRANSFER = "transfer"
    LEAVE = "leave"
    HIRE = "hire"
    DISMISS = "dismiss"
    RENAME = "rename"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterOrder:
    """A line of the school's register of orders; a blank person means everybody of the form (R088)."""

    kind: OrderKind
    number: str
    day: date
    person: SourcedId | None = None
    form: SourcedId | None = None
    effective: date | None = None

    @property
    def ref(self) -> OrderRef:
        return OrderRef(number=self.number, day=self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who agreed to a form's division into subgroups, and when (R090); a blank division is the form teacher's word.

    One with a blank name or date is still asked for.
    """

    form: SourcedId
    division: str = ""
    who: str = ""
    day: date | None = None

    @property
    def given(self) -> bool:
        return bool(self.who and self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    starts: date
    ends: date
    name: str = ""


# --- one way to write a record down ----------------------------------------------------------------------------------


def to_plain(record: Any) -> dict[str, Any]:
    """The record as JSON values: dates as ISO text, tuples as lists, nested records as objects."""
    kind: Any = type(record)
    return {name: plain_value(getattr(record, name)) for name in _field_names(kind)}


@cache
def _field_names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def plain_value(value: Any) -> Any:
    """One field of a record as JSON values."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_plain(value)
    return value


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: Any) -> bytes:
    """The one byte form used for digests, plans and journal leaves: UTF-8, sorted keys, no spaces."""
    return _CANONICAL.encode(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _optional_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _name(plain: dict[str, Any]) -> PersonName:
    return PersonName(**plain)


def _order(plain: dict[str, Any] | None) -> OrderRef | None:
    return OrderRef(number=plain["number"], day=_optional_date(plain["day"])) if plain else None


_ORDER_KINDS = frozenset(OrderKind)
_REVIVE: Mapping[str, Any] = {
    "name": lambda value: _name(value) if isinstance(value, dict) else value,
    "birth_date": _optional_date,
    "starts": _optional_date,
    "ends": _optional_date,
    "day": _optional_date,
    "effective": _optional_date,
    "given": _optional_date,
    "withdrawn": _optional_date,
    "order": _order,
    "kind": lambda value: OrderKind(value) if value in _ORDER_KINDS else value,
    "teachers": tuple,
    "groups": tuple,
    "weekdays": tuple,
    "bells": lambda value: tuple(map(_bell, value)) if isinstance(value, list) else value,
}


def _bell(plain: dict[str, Any]) -> Bell:
    return Bell(
        number=plain["number"], starts=time.fromisoformat(plain["starts"]), ends=time.fromisoformat(plain["ends"])
    )


def from_plain(cls: type[T], plain: dict[str, Any]) -> T:
    """The inverse of `to_plain` for every record class of this module."""
    return cls(**{key: _REVIVE[key](value) if key in _REVIVE else value for key, value in plain.items()})
