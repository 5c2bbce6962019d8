"""What each profile of the diary can take, as data (endpoints.md, «Verdict on writes»).

Route names are those of the planner. `rest` creates nothing we push: none of the 169 REST operations makes a person,
class, subgroup, subject, lesson or timetable. Persons enter by the workbook in every profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE, FILE, PERSON, NONE = "import-service", "file", "person", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeProfile:
    """Routes by action; `fields` are read back and compared, `write_only` is sent and never shown again."""

    create: str
    update: str
    delete: str
    fields: frozenset[str]
    write_only: frozenset[str] = frozenset()


def _by_hand(*fields: str) -> TypeProfile:
    return TypeProfile(create=PERSON, update=PERSON, delete=PERSON, fields=frozenset(fields))


def _served(*fields: str, update: str = SERVICE, write_only: tuple[str, ...] = ()) -> TypeProfile:
    return TypeProfile(
        create=SERVICE, update=update, delete=SERVICE, fields=frozenset(fields), write_only=frozenset(write_only)
    )


def _filed(*fields: str, write_only: tuple[str, ...]) -> TypeProfile:
    # a person is never removed from the diary by us: leaving a form is a membership's end
    return TypeProfile(
        create=FILE, update=FILE, delete=NONE, fields=frozenset(fields), write_only=frozenset(write_only)
    )


_PERSONS: Mapping[RecordType, TypeProfile] = {
    # birth dates are not compared: REST shows those of teachers only, not of pupils and other staff
    RecordType.STAFF: _filed("name", write_only=("sex", "birth_date", "snils", "email")),
    RecordType.PUPIL: _filed("name", write_only=("sex", "birth_date", "snils")),
    RecordType.GUARDIAN: _filed("pupil", "name", "kinship", write_only=("sex", "birth_date", "phone", "email")),
}

_REST: Mapping[RecordType, TypeProfile] = {
    **_PERSONS,
    RecordType.BELL_SCHEDULE: _by_hand("name", "bells"),
    RecordType.CALENDAR: _by_hand("kind", "school_year"),  # REST shows no name of a period group
    RecordType.GRADING_PERIOD: _by_hand("calendar", "name", "number", "starts", "ends"),
    RecordType.SUBJECT: _by_hand("name"),
    RecordType.FORM: _by_hand("name", "grade", "calendar", "bells"),
    RecordType.SUBGROUP: _by_hand("name", "form"),
    RecordType.MEMBERSHIP: _by_hand("person", "group"),
    RecordType.LESSON: _by_hand("group", "subject", "day", "number", "lead_teacher"),
}

_IMPORT_SERVICE: Mapping[RecordType, TypeProfile] = {
    **_PERSONS,
    RecordType.BELL_SCHEDULE: _served("name", "bells"),
    RecordType.CALENDAR: _served("name", "kind", "school_year"),
    # the interface has no deleteReportingPeriod
    RecordType.GRADING_PERIOD: TypeProfile(
        create=SERVICE,
        update=SERVICE,
        delete=PERSON,
        fields=frozenset({"calendar", "name", "number", "starts", "ends"}),
    ),
    RecordType.SUBJECT: _served("name", write_only=("area",)),
    RecordType.FORM: _served("name", "grade", "calendar", "bells"),
    RecordType.SUBGROUP: _served("name", "form", update=PERSON, write_only=("division",)),
    RecordType.MEMBERSHIP: _served("person", "group"),
    # the target carries one teacher per lesson: the first
    RecordType.LESSON: _served("group", "subject", "day", "number", "lead_teacher"),
}

PROFILES: Mapping[str, Mapping[RecordType, TypeProfile]] = {
    "dnevnik-rest": _REST,
    "dnevnik-import-service": _IMPORT_SERVICE,
    "kundelik": _REST,
}
