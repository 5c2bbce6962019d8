"""What is done in and after lessons: works, their types, homework (endpoints.md «works», «homework/tasks»)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.dnevnik import wire, wire_results
from connectors.dnevnik.reading import bare_array, between, listing, single

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from connectors.dnevnik.reading import Reader

WORKS_PER_CALL = 100

_WORKS = listing("lessons/{lesson}/works", wire.Work)
_WORK = single("works/{work}", wire.Work)
_WORKS_BY_ID = listing("works/many", wire.Work)
_WORK_TYPES = listing("work-types/{school}", wire_results.WorkType)
_HOMEWORK = single("persons/{person}/school/{school}/homeworks", wire_results.HomeworkBundle)
_OWN_HOMEWORK = single("users/me/school/{school}/homeworks", wire_results.HomeworkBundle)
_HOMEWORK_BY_ID = single("users/me/school/homeworks", wire_results.HomeworkBundle)


class Schoolwork:
    """Windows include both days and are best kept within thirty. Every method raises faults."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def works(self, lesson: str) -> tuple[wire.Work, ...]:
        return self._reader.ask(_WORKS, lesson=lesson)

    def work(self, work: str) -> wire.Work:
        return self._reader.ask(_WORK, work=work)

    def works_by_id(self, works: Sequence[str]) -> tuple[wire.Work, ...]:
        """At most WORKS_PER_CALL of them. A POST that reads."""
        return self._reader.ask(_WORKS_BY_ID, body=bare_array(works))

    def work_types(self, school: str) -> tuple[wire_results.WorkType, ...]:
        """The school's own kinds of works with their weights."""
        return self._reader.ask(_WORK_TYPES, school=school)

    def homework(self, person: str, school: str, since: date, until: date) -> wire_results.HomeworkBundle:
        """A pupil's homework of those days, with lessons, subjects, teachers and files."""
        query = between("startDate", since, "endDate", until)
        return self._reader.ask(_HOMEWORK, query=query, person=person, school=school)

    def own_homework(self, school: str, since: date, until: date) -> wire_results.HomeworkBundle:
        """The same of the token's owner."""
        return self._reader.ask(_OWN_HOMEWORK, query=between("startDate", since, "endDate", until), school=school)

    def homework_by_id(self, works: Sequence[str]) -> wire_results.HomeworkBundle:
        return self._reader.ask(_HOMEWORK_BY_ID, query=[("homeworkId", work) for work in works])
