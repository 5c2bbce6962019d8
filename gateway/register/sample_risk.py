"""The risk-led part of a sample: what is worth looking at, and why; no part of any claim about the whole register."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from gateway.register.duties import changed_marks, teachers_of
from gateway.register.keeping import excused
from gateway.register.rules.keeping import days_allowed
from gateway.register.sample_units import UnitKind, lesson_of, unit_key, unit_name
from gateway.register.sampling import draw
from state.records import Lesson
from state.register import CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.register.sample_frame import Frame, SampleScope
    from state.store import UnitOfWork


class Risk(StrEnum):
    """Why a unit is looked at."""

    LATE = "late"
    """Entered later than the rules allow, outside declared outages (R010, R015): as the check of keeping counts."""
    CORRECTED = "corrected"
    """A mark that the diary showed otherwise before, and nobody has explained (R016)."""
    TEACHER = "teacher"
    """Its teacher has open findings elsewhere."""


def risky_units(work: UnitOfWork, scope: SampleScope, frame: Frame) -> dict[str, tuple[str, ...]]:
    """Unit of the frame → why it is looked at, each reason once."""
    known, found = set(frame.units), defaultdict(set)
    for risk, key in (*_late(work, scope), *_corrected(work, frame), *_of_teachers(work, scope, frame)):
        name = unit_name(lesson_of(key) if frame.kind is UnitKind.LESSON else key)
        if name in known:
            found[name].add(risk.value)
    return {name: tuple(sorted(why)) for name, why in sorted(found.items())}


def risk_led(risky: Mapping[str, tuple[str, ...]], count: int, seed: str) -> dict[str, tuple[str, ...]]:
    """The `count` with most reasons; among equals chance decides, by the seed of the draw."""
    by_chance = draw(risky, len(risky), seed)
    chosen = sorted(by_chance, key=lambda unit: -len(risky[unit]))[:count]
    return {unit: risky[unit] for unit in chosen}


def _late(work: UnitOfWork, scope: SampleScope) -> Iterator[tuple[Risk, int]]:
    frame = work.register_frame()
    works = dict(frame.filter(keys.is_kind(CellKind.LESSON)).select(keys.COLUMN, "raw").iter_rows())
    rows = frame.filter(keys.is_kind(CellKind.MARKS) & pl.col("set_at").is_not_null())
    due_of = cache(partial(scope.week.last_day, working=scope.rules.of("entry", "working_days")))
    for key, value, moment in rows.select("key", "value", "set_at").iter_rows():
        day = unpack(key)[1]
        due = due_of(day, days_allowed(value, works.get(key // keys.COLUMN_STEP, ""), scope.rules))
        if moment.astimezone(scope.zone).date() > due and not excused(scope.outages, day, due):
            yield Risk.LATE, key


def _corrected(work: UnitOfWork, frame: Frame) -> Iterator[tuple[Risk, int]]:
    pages = sorted({unpack(lesson)[0] for lesson in frame.lessons})
    for key in changed_marks(work, pages):
        if unpack(key)[3] is CellKind.MARKS:
            yield Risk.CORRECTED, key


def _of_teachers(work: UnitOfWork, scope: SampleScope, frame: Frame) -> Iterator[tuple[Risk, int]]:
    """Every unit of every lesson of a teacher on one of whose pages something was found."""
    places = {Page(group=row["group"], subject=row["subject"]) for row in work.findings(open_only=True)}
    taught = _teachers(work, scope, frame)
    pages = work.pages()
    named = {teacher for lesson, who in taught.items() if pages[unpack(lesson)[0]] in places for teacher in who}
    for lesson, who in taught.items():
        if who & named:
            yield Risk.TEACHER, lesson
            yield from ((Risk.TEACHER, lesson + person) for person in frame.lessons[lesson])


def _teachers(work: UnitOfWork, scope: SampleScope, frame: Frame) -> dict[int, frozenset[str]]:
    """Lesson → who was to teach it, and who did by the diary."""
    found: dict[int, set[str]] = {lesson: set() for lesson in frame.lessons}
    for (group, subject, day, nth), who in teachers_of(scope.local.each(Lesson)).items():
        lesson = unit_key(work.page_key(Page(group=group, subject=subject)), day, nth)
        if lesson in found:
            found[lesson] |= who
    said = work.register_frame().filter(keys.is_kind(CellKind.LESSON))
    for key, value in said.select("key", "value").iter_rows():
        lesson = lesson_of(key)
        if lesson in found:
            found[lesson] |= set(filter(None, value.partition("|")[2].split(",")))
    return {lesson: frozenset(who) for lesson, who in found.items()}
