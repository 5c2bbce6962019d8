"""The two sides of the check as columns: the transcribed pages, and the same pages as the diary shows them.

Only pages that were transcribed whole are compared; the diary side is cut to those pages and to the days of their
periods, and both sides to the days on which the school's modes have a page compared (R003, R004). The diary lists
pupils per group, so a group's list is laid on each of its transcribed pages.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gateway.register import keys
from gateway.register.scope import CheckScope, Placed, placed
from gateway.register.silence import Silence, heard
from state.register import EPOCH, CellKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from state.identity import SourcedId
    from state.paper import KeptTranscription
    from state.records import GradingPeriod
    from state.register import Page
    from state.store import UnitOfWork

_MEMBER = keys.is_kind(CellKind.MEMBER)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a check stands on, before a cell of it is read."""

    skipped: tuple[KeptTranscription, ...]
    """Pages that are not transcribed whole, or of a period the settings do not know."""
    placed: tuple[Placed, ...]
    """The others, each with its days."""
    spans: Mapping[int, tuple[PageSpan, ...]]
    """The days of each compared page, by its number, the earliest period first."""
    partial: frozenset[int]
    """Those of them that are not compared on every day of their periods."""
    lists: Mapping[SourcedId, int]
    """Number of each group's list page in the diary."""
    pages: Mapping[int, Page]

    @property
    def compared(self) -> tuple[KeptTranscription, ...]:
        return tuple(one.item for one in self.placed if one.spans)

    @property
    def outside(self) -> tuple[KeptTranscription, ...]:
        """Whole pages of which no day of their period lies in the pilot's scope."""
        return tuple(one.item for one in self.placed if not one.spans)

    @property
    def numbers(self) -> list[int]:
        """Every page the check looks at: the compared ones and all lists."""
        return sorted({*self.spans, *self.lists.values()})

    def list_of(self, number: int) -> int | None:
        """The list page of that page's group, where the diary has one."""
        return self.lists.get(self.pages[number].group)


class PageSpan(NamedTuple):
    """The days of a page that a transcription speaks of and the check compares; days count from EPOCH."""

    page: int
    last: int
    first: int
    item: KeptTranscription


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides: key, value, raw; ascending by key, which is unique on each side."""

    paper: pl.DataFrame
    diary: pl.DataFrame

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


def ground_of(work: UnitOfWork, periods: Mapping[SourcedId, GradingPeriod], scope: CheckScope | None = None) -> Ground:
    """The whole pages as the store holds them now; `scope` says which days of a page are compared, None: all of them.

    New pages get their numbers in the store: the caller commits.
    """
    kept = work.transcriptions()
    places = placed(scope or CheckScope(), [one for one in kept if one.whole and one.period in periods], periods)
    spans: dict[int, list[PageSpan]] = defaultdict(list)
    partial = set()
    for one in places:
        number = work.page_key(one.item.page)
        if not one.is_full:
            partial.add(number)
        for days in one.spans:
            first, last = ((day - EPOCH).days for day in (days.first, days.last))
            spans[number].append(PageSpan(number, last, first, one.item))
    pages = work.pages()
    return Ground(
        skipped=tuple(one for one in kept if not (one.whole and one.period in periods)),
        placed=places,
        spans={number: tuple(sorted(spans[number], key=lambda span: span[:3])) for number in sorted(spans)},
        partial=frozenset(partial),
        lists={page.group: number for number, page in pages.items() if not page.subject},
        pages=pages,
    )


def two_sides(
    work: UnitOfWork,
    ground: Ground,
    aliases: Mapping[SourcedId, SourcedId],
    only: Collection[int] | None = None,
) -> Sides:
    """Both sides as the store holds them now, of the pages `only`, or of all.

    `aliases` names strangers of the diary who are in truth pupils of ours. New persons of the paper get their numbers
    in the store: the caller commits.
    """
    wanted = ground.numbers if only is None else sorted(only)
    spans = [span for number in wanted for span in ground.spans.get(number, ())]
    paper = _cut(_paper(work, spans), [span for span in spans if span.page in ground.partial])
    silences = [Silence(span.page, span.first, span.last, span.item.silent) for span in spans if span.item.silent]
    return Sides(paper, heard(_diary(work, ground, wanted, spans, aliases), paper, silences))


def _paper(work: UnitOfWork, spans: Sequence[PageSpan]) -> pl.DataFrame:
    """All cells of the pages; the list of a page is that of its latest period, whoever left before."""
    latest = {span.page: span.item for span in spans}
    items = {span.item.number: (span.page, span.item) for span in spans}.values()
    last = [item for page, item in items if latest[page] is item]
    earlier = [item for page, item in items if latest[page] is not item]
    cells = work.paper_frame(last)
    return _unique(pl.concat([work.paper_frame(earlier).filter(~_MEMBER), cells]) if earlier else cells)


def _cut(paper: pl.DataFrame, partial: Sequence[PageSpan]) -> pl.DataFrame:
    """Of pages compared on a part of their days: the lists, and the cells of those days."""
    if not partial:
        return paper
    uncut = _MEMBER | ~keys.PAGE.is_in({span.page for span in partial})
    return _unique(pl.concat([_inside(paper, partial), paper.filter(uncut)]))


def _diary(
    work: UnitOfWork,
    ground: Ground,
    wanted: Sequence[int],
    spans: Sequence[PageSpan],
    aliases: Mapping[SourcedId, SourcedId],
) -> pl.DataFrame:
    """The cells of those pages on those days, the list pages among them, and each group's list laid on its pages."""
    onto = [(ground.list_of(number), number) for number in wanted if number in ground.spans]
    laid = [(source, number) for source, number in onto if source is not None]
    sources = sorted({source for source, _number in laid} | {one for one in wanted if one not in ground.spans})
    frame = _renamed(work.register_now([*wanted, *sources]), work, aliases)
    numbers = pl.Series(sources, dtype=pl.Int64)
    listed = keys.rows_between(frame, numbers * keys.PAGE_STEP, (numbers + 1) * keys.PAGE_STEP).filter(_MEMBER)
    return _unique(pl.concat([_inside(frame, spans), listed, _laid_on(listed, laid)]))


def _inside(frame: pl.DataFrame, spans: Sequence[PageSpan]) -> pl.DataFrame:
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
    repeated = (ordered["key"].diff() == 0).any()
    only = ordered.filter(pl.col("key") != pl.col("key").shift(-1).fill_null(-1)) if repeated else ordered
    return only.rechunk().with_columns(pl.col("key").set_sorted())  # what lies in pieces is slow to walk along
