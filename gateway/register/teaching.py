"""Who teaches a page, and which of its lessons a side keeps, as the cells of the side tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from state.identity import SourcedId
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARE = 3
"""Who stands at one lesson of three teaches the page: a substitute of a few lessons does not, co-teachers and one who
took the page over in the middle of a period do."""
_ENTRIES = (int(CellKind.MARKS), int(CellKind.TOPIC), int(CellKind.HOMEWORK))


def page_teachers(*sides: pl.DataFrame) -> Mapping[int, frozenset[SourcedId]]:
    """Page number → who teaches it, by the LESSON cells (`key`, `value`) of the sides; pages nobody is told of lack."""
    told = pl.concat([side.select("key", "value") for side in sides]).filter(keys.is_kind(CellKind.LESSON))
    counts = told.group_by(keys.PAGE.alias("page"), "value").len()
    lessons: Counter[int] = Counter()
    standing: dict[int, Counter[SourcedId]] = defaultdict(Counter)
    for page, value, count in counts.iter_rows():
        names = [SourcedId(one) for one in value.partition("|")[2].split(",") if one]
        if names:
            lessons[page] += count
        for name in names:
            standing[page][name] += count
    return {
        page: frozenset(name for name, count in names.items() if count * SHARE >= lessons[page])
        for page, names in standing.items()
    }


def lesson_columns(side: pl.DataFrame) -> frozenset[int]:
    """The columns (`keys.COLUMN`) that stand on the side, with entries or without."""
    wanted = side.filter(keys.KIND.is_in([int(CellKind.LESSON), *_ENTRIES]))
    return frozenset(wanted.select(keys.COLUMN).unique().to_series().to_list())


def kept_columns(side: pl.DataFrame, kinds: tuple[int, ...] = _ENTRIES) -> frozenset[int]:
    """The columns with at least one entry of those kinds: a date alone is no record."""
    wanted = side.filter(keys.KIND.is_in(kinds) & (pl.col("value") != ""))
    return frozenset(wanted.select(keys.COLUMN).unique().to_series().to_list())
