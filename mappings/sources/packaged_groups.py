"""Classes of a roster package as forms and subgroups, and who is in them.

A package knows no subgroups: a class of some pupils of ONE form is one (formats.md §11). A class of a whole form, or of
several forms, is a teaching assignment: Sverka takes those from the timetable.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean
from mappings.sources.package_cells import file_of
from mappings.sources.packaged import Role
from mappings.sources.provisional import PersonReference, undated_form
from state.identity import SourcedId, membership_id, subgroup_id
from state.records import Form, Membership, Subgroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mappings.sources.notes import Notes
    from mappings.sources.packaged import Packaged, PackagedClass, Seat
    from mappings.sources.packaged_people import People
    from state.records import Pupil

_FORM = re.compile(r"(1[01]|[1-9])[^\W\d_]( \(.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """`plan` are the classes that are neither; `taken` counts the seats that became something."""

    forms: dict[str, Form] = field(default_factory=dict)
    led: list[Form] = field(default_factory=list)
    subgroups: dict[str, Subgroup] = field(default_factory=dict)
    in_forms: dict[SourcedId, Membership] = field(default_factory=dict)
    in_subgroups: dict[SourcedId, Membership] = field(default_factory=dict)
    plan: list[PackagedClass] = field(default_factory=list)
    unused_seats: list[Seat] = field(default_factory=list)


def groups_of(packaged: Packaged, people: People, notes: Notes) -> Groups:
    """Every class a form, a subgroup or a teaching assignment; every seat a membership, a tutor, or counted."""
    groups = Groups()
    seats: dict[str, list[Seat]] = defaultdict(list)
    for seat in packaged.seats:
        seats[seat.group].append(seat)
    homerooms = _homerooms(packaged, notes)
    for one in homerooms:
        _add_form(groups, one, packaged, notes)
    for key in groups.forms:
        _seat_in_form(groups, key, seats[key], people, notes)
    members = {key: {seat.person for seat in seats[key] if seat.role is Role.PUPIL} for key in groups.forms}
    for one in packaged.classes.values():
        if one in homerooms:
            groups.unused_seats.extend(seats[one.key] if one.key not in groups.forms else ())
            continue
        pupils = {seat.person for seat in seats[one.key] if seat.role is Role.PUPIL}
        form = _form_of(one, pupils, members, groups)
        if form:
            known = [people.pupils[key] for key in sorted(pupils) if key in people.pupils]
            _add_subgroup(groups, one, groups.forms[form], known)
            groups.unused_seats.extend(seat for seat in seats[one.key] if seat.role is not Role.PUPIL)
        else:
            groups.plan.append(one)
            groups.unused_seats.extend(seats[one.key])
    return groups


def _homerooms(packaged: Packaged, notes: Notes) -> list[PackagedClass]:
    """Homerooms; where the package has none, the classes that are called like forms."""
    told = [one for one in packaged.classes.values() if one.homeroom]
    if told or not packaged.classes:
        return told
    named = [one for one in packaged.classes.values() if _FORM.fullmatch(parse_form(one.title).name)]
    for one in named:
        notes.add("CLASS_TAKEN_AS_FORM", one.where, one.title)
    if not named:
        notes.add("NO_HOMEROOMS", file_of(next(iter(packaged.classes.values())).where))
    return named


def _add_form(groups: Groups, one: PackagedClass, packaged: Packaged, notes: Notes) -> None:
    """Two homerooms of one name are one form, unless they are of two schools: then only the first is ours to name."""
    parsed = parse_form(one.title)
    if not parsed.name:
        notes.add("FORM_NAME_BAD", one.where, one.title, blocks=True)
        return
    sourced_id = undated_form(parsed.name)
    same = next((key for key, form in groups.forms.items() if form.sourced_id == sourced_id), None)
    if same is not None:
        foreign = packaged.classes[same].school != one.school
        notes.add("FORM_OF_OTHER_SCHOOL" if foreign else "FORM_REPEATED", one.where, one.title, blocks=foreign)
        if foreign:
            return
    grade = parsed.grade or one.grade
    if not grade:
        notes.add("FORM_WITHOUT_GRADE", one.where, one.title)
    groups.forms[one.key] = Form(sourced_id=sourced_id, name=parsed.name, grade=grade)


def _seat_in_form(groups: Groups, key: str, seats: list[Seat], people: People, notes: Notes) -> None:
    form = groups.forms[key]
    leaders = [seat for seat in seats if seat.role is Role.STAFF and seat.person in people.staff]
    first = [seat for seat in leaders if seat.primary] or leaders
    for seat in first:
        led = dataclasses.replace(form, tutor=people.staff[seat.person].sourced_id)
        if led not in groups.led:
            groups.led.append(led)
    groups.unused_seats.extend(seat for seat in seats if seat.role is not Role.PUPIL and seat not in first)
    for seat in (seat for seat in seats if seat.role is Role.PUPIL and seat.person in people.pupils):
        person = people.pupils[seat.person].sourced_id
        member = Membership(
            sourced_id=membership_id(person, form.sourced_id),
            person=person,
            group=form.sourced_id,
            starts=seat.starts,
            ends=seat.ends,
        )
        if member.sourced_id in groups.in_forms:
            notes.add("ROW_REPEATED", seat.where, form.name)
        groups.in_forms[member.sourced_id] = member


def _form_of(one: PackagedClass, pupils: set[str], members: Mapping[str, set[str]], groups: Groups) -> str:
    """Key of the form the class is a part of: told by the package, else by its pupils; blank where it is of no one."""
    if one.form:
        return one.form if one.subgroup and one.form in groups.forms else ""
    homes = [key for key, inside in members.items() if pupils & inside]
    return homes[0] if len(homes) == 1 and pupils < members[homes[0]] else ""


def _add_subgroup(groups: Groups, one: PackagedClass, form: Form, pupils: list[Pupil]) -> None:
    name = clean(one.subgroup or one.title)
    division = clean(one.division if one.subgroup else one.course or one.title)
    group = Subgroup(
        sourced_id=subgroup_id(form.sourced_id, division, name),
        name=name,
        form=form.sourced_id,
        division=division,
    )
    groups.subgroups[one.key] = group
    for pupil in pupils:
        person = PersonReference(kind="pupil", name=pupil.name.full, file=pupil.personal_file).as_id()
        member = Membership(sourced_id=membership_id(person, group.sourced_id), person=person, group=group.sourced_id)
        groups.in_subgroups[member.sourced_id] = member
