"""The REST calls Sverka makes (endpoints.md), one method each. All of them read: this API creates nothing we push."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectors.dnevnik import wire
from connectors.dnevnik.decode import keys, many, one

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from connectors.transport.client import Transport

MEMBERS_PER_CALL = 50
LESSONS_PER_CALL = 100
DAYS_PER_CALL = 30
"""No maximum is documented; the longest window any known client dares (behaviour.md §4)."""

_SCHOOL = "schools/{school}"
_TIMETABLES = "schools/{school}/timetables"
_CLASSES = "schools/{school}/edu-groups"
_SUBJECTS = "schools/{school}/subjects"
_TEACHERS = "schools/{school}/teachers"
_STAFF = "schools/{school}/membership"
_PARALLEL = "edu-groups/{group}/parallel"
_MEMBERS = "edu-groups"
_PERIODS = "edu-groups/{group}/reporting-period-group"
_LESSONS = "edu-groups/{group}/lessons/{since}/{until}"
_MARKS = "lessons/many/marks"
_FINALS = "edu-groups/{group}/final-marks"
_LOG = "lesson-log-entries"
_LESSON_MARKS = "lessons/{lesson}/marks"
_SEARCH = "persons/search"
_PERSON = "persons/{person}"
_RELATIVES = "users/{user}/relatives"


class DnevnikClient:
    """The diary's REST API. Every method raises connectors.faults."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._decode_timetables = many(wire.Timetable, _TIMETABLES, or_one=True)
        self._decode_classes = many(wire.EduGroup, _CLASSES)
        self._decode_parallel = many(wire.EduGroup, _PARALLEL)
        self._decode_subjects = many(wire.Subject, _SUBJECTS)
        self._decode_teachers = many(wire.SchoolTeacher, _TEACHERS)
        self._decode_staff = many(wire.Person, _STAFF)
        self._decode_members = many(wire.GroupStudents, _MEMBERS)
        self._decode_lessons = many(wire.Lesson, _LESSONS)
        self._decode_marks = many(wire.Mark, _MARKS)
        self._decode_finals = many(wire.PersonFinalMarks, _FINALS)
        self._decode_log = many(wire.LessonLogEntry, _LOG)
        self._decode_relatives = many(wire.UserRelative, _RELATIVES)

    @property
    def requests(self) -> int:
        return self._transport.requests

    def school(self, school: str) -> wire.School:
        return self._transport.read(_SCHOOL, one(wire.School, _SCHOOL), path={"school": school})

    def timetables(self, school: str) -> tuple[wire.Timetable, ...]:
        return self._transport.read(_TIMETABLES, self._decode_timetables, path={"school": school})

    def classes(self, school: str) -> tuple[wire.EduGroup, ...]:
        """Classes only, no subgroups."""
        return self._transport.read(_CLASSES, self._decode_classes, path={"school": school})

    def parallel(self, group: str) -> tuple[wire.EduGroup, ...]:
        """Classes and subgroups of the group's grade, itself among them."""
        return self._transport.read(_PARALLEL, self._decode_parallel, path={"group": group})

    def subjects(self, school: str) -> tuple[wire.Subject, ...]:
        return self._transport.read(_SUBJECTS, self._decode_subjects, path={"school": school})

    def teachers(self, school: str) -> tuple[wire.SchoolTeacher, ...]:
        return self._transport.read(_TEACHERS, self._decode_teachers, path={"school": school})

    def staff(self, school: str) -> tuple[wire.Person, ...]:
        query = [("schoolMembershipType", "Staff")]
        return self._transport.read(_STAFF, self._decode_staff, path={"school": school}, query=query)

    def members(self, groups: Sequence[str]) -> tuple[wire.GroupStudents, ...]:
        """The people of at most MEMBERS_PER_CALL groups. A POST that reads."""
        return self._transport.read(_MEMBERS, self._decode_members, body=_bare_array(groups))

    def period_group(self, group: str) -> wire.ReportingPeriodGroup:
        return self._transport.read(_PERIODS, one(wire.ReportingPeriodGroup, _PERIODS), path={"group": group})

    def lessons(self, group: str, since: date, until: date) -> tuple[wire.Lesson, ...]:
        """Lessons with their works, both days included, at most DAYS_PER_CALL days."""
        return self._transport.read(_LESSONS, self._decode_lessons, path=_window(group, since, until))

    def marks(self, lessons: Sequence[str]) -> tuple[wire.Mark, ...]:
        """Marks of at most LESSONS_PER_CALL lessons, whatever day they were set. A POST that reads."""
        return self._transport.read(_MARKS, self._decode_marks, body=_bare_array(lessons))

    def lesson_marks(self, lesson: str) -> tuple[wire.Mark, ...]:
        return self._transport.read(_LESSON_MARKS, many(wire.Mark, _LESSON_MARKS), path={"lesson": lesson})

    def log_entries(self, lessons: Sequence[str]) -> tuple[wire.LessonLogEntry, ...]:
        """Attendance of at most LESSONS_PER_CALL lessons."""
        return self._transport.read(_LOG, self._decode_log, query=[("lessons", lesson) for lesson in lessons])

    def final_marks(self, group: str) -> tuple[wire.PersonFinalMarks, ...]:
        return self._transport.read(_FINALS, self._decode_finals, path={"group": group})

    def search_persons(
        self, *, last: str, first: str, middle: str = "", birthday: date | None = None, snils: str = ""
    ) -> tuple[str, ...]:
        """Ids of the persons that fit everything given."""
        asked = [("lastName", last), ("firstName", first), ("middleName", middle), ("snils", snils)]
        asked.append(("birthday", birthday.isoformat() if birthday else ""))
        query = [(name, value) for name, value in asked if value]
        return self._transport.read(_SEARCH, keys(_SEARCH), query=query)

    def person(self, person: str) -> wire.Person:
        return self._transport.read(_PERSON, one(wire.Person, _PERSON), path={"person": person})

    def relatives(self, user: str) -> tuple[wire.UserRelative, ...]:
        """Relatives of an account: a person without one has none to show."""
        return self._transport.read(_RELATIVES, self._decode_relatives, path={"user": user})


def _window(group: str, since: date, until: date) -> dict[str, str]:
    return {"group": group, "since": since.isoformat(), "until": until.isoformat()}


def _bare_array(ids: Sequence[str]) -> bytes:
    """Bulk bodies are bare arrays of numbers (models.md)."""
    return json.dumps([int(key) for key in ids]).encode()
