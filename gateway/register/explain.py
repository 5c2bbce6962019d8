"""Whole pages, columns and pupils that stand on one side only: each explains all of its cells (requirements §F)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gateway.register.align import DIARY, KIND, PAGE, PAPER
from gateway.register.lists import Roster, rosters_of
from gateway.register.shifts import Shifts, shifts_of
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.register.align import Reading
    from gateway.register.context import Context

_LESSON = KIND.eq(int(CellKind.LESSON))
_MARKS = KIND.eq(int(CellKind.MARKS))
_FINAL = KIND.eq(int(CellKind.FINAL))
_TOPIC = KIND.eq(int(CellKind.TOPIC))
_MEMBER = KIND.eq(int(CellKind.MEMBER))


@dataclass(frozen=True, slots=True)
class Explained:
    """What stands on one side only."""

    pages: pl.DataFrame
    """`page`, `on_paper`, `lessons`: the other side has written nothing on this page at all."""
    columns: pl.DataFrame
    """`page`, `column`, `first_key`, `on_paper`, `entries` (cells there), `topic`, `missing` (or only not kept)."""
    shifts: Shifts
    """Columns, and marks of columns, that the other side has at a neighbouring date."""
    pupils: pl.DataFrame
    """`page`, `person`: the pupil's cells on this page need no finding of their own."""
    rosters: Mapping[int, Roster]
    """What the lists of a page say, where they differ or are a subgroup's."""
    lessons: Mapping[int, str]
    """Lesson number of each column, the paper's where it tells one."""

    def unexplained(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells that no page, lesson or pupil accounts for."""
        left = (
            cells.join(self.pages, on="page", how="anti")
            .join(self.columns, on="column", how="anti")
            .join(self.pupils, on=["page", "person"], how="anti")
        )
        return self.shifts.unmoved(left)


def explained(rows: pl.DataFrame, reading: Reading, context: Context, outside: Sequence[int]) -> Explained:
    """One-sided pages, columns and pupils of compared pages; `outside`, pupils without consent, have no marks here."""
    rosters = rosters_of(rows.filter(_MEMBER), context, outside)
    alone = [(page, person) for page, roster in rosters.items() for person, _on_paper in roster.single]
    pupils = pl.DataFrame(alone, schema={"page": pl.Int64, "person": pl.Int64}, orient="row")
    whole = rows.join(pupils, on=["page", "person"], how="anti") if len(pupils) else rows
    columns = _columns(whole)
    pages = _unkept_pages(whole, columns)
    own = _one_sided(columns).join(pages, on="page", how="anti")
    rest = whole.filter(~PAGE.is_in(pages["page"].to_list())) if len(pages) else whole
    return Explained(
        pages=pages,
        columns=own,
        shifts=shifts_of(rest, own, reading, context.rules),
        pupils=pupils,
        rosters=rosters,
        lessons=_lesson_numbers(rows),
    )


def one_sided_pages(rows: pl.DataFrame) -> list[int]:
    """Pages with a column on which one side is silent: whether that is more than a cell is seen on the whole page."""
    silent = (pl.min_horizontal("paper", "diary") == 0) & (
        (pl.col("entries") > 0) | (pl.col("on_paper") != pl.col("in_diary"))
    )
    return _columns(rows).filter(silent)["page"].unique().to_list()


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Every column with how many cells each side wrote there and whether it has the column at all."""
    wrote = {name: ~_LESSON & (pl.col(f"{name}_text").fill_null("") != "") for name in ("paper", "diary")}
    return (
        rows.filter(KIND.le(int(CellKind.HOMEWORK)))
        .group_by("column")
        .agg(
            page=PAGE.first(),
            first_key=pl.col("key").min(),
            paper=wrote["paper"].sum(),
            diary=wrote["diary"].sum(),
            on_paper=(wrote["paper"] | (_LESSON & PAPER.is_not_null())).any(),
            in_diary=(wrote["diary"] | (_LESSON & DIARY.is_not_null())).any(),
            topic=pl.coalesce("paper_text", "diary_text").filter(_TOPIC).first(),
        )
    ).with_columns(entries=pl.max_horizontal("paper", "diary"))


def _unkept_pages(rows: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Pages with two lessons or more kept on one side, of which the other has not one entry, period marks included."""
    said = columns.group_by("page").agg(
        pl.col("paper", "diary").sum(), lessons=pl.col("entries").gt(0).sum(), on_paper=pl.col("paper").sum() > 0
    )
    single = said.filter((pl.min_horizontal("paper", "diary") == 0) & (pl.col("lessons") > 1))
    finals = rows.filter(_FINAL & PAGE.is_in(single["page"].to_list()))
    other = finals.join(single.select("page", "on_paper"), on="page").filter(
        pl.when("on_paper").then("diary_text").otherwise("paper_text").fill_null("") != ""
    )
    return single.join(other, on="page", how="anti").select("page", "on_paper", "lessons").sort("page")


def _one_sided(columns: pl.DataFrame) -> pl.DataFrame:
    """Columns only one side has or keeps, up to the last one either side has filled in.

    Later blank columns are lessons still to come: a timetable stands in the diary for weeks ahead. A column both sides
    have is kept by one only when the other wrote nothing there and it wrote more than a single cell.
    """
    written = columns.filter(pl.col("entries") > 0).group_by("page").agg(last=pl.col("column").max())
    known = columns.join(written, on="page", how="left").filter(pl.col("column") <= pl.col("last"))
    missing = pl.col("on_paper") != pl.col("in_diary")
    unkept = (pl.min_horizontal("paper", "diary") == 0) & (pl.col("entries") > 1)
    single = known.with_columns(missing=missing).filter(missing | unkept)
    on_paper = pl.when("missing").then("on_paper").otherwise(PAPER > 0)
    kept = ("page", "column", "first_key", "entries", "topic", "missing")
    return single.select(*kept, on_paper=on_paper).sort("column")


def _lesson_numbers(rows: pl.DataFrame) -> dict[int, str]:
    """A LESSON value starts with the number: «3|teacher,teacher»."""
    said = pl.coalesce(*(column.str.split("|").list.first().replace(["", "0"], None) for column in (PAPER, DIARY)))
    return dict(rows.filter(_LESSON).select("column", said.fill_null("")).iter_rows())
