"""REST reads of lessons, works, homework, schedules and attendance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.sandbox import shapes, shapes_register
from connectors.sandbox.moments import midnight
from connectors.sandbox.nouns import HOMEWORK
from connectors.sandbox.refusals import missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Lesson, LogEntry, Person, Work
    from connectors.sandbox.shapes import Json

STATUSES = ("Attend", "Absent", "Ill", "Late", "Pass")


def lesson(call: Call) -> Json:
    return shapes_register.lesson(call.world, call.lesson(call.number("lesson")))


def lessons_many(call: Call) -> list[Json]:
    return [shapes_register.lesson(call.world, call.lesson(key)) for key in call.id_list()]


def group_lessons(call: Call) -> list[Json]:
    """Of this group alone: a subgroup's lessons are its own."""
    subject = call.subject().id if "subject" in call.path else None
    found = call.world.lessons_between(call.group().id, *call.window(), subject=subject)
    return [shapes_register.lesson(call.world, one) for one in found]


# --- works -----------------------------------------------------------------------------------------------------------


def _works(call: Call, lesson_id: int) -> list[Json]:
    return [shapes_register.work(call.world.works[key]) for key in call.lesson(lesson_id).works]


def lesson_works(call: Call) -> list[Json]:
    return _works(call, call.number("lesson"))


def works(call: Call) -> list[Json]:
    return _works(call, call.asked_number("lesson"))


def work(call: Call) -> Json:
    return shapes_register.work(call.work(call.number("work")))


def works_many(call: Call) -> list[Json]:
    return [shapes_register.work(call.work(key)) for key in call.id_list()]


# --- bundles ---------------------------------------------------------------------------------------------------------


def _lessons_of(call: Call, person: Person, starts: date, ends: date) -> list[Lesson]:
    groups = call.world.groups_with(person.id)
    found = [one for group in groups for one in call.world.lessons_between(group.id, starts, ends)]
    return sorted(found, key=lambda one: (one.day, one.number, one.id))


def _homework_of(call: Call, lessons: Iterable[Lesson]) -> list[Work]:
    every = (call.world.works[key] for one in lessons for key in one.works)
    return [one for one in every if one.kind == HOMEWORK]


def _homework_bundle(call: Call, found: list[Work]) -> Json:
    world = call.world
    lessons = [world.lessons[key] for key in sorted({one.lesson for one in found if one.lesson})]
    teachers = sorted({key for one in lessons for key in one.teachers})
    return {
        "works": [shapes_register.work(one) for one in found],
        "subjects": [shapes.subject(world.subjects[key], False) for key in sorted({one.subject for one in found})],
        "lessons": [shapes_register.lesson_flat(world, one) for one in lessons],
        "files": [],
        "teachers": [shapes.person(world.persons[key]) for key in teachers],
    }


def person_homework(call: Call) -> Json:
    call.own_school()
    person = call.person() if "person" in call.path else call.viewer.person
    lessons = _lessons_of(call, person, *call.window("startDate", "endDate"))
    return _homework_bundle(call, _homework_of(call, lessons))


def homework_by_ids(call: Call) -> Json:
    found = [call.work(key) for key in call.wanted_numbers("homeworkId")]
    return _homework_bundle(call, [one for one in found if one.kind == HOMEWORK])


def schedules(call: Call) -> Json:
    """One entry per day of the window, lessons of the class and of the pupil's subgroups of it."""
    person, group = call.person(), call.group()
    starts, ends = call.window("startDate", "endDate")
    days = [starts + timedelta(days=n) for n in range((ends - starts).days + 1)]
    family = {group.id, *(one.id for one in call.world.subgroups_of(group))}
    lessons = [one for one in _lessons_of(call, person, starts, ends) if one.group in family]
    return {"days": [_day(call, person, day, [one for one in lessons if one.day == day]) for day in days]}


