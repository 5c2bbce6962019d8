"""How the diary is kept on the compared pages: in time, complete, justified, by the right teacher (R010-R019, R025).

This is control, not correspondence: it is asked for by itself (`reconcile --control`), told in a section of its own,
and leaves the figure and the words «full match» to what paper and diary say of each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register import keys
from gateway.register.reconcile import make_finding
from gateway.register.rules import keeping as rule
from gateway.register.rules.marks import ABSENT
from gateway.register.values import Finding, Level
from mappings.vocabulary import canonical
from state.register import EPOCH, CellKind, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.register.context import Context
    from gateway.register.rules.verdict import Verdict
    from state.identity import SourcedId

    Slot = tuple[SourcedId, SourcedId, date, int]
    """(group, subject, day, nth)."""

_FIRST_GRADE = 1
_FRIDAY, _SATURDAY = 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Declared days on which the diary could not be reached: what fell due then is not late."""

    starts: date
    ends: date


def excused(outages: Iterable[Outage], first: date, due: date) -> bool:
    """Some day from the lesson to the deadline lies in a declared outage (F: excused)."""
    return any(one.starts <= due and first <= one.ends for one in outages)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingWeek:
    """The days on which somebody is at work to enter something."""

    saturdays: bool = True
    holidays: tuple[tuple[date, date], ...] = ()
    """First and last day of each."""

    def is_working(self, day: date) -> bool:
        if day.isoweekday() > (_SATURDAY if self.saturdays else _FRIDAY):
            return False
        return not any(first <= day <= last for first, last in self.holidays)

    def last_day(self, day: date, days: int, *, working: bool) -> date:
        """The last day in time: so many days after that one, of the calendar or working ones."""
        if not working:
            return day + timedelta(days=days)
        while days:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What the school's own files say about who was to enter what, and by when."""

    spans: tuple[tuple[int, date, date], ...]
    """Compared pages by number, each with the first and last day of a grading period."""
    zone: ZoneInfo
    today: date
    deadlines: Mapping[tuple[SourcedId, date], datetime] = field(default_factory=dict)
    """(group, day) → when its pupils' homework is due."""
    begins: Mapping[Slot, datetime] = field(default_factory=dict)
    """When each lesson begins, where the bells are known."""
    teachers: Mapping[Slot, frozenset[SourcedId]] = field(default_factory=dict)
    """Who was to teach, substitutions included."""
    outages: tuple[Outage, ...] = ()
    week: WorkingWeek = field(default_factory=WorkingWeek)
    replaced: Mapping[int, tuple[frozenset[SourcedId], datetime]] = field(default_factory=dict)
    """Column whose teacher the diary changed → (who stood there before, the last pull that still saw him there)."""
    changed: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """Key of a mark whose value the diary changed → (value first seen, how often), what slips explain left out."""

    def excused(self, first: date, due: date) -> bool:
        """Some day from the lesson to the deadline lies in a declared outage (F: excused)."""
        return excused(self.outages, first, due)


def judge_keeping(paper: pl.DataFrame, diary: pl.DataFrame, duties: Duties, context: Context) -> tuple[Finding, ...]:
    """The control findings of the compared pages, by page, day, pupil and code; frames as `reconcile` takes them."""
    pages = sorted({page for page, *_ in duties.spans})
    kept = diary.filter(keys.PAGE.is_in(pages))
    outside = {number for number, person in context.persons.items() if person in context.consentless}
    judge = _Judge(kept.filter(~keys.PERSON.is_in(list(outside))), paper, duties, context)
    found = [*judge.entries(), *judge.homework(), *judge.finals(), *judge.teachers(), *judge.corrections()]
    found += judge.late_substitutions()
    return tuple(sorted(found, key=_order))


def _order(one: Finding) -> tuple[Any, ...]:
    return one.page.group, one.page.subject, str(one.day or ""), one.nth, one.person or "", one.code


