"""The import service as Python calls: ids in and out are strings, dates are the school's local days.

Persons, groups and the school are named by GUIDs the caller supplies; everything else by the diary's own ids.
Every method raises connectors.faults: Rejected (its `code` kept), Unauthorised, Forbidden, Throttled, Unavailable
(nothing was sent) or InDoubt (it may or may not have happened).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from connectors import faults
from connectors.dnevnik import wire
from connectors.dnevnik.decode import misfit
from connectors.dnevnik.soap import SoapPort
from connectors.dnevnik.unfamiliar import Unfamiliar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.dnevnik.shape import Wire
    from connectors.dnevnik.wire_out import BellTimes, GroupFields
    from connectors.transport.client import Transport

M = TypeVar("M", bound="Wire")


class ImportService:
    """One school's import service."""

    def __init__(self, transport: Transport, url: str, school_guid: str, unfamiliar: Unfamiliar | None = None) -> None:
        """`unfamiliar` takes down the words that nobody knows; its own where none is given."""
        self._port = SoapPort(transport, url)
        self._school = school_guid
        self.unfamiliar = unfamiliar or Unfamiliar()

    # --- bell schedules, reporting periods, subjects ---

    def insert_time_table(self, name: str, bells: Sequence[BellTimes]) -> str:
        return self._new("insertTimeTable", schoolGuid=self._school, name=name, items=_day(bells))

    def update_time_table(self, key: str, name: str, bells: Sequence[BellTimes]) -> None:
        self._sure("updateTimeTable", ID=int(key), schoolGuid=self._school, name=name, items=_day(bells))

    def delete_time_table(self, key: str) -> None:
        self._sure("deleteTimeTable", ID=int(key))

    def insert_reporting_period_group(self, name: str, kind: str, school_year: int) -> str:
        arguments = {"schoolGuid": self._school, "name": name, "type": kind, "studyYear": school_year}
        return self._new("insertReportingPeriodGroup", **arguments)

    def update_reporting_period_group(self, key: str, name: str, kind: str, school_year: int) -> None:
        arguments = {"schoolGuid": self._school, "name": name, "type": kind, "studyYear": school_year}
        self._sure("updateReportingPeriodGroup", ID=int(key), **arguments)

    def delete_reporting_period_group(self, key: str) -> None:
        self._sure("deleteReportingPeriodGroup", ID=int(key))

    def insert_reporting_period(self, group: str, name: str, number: int, starts: date, ends: date) -> str:
        return self._new("insertReportingPeriod", **_period(group, name, number, starts, ends))

    def update_reporting_period(self, key: str, group: str, name: str, number: int, starts: date, ends: date) -> None:
        self._sure("updateReportingPeriod", ID=int(key), **_period(group, name, number, starts, ends))

    def reporting_period_groups(self, school_year: int) -> tuple[wire.ReportingPeriodGroup, ...]:
        """All of the school's, also those no class uses yet, which REST cannot show."""
        return self._rows("getReportingPeriodGroupCollection", _period_group, studyYear=school_year)

    def insert_subject(self, name: str, area: str) -> str:
        return self._new("insertSubject", schoolGuid=self._school, name=name, nameFull=name, knowledgeArea=area)

    def update_subject(self, key: str, name: str, area: str) -> None:
        fields = {"schoolGuid": self._school, "name": name, "nameFull": name, "knowledgeArea": area}
        self._sure("updateSubject", ID=int(key), **fields)

    def delete_subject(self, key: str) -> None:
        self._sure("deleteSubject", ID=int(key))

    def subjects(self) -> tuple[wire.Subject, ...]:
        """All of the school's subjects; REST shows those of the current year."""
        return self._rows("getSubjectCollection", _subject)

    # --- classes, subgroups, memberships ---

    def insert_group(self, group: GroupFields) -> str:
        return self._new("insertGroup", **self._group(group))

    def update_group(self, group: GroupFields) -> None:
        self._sure("updateGroup", **self._group(group))

    def delete_group(self, guid: str) -> None:
        """A class or a subgroup: the service has one call for both (ASSUMED)."""
        self._sure("deleteGroup", guid=guid)

    def insert_sub_group(self, guid: str, name: str, parent_guid: str, description: str = "") -> str:
        arguments = {"guid": guid, "name": name, "parentGroupGuid": parent_guid, "description": description}
        return self._new("insertSubGroup", **arguments)

    def insert_group_membership(self, person_guid: str, group_guid: str) -> str:
        return self._new("insertGroupMembership", personGuid=person_guid, groupGuid=group_guid)

    def delete_group_membership(self, person_guid: str, group_guid: str) -> None:
        """The person leaves the group and stays in the diary."""
        self._sure("deleteGroupMembership", personGuid=person_guid, groupGuid=group_guid)

    # --- lessons ---

    def insert_lesson(self, group_guid: str, subject: str, teacher_guid: str | None, day: date, number: int) -> str:
        """The new lesson's id; the diary makes its default work with it."""
        answer = self._port.write("insertLesson", groupGuid=group_guid, **_lesson(subject, teacher_guid, day, number))
        return self._id("insertLesson", getattr(answer, "lessonID", None))

    def update_lesson(self, key: str, subject: str, teacher_guid: str | None, day: date, number: int) -> None:
        self._sure("updateLesson", ID=int(key), **_lesson(subject, teacher_guid, day, number))

    def delete_lesson(self, key: str) -> None:
        """The lesson goes with everything on it: look at its marks first."""
        self._sure("deleteLesson", ID=int(key))

    # --- how answers are read ---

    def _group(self, group: GroupFields) -> dict[str, Any]:
        return {
            "guid": group.guid,
            "schoolGuid": self._school,
            "name": group.name,
            "parallel": group.grade,
            "studyYear": group.school_year,
            "periodGroupID": int(group.calendar or 0),
            "description": group.description,
            "tableID": int(group.bells or 0),
        }

    def _rows(self, call: str, shape: Callable[[Any], M], **arguments: Any) -> tuple[M, ...]:
        answer = self._port.read(call, schoolGuid=self._school, **arguments)
        try:
            rows = tuple(map(shape, answer or ()))
        except ValidationError as error:
            raise faults.SchemaDrift(misfit(error), call, self._port.request_id) from None
        self.unfamiliar.look(rows, call)
        return rows

    def _new(self, call: str, **arguments: Any) -> str:
        return self._id(call, self._port.write(call, **arguments))

    def _sure(self, call: str, **arguments: Any) -> None:
        answer = self._port.write(call, **arguments)
        if answer is None:
            raise faults.InDoubt("the answer holds no result", call, self._port.request_id)
        if answer is not True:
            raise faults.Rejected("the service answered false", call, self._port.request_id, code="notDone")

    def _id(self, call: str, value: int | None) -> str:
        if value is None:
            raise faults.InDoubt("the answer names no new object", call, self._port.request_id)
        return str(value)


