"""Lessons that stand at another date on the other side: recognised by topic or by the marks themselves (§F, R017).

A column, or the marks of a column, on one side only is laid beside one of the other side only on the same page, not
further away than the rules say. The nearest fitting pair wins, and each side of a column is paired once. Paper is the
reference: a shift is told at the paper's date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from gateway.register import keys
from gateway.register.align import DIARY, KIND, PAPER
from gateway.register.rules.texts import same_text
from state.register import DAY_BITS, NTH_BITS, CellKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gateway.register.align import Reading
    from gateway.register.rules.table import Rules

_MARKS = KIND.eq(int(CellKind.MARKS))
_NO_PAPER, _NO_DIARY = PAPER.fill_null("") == "", DIARY.fill_null("") == ""
_MOVED = {"column": pl.Int64, "on_paper": pl.Boolean}


class Shift(NamedTuple):
    """One lesson at two dates, by column (page, day, nth in one number)."""

    paper: int
    diary: int
    marks: int
    """Marks that agree; 0 where the topic alone tells."""
    topic: bool
    whole: bool
    """Both columns stand on one side only, so that all of their cells are compared with each other."""


@dataclass(frozen=True, slots=True)
class Shifts:
    pairs: tuple[Shift, ...]

    @property
    def columns(self) -> frozenset[int]:
        return frozenset(column for pair in self.pairs for column in (pair.paper, pair.diary))

    def unmoved(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells without the marks that a shift explains: on paper only there, in the diary only here."""
        if not self.pairs:
            return cells
        moved = [
            (column, on_paper) for one in self.pairs for column, on_paper in ((one.paper, True), (one.diary, False))
        ]
        sides = pl.DataFrame(moved, schema=_MOVED, orient="row")
        single = cells.filter(_MARKS & (_NO_PAPER != _NO_DIARY)).with_columns(on_paper=_NO_DIARY)
        explained = single.join(sides, on=["column", "on_paper"], how="semi")
        return cells.join(explained, on="key", how="anti")

    def realigned(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The cells of whole shifted lessons, the diary's laid on the paper's date: same columns as `rows`."""
        onto = {one.diary: one.paper for one in self.pairs if one.whole}
        if not onto:
            return rows.clear()
        step = (pl.col("column").replace_strict(onto, default=None) - pl.col("column")) * keys.COLUMN_STEP
        theirs = rows.filter(pl.col("column").is_in(list(onto))).with_columns(key=pl.col("key") + step)
        ours = rows.filter(pl.col("column").is_in(list(onto.values())))
        from_diary = ("diary", "diary_text", "told")
        both = ours.drop(*from_diary).join(theirs.select("key", *from_diary), on="key", how="full", coalesce=True)
        places = {"page": keys.PAGE, "column": keys.COLUMN, "kind": keys.KIND, "person": keys.PERSON}
        return both.with_columns(**places).select(rows.columns)


def shifts_of(rows: pl.DataFrame, columns: pl.DataFrame, reading: Reading, rules: Rules) -> Shifts:
    """The shifts among one-sided `columns` and among columns whose marks stand on one side only."""
    vectors = _vectors(rows, reading)
    whole = {row["column"]: row for row in columns.iter_rows(named=True)}
    candidates = [*_by_marks(vectors, whole, rules), *_by_topic(columns, vectors, rules)]
    taken: set[tuple[int, bool]] = set()  # by side: two lessons may have changed places
    pairs = []
    for one in sorted(candidates, key=_preference):
        sides = {(one.paper, True), (one.diary, False)}
        if not taken & sides:
            taken |= sides
            pairs.append(one)
    return Shifts(tuple(sorted(pairs)))


def _preference(one: Shift) -> tuple[Any, ...]:
    """Marks and topic before marks, marks before topic; then the nearest, then the earliest."""
    return not (one.marks and one.topic), not one.marks, _apart(one.paper, one.diary), min(one[:2]), max(one[:2])


def _day(column: int) -> int:
    return column >> NTH_BITS & (1 << DAY_BITS) - 1


def _apart(one: int, other: int) -> tuple[int, int]:
    return abs(_day(one) - _day(other)), abs(one - other)


def _vectors(rows: pl.DataFrame, reading: Reading) -> dict[tuple[int, bool], dict[int, str]]:
    """(column, on paper) → {person: what that side alone says}."""
    single = rows.filter(_MARKS & (_NO_PAPER != _NO_DIARY))
    said = pl.when(_NO_DIARY).then(PAPER).otherwise(DIARY)
    found: dict[tuple[int, bool], dict[int, str]] = {}
    for column, on_paper, person, value in single.select(
        "column", _NO_DIARY.alias("on_paper"), "person", said.replace(reading.alike).alias("said")
    ).iter_rows():
        found.setdefault((column, on_paper), {})[person] = value
    return found


def _by_marks(
    vectors: Mapping[tuple[int, bool], dict[int, str]], whole: Mapping[int, dict[str, Any]], rules: Rules
) -> Iterator[Shift]:
    """Pairs with the same marks of the same pupils, as many as make a vector."""
    least, furthest = rules.of("shift", "entries"), rules.of("shift", "days")
    same: dict[tuple[int, frozenset[tuple[int, str]]], tuple[list[int], list[int]]] = {}
    for (column, on_paper), said in vectors.items():
        if len(said) >= least:
            sides = same.setdefault((column >> DAY_BITS + NTH_BITS, frozenset(said.items())), ([], []))
            sides[not on_paper].append(column)
    for (_page, vector), (ours, theirs) in same.items():
        for paper, diary in _near(ours, theirs, furthest):
            one, other = whole.get(paper), whole.get(diary)
            both = one is not None and other is not None and one["on_paper"] and not other["on_paper"]
            topic = bool(both and one and other and _topic(one) and _topic(one) == _topic(other))
            yield Shift(paper, diary, len(vector), topic, bool(both))


def _by_topic(
    columns: pl.DataFrame, vectors: Mapping[tuple[int, bool], dict[int, str]], rules: Rules
) -> Iterator[Shift]:
    """Pairs of one-sided lessons on one topic whose marks do not say that they are two lessons."""
    same: dict[tuple[int, str], tuple[list[int], list[int]]] = {}
    for row in columns.iter_rows(named=True):
        if topic := _topic(row):
            same.setdefault((row["page"], topic), ([], []))[not row["on_paper"]].append(row["column"])
    for ours, theirs in same.values():
        for paper, diary in _near(ours, theirs, rules.of("shift", "days")):
            one, other = vectors.get((paper, True), {}), vectors.get((diary, False), {})
            agreed = len(one.items() & other.items())
            if not (one and other) or agreed >= rules.of("shift", "agreement") * len(one.keys() | other.keys()):
                yield Shift(paper, diary, agreed, topic=True, whole=True)


def _topic(row: Mapping[str, Any]) -> str:
    return same_text(row["topic"] or "")


def _near(ours: Sequence[int], theirs: Sequence[int], furthest: int) -> Iterator[tuple[int, int]]:
    for paper in ours:
        for diary in theirs:
            if paper != diary and abs(_day(paper) - _day(diary)) <= furthest:
                yield paper, diary
