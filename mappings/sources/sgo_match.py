"""The school's lessons found again in the plan of a TimeTableExchange file: by class, subject, teacher and subgroup.

Nothing is guessed: a lesson that fits no course, or several, is told and left out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.sgo_wire import SgoHour
from mappings.classes import parse_form
from mappings.names import clean, initials_fit, parse_name, same_name
from mappings.sources.notes import Notes
from mappings.sources.sgo import bell_numbers, courses_of
from state.local import Problem
from state.records import Form, Lesson, PersonName, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.sources.sgo_wire import SgoFile
    from state.identity import SourcedId
    from state.records import Record
    from state.snapshot import Snapshot

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`hours` in the order of days, bells and the plan; `problems` once for each kind of lesson, with how many."""

    hours: tuple[SgoHour, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    id: str
    part: str
    """Name of the subgroup; blank for the whole class."""
    teacher: PersonName | None


def find_hours(file: SgoFile, school: Snapshot[Record], where: str) -> Found:
    """Every lesson of the snapshot as an hour of the file, or as a problem."""
    return _Finder(file, school, where).found()


class _Finder:
    def __init__(self, file: SgoFile, school: Snapshot[Record], where: str) -> None:
        self._file, self._where = file, where
        self._lessons = tuple(school.each(Lesson))
        self._forms = {form.sourced_id: form.name for form in school.each(Form)}
        self._parts = {group.sourced_id: group for group in school.each(Subgroup)}
        self._subjects = {subject.sourced_id: subject.name for subject in school.each(Subject)}
        self._staff = {person.sourced_id: person.name for person in school.each(Staff)}
        self._bells = {number: key for key, number in bell_numbers(file, Notes()).items()}
        self._rooms = _once((clean(room.name).casefold(), key) for key, room in file.rooms.items())
        self._courses = self._plan()
        self._left: Counter[tuple[str, str]] = Counter()

    def found(self) -> Found:
        hours = {hour for lesson in self._lessons for hour in self._hours(lesson)}
        bells = {key: index for index, key in enumerate(self._file.bells)}
        order = {key: index for index, key in enumerate(self._file.courses)}
        return Found(
            hours=tuple(
                sorted(hours, key=lambda one: (one.day, bells[one.bell_id], order[one.course_id], one.room_id))
            ),
            problems=tuple(
                Problem(code=code, where=self._where, raw=f"{raw}: {count}")
                for (code, raw), count in sorted(self._left.items())
            ),
        )

    def _plan(self) -> dict[tuple[str, SourcedId], list[_Course]]:
        """The courses of each class and subject."""
        subgroups, courses = courses_of(self._file, Notes())
        parts = {group.sourced_id: group.name for group in subgroups}
        plan: dict[tuple[str, SourcedId], list[_Course]] = defaultdict(list)
        for key, meant in courses.items():
            row = self._file.courses[key]
            form = parse_form(self._file.classes[row.class_id].name).name
            teacher = self._file.teachers.get(row.teacher_id)
            name = parse_name(f"{teacher.family} {teacher.given} {teacher.patronymic}") if teacher else None
            plan[form.casefold(), meant.subject].append(_Course(key, parts.get(meant.group, ""), name))
        return plan

    def _hours(self, lesson: Lesson) -> Iterable[SgoHour]:
        if lesson.number not in self._bells:
            self._leave("EXPORT_NO_BELL", str(lesson.number))
            return
        for course in self._courses_of(lesson):
            yield SgoHour(
                day=lesson.day,
                bell_id=self._bells[lesson.number],
                course_id=course.id,
                room_id=self._room(lesson.room),
            )

    def _courses_of(self, lesson: Lesson) -> Sequence[_Course]:
        """The course of a lesson; of a lesson held by several teachers, theirs."""
        group = self._parts.get(lesson.group)
        form = self._forms.get(group.form if group else lesson.group, "")
        known = self._courses.get((form.casefold(), lesson.subject), [])
        fitting = [one for one in known if bool(one.part) == bool(group)]
        if group:
            fitting = _of_part(fitting, group.name)
        teachers = [self._staff[key] for key in lesson.teachers if key in self._staff]
        taught = [one for one in fitting if not teachers or one.teacher is None or _is_any(one.teacher, teachers)]
        if not taught:
            self._leave("EXPORT_NO_COURSE", self._told(lesson, form, group))
        elif len(taught) > 1 and len({one.teacher for one in taught if one.teacher}) < len(taught):
            self._leave("EXPORT_COURSE_UNCLEAR", self._told(lesson, form, group))
            return []
        return taught

    def _room(self, room: str) -> str:
        """The id of the room, blank with a problem for one the file does not name."""
        key = clean(room).casefold()
        if key and key not in self._rooms:
            self._leave("EXPORT_ROOM_UNKNOWN", room)
        return self._rooms.get(key, "")

    def _told(self, lesson: Lesson, form: str, group: Subgroup | None) -> str:
        names = ", ".join(self._staff[key].initials for key in lesson.teachers if key in self._staff)
        subject = self._subjects.get(lesson.subject, "")
        return ", ".join(part for part in (form, group.name if group else "", subject, names) if part)

    def _leave(self, code: str, raw: str) -> None:
        self._left[code, raw] += 1


def _of_part(courses: Sequence[_Course], name: str) -> list[_Course]:
    """Those of the very subgroup; else those whose number, where both have one, is the same: «1 группа», «(п.1)»."""
    same = [one for one in courses if one.part.casefold() == name.casefold()]
    numbers = set(_NUMBER.findall(name))
    return same or [
        one for one in courses if not numbers or not (told := set(_NUMBER.findall(one.part))) or told & numbers
    ]


def _is_any(teacher: PersonName, names: Iterable[PersonName]) -> bool:
    return any(same_name(teacher, name) or initials_fit(name, teacher) or initials_fit(teacher, name) for name in names)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs whose key stands once."""
    rows = list(pairs)
    times = Counter(key for key, _value in rows)
    return {key: value for key, value in rows if times[key] == 1}
