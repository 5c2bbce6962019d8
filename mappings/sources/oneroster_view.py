"""The school as a package sees it: who is in which class, who teaches it, and who is whose guardian."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from state.identity import SourcedId
from state.records import Form, Guardian, Lesson, Membership, Pupil, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from state.records import Record
    from state.snapshot import Snapshot

NO_SUBJECT = SourcedId("")


class Taught(NamedTuple):
    """What becomes a class: a group and what it learns; a blank subject is the group by itself."""

    group: SourcedId
    subject: SourcedId


def nameless(snapshot: Snapshot[Record]) -> frozenset[SourcedId]:
    """People OneRoster cannot hold: it requires a family name and a given name."""
    people: list[Pupil | Staff | Guardian] = [
        *snapshot.each(Pupil),
        *snapshot.each(Staff),
        *snapshot.each(Guardian),
    ]
    lacking = {one.sourced_id for one in people if not one.name.family or not one.name.given}
    return frozenset({*lacking, *(one.sourced_id for one in snapshot.each(Guardian) if one.pupil in lacking)})


@dataclass
class SchoolView:
    """Looked at once, asked often; people OneRoster cannot hold are not in it."""

    snapshot: Snapshot[Record]

    @cached_property
    def people(self) -> dict[SourcedId, Pupil | Staff | Guardian]:
        left = nameless(self.snapshot)
        everybody: list[Pupil | Staff | Guardian] = [
            *self.snapshot.each(Staff),
            *self.snapshot.each(Pupil),
            *self.snapshot.each(Guardian),
        ]
        return {one.sourced_id: one for one in everybody if one.sourced_id not in left}

    @cached_property
    def agents(self) -> dict[SourcedId, list[SourcedId]]:
        """Both name each other: some readers look at the pupil, some at the guardian."""
        agents: dict[SourcedId, list[SourcedId]] = defaultdict(list)
        for person in self.people.values():
            if isinstance(person, Guardian):
                agents[person.pupil].append(person.sourced_id)
                agents[person.sourced_id].append(person.pupil)
        return agents

    @cached_property
    def forms(self) -> dict[SourcedId, Form]:
        return {one.sourced_id: one for one in self.snapshot.each(Form)}

    @cached_property
    def subgroups(self) -> dict[SourcedId, Subgroup]:
        return {one.sourced_id: one for one in self.snapshot.each(Subgroup) if one.form in self.forms}

    @cached_property
    def subjects(self) -> dict[SourcedId, Subject]:
        return {one.sourced_id: one for one in self.snapshot.each(Subject)}

    @cached_property
    def members(self) -> dict[SourcedId, list[Membership]]:
        members: dict[SourcedId, list[Membership]] = defaultdict(list)
        for one in self.snapshot.each(Membership):
            if one.person in self.people:
                members[one.group].append(one)
        return members

    @cached_property
    def grades(self) -> dict[SourcedId, int]:
        return {one.person: form.grade for key, form in self.forms.items() for one in self.members[key]}

    @cached_property
    def taught(self) -> dict[Taught, set[SourcedId]]:
        """Every class with its teachers: forms, then what they and their subgroups learn."""
        found: dict[Taught, set[SourcedId]] = {Taught(form, NO_SUBJECT): set() for form in self.forms}
        for lesson in self.snapshot.each(Lesson):
            if lesson.subject in self.subjects and (lesson.group in self.forms or lesson.group in self.subgroups):
                found.setdefault(Taught(lesson.group, lesson.subject), set()).update(lesson.teachers)
        learning = {taught.group for taught in found}
        return found | {Taught(group, NO_SUBJECT): set() for group in self.subgroups if group not in learning}

    @cached_property
    def teaching(self) -> set[SourcedId]:
        tutors = {form.tutor for form in self.forms.values() if form.tutor}
        return tutors.union(*self.taught.values())

    def form_of(self, group: SourcedId) -> Form:
        part = self.subgroups.get(group)
        return self.forms[part.form if part else group]

    def course_of(self, taught: Taught) -> tuple[int, SourcedId]:
        return self.form_of(taught.group).grade, taught.subject
