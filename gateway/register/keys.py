"""The parts of packed cell keys (`state.register.pack`) as polars expressions over a column `key`."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from state.register import DAY_BITS, KIND_BITS, NTH_BITS, PERSON_BITS

_PERSON = 1 << PERSON_BITS
COLUMN_STEP = _PERSON << KIND_BITS
"""Keys of the same place in neighbouring columns differ by this."""
DAY_STEP = COLUMN_STEP << NTH_BITS
"""Keys of the same place on neighbouring days differ by this."""
PAGE_STEP = DAY_STEP << DAY_BITS
"""Keys of the same place on neighbouring pages differ by this."""

_KEY = pl.col("key")
PERSON = _KEY % _PERSON
KIND = _KEY // _PERSON % (1 << KIND_BITS)
_KIND_BITS = _KEY & ((1 << KIND_BITS) - 1) * _PERSON
COLUMN = _KEY // COLUMN_STEP
"""Page, day and nth in one number."""
DAY = _KEY // DAY_STEP % (1 << DAY_BITS)
"""Days since state.register.EPOCH."""
PAGE = _KEY // PAGE_STEP


def is_kind(*kinds: int) -> pl.Expr:
    """The cell is of one of these kinds: told by the key's bits in place, without a division."""
    return reduce(or_, (_KIND_BITS.eq(int(kind) * _PERSON) for kind in kinds))


def rows_between(cells: pl.DataFrame, first: pl.Series, after: pl.Series) -> pl.DataFrame:
    """The rows with first <= key < after, of cells ascending by key, for ascending ranges that do not overlap."""
    starts, ends = (cells["key"].search_sorted(bound) for bound in (first, after))
    ranges = pl.DataFrame({"start": starts, "end": ends}).filter(pl.col("start") < pl.col("end"))
    if len(ranges) and (ranges["start"][1:] == ranges["end"][:-1]).all():  # one stretch: nothing is copied
        return cells[ranges["start"][0] : ranges["end"][-1]]
    return cells[ranges.select(pl.int_ranges("start", "end").explode()).to_series()]
