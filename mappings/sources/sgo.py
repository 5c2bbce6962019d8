"""A TimeTableExchange file into canonical records: classes, subjects and teachers by name, lessons of dated weeks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean
from mappings.sources.asc_bells import clock, whole_day
from mappings.sources.counts import nothing
from mappings.sources.notes import Notes
from mappings.sources.pick import first_of_each
from mappings.sources.provisional import undated_form
from mappings.sources.sgo_groups import Labels
from mappings.sources.sgo_weeks import Course, cards_of, weeks_of
from state.identity import staff_id, subgroup_id, subject_id
from state.local import Coverage, LocalPart, SourceKind
from state.records import Bell, Form, PersonName, RecordType, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.sources.sgo_wire import SgoCourse, SgoFile, SgoTeacher
    from state.identity import SourcedId
    from state.records import BellSchedule, TimetableCard

_TYPES = frozenset({RecordType.BELL_SCHEDULE, RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP})


_DIGITS = 3


def sgo_part(file: SgoFile) -> LocalPart:
    """The timetable: bells, subjects, teachers as written, forms, subgroups, and the cards of its weeks.

    It is the whole truth about lessons only for the days its weeks name; a plan without a timetable says nothing of
    lessons at all.
    """
    notes = Notes()
    notes.take(file.flaws)
    numbers = bell_numbers(file, notes)
    bells = _bells(file, numbers, notes)
    subgroups, courses = courses_of(file, notes)
    weeks = weeks_of(file, notes)
    cards = cards_of(file, courses, numbers, weeks, notes)
    complete = _TYPES if notes.whole else frozenset()
    if complete and cards:
        complete |= {RecordType.LESSON}
    return LocalPart(
        kind=SourceKind.TIMETABLE,
        source=file.source.name,
        sha256=file.source.sha256,
        records={
            RecordType.BELL_SCHEDULE: bells,
            RecordType.SUBJECT: first_of_each(_subjects(file, notes)),
            RecordType.STAFF: tuple(map(_teacher, file.teachers.values())),
            RecordType.FORM: first_of_each(_forms(file, notes)),
            RecordType.SUBGROUP: first_of_each(subgroups),
        },
        cards=cards,
        week_cycle=max((len(week.mask) for week in weeks), default=1),
        covers=tuple(Coverage(card.starts, card.ends) for card in _one_a_week(cards) if card.starts and card.ends),
        complete=complete,
        problems=tuple(notes.problems),
    )


def _one_a_week(cards: Iterable[TimetableCard]) -> Iterable[TimetableCard]:
    """A week without a single lesson tells nothing: it may be holidays, it may be not yet made."""
    return {card.starts: card for card in cards}.values()


def sgo_counts(file: SgoFile) -> dict[str, int]:
    """Elements of the file, by its own ids."""
    labels = Labels(file)
    parts = {
        (course.class_id, course.group_id or course.id, course.subject_id)
        for course in file.courses.values()
        if labels.part(course, file.classes[course.class_id]).label
    }
    return nothing() | {
        "staff": len(file.teachers),
        "forms": len(file.classes),
        "divisions": len({(form, subject) for form, _group, subject in parts}),
        "subgroups": len(parts),
        "subjects": len(file.subjects),
        "rooms": len(file.rooms),
        "plan_rows": len(file.courses),
        "lessons": len(file.slots),
    }


def bell_numbers(file: SgoFile, notes: Notes) -> dict[str, int]:
    """The number of each hour by its id. Where a second shift starts again, its id tells: it is the number + 1."""
    numbers = {bell.id: bell.number for bell in file.bells.values()}
    if len(set(numbers.values())) == len(numbers):
        return numbers
    by_id = {key: int(key) - 1 for key in numbers if key.isascii() and key.isdigit() and len(key) <= _DIGITS}
    if len(by_id) != len(numbers) or len(set(by_id.values())) != len(by_id):
        return numbers  # told as PERIOD_REPEATED, and nothing of it is deleted
    notes.add("PERIODS_RESTART", file.source.name, f"{min(by_id.values())}-{max(by_id.values())}")
    return by_id


def courses_of(file: SgoFile, notes: Notes) -> tuple[list[Subgroup], dict[str, Course]]:
    """The subgroups, and what each course that can be understood is: for whom, of what, by whom."""
    labels, hidden = Labels(file), 0
    names: dict[tuple[str, str, str], str] = {}
    subgroups: list[Subgroup] = []
    courses: dict[str, Course] = {}
    for course in file.courses.values():
        form, part = (
            undated_form(file.classes[course.class_id].name),
            labels.part(course, file.classes[course.class_id]),
        )
        if not _known(file, course, notes):
            continue
        hidden += part.hidden
        subject = clean(file.subjects[course.subject_id].name)
        group = form
        if part.label:
            key = (course.class_id, course.group_id or course.id, course.subject_id)
            name = _distinct(key, part.label, names)
            group = subgroup_id(form, subject, name)
            subgroups.append(Subgroup(sourced_id=group, name=name, form=form, division=subject))
        courses[course.id] = Course(group, subject_id(subject), _teachers(file, course))
    if hidden:
        notes.add("SUBGROUP_LABEL_HIDDEN", file.source.name, str(hidden))
    return subgroups, courses


def _known(file: SgoFile, course: SgoCourse, notes: Notes) -> bool:
    """False, with a problem, when the subject is none of the file's; an unknown teacher is only left out."""
    if course.teacher_id and course.teacher_id not in file.teachers:
        notes.add("REFERENCE_BAD", course.where, f"tid={course.teacher_id}", blocks=True)
    if course.subject_id not in file.subjects:
        notes.add("REFERENCE_BAD", course.where, f"sid={course.subject_id}", blocks=True)
        return False
    return True


