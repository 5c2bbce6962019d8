"""The frame of a sample: every lesson of the days, or every pupil's cell in it, once; proved against the timetable.

Three sources are laid together: the school's timetable with its lists, the diary's ledger, the transcribed paper. A
lesson that only one of them knows stands in the frame all the same: paper may have it. Pupils without a consent are
not in the diary by right, so their cells are nobody's to compare (R110) and stand in no frame.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from gateway.register.duties import teachers_of
from gateway.register.facts import recognised, school_facts
from gateway.register.keeping import WorkingWeek
from gateway.register.modes import Modes
from gateway.register.rules.table import Rules, rules_of
from gateway.register.sample_units import UnitKind, cell_name, frame_digest, unit_key, unit_name
from gateway.register.teaching import page_teachers
from state.modes import Mode
from state.records import Lesson, Membership, Pupil
from state.register import EPOCH, CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from gateway.register.duties import Slot
    from gateway.register.facts import SchoolFacts
    from gateway.register.keeping import Outage
    from state.identity import SourcedId
    from state.records import Consent, Record
    from state.snapshot import Snapshot
    from state.store import UnitOfWork

_WRITTEN = (CellKind.LESSON, CellKind.MARKS, CellKind.TOPIC, CellKind.HOMEWORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleScope:
    """What a sample is taken of, and the school as its files tell it over these days."""

    period: SourcedId
    starts: date
    until: date
    """Both included."""
    kind: UnitKind
    local: Snapshot[Record]
    """Lessons of exactly these days."""
    consents: Sequence[Consent]
    zone: ZoneInfo
    rules: Rules = field(default_factory=rules_of)
    week: WorkingWeek = field(default_factory=WorkingWeek)
    outages: tuple[Outage, ...] = ()
    """`week` and `outages` as the check of the register's keeping counts lateness by."""

    def facts(self) -> SchoolFacts:
        """Consents are judged on the last day, so that a frame made again later is the same."""
        return school_facts(self.local, self.consents, self.until)


@dataclass(frozen=True)
class Frame:
    """Lessons are keys of `unit_key` without a person."""

    kind: UnitKind
    lessons: Mapping[int, frozenset[int]]
    """Lesson → numbers of its pupils, those without a consent left out."""
    timetable: frozenset[int]
    diary: frozenset[int]
    paper: frozenset[int]
    without_list: tuple[int, ...]
    """Lessons nobody knows a single pupil of: their cells cannot be told."""
    left_out: int
    """Cells of pupils without a consent."""
    without_paper: int
    """Lessons of registers that have no paper on that day, or stand outside a pilot (R004, R009)."""

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The names of all units, sorted."""
        if self.kind is UnitKind.LESSON:
            return tuple(sorted(map(unit_name, self.lessons)))
        named = ((unit_name(lesson), there) for lesson, there in self.lessons.items())
        return tuple(sorted(cell_name(lesson, person) for lesson, there in named for person in there))

    @cached_property
    def digest(self) -> str:
        return frame_digest(self.units)

    @property
    def only_timetable(self) -> tuple[int, ...]:
        """Lessons that were to be and are not in the diary."""
        return tuple(sorted(self.timetable - self.diary))

    @property
    def beyond_timetable(self) -> tuple[int, ...]:
        return tuple(sorted(self.lessons.keys() - self.timetable))


def frame_of(work: UnitOfWork, scope: SampleScope) -> Frame:
    """The frame as timetable, ledger and paper tell it now; new pages and pupils get their numbers in `work`."""
    facts = scope.facts()
    slots = _timetabled(work, scope)
    ledger, typed = _ledger(work, scope), _typed(work, scope)
    lists = _Lists(work, scope, ledger, typed)
    outside = outsiders(work, facts)
    told = (frozenset(slots), _columns(ledger), _columns(typed))
    known = frozenset().union(*told)
    kept = _on_paper(work, scope, known)
    timetable, diary, paper = (one & kept for one in told)
    written = _written_by(pl.concat([ledger, typed]))
    lessons: dict[int, frozenset[int]] = {}
    without, left_out = [], 0
    for lesson in sorted(kept):
        page, day, *_ = unpack(lesson)
        there = lists.on(page, day) | written.get(lesson, frozenset())
        if not there:
            without.append(lesson)
        lessons[lesson] = frozenset(there - outside)
        left_out += len(there & outside)
    return Frame(
        scope.kind,
        lessons,
        timetable,
        diary,
        paper,
        without_list=tuple(without),
        left_out=left_out,
        without_paper=len(known - kept),
    )


def missing_units(work: UnitOfWork, scope: SampleScope, units: Iterable[str]) -> tuple[str, ...]:
    """The proof: units the timetable and the lists ask for and the frame lacks, counted anew from each pupil's side."""
    known, slots = set(units), _timetabled(work, scope)
    asked = sorted(_on_paper(work, scope, slots.keys()))
    if scope.kind is UnitKind.LESSON:
        return tuple(name for name in map(unit_name, asked) if name not in known)
    by_group: dict[SourcedId, list[tuple[str, date]]] = defaultdict(list)
    for lesson in asked:
        group, _subject, day, _nth = slots[lesson]
        by_group[group].append((unit_name(lesson), day))
    return tuple(name for name in _asked_for(work, scope, by_group) if name not in known)


