"""Both sides laid over each other: one row per cell, flagged by what a rule has to look at.

Everything here works on whole columns. Python sees each distinct text once, never each cell: a register of 600 000
cells holds some dozens of different marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from gateway.register.rules.marks import mark_on_absent, off_scale, same_attendance
from gateway.register.rules.texts import same_text
from mappings.vocabulary import Tokens, canonical
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.register.context import Context

MARK_KINDS = (int(CellKind.MARKS), int(CellKind.FINAL))
TEXT_KINDS = (int(CellKind.TOPIC), int(CellKind.HOMEWORK))
PUPIL_KINDS = (*MARK_KINDS, int(CellKind.MEMBER))

KIND, PAGE, PERSON = pl.col("kind"), pl.col("page"), pl.col("person")
PAPER, DIARY = pl.col("paper"), pl.col("diary")


def laid_over(paper: pl.DataFrame, diary: pl.DataFrame) -> pl.DataFrame:
    """One row per cell of either side: key, page, column, kind, person, and what each side says (null = no such cell).

    Columns `paper`, `diary` are canonical values, `paper_text`, `diary_text` what the side wrote, `told` the key under
    which the diary says it. Keys are unique on each side.
    """
    theirs = _side(diary, "diary").with_columns(told=pl.col("key"))
    rows = _side(paper, "paper").join(theirs, on="key", how="full", coalesce=True)
    return rows.with_columns(page=keys.PAGE, column=keys.COLUMN, kind=keys.KIND, person=keys.PERSON)


def _side(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    text = pl.when(pl.col("raw") == "").then(pl.col("value")).otherwise(pl.col("raw"))
    return frame.select("key", pl.col("value").alias(name), text.str.strip_chars().alias(f"{name}_text"))


@dataclass(frozen=True, slots=True)
class Reading:
    """The distinct mark texts of both sides, each read once."""

    tokens: Mapping[str, Tokens]

    def of(self, text: str) -> Tokens:
        return self.tokens[text]

    @property
    def illegal(self) -> list[str]:
        return [text for text, tokens in self.tokens.items() if tokens.illegal]

    @property
    def with_marks(self) -> list[str]:
        return [text for text, tokens in self.tokens.items() if tokens.marks]

    @property
    def marks_on_absent(self) -> list[str]:
        return [text for text, tokens in self.tokens.items() if mark_on_absent(tokens)]

    def off_scale(self, scale: frozenset[str]) -> list[str]:
        return [text for text, tokens in self.tokens.items() if off_scale(tokens, scale)]

    def needing_a_rule(self, scale: frozenset[str]) -> list[str]:
        """Texts to look at however much the sides agree: a mark on absence, or off the school's scale."""
        return [*self.marks_on_absent, *self.off_scale(scale)]

    @property
    def alike(self) -> dict[str, str]:
        """Texts whose attendance the two sides spell differently, in the spelling both are compared in."""
        return {text: _respelt(text) for text in self.tokens if _respelt(text) != text}


def _respelt(text: str) -> str:
    return " ".join(same_attendance(word) for word in text.split(" "))


def read_marks(*texts: pl.Series) -> Reading:
    """Every distinct text of mark cells, read by the vocabulary."""
    distinct = set().union(*(some.drop_nulls().unique().to_list() for some in texts)) | {""}
    return Reading({text: canonical(text) for text in sorted(distinct)})


def marks_of(rows: pl.DataFrame) -> Reading:
    """The texts of the mark cells of laid over rows, as both sides hold and write them."""
    marks = rows.filter(KIND.is_in(MARK_KINDS))
    return read_marks(*(marks[name] for name in ("paper", "diary", "paper_text", "diary_text")))


def judged(rows: pl.DataFrame, reading: Reading, context: Context) -> pl.DataFrame:
    """The cells that count, with `spoken` (a side says something), `equal`, `illegal`, `suspect` (needs a rule).

    LESSON and MEMBER are not cells of the figure: they say which columns and pupils there are.
    """
    cells = rows.filter(KIND.is_in((*MARK_KINDS, *TEXT_KINDS))).with_columns(
        pl.col("paper", "diary", "paper_text", "diary_text").fill_null("")
    )
    marks = KIND.is_in(MARK_KINDS)
    illegal = marks & _either(reading.illegal, "paper_text", "diary_text")
    cells = _with_same(cells, reading).with_columns(illegal=illegal)
    spoken = (PAPER != "") | (DIARY != "") | pl.col("illegal")
    equal = pl.col("same") & ~pl.col("illegal")
    odd = marks & (
        _either(reading.needing_a_rule(context.rules.scale), "paper", "diary")
        | (PAGE.is_in(context.first_grade) & _either(reading.with_marks, "paper", "diary"))
    )
    return cells.with_columns(spoken=spoken, equal=equal, suspect=spoken & (~equal | odd))


def _either(texts: Iterable[str], *names: str) -> pl.Expr:
    wanted = list(texts)
    return pl.any_horizontal(pl.col(name).is_in(wanted) for name in names)


def _with_same(cells: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """`same`: the sides say the same, once habits of writing are set aside. Only texts that differ are looked at."""
    differing = cells.filter(PAPER != DIARY)
    texts = differing.filter(KIND.is_in(TEXT_KINDS))
    plain = {text: same_text(text) for text in set(texts["paper"].to_list()) | set(texts["diary"].to_list())}
    marks = PAPER.replace(reading.alike) == DIARY.replace(reading.alike)
    words = PAPER.replace(plain) == DIARY.replace(plain)
    same = differing.filter(pl.when(KIND.is_in(TEXT_KINDS)).then(words).otherwise(marks))
    return cells.with_columns(same=(PAPER == DIARY) | pl.col("key").is_in(same["key"].implode()))