@dataclass(frozen=True, slots=True)
class _Judge:
    diary: pl.DataFrame
    paper: pl.DataFrame
    duties: Duties
    context: Context

    def kind(self, kind: CellKind) -> pl.DataFrame:
        return self.diary.filter(keys.is_kind(kind))

    def told(self, key: int, verdict: Verdict, level: Level, **said: Any) -> Finding:
        page, day, nth, _kind, person = unpack(key)
        whose = self.context.persons[person] if person and level is Level.CELL else None
        place = {"page": self.context.pages[page], "day": day, "nth": nth, "person": whose}
        return make_finding(verdict, level, place, said)

    def entries(self) -> Iterator[Finding]:
        """One finding for a lesson, with how many of its cells came late: absences by their day, marks by theirs."""
        rows = self.kind(CellKind.MARKS).filter(pl.col("set_at").is_not_null())
        works = self.kind(CellKind.LESSON).select(column=keys.COLUMN, works="raw")
        local = pl.col("set_at").dt.convert_time_zone(self.duties.zone.key).dt.date()
        told = rows.with_columns(column=keys.COLUMN, day=_as_date(), entered=local)
        told = self.with_due(told.join(works, on="column", how="left").with_columns(pl.col("works").fill_null("")))
        late = told.filter(pl.col("entered") > pl.col("due")).with_columns(
            late=(pl.col("entered") - pl.col("day")).dt.total_days()
        )
        lessons = late.group_by("column").agg(pl.len(), pl.col("day").first(), pl.col("due", "late").max())
        for column, cells, day, due, days in lessons.sort("column").iter_rows():
            if not self.duties.excused(day, due):
                yield self.told(column * keys.COLUMN_STEP, rule.judge_entries(cells, days), Level.LESSON)

    def with_due(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`due`: the last day in time of each cell, by what it says and what works its lesson has marks for."""
        said = rows.select("value", "works").unique()
        allowed = [rule.days_allowed(value, works, self.context.rules) for value, works in said.iter_rows()]
        said = said.with_columns(allowed=pl.Series(allowed, dtype=pl.Int64))
        rows = rows.join(said, on=["value", "works"])
        days = rows.select("day", "allowed").unique()
        working, last_day = self.context.rules.of("entry", "working_days"), self.duties.week.last_day
        due = [last_day(day, allowed, working=working) for day, allowed in days.rows()]
        return rows.join(days.with_columns(due=pl.Series(due, dtype=pl.Date)), on=["day", "allowed"])

    def homework(self) -> Iterator[Finding]:
        exempt = self.context.rules.of("homework", "first_grade_exempt")
        for row in self.kind(CellKind.HOMEWORK).filter(pl.col("set_at").is_not_null()).iter_rows(named=True):
            page, day, *_ = unpack(row["key"])
            group = self.context.pages[page].group
            if exempt and self.context.grades.get(group) == _FIRST_GRADE:
                continue
            deadline = self.duties.deadlines.get((group, day)) or _midnight(day, self.duties.zone)
            verdict = rule.judge_homework(row["set_at"], deadline)
            if verdict and not self.duties.excused(day, deadline.astimezone(self.duties.zone).date()):
                yield self.told(
                    row["key"], verdict, Level.LESSON, diary=row["value"], author=row["author"], set_at=row["set_at"]
                )

    # --- period marks -------------------------------------------------------------------------------------------------

    def finals(self) -> Iterator[Finding]:
        known = {row["key"]: row for row in self.kind(CellKind.FINAL).iter_rows(named=True)}
        on_paper = set(self.paper.filter(keys.is_kind(CellKind.FINAL) & (pl.col("value") != ""))["key"].to_list())
        members: dict[int, list[int]] = defaultdict(list)
        for key in self.kind(CellKind.MEMBER)["key"].to_list():
            page, *_, person = unpack(key)
            members[page].append(person)
        marks = self.marks()
        for page, starts, ends in self.duties.spans:
            if self.context.grades.get(self.context.pages[page].group) != _FIRST_GRADE:
                base = _base(page, ends, CellKind.FINAL)
                yield from self.missing(base, ends, sorted(members[page]), known.keys() | on_paper)
                yield from self.late(base, ends, sorted(members[page]), known)
                yield from self.unjustified(base, sorted(members[page]), known, marks.get((page, starts), _NOTHING))

    def due(self, ends: date) -> date:
        rules = self.context.rules
        working = rules.of("finals", "working_days")
        return self.duties.week.last_day(ends, rules.of("finals", "days"), working=working)

    def missing(self, base: int, ends: date, people: Sequence[int], said: set[int]) -> Iterator[Finding]:
        without = [person for person in people if base + person not in said]
        if not without or self.duties.today <= self.due(ends) or self.duties.excused(ends, self.due(ends)):
            return
        if without == list(people):
            yield self.told(base, rule.judge_missing_final(len(without)), Level.PAGE)
            return
        for person in without:
            yield self.told(base + person, rule.judge_missing_final(0), Level.CELL)

    def late(
        self, base: int, ends: date, people: Sequence[int], known: Mapping[int, Mapping[str, Any]]
    ) -> Iterator[Finding]:
        set_on = [known[base + one]["set_at"] for one in people if base + one in known]
        days = [(moment.astimezone(self.duties.zone).date() - self.due(ends)).days for moment in set_on if moment]
        over = [one for one in days if one > 0]
        if over and not self.duties.excused(ends, self.due(ends)):
            yield self.told(base, rule.judge_late_finals(len(over), max(over)), Level.PAGE)

    def marks(self) -> dict[tuple[int, date], tuple[int, dict[int, list[str]]]]:
        """(page, first day) → (lessons kept, pupil → what the cells of the period say)."""
        spans = pl.DataFrame(
            [(page, starts, (starts - EPOCH).days, (ends - EPOCH).days) for page, starts, ends in self.duties.spans],
            schema={"page": pl.Int64, "starts": pl.Date, "first": pl.Int64, "last": pl.Int64},
            orient="row",
        )
        rows = self.diary.filter(keys.is_kind(CellKind.MARKS) | keys.is_kind(CellKind.LESSON)).select(
            "value", page=keys.PAGE, day=keys.DAY, person=keys.PERSON
        )
        inside = rows.join(spans, on="page").filter(pl.col("day").is_between("first", "last"))
        found: dict[tuple[int, date], tuple[int, dict[int, list[str]]]] = {}
        for page, starts, person, values in inside.group_by("page", "starts", "person").agg("value").iter_rows():
            lessons, said = found.setdefault((page, starts), (0, {}))
            if person:
                said[person] = values
            else:  # the LESSON cells: one for each column
                found[page, starts] = len(values) + lessons, said
        return found

    def unjustified(
        self,
        base: int,
        people: Sequence[int],
        known: Mapping[int, Mapping[str, Any]],
        period: tuple[int, Mapping[int, Sequence[str]]],
    ) -> Iterator[Finding]:
        lessons, said = period
        for person in people:
            row = known.get(base + person)
            tokens = [canonical(text) for text in said.get(person, ())]
            marks = [mark for one in tokens for mark in one.marks]
            missed = sum(one.attendance in ABSENT for one in tokens)
            verdict = row and rule.judge_justified(row["value"], marks, missed, lessons, self.context.rules)
            if row and verdict:
                yield self.told(base + person, verdict, Level.CELL, diary=row["value"], set_at=row["set_at"])

    # --- who ----------------------------------------------------------------------------------------------------------

    def teachers(self) -> Iterator[Finding]:
        """Lessons and homework of a teacher who was not to be there; told once, the lesson's own word first."""
        told: set[int] = set()
        for kind, who in ((CellKind.LESSON, _taught_by), (CellKind.HOMEWORK, _written_by)):
            for row in self.kind(kind).iter_rows(named=True):
                meant, actual = self.meant(row["key"]), who(row)
                column = row["key"] // keys.COLUMN_STEP
                if meant and actual and not meant & actual and column not in told:
                    told.add(column)
                    verdict = rule.judge_teacher(author=kind is CellKind.HOMEWORK)
                    sides = {"paper": ",".join(sorted(meant)), "diary": ",".join(sorted(actual))}
                    yield self.told(row["key"], verdict, Level.LESSON, **sides)

    def late_substitutions(self) -> Iterator[Finding]:
        """The right teacher stands there now, but a pull after the first entries still saw another one (R025)."""
        entered = self.diary.filter(pl.col("set_at").is_not_null())
        first = dict(entered.group_by(column=keys.COLUMN).agg(pl.col("set_at").min()).iter_rows())
        for row in self.kind(CellKind.LESSON).iter_rows(named=True):
            column = row["key"] // keys.COLUMN_STEP
            before, seen = self.duties.replaced.get(column, (frozenset(), None))
            if seen is None or column not in first or first[column] >= seen:
                continue
            meant, now = self.meant(row["key"]), _taught_by(row)
            if meant & now and not meant & before:
                sides = {"paper": ",".join(sorted(now)), "diary": ",".join(sorted(before))}
                yield self.told(row["key"], rule.judge_late_substitution(), Level.LESSON, **sides)

    def meant(self, key: int) -> frozenset[SourcedId]:
        page, day, nth, *_ = unpack(key)
        place = self.context.pages[page]
        return self.duties.teachers.get((place.group, place.subject, day, nth), frozenset())

    def corrections(self) -> Iterator[Finding]:
        now = dict(self.diary.filter(pl.col("key").is_in(list(self.duties.changed))).select("key", "value").iter_rows())
        pages = {page for page, *_ in self.duties.spans}
        for key, (was, times) in sorted(self.duties.changed.items()):
            if unpack(key)[0] in pages:
                yield self.told(key, rule.judge_correction(times), Level.CELL, paper=was, diary=now.get(key, ""))


_NOTHING: tuple[int, Mapping[int, Sequence[str]]] = (0, {})


def _as_date() -> pl.Expr:
    return (keys.DAY + (EPOCH - date(1970, 1, 1)).days).cast(pl.Int32).cast(pl.Date)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The end of that day: no bells are known, so the rule of R012 is all there is."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)


def _base(page: int, day: date, kind: CellKind) -> int:
    return pack(page, day, 0, kind, 0)


def _taught_by(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(filter(None, row["value"].partition("|")[2].split(",")))


def _written_by(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(filter(None, [row["author"]]))
