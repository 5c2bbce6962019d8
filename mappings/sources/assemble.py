"""All local files as one snapshot of the school: people resolved, cards laid over the calendar, substitutions applied.

Pure: parts, calendar and scope in, values out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.sources.aliases import NOBODY_RENAMED, under_known_ids
from mappings.sources.form_kin import stand_for_others
from mappings.sources.lay import lay_lessons
from mappings.sources.merge import merged
from mappings.sources.pick import part_of, records_of
from mappings.sources.resolve import People, resolve_consents, resolve_orders
from mappings.sources.roster import Pupils, build_roster
from mappings.sources.seating import NOTHING_ASKED, Agreed
from mappings.sources.shifts import ring
from mappings.sources.staffing import Staffing
from mappings.sources.substitute import Substituting
from state.local import Problem, SourceKind
from state.records import Guardian, Pupil, RecordType, Subject
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mappings.sources.roster import Roster
    from mappings.sources.seating import Seating
    from mappings.sources.timeframe import Timeframe
    from state.identity import SourcedId
    from state.local import LocalPart
    from state.records import Consent, Lesson, Record, RosterOrder
    from state.snapshot import Scope

_FEEDS: Mapping[RecordType, tuple[SourceKind, ...]] = {
    RecordType.BELL_SCHEDULE: (SourceKind.TIMETABLE,),
    RecordType.SUBJECT: (SourceKind.TIMETABLE,),
    RecordType.STAFF: (SourceKind.STAFF,),
    RecordType.PUPIL: (SourceKind.PUPILS,),
    RecordType.GUARDIAN: (SourceKind.PUPILS,),
    RecordType.FORM: (SourceKind.PUPILS, SourceKind.TIMETABLE),
    RecordType.SUBGROUP: (SourceKind.TIMETABLE,),
    RecordType.LESSON: (SourceKind.TIMETABLE,),
}
"""The files a type is complete by: all of them imported, each saying that it is the whole truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The local side. `problems` are those seen only between files; each part keeps its own."""

    snapshot: Snapshot[Record]
    consents: tuple[Consent, ...]
    orders: tuple[RosterOrder, ...]
    problems: tuple[Problem, ...]
    rooms: tuple[str, ...]
    seating: Seating
    """Every division into subgroups, the drafts included, which are in no snapshot."""


def assemble(
    parts: Sequence[LocalPart],
    timeframe: Timeframe,
    scope: Scope,
    agreed: Agreed = NOTHING_ASKED,
    same_as: Mapping[SourcedId, SourcedId] = NOBODY_RENAMED,
) -> Assembled:
    """The school as its files tell it, in the school year and over the days of `scope`. Equal inputs, equal outputs.

    `agreed` is what was agreed to beside the sheets of subgroups; `same_as` which new ids are people known by old ones.
    """
    parts, old = _of_year(parts, timeframe.school_year)
    parts = under_known_ids(merged(parts), same_as)
    staffing = Staffing(parts)
    contingent, timetable = part_of(parts, SourceKind.PUPILS), part_of(parts, SourceKind.TIMETABLE)
    pupils = records_of(contingent, Pupil)
    roster = build_roster(parts, timeframe.school_year, Pupils(pupils), staffing, agreed)
    lessons, lesson_problems = _lessons(parts, timeframe, scope, staffing, roster)
    people = People(Pupils(pupils), staffing, records_of(contingent, Guardian))
    consents, consent_problems = resolve_consents(parts, people)
    orders, order_problems = resolve_orders(parts, people, timeframe.school_year)
    forms, bells = ring(roster.forms, roster.subgroups, timetable, timeframe.shifts, timeframe.school_year)
    calendar = timeframe.calendar()
    records: dict[RecordType, Iterable[Record]] = {
        RecordType.BELL_SCHEDULE: bells,
        RecordType.CALENDAR: (calendar,),
        RecordType.GRADING_PERIOD: timeframe.grading_periods(),
        RecordType.SUBJECT: records_of(timetable, Subject),
        RecordType.STAFF: staffing.records,
        RecordType.PUPIL: pupils,
        RecordType.GUARDIAN: records_of(contingent, Guardian),
        RecordType.FORM: [dataclasses.replace(form, calendar=calendar.sourced_id) for form in forms],
        RecordType.SUBGROUP: roster.subgroups.values(),
        RecordType.MEMBERSHIP: roster.memberships,
        RecordType.LESSON: lessons,
    }
    return Assembled(
        snapshot=Snapshot(
            scope=scope,
            records={kind: tuple(sorted(rows, key=_by_id)) for kind, rows in records.items()},
            complete=_complete(parts, roster, timeframe, scope),
        ),
        consents=consents,
        orders=orders,
        seating=roster.seating,
        problems=(
            *old,
            *staffing.problems,
            *roster.problems,
            *stand_for_others(parts),
            *lesson_problems,
            *consent_problems,
            *order_problems,
        ),
        rooms=tuple(sorted({card.room for card in timetable.cards if card.room})) if timetable else (),
    )


def _by_id(record: Record) -> str:
    return record.sourced_id


def _lessons(
    parts: Sequence[LocalPart], timeframe: Timeframe, scope: Scope, staffing: Staffing, roster: Roster
) -> tuple[tuple[Lesson, ...], list[Problem]]:
    timetable, log = part_of(parts, SourceKind.TIMETABLE), part_of(parts, SourceKind.SUBSTITUTIONS)
    if timetable is None:
        return (), []
    laid, problems = lay_lessons(timetable, tuple(timeframe.teaching_days(scope)), timeframe.school_year, staffing)
    substituting = Substituting(laid, roster.subgroups, roster.forms, staffing)
    if log is not None:
        substituting.apply(log, scope)
    return substituting.lessons, [*problems, *substituting.problems]


def _of_year(parts: Sequence[LocalPart], year: int) -> tuple[tuple[LocalPart, ...], list[Problem]]:
    """Without the sheets of subgroups of another year: those are never carried over (R090)."""
    kept, old = [], []
    for part in parts:
        if part.kind is SourceKind.SUBGROUPS and part.school_year not in (0, year):
            told = f"{part.school_year}/{(part.school_year + 1) % 100:02d}"
            old.append(Problem(code="SUBGROUPS_OF_OTHER_YEAR", where=part.source, raw=told, blocks=True))
        else:
            kept.append(part)
    return tuple(kept), old


def _complete(parts: Sequence[LocalPart], roster: Roster, timeframe: Timeframe, scope: Scope) -> frozenset[RecordType]:
    """The types of which nothing is missing. Memberships need the sheet of subgroups too, once there are subgroups.

    Lessons of a timetable of dated weeks are all there only if every taught day of the scope is in one of them.
    """
    told = {part.kind: part.complete for part in parts}
    complete = {kind for kind, feeds in _FEEDS.items() if all(kind in told.get(feed, ()) for feed in feeds)}
    timetable = part_of(parts, SourceKind.TIMETABLE)
    if timetable and timetable.covers:
        taught = (taught.day for taught in timeframe.teaching_days(scope))
        if not all(any(run.starts <= day <= run.ends for run in timetable.covers) for day in taught):
            complete.discard(RecordType.LESSON)
    whole_sheet = RecordType.MEMBERSHIP in told.get(SourceKind.SUBGROUPS, ())
    seats_known = not roster.subgroups or whole_sheet or roster.seating.is_whole
    contingent_known = RecordType.MEMBERSHIP in told.get(SourceKind.PUPILS, ())
    if contingent_known and seats_known and roster.whole and RecordType.SUBGROUP in complete:
        complete.add(RecordType.MEMBERSHIP)
    return frozenset({*complete, RecordType.CALENDAR, RecordType.GRADING_PERIOD})
