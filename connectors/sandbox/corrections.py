"""Teachers who correct themselves: marks changed, deleted and entered late, in both registers alike.

Only pages without planted mistakes are touched, so a correction changes history and never the truth of `play`.
"""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.desk import PLAIN_MARKS, Desk, Spot, open_pages
from connectors.sandbox.lessons import drop_mark, new_mark

if TYPE_CHECKING:
    from connectors.sandbox.nouns import Mark
    from connectors.sandbox.world import World

_DELAY = timedelta(days=9)
"""A correction is entered this long after the lesson."""


def correct(world: World, count: int) -> dict[str, Any]:
    """`count` corrections by turns: {changed, deleted, late, items: [{kind, group_id, subject_id, day, …}]}."""
    closed = {one.group for one in world.papers.mistakes}
    pages = [page for page in open_pages(world) if page.group not in closed]
    desk = Desk(world, pages, random.Random(f"{world.seed}|corrections|{world.papers.corrections}"))
    items = [item for turn in range(count) if (item := _correct_one(desk, turn)) is not None]
    world.papers.corrections += 1
    kinds = [item["kind"] for item in items]
    return {kind: kinds.count(kind) for kind in ("changed", "deleted", "late")} | {"items": items}


def _correct_one(desk: Desk, turn: int) -> dict[str, Any] | None:
    kind = ("changed", "deleted", "late")[turn % 3]
    spot = desk.free_cell((lambda text: not text) if kind == "late" else PLAIN_MARKS.__contains__)
    if spot is None:
        return None
    before = spot.text
    spot.write({"changed": _other(desk, before), "deleted": "", "late": "4"}[kind])
    _in_diary(desk, spot, before)
    return {
        "kind": kind,
        "group_id": str(spot.page.group),
        "subject_id": str(spot.page.subject),
        "day": spot.column.day.isoformat(),
        "nth": spot.nth,
        "person_id": str(spot.person),
        "before": before,
        "after": spot.text,
    }


def _other(desk: Desk, value: str) -> str:
    return desk.draw.choice(sorted(PLAIN_MARKS - {value}))


def _in_diary(desk: Desk, spot: Spot, before: str) -> None:
    lesson = desk.lesson(spot)
    if not before:
        set_at = datetime.combine(lesson.day, time(10, 5)) + _DELAY
        new_mark(desk.world, desk.world.works[lesson.works[0]], spot.person, spot.text, set_at)
        return
    mark = _mark_of(desk, spot)
    if spot.text:
        mark.value, mark.set_at = spot.text, mark.set_at + _DELAY
    else:
        drop_mark(desk.world, mark)


def _mark_of(desk: Desk, spot: Spot) -> Mark:
    marks = desk.world.marks_of_lesson[desk.lesson(spot).id].values()
    return next(mark for mark in marks if mark.person == spot.person)
