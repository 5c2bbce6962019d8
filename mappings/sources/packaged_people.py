"""People of a roster package as canonical records: pupils by number, staff by name, guardians by their pupil."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.sources.package_cells import heading, other_ids
from mappings.sources.packaged import Role
from state.identity import SourcedId, guardian_id, pupil_id, staff_id
from state.records import Guardian, Pupil, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.sources.wire import Row
    from mappings.sources.notes import Notes
    from mappings.sources.packaged import Packaged, PackagedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Records by the package's key of the person; a guardian has one record for every pupil."""

    pupils: dict[str, Pupil] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    guardians: dict[SourcedId, Guardian] = field(default_factory=dict)


def name_leftovers(users: Iterable[Row], people: Mapping[str, PackagedPerson], notes: Notes) -> None:
    """Names once for each column what stands there for people of whom it is not kept: a pupil's telephone, say."""
    lost: Counter[tuple[str, str]] = Counter()
    for row, person in ((row, people[key]) for row in users if (key := row.text("sourcedId")) in people):
        for column, cell in row.cells.items():
            keepers = _KEPT_OF.get(column)
            second = column == "sms" and bool(row.text("phone"))
            if (
                second
                or (keepers is not None and not keepers & person.roles)
                or (column == "userIds" and other_ids(cell))
            ):
                lost[heading(cell), column] += 1
    for (where, column), count in lost.items():
        notes.add("VALUES_NOT_TAKEN", where, f"{column}: {count}")


_KEPT_OF: Mapping[str, frozenset[Role]] = {
    "email": frozenset({Role.STAFF, Role.GUARDIAN}),
    "phone": frozenset({Role.GUARDIAN}),
    "sms": frozenset({Role.GUARDIAN}),
    "identifier": frozenset({Role.PUPIL}),
    "userIds": frozenset({Role.PUPIL, Role.STAFF}),
    "metadata.kinship": frozenset({Role.GUARDIAN}),
    "metadata.position": frozenset({Role.STAFF}),
}
"""Of which people a value is kept; columns not named here are everybody's."""


def people_of(packaged: Packaged, notes: Notes) -> People:
    """Everybody who can be told apart from everybody else; the others are named by a problem and left out."""
    people = People()
    _add_pupils(packaged, people, notes)
    _add_staff(packaged, people, notes)
    _add_guardians(packaged, people, notes)
    return people


def _with(packaged: Packaged, role: Role) -> list[PackagedPerson]:
    return [person for person in packaged.people.values() if role in person.roles]


def _add_pupils(packaged: Packaged, people: People, notes: Notes) -> None:
    """Pupils who share a number are all left out: whose it is, a person must say."""
    by_number: dict[SourcedId, list[PackagedPerson]] = defaultdict(list)
    for person in _with(packaged, Role.PUPIL):
        by_number[pupil_id(person.number.text)].append(person)
    for sourced_id, same in by_number.items():
        if len(same) > 1:
            for person in same:
                notes.add("FILE_NUMBER_SHARED", person.number.where, person.number.text, blocks=True)
            continue
        [person] = same
        people.pupils[person.key] = Pupil(
            sourced_id=sourced_id,
            name=person.name,
            personal_file=person.number.text,
            sex=person.sex,
            birth_date=person.birth_date,
            snils=notes.snils(person.snils),
        )


def _add_staff(packaged: Packaged, people: People, notes: Notes) -> None:
    """Namesakes are told apart by their birth dates; those without one are left out, as on the staff sheet."""
    staff = _with(packaged, Role.STAFF)
    names = Counter(normalise_name(person.name) for person in staff)
    taken: set[SourcedId] = set()
    for person in staff:
        shared = names[normalise_name(person.name)] > 1
        if shared and person.birth_date is None:
            notes.add("NAMESAKE_WITHOUT_BIRTH_DATE", person.where, person.name.full, blocks=True)
            continue
        sourced_id = staff_id(person.name.full, person.birth_date if shared else None)
        if sourced_id in taken:
            notes.add("PERSON_REPEATED", person.where, person.name.full, blocks=True)
            continue
        taken.add(sourced_id)
        people.staff[person.key] = Staff(
            sourced_id=sourced_id,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            snils=notes.snils(person.snils),
            email=notes.email(person.email),
            position=person.position,
        )


def _add_guardians(packaged: Packaged, people: People, notes: Notes) -> None:
    related: set[str] = set()
    for kin in packaged.kin:
        related.add(kin.guardian)
        pupil, person = people.pupils.get(kin.pupil), packaged.people[kin.guardian]
        if pupil is None:
            notes.add("GUARDIAN_WITHOUT_PUPIL", kin.where, person.name.full, blocks=True)
            continue
        sourced_id = guardian_id(pupil.sourced_id, person.name.full)
        if sourced_id in people.guardians:
            notes.add("GUARDIAN_REPEATED", kin.where, person.name.full)
            continue
        people.guardians[sourced_id] = Guardian(
            sourced_id=sourced_id,
            pupil=pupil.sourced_id,
            name=person.name,
            kinship=kin.kinship,
            sex=person.sex,
            birth_date=person.birth_date,
            phone=notes.phone(person.phone),
            email=notes.email(person.email),
        )
    for person in _with(packaged, Role.GUARDIAN):
        if person.key not in related:
            notes.add("GUARDIAN_WITHOUT_PUPIL", person.where, person.name.full, blocks=True)
