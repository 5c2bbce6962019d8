"""A NIKA file into canonical records: the weeks of its periods, and its exchanges as substitutions."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from connectors.sources.nika_wire import NikaTaught
from mappings.sources.asc_bells import clock, whole_day
from mappings.sources.counts import nothing
from mappings.sources.nika_days import periods_of, runs_of, vacations_of
from mappings.sources.nika_exchange import Exchanges, teachers_named
from mappings.sources.nika_names import Names
from mappings.sources.notes import Notes
from state.local import LocalPart, SourceKind
from state.records import Bell, RecordType, TimetableCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.sources.nika_wire import NikaEntry, NikaExchange, NikaFile
    from mappings.sources.nika_exchange import Week
    from mappings.sources.nika_names import Taught
    from state.identity import SourcedId
    from state.local import Coverage
    from state.records import BellSchedule, Record

_TYPES = frozenset(
    {RecordType.BELL_SCHEDULE, RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP, RecordType.LESSON}
)


def nika_parts(file: NikaFile) -> tuple[LocalPart, ...]:
    """The timetable, and the substitutions where there are any or the file has a place for them.

    Both carry the digest of the content without the day of export: the same content tomorrow is the same part. The
    timetable is the whole truth about the days of the periods, vacations among them.
    """
    notes, changes = Notes(), Notes()
    notes.take(file.flaws)
    periods = periods_of(file, notes)
    runs = runs_of(periods, vacations_of(file, notes))
    names = Names(file, notes)
    week = _week(file, names, periods, notes)
    exchanges = Exchanges(file, Names(file, changes, names.subgroups), changes, runs, week)
    instead = {exchange: exchanges.take(exchange) for exchange in file.exchanges}
    _cross_check(file, week, instead, notes)
    bells, staff = _bells(file, notes), names.staff()
    records: dict[RecordType, tuple[Record, ...]] = {
        RecordType.BELL_SCHEDULE: bells,
        RecordType.SUBJECT: names.subjects(),
        RecordType.STAFF: staff,
        RecordType.FORM: names.forms(),
        RecordType.SUBGROUP: tuple(names.subgroups.values()),
    }
    cards = (*_cards(week, runs), *exchanges.cards)
    whole = notes.whole and changes.whole and bool(cards)
    timetable = LocalPart(
        kind=SourceKind.TIMETABLE,
        source=file.source.name,
        sha256=file.digest,
        records=records,
        cards=cards,
        covers=tuple(sorted(periods.values())),
        complete=_TYPES if whole else frozenset(),
        problems=tuple(notes.problems),
    )
    named = teachers_named(tuple(exchanges.substitutions))
    substitutions = LocalPart(
        kind=SourceKind.SUBSTITUTIONS,
        source=file.source.name,
        sha256=file.digest,
        records={RecordType.STAFF: tuple(person for person in staff if person.sourced_id in named)},
        substitutions=tuple(exchanges.substitutions),
        problems=tuple(changes.problems),
    )
    return timetable, substitutions


def nika_counts(file: NikaFile) -> dict[str, int]:
    """Elements of the file; a lesson is an entry of a cell, an exchange's too."""
    parts = {(cell.class_id, entry.group) for cell in file.cells for entry in cell.entries if entry.group}
    return nothing() | {
        "staff": len(file.teachers),
        "forms": len(file.classes),
        "subgroups": len(parts),
        "subjects": len(file.subjects),
        "rooms": len(file.rooms),
        "lessons": sum(map(len, _entries(file))),
    }


def _entries(file: NikaFile) -> Iterable[tuple[NikaEntry, ...]]:
    yield from (cell.entries for cell in file.cells)
    yield from (exchange.entries for exchange in file.exchanges)


def _week(file: NikaFile, names: Names, periods: Mapping[str, Coverage], notes: Notes) -> Week:
    week: Week = {}
    if not file.cells:
        notes.add("NO_TIMETABLE", file.source.name, "0")
    for cell in file.cells:
        if cell.period not in file.periods:
            notes.add("REFERENCE_BAD", cell.where, f"PERIODS={cell.period}", blocks=True)
            continue
        found = [taught for entry in cell.entries if (taught := names.entry(cell.class_id, entry, cell.where))]
        if cell.period in periods:
            week[cell.period, cell.class_id, cell.weekday, cell.number] = tuple(found)
    return week


def _cards(week: Week, runs: Mapping[str, tuple[Coverage, ...]]) -> Iterable[TimetableCard]:
    """A card for each run of days of the period; teachers of one group and subject in one hour are together."""
    for (period, _class, weekday, number), entries in week.items():
        together: dict[tuple[SourcedId, SourcedId], list[Taught]] = defaultdict(list)
        for taught in entries:
            together[taught.group, taught.subject].append(taught)
        for (group, subject), held in together.items():
            for run in runs[period]:
                yield TimetableCard(
                    groups=(group,),
                    subject=subject,
                    teachers=tuple(sorted({teacher for taught in held for teacher in taught.teachers})),
                    weekdays=(weekday,),
                    weeks="1",
                    number=number,
                    room=", ".join(dict.fromkeys(taught.room for taught in held if taught.room)),
                    starts=run.starts,
                    ends=run.ends,
                )


def _cross_check(file: NikaFile, week: Week, instead: Mapping[NikaExchange, Iterable[Taught]], notes: Notes) -> None:
    """Where the file tells the same by teachers, a teacher of whom the two disagree is a problem; classes are taken."""
    if file.by_teachers is None:
        return
    by_classes = {
        NikaTaught(period, f"{weekday}{number:02}", taught.teacher_id, class_id)
        for (period, class_id, weekday, number), entries in week.items()
        for taught in entries
    } | {
        NikaTaught(exchange.day, str(exchange.number), taught.teacher_id, exchange.class_id)
        for exchange in file.exchanges
        for taught in instead[exchange]
    }
    missing: Counter[str] = Counter()
    for side in (by_classes - file.by_teachers, file.by_teachers - by_classes):
        missing.update(one.teacher for one in side if one.teacher)
    for teacher, count in sorted(missing.items()):
        notes.add("TEACHER_VIEW_DIFFERS", f"{file.source.name}:TEACH_SCHEDULE/{teacher[:20]}", str(count))


def _bells(file: NikaFile, notes: Notes) -> tuple[BellSchedule, ...]:
    bells: dict[int, Bell] = {}
    for row in file.bells:
        starts, ends = clock(row.starts), clock(row.ends)
        if starts is None or ends is None or ends <= starts:
            notes.add("TIME_BAD", row.where, f"{row.starts}-{row.ends}", blocks=True)
            continue
        if row.number in bells:
            notes.add("PERIOD_REPEATED", row.where, str(row.number), blocks=True)
        bells.setdefault(row.number, Bell(number=row.number, starts=starts, ends=ends))
    used = {cell.number for cell in file.cells} | {exchange.number for exchange in file.exchanges}
    for number in sorted(used - bells.keys()):
        notes.add("PERIOD_WITHOUT_BELL", file.source.name, str(number))
    return whole_day(dict(sorted(bells.items())))
