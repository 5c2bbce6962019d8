"""The emulated teachers: they keep the diary and the paper register of every lesson, identical in meaning.

Only what `mistakes` plants afterwards makes the two differ. Entries are made behind the diary's scenes, as in its own
web pages: they are nobody's API writes and are not counted as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.entries import Entries, keep_register
from connectors.sandbox.finals import set_finals
from connectors.sandbox.lessons import add_work, log, new_mark
from connectors.sandbox.mistakes import plant
from connectors.sandbox.nouns import HOMEWORK, TEST
from connectors.sandbox.papers import PaperColumn

if TYPE_CHECKING:
    from datetime import date

    from connectors.sandbox.nouns import Group, Lesson, Person
    from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Wishes:
    """Plant `each` mistakes of every code on the pages of these groups."""

    groups: list[int] = field(default_factory=list)
    each: int = 0


def play(world: World, starts: date, ends: date, wishes: Wishes) -> dict[str, Any]:
    """Both registers are kept for every lesson of these days; a lesson already kept is left alone.

    {marks, absences} count what this call entered, `mistakes` is everything planted on the groups' pages so far.
    Final marks are set for every period that shares a day with the window.
    """
    marks_before, log_before = len(world.marks), _logged(world)
    for group in list(world.groups.values()):
        _keep_group(world, group, starts, ends)
        if group.parallel > 1:
            set_finals(world, group, starts, ends)
    figures = {"marks": len(world.marks) - marks_before, "absences": _logged(world) - log_before}
    plant(world, wishes.groups, wishes.each, starts, ends)
    planted = [one.plain() for one in world.papers.mistakes if one.group in wishes.groups]
    return {**figures, "mistakes": planted}


def _logged(world: World) -> int:
    return sum(len(entries) for entries in world.log.values())


def _keep_group(world: World, group: Group, starts: date, ends: date) -> None:
    lessons = world.lessons_between(group.id, starts, ends)
    pupils = world.pupils(group.id)
    by_key = sorted(pupils, key=lambda one: one.key)
    seen: dict[tuple[object, ...], int] = {}
    for lesson in lessons:
        key = _natural_key(world, group, lesson)
        seen[key] = seen.get(key, 0) + 1
        if lesson.id not in world.papers.played:
            subject = world.subjects[lesson.subject].name
            kept = keep_register(world.seed, (*key, seen[key]), subject, group.parallel, lesson.day, len(by_key))
            _into_diary(world, lesson, kept, by_key)
            _onto_paper(world, lesson, kept, by_key, pupils)
            world.papers.played.add(lesson.id)


def _natural_key(world: World, group: Group, lesson: Lesson) -> tuple[object, ...]:
    teachers = "+".join(sorted(world.persons[one].key for one in lesson.teachers))
    subject = world.subjects[lesson.subject].name
    return (group.guid or group.name, subject, lesson.day.isoformat(), lesson.number, teachers)


def _into_diary(world: World, lesson: Lesson, kept: Entries, pupils: list[Person]) -> None:
    teacher = lesson.teachers[0] if lesson.teachers else None
    lesson.title = kept.topic
    work = world.works[lesson.works[0]]
    if kept.test:
        work = add_work(world, lesson, TEST, teacher, "Контрольная работа")
    if kept.homework:
        add_work(world, lesson, HOMEWORK, teacher, kept.homework).sent = kept.attended
    for turn, (place, values) in enumerate(kept.marks.items()):
        set_at = kept.entered + timedelta(seconds=7 * turn)
        work.mark_count = max(work.mark_count, len(values))
        for number, value in enumerate(values, start=1):
            new_mark(world, work, pupils[place].id, value, set_at, number)
    for place, status in kept.attendance.items():
        log(world, lesson.id, pupils[place].id, status, kept.attended)


def _onto_paper(world: World, lesson: Lesson, kept: Entries, by_key: list[Person], by_name: list[Person]) -> None:
    page = world.papers.page(lesson.group, lesson.subject)
    page.pupils.update(dict.fromkeys(one.id for one in by_name))
    column = PaperColumn(lesson.day, lesson.number, lesson.id, kept.topic, kept.homework)
    for place in (*kept.marks, *kept.attendance):
        text = kept.paper(place)
        if text:
            column.cells[by_key[place].id] = text
    page.columns.append(column)
