"""What the school's own files and the ledger's past say a register is to be measured by, for the control section."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register import keys
from gateway.register.keeping import Duties, Outage, WorkingWeek
from mappings.vocabulary import canonical
from state.identity import SourcedId
from state.records import Bell, BellSchedule, Form, Lesson, Membership
from state.register import CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from gateway.register.rules.table import Rules
    from gateway.register.sides import Ground
    from state.records import Record
    from state.snapshot import Snapshot
    from state.store import UnitOfWork

    Slot = tuple[SourcedId, SourcedId, date, int]

_SATURDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingScope:
    """What a check of how the register is kept is told more: the school with its lessons, and declared outages."""

    school: Snapshot[Record]
    outages: tuple[Outage, ...] = ()
    holidays: tuple[tuple[date, date], ...] = ()
    """First and last day of each holiday of the settings."""


def duties_of(
    work: UnitOfWork,
    scope: KeepingScope,
    ground: Ground,
    *,
    now: datetime,
    zone: ZoneInfo,
    rules: Rules,
) -> Duties:
    """The duties on the pages compared through whole periods, as they stand on the day of `now` in the `zone`."""
    spans = {(work.page_key(one.item.page), one.period.starts, one.period.ends) for one in ground.placed if one.is_full}
    pages = sorted({page for page, *_ in spans})
    entries = work.entries_frame(pages)
    return Duties(
        spans=tuple(sorted(spans)),
        zone=zone,
        today=now.astimezone(zone).date(),
        deadlines=deadlines_of(scope.school, zone, timedelta(minutes=rules.of("homework", "minutes"))),
        begins=begins_of(scope.school, zone),
        teachers=teachers_of(scope.school.each(Lesson)),
        outages=scope.outages,
        week=working_week(scope),
        changed=changed_in(work, entries),
        replaced=replaced_teachers(entries, work.runs("pull")),
    )


def teachers_of(lessons: Iterable[Lesson]) -> dict[Slot, frozenset[SourcedId]]:
    """Who was to teach each lesson: the timetable with its substitutions (R025); nth counts by lesson number."""
    return {slot: frozenset(lesson.teachers) for slot, lesson in slots_of(lessons)}


def deadlines_of(school: Snapshot[Record], zone: ZoneInfo, after: timedelta) -> dict[tuple[SourcedId, date], datetime]:
    """(group, day) → the end of the last lesson of the group's pupils that day, and `after` more (R013).

    A pupil of a subgroup also has the form's lessons and those of other divisions: whose pupils are whose is told by
    the memberships. Groups and lessons without bells are left out.
    """
    ends = dict(_lesson_ends(school, zone))
    groups: dict[SourcedId, set[SourcedId]] = defaultdict(set)
    for seat in school.each(Membership):
        groups[seat.person].add(seat.group)
    together: dict[SourcedId, set[SourcedId]] = defaultdict(set)
    for mine in groups.values():
        for group in mine:
            together[group] |= mine
    by_day: dict[SourcedId, dict[date, datetime]] = defaultdict(dict)
    for (group, day), moment in ends.items():
        by_day[group][day] = moment
    return {
        (group, day): max(by_day[one][day] for one in {group, *together[group]} if day in by_day.get(one, {})) + after
        for group, day in ends
    }


def _lesson_ends(school: Snapshot[Record], zone: ZoneInfo) -> Iterator[tuple[tuple[SourcedId, date], datetime]]:
    """The end of each group's own last lesson of each day, the latest last."""
    bells = _bells(school)
    for lesson in sorted(school.each(Lesson), key=lambda one: (one.day, one.number)):
        bell = bells.get(lesson.group, {}).get(lesson.number)
        if bell is not None:
            yield (lesson.group, lesson.day), datetime.combine(lesson.day, bell.ends, tzinfo=zone)


def begins_of(school: Snapshot[Record], zone: ZoneInfo) -> dict[Slot, datetime]:
    """When each lesson begins; those of groups without bells are left out."""
    bells = _bells(school)
    rings = (
        (slot, lesson, bells.get(lesson.group, {}).get(lesson.number)) for slot, lesson in slots_of(school.each(Lesson))
    )
    return {slot: datetime.combine(lesson.day, bell.starts, tzinfo=zone) for slot, lesson, bell in rings if bell}


