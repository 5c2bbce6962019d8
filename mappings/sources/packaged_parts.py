"""A roster package as parts: the contingent, the staff, and the subgroups, where it has them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from mappings.sources.counts import nothing
from mappings.sources.package_cells import not_taken
from mappings.sources.packaged import Role
from mappings.sources.packaged_groups import groups_of
from mappings.sources.packaged_people import people_of
from state.local import LocalPart, SourceKind
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mappings.sources.notes import Notes
    from mappings.sources.packaged import Packaged
    from mappings.sources.packaged_groups import Groups
    from mappings.sources.packaged_people import People
    from state.local import Problem
    from state.records import Record

PEOPLE, CLASSES, SEATS = "people", "classes", "seats"
"""What a package may hold all of."""
_NEEDED: Mapping[str, tuple[str, ...]] = {PEOPLE: ("users",), CLASSES: ("classes",), SEATS: ("classes", "enrollments")}
"""The files that say all of it."""


class PackagedParts(NamedTuple):
    parts: tuple[LocalPart, ...]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    """Of a package that gives no part; else they are the first part's."""


def packaged_parts(packaged: Packaged, notes: Notes, in_full: Collection[str]) -> PackagedParts:
    """What the package gives; `in_full` are its files that tell everything: nothing of others is taken as missing.

    What the classes and seats of teaching assignments say is counted and named once (RECORDS_NOT_TAKEN).
    """
    told = {name for name, files in _NEEDED.items() if set(files) <= set(in_full)}
    people = people_of(packaged, notes)
    groups = groups_of(packaged, people, notes)
    not_taken([row.where for row in groups.plan], notes)
    not_taken([row.where for row in groups.unused_seats], notes)
    made = [
        part
        for part in (
            _contingent(packaged, people, groups, told if notes.whole else ()),
            _staff(packaged, people, groups, told if notes.whole else ()),
            _subgroups(packaged, groups, told if notes.whole else ()),
        )
        if any(part.records.values())
    ]
    problems = tuple(notes.problems)
    if made:
        made[0] = dataclasses.replace(made[0], problems=problems)
    return PackagedParts(tuple(made), _counts(packaged, groups), () if made else problems)


def _part(
    packaged: Packaged, kind: SourceKind, records: Mapping[RecordType, tuple[Record, ...]], complete: set[RecordType]
) -> LocalPart:
    return LocalPart(
        kind=kind,
        source=packaged.source.name,
        sha256=packaged.source.sha256,
        records=records,
        complete=frozenset(complete),
    )


def _contingent(packaged: Packaged, people: People, groups: Groups, told: Collection[str]) -> LocalPart:
    complete = {RecordType.PUPIL, RecordType.GUARDIAN} if PEOPLE in told and people.pupils else set()
    if groups.forms and CLASSES in told:
        complete.add(RecordType.FORM)
        complete |= {RecordType.MEMBERSHIP} if SEATS in told else set()
    records: dict[RecordType, tuple[Record, ...]] = {
        RecordType.PUPIL: tuple(people.pupils.values()),
        RecordType.GUARDIAN: tuple(people.guardians.values()),
        RecordType.FORM: tuple({form.sourced_id: form for form in groups.forms.values()}.values()),
        RecordType.MEMBERSHIP: tuple(groups.in_forms.values()),
    }
    return _part(packaged, SourceKind.PUPILS, records, complete)


def _staff(packaged: Packaged, people: People, groups: Groups, told: Collection[str]) -> LocalPart:
    records: dict[RecordType, tuple[Record, ...]] = {
        RecordType.STAFF: tuple(people.staff.values()),
        RecordType.FORM: tuple(groups.led),
    }
    return _part(packaged, SourceKind.STAFF, records, {RecordType.STAFF} if PEOPLE in told else set())


def _subgroups(packaged: Packaged, groups: Groups, told: Collection[str]) -> LocalPart:
    records: dict[RecordType, tuple[Record, ...]] = {
        RecordType.SUBGROUP: tuple({group.sourced_id: group for group in groups.subgroups.values()}.values()),
        RecordType.MEMBERSHIP: tuple(groups.in_subgroups.values()),
    }
    whole = {CLASSES, SEATS} <= set(told)
    return _part(
        packaged, SourceKind.SUBGROUPS, records, {RecordType.SUBGROUP, RecordType.MEMBERSHIP} if whole else set()
    )


def _counts(packaged: Packaged, groups: Groups) -> dict[str, int]:
    """Records of the package, by its own ids; a person of two roles counts in both."""
    roles = [role for person in packaged.people.values() for role in person.roles]
    different = {group.sourced_id: group for group in groups.subgroups.values()}
    return nothing() | {
        "staff": roles.count(Role.STAFF),
        "pupils": roles.count(Role.PUPIL),
        "guardians": roles.count(Role.GUARDIAN),
        "forms": len(groups.forms),
        "divisions": len({(group.form, group.division) for group in different.values()}),
        "subgroups": len(different),
        "subjects": packaged.courses,
        "plan_rows": len(groups.plan),
    }
