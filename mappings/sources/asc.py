"""An aSc timetable into canonical records: everything by name, because ids live for one export (formats.md, fact 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean, parse_name
from mappings.sources.asc_bells import bell_schedules
from mappings.sources.asc_cards import Places, covers_cycle, place_cards, week_cycle
from mappings.sources.notes import Notes
from mappings.sources.pick import first_of_each
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, staff_id, subgroup_id, subject_id
from state.local import LocalPart, SourceKind
from state.records import Form, RecordType, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.asc_wire import AscFile

_TYPES = frozenset(
    {RecordType.BELL_SCHEDULE, RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP, RecordType.LESSON}
)


def asc_part(file: AscFile) -> LocalPart:
    """The timetable: bells, subjects, teachers as written, forms, subgroups, and the cards of the week.

    Equal names of subjects are one subject. Equal names of teachers stay two records of one provisional id, so that
    `assemble` sees that there are two. An export without cards for some week of its cycle is not the whole timetable.
    """
    notes = Notes()
    notes.take(file.flaws)
    subjects, teachers = _subjects(file, notes), _teachers(file, notes)
    forms = _forms(file, teachers, notes)
    subgroups = _subgroups(file, forms, notes)
    groups = _ids(subgroups)
    groups |= {
        key: forms[group.class_id].sourced_id
        for key, group in file.groups.items()
        if group.entire and group.class_id in forms
    }
    rooms = {key: clean(room.name) for key, room in file.rooms.items()}
    places = Places(subjects=_ids(subjects), teachers=_ids(teachers), groups=groups, forms=_ids(forms), rooms=rooms)
    cards, cycle = place_cards(file, places, notes), week_cycle(file)
    bells = bell_schedules(file, notes)
    complete = _TYPES if notes.whole else frozenset()
    if not covers_cycle(cards, cycle):
        notes.add("WEEKS_PARTIAL", file.source.name)
        complete -= {RecordType.LESSON}
    return LocalPart(
        kind=SourceKind.TIMETABLE,
        source=file.source.name,
        sha256=file.source.sha256,
        records={
            RecordType.BELL_SCHEDULE: bells,
            RecordType.SUBJECT: first_of_each(subjects.values()),
            RecordType.STAFF: _bearers(file, teachers),
            RecordType.FORM: first_of_each(forms.values()),
            RecordType.SUBGROUP: first_of_each(subgroups.values()),
        },
        cards=cards,
        week_cycle=cycle,
        complete=complete,
        problems=tuple(notes.problems),
    )


def _ids(records: Mapping[str, Subject | Staff | Form | Subgroup]) -> dict[str, SourcedId]:
    return {key: record.sourced_id for key, record in records.items()}


def _bearers(file: AscFile, teachers: Mapping[str, Staff]) -> tuple[Staff, ...]:
    """Every teacher; rows of one name are one person only where the file gives them one `partner_id`."""
    people = {(staff.sourced_id, file.teachers[key].partner or f"\0{key}"): staff for key, staff in teachers.items()}
    return tuple(people.values())


def _subjects(file: AscFile, notes: Notes) -> dict[str, Subject]:
    subjects: dict[str, Subject] = {}
    seen: set[SourcedId] = set()
    for key, row in file.subjects.items():
        name = clean(row.name)
        if not name:
            notes.add("VALUE_MISSING", row.where, "name", blocks=True)
            continue
        subject = Subject(sourced_id=subject_id(name), name=name)
        if subject.sourced_id in seen:
            notes.add("SUBJECT_REPEATED", row.where, name)
        seen.add(subject.sourced_id)
        subjects[key] = subject
    return subjects


def _teachers(file: AscFile, notes: Notes) -> dict[str, Staff]:
    """By `name`; the first and last name serve where it is blank (they may repeat it, or hold initials)."""
    teachers: dict[str, Staff] = {}
    for key, row in file.teachers.items():
        full = clean(row.name or f"{row.last_name} {row.first_name}")
        if full:
            teachers[key] = Staff(sourced_id=staff_id(full), name=parse_name(full))
        else:
            notes.add("VALUE_MISSING", row.where, "name", blocks=True)
    return teachers


def _forms(file: AscFile, teachers: Mapping[str, Staff], notes: Notes) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    seen: set[SourcedId] = set()
    for key, row in file.classes.items():
        parsed = parse_form(row.name)
        if not parsed.name:
            notes.add("VALUE_MISSING", row.where, "name", blocks=True)
            continue
        if row.teacher_id and row.teacher_id not in teachers:
            notes.add("REFERENCE_BAD", row.where, f"teacherid={row.teacher_id}")
        tutor = teachers.get(row.teacher_id)
        form = Form(
            sourced_id=undated_form(parsed.name),
            name=parsed.name,
            grade=parsed.grade,
            tutor=tutor.sourced_id if tutor else None,
        )
        if form.sourced_id in seen:
            notes.add("FORM_REPEATED", row.where, row.name)
        seen.add(form.sourced_id)
        forms[key] = form
    return forms


def _subgroups(file: AscFile, forms: Mapping[str, Form], notes: Notes) -> dict[str, Subgroup]:
    """Groups that are part of a class; the division is its `divisiontag`, as the sheet of subgroups spells it."""
    subgroups: dict[str, Subgroup] = {}
    seen: set[SourcedId] = set()
    for key, row in file.groups.items():
        if row.class_id not in forms:
            notes.add("REFERENCE_BAD", row.where, f"classid={row.class_id}", blocks=True)
        elif not row.entire:
            form, name = forms[row.class_id].sourced_id, clean(row.name)
            group = Subgroup(
                sourced_id=subgroup_id(form, row.division, name), name=name, form=form, division=row.division
            )
            if group.sourced_id in seen:
                notes.add("SUBGROUP_REPEATED", row.where, name)
            seen.add(group.sourced_id)
            subgroups[key] = group
    return subgroups