def slots_of(lessons: Iterable[Lesson]) -> Iterator[tuple[Slot, Lesson]]:
    """Each lesson with its ordinal among the subject's lessons of the day."""
    days: dict[tuple[SourcedId, SourcedId, date], list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        days[lesson.group, lesson.subject, lesson.day].append(lesson)
    for place, same in days.items():
        for nth, lesson in enumerate(sorted(same, key=lambda one: (one.number, one.sourced_id)), start=1):
            yield (*place, nth), lesson


def _bells(school: Snapshot[Record]) -> Mapping[SourcedId, Mapping[int, Bell]]:
    """Group → number of a lesson → its bell; a subgroup rings with the form of one of its pupils."""
    rings = {one.sourced_id: {bell.number: bell for bell in one.bells} for one in school.each(BellSchedule)}
    forms = {form.sourced_id: rings.get(form.bells, {}) for form in school.each(Form) if form.bells}
    bells: dict[SourcedId, Mapping[int, Bell]] = dict(forms)
    for seat in school.each(Membership):
        if seat.group in forms:
            bells[seat.person] = forms[seat.group]
    for seat in school.each(Membership):
        if seat.group not in forms and seat.person in bells:
            bells.setdefault(seat.group, bells[seat.person])
    return bells


def working_week(scope: KeepingScope) -> WorkingWeek:
    """Saturdays are worked where the school has lessons on any."""
    saturdays = any(lesson.day.isoweekday() == _SATURDAY for lesson in scope.school.each(Lesson))
    return WorkingWeek(saturdays=saturdays, holidays=scope.holidays)


def replaced_teachers(
    entries: pl.DataFrame, pulls: Sequence[Mapping[str, Any]]
) -> dict[int, tuple[frozenset[SourcedId], datetime]]:
    """Column → who stood there before the diary's last change of teacher, and the last pull that still saw him.

    Between that pull and the one that saw the change nobody looked: what was entered then is not held against anybody.
    """
    lines = entries.filter(keys.is_kind(CellKind.LESSON)).group_by("key", maintain_order=True).agg("value", "seen_from")
    found: dict[int, tuple[frozenset[SourcedId], datetime]] = {}
    for key, values, moments in lines.filter(pl.col("value").list.len() > 1).iter_rows():
        for (old, _since), (new, changed) in pairwise(zip(values, moments, strict=True)):
            if teachers_in(old) != teachers_in(new):
                looked = [pull["started_at"] for pull in pulls if pull["ended_at"] and pull["ended_at"] < changed]
                if looked:
                    found[key // keys.COLUMN_STEP] = teachers_in(old), max(looked)
    return found


def teachers_in(value: str) -> frozenset[SourcedId]:
    """The teachers of a LESSON cell."""
    return frozenset(filter(None, map(SourcedId, value.partition("|")[2].split(","))))


def changed_marks(work: UnitOfWork, pages: Sequence[int]) -> dict[int, tuple[str, int]]:
    """`changed_in` of these pages."""
    return changed_in(work, work.entries_frame(pages))


def changed_in(work: UnitOfWork, entries: pl.DataFrame) -> dict[int, tuple[str, int]]:
    """Marks the diary showed otherwise at an earlier pull, unless a slip or a decision speaks of them (§F).

    A mark that was added to another is no correction, and neither is a reason of absence that was brought later.
    """
    marks = entries.filter(keys.is_kind(CellKind.MARKS) | keys.is_kind(CellKind.FINAL))
    lines = marks.group_by("key", maintain_order=True).agg("value", "seen_to")
    places, explained = work.pages(), _spoken_of(work)
    people = work.persons()
    found = {}
    for key, values, until in lines.filter(_SEVERAL).iter_rows():
        shown = [*values, *([""] if until[-1] is not None else [])]
        times = sum(_corrected(old, new) for old, new in pairwise(shown))
        page, day, nth, _kind, person = unpack(key)
        if times and (places[page], day.isoformat(), nth, people.get(person)) not in explained:
            found[key] = values[0], times
    return found


_SEVERAL = (pl.col("value").list.len() > 1) | pl.col("seen_to").list.last().is_not_null()


def _corrected(old: str, new: str) -> bool:
    before, after = list(canonical(old).marks), list(canonical(new).marks)
    return any(before.count(mark) > after.count(mark) for mark in before)


def _spoken_of(work: UnitOfWork) -> set[tuple[Page, str, int, SourcedId | None]]:
    """The places of findings that a person decided about or put on a slip."""
    known = {one.finding_id for one in work.control.decisions()}
    known |= {item.finding_id for slip in work.control.slips() for item in slip.items}
    rows = [row for row in work.findings(open_only=False) if row["finding_id"] in known]
    return {(Page(group=row["group"], subject=row["subject"]), row["day"], row["nth"], row["person"]) for row in rows}
