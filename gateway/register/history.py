"""The register of a past moment, page by page, and each correction since: what the ledger saw (R010, R015, R086).

The ledger knows what pulls showed it. A mark that was set and changed between two pulls was never seen; a moment
before the first pull is unknown, which is not the same as empty.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register import keys
from state.identity import SourcedId
from state.register import EPOCH, CellKind, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from state.register import Page
    from state.store import UnitOfWork

LATE_KINDS = (CellKind.MARKS, CellKind.TOPIC, CellKind.HOMEWORK)
"""What is to be written on the day of the lesson (R010), or a week later at most (R015)."""
_EPOCH_DAY = EPOCH.toordinal() - 719_163
"""EPOCH as polars counts days, from 1970-01-01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCell:
    """What stood in one cell; `author` and `set_at` where the diary told them."""

    value: str
    raw: str
    author: SourcedId | None
    set_at: datetime | None
    late: int | None
    """Days from the lesson to the entry, by the school's calendar (R010, R015); None where the diary did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastColumn:
    day: date
    nth: int
    lesson: str = ""
    teachers: tuple[SourcedId, ...] = ()
    topic: str = ""
    homework: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPupil:
    person: SourcedId
    listed: bool
    """On the group's list at that moment; False: has entries, but has left or never stood there."""
    marks: Mapping[tuple[date, int], PastCell]
    finals: Mapping[date, PastCell]
    """By the last day of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPage:
    page: Page
    columns: tuple[PastColumn, ...]
    pupils: tuple[PastPupil, ...]


class What(StrEnum):
    """What happened to a cell."""

    CHANGED = "changed"
    REENTERED = "reentered"
    """The same value, entered anew: another moment or another hand."""
    VANISHED = "vanished"
    RETURNED = "returned"
    """Gone in one pull and back in a later one."""
    LATE = "late"
    """First entered after the day of the lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    page: Page
    day: date
    nth: int
    kind: CellKind
    person: SourcedId | None
    what: What
    old: str
    new: str
    seen_at: datetime
    """The pull that showed it; it happened between that pull and the one before."""
    author: SourcedId | None
    set_at: datetime | None
    late: int | None
    """As in PastCell."""


@dataclass(frozen=True, slots=True)
class PageHistory:
    """Everything the ledger knows of some pages; `entries` as `UnitOfWork.entries_frame` gives them."""

    entries: pl.DataFrame
    pages: Mapping[int, Page]
    """Pages with a subject, and the list pages of their groups."""
    persons: Mapping[int, SourcedId]
    zone: ZoneInfo

    @property
    def known_since(self) -> datetime | None:
        """When the first of it was seen; None: never."""
        first: datetime | None = self.entries.select(pl.col("seen_from").min()).item()
        return first

    def at(self, moment: datetime | None) -> tuple[PastPage, ...]:
        """The pages as the ledger knew them then (None: now), by group."""
        frame = seen_at(self.entries, moment)
        lists: dict[SourcedId, set[SourcedId]] = defaultdict(set)
        cells: dict[Page, list[tuple[Any, ...]]] = defaultdict(list)
        for key, *rest in frame.select("key", "value", "raw", "author", "set_at").iter_rows():
            number, *place, person = unpack(key)
            page = self.pages[number]
            if page.subject:
                cells[page].append((*place, self.persons.get(person), *rest))
            elif place[-1] is CellKind.MEMBER:
                lists[page.group].add(self.persons[person])
        known = sorted((page for page in self.pages.values() if page.subject), key=lambda page: page.group)
        return tuple(self._page(page, cells[page], lists[page.group]) for page in known)

    def corrections(self, until: datetime | None = None) -> tuple[Correction, ...]:
        """Each change the ledger saw up to that moment, the oldest first, and each late entry."""
        events = _events(self.entries, self.zone)
        if until is not None:
            events = events.filter(pl.col("happened") <= until)
        rows = events.sort("happened", "key").iter_rows(named=True)
        return tuple(map(self._correction, rows))

    def _page(self, page: Page, cells: list[tuple[Any, ...]], listed: set[SourcedId]) -> PastPage:
        columns: dict[tuple[date, int], dict[str, Any]] = {}
        marks: dict[SourcedId, dict[tuple[date, int], PastCell]] = defaultdict(dict)
        finals: dict[SourcedId, dict[date, PastCell]] = defaultdict(dict)
        for day, nth, kind, person, value, raw, author, set_at in cells:
            told = self._cell(day, value, raw, author, set_at)
            if kind is CellKind.FINAL and person:
                finals[person][day] = told
                continue
            column = columns.setdefault((day, nth), {})
            if kind is CellKind.MARKS and person:
                marks[person][day, nth] = told
            elif kind is CellKind.LESSON:
                number, _bar, teachers = value.partition("|")
                column |= {"lesson": number, "teachers": tuple(filter(None, teachers.split(",")))}
            elif kind in (CellKind.TOPIC, CellKind.HOMEWORK):
                column[kind.name.lower()] = raw or value
        pupils = sorted(listed | marks.keys() | finals.keys())
        return PastPage(
            page=page,
            columns=tuple(PastColumn(day=day, nth=nth, **columns[day, nth]) for day, nth in sorted(columns)),
            pupils=tuple(
                PastPupil(person=one, listed=one in listed, marks=marks.get(one, {}), finals=finals.get(one, {}))
                for one in pupils
            ),
        )

    def _cell(self, day: date, value: str, raw: str, author: str, set_at: datetime | None) -> PastCell:
        return PastCell(
            value=value, raw=raw, author=_person(author), set_at=set_at, late=days_after(day, set_at, self.zone)
        )

    def _correction(self, row: Mapping[str, Any]) -> Correction:
        number, day, nth, kind, person = unpack(row["key"])
        return Correction(
            page=self.pages[number],
            day=day,
            nth=nth,
            kind=kind,
            person=self.persons.get(person),
            what=What(row["what"]),
            old=row["old"] or "",
            new=row["new"] or "",
            seen_at=row["happened"],
            author=_person(row["author"]),
            set_at=row["set_at"],
            late=None if kind is CellKind.MEMBER else days_after(day, row["set_at"], self.zone),
        )


