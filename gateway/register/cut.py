"""What has to be looked at: the columns where the sides do not plainly agree. The rest is only counted.

A school's register holds 600 000 cells and some hundred differences. Both sides come in the order of their keys, so
that one pass lays them side by side; what the rules need to see is the rows of the columns this pass finds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from gateway.register.align import MARK_KINDS, TEXT_KINDS, laid_over, read_marks
from gateway.register.keys import COLUMN, COLUMN_STEP, PAGE, PAGE_STEP, PERSON, rows_between
from mappings.vocabulary import lone_tokens
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gateway.register.align import Reading
    from gateway.register.context import Context

_MARKS = keys.is_kind(*MARK_KINDS)
_MEMBER = keys.is_kind(CellKind.MEMBER)
_FIGURE = (*MARK_KINDS, *TEXT_KINDS)
_UNSAID = (pl.col("value") == "") | ~keys.is_kind(*_FIGURE)


@dataclass(frozen=True)
class Cut:
    """Both sides in the order of their keys, and the columns whose rows have to be looked at."""

    paper: pl.DataFrame
    diary: pl.DataFrame
    columns: pl.Series
    """Ascending; page, day and nth in one number."""
    known: Collection[int]
    """Every page there may be on either side."""
    left_out: Mapping[int, int]
    """Page → marks on paper of pupils without consent, which are on neither side any more."""

    @cached_property
    def rows(self) -> pl.DataFrame:
        """All cells of those columns, laid over each other."""
        return laid_over(_of(self.paper, self.columns), _of(self.diary, self.columns))

    def widened(self, pages: Sequence[int]) -> Cut:
        """The same with every column of these pages."""
        whole = [_columns_of(side, pages) for side in (self.paper, self.diary)]
        columns = pl.concat([self.columns, *whole]).unique().sort()
        return replace(self, columns=columns)

    def agreed(self) -> dict[int, int]:
        """Every page of either side → cells outside the columns to look at that say something, the same on both."""
        pages = pl.Series(sorted(self.known), dtype=pl.Int64)
        (starts, ends), (firsts, afters) = (_rows_of(side, pages) for side in (self.paper, self.diary))
        there = (starts < ends) | (firsts < afters)
        counts = dict(zip(pages.filter(there), (ends - starts).filter(there), strict=True))
        unsaid = self.paper.filter(_UNSAID).group_by(PAGE).len()
        inside = self.rows.filter(pl.col("paper") != "", pl.col("kind").is_in(_FIGURE)).group_by("page").len()
        for page, count in (*unsaid.iter_rows(), *inside.iter_rows()):
            counts[page] -= count
        return counts


def cut(paper: pl.DataFrame, diary: pl.DataFrame, context: Context, outside: Sequence[int]) -> Cut:
    """The columns with a cell that differs, stands on one side only or is odd however much the sides agree.

    Both frames have `key`, `value`, `raw`. ValueError for a key that stands twice on a side. The marks of pupils
    `outside` (without consent) are left out here: nothing about them is compared (R110).
    """
    left_out = _left_out(paper, outside) if outside else {}
    paper, diary = (_ordered(side, outside) for side in (paper, diary))
    found = [_differing(paper, diary), _odd(paper, context), _illegal(paper), _illegal(diary)]
    found.append(diary.filter(_MEMBER & PERSON.is_in(outside)).select(COLUMN).to_series())
    if context.halves:  # a pupil of two subgroups is told by the lists of both
        lists = _MEMBER & PAGE.is_in(context.halves)
        found += [side.filter(lists).select(COLUMN.unique()).to_series() for side in (paper, diary)]
    columns = pl.concat(found).unique().sort()
    return Cut(paper, diary, columns, context.pages.keys(), left_out)


def _left_out(paper: pl.DataFrame, outside: Sequence[int]) -> dict[int, int]:
    mine = paper.filter(_MARKS & PERSON.is_in(outside) & (pl.col("value") != ""))
    return dict(mine.group_by(PAGE).len().iter_rows())


def _ordered(side: pl.DataFrame, outside: Sequence[int]) -> pl.DataFrame:
    side = side.select("key", "value", "raw").sort("key")
    if (side["key"].diff() == 0).any():
        raise ValueError("a cell stands twice on one side")
    return side.filter(~(_MARKS & PERSON.is_in(outside))) if outside else side


def _differing(paper: pl.DataFrame, diary: pl.DataFrame) -> pl.Series:
    """Columns of cells that are not on both sides, or not the same there: one walk along both orders each way."""
    there = paper.select("key", "value").join_asof(diary.select("key", said="value"), on="key", tolerance=0)
    unequal = there.filter(pl.col("value").ne_missing(pl.col("said"))).select(COLUMN).to_series()
    if there["said"].count() == len(diary):  # each cell of the diary was met
        return unequal
    here = diary.select("key").join_asof(paper.select("key", known="key"), on="key", tolerance=0)
    return pl.concat([unequal, here.filter(pl.col("known").is_null()).select(COLUMN).to_series()])


def _rows_of(side: pl.DataFrame, pages: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Of each page its first row and the row after its last."""
    starts, ends = (side["key"].search_sorted(bound * PAGE_STEP) for bound in (pages, pages + 1))
    return starts, ends


def _odd(paper: pl.DataFrame, context: Context) -> pl.Series:
    """Columns of marks that need a rule although the diary says the same: on absence, off the scale, in grade 1."""
    # What nearly every cell of marks holds is put aside first, so that only rare texts are sorted out.
    usual = lone_tokens() - set(_needing_a_rule(read_marks(pl.Series(sorted(lone_tokens()))), context))
    rare = paper.lazy().filter(~pl.col("value").is_in(usual), _MARKS).collect()
    odd = rare.filter(pl.col("value").is_in(_needing_a_rule(read_marks(rare["value"]), context)))
    found = odd.select(COLUMN).to_series()
    if first := context.first_grade:
        graded = paper.filter(_MARKS & PAGE.is_in(first))
        graded = graded.filter(pl.col("value").is_in(read_marks(graded["value"]).with_marks))
        found = pl.concat([found, graded.select(COLUMN).to_series()])
    return found


def _needing_a_rule(reading: Reading, context: Context) -> list[str]:
    return [*reading.needing_a_rule(context.rules.scale), *reading.illegal]


def _illegal(side: pl.DataFrame) -> pl.Series:
    """Columns of marks that were written with a symbol the vocabulary does not know."""
    written = side.filter(pl.col("raw") != "")
    if written.is_empty():
        return pl.Series("key", [], dtype=pl.Int64)
    written = written.filter(_MARKS)
    texts = written["raw"].str.strip_chars()
    return written.filter(texts.is_in(read_marks(texts.unique()).illegal)).select(COLUMN).to_series()


def _of(side: pl.DataFrame, columns: pl.Series) -> pl.DataFrame:
    """The cells of these columns."""
    return rows_between(side, columns * COLUMN_STEP, (columns + 1) * COLUMN_STEP)


def _columns_of(side: pl.DataFrame, pages: Sequence[int]) -> pl.Series:
    wanted = pl.Series(sorted(pages), dtype=pl.Int64)
    whole = rows_between(side, wanted * PAGE_STEP, (wanted + 1) * PAGE_STEP)
    return whole.select(COLUMN.unique()).to_series()
