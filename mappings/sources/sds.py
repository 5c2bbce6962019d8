"""A Microsoft SDS package as people, classes and seats (formats.md §8): each of its records is kept or named.

SDS knows no homerooms: a class that is called like a form is one. Its `relationships` say who may act for a pupil.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.names import clean
from mappings.sources.notes import Notes
from mappings.sources.package_cells import DateColumn, file_of, listed, name_of, not_taken, sex_of
from mappings.sources.packaged import KINSHIP, ROLES, Packaged, PackagedClass, PackagedKin, PackagedPerson, Role, Seat
from mappings.sources.packaged_parts import PackagedParts, packaged_parts
from mappings.sources.packaged_people import name_leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from connectors.sources.sds_wire import SdsFile

_NOT_ROSTER = ("academicSessions", "orgs", "courses")


def sds_parts(file: SdsFile) -> PackagedParts:
    """The parts of a package: SDS always tells everything, so what it does not mention is not there."""
    notes = Notes()
    notes.take(file.flaws)
    for name in _NOT_ROSTER:
        not_taken([row.where for row in file.rows(name)], notes)
    return packaged_parts(_Reader(file, notes).packaged(), notes, file.tables)


@dataclass
class _Reader:
    file: SdsFile
    notes: Notes

    def packaged(self) -> Packaged:
        kin = list(self._kin())
        people = {person.key: person for person in self._people({one.guardian for one in kin})}
        name_leftovers(self.file.rows("users"), people, self.notes)
        courses = {row.text("sourcedId"): clean(row.text("title")) for row in self.file.rows("courses")}
        classes = {one.key: one for one in self._classes(courses)}
        return Packaged(
            source=self.file.source,
            people=people,
            kin=tuple(self._known(kin, people)),
            classes=classes,
            seats=tuple(self._seats(people, classes)),
            courses=len(courses),
        )

    def _people(self, guardians: set[str]) -> Iterator[PackagedPerson]:
        roles, born, sexes = self._roles(), self._birth_dates(), self._sexes()
        pupils = 0
        for row in self.file.rows("users"):
            key = row.text("sourcedId")
            held = roles.get(key, frozenset()) | ({Role.GUARDIAN} if key in guardians else frozenset())
            if not self.notes.present(row, "familyName", "givenName"):
                continue
            if not held:
                self.notes.add("USER_WITHOUT_ROLE", row.where, key, blocks=True)
                continue
            pupils += Role.PUPIL in held
            yield PackagedPerson(
                key=key,
                where=row.where,
                name=name_of(row),
                roles=held,
                number=row.cell("sourcedId"),
                email=row.cell("email"),
                phone=row.cell("phone") if row.text("phone") else row.cell("sms"),
                sex=sexes.get(key, ""),
                birth_date=born.get(key),
            )
        if pupils:
            self.notes.add("NUMBER_IS_PACKAGE_ID", file_of(self.file.rows("users")[0].where), str(pupils))

    def _sexes(self) -> dict[str, str]:
        rows = self.file.rows("demographics")
        return {row.text("userSourcedId"): sex_of(row.cell("sex"), self.notes) for row in rows}

    def _birth_dates(self) -> dict[str, date | None]:
        rows, known = self.file.rows("demographics"), self._users()
        column = DateColumn.of(rows, "birthDate", self.notes)
        for row in rows:
            self._refer(row.text("userSourcedId") in known, row.where, f"userSourcedId={row.text('userSourcedId')}")
        return {row.text("userSourcedId"): column.read(row.cell("birthDate"), self.notes) for row in rows}

    def _roles(self) -> dict[str, frozenset[Role]]:
        """Roles by user, of the file of roles (2.1) and of the users' own column (2.0)."""
        found: dict[str, set[Role]] = defaultdict(set)
        known = self._users()
        told = [(row, "userSourcedId") for row in self.file.rows("roles")]
        told += [(row, "sourcedId") for row in self.file.rows("users") if row.text("role")]
        for row, column in told:
            user = row.text(column)
            for word in listed(row.text("role")):
                role = ROLES.get(word.casefold())
                if role is None:
                    self.notes.add("WORD_UNKNOWN", row.cell("role").where, word, blocks=True)
                elif self._refer(user in known, row.where, f"{column}={user}"):
                    if role in found[user]:
                        self.notes.add("ROLE_REPEATED", row.where, word)
                    found[user].add(role)
        return {user: frozenset(roles) for user, roles in found.items()}

    def _users(self) -> frozenset[str]:
        return frozenset(row.text("sourcedId") for row in self.file.rows("users"))

    def _refer(self, known: bool, where: str, raw: str) -> bool:
        if not known:
            self.notes.add("REFERENCE_BAD", where, raw, blocks=True)
        return known

    def _kin(self) -> Iterator[PackagedKin]:
        for row in self.file.rows("relationships"):
            word = row.text("relationshipRole")
            if word.casefold() not in KINSHIP:
                self.notes.add("WORD_UNKNOWN", row.cell("relationshipRole").where, word, blocks=True)
                continue
            yield PackagedKin(
                pupil=row.text("userSourcedId"),
                guardian=row.text("relationshipUserSourcedId"),
                kinship=KINSHIP[word.casefold()],
                where=row.where,
            )

    def _known(self, kin: list[PackagedKin], people: Mapping[str, PackagedPerson]) -> Iterator[PackagedKin]:
        for one in kin:
            raw = f"{one.pupil}, {one.guardian}"
            if self._refer(one.pupil in people and one.guardian in people, one.where, raw):
                yield one

    def _classes(self, courses: Mapping[str, str]) -> Iterator[PackagedClass]:
        for row in self.file.rows("classes"):
            if self.notes.present(row, "title"):
                yield PackagedClass(
                    key=row.text("sourcedId"),
                    where=row.where,
                    title=row.text("title"),
                    homeroom=False,
                    course=courses.get(row.text("courseSourcedId"), ""),
                    school=row.text("orgSourcedId"),
                )

    def _seats(self, people: Mapping[str, PackagedPerson], classes: Mapping[str, PackagedClass]) -> Iterator[Seat]:
        for row in self.file.rows("enrollments"):
            group, user, word = (row.text(name) for name in ("classSourcedId", "userSourcedId", "role"))
            role, person = ROLES.get(word.casefold()), people.get(user)
            if role not in {Role.PUPIL, Role.STAFF}:
                self.notes.add("WORD_UNKNOWN", row.cell("role").where, word, blocks=True)
            elif self._refer(
                person is not None and role in person.roles, row.where, f"userSourcedId={user}"
            ) and self._refer(group in classes, row.where, f"classSourcedId={group}"):
                yield Seat(where=row.where, group=group, person=user, role=role)