def _distinct(key: tuple[str, str, str], label: str, names: dict[tuple[str, str, str], str]) -> str:
    """One name for one subgroup: two groups of a class and subject that share a label differ by their number."""
    if key not in names:
        taken = any(other[::2] == key[::2] and name.casefold() == label.casefold() for other, name in names.items())
        names[key] = f"{label} ({key[1]})" if taken else label
    return names[key]


def _teachers(file: SgoFile, course: SgoCourse) -> tuple[SourcedId, ...]:
    teacher = file.teachers.get(course.teacher_id)
    return (_teacher(teacher).sourced_id,) if teacher else ()


def _teacher(row: SgoTeacher) -> Staff:
    name = PersonName(family=clean(row.family), given=clean(row.given), patronymic=clean(row.patronymic))
    return Staff(sourced_id=staff_id(name.full), name=name)


def _subjects(file: SgoFile, notes: Notes) -> list[Subject]:
    subjects: dict[SourcedId, Subject] = {}
    for row in file.subjects.values():
        subject = Subject(sourced_id=subject_id(clean(row.name)), name=clean(row.name))
        if subject.sourced_id in subjects:
            notes.add("SUBJECT_REPEATED", row.where, row.name)
        subjects.setdefault(subject.sourced_id, subject)
    return list(subjects.values())


def _forms(file: SgoFile, notes: Notes) -> list[Form]:
    forms = []
    for row in file.classes.values():
        parsed = parse_form(row.name)
        forms.append(Form(sourced_id=undated_form(parsed.name), name=parsed.name, grade=parsed.grade))
    for sourced, times in Counter(form.sourced_id for form in forms).items():
        if times > 1:
            notes.add("FORM_REPEATED", file.source.name, sourced.rpartition(":")[2])
    return forms


def _bells(file: SgoFile, numbers: Mapping[str, int], notes: Notes) -> tuple[BellSchedule, ...]:
    bells: dict[int, Bell] = {}
    for row in file.bells.values():
        starts, ends = clock(row.starts), clock(row.ends)
        if starts is None or ends is None or ends <= starts:
            notes.add("TIME_BAD", row.where, f"{row.starts}-{row.ends}", blocks=True)
            continue
        if numbers[row.id] in bells:
            notes.add("PERIOD_REPEATED", row.where, str(numbers[row.id]), blocks=True)
        bells.setdefault(numbers[row.id], Bell(number=numbers[row.id], starts=starts, ends=ends))
    return whole_day(bells)
