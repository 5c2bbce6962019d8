"""Planted mistakes: differences between paper and diary, each with its truth, none touching another.

A column with a missing or extra date carries nothing else, and no cell carries two. Grade 1 has no marks, so its
pages get no mistakes about marks, homework or finals.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.desk import PLAIN_MARKS, WHOLE, Desk, Spot, open_pages
from connectors.sandbox.lessons import log, new_mark
from connectors.sandbox.papers import Mistake, PaperColumn
from connectors.sandbox.topics import OTHER_HOMEWORK, OTHER_TOPIC, course_of, write_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.sandbox.papers import PaperPage
    from connectors.sandbox.world import World


def plant(world: World, groups: list[int], each: int, starts: date, ends: date) -> None:
    """At least `each` mistakes of every code stand on these pages, as far as they have room; a repeat adds none."""
    pages = [page for page in open_pages(world) if page.group in groups]
    draw = random.Random(f"{world.seed}|mistakes|{len(world.papers.mistakes)}")
    desk = Desk(world, pages, draw, starts, ends)
    _remember(desk, groups)
    for code, make in _KINDS.items():
        while desk.done[code] < each and make(desk, code):
            pass


def _remember(desk: Desk, groups: list[int]) -> None:
    """What earlier calls planted stays taken."""
    columns = {
        (page.group, page.subject, column.day, nth): column for page in desk.pages for nth, column in page.numbered()
    }
    for one in desk.world.papers.mistakes:
        if one.group in groups:
            desk.done[one.code] += 1
            column = columns.get((one.group, one.subject, one.day, one.nth))
            if column is not None:
                desk.taken[id(column)].add(one.person or WHOLE)


def _note(desk: Desk, code: str, spot: Spot, paper: str, diary: str) -> bool:
    where = (spot.page.group, spot.page.subject, spot.column.day, spot.nth, spot.person or None)
    desk.world.papers.mistakes.append(Mistake(code, *where, paper, diary))
    desk.done[code] += 1
    return True


# --- cells -----------------------------------------------------------------------------------------------------------


def _mark_diff(desk: Desk, code: str) -> bool:
    spot = desk.free_cell(PLAIN_MARKS.__contains__)
    if spot is None:
        return False
    diary = spot.text
    spot.write(desk.draw.choice(sorted(PLAIN_MARKS - {diary})))
    return _note(desk, code, spot, spot.text, diary)


def _mark_only_paper(desk: Desk, code: str) -> bool:
    spot = desk.free_cell(_blank)
    if spot is None:
        return False
    spot.write(desk.draw.choice("345"))
    return _note(desk, code, spot, spot.text, "")


def _mark_only_diary(desk: Desk, code: str) -> bool:
    spot = desk.free_cell(PLAIN_MARKS.__contains__)
    if spot is None:
        return False
    diary = spot.text
    spot.write("")
    return _note(desk, code, spot, "", diary)


def _absence_diff(desk: Desk, code: str) -> bool:
    """By turns: an absence only on paper, an absence only in the diary."""
    if desk.done[code] % 2:
        spot = desk.free_cell("н".__eq__, marked=False)
        if spot is not None:
            spot.write("")
            return _note(desk, code, spot, "", "н")
    spot = desk.free_cell(_blank, marked=False)
    if spot is None:
        return False
    spot.write("н")
    return _note(desk, code, spot, "н", "")


def _mark_on_absent(desk: Desk, code: str) -> bool:
    """Both sides agree on «н 4»: nothing differs, yet a person has to look."""
    spot = desk.free_cell(_blank)
    if spot is None:
        return False
    lesson = desk.lesson(spot)
    moment = datetime.combine(lesson.day, time(11, 20))
    log(desk.world, lesson.id, spot.person, "Absent", moment)
    new_mark(desk.world, desk.world.works[lesson.works[0]], spot.person, "4", moment)
    spot.write("н 4")
    return _note(desk, code, spot, "н 4", "н 4")


def _illegal_symbol(desk: Desk, code: str) -> bool:
    """By turns: a sign after a mark, a lone dot."""
    dot = desk.done[code] % 2 == 1
    spot = desk.free_cell(_blank if dot else PLAIN_MARKS.__contains__)
    if spot is None:
        return False
    diary = spot.text
    spot.write("·" if dot else f"{diary}-")
    return _note(desk, code, spot, spot.text, diary)


def _blank(text: str) -> bool:
    return not text


# --- columns ---------------------------------------------------------------------------------------------------------


def _topic_diff(desk: Desk, code: str) -> bool:
    spot = desk.free_column(lambda one: bool(one.column.topic))
    if spot is None:
        return False
    diary, spot.column.topic = spot.column.topic, OTHER_TOPIC
    return _note(desk, code, spot, OTHER_TOPIC, diary)


def _homework_diff(desk: Desk, code: str) -> bool:
    spot = desk.free_column(lambda one: bool(one.column.homework), marked=True)
    if spot is None:
        return False
    diary, spot.column.homework = spot.column.homework, OTHER_HOMEWORK
    return _note(desk, code, spot, OTHER_HOMEWORK, diary)


def _date_only_diary(desk: Desk, code: str) -> bool:
    """The paper page lacks the last column of a day, so that no other is renumbered; the page keeps at least one."""
    spot = desk.free_column(lambda one: len(one.page.columns) > 1 and _columns_on(one.page, one.column.day) == one.nth)
    if spot is None:
        return False
    spot.page.columns.remove(spot.column)
    return _note(desk, code, spot, "", spot.column.topic)


def _date_only_paper(desk: Desk, code: str) -> bool:
    """The paper page has a column on a school day on which the diary has no lesson of the subject."""
    for page in desk.draw.sample(desk.pages, len(desk.pages)):
        days = _idle_days(desk, page)
        if days:
            return _extra_column(desk, code, page, desk.draw.choice(days))
    return False


def _extra_column(desk: Desk, code: str, page: PaperPage, day: date) -> bool:
    topic = write_topic(course_of(desk.world.subjects[page.subject].name), desk.draw)
    number = min((column.number for column in page.columns), default=1)
    column = PaperColumn(day, number, None, topic)
    if desk.grade(page) > 1:
        column.cells.update(dict.fromkeys(list(page.pupils)[:2], "4"))
    page.columns.append(column)
    return _note(desk, code, Spot(page, 1, column), topic, "")


def _idle_days(desk: Desk, page: PaperPage) -> list[date]:
    world, starts, ends = desk.world, desk.starts, desk.ends
    if starts is None or ends is None:
        return []
    busy = {lesson.day for lesson in world.lessons_between(page.group, starts, ends, page.subject)}
    busy |= {column.day for column in page.columns}
    periods = world.period_group_of(world.groups[page.group])
    days = (starts + timedelta(days=n) for n in range((ends - starts).days + 1))
    free = (day for day in days if day.isoweekday() < 6 and day not in busy)
    return [day for day in free if periods is None or periods.at(day) is not None]


def _columns_on(page: PaperPage, day: date) -> int:
    return sum(column.day == day for column in page.columns)


# --- finals ----------------------------------------------------------------------------------------------------------


def _final_diff(desk: Desk, code: str) -> bool:
    for page in desk.draw.sample(desk.pages, len(desk.pages)):
        keys = [key for key in page.finals if not _final_taken(desk, page, *key)]
        if keys:
            keys.sort(key=lambda key: (desk.world.persons[key[0]].key, key[1]))
            return _change_final(desk, code, page, *desk.draw.choice(keys))
    return False


def _change_final(desk: Desk, code: str, page: PaperPage, person: int, number: int) -> bool:
    diary = page.finals[person, number]
    page.finals[person, number] = desk.draw.choice(sorted(PLAIN_MARKS - {diary}))
    column = PaperColumn(_period_end(desk, page, number), 0, None)
    return _note(desk, code, Spot(page, 0, column, person), page.finals[person, number], diary)


def _final_taken(desk: Desk, page: PaperPage, person: int, number: int) -> bool:
    where = ("FINAL_DIFF", page.group, page.subject, _period_end(desk, page, number), person)
    planted = desk.world.papers.mistakes
    return any((one.code, one.group, one.subject, one.day, one.person) == where for one in planted)


def _period_end(desk: Desk, page: PaperPage, number: int) -> date:
    periods = desk.world.period_group_of(desk.world.groups[page.group])
    return next(one.ends for one in periods.ordered() if one.number == number) if periods else date.min


_KINDS: dict[str, Callable[[Desk, str], bool]] = {
    "DATE_ONLY_DIARY": _date_only_diary,
    "DATE_ONLY_PAPER": _date_only_paper,
    "TOPIC_DIFF": _topic_diff,
    "HOMEWORK_DIFF": _homework_diff,
    "MARK_DIFF": _mark_diff,
    "MARK_ONLY_PAPER": _mark_only_paper,
    "MARK_ONLY_DIARY": _mark_only_diary,
    "ABSENCE_DIFF": _absence_diff,
    "MARK_ON_ABSENT": _mark_on_absent,
    "ILLEGAL_SYMBOL": _illegal_symbol,
    "FINAL_DIFF": _final_diff,
}
"""In planting order: whole columns first, while there are untouched ones."""
