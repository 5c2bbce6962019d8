"""REST reads of marks: current ones, by every key the wire offers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connectors.sandbox import shapes, shapes_register
from connectors.sandbox.lessons import home_of
from connectors.sandbox.refusals import bad_parameter, missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Group, Mark, Person
    from connectors.sandbox.shapes import Json

MARK5 = tuple(f"{digit}{sign}" for digit in "12345" for sign in ("-", "", "+"))


def shown(call: Call, marks: Iterable[Mark]) -> list[Json]:
    return [shapes_register.mark(call.world, one) for one in marks]


def in_group(call: Call, group: Group, days: tuple[date, date], subject: int | None = None) -> list[Mark]:
    """By lesson day; a subgroup's marks are not listed under its class."""
    lessons = call.world.lessons_between(group.id, *days, subject=subject)
    return [mark for one in lessons for mark in call.world.marks_of_lesson.get(one.id, {}).values()]


def of_person(call: Call, days: tuple[date, date], subject: int | None = None) -> list[Mark]:
    person = call.person()
    groups = call.world.groups_with(person.id, archived=True)
    found = (mark for group in groups for mark in in_group(call, group, days, subject))
    return [mark for mark in found if mark.person == person.id]


def mark(call: Call) -> Json:
    found = call.world.marks.get(call.number("mark"))
    if found is None:
        raise missing("The mark")
    call.person_by(found.person)
    return shapes_register.mark(call.world, found)


def of_work(call: Call, name: str = "work") -> list[Mark]:
    work = call.work(call.number(name))
    return [one for one in home_of(call.world, work).values() if one.work == work.id]


def work_marks(call: Call) -> list[Json]:
    call.staff_only()
    return shown(call, of_work(call))


def person_work_marks(call: Call) -> list[Json]:
    person = call.person()
    return shown(call, (one for one in of_work(call) if one.person == person.id))


def lesson_marks(call: Call) -> list[Json]:
    call.staff_only()
    return shown(call, call.world.marks_of_lesson.get(call.lesson(call.number("lesson")).id, {}).values())


def person_lesson_marks(call: Call) -> list[Json]:
    person, lesson = call.person(), call.lesson(call.number("lesson"))
    found = call.world.marks_of_lesson.get(lesson.id, {}).values()
    return shown(call, (one for one in found if one.person == person.id))


def lessons_marks(call: Call) -> list[Json]:
    call.staff_only()
    lessons = [call.lesson(key) for key in call.id_list()]
    return shown(call, (one for row in lessons for one in call.world.marks_of_lesson.get(row.id, {}).values()))


def group_marks(call: Call) -> list[Json]:
    call.staff_only()
    return shown(call, in_group(call, call.group(), call.window()))


def group_subject_marks(call: Call) -> list[Json]:
    call.staff_only()
    return shown(call, in_group(call, call.group(), call.window(), call.subject().id))


def person_school_marks(call: Call) -> list[Json]:
    call.own_school()
    return shown(call, of_person(call, call.window()))


def person_group_marks(call: Call) -> list[Json]:
    person = call.person()
    return shown(call, (one for one in in_group(call, call.group(), call.window()) if one.person == person.id))


def person_subject_marks(call: Call) -> list[Json]:
    return shown(call, of_person(call, call.window(), call.subject().id))


def marks_on_lesson_day(call: Call) -> list[Json]:
    day = call.day("date")
    return shown(call, of_person(call, (day, day)))


def marks_set_on(call: Call) -> list[Json]:
    """By the day of setting, not of the lesson."""
    person, day = call.person(), call.day("date")
    marks = call.world.marks.values()
    return shown(call, (one for one in marks if one.person == person.id and one.set_at.date() == day))


def subject_group_marks(call: Call) -> list[Json]:
    """No public source says what a subject group is, and this school has none: the list is always empty."""
    call.person(), call.number("subjectgroup"), call.window()
    return []


def mark_values(_: Call) -> dict[str, list[str]]:
    return {"mark5": list(MARK5)}


def mark_values_of(call: Call) -> list[str]:
    if call.path["type"].lower() != "mark5":
        raise bad_parameter("type", call.path["type"])
    return list(MARK5)


def recent_marks(call: Call) -> Json:
    """The newest marks, `limit` (1..100, default 10) per subject, with everything they refer to."""
    limit = int(call.asked("limit", "10")) if call.asked("limit", "10").isdecimal() else 0
    if not 1 <= limit <= 100:
        raise bad_parameter("limit", call.asked("limit"))
    world, person, group = call.world, call.person(), call.group()
    taken: Counter[int] = Counter()
    marks: list[Mark] = []
    for one in sorted(_recent(call, person, group), key=lambda row: (row.set_at, row.id), reverse=True):
        subject = world.works[one.work].subject
        if taken[subject] < limit:
            taken[subject] += 1
            marks.append(one)
    works = [world.works[key] for key in sorted({one.work for one in marks})]
    lessons = [world.lessons[key] for key in sorted({one.lesson for one in marks if one.lesson})]
    return {
        "marks": shown(call, marks),
        "criteriabasedmarks": [],
        "works": [shapes_register.work(one) for one in works],
        "subjects": [shapes.subject(world.subjects[key], False) for key in sorted(taken)],
        "workTypes": shapes_register.work_types_of(world, works),
        "lessons": [shapes_register.lesson_flat(world, one) for one in lessons],
        "lessonLogEntries": [
            shapes_register.log_entry(world.log[one.id][person.id])
            for one in lessons
            if person.id in world.log.get(one.id, {})
        ],
    }


def _recent(call: Call, person: Person, group: Group) -> list[Mark]:
    """The pupil's marks of the group's lessons: of one subject, and set from one day on, where asked so."""
    world, since = call.world, call.day("fromDate") if call.asked("fromDate") else None
    subject = call.subject().id if call.asked("subject") else None
    found = [one for row in world.lessons_in.get(group.id, {}) for one in world.marks_of_lesson.get(row, {}).values()]
    return [
        one
        for one in found
        if one.person == person.id
        and subject in (None, world.works[one.work].subject)
        and (since is None or one.set_at.date() >= since)
    ]


ROUTES = (
    ("GET", "/marks/{mark}", mark),
    ("GET", "/marks/values", mark_values),
    ("GET", "/marks/values/type/{type}", mark_values_of),
    ("GET", "/works/{work}/marks", work_marks),
    ("GET", "/persons/{person}/works/{work}/marks", person_work_marks),
    ("GET", "/lessons/{lesson}/marks", lesson_marks),
    ("GET", "/persons/{person}/lessons/{lesson}/marks", person_lesson_marks),
    ("POST", "/lessons/many/marks", lessons_marks),
    ("POST", "/lessons/marks", lessons_marks),
    ("GET", "/edu-groups/{group}/marks/{from}/{to}", group_marks),
    ("GET", "/edu-groups/{group}/subjects/{subject}/marks/{from}/{to}", group_subject_marks),
    ("GET", "/persons/{person}/schools/{school}/marks/{from}/{to}", person_school_marks),
    ("GET", "/persons/{person}/edu-groups/{group}/marks/{from}/{to}", person_group_marks),
    ("GET", "/persons/{person}/subjects/{subject}/marks/{from}/{to}", person_subject_marks),
    ("GET", "/persons/{person}/subject-groups/{subjectgroup}/marks/{from}/{to}", subject_group_marks),
    ("GET", "/lessons/{date}/persons/{person}/marks", marks_on_lesson_day),
    ("GET", "/persons/{person}/marks/{date}", marks_set_on),
    ("GET", "/persons/{person}/group/{group}/recentmarks", recent_marks),
)
