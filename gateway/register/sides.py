"""The two sides of the check as columns: the transcribed pages, and the same pages as the diary shows them.

Only pages that were transcribed whole are compared; the diary side is cut to those pages and to the days of their
periods. The diary lists pupils per group, so a group's list is laid on each of its transcribed pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from state.register import EPOCH, CellKind, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from state.identity import SourcedId
    from state.paper import Transcription
    from state.records import GradingPeriod
    from state.store import UnitOfWork

_MEMBER = keys.is_kind(CellKind.MEMBER)
_SCHEMA = {"key": pl.Int64, "value": pl.String, "raw": pl.String}


@dataclass(frozen=True, slots=True)
class Sides:
    """`paper`: key, value, raw; `diary`: the same with author, set_at, remote_id. Keys are unique on each side."""

    paper: pl.DataFrame
    diary: pl.DataFrame
    compared: tuple[Transcription, ...]
    skipped: tuple[Transcription, ...]
    """Pages that are not transcribed whole, or of a period the settings do not know."""

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of what each side says, independent of the order it was read in."""
        return {"paper": _digest(self.paper), "diary": _digest(self.diary)}

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
    at: datetime | None = None,
) -> Sides:
    """Both sides as the store holds them; the diary as it was known at `at` (now when None).

    `aliases` names strangers of the diary who are in truth pupils of ours. New pages and persons of the paper get
    their numbers in the store: the caller commits.
    """
    kept = work.transcriptions()
    whole = tuple(item for item in kept if item.whole and item.period in periods)
    skipped = tuple(item for item in kept if not (item.whole and item.period in periods))
    ordered = sorted(whole, key=lambda item: periods[item.period].ends)
    paper = _paper(work, ordered)
    diary = _diary(work, ordered, periods, aliases, at)
    return Sides(paper, diary, compared=whole, skipped=skipped)


def _paper(work: UnitOfWork, ordered: Sequence[Transcription]) -> pl.DataFrame:
    """All cells of the pages; the list of a page is that of its latest period, whoever left before."""
    numbers = {person: number for number, person in work.persons().items()}
    latest = {item.page: item for item in ordered}
    rows: list[tuple[int, str, str]] = []
    for item in ordered:
        page = work.page_key(item.page)
        columns: dict[tuple[object, ...], int] = {}
        for cell in item.cells:
            if cell.kind is CellKind.MEMBER and item is not latest[item.page]:
                continue
            place = (cell.day, cell.nth, cell.kind)
            if place not in columns:
                columns[place] = pack(page, cell.day, cell.nth, cell.kind, 0)
            rows.append((columns[place] + _number(work, numbers, cell.person), cell.value, cell.raw))
    return _unique(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _number(work: UnitOfWork, numbers: dict[SourcedId, int], person: SourcedId | None) -> int:
    if person is None:
        return 0
    if person not in numbers:
        numbers[person] = work.person_key(person)
    return numbers[person]


def _diary(
    work: UnitOfWork,
    ordered: Iterable[Transcription],
    periods: Mapping[SourcedId, GradingPeriod],
    aliases: Mapping[SourcedId, SourcedId],
    at: datetime | None,
) -> pl.DataFrame:
    frame = _renamed(work.register_frame(at), work, aliases)
    windows = [
        (work.page_key(item.page), (period.starts - EPOCH).days, (period.ends - EPOCH).days)
        for item in ordered
        for period in (periods[item.period],)
    ]
    pages = work.pages()
    listed = {page.group: number for number, page in pages.items() if not page.subject}
    onto = [
        (listed[pages[page].group], page) for page in sorted({row[0] for row in windows}) if pages[page].group in listed
    ]
    lists = frame.filter(_MEMBER).filter(keys.PAGE.is_in(list(listed.values())))
    return _unique(pl.concat([_inside(frame.filter(~_MEMBER), windows), lists, _laid_on(lists, onto)]))


def _inside(frame: pl.DataFrame, windows: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
    """The cells of the compared pages on the days of their periods."""
    bounds = pl.DataFrame(windows, schema={"page": pl.Int64, "first": pl.Int64, "last": pl.Int64}, orient="row")
    placed = frame.with_columns(page=keys.PAGE, day=keys.DAY)
    return placed.join(bounds, on="page").filter(pl.col("day").is_between("first", "last")).select(frame.columns)


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
    """One row per key: where transcriptions of one page overlap, the later period speaks."""
    return frame.unique(subset="key", keep="last", maintain_order=True)


def _digest(side: pl.DataFrame) -> str:
    return hashlib.sha256(side.select("key", "value", "raw").sort("key").write_csv().encode()).hexdigest()
