"""The two sides of the check as columns: the transcribed pages, and the same pages as the diary shows them.

Only pages that were transcribed whole are compared; the diary side is cut to those pages and to the days of their
periods, and both sides to the days on which the school's modes have a page compared (R003, R004). The diary lists
pupils per group, so a group's list is laid on each of its transcribed pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gateway.register import keys
from gateway.register.scope import CheckScope, Placed, placed
from gateway.register.silence import Silence, heard
from state.cells import cells_digest
from state.register import EPOCH, CellKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.register.modes import Span
    from state.identity import SourcedId
    from state.paper import KeptTranscription
    from state.records import GradingPeriod
    from state.store import UnitOfWork

_MEMBER = keys.is_kind(CellKind.MEMBER)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides: key, value, raw; ascending by key, which is unique on each side."""

    paper: pl.DataFrame
    diary: pl.DataFrame
    skipped: tuple[KeptTranscription, ...]
    """Pages that are not transcribed whole, or of a period the settings do not know."""
    placed: tuple[Placed, ...]
    """The others, each with its days."""

    @property
    def compared(self) -> tuple[KeptTranscription, ...]:
        return tuple(one.item for one in self.placed if one.spans)

    @property
    def outside(self) -> tuple[KeptTranscription, ...]:
        """Whole pages of which no day of their period lies in the pilot's scope."""
        return tuple(one.item for one in self.placed if not one.spans)

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of what each side says: its cells as lines of text, ascending by key (`state.cells`)."""
        return {"paper": cells_digest(self.paper), "diary": cells_digest(self.diary)}

    def entered(self, work: UnitOfWork) -> pl.DataFrame:
        """The diary's cells with `author`, `set_at` and `remote_id` too, where it told them."""
        told = work.register_frame(None, self.diary.select(keys.PAGE.unique()).to_series().to_list())
        return self.diary.join(told.drop("value", "raw"), on="key", how="left")

    def teachers(self) -> dict[int, tuple[str, ...]]:
        """Page number → sourced ids of those who taught there, as the LESSON cells of both sides tell."""
        lessons = pl.concat([side.select("key", "value") for side in (self.paper, self.diary)]).filter(
            keys.is_kind(CellKind.LESSON)
        )
        found: dict[int, set[str]] = {}
        for page, value in lessons.select(keys.PAGE, "value").unique().iter_rows():
            found.setdefault(page, set()).update(filter(None, value.partition("|")[2].split(",")))
        return {page: tuple(sorted(who)) for page, who in found.items()}


def two_sides(
    work: UnitOfWork,
    periods: Mapping[SourcedId, GradingPeriod],
    aliases: Mapping[SourcedId, SourcedId],
    scope: CheckScope | None = None,
) -> Sides:
    """Both sides as the store holds them now.

    `aliases` names strangers of the diary who are in truth pupils of ours; `scope` says which days of a page are
    compared, all of them when None. New pages and persons of the paper get their numbers in the store: the caller
    commits.
    """
    kept = work.transcriptions()
    whole = tuple(item for item in kept if item.whole and item.period in periods)
    skipped = tuple(item for item in kept if not (item.whole and item.period in periods))
    places = placed(scope or CheckScope(), whole, periods)
    spans = sorted((_span(work, one.item, days) for one in places for days in one.spans), key=lambda span: span[:3])
    paper = _paper(work, spans)
    if not all(one.is_full for one in places):
        paper = _cut(paper, spans)
    silences = [Silence(span.page, span.first, span.last, span.item.silent) for span in spans if span.item.silent]
    diary = heard(_diary(work, spans, aliases), paper, silences)
    return Sides(paper, diary, skipped=skipped, placed=places)


class _Span(NamedTuple):
    """The days of a page that a transcription speaks of and the check compares; days count from EPOCH."""

    page: int
    last: int
    first: int
    item: KeptTranscription


def _span(work: UnitOfWork, item: KeptTranscription, days: Span) -> _Span:
    return _Span(work.page_key(item.page), (days.last - EPOCH).days, (days.first - EPOCH).days, item)


def _paper(work: UnitOfWork, spans: Sequence[_Span]) -> pl.DataFrame:
    """All cells of the pages; the list of a page is that of its latest period, whoever left before."""
    latest = {span.page: span.item for span in spans}
    items = {span.item.number: (span.page, span.item) for span in spans}.values()
    last = [item for page, item in items if latest[page] is item]
    earlier = [item for page, item in items if latest[page] is not item]
    cells = work.paper_frame(last)
    return _unique(pl.concat([work.paper_frame(earlier).filter(~_MEMBER), cells]) if earlier else cells)


def _cut(paper: pl.DataFrame, spans: Sequence[_Span]) -> pl.DataFrame:
    """The lists, and the cells of the days that are compared."""
    return _unique(pl.concat([_inside(paper, spans), paper.filter(_MEMBER)]))


def _diary(work: UnitOfWork, spans: Sequence[_Span], aliases: Mapping[SourcedId, SourcedId]) -> pl.DataFrame:
    """The cells of those pages on those days, every list page, and each group's list laid on its pages."""
    pages = work.pages()
    lists = {page.group: number for number, page in pages.items() if not page.subject}
    compared = sorted({span.page for span in spans})
    wanted = [*lists.values(), *compared]
    frame = _renamed(work.register_now(wanted), work, aliases)
    numbers = pl.Series(sorted(lists.values()), dtype=pl.Int64)
    listed = keys.rows_between(frame, numbers * keys.PAGE_STEP, (numbers + 1) * keys.PAGE_STEP).filter(_MEMBER)
    onto = [(lists[pages[page].group], page) for page in compared if pages[page].group in lists]
    return _unique(pl.concat([_inside(frame, spans), listed, _laid_on(listed, onto)]))


def _inside(frame: pl.DataFrame, spans: Sequence[_Span]) -> pl.DataFrame:
    """The cells of the compared pages on the days of their transcriptions."""
    days = pl.DataFrame([span[:3] for span in spans], schema=["page", "last", "first"], orient="row")
    starts = pl.col("page") * keys.PAGE_STEP + pl.max_horizontal("first", pl.lit(1)) * keys.DAY_STEP
    ends = pl.col("page") * keys.PAGE_STEP + (pl.col("last") + 1) * keys.DAY_STEP
    ranges = days.cast(pl.Int64).select(starts=starts, ends=ends)
    return keys.rows_between(frame, ranges["starts"], ranges["ends"])


def _laid_on(lists: pl.DataFrame, onto: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """Each group's list, once for every (list page, compared page)."""
    pairs = pl.DataFrame(onto, schema={"page": pl.Int64, "target": pl.Int64}, orient="row")
    placed = lists.with_columns(page=keys.PAGE).join(pairs, on="page")
    return placed.with_columns(key=pl.col("key") + (pl.col("target") - pl.col("page")) * keys.PAGE_STEP).select(
        lists.columns
    )


def _renamed(frame: pl.DataFrame, work: UnitOfWork, aliases: Mapping[SourcedId, SourcedId]) -> pl.DataFrame:
    numbers = {work.person_key(stranger): work.person_key(pupil) for stranger, pupil in aliases.items()}
    return frame.with_columns(key=pl.col("key") - keys.PERSON + keys.PERSON.replace(numbers)) if numbers else frame


def _unique(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per key, ascending: where transcriptions of one page overlap, the later period speaks."""
    ordered = frame if frame["key"].is_sorted() else frame.sort("key", maintain_order=True)
    return ordered.filter(pl.col("key") != pl.col("key").shift(-1).fill_null(-1))
