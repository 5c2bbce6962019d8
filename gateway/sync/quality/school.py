"""Forms, subgroups, subjects and lessons: what one file has and another lacks."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from rapidfuzz import fuzz

from gateway.sync.quality.remarks import remark
from mappings.names import normalise_name
from state.records import Form, Lesson, Membership, RecordType, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.sync.quality.people import People
    from gateway.sync.quality.remarks import Remark
    from mappings.references import LinkIndex
    from state.identity import SourcedId
    from state.records import Record
    from state.snapshot import Snapshot

ALIKE = 92.0
"""rapidfuzz ratio, percent, from which two names of subjects look like one; «Физика» and «Химия» are at 36."""


def check_school(people: People, links: LinkIndex) -> Iterator[Remark]:
    """Every remark about groups, subjects and lessons."""
    snapshot = people.snapshot
    forms = {form.sourced_id: form for form in cast("tuple[Form, ...]", snapshot.of(RecordType.FORM))}
    groups = cast("tuple[Subgroup, ...]", snapshot.of(RecordType.SUBGROUP))
    yield from _forms(people, forms, groups)
    yield from _seats(people, forms, groups)
    yield from _subjects(snapshot, links)
    yield from _untaught(snapshot, forms, {group.sourced_id: group for group in groups})


def _forms(people: People, forms: Mapping[SourcedId, Form], groups: tuple[Subgroup, ...]) -> Iterator[Remark]:
    inhabited = {form.sourced_id for form in people.forms.values()}
    parts = {group.sourced_id: group.form for group in groups}
    taught = {parts.get(lesson.group, lesson.group) for lesson in _lessons(people.snapshot)}
    for form in forms.values():
        if form.tutor is None and form.sourced_id in inhabited:
            yield remark("FORM_WITHOUT_TUTOR", form.name)
        if form.sourced_id not in inhabited and inhabited:
            yield remark("FORM_WITHOUT_PUPILS", form.name)
        if form.sourced_id not in taught and taught:
            yield remark("FORM_WITHOUT_LESSONS", form.name)


def _seats(people: People, forms: Mapping[SourcedId, Form], groups: tuple[Subgroup, ...]) -> Iterator[Remark]:
    """Each pupil is in exactly one subgroup of every division of the form that any pupil is seated in (R090)."""
    divisions = {group.sourced_id: (group.form, normalise_name(group.division)) for group in groups}
    titles = {divisions[group.sourced_id]: group.division for group in groups}
    seated: dict[tuple[SourcedId, str], set[SourcedId]] = defaultdict(set)
    for member in cast("tuple[Membership, ...]", people.snapshot.of(RecordType.MEMBERSHIP)):
        if member.group in divisions:
            seated[divisions[member.group]].add(member.person)
    for pupil in people.pupils:
        form = people.forms.get(pupil.sourced_id)
        for (owner, division), members in seated.items():
            if form and owner == form.sourced_id and pupil.sourced_id not in members:
                yield remark("SUBGROUP_SEAT_MISSING", people.label(pupil), titles[owner, division])
    for place in sorted(set(divisions.values()) - set(seated)):
        yield remark("DIVISION_WITHOUT_PUPILS", forms[place[0]].name if place[0] in forms else "", titles[place])


def _subjects(snapshot: Snapshot[Record], links: LinkIndex) -> Iterator[Remark]:
    """Subjects the diary was asked about and did not know, and names that look like one another."""
    subjects = cast("tuple[Subject, ...]", snapshot.of(RecordType.SUBJECT))
    met = any(links.get(RecordType.SUBJECT, subject.sourced_id) for subject in subjects)
    for subject in subjects:
        if met and links.get(RecordType.SUBJECT, subject.sourced_id) is None:
            yield remark("SUBJECT_UNMAPPED", subject.name)
    ordered = sorted(subjects, key=lambda subject: normalise_name(subject.name))
    for one, other in pairwise(ordered):
        if fuzz.ratio(normalise_name(one.name), normalise_name(other.name)) >= ALIKE:
            yield remark("SUBJECTS_ALIKE", one.name, other.name)


def _untaught(
    snapshot: Snapshot[Record], forms: Mapping[SourcedId, Form], groups: Mapping[SourcedId, Subgroup]
) -> Iterator[Remark]:
    """Lessons nobody teaches, one remark for a group and subject."""
    names = {
        subject.sourced_id: subject.name for subject in cast("tuple[Subject, ...]", snapshot.of(RecordType.SUBJECT))
    }
    lonely = Counter((lesson.group, lesson.subject) for lesson in _lessons(snapshot) if not lesson.teachers)
    for (group, subject), count in sorted(lonely.items()):
        yield remark("LESSONS_WITHOUT_TEACHER", _group(group, forms, groups), f"{names.get(subject, '')}: {count}")


def _group(group: SourcedId, forms: Mapping[SourcedId, Form], groups: Mapping[SourcedId, Subgroup]) -> str:
    if group in forms:
        return forms[group].name
    part = groups.get(group)
    return f"{forms[part.form].name}, {part.name}" if part and part.form in forms else ""


def _lessons(snapshot: Snapshot[Record]) -> tuple[Lesson, ...]:
    return cast("tuple[Lesson, ...]", snapshot.of(RecordType.LESSON))
