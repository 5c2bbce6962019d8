"""What of a record travels: the carried fields that both sides are compared by, and the payload of a write.

Values are JSON values, references are SourcedIds. A blank on the local side says "not recorded": it is compared with
nothing and never overwrites what the diary holds (design §5).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from state.records import RecordType, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.sync.values import TypeCapability
    from state.records import Record

    Fields = dict[str, Any]

LEAD_TEACHER = "lead_teacher"
"""Stands for the first of `Lesson.teachers`, for a diary that keeps one teacher per lesson."""

ESSENTIAL: Mapping[RecordType, tuple[str, ...]] = {
    RecordType.BELL_SCHEDULE: ("name", "bells"),
    RecordType.CALENDAR: ("name", "kind", "school_year"),
    RecordType.GRADING_PERIOD: ("calendar", "name", "number", "starts", "ends"),
    RecordType.SUBJECT: ("name", "area"),
    RecordType.STAFF: ("name",),
    RecordType.PUPIL: ("name",),
    RecordType.GUARDIAN: ("pupil", "name", "kinship"),
    RecordType.FORM: ("name", "grade", "calendar", "bells"),
    RecordType.SUBGROUP: ("name", "form", "division"),
    RecordType.MEMBERSHIP: ("person", "group"),
    RecordType.LESSON: ("group", "subject", "day", "number", "teachers"),
}
"""Without these a record cannot be created at all: part of every payload."""

ALLOWED: Mapping[RecordType, frozenset[str]] = {
    RecordType.STAFF: frozenset({"sex", "birth_date", "snils", "email"}),
    RecordType.PUPIL: frozenset({"sex", "birth_date", "snils"}),
    RecordType.GUARDIAN: frozenset({"sex", "birth_date", "phone", "email"}),
    RecordType.FORM: frozenset({"tutor"}),
    RecordType.MEMBERSHIP: frozenset({"starts", "ends"}),
    RecordType.LESSON: frozenset({LEAD_TEACHER, "room"}),
}
"""What may leave the machine besides, if the diary takes it (R111). A personal file number or an order never does."""


@cache
def may_travel(record_type: RecordType) -> frozenset[str]:
    """Every field of the type that the data-minimisation list lets out, whatever a connector asks for (R111)."""
    return ALLOWED.get(record_type, frozenset()).union(ESSENTIAL[record_type])


@cache
def compared(record_type: RecordType, fields: frozenset[str]) -> tuple[str, ...]:
    """Those of the diary's fields that may be compared, sorted."""
    return tuple(sorted(fields & may_travel(record_type)))


def carried(record_type: RecordType, record: Record, capability: TypeCapability) -> Fields:
    """The fields both sides show and are compared by."""
    return pick(record, compared(record_type, capability.fields))


def payload(record_type: RecordType, record: Record, capability: TypeCapability) -> Fields:
    """Everything a write of this record carries."""
    asked = (capability.fields | capability.write_only) & may_travel(record_type)
    return pick(record, sorted(asked.union(ESSENTIAL[record_type])))


def pick(record: Record, names: Iterable[str]) -> Fields:
    return {name: _value(record, name) for name in names}


def _value(record: Record, name: str) -> Any:
    if name == LEAD_TEACHER:
        teachers: tuple[str, ...] = getattr(record, "teachers", ())
        return teachers[0] if teachers else None
    return plain_value(getattr(record, name))


def is_blank(value: Any) -> bool:
    """Not recorded. Zero is a value: some schools have a lesson number 0."""
    return value is None or value in ("", [], {})


def fill(local: Any, remote: Any) -> Any:
    """The local value, with the diary's own wherever the local one is blank."""
    if is_blank(local):
        return remote
    if isinstance(local, dict) and isinstance(remote, dict):
        return {name: fill(value, remote.get(name)) for name, value in local.items()}
    return local


def spoken(value: Any, template: Any) -> Any:
    """Only those leaves of `value` that `template` says anything about."""
    if isinstance(template, dict) and isinstance(value, dict):
        return {name: spoken(value.get(name), leaf) for name, leaf in template.items() if not is_blank(leaf)}
    return value