def _asked_for(
    work: UnitOfWork, scope: SampleScope, by_group: Mapping[SourcedId, Sequence[tuple[str, date]]]
) -> Iterator[str]:
    consentless = scope.facts().consentless
    pupils = {pupil.sourced_id for pupil in scope.local.each(Pupil)} - consentless
    for seat in scope.local.each(Membership):
        if seat.person in pupils:
            person = work.person_key(seat.person)
            yield from (cell_name(lesson, person) for lesson, day in by_group.get(seat.group, ()) if _seated(seat, day))


def outsiders(work: UnitOfWork, facts: SchoolFacts) -> frozenset[int]:
    """Numbers of pupils without a consent, under whatever name the diary has them."""
    known = facts.consentless | recognised(work, facts).keys()
    return frozenset(work.person_key(person) for person in sorted(known))


# --- the three sources ------------------------------------------------------------------------------------------------


def _timetabled(work: UnitOfWork, scope: SampleScope) -> dict[int, Slot]:
    """Lesson → its slot, for every lesson of the timetable on these days, substitutions included."""
    inside = [lesson for lesson in scope.local.each(Lesson) if scope.starts <= lesson.day <= scope.until]
    return {
        unit_key(work.page_key(Page(group=slot[0], subject=slot[1])), slot[2], slot[3]): slot
        for slot in sorted(teachers_of(inside))
    }


def _on_paper(work: UnitOfWork, scope: SampleScope, lessons: Iterable[int]) -> frozenset[int]:
    """Those of the lessons that are kept on paper beside the diary that day."""
    modes, pages = Modes(work.paperwork.modes()), work.pages()
    if not modes.records:
        return frozenset(lessons)
    taught = dict(page_teachers(work.register_frame()))
    for (group, subject, *_), who in teachers_of(scope.local.each(Lesson)).items():
        page = work.page_key(Page(group=group, subject=subject))
        taught[page] = taught.get(page, frozenset()) | who

    def parallel(lesson: int) -> bool:
        number, day, *_ = unpack(lesson)
        page = pages[number]
        return modes.on(page.group, page.subject, taught.get(number, frozenset()), day) is Mode.PARALLEL

    return frozenset(filter(parallel, lessons))


def _ledger(work: UnitOfWork, scope: SampleScope) -> pl.DataFrame:
    """`key` of the ledger's cells on these days and of all lists."""
    return _on_days(work.register_frame().select("key"), scope)


def _typed(work: UnitOfWork, scope: SampleScope) -> pl.DataFrame:
    """`key` of what was transcribed of the period, whole pages or not."""
    mine = [item for item in work.transcriptions() if item.period == scope.period]
    return _on_days(work.paper_frame(mine).select("key"), scope)


def _on_days(frame: pl.DataFrame, scope: SampleScope) -> pl.DataFrame:
    first, last = (scope.starts - EPOCH).days, (scope.until - EPOCH).days
    written = keys.KIND.is_in(list(map(int, _WRITTEN))) & keys.DAY.is_between(first, last)
    return frame.filter(written | keys.is_kind(CellKind.MEMBER))


def _columns(frame: pl.DataFrame) -> frozenset[int]:
    written = frame.filter(~keys.is_kind(CellKind.MEMBER)).select(keys.COLUMN.alias("column")).unique()
    first = unit_key(0, EPOCH, 0)
    return frozenset(column * keys.COLUMN_STEP + first for column in written["column"].to_list())


def _written_by(frame: pl.DataFrame) -> dict[int, frozenset[int]]:
    """Lesson → pupils who have something in it, on whatever list they stand."""
    marks = frame.filter(keys.is_kind(CellKind.MARKS)).unique()
    grouped = marks.select("key", person=keys.PERSON).with_columns(lesson=pl.col("key") - pl.col("person"))
    return {lesson: frozenset(there) for lesson, there in grouped.group_by("lesson").agg("person").iter_rows()}


def _seated(seat: Membership, day: date) -> bool:
    return (seat.starts is None or seat.starts <= day) and (seat.ends is None or day <= seat.ends)


class _Lists:
    """Who stands on a page on a day: the school's lists with their dates; whom only diary or paper lists, always."""

    def __init__(self, work: UnitOfWork, scope: SampleScope, ledger: pl.DataFrame, typed: pl.DataFrame) -> None:
        pupils = {pupil.sourced_id for pupil in scope.local.each(Pupil)}
        self._seats: dict[SourcedId, dict[int, list[Membership]]] = defaultdict(lambda: defaultdict(list))
        for seat in scope.local.each(Membership):
            if seat.person in pupils:
                self._seats[seat.group][work.person_key(seat.person)].append(seat)
        self._groups = {number: page.group for number, page in work.pages().items()}
        self._listed: dict[SourcedId, set[int]] = defaultdict(set)
        members = pl.concat([ledger, typed]).filter(keys.is_kind(CellKind.MEMBER))
        for page, person in members.select(page=keys.PAGE, person=keys.PERSON).unique().iter_rows():
            self._listed[self._groups[page]].add(person)
        self._known: dict[tuple[SourcedId, date], frozenset[int]] = {}

    def on(self, page: int, day: date) -> frozenset[int]:
        place = self._groups[page], day
        if place not in self._known:
            self._known[place] = frozenset(self._there(*place))
        return self._known[place]

    def _there(self, group: SourcedId, day: date) -> Iterator[int]:
        seats = self._seats.get(group, {})
        yield from (person for person, mine in seats.items() if any(_seated(seat, day) for seat in mine))
        yield from self._listed.get(group, set()) - seats.keys()
