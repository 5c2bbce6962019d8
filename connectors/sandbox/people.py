"""How people get into the diary: the administrator uploads the persons workbook, or a secretary types one in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sandbox.counters import UPLOAD, Write
from connectors.sandbox.nouns import PARENT, PUPIL, Person
from connectors.sandbox.roster import join
from connectors.sandbox.workbook import PersonRow, RowRefusal, read_workbook

if TYPE_CHECKING:
    from connectors.sandbox.nouns import Group
    from connectors.sandbox.world import World


@dataclass(slots=True)
class Upload:
    """What one upload did, row by row."""

    created: int = 0
    bound: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowRefusal] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        refused = sorted(self.refused, key=lambda one: one.row)
        return {
            "created": self.created,
            "bound": self.bound,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": [{"row": one.row, "why": one.why} for one in refused],
        }


class _Refused(Exception):
    pass


def upload(world: World, body: bytes) -> Upload:
    """Every readable row is in the diary: created, bound to the person it names, or updated; never a second person.

    Guardians are taken last, because their pupils may stand below them. Raises ApiRefusal for a wrong file.
    """
    rows, unreadable = read_workbook(body)
    result = Upload(refused=unreadable)
    for row in sorted(rows, key=lambda one: one.role == PARENT):
        try:
            effect = _take(world, row)
        except _Refused as refusal:
            result.refused.append(RowRefusal(row.row, str(refusal)))
            continue
        setattr(result, effect, getattr(result, effect) + 1)
        if effect != "unchanged":
            world.counters.history.append(
                Write(UPLOAD, effect, str(world.persons_by_guid[row.guid]), {"guid": row.guid})
            )
    return result


def enter_by_hand(world: World, group: Group, family: str, given: str, patronymic: str) -> Person:
    """A secretary's pupil: no GUID, no account, straight in the group."""
    person = world.add_person(Person(world.issue.person(), family, given, patronymic, roles={PUPIL}))
    join(world, person, group)
    return person


def _take(world: World, row: PersonRow) -> str:
    pupil = _pupil(world, row)
    person, effect = _find(world, row)
    changed = _fill(world, person, row)
    changed |= _relate(world, person, pupil, row.kinship)
    if effect == "updated" and not changed:
        return "unchanged"
    return effect


def _pupil(world: World, row: PersonRow) -> Person | None:
    if row.role != PARENT:
        return None
    found = world.persons_by_guid.get(row.pupil_guid)
    if found is None or PUPIL not in world.persons[found].roles:
        raise _Refused("ученик с таким GUID не найден")
    return world.persons[found]


def _find(world: World, row: PersonRow) -> tuple[Person, str]:
    known = world.persons_by_guid.get(row.guid)
    if known is not None:
        if row.person_id not in (None, known):
            raise _Refused("GUID уже принадлежит другому человеку")
        return world.persons[known], "updated"
    if row.person_id is None:
        person = world.add_person(Person(world.issue.person(), row.family, row.given))
        effect = "created"
    else:
        person, effect = _bindable(world, row.person_id, row.role), "bound"
    person.guid = person.guid or row.guid
    world.persons_by_guid[row.guid] = person.id
    return person, effect


def _bindable(world: World, person_id: int, role: str) -> Person:
    """A parent of two pupils, or a teacher who is a parent too, answers to several GUIDs; a pupil to one."""
    person = world.persons.get(person_id)
    if person is None:
        raise _Refused("человека с таким ID нет")
    if person.guid and role != PARENT and role in person.roles:
        raise _Refused("человек с таким ID уже связан с другим GUID")
    return person


def _fill(world: World, person: Person, row: PersonRow) -> bool:
    """Carries the row's fields over, True when any changed; blank is "not recorded" and erases nothing.

    Pupils and staff always get an account, guardians when there is a way to reach them.
    """
    before = (person.full, person.sex, person.birthday, person.snils, person.phone, person.email, set(person.roles))
    world.rename(person, row.family)
    person.given, person.patronymic = row.given, row.patronymic or person.patronymic
    person.sex, person.birthday = row.sex or person.sex, row.birthday or person.birthday
    person.snils = row.snils or person.snils
    person.phone, person.email = row.phone or person.phone, row.email or person.email
    person.roles.add(row.role)
    if row.role != PARENT or row.phone or row.email:
        world.give_user(person)
    return before != (
        *(person.full, person.sex, person.birthday, person.snils, person.phone, person.email),
        person.roles,
    )


def _relate(world: World, person: Person, pupil: Person | None, kinship: str) -> bool:
    if pupil is None or world.guardians[pupil.id].get(person.id) == kinship:
        return False
    world.guardians[pupil.id][person.id] = kinship
    world.children[person.id][pupil.id] = kinship
    return True