def _moment(day: date) -> datetime:
    """xsd:dateTime without a zone: the school's own day."""
    return datetime.combine(day, time())


def _lesson(subject: str, teacher_guid: str | None, day: date, number: int) -> dict[str, Any]:
    return {"subjectID": int(subject), "teacherGuid": teacher_guid, "date": _moment(day), "number": number}


def _period(group: str, name: str, number: int, starts: date, ends: date) -> dict[str, Any]:
    days = {"dateStart": _moment(starts), "dateFinish": _moment(ends)}
    return {"periodGroupID": int(group), "name": name, "number": number, **days}


def _day(bells: Sequence[BellTimes]) -> dict[str, Any]:
    items = [
        {
            "LessonNumber": bell.number,
            "StartHours": bell.starts.hour,
            "StartMinutes": bell.starts.minute,
            "FinishHours": bell.ends.hour,
            "FinishMinutes": bell.ends.minute,
        }
        for bell in bells
    ]
    return {"DayTimeTable": [{"ItemCollection": {"DayTimeTableItem": items}}]}


def _subject(item: Any) -> wire.Subject:
    return wire.Subject(id=item.ID, name=item.name, area=item.knowledgeArea)


def _period_group(item: Any) -> wire.ReportingPeriodGroup:
    periods = item.periods.ReportingPeriod if item.periods else ()
    return wire.ReportingPeriodGroup(
        id=item.ID,
        name=item.name,
        type=item.type,
        study_year=item.studyYear,
        periods=tuple(
            wire.ReportingPeriod(
                id=period.ID,
                name=period.name,
                number=period.number,
                start=period.dateStart,
                finish=period.dateFinish,
                type=item.type,
            )
            for period in periods
        ),
    )
