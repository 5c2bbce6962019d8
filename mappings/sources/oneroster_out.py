"""The school's records as a OneRoster package (formats.md §7); what OneRoster has no place for stays behind.

Homerooms are the forms. A class is what one form or subgroup learns of one subject; a subgroup without lessons is a
class of its own. Orders, bells and lessons have no place there; the word of kinship, the position and the subgroup's
division travel in `metadata.` columns. Ids are GUIDs of our own ids: OneRoster allows no letters but Latin ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from connectors.sources.oneroster_wire import BULK, COLUMNS, WrittenPackage, WrittenTable
from mappings.sources.oneroster_view import NO_SUBJECT, SchoolView, Taught
from state.identity import SourcedId, guid, membership_id
from state.records import GradingPeriod, Guardian, Pupil, Staff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from state.records import Record
    from state.snapshot import Snapshot

    Row = Mapping[str, str]

VERSIONS = ("1.2", "1.1")
_SESSION_TYPES = {"quarter": "gradingPeriod", "trimester": "term", "half_year": "semester"}
_RELATIVES = frozenset({"бабушка", "дедушка", "брат", "сестра", "тётя", "тетя", "дядя", "родственник", "родственница"})
_PARENTS = frozenset({"мать", "отец", "мама", "папа", "родитель"})
_HEAD = re.compile(r"директор|начальник|заведующ", re.IGNORECASE)
_DEPUTY = re.compile(r"\bзам", re.IGNORECASE)
_TEACHES = re.compile(r"учител|преподават|педагог|воспитат|тьютор|логопед|психолог", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCard:
    """What a package says of the school itself."""

    key: str
    """Of the settings: part of every GUID."""
    name: str
    calendar: str
    """`quarter`, `trimester`, `half_year` or `year`."""


def oneroster_package(snapshot: Snapshot[Record], school: SchoolCard, version: str) -> WrittenPackage:
    """All of the snapshot's people, forms and subgroups that OneRoster can hold; equal snapshots, equal packages.

    The snapshot's lessons say what is taught; give it the whole year. A person without a family or given name, which
    OneRoster requires, stays behind: see `nameless`.
    """
    out = _Out(snapshot, school, version)
    makers = {
        "academicSessions": out.sessions,
        "orgs": out.orgs,
        "courses": out.courses,
        "classes": out.classes,
        "users": out.users,
        "roles": out.roles,
        "enrollments": out.enrollments,
        "demographics": out.demographics,
    }
    wanted = [name for name in COLUMNS if name != "roles" or version != "1.1"]
    tables = {name: WrittenTable(mode=BULK, rows=tuple(map(_filled, makers[name]()))) for name in wanted}
    return WrittenPackage(version=version, tables=tables)


def _filled(row: Row) -> Row:
    return {column: word for column, word in row.items() if word}


@dataclass
class _Out:
    snapshot: Snapshot[Record]
    school: SchoolCard
    version: str

    @cached_property
    def view(self) -> SchoolView:
        return SchoolView(self.snapshot)

    def sessions(self) -> Iterator[Row]:
        year = self.snapshot.scope.school_year
        periods = list(self.snapshot.each(GradingPeriod))
        starts, ends = (periods[0].starts, periods[-1].ends) if periods else (None, None)
        shared = {"schoolYear": str(year + 1)}
        yield shared | {
            "sourcedId": self._year,
            "title": f"{year}/{year + 1}",
            "type": "schoolYear",
            "startDate": starts.isoformat() if starts else f"{year}-09-01",
            "endDate": ends.isoformat() if ends else f"{year + 1}-08-31",
        }
        for period in periods:
            yield shared | {
                "sourcedId": self._id(period.sourced_id),
                "title": period.name,
                "type": _SESSION_TYPES.get(self.school.calendar, "term"),
                "startDate": period.starts.isoformat(),
                "endDate": period.ends.isoformat(),
                "parentSourcedId": self._year,
            }

    def orgs(self) -> Iterator[Row]:
        yield {"sourcedId": self._school, "name": self.school.name, "type": "school"}

    # --- what is taught -----------------------------------------------------------------------------------------------

    def courses(self) -> Iterator[Row]:
        for grade, subject in sorted({self.view.course_of(taught) for taught in self.view.taught}):
            name = self.view.subjects[subject].name if subject else ""
            yield {
                "sourcedId": self._course(grade, subject),
                "schoolYearSourcedId": self._year,
                "title": ", ".join(filter(None, (name, f"{grade} класс" if grade else ""))) or "Без параллели",
                "grades": _grades(grade),
                "orgSourcedId": self._school,
            }

    def classes(self) -> Iterator[Row]:
        terms = [self._id(period.sourced_id) for period in self.snapshot.each(GradingPeriod)] or [self._year]
        for taught in self.view.taught:
            form, part = self.view.form_of(taught.group), self.view.subgroups.get(taught.group)
            grade, subject = self.view.course_of(taught)
            words = [form.name, self.view.subjects[subject].name if subject else ""]
            row = {
                "sourcedId": self._class(taught),
                "title": ", ".join(filter(None, (" ".join(filter(None, words)), part.name if part else ""))),
                "grades": _grades(grade),
                "courseSourcedId": self._course(grade, subject),
                "classType": "scheduled" if part or subject else "homeroom",
                "schoolSourcedId": self._school,
                "termSourcedIds": ",".join(terms),
            }
            if part or subject:
                row["metadata.form"] = self._class(Taught(form.sourced_id, NO_SUBJECT))
            if part:
                row |= {"metadata.division": part.division, "metadata.subgroup": part.name}
            yield row

    def enrollments(self) -> Iterator[Row]:
        for taught in self.view.taught:
            teachers = self._teachers(taught)
            for teacher in teachers:
                yield self._seat(taught, teacher, "teacher") | {"primary": "true" if len(teachers) == 1 else ""}
            for member in self.view.members[taught.group]:
                yield self._seat(taught, member.person, "student") | {
                    "beginDate": member.starts.isoformat() if member.starts else "",
                    "endDate": member.ends.isoformat() if member.ends else "",
                }

    def _teachers(self, taught: Taught) -> list[SourcedId]:
        """Who teaches the subject there; of a form by itself, who leads it."""
        found = set(self.view.taught[taught])
        if taught.group in self.view.forms and not taught.subject and (tutor := self.view.forms[taught.group].tutor):
            found.add(tutor)
        return sorted(found & self.view.people.keys())

    def _seat(self, taught: Taught, person: SourcedId, role: str) -> dict[str, str]:
        return {
            "sourcedId": self._id(membership_id(person, SourcedId(f"{role}:{taught.group}:{taught.subject}"))),
            "classSourcedId": self._class(taught),
            "schoolSourcedId": self._school,
            "userSourcedId": self._id(person),
            "role": role,
        }

    # --- people -------------------------------------------------------------------------------------------------------

    def users(self) -> Iterator[Row]:
        for person in self.view.people.values():
            row = {
                "sourcedId": self._id(person.sourced_id),
                "enabledUser": "true",
                "username": self._id(person.sourced_id),
                "givenName": person.name.given,
                "familyName": person.name.family,
                "middleName": person.name.patronymic,
                "agentSourcedIds": ",".join(map(self._id, self.view.agents[person.sourced_id])),
            }
            if self.version == "1.1":
                row |= {"orgSourcedIds": self._school, "role": self._role(person)}
            else:
                row["primaryOrgSourcedId"] = self._school
            yield row | self._particulars(person)

    def _particulars(self, person: Pupil | Staff | Guardian) -> dict[str, str]:
        if isinstance(person, Guardian):
            return {"email": person.email, "phone": person.phone, "metadata.kinship": person.kinship}
        ids = {"userIds": f"{{СНИЛС:{person.snils}}}" if person.snils else ""}
        if isinstance(person, Staff):
            return ids | {"email": person.email, "metadata.position": person.position}
        return ids | {"identifier": person.personal_file, "grades": _grades(self.view.grades.get(person.sourced_id, 0))}

    def roles(self) -> Iterator[Row]:
        for person in self.view.people.values():
            yield {
                "sourcedId": self._id(SourcedId(f"role:{person.sourced_id}")),
                "userSourcedId": self._id(person.sourced_id),
                "roleType": "primary",
                "role": self._role(person),
                "orgSourcedId": self._school,
            }

    def demographics(self) -> Iterator[Row]:
        for person in self.view.people.values():
            if person.birth_date or person.sex:
                born = person.birth_date.isoformat() if person.birth_date else ""
                yield {"sourcedId": self._id(person.sourced_id), "birthDate": born, "sex": person.sex}

    def _role(self, person: Pupil | Staff | Guardian) -> str:
        if isinstance(person, Pupil):
            return "student"
        if isinstance(person, Guardian):
            kinship = person.kinship.casefold()
            return "parent" if kinship in _PARENTS else "relative" if kinship in _RELATIVES else "guardian"
        if person.sourced_id in self.view.teaching or not person.position or _TEACHES.search(person.position):
            return "teacher"
        if _HEAD.search(person.position) and not _DEPUTY.search(person.position):
            return "principal" if self.version == "1.2" else "administrator"
        deputy = _DEPUTY.search(person.position)
        return ("siteAdministrator" if self.version == "1.2" else "administrator") if deputy else "aide"

    # --- ids ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _school(self) -> str:
        return self._id(SourcedId("school"))

    @cached_property
    def _year(self) -> str:
        return self._id(SourcedId(f"year:{self.snapshot.scope.school_year}"))

    def _course(self, grade: int, subject: SourcedId) -> str:
        return self._id(SourcedId(f"course:{self.snapshot.scope.school_year}:{grade}:{subject}"))

    def _class(self, taught: Taught) -> str:
        return self._id(SourcedId(f"class:{taught.group}|{taught.subject}") if taught.subject else taught.group)

    def _id(self, sourced_id: SourcedId) -> str:
        return guid(self.school.key, sourced_id)


def _grades(grade: int) -> str:
    return f"{grade:02d}" if grade else ""
