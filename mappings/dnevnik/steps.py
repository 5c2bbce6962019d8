"""A planned step as one call of the import service: which one, and with what.

`fields` are a step's payload (JSON values, references as our ids). References become the diary's ids through `Refs`,
persons and groups become GUIDs; what cannot be named in the diary is `Unnamed`, and nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.dnevnik.wire_out import BellTimes, GroupFields
from mappings.dnevnik import words
from mappings.references import foreign_remote_id
from state.identity import SourcedId
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from state.identity import RemoteId

    Fields = Mapping[str, Any]


T = TypeVar("T")

NO_AREA = "Common"
"""Where nobody says which knowledge area: the service does not take a blank."""


class Unnamed(LookupError):
    """The step says something the diary cannot be told: `code` says which kind."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    """A method of connectors.dnevnik.imports.ImportService with its arguments."""

    method: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refs:
    """How our ids are said to the diary."""

    remote: Mapping[SourcedId, RemoteId]
    guid: Callable[[str], str]
    school_year: int

    def id_of(self, sourced_id: str | None) -> str:
        """The diary's id; blank for no reference. Raises Unnamed."""
        if not sourced_id:
            return ""
        found = self.remote.get(SourcedId(sourced_id)) or foreign_remote_id(sourced_id)
        if not found:
            raise Unnamed("missing_reference")
        return found

    def needed(self, sourced_id: str | None) -> str:
        found = self.id_of(sourced_id)
        if not found:
            raise Unnamed("missing_reference")
        return found

    def guid_of(self, sourced_id: str) -> str:
        """The GUID; an object of the diary that no link knows has none that we know. Raises Unnamed."""
        if foreign_remote_id(sourced_id):
            raise Unnamed("no_guid")
        return self.guid(sourced_id)


def creation(record_type: RecordType, sourced_id: SourcedId, fields: Fields, refs: Refs) -> Call:
    """The call that makes the object. Raises Unnamed."""
    return _known(_CREATE, record_type)(sourced_id, fields, refs)


def change(record_type: RecordType, sourced_id: SourcedId, remote_id: str, fields: Fields, refs: Refs) -> Call:
    """The call that gives the object these fields."""
    method = _known(_UPDATES, record_type)
    made = _CREATE[record_type](sourced_id, fields, refs)
    if record_type is RecordType.FORM:
        return Call(method, made.arguments)
    arguments = made.arguments[1:] if record_type is RecordType.LESSON else made.arguments
    return Call(method, (remote_id, *arguments))


def removal(record_type: RecordType, sourced_id: SourcedId, remote_id: str, fields: Fields, refs: Refs) -> Call:
    """The call that removes the object; a membership ends, the person stays in the diary."""
    if record_type is RecordType.MEMBERSHIP:
        return Call("delete_group_membership", (refs.guid_of(fields["person"]), refs.guid_of(fields["group"])))
    if record_type in {RecordType.FORM, RecordType.SUBGROUP}:
        return Call("delete_group", (refs.guid_of(sourced_id),))
    return Call(_known(_DELETES, record_type), (remote_id,))


def _known(table: Mapping[RecordType, T], record_type: RecordType) -> T:
    if record_type not in table:
        raise Unnamed("no_such_call")
    return table[record_type]


def subject_area(fields: Fields) -> str:
    """The knowledge area, blank where ours is none of the diary's."""
    area: str = fields.get("area") or ""
    return area if area in words.KNOWLEDGE_AREAS else ""


# --- one function per type --------------------------------------------------------------------------------------------


def _bell_schedule(_: SourcedId, fields: Fields, __: Refs) -> Call:
    bells = tuple(
        BellTimes(
            number=bell["number"], starts=time.fromisoformat(bell["starts"]), ends=time.fromisoformat(bell["ends"])
        )
        for bell in fields["bells"]
    )
    return Call("insert_time_table", (fields["name"], bells))


def _calendar(_: SourcedId, fields: Fields, __: Refs) -> Call:
    kind = words.PERIOD_KIND_NAMES.get(fields["kind"], "NotSet")
    return Call("insert_reporting_period_group", (fields["name"], kind, fields["school_year"]))


def _period(_: SourcedId, fields: Fields, refs: Refs) -> Call:
    days = date.fromisoformat(fields["starts"]), date.fromisoformat(fields["ends"])
    calendar = refs.needed(fields["calendar"])
    return Call("insert_reporting_period", (calendar, fields["name"], fields["number"], *days))


def _subject(_: SourcedId, fields: Fields, __: Refs) -> Call:
    return Call("insert_subject", (fields["name"], subject_area(fields) or NO_AREA))


def _form(sourced_id: SourcedId, fields: Fields, refs: Refs) -> Call:
    group = GroupFields(
        guid=refs.guid_of(sourced_id),
        name=fields["name"],
        grade=fields["grade"],
        school_year=refs.school_year,
        calendar=refs.id_of(fields.get("calendar")),
        bells=refs.id_of(fields.get("bells")),
    )
    return Call("insert_group", (group,))


def _subgroup(sourced_id: SourcedId, fields: Fields, refs: Refs) -> Call:
    # the division has no field of its own: it travels as the description, which REST shows as the full name
    parent = refs.guid_of(fields["form"])
    arguments = (refs.guid_of(sourced_id), fields["name"], parent, fields.get("division") or "")
    return Call("insert_sub_group", arguments)


def _membership(_: SourcedId, fields: Fields, refs: Refs) -> Call:
    return Call("insert_group_membership", (refs.guid_of(fields["person"]), refs.guid_of(fields["group"])))


def _lesson(_: SourcedId, fields: Fields, refs: Refs) -> Call:
    teachers = fields.get("teachers") or ()
    lead = fields.get("lead_teacher") or (teachers[0] if teachers else None)
    arguments = (
        refs.guid_of(fields["group"]),
        refs.needed(fields["subject"]),
        refs.guid_of(lead) if lead else None,
        date.fromisoformat(fields["day"]),
        fields["number"],
    )
    return Call("insert_lesson", arguments)


_CREATE: Mapping[RecordType, Callable[[SourcedId, Fields, Refs], Call]] = {
    RecordType.BELL_SCHEDULE: _bell_schedule,
    RecordType.CALENDAR: _calendar,
    RecordType.GRADING_PERIOD: _period,
    RecordType.SUBJECT: _subject,
    RecordType.FORM: _form,
    RecordType.SUBGROUP: _subgroup,
    RecordType.MEMBERSHIP: _membership,
    RecordType.LESSON: _lesson,
}
_UPDATES: Mapping[RecordType, str] = {
    RecordType.BELL_SCHEDULE: "update_time_table",
    RecordType.CALENDAR: "update_reporting_period_group",
    RecordType.GRADING_PERIOD: "update_reporting_period",
    RecordType.SUBJECT: "update_subject",
    RecordType.FORM: "update_group",
    RecordType.LESSON: "update_lesson",
}
_DELETES: Mapping[RecordType, str] = {
    RecordType.BELL_SCHEDULE: "delete_time_table",
    RecordType.CALENDAR: "delete_reporting_period_group",
    RecordType.SUBJECT: "delete_subject",
    RecordType.LESSON: "delete_lesson",
}
