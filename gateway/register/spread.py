"""Where the two pages of a paper spread disagree with each other: the paper alone tells it (requirements B1, §F)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from gateway.register.rules.spread import judge_counts, judge_dates
from gateway.register.values import Level
from mappings.paper.spread import NO_COLUMN, NO_ROW
from state.register import CellKind, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from gateway.register.values import Finding
    from state.register import Page

_TEXTS = (int(CellKind.TOPIC), int(CellKind.HOMEWORK))


def spread_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The SPREAD cells of paper among rows laid over each other (`align.laid_over`): key, column, value."""
    cells = rows.filter(pl.col("kind").eq(int(CellKind.SPREAD)) & pl.col("paper").is_not_null())
    return cells.select("key", "column", value="paper").sort("key")


def judge_spread(spread: pl.DataFrame, pages: Mapping[int, Page], make: Callable[..., Finding]) -> Iterator[Finding]:
    """A finding for each lesson with two dates; where the counts differ, one for the page names the odd dates.

    `spread` is of `spread_of`, `make` is `reconcile.make_finding`.
    """
    cells = [(unpack(key), value) for key, value in spread.select("key", "value").iter_rows()]
    odd: dict[tuple[int, str], list[date]] = defaultdict(list)
    for (page, day, _nth, *_), value in cells:
        if value in (NO_ROW, NO_COLUMN):
            odd[page, value].append(day)
    for (page, day, nth, *_), value in cells:
        place = {"page": pages[page], "day": day, "nth": nth, "person": None}
        if nth == 0:
            left, right = value.split("|")
            said = f"{_counted(left, odd[page, NO_ROW])} | {_counted(right, odd[page, NO_COLUMN])}"
            yield make(judge_counts(), Level.PAGE, place, {"paper": said})
        elif value not in (NO_ROW, NO_COLUMN):
            yield make(judge_dates(), Level.LESSON, place, {"paper": f"{day.isoformat()} | {value}"})


def without_texts(cells: pl.DataFrame, spread: pl.DataFrame) -> pl.DataFrame:
    """The cells but for topics and homework of columns without a right row: the spread explains their lack."""
    bare = spread.filter(pl.col("value") == NO_ROW)
    if not len(bare):
        return cells
    return cells.filter(~(pl.col("kind").is_in(_TEXTS) & pl.col("column").is_in(bare["column"].implode())))


def _counted(count: str, days: list[date]) -> str:
    return f"{count} ({', '.join(day.isoformat() for day in days)})" if days else count
