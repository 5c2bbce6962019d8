"""What a file cannot show all of: its presence there says something, its absence nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gateway.register import keys
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_EVER = 1 << 30


class Silence(NamedTuple):
    """Of these kinds the page's file shows some at most, on these days (counted from EPOCH)."""

    page: int
    first: int
    last: int
    kinds: Collection[CellKind]


def heard(diary: pl.DataFrame, paper: pl.DataFrame, silences: Sequence[Silence]) -> pl.DataFrame:
    """The diary without the cells that paper is silent about: of such kinds only those that paper has too are left.

    The order of the rows stays. A page's list belongs to no day, so a silence about it covers all of it.
    """
    rows = [
        (one.page, int(kind), *((0, _EVER) if kind is CellKind.MEMBER else (one.first, one.last)))
        for one in silences
        for kind in sorted(one.kinds)
    ]
    if not rows:
        return diary
    about = pl.DataFrame(rows, schema=dict.fromkeys(("page", "kind", "first", "last"), pl.Int64), orient="row")
    placed = diary.select("key", page=keys.PAGE, kind=keys.KIND, day=keys.DAY).join(about, on=["page", "kind"])
    quiet = placed.filter(pl.col("day").is_between("first", "last")).join(paper, on="key", how="anti")
    return diary.filter(~pl.col("key").is_in(quiet["key"].unique().implode()))
