"""Period marks: every pupil of a page gets one for each period the window touches, on paper and in the diary."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.desk import open_pages
from connectors.sandbox.lessons import new_mark
from connectors.sandbox.nouns import PERIOD_MARK, Work

if TYPE_CHECKING:
    from datetime import date

    from connectors.sandbox.nouns import Group, Period
    from connectors.sandbox.papers import PaperPage
    from connectors.sandbox.world import World


def set_finals(world: World, group: Group, starts: date, ends: date) -> None:
    """Finals of the group's kept pages are there; one that is already set stays as it is."""
    periods = world.period_group_of(group)
    for period in periods.ordered() if periods else ():
        if period.starts > ends or period.ends < starts:
            continue
        for page in [one for one in open_pages(world) if one.group == group.id]:
            if any(period.starts <= column.day <= period.ends for column in page.columns):
                _page_finals(world, page, period, periods.kind if periods else "")


def _page_finals(world: World, page: PaperPage, period: Period, kind: str) -> None:
    missing = [one for one in page.pupils if (one, period.number) not in page.finals]
    if not missing:
        return
    work = _period_work(world, page, period, kind)
    current = _current(world, page, period)
    group, subject = world.groups[page.group], world.subjects[page.subject]
    set_at = datetime.combine(period.ends, time(9, 30)) + timedelta(minutes=len(subject.name))
    for person in sorted(missing, key=lambda one: world.persons[one].key):
        key = f"{world.seed}|{group.guid}|{subject.name}|{period.number}|{world.persons[person].key}"
        value = _final(current.get(person, []), key)
        new_mark(world, work, person, value, set_at)
        page.finals[person, period.number] = value


def _current(world: World, page: PaperPage, period: Period) -> dict[int, list[int]]:
    values: dict[int, list[int]] = defaultdict(list)
    for lesson in world.lessons_between(page.group, period.starts, period.ends, page.subject):
        for mark in world.marks_of_lesson.get(lesson.id, {}).values():
            values[mark.person].append(int(mark.value))
    return values


def _final(values: list[int], key: str) -> str:
    if not values:
        return random.Random(key).choice("3445")
    return str(min(5, max(2, int(sum(values) / len(values) + 0.5))))


def _period_work(world: World, page: PaperPage, period: Period, kind: str) -> Work:
    """The work that carries this page's marks of the period: one per page and period."""
    known = (world.works[mark.work] for mark in world.finals_in.get(page.group, {}).values())
    found = next((one for one in known if one.subject == page.subject and one.period_number == period.number), None)
    if found is not None:
        return found
    work = Work(
        id=world.issue.long(),
        kind=PERIOD_MARK,
        work_type=world.work_types[PERIOD_MARK].id,
        group=page.group,
        subject=page.subject,
        lesson=None,
        day=period.ends,
        author=None,
        period_number=period.number,
        period_kind=kind,
    )
    world.works[work.id] = work
    return work
