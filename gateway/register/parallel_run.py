"""R005: who has kept both registers through one full reporting period, and where there is a gap."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.register import keys
from gateway.register.keys import COLUMN_STEP
from gateway.register.teaching import kept_columns, lesson_columns, page_teachers
from state.modes import Mode
from state.register import EPOCH, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from gateway.register.modes import Modes, Span
    from state.identity import SourcedId
    from state.records import GradingPeriod
    from state.register import Page
    from state.store import UnitOfWork

NOT_WHOLE, NOT_TYPED, ON_PAPER, IN_DIARY, NOWHERE = "not_whole_period", "not_typed", "paper", "diary", "both"
"""Kinds of gaps: kept in parallel on a part of the period only, page not typed over, lesson without record there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a record is missing; without a day it is the page's."""

    page: Page
    missing: str
    day: date | None = None
    nth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelRun:
    """One teacher: the period both records were complete in, else the last finished one with its gaps."""

    teacher: SourcedId
    period: SourcedId | None
    """None: no finished period in which the teacher was to keep both."""
    lessons: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.period is not None and not self.gaps


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one teacher was to keep in one period."""

    lessons: int = 0
    gaps: list[Gap] = field(default_factory=list)


def parallel_runs(
    work: UnitOfWork, periods: Sequence[GradingPeriod], modes: Modes, today: date
) -> tuple[ParallelRun, ...]:
    """Every teacher of a page, by id. A period counts once it has ended; paper proves only what was typed over whole.

    Pages outside the pilot's scope, and those kept without paper, are nobody's duty here (R004).
    """
    diary, pages = work.register_frame(), work.pages()
    found: dict[SourcedId, list[ParallelRun]] = defaultdict(list)
    for period in periods:
        inside = _within(diary, period)
        paper, typed = _paper(work, period)
        teachers = page_teachers(inside, paper)
        kept = _of_teachers(inside, paper, typed, teachers, pages, modes, period) if period.ends < today else {}
        for teacher in {one for names in teachers.values() for one in names}:
            found.setdefault(teacher, [])  # who only teaches in a period still going on is told, too
        for teacher, one in kept.items():
            run = ParallelRun(
                teacher=teacher, period=period.sourced_id, lessons=one.lessons, gaps=tuple(sorted(one.gaps, key=_order))
            )
            found[teacher].append(run)
    return tuple(_best(teacher, runs) for teacher, runs in sorted(found.items()))


def _best(teacher: SourcedId, runs: Sequence[ParallelRun]) -> ParallelRun:
    """The first complete period, else the last one."""
    complete = [run for run in runs if run.is_ready]
    return (complete[0] if complete else runs[-1]) if runs else ParallelRun(teacher=teacher, period=None)


def _of_teachers(
    diary: pl.DataFrame,
    paper: pl.DataFrame,
    typed: frozenset[int],
    teachers: Mapping[int, frozenset[SourcedId]],
    pages: Mapping[int, Page],
    modes: Modes,
    period: GradingPeriod,
) -> dict[SourcedId, _Kept]:
    columns = _by_page(lesson_columns(diary) | lesson_columns(paper))
    on_paper, in_diary = kept_columns(paper), kept_columns(diary)
    found: dict[SourcedId, _Kept] = {}
    for number, names in sorted(teachers.items()):
        page, own = pages[number], columns.get(number, [])
        spans = modes.spans(page.group, page.subject, names, period.starts, period.ends)
        if not any(span.mode is Mode.PARALLEL for span in spans):
            continue
        gaps = [] if _is_whole(spans, period) else [Gap(page=page, missing=NOT_WHOLE)]
        gaps += _gaps(page, own, on_paper, in_diary) if number in typed else [Gap(page=page, missing=NOT_TYPED)]
        for name in names:
            before = found.get(name, _Kept())
            found[name] = _Kept(before.lessons + len(own), before.gaps + gaps)
    return found


def _is_whole(spans: Sequence[Span], period: GradingPeriod) -> bool:
    return [(one.first, one.last) for one in spans if one.mode is Mode.PARALLEL] == [(period.starts, period.ends)]


def _gaps(page: Page, columns: Iterable[int], on_paper: frozenset[int], in_diary: frozenset[int]) -> list[Gap]:
    found = []
    for column in columns:
        missing = {(False, False): NOWHERE, (False, True): ON_PAPER, (True, False): IN_DIARY}.get(
            (column in on_paper, column in in_diary)
        )
        if missing:
            _page, day, nth, *_ = unpack(column * COLUMN_STEP)
            found.append(Gap(page=page, missing=missing, day=day, nth=nth))
    return found


def _order(gap: Gap) -> tuple[str, str, str, int]:
    return gap.page.group, gap.page.subject, gap.day.isoformat() if gap.day else "", gap.nth


def _by_page(columns: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for column in sorted(columns):
        found[unpack(column * COLUMN_STEP)[0]].append(column)
    return found


def _within(frame: pl.DataFrame, period: GradingPeriod) -> pl.DataFrame:
    """The cells of those days; a group's list has none."""
    first, last = ((day - EPOCH).days for day in (period.starts, period.ends))
    return frame.filter(keys.DAY.is_between(first, last))


def _paper(work: UnitOfWork, period: GradingPeriod) -> tuple[pl.DataFrame, frozenset[int]]:
    """What the pages typed over whole for that period say, and the numbers of these pages."""
    typed = [item for item in work.transcriptions() if item.whole and item.period == period.sourced_id]
    return work.paper_frame(typed), frozenset(work.page_key(item.page) for item in typed)
