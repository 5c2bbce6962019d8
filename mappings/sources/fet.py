"""A FET timetable into canonical records; names are its keys, so equal names of subjects are one subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.fet_wire import PlacedBy
from mappings.names import clean, parse_name
from mappings.sources.counts import nothing
from mappings.sources.fet_sets import read_sets
from mappings.sources.fet_week import bell_schedules, read_week
from mappings.sources.notes import Notes
from mappings.sources.pick import first_of_each
from state.identity import SourcedId, staff_id, subject_id
from state.local import LocalPart, SourceKind
from state.records import RecordType, Staff, Subject, TimetableCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connectors.sources.fet_wire import FetActivity, FetFile, FetNamed, FetPlacement
    from mappings.sources.fet_sets import Sets
    from mappings.sources.fet_week import Week, WeekDay

_TYPES = frozenset({RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP})


def fet_part(file: FetFile) -> LocalPart:
    """Forms, subgroups, subjects, teachers as written, and a card for every hour an activity has its place in.

    Complete only with its plan; of lessons only when every active activity has its place, because a stage of the
    program's work («highest», «current») looks like a result; of bells only where the hours tell their times.
    """
    notes = Notes()
    notes.take(file.flaws)
    week, sets = read_week(file, notes), read_sets(file, notes)
    subjects, teachers = _subjects(file.subjects, notes), _teachers(file.teachers)
    bells = bell_schedules(file, week, notes)
    placing = _Placing(file, week, sets, subjects, teachers, notes)
    cards = tuple(placing.cards())
    complete = frozenset() if file.alone or not notes.whole else _TYPES
    all_weeks = {day.week for day in week.days.values()} == placing.weeks
    if cards and not all_weeks:
        notes.add("WEEKS_PARTIAL", file.source.name)
    if complete and not placing.unplaced and all_weeks:
        complete |= {RecordType.LESSON}
    if complete and bells:
        complete |= {RecordType.BELL_SCHEDULE}
    if file.alone:
        notes.add("FET_TABLE_ALONE", file.source.name)
    return LocalPart(
        kind=SourceKind.TIMETABLE,
        source=file.source.name,
        sha256=file.source.sha256,
        records={
            RecordType.BELL_SCHEDULE: bells,
            RecordType.SUBJECT: first_of_each(subjects.values()),
            RecordType.STAFF: tuple(teachers.values()),
            RecordType.FORM: first_of_each(sets.forms.values()),
            RecordType.SUBGROUP: tuple(sets.subgroups.values()),
        },
        cards=cards,
        week_cycle=week.cycle,
        complete=complete,
        problems=tuple(notes.problems),
    )


def fet_counts(file: FetFile, part: LocalPart) -> dict[str, int]:
    """Names and activities of the file; `lessons` are the hours that have their place."""
    subgroups = part.records[RecordType.SUBGROUP]
    return nothing() | {
        "staff": len(file.teachers),
        "forms": len(part.records[RecordType.FORM]),
        "divisions": len({(group.form, group.division) for group in subgroups}),  # type: ignore[union-attr]
        "subgroups": len(subgroups),
        "subjects": len(file.subjects),
        "rooms": len(file.rooms),
        "plan_rows": len(file.activities),
        "lessons": len(part.cards),
    }


def _subjects(rows: Iterable[FetNamed], notes: Notes) -> dict[str, Subject]:
    subjects: dict[str, Subject] = {}
    seen: set[SourcedId] = set()
    for row in rows:
        name = clean(row.name)
        subjects[row.name] = Subject(sourced_id=subject_id(name), name=name)
        if subjects[row.name].sourced_id in seen:
            notes.add("SUBJECT_REPEATED", row.where, name)
        seen.add(subjects[row.name].sourced_id)
    return subjects


def _teachers(rows: Iterable[FetNamed]) -> dict[str, Staff]:
    return {row.name: Staff(sourced_id=staff_id(clean(row.name)), name=parse_name(row.name)) for row in rows}


@dataclass
class _Placing:
    """Every activity is cards or a problem; `unplaced` counts those that are neither inactive nor placed whole."""

    file: FetFile
    week: Week
    sets: Sets
    subjects: Mapping[str, Subject]
    teachers: Mapping[str, Staff]
    notes: Notes
    unplaced: int = 0

    def __post_init__(self) -> None:
        self.weeks: set[int] = set()

    def cards(self) -> Iterator[TimetableCard]:
        places: dict[str, list[FetPlacement]] = {}
        for placement in self.file.placements:
            places.setdefault(placement.activity, []).append(placement)
        for activity in self.file.activities:
            found = places.pop(activity.id, [])
            if not activity.active:
                self.notes.add("FET_INACTIVE", activity.where, _told(activity))
            elif not activity.students:
                self.notes.add("LESSON_WITHOUT_GROUP", activity.where, activity.subject)
            else:
                yield from self._of(activity, found)
        for left in places.values():
            for placement in left:
                self.notes.add("REFERENCE_BAD", placement.where, f"Id={placement.activity}", blocks=True)

    def _of(self, activity: FetActivity, placements: list[FetPlacement]) -> Iterator[TimetableCard]:
        groups = self._groups(activity)
        subject = self._known(activity, "Subject", (activity.subject,), self.subjects)
        teachers = self._known(activity, "Teacher", activity.teachers, self.teachers)
        placed = [one for one in placements if one.day and one.hour]
        for empty in placements:
            if empty not in placed:
                self.notes.add("FET_UNPLACED", empty.where, _told(activity))
        if not placements:
            self.notes.add("FET_UNPLACED", activity.where, _told(activity))
        whole = bool(placed) and len(placed) == len(placements)
        if self.file.placed_by is PlacedBy.TABLE and not self.file.alone and len(placed) != activity.duration:
            self.notes.add("FET_HOURS_DIFFER", activity.where, f"{activity.id}: {len(placed)}/{activity.duration}")
            whole = False
        self.unplaced += not whole
        if not groups or not subject:
            return
        for placement in placed:
            yield from self._hours(placement, groups, subject[0], tuple(sorted(set(teachers))))

    def _groups(self, activity: FetActivity) -> tuple[SourcedId, ...]:
        found: list[SourcedId] = []
        for name in activity.students:
            if name in self.sets.groups:
                found += self.sets.groups[name]
            else:
                self.notes.add("REFERENCE_BAD", activity.where, f"Students={name}", blocks=True)
        return tuple(dict.fromkeys(found))

    def _known(
        self, activity: FetActivity, tag: str, names: Iterable[str], known: Mapping[str, Subject] | Mapping[str, Staff]
    ) -> list[SourcedId]:
        found = []
        for name in names:
            if name in known:
                found.append(known[name].sourced_id)
            else:
                self.notes.add("REFERENCE_BAD", activity.where, f"{tag}={name}", blocks=True)
        return found

    def _hours(
        self,
        placement: FetPlacement,
        groups: tuple[SourcedId, ...],
        subject: SourcedId,
        teachers: tuple[SourcedId, ...],
    ) -> Iterator[TimetableCard]:
        """A card for each hour; an hour beyond the day, or of a day that could not be told, is a problem."""
        day = self.week.days.get(placement.day)
        first = self.week.hours.index(placement.hour) if placement.hour in self.week.numbers else len(self.week.hours)
        names = self.week.hours[first : first + placement.hours]
        if day is None or len(names) < placement.hours:
            self.unplaced += 1
            raw = f"{placement.day} {placement.hour}, {placement.hours}"
            self.notes.add("CARD_NOT_PLACED", placement.where, raw, blocks=True)
        if day is None:
            return
        self.weeks.add(day.week)
        for name in names:
            yield TimetableCard(
                groups=groups,
                subject=subject,
                teachers=teachers,
                weekdays=(day.weekday,),
                weeks=_mask(day, self.week.cycle),
                number=self.week.numbers[name],
                room=", ".join(clean(room) for room in placement.rooms),
            )


def _mask(day: WeekDay, cycle: int) -> str:
    return "".join("1" if week == day.week else "0" for week in range(cycle)) if cycle > 1 else "1"


def _told(activity: FetActivity) -> str:
    return f"{activity.id}: {activity.subject}, {', '.join(activity.students)}"
