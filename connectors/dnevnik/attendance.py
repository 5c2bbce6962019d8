"""Attendance by group and subject, and by person (endpoints.md «lesson-log-entries»). By lessons: rest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.dnevnik import wire
from connectors.dnevnik.reading import between, listing, single

if TYPE_CHECKING:
    from datetime import date

    from connectors.dnevnik.reading import Reader

_OF_GROUP = listing("lesson-log-entries/group/{group}", wire.LessonLogEntry)
_OF_PERSON = single("persons/{person}/lesson-log-entries", wire.PersonLog, bare="logEntries")
_OF_PERSON_IN = listing("lesson-log-entries/person/{person}/subject/{subject}", wire.LessonLogEntry)


class Attendance:
    """Windows include both days and are best kept within thirty (behaviour.md §4). Every method raises faults."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of_group(self, group: str, subject: str, since: date, until: date) -> tuple[wire.LessonLogEntry, ...]:
        """Of everybody in the group's lessons of the subject."""
        query = [("subject", subject), *between("from", since, "to", until)]
        return self._reader.ask(_OF_GROUP, query=query, group=group)

    def of_person(self, person: str, since: date, until: date) -> wire.PersonLog:
        """Of one person in all lessons, which come along unless this diary answers with the entries alone."""
        return self._reader.ask(_OF_PERSON, query=between("startDate", since, "endDate", until), person=person)

    def of_person_in(self, person: str, subject: str, since: date, until: date) -> tuple[wire.LessonLogEntry, ...]:
        """Of one person in the lessons of one subject."""
        query = between("from", since, "to", until)
        return self._reader.ask(_OF_PERSON_IN, query=query, person=person, subject=subject)
