"""What a drawn sample proves: typed units against the diary as it was known at the draw; the claim, or its refusal.

The diary is taken as of the draw: whoever corrects only the drawn cells afterwards has mended the sample, not the
register. A claim is refused when a drawn unit was not looked up, when the frame is another one by now, and when the
kept draw is not the one the audit log tells of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import align, keys
from gateway.register.context import context_of
from gateway.register.reconcile import reconcile
from gateway.register.sample_draw import JOURNAL_KIND, SHARES, same_days, sealed
from gateway.register.sample_frame import frame_of, outsiders
from gateway.register.sample_units import UnitKind, lesson_of, unit_of
from gateway.register.sampling import Assurance, DrawNotFollowed, draw, judge_draw, units_needed
from state.register import CellKind, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gateway.register.sample_frame import SampleScope
    from gateway.register.values import Finding
    from state.samples import SampleDraw, SampleEntry
    from state.store import Store, UnitOfWork

NO_NUMBER = "|"
"""A LESSON cell of paper: it tells neither the lesson's number nor the teacher."""
_UNWRITTEN = [int(CellKind.LESSON), int(CellKind.FINAL), int(CellKind.MEMBER)]
_SCHEMA = {"key": pl.Int64, "value": pl.String, "raw": pl.String}


class Refusal(StrEnum):
    """Why nothing is claimed."""

    ALTERED = "altered"
    """The kept draws are not those of the audit log, or the seed does not give the drawn units."""
    FRAME_CHANGED = "frame_changed"
    NOT_FOLLOWED = "not_followed"
    """Drawn units have not been looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    why: Refusal
    units: tuple[str, ...] = ()
    """Drawn and not looked up; or no longer in the frame."""
    added: tuple[str, ...] = ()
    """New in the frame since the draw."""
    draws: tuple[int, ...] = ()
    """Draws that were altered or are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The unbiased part, or the risk-led one."""

    units: tuple[str, ...]
    entered: tuple[str, ...]
    differing: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStatus:
    draw: SampleDraw
    draws: tuple[int, ...]
    """Numbers of all draws of the period: the more there were, the less each of them proves."""
    unbiased: Part
    risk: Part
    claim: Assurance | None
    refused: tuple[Refused, ...]
    tighter: tuple[tuple[Fraction, int], ...]
    """Tighter claim → how many more units it needs, if nothing more is found in them."""
    retyped: int
    """Units typed again otherwise than at first."""
    moved: tuple[str, ...]
    """Drawn units that the diary shows otherwise by now than at the draw."""

    @property
    def weakest(self) -> Fraction:
        """The confidence of a claim that was picked from among this many draws, at least."""
        spare = (1 - self.claim.confidence) * len(self.draws) if self.claim else Fraction(1)
        return max(Fraction(0), 1 - spare)


def status(store: Store, scope: SampleScope, number: int) -> SampleStatus:
    """How that draw stands; `scope` is its own period, days and unit. Nothing is written. KeyError: no such draw."""
    with store.begin() as work:
        draws = work.control.samples.draws()
        made = {one.number: one for one in draws}[number]
        same = same_days(draws, scope)
        entries = work.control.samples.entries(_carried(made, same))
        latest = {entry.unit: entry for entry in entries}
        comparison = _Comparison(work, scope, made, latest)
        refused = tuple(_refusals(work, scope, made, draws, latest.keys()))
        unbiased, risk = comparison.part(made.drawn), comparison.part(tuple(made.risk))
        moved = comparison.moved()
    judged = judge_draw(len(made.frame), made.drawn, latest.keys(), unbiased.differing)
    claim = None if refused or isinstance(judged, DrawNotFollowed) else judged
    first: dict[str, SampleEntry] = {}
    for entry in entries:
        first.setdefault(entry.unit, entry)
    return SampleStatus(
        draw=made,
        draws=tuple(one.number for one in same),
        unbiased=unbiased,
        risk=risk,
        claim=claim,
        refused=refused,
        tighter=tuple(_tighter(claim)) if claim else (),
        retyped=sum(first[unit].says != entry.says for unit, entry in latest.items()),
        moved=moved,
    )


def _carried(made: SampleDraw, same: Iterable[SampleDraw]) -> list[int]:
    """Draws whose entries count: its own, and shorter draws of the same order that it goes on with."""
    order = (made.seed, made.frame)
    return [one.number for one in same if one.number <= made.number and (one.seed, one.frame) == order]


def _tighter(claim: Assurance) -> Iterator[tuple[Fraction, int]]:
    for share in (*SHARES, Fraction(1, 1000)):
        if share < claim.share:
            needed = units_needed(claim.population, share, claim.differing)
            if needed is not None and needed > claim.drawn:
                yield share, needed - claim.drawn


# --- when nothing is claimed ------------------------------------------------------------------------------------------


def _refusals(
    work: UnitOfWork, scope: SampleScope, made: SampleDraw, draws: Sequence[SampleDraw], entered: Iterable[str]
) -> Iterator[Refused]:
    altered = altered_draws(work, draws)
    if altered:
        yield Refused(why=Refusal.ALTERED, draws=altered)
    then, now = set(made.frame), set(frame_of(work, scope).units)
    if then != now:
        yield Refused(why=Refusal.FRAME_CHANGED, units=tuple(sorted(then - now)), added=tuple(sorted(now - then)))
    known = set(entered)
    missing = tuple(unit for unit in made.drawn if unit not in known)
    if missing:
        yield Refused(why=Refusal.NOT_FOLLOWED, units=missing)


def altered_draws(work: UnitOfWork, draws: Sequence[SampleDraw]) -> tuple[int, ...]:
    """Numbers of draws that the audit log tells otherwise, does not know, or knows though memory has lost them."""
    told = {event["draw"]: event for event in work.control.samples.journaled(JOURNAL_KIND)}
    kept = {one.number: one for one in draws}
    wrong = {
        number
        for number, one in kept.items()
        if told.get(number) != sealed(one) or draw(one.frame, len(one.drawn), one.seed) != one.drawn
    }
    return tuple(sorted(wrong | (told.keys() - kept.keys())))


# --- what differs -----------------------------------------------------------------------------------------------------


class _Comparison:
    """Typed units against the diary, by the rules of the check."""

    def __init__(
        self, work: UnitOfWork, scope: SampleScope, made: SampleDraw, entries: Mapping[str, SampleEntry]
    ) -> None:
        self.kind = UnitKind(made.unit)
        self.entries = entries
        facts = scope.facts()
        self.outside = outsiders(work, facts)
        units = {unit: unit_of(unit) for unit in (*made.drawn, *made.risk)}
        self.names = {key: unit for unit, key in units.items()}
        pages = sorted({unpack(key)[0] for key in units.values()})
        self.then = work.register_frame(made.drawn_at, pages)
        self.now = work.register_frame(None, pages)
        self.context = context_of(work.pages(), work.persons(), facts, scope.rules)

    def part(self, units: tuple[str, ...]) -> Part:
        entered = tuple(unit for unit in units if unit in self.entries)
        paper, diary = self._paper(entered), self._diary(self.then, entered)
        unequal = {self._name(key) for key in self._unequal(paper, diary)}
        if self.kind is UnitKind.LESSON:
            unequal |= {self._name(key) for key in self._one_sided(paper, diary)}
        result = reconcile(paper, diary, self.context)
        return Part(
            units=units,
            entered=entered,
            differing=tuple(unit for unit in entered if unit in unequal),
            findings=result.findings,
        )

    def moved(self) -> tuple[str, ...]:
        """Units of either part of which the diary says something else now than at the draw."""
        units = tuple(self.names.values())
        then, now = (self._diary(frame, units).select("key", "value") for frame in (self.then, self.now))
        both = then.join(now, on="key", how="full", coalesce=True, suffix="_now").filter(~keys.is_kind(CellKind.LESSON))
        changed = both.filter(pl.col("value").fill_null("") != pl.col("value_now").fill_null(""))["key"].to_list()
        named = {self._name(key) for key in changed}
        return tuple(unit for unit in units if unit in named)

    def _name(self, key: int) -> str:
        """The unit a cell belongs to; blank for what belongs to the lesson of a drawn cell."""
        place = lesson_of(key)
        if self.kind is UnitKind.CELL:
            place += unpack(key)[4]
        return self.names.get(place, "")

    def _paper(self, units: Iterable[str]) -> pl.DataFrame:
        rows: dict[int, tuple[int, str, str]] = {}
        for unit in units:
            entry = self.entries[unit]
            page, day, nth, *_ = unpack(unit_of(unit))
            if entry.on_paper:
                lesson = pack(page, day, nth, CellKind.LESSON, 0)
                rows[lesson] = lesson, NO_NUMBER, ""
            for kind, person, value, raw in entry.cells:
                key = pack(page, day, nth, CellKind(kind), person)
                rows[key] = key, value, raw
        return pl.DataFrame(list(rows.values()), schema=_SCHEMA, orient="row").sort("key")

    def _diary(self, frame: pl.DataFrame, units: Iterable[str]) -> pl.DataFrame:
        """The drawn cells of the ledger; of a drawn cell's lesson only that it is there."""
        drawn = [unit_of(unit) for unit in units]
        lessons = pl.Series([lesson_of(key) // keys.COLUMN_STEP for key in drawn], dtype=pl.Int64).unique()
        inside = frame.filter(keys.COLUMN.is_in(lessons.implode()) & ~keys.PERSON.is_in(list(self.outside)))
        if self.kind is UnitKind.LESSON:
            return inside
        wanted = pl.Series(drawn, dtype=pl.Int64)
        return inside.filter(keys.is_kind(CellKind.LESSON) | pl.col("key").is_in(wanted.implode()))

    def _unequal(self, paper: pl.DataFrame, diary: pl.DataFrame) -> list[int]:
        """Cells that the check would count as compared and not equal."""
        rows = align.laid_over(paper, diary)
        cells = align.judged(rows, align.marks_of(rows), self.context)
        return cells.filter(pl.col("spoken") & ~pl.col("equal"))["key"].to_list()

    def _one_sided(self, paper: pl.DataFrame, diary: pl.DataFrame) -> list[int]:
        """Lessons that only one side has, up to the last one kept: a timetable stands in the diary for weeks ahead."""
        held = [set(side.filter(keys.is_kind(CellKind.LESSON))["key"].to_list()) for side in (paper, diary)]
        return sorted(key for key in held[0] ^ held[1] if key // keys.COLUMN_STEP <= self._kept_until(key, paper))

    def _kept_until(self, key: int, paper: pl.DataFrame) -> int:
        """The last column of that page in which either side has written anything."""
        page = unpack(key)[0]
        sides = pl.concat([self.then.select("key"), paper.select("key")])
        written = sides.filter(~keys.KIND.is_in(_UNWRITTEN) & (page == keys.PAGE))
        last: int | None = written.select(keys.COLUMN.max()).item()
        return -1 if last is None else last
