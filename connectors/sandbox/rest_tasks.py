"""REST of homework tasks: one per pupil and homework, and the pupil's own step in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox import shapes_register
from connectors.sandbox.counters import Write
from connectors.sandbox.nouns import ACTIVE, CANCELLED, CLOSED, HOMEWORK, Task
from connectors.sandbox.refusals import ApiRefusal, bad_parameter, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Lesson, Work
    from connectors.sandbox.shapes import Json
    from connectors.sandbox.world import World

STATUS_AFTER = {"StartWorking": "InProgress"}
"""Action → status. Only the action is evidenced; the status it leads to is ASSUMED."""
_PAGE = 100
"""Tasks on a page of `persons/{p}/tasks` where nobody says how many: ASSUMED."""


# --- the rules -------------------------------------------------------------------------------------------------------


def task_of(world: World, work: Work, person: int) -> Task:
    """This pupil's task of this homework: there from the homework on, and always the same one."""
    key = work.id, person
    if key not in world.task_keys:
        task = Task(world.issue.task(), work.id, person)
        world.tasks[task.id], world.task_keys[key] = task, task.id
    return world.tasks[world.task_keys[key]]


def _of_lessons(call: Call, lessons: Iterable[Lesson], person: int | None = None) -> Iterator[Task]:
    world = call.world
    for work in (world.works[key] for one in lessons for key in one.works):
        yield from _of_work(call, work, person)


def _of_work(call: Call, work: Work, person: int | None = None) -> Iterator[Task]:
    """Of the active pupils of the work's group; a parent sees the family's alone."""
    if work.kind != HOMEWORK:
        return
    for row in call.world.members.get(work.group, {}).values():
        if row.status == ACTIVE and person in (None, row.person) and call.may_see(row.person):
            yield task_of(call.world, work, row.person)


def _shown(call: Call, tasks: Iterable[Task]) -> list[Json]:
    return [shapes_register.task(call.world, one) for one in tasks]


# --- reads -----------------------------------------------------------------------------------------------------------


def task(call: Call) -> Json:
    """A task whose homework is gone is gone with it."""
    found = call.world.tasks.get(call.number("task"))
    if found is None or found.work not in call.world.works:
        raise missing("The task")
    call.person_by(found.person)
    return shapes_register.task(call.world, found)


def of_lessons(call: Call) -> list[Json]:
    return _shown(call, _of_lessons(call, [call.lesson(key) for key in call.wanted_numbers("lessons")]))


def of_lesson(call: Call) -> list[Json]:
    return _shown(call, _of_lessons(call, [call.lesson(call.number("lesson"))]))


def of_work(call: Call) -> list[Json]:
    """Of the persons asked for, or of everybody."""
    asked = call.asked_numbers("persons")
    tasks = _of_work(call, call.work(call.number("work")))
    return _shown(call, (one for one in tasks if not asked or one.person in asked))


def of_person(call: Call) -> list[Json]:
    """One subject's in a window of lesson days, by pages."""
    person, subject, days = call.person(), call.subject(), call.window()
    groups = call.world.groups_with(person.id)
    lessons = [one for group in groups for one in call.world.lessons_between(group.id, *days, subject=subject.id)]
    tasks = list(_of_lessons(call, lessons, person.id))
    number, size = _at_least_one(call, "pageNumber", 1), _at_least_one(call, "pageSize", _PAGE)
    return _shown(call, tasks[(number - 1) * size : number * size])


def _at_least_one(call: Call, name: str, usual: int) -> int:
    text = call.asked(name, str(usual))
    if not text.isdecimal() or int(text) < 1:
        raise bad_parameter(name, text)
    return int(text)


def undone(call: Call) -> list[Json]:
    """Everything neither closed nor cancelled, of the whole year."""
    person = call.person("personId")
    groups = call.world.groups_with(person.id)
    lessons = [one for group in groups for one in call.world.lessons_in.get(group.id, {}).values()]
    tasks = _of_lessons(call, sorted(lessons, key=lambda one: (one.day, one.number, one.id)), person.id)
    return _shown(call, (one for one in tasks if one.status not in (CLOSED, CANCELLED)))


# --- the pupil's step ------------------------------------------------------------------------------------------------


def change_status(call: Call) -> Json:
    """`{"action": "StartWorking"}`; the same action twice changes nothing more."""
    work, person = call.work(call.number("work")), call.person()
    action = str(call.body_object().get("action", ""))
    if action not in STATUS_AFTER:
        raise bad_parameter("action", action)
    found = next(_of_work(call, work, person.id), None)
    if found is None:
        raise ApiRefusal("parameterInvalid", "The person has no task of this work")
    effect = "repeat" if found.status == STATUS_AFTER[action] else "changed"
    found.status = STATUS_AFTER[action]
    operation = "POST /works/{work}/persons/{person}/status"
    call.world.counters.history.append(Write(operation, effect, str(found.id), {}))
    return shapes_register.task(call.world, found)


ROUTES = (
    ("GET", "/tasks", of_lessons),
    ("GET", "/tasks/{task}", task),
    ("GET", "/tasks/{personId}/undone", undone),
    ("GET", "/lessons/{lesson}/tasks", of_lesson),
    ("GET", "/works/{work}/tasks", of_work),
    ("GET", "/persons/{person}/tasks", of_person),
    ("POST", "/works/{work}/persons/{person}/status", change_status),
)
