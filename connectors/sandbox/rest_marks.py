"""REST reads of marks: current ones, by every key the wire offers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connectors.sandbox import shapes, shapes_register
from connectors.sandbox.refusals import bad_parameter, missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Group, Mark
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
    call.work(found.work)
    return shapes_register.mark(call.world, found)


def of_work(call: Call, name: str = "work") -> list[Mark]:
    work = call.work(call.number(name))
    home = call.world.finals_in[work.group] if work.lesson is None else call.world.marks_of_lesson[work.lesson]
    return [one for one in home.values() if one.work == work.id]


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


def no_marks(_: Call) -> list[Json]:
    """Thematic marks and subject groups: the emulated teachers keep none."""
    return []


def no_thematic_mark(_: Call) -> Json:
    raise missing("The thematic mark")


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
    for one in sorted(world.marks.values(), key=lambda row: row.set_at, reverse=True):
        work = world.works[one.work]
        if one.person == person.id and work.group == group.id and one.lesson and taken[work.subject] < limit:
            taken[work.subject] += 1
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
        "lessonLogEntries": [],
    }


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
    ("GET", "/persons/{person}/subject-groups/{subjectgroup}/marks/{from}/{to}", no_marks),
    ("GET", "/lessons/{date}/persons/{person}/marks", marks_on_lesson_day),
    ("GET", "/persons/{person}/marks/{date}", marks_set_on),
    ("GET", "/thematic-marks/{mark}", no_thematic_mark),
    ("GET", "/edu-groups/{group}/subjects/{subject}/thematic-marks", no_marks),
    ("GET", "/persons/{person}/edu-groups/{group}/subjects/{subject}/thematic-marks/{from}/{to}", no_marks),
    ("GET", "/persons/{person}/group/{group}/recentmarks", recent_marks),
)
