"""One number for everything the diary holds, ids and times left out: equal content gives equal digests.

Objects are named by their natural keys and listed as a multiset, so two copies of one object differ from one.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from connectors.sandbox.nouns import NEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.sandbox.nouns import Group, Lesson, Mark
    from connectors.sandbox.world import World


def state_digest(world: World) -> str:
    """SHA-256 over the sorted lines of the content, hexadecimal."""
    lines = sorted(json.dumps(line, ensure_ascii=False) for line in _lines(world))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _lines(world: World) -> Iterator[tuple[object, ...]]:
    yield ("school", world.school.name, world.school.guid)
    yield from _people(world)
    yield from _calendar(world)
    for subject in world.subjects.values():
        yield ("subject", subject.name, subject.full_name, subject.area)
    for group in world.groups.values():
        table = world.timetables.get(group.table)
        periods = world.period_group_of(group)
        names = (table.name if table else "", periods.name if periods else "")
        yield ("group", _group(group), group.parallel, group.study_year, *names, group.description)
    for key, teacher in world.class_teachers.items():
        yield ("class-teacher", _group(world.groups[key]), _person(world, teacher))
    for row in (row for rows in world.members.values() for row in rows.values()):
        yield ("member", _person(world, row.person), _group(world.groups[row.group]), row.status)
    yield from _register(world)


def _people(world: World) -> Iterator[tuple[object, ...]]:
    for one in world.persons.values():
        born = one.birthday.isoformat() if one.birthday else ""
        known = (one.full, one.sex, born, one.snils, one.phone, one.email, one.user is not None)
        yield ("person", one.key, *known, sorted(one.roles))
    for child, guardians in world.guardians.items():
        for guardian, kinship in guardians.items():
            yield ("guardian", _person(world, child), _person(world, guardian), kinship)


def _calendar(world: World) -> Iterator[tuple[object, ...]]:
    for table in world.timetables.values():
        items = sorted((i.weekday, i.number, i.starts.isoformat(), i.ends.isoformat()) for i in table.items)
        yield ("timetable", table.name, items)
    for group in world.period_groups.values():
        periods = [(p.name, p.number, p.starts.isoformat(), p.ends.isoformat()) for p in group.ordered()]
        yield ("periods", group.name, group.kind, group.study_year, periods)


def _register(world: World) -> Iterator[tuple[object, ...]]:
    keys = {lesson.id: _lesson(world, lesson) for lesson in world.lessons.values()}
    for lesson in world.lessons.values():
        yield ("lesson", keys[lesson.id], lesson.title)
    for work in world.works.values():
        where = keys[work.lesson] if work.lesson else (_group(world.groups[work.group]), work.period_number)
        yield ("work", where, world.subjects[work.subject].name, work.kind, work.text)
    for mark in world.marks.values():
        yield ("mark", _place(world, keys, mark), _person(world, mark.person), mark.number, mark.value)
    for entries in world.log.values():
        for entry in entries.values():
            yield ("log", keys[entry.lesson], _person(world, entry.person), entry.status)
    for task in world.tasks.values():
        if task.work in world.works and task.status != NEW:
            work = world.works[task.work]
            yield ("task", keys[work.lesson or 0], work.text, _person(world, task.person), task.status)


def _place(world: World, keys: dict[int, tuple[object, ...]], mark: Mark) -> tuple[object, ...]:
    work = world.works[mark.work]
    if mark.lesson is not None:
        return (*keys[mark.lesson], work.kind)
    group = _group(world.groups[work.group])
    return (group, world.subjects[work.subject].name, work.period_kind, work.period_number)


def _lesson(world: World, one: Lesson) -> tuple[object, ...]:
    teachers = sorted(_person(world, key) for key in one.teachers)
    group = _group(world.groups[one.group])
    return (group, world.subjects[one.subject].name, one.day.isoformat(), one.number, teachers)


def _person(world: World, key: int) -> str:
    return world.persons[key].key


def _group(one: Group) -> str:
    return f"{one.guid} {one.name}"
