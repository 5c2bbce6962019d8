"""A OneRoster package as people, classes and seats (formats.md §7): each of its records is kept or named."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.oneroster_wire import BULK, NOT_ROSTER
from connectors.sources.wire import Cell
from mappings.names import clean
from mappings.sources.notes import Notes
from mappings.sources.oneroster_lay import basis_of, living
from mappings.sources.package_cells import DateColumn, file_of, grade_of, listed, name_of, not_taken, sex_of, snils_in
from mappings.sources.packaged import KINSHIP, ROLES, Packaged, PackagedClass, PackagedKin, PackagedPerson, Role, Seat
from mappings.sources.packaged_parts import PackagedParts, packaged_parts
from mappings.sources.packaged_people import name_leftovers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from connectors.sources.oneroster_wire import OneRosterFile
    from connectors.sources.wire import Row

_OTHER_SEATS = frozenset({"administrator", "proctor", "aide"})


def oneroster_parts(file: OneRosterFile) -> PackagedParts:
    """The parts of a whole package; the first keeps its rows, so that changes by their ids can be laid over them."""
    notes = Notes()
    notes.take(file.flaws)
    alive, gone = living(file)
    notes.problems += gone
    _name_unused(alive, notes)
    reader = _Reader(alive, notes)
    in_full = {name for name, table in alive.tables.items() if table.mode == BULK}
    made = packaged_parts(reader.packaged(), notes, in_full)
    if not made.parts:
        return made
    first = dataclasses.replace(made.parts[0], basis=basis_of(alive))
    return made._replace(parts=(first, *made.parts[1:]))


def _name_unused(file: OneRosterFile, notes: Notes) -> None:
    for where, count in file.unused.items():
        notes.add("RECORDS_NOT_TAKEN", where, str(count))
    for name in NOT_ROSTER:
        not_taken([row.where for row in file.rows(name)], notes)
    schools = [row.text("name") for row in file.rows("orgs") if row.text("type").casefold() == "school"]
    if len(schools) > 1:
        notes.add("SCHOOLS_SEVERAL", file_of(file.rows("orgs")[0].where), ", ".join(schools), blocks=True)


@dataclass
class _Reader:
    file: OneRosterFile
    notes: Notes

    def packaged(self) -> Packaged:
        people = {person.key: person for person in self._people()}
        name_leftovers(self.file.rows("users"), people, self.notes)
        courses = {row.text("sourcedId"): clean(row.text("title")) for row in self.file.rows("courses")}
        classes = {one.key: one for one in self._classes(courses)}
        return Packaged(
            source=self.file.source,
            people=people,
            kin=tuple(self._kin(people)),
            classes=classes,
            seats=tuple(self._seats(people, classes)),
            courses=len(courses),
        )

    # --- people -------------------------------------------------------------------------------------------------------

    def _people(self) -> Iterator[PackagedPerson]:
        roles, born, sexes = self._roles(), self._birth_dates(), {}
        for row in self.file.rows("demographics"):
            sexes[row.text("sourcedId")] = sex_of(row.cell("sex"), self.notes)
        numberless: list[Row] = []
        for row in self.file.rows("users"):
            key = row.text("sourcedId")
            held = roles.pop(key, frozenset())
            if not self.notes.present(row, "familyName", "givenName"):
                continue
            if not held:
                self.notes.add("USER_WITHOUT_ROLE", row.where, key, blocks=True)
                continue
            if Role.PUPIL in held and not row.text("identifier"):
                numberless.append(row)
            yield PackagedPerson(
                key=key,
                where=row.where,
                name=name_of(row),
                roles=held,
                number=row.cell("identifier") if row.text("identifier") else row.cell("sourcedId"),
                snils=Cell(snils_in(row.cell("userIds")), row.cell("userIds").where),
                email=row.cell("email"),
                phone=row.cell("phone") if row.text("phone") else row.cell("sms"),
                sex=sexes.pop(key, ""),
                birth_date=born.pop(key, None),
                position=row.text("metadata.position"),
            )
        if numberless:
            self.notes.add("NUMBER_IS_PACKAGE_ID", file_of(numberless[0].where), str(len(numberless)))

    def _birth_dates(self) -> dict[str, date | None]:
        rows = self.file.rows("demographics")
        column = DateColumn.of(rows, "birthDate", self.notes)
        known = {row.text("sourcedId") for row in self.file.rows("users")}
        for row in rows:
            if row.text("sourcedId") not in known:
                self.notes.add("REFERENCE_BAD", row.where, f"sourcedId={row.text('sourcedId')}", blocks=True)
        return {row.text("sourcedId"): column.read(row.cell("birthDate"), self.notes) for row in rows}

    def _roles(self) -> dict[str, frozenset[Role]]:
        """Roles by user: of the file of roles, of the users' own column, and of whoever names them as an agent."""
        found: dict[str, set[Role]] = defaultdict(set)
        users = {row.text("sourcedId") for row in self.file.rows("users")}
        for row in self.file.rows("roles"):
            user = row.text("userSourcedId")
            if not self.notes.present(row, "userSourcedId", "role"):
                continue
            if user not in users:
                self.notes.add("REFERENCE_BAD", row.where, f"userSourcedId={user}", blocks=True)
            else:
                self._give(found[user], row, row.text("role"))
        for row in self.file.rows("users"):
            for word in listed(row.text("role")):
                self._give(found[row.text("sourcedId")], row, word)
        pupils = {user for user, roles in found.items() if Role.PUPIL in roles}
        for row in self.file.rows("users"):
            agents = listed(row.text("agentSourcedIds")) if row.text("sourcedId") in pupils else ()
            for agent in agents:
                if agent in users and not found[agent]:
                    found[agent].add(Role.GUARDIAN)
        return {user: frozenset(roles) for user, roles in found.items()}

    def _give(self, held: set[Role], row: Row, word: str) -> None:
        """The role joins those the person has; the same one again, in another school, is named."""
        role = ROLES.get(word.casefold())
        if role is None:
            self.notes.add("WORD_UNKNOWN", row.cell("role").where, word, blocks=True)
        elif role in held:
            self.notes.add("ROLE_REPEATED", row.where, word)
        else:
            held.add(role)

    def _kin(self, people: Mapping[str, PackagedPerson]) -> Iterator[PackagedKin]:
        """Each pair once, whichever of the two names the other."""
        told: set[tuple[str, str]] = set()
        words = self._kinship()
        for row in self.file.rows("users"):
            cell = row.cell("agentSourcedIds")
            one = people.get(row.text("sourcedId"))
            for agent in listed(cell.text) if one else ():
                other = people.get(agent)
                if other is None:
                    self.notes.add("REFERENCE_BAD", cell.where, f"agentSourcedIds={agent}", blocks=True)
                    continue
                pupil, guardian = (one, other) if one and Role.PUPIL in one.roles else (other, one)
                if guardian is None or Role.PUPIL not in pupil.roles or Role.GUARDIAN not in guardian.roles:
                    self.notes.add("AGENT_NOT_GUARDIAN", cell.where, agent)
                elif (pupil.key, guardian.key) not in told:
                    told.add((pupil.key, guardian.key))
                    kinship = words.get(guardian.key, "")
                    yield PackagedKin(pupil=pupil.key, guardian=guardian.key, kinship=kinship, where=cell.where)

    def _kinship(self) -> dict[str, str]:
        """By guardian: the school's own words, where the package has any, else what the role says."""
        words = {row.text("userSourcedId"): row.text("role") for row in self.file.rows("roles")}
        words |= {row.text("sourcedId"): row.text("role") for row in self.file.rows("users") if row.text("role")}
        told = {row.text("sourcedId"): row.text("metadata.kinship") for row in self.file.rows("users")}
        if any(told.values()):
            return told
        return {key: KINSHIP.get(word.casefold(), "") for key, word in words.items()}

    # --- classes and who is in them -----------------------------------------------------------------------------------

    def _classes(self, courses: Mapping[str, str]) -> Iterator[PackagedClass]:
        schools = {row.text("sourcedId") for row in self.file.rows("orgs")}
        for row in self.file.rows("classes"):
            if not self.notes.present(row, "title"):
                continue
            kind = row.text("classType").casefold()
            if kind not in {"homeroom", "scheduled"}:
                self.notes.add("WORD_UNKNOWN", row.cell("classType").where, row.text("classType"))
            yield PackagedClass(
                key=row.text("sourcedId"),
                where=row.where,
                title=row.text("title"),
                homeroom=kind == "homeroom",
                grade=grade_of(row.text("grades")),
                course=courses.get(self._named(row, "courseSourcedId", courses), ""),
                school=self._named(row, "schoolSourcedId", schools),
                form=row.text("metadata.form"),
                division=row.text("metadata.division"),
                subgroup=row.text("metadata.subgroup"),
            )

    def _named(self, row: Row, column: str, known: Collection[str]) -> str:
        """The id of another record; one that is of none is named, where the package tells any."""
        if row.text(column) and known and row.text(column) not in known:
            self.notes.add("REFERENCE_BAD", row.cell(column).where, f"{column}={row.text(column)}")
        return row.text(column)

    def _seats(self, people: Mapping[str, PackagedPerson], classes: Mapping[str, PackagedClass]) -> Iterator[Seat]:
        rows = self.file.rows("enrollments")
        starts, ends = (DateColumn.of(rows, column, self.notes) for column in ("beginDate", "endDate"))
        others: list[str] = []
        for row in rows:
            if not self.notes.present(row, "classSourcedId", "userSourcedId", "role"):
                continue
            word, person = row.text("role").casefold(), people.get(row.text("userSourcedId"))
            role = ROLES.get(word)
            if role not in {Role.PUPIL, Role.STAFF}:
                self.notes.add("WORD_UNKNOWN", row.cell("role").where, row.text("role"), blocks=True)
            elif person is None or role not in person.roles:
                self.notes.add("REFERENCE_BAD", row.where, f"userSourcedId={row.text('userSourcedId')}", blocks=True)
            elif row.text("classSourcedId") not in classes:
                self.notes.add("REFERENCE_BAD", row.where, f"classSourcedId={row.text('classSourcedId')}", blocks=True)
            elif word in _OTHER_SEATS:
                others.append(row.where)
            else:
                yield Seat(
                    where=row.where,
                    group=row.text("classSourcedId"),
                    person=person.key,
                    role=role,
                    primary=row.text("primary").casefold() in {"true", "1"},
                    starts=starts.read(row.cell("beginDate"), self.notes),
                    ends=ends.read(row.cell("endDate"), self.notes),
                )
        not_taken(others, self.notes)