def history_of(work: UnitOfWork, wanted: Mapping[int, Page], zone: ZoneInfo) -> PageHistory:
    """The history of these pages (with a subject) and of the lists of their groups."""
    groups = {page.group for page in wanted.values()}
    lists = {number: page for number, page in work.pages().items() if page.group in groups and not page.subject}
    pages = dict(wanted) | lists
    return PageHistory(work.entries_frame(sorted(pages)), pages, work.persons(), zone)


def seen_at(entries: pl.DataFrame, moment: datetime | None) -> pl.DataFrame:
    """Those of the entries that were seen at that moment (None: now)."""
    gone = pl.col("seen_to")
    if moment is None:
        return entries.filter(gone.is_null())
    return entries.filter((pl.col("seen_from") <= moment) & (gone.is_null() | (gone > moment)))


def days_after(day: date, set_at: datetime | None, zone: ZoneInfo) -> int | None:
    """Days from a lesson to an entry on the school's calendar: 23:59 of the day is 0, 00:01 of the next is 1 (R010)."""
    return None if set_at is None else (set_at.astimezone(zone).date() - day).days


def last_pull(work: UnitOfWork, moment: datetime | None) -> datetime | None:
    """When the last pull that was complete at that moment (None: now) ended; None: there was none."""
    ended = [run["ended_at"] for run in work.runs("pull") if run["ended_at"]]
    return max((end for end in ended if moment is None or end <= moment), default=None)


def _person(sourced_id: str) -> SourcedId | None:
    return SourcedId(sourced_id) if sourced_id else None


def _events(entries: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """`key`, `what`, `old`, `new`, `author`, `set_at`, `happened` of every change from one entry of a cell to another.

    Entries of a cell that follow at once are a change; with a gap between them the cell was gone meanwhile. What kinds
    of works a lesson's marks are for (`raw` of a LESSON) is nobody's correction.
    """
    before = entries.select(pl.all().shift(1).name.prefix("was_"))
    after = entries.select(pl.all().shift(-1).name.prefix("next_"))
    rows = pl.concat([entries, before, after], how="horizontal")
    first = pl.col("was_key").ne_missing(pl.col("key"))
    at_once = ~first & (pl.col("was_seen_to") == pl.col("seen_from"))
    continued = pl.col("next_key").eq_missing(pl.col("key")) & (pl.col("next_seen_from") == pl.col("seen_to"))
    came = rows.with_columns(
        what=pl.when(first & _is_late(zone))
        .then(pl.lit(What.LATE.value))
        .when(~first & ~at_once)
        .then(pl.lit(What.RETURNED.value))
        .when(at_once & (_differs("value") | (_differs("raw") & ~keys.is_kind(CellKind.LESSON))))
        .then(pl.lit(What.CHANGED.value))
        .when(at_once & _differs("author", "set_at"))
        .then(pl.lit(What.REENTERED.value)),
        old=pl.when(at_once).then("was_value"),
        new=pl.col("value"),
        happened=pl.col("seen_from"),
    )
    went = rows.filter(pl.col("seen_to").is_not_null() & ~continued).with_columns(
        what=pl.lit(What.VANISHED.value), old=pl.col("value"), new=pl.lit(""), happened=pl.col("seen_to")
    )
    columns = ("key", "what", "old", "new", "author", "set_at", "happened")
    return pl.concat([came.filter(pl.col("what").is_not_null()).select(columns), went.select(columns)])


def _differs(*names: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"was_{name}")) for name in names)


def _is_late(zone: ZoneInfo) -> pl.Expr:
    entered = pl.col("set_at").dt.convert_time_zone(zone.key).dt.date().cast(pl.Int64)
    return keys.KIND.is_in(list(map(int, LATE_KINDS))) & (entered > keys.DAY + _EPOCH_DAY).fill_null(value=False)