def _day(call: Call, person: Person, day: date, lessons: list[Lesson]) -> Json:
    world = call.world
    works = [world.works[key] for one in lessons for key in one.works]
    marks = [mark for one in lessons for mark in world.marks_of_lesson.get(one.id, {}).values()]
    teachers = sorted({key for one in lessons for key in one.teachers})
    return {
        "date": midnight(day),
        "nextDate": midnight(day + timedelta(days=1)),
        "lessons": [shapes_register.lesson_flat(world, one) for one in lessons],
        "marks": [shapes_register.mark(world, one) for one in marks if one.person == person.id],
        "works": [shapes_register.work(one) for one in works],
        "homeworks": [shapes_register.work(one) for one in works if one.kind == HOMEWORK],
        "subjects": [shapes.subject(world.subjects[key], False) for key in sorted({one.subject for one in lessons})],
        "workTypes": shapes_register.work_types_of(world, works),
        "lessonLogEntries": [
            shapes_register.log_entry(world.log[one.id][person.id])
            for one in lessons
            if person.id in world.log.get(one.id, {})
        ],
        "teachers": [{"person": shapes.person(world.persons[key]), "role": "Teacher"} for key in teachers],
    }


# --- attendance ------------------------------------------------------------------------------------------------------


def _entries(call: Call, lessons: Iterable[Lesson], person: Person | None = None) -> list[LogEntry]:
    every = (entry for one in lessons for entry in call.world.log.get(one.id, {}).values())
    return [entry for entry in every if person is None or entry.person == person.id]


def _shown(entries: Iterable[LogEntry]) -> list[Json]:
    return [shapes_register.log_entry(one) for one in entries]


def statuses(_: Call) -> list[str]:
    return list(STATUSES)


def lesson_log(call: Call) -> list[Json]:
    call.staff_only()
    return _shown(_entries(call, [call.lesson(call.number("lesson"))]))


def lessons_log(call: Call) -> list[Json]:
    call.staff_only()
    return _shown(_entries(call, [call.lesson(key) for key in call.wanted_numbers("lessons")]))


def one_entry(call: Call) -> Json:
    person = call.person()
    entries = call.world.log.get(call.lesson(call.number("lesson")).id, {})
    if person.id not in entries:
        raise missing("The log entry")
    return shapes_register.log_entry(entries[person.id])


def group_log(call: Call) -> list[Json]:
    call.staff_only()
    group, subject = call.group("eduGroup"), call.subject()
    return _shown(_entries(call, call.world.lessons_between(group.id, *call.window(), subject=subject.id)))


def person_subject_log(call: Call) -> list[Json]:
    person, subject = call.person("personID"), call.subject("subjectID")
    lessons = [one for one in _lessons_of(call, person, *call.window()) if one.subject == subject.id]
    return _shown(_entries(call, lessons, person))


def person_log(call: Call) -> Json:
    person = call.person()
    lessons = _lessons_of(call, person, *call.window("startDate", "endDate"))
    entries = _entries(call, lessons, person)
    touched = {entry.lesson for entry in entries}
    shown = [shapes_register.lesson(call.world, one) for one in lessons if one.id in touched]
    return {"logEntries": _shown(entries), "lessons": shown}


ROUTES = (
    ("GET", "/lessons/{lesson}", lesson),
    ("POST", "/lessons/many", lessons_many),
    ("GET", "/edu-groups/{group}/lessons/{from}/{to}", group_lessons),
    ("GET", "/edu-groups/{group}/subjects/{subject}/lessons/{from}/{to}", group_lessons),
    ("GET", "/lessons/{lesson}/works", lesson_works),
    ("GET", "/works", works),
    ("GET", "/works/{work}", work),
    ("POST", "/works/many", works_many),
    ("GET", "/users/me/school/{school}/homeworks", person_homework),
    ("GET", "/users/me/school/homeworks", homework_by_ids),
    ("GET", "/persons/{person}/school/{school}/homeworks", person_homework),
    ("GET", "/persons/{person}/groups/{group}/schedules", schedules),
    ("GET", "/lesson-log-entries/statuses", statuses),
    ("GET", "/lessons/{lesson}/log-entries", lesson_log),
    ("GET", "/lesson-log-entries", lessons_log),
    ("GET", "/lesson-log-entries/lesson/{lesson}/person/{person}", one_entry),
    ("GET", "/lesson-log-entries/group/{eduGroup}", group_log),
    ("GET", "/lesson-log-entries/person/{personID}/subject/{subjectID}", person_subject_log),
    ("GET", "/persons/{person}/lesson-log-entries", person_log),
)
