"""Whole columns and whole pupils that stand on one side only: each explains all of its cells (requirements §F)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gateway.register.align import DIARY, KIND, PAGE, PAPER, PERSON
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gateway.register.context import Context
    from state.identity import SourcedId

_LESSON = KIND.eq(int(CellKind.LESSON))
_MARKS = KIND.eq(int(CellKind.MARKS))
_TOPIC = KIND.eq(int(CellKind.TOPIC))
_MEMBER = KIND.eq(int(CellKind.MEMBER))


@dataclass(frozen=True, slots=True)
class Explained:
    """What stands on one side only."""

    columns: pl.DataFrame
    """`column`, `first_key`, `on_paper`, `entries` (cells written there), `topic`, `missing` (or only not kept)."""
    pupils: pl.DataFrame
    """`page`, `person`: the pupil's cells on this page need no finding of their own."""
    members: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list): once per group, sorted."""
    unconsented: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list as well) for each pupil without consent on the diary's list."""
    lessons: Mapping[int, str]
    """Lesson number of each column, the paper's where it tells one."""


def explained(rows: pl.DataFrame, context: Context, outside: Sequence[int]) -> Explained:
    """One-sided columns and pupils of compared pages; `outside` are the numbers of pupils without consent."""
    compared = [number for number, page in context.pages.items() if page.subject]
    members = rows.filter(_MEMBER & PAGE.is_in(compared) & ~PERSON.is_in(outside))
    single = members.filter(PAPER.is_null() != DIARY.is_null()).select("page", "person", on_paper=PAPER.is_not_null())
    pupils = single.select("page", "person")
    whole = rows.filter(~(_MARKS & PERSON.is_in(outside)))
    without = rows.filter(_MEMBER & DIARY.is_not_null() & PERSON.is_in(outside))
    without = without.select("page", "person", on_paper=PAPER.is_not_null())
    return Explained(
        columns=_one_sided(whole.join(pupils, on=["page", "person"], how="anti")),
        pupils=pupils,
        members=tuple(_per_group(single, context)),
        unconsented=tuple(_per_group(without, context)),
        lessons=_lesson_numbers(rows),
    )


def _per_group(rows: pl.DataFrame, context: Context) -> Iterator[tuple[SourcedId, SourcedId, bool]]:
    """Each (group, person) once, on the paper list if any page of the group has him there."""
    found: dict[tuple[SourcedId, SourcedId], bool] = {}
    for page, person, on_paper in rows.iter_rows():
        key = context.pages[page].group, context.persons[person]
        found[key] = found.get(key, False) or on_paper
    for (group, person), on_paper in sorted(found.items()):
        yield group, person, on_paper


def _one_sided(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns only one side has or keeps, up to the last one either side has filled in.

    Later blank columns are lessons still to come: a timetable stands in the diary for weeks ahead. A column both sides
    have is kept by one only when the other wrote nothing there and it wrote more than a single cell.
    """
    wrote = {name: ~_LESSON & (pl.col(f"{name}_text").fill_null("") != "") for name in ("paper", "diary")}
    columns = (
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
    written = columns.filter(pl.col("entries") > 0).group_by("page").agg(last=pl.col("column").max())
    known = columns.join(written, on="page", how="left").filter(pl.col("column") <= pl.col("last"))
    missing = pl.col("on_paper") != pl.col("in_diary")
    unkept = (pl.min_horizontal("paper", "diary") == 0) & (pl.col("entries") > 1)
    single = known.with_columns(missing=missing).filter(missing | unkept)
    on_paper = pl.when("missing").then("on_paper").otherwise(PAPER > 0)
    return single.select("column", "first_key", "entries", "topic", "missing", on_paper=on_paper).sort("column")


def _lesson_numbers(rows: pl.DataFrame) -> dict[int, str]:
    """A LESSON value starts with the number: «3|teacher,teacher»."""
    said = pl.coalesce(*(column.str.split("|").list.first().replace(["", "0"], None) for column in (PAPER, DIARY)))
    return dict(rows.filter(_LESSON).select("column", said.fill_null("")).iter_rows())
