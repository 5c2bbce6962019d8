"""The REST calls Sverka makes (endpoints.md), one method each. All of them read: this API creates nothing we push.

People, groups, the timetable and what the register is made of stand here; what a lesson leads to, attendance by other
keys, and what marks add up to stand with their nouns: `schoolwork`, `attendance`, `results`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.dnevnik import wire
from connectors.dnevnik.attendance import Attendance
from connectors.dnevnik.reading import Reader, bare_array, bare_ids, listing, single
from connectors.dnevnik.results import FINALS, Results
from connectors.dnevnik.schoolwork import Schoolwork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from connectors.dnevnik.unfamiliar import Unfamiliar
    from connectors.dnevnik.wire_results import PersonFinalMarks
    from connectors.transport.client import Transport

MEMBERS_PER_CALL = 50
LESSONS_PER_CALL = 100
DAYS_PER_CALL = 30
"""No maximum is documented; the longest window any known client dares (behaviour.md §4)."""

_SCHOOL = single("schools/{school}", wire.School)
_TIMETABLES = listing("schools/{school}/timetables", wire.Timetable, or_one=True)
_GROUP_TIMETABLES = listing("edu-groups/{group}/timetables", wire.Timetable, or_one=True)
_CLASSES = listing("schools/{school}/edu-groups", wire.EduGroup)
_PARALLEL = listing("edu-groups/{group}/parallel", wire.EduGroup)
_GROUPS_OF_PERSON = listing("persons/{person}/edu-groups", wire.EduGroup)
_SUBJECTS = listing("schools/{school}/subjects", wire.Subject)
_TEACHERS = listing("schools/{school}/teachers", wire.SchoolTeacher)
_MEMBERSHIP = listing("schools/{school}/membership", wire.Person)
_MEMBERS = listing("edu-groups", wire.GroupStudents)
_PERSONS = listing("edu-groups/{group}/persons", wire.Person)
_PERIODS = listing("edu-groups/{group}/reporting-periods", wire.ReportingPeriod)
_PERIOD_GROUP = single("edu-groups/{group}/reporting-period-group", wire.ReportingPeriodGroup)
_LESSONS = listing("edu-groups/{group}/lessons/{since}/{until}", wire.Lesson)
_LESSONS_BY_ID = listing("lessons/many", wire.Lesson)
_MARKS = listing("lessons/many/marks", wire.Mark)
_GROUP_MARKS = listing("edu-groups/{group}/marks/{since}/{until}", wire.Mark)
_LESSON_MARKS = listing("lessons/{lesson}/marks", wire.Mark)
_LOG = listing("lesson-log-entries", wire.LessonLogEntry)
_SEARCH = bare_ids("persons/search")
_PERSON = single("persons/{person}", wire.Person)
_RELATIVES = listing("users/{user}/relatives", wire.UserRelative)


class DnevnikClient:
    """The diary's REST API. Every method raises connectors.faults."""

    def __init__(self, transport: Transport, unfamiliar: Unfamiliar | None = None) -> None:
        """`unfamiliar` takes down what the answers hold that nobody knows; its own where none is given."""
        self._reader = Reader(transport, unfamiliar)
        self.attendance = Attendance(self._reader)
        self.results = Results(self._reader)
        self.schoolwork = Schoolwork(self._reader)

    @property
    def requests(self) -> int:
        return self._reader.requests

    @property
    def unfamiliar(self) -> Unfamiliar:
        return self._reader.unfamiliar

    # --- the school and its people ------------------------------------------------------------------------------------

    def school(self, school: str) -> wire.School:
        return self._reader.ask(_SCHOOL, school=school)

    def teachers(self, school: str) -> tuple[wire.SchoolTeacher, ...]:
        return self._reader.ask(_TEACHERS, school=school)

    def staff(self, school: str) -> tuple[wire.Person, ...]:
        return self._reader.ask(_MEMBERSHIP, query=[("schoolMembershipType", "Staff")], school=school)

    def admins(self, school: str) -> tuple[wire.Person, ...]:
        """Who may change rights and people in the diary."""
        return self._reader.ask(_MEMBERSHIP, query=[("schoolMembershipType", "Admins")], school=school)

    def search_persons(
        self, *, last: str = "", first: str = "", middle: str = "", birthday: date | None = None, snils: str = ""
    ) -> tuple[str, ...]:
        """Ids of the persons that fit everything given; a SNILS alone is enough."""
        asked = [("lastName", last), ("firstName", first), ("middleName", middle), ("snils", snils)]
        asked.append(("birthday", birthday.isoformat() if birthday else ""))
        return self._reader.ask(_SEARCH, query=[(name, value) for name, value in asked if value])

    def person(self, person: str) -> wire.Person:
        return self._reader.ask(_PERSON, person=person)

    def relatives(self, user: str) -> tuple[wire.UserRelative, ...]:
        """Relatives of an account: a person without one has none to show."""
        return self._reader.ask(_RELATIVES, user=user)

    # --- groups -------------------------------------------------------------------------------------------------------

    def classes(self, school: str) -> tuple[wire.EduGroup, ...]:
        """Classes only, no subgroups."""
        return self._reader.ask(_CLASSES, school=school)

    def parallel(self, group: str) -> tuple[wire.EduGroup, ...]:
        """Classes and subgroups of the group's grade, itself among them."""
        return self._reader.ask(_PARALLEL, group=group)

    def groups_of(self, person: str) -> tuple[wire.EduGroup, ...]:
        """The classes and subgroups of a person."""
        return self._reader.ask(_GROUPS_OF_PERSON, person=person)

    def members(self, groups: Sequence[str]) -> tuple[wire.GroupStudents, ...]:
        """The people of at most MEMBERS_PER_CALL groups, those who left among them. A POST that reads."""
        return self._reader.ask(_MEMBERS, body=bare_array(groups))

    def persons(self, group: str, *, archived: bool = False) -> tuple[wire.Person, ...]:
        """The people of one group; with those who left where `archived`."""
        return self._reader.ask(_PERSONS, query=[("includeArchive", "true")] if archived else (), group=group)

    # --- the timetable ------------------------------------------------------------------------------------------------

    def subjects(self, school: str) -> tuple[wire.Subject, ...]:
        """Of the current school year."""
        return self._reader.ask(_SUBJECTS, school=school)

    def timetables(self, school: str) -> tuple[wire.Timetable, ...]:
        """The school's bells."""
        return self._reader.ask(_TIMETABLES, school=school)

    def group_timetables(self, group: str) -> tuple[wire.Timetable, ...]:
        """The group's own bells."""
        return self._reader.ask(_GROUP_TIMETABLES, group=group)

    def periods(self, group: str) -> tuple[wire.ReportingPeriod, ...]:
        return self._reader.ask(_PERIODS, group=group)

    def period_group(self, group: str) -> wire.ReportingPeriodGroup:
        """The group's periods with the holidays between them."""
        return self._reader.ask(_PERIOD_GROUP, group=group)

    def lessons(self, group: str, since: date, until: date) -> tuple[wire.Lesson, ...]:
        """Lessons with their works, both days included, at most DAYS_PER_CALL days."""
        return self._reader.ask(_LESSONS, group=group, since=str(since), until=str(until))

    def lessons_by_id(self, lessons: Sequence[str]) -> tuple[wire.Lesson, ...]:
        """At most LESSONS_PER_CALL lessons with their works. A POST that reads."""
        return self._reader.ask(_LESSONS_BY_ID, body=bare_array(lessons))

    # --- the register -------------------------------------------------------------------------------------------------

    def marks(self, lessons: Sequence[str]) -> tuple[wire.Mark, ...]:
        """Marks of at most LESSONS_PER_CALL lessons, whatever day they were set. A POST that reads."""
        return self._reader.ask(_MARKS, body=bare_array(lessons))

    def group_marks(self, group: str, since: date, until: date) -> tuple[wire.Mark, ...]:
        """Marks of the group's lessons of those days, both included, at most DAYS_PER_CALL days."""
        return self._reader.ask(_GROUP_MARKS, group=group, since=str(since), until=str(until))

    def lesson_marks(self, lesson: str) -> tuple[wire.Mark, ...]:
        return self._reader.ask(_LESSON_MARKS, lesson=lesson)

    def log_entries(self, lessons: Sequence[str]) -> tuple[wire.LessonLogEntry, ...]:
        """Attendance of at most LESSONS_PER_CALL lessons."""
        return self._reader.ask(_LOG, query=[("lessons", lesson) for lesson in lessons])

    def final_marks(self, group: str) -> tuple[PersonFinalMarks, ...]:
        return self._reader.ask(FINALS, group=group)
