"""The rules of the import service for groups, memberships and subjects (endpoints.md «Roster import»).

Callers own the GUIDs of the school, groups and persons; the diary issues every other id. Inserting the same group
again is harmless, inserting the same subject again makes a second one: that difference is the point of the emulation.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sandbox.nouns import ACTIVE, ARCHIVE, Group, Membership, Person, Subject
from connectors.sandbox.refusals import ImportRefusal

if TYPE_CHECKING:
    from connectors.sandbox.world import World

KNOWLEDGE_AREAS = frozenset(
    {
        *("Philology", "Mathematics", "SocialStudies", "NaturalScience"),
        *("Art", "PhysicalCulture", "Technology", "Common"),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """What one accepted call did."""

    id: int
    effect: str = "created"
    duplicate: bool = False
    marks_destroyed: int = 0
    work: int = 0


def own_school(world: World, guid: str) -> None:
    if not world.school.guid or guid.lower() != world.school.guid:
        raise ImportRefusal("foreignSchool", "the school GUID is not the token's school")


def well_formed(guid: str) -> str:
    try:
        return str(uuid.UUID(guid))
    except ValueError:
        raise ImportRefusal("invalidParameter", "guid is not a GUID") from None


def named(name: str) -> str:
    if not name.strip():
        raise ImportRefusal("invalidParameter", "name is blank")
    return name


def group_by(world: World, guid: str) -> Group:
    found = world.groups_by_guid.get(guid.lower())
    if found is None:
        raise ImportRefusal("unknownGuid", "no group has this GUID")
    return world.groups[found]


def person_by(world: World, guid: str) -> Person:
    found = world.persons_by_guid.get(guid.lower())
    if found is None:
        raise ImportRefusal("unknownGuid", "no person has this GUID")
    return world.persons[found]


# --- groups ----------------------------------------------------------------------------------------------------------


def insert_group(world: World, wanted: Group) -> Written:
    """A class. The same GUID with the same content is the same class; with another content it is refused."""
    _check_class(world, wanted)
    return _insert(world, wanted)


def insert_subgroup(world: World, guid: str, name: str, parent_guid: str, description: str) -> Written:
    """A subgroup inherits grade, year, periods and bells of its class."""
    parent = group_by(world, parent_guid)
    if parent.parent is not None:
        raise ImportRefusal("invalidParameter", "a subgroup cannot have subgroups")
    wanted = Group(
        id=0,
        guid=guid,
        name=named(name),
        parallel=parent.parallel,
        study_year=parent.study_year,
        period_group=parent.period_group,
        table=parent.table,
        description=description,
        parent=parent.id,
    )
    return _insert(world, wanted)


def update_group(world: World, wanted: Group) -> Written:
    """The class has the given content; its subgroups follow."""
    _check_class(world, wanted)
    group = group_by(world, wanted.guid)
    if group.parent is not None:
        raise ImportRefusal("invalidParameter", "subgroups have no update in this interface")
    group.name, group.description = wanted.name, wanted.description
    for one in (group, *world.subgroups_of(group)):
        one.parallel, one.study_year = wanted.parallel, wanted.study_year
        one.period_group, one.table = wanted.period_group, wanted.table
    return Written(group.id, "changed")


def _check_class(world: World, wanted: Group) -> None:
    named(wanted.name)
    if wanted.period_group and wanted.period_group not in world.period_groups:
        raise ImportRefusal("unknownId", "no reporting period group has this ID")
    if wanted.table and wanted.table not in world.timetables:
        raise ImportRefusal("unknownId", "no timetable has this ID")


def _insert(world: World, wanted: Group) -> Written:
    wanted.guid = well_formed(wanted.guid)
    taken = world.groups_by_guid.get(wanted.guid)
    if taken is not None:
        wanted.id = taken
        if world.groups[taken] != wanted:
            raise ImportRefusal("duplicate", "the GUID belongs to a group with another content")
        return Written(taken, "repeat")
    wanted.id = world.issue.long()
    world.groups[wanted.id] = wanted
    world.groups_by_guid[wanted.guid] = wanted.id
    return Written(wanted.id)


# --- memberships -----------------------------------------------------------------------------------------------------


def join(world: World, person: Person, group: Group) -> Written:
    """The person is an active member; an archived membership comes back to life under its own id."""
    row = world.members[group.id].get(person.id)
    if row is not None and row.status == ACTIVE:
        raise ImportRefusal("duplicate", "the person is already in this group")
    if row is not None:
        row.status = ACTIVE
        return Written(row.id, "changed")
    row = Membership(world.issue.long(), group.id, person.id)
    world.members[group.id][person.id] = row
    world.groups_of[person.id].add(group.id)
    return Written(row.id)


def leave(world: World, person: Person, group: Group) -> Written:
    """The membership is archived, never erased: marks keep their owner."""
    row = world.members.get(group.id, {}).get(person.id)
    if row is None or row.status == ARCHIVE:
        raise ImportRefusal("unknownId", "the person is not in this group")
    row.status = ARCHIVE
    return Written(row.id, "changed")


# --- subjects --------------------------------------------------------------------------------------------------------


def insert_subject(world: World, name: str, full_name: str, area: str) -> Written:
    """A new subject every time: a repeated call makes a namesake."""
    _check_area(area)
    twin = any(one.name.casefold() == name.casefold() for one in world.subjects.values())
    subject = Subject(world.issue.long(), named(name), full_name, area)
    world.subjects[subject.id] = subject
    return Written(subject.id, duplicate=twin)


def update_subject(world: World, subject_id: int, name: str, full_name: str, area: str) -> Written:
    _check_area(area)
    subject = subject_by(world, subject_id)
    subject.name, subject.full_name, subject.area = named(name), full_name, area
    return Written(subject_id, "changed")


def delete_subject(world: World, subject_id: int) -> Written:
    subject_by(world, subject_id)
    if any(lesson.subject == subject_id for lesson in world.lessons.values()):
        raise ImportRefusal("invalidParameter", "the subject has lessons")
    del world.subjects[subject_id]
    return Written(subject_id, "deleted")


def subject_by(world: World, subject_id: int) -> Subject:
    if subject_id not in world.subjects:
        raise ImportRefusal("unknownId", "no subject has this ID")
    return world.subjects[subject_id]


def _check_area(area: str) -> None:
    if area not in KNOWLEDGE_AREAS:
        raise ImportRefusal("invalidParameter", "knowledgeArea is unknown")
