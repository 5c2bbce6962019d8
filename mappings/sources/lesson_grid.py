"""A school's own timetable in a spreadsheet, as canonical records (formats.md §2b).

Groups that share an hour are subgroups «1 группа», «2 группа»… in the order of the cell. Their division is the subject:
the grid does not say that the halves of English are the halves of Labour, and the sheet of subgroups can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.names import clean
from mappings.sources.counts import nothing
from mappings.sources.lesson_brackets import Brackets, key
from mappings.sources.lesson_cells import Split, items, joined_lines, names_of, split
from mappings.sources.lesson_places import Placed, read_places
from mappings.sources.lesson_teachers import Teachers, is_of_teachers, rooms_of_sheet, shared_out, taught
from mappings.sources.notes import Notes
from mappings.tables import read
from state.identity import SourcedId, subgroup_id, subject_id
from state.local import LocalPart, SourceKind
from state.records import RecordType, Subgroup, Subject, TimetableCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connectors.sources.lesson_grid_wire import GridFile
    from mappings.sources.lesson_cells import Share
    from mappings.sources.lesson_places import Place

_TYPES = frozenset({RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP, RecordType.LESSON})
WITHOUT_SUBJECTS = "GRID_WITHOUT_SUBJECTS"
"""There are only sheets of teachers."""
_WHOLE_SCHOOL = frozenset(range(1, 10))
"""A file with all these grades speaks for a school; one without some of them may be a part of it."""


def grid_part(file: GridFile) -> LocalPart:
    """Every cell of a sheet of subjects its lessons, with the teachers that the sheet of teachers has in that place."""
    notes = Notes()
    notes.take(file.flaws)
    sheets = [(sheet, is_of_teachers(sheet)) for sheet in file.sheets]
    of_subjects = read_places([sheet for sheet, teachers in sheets if not teachers], notes)
    of_teachers = read_places([sheet for sheet, teachers in sheets if teachers], notes)
    rooms = [room for sheet, teachers in sheets if teachers for room in rooms_of_sheet(sheet)]
    brackets = Brackets((one.lines for one in of_subjects.cells.values()), rooms)
    people = Teachers(_names(of_teachers.cells), notes)
    reading = _Reading(
        brackets, people, of_teachers.cells, bool(of_teachers.cells), of_subjects.cycle, file.source.name, notes
    )
    cards = tuple(reading.cards(of_subjects.cells))
    for before, inside in sorted(brackets.doubtful):
        notes.add("GRID_BRACKET_UNCLEAR", file.source.name, f"{before} ({inside})")
    if all(teachers for _, teachers in sheets):
        notes.add(WITHOUT_SUBJECTS, file.source.name, blocks=True)
    if not {form.grade for form in of_subjects.forms.values()} >= _WHOLE_SCHOOL:
        notes.add("GRID_PART_OF_SCHOOL", file.source.name, ", ".join(form.name for form in of_subjects.forms.values()))
    if not of_subjects.covers_cycle:
        notes.add("WEEKS_PARTIAL", file.source.name)
    told = {problem.code for problem in notes.problems}
    whole = notes.whole and told.isdisjoint({"GRID_PART_OF_SCHOOL", "WEEKS_PARTIAL", "GRID_HIDDEN"})
    return LocalPart(
        kind=SourceKind.TIMETABLE,
        source=file.source.name,
        sha256=file.source.sha256,
        records={
            RecordType.SUBJECT: tuple(reading.subjects.values()),
            RecordType.STAFF: tuple(people.records.values()),
            RecordType.FORM: tuple({**of_teachers.forms, **of_subjects.forms}.values()),
            RecordType.SUBGROUP: tuple(reading.subgroups.values()),
        },
        cards=cards,
        week_cycle=of_subjects.cycle,
        complete=_TYPES if whole else frozenset(),
        problems=tuple(notes.problems),
    )


def grid_counts(part: LocalPart) -> dict[str, int]:
    """What the cells name; `lessons` are hours of a form or of its part. A grid has no rows of a plan."""
    subgroups = [group for group in part.records[RecordType.SUBGROUP] if isinstance(group, Subgroup)]
    return nothing() | {
        "staff": len(part.records[RecordType.STAFF]),
        "forms": len(part.records[RecordType.FORM]),
        "divisions": len({(group.form, group.division) for group in subgroups}),
        "subgroups": len(subgroups),
        "subjects": len(part.records[RecordType.SUBJECT]),
        "rooms": len({room for card in part.cards if card.room for room in card.room.split(", ")}),
        "lessons": len(part.cards),
    }


def _names(cells: Mapping[Place, Placed]) -> Iterator[tuple[str, str]]:
    for one in cells.values():
        for teacher in taught(one.lines) or ():
            yield teacher.name, one.where


@dataclass
class _Reading:
    """Cells into cards; subjects and subgroups come about on the way."""

    brackets: Brackets
    people: Teachers
    teachers: Mapping[Place, Placed]
    has_teachers: bool
    cycle: int
    source: str
    notes: Notes
    subjects: dict[SourcedId, Subject] = field(default_factory=dict)
    subgroups: dict[SourcedId, Subgroup] = field(default_factory=dict)
    taught: dict[tuple[SourcedId, str], set[str]] = field(default_factory=dict)
    """(form, division) → the groups that have a lesson."""

    def cards(self, cells: Mapping[Place, Placed]) -> Iterator[TimetableCard]:
        nothing_there = {key(word) for word in read("lesson_grid")["no_lesson"]}
        filled = {place: one for place, one in cells.items() if key(" ".join(one.lines)) not in nothing_there}
        alone = self._alone(filled.values())
        for place, one in filled.items():
            found = self._split(one, alone)
            if not found.shares:
                self.notes.add("GRID_CELL_UNCLEAR", one.where, " | ".join(one.lines), blocks=True)
            else:
                if found.doubt:
                    self.notes.add(found.doubt, one.where, " | ".join(one.lines))
                yield from self._lessons(place, one, found.shares)
        taught_at = {*filled, *(place.any_week for place in filled)}
        for place, other in self.teachers.items():
            if place not in taught_at:
                self.notes.add("GRID_TEACHER_WITHOUT_LESSON", other.where, other.lines[0])
        empty = [one for place, one in cells.items() if place not in filled]
        if empty:
            self.notes.add("GRID_NO_LESSON", empty[0].where, f"{empty[0].lines[0]}: {len(empty)}")
        self._tell_halves()

    def _alone(self, cells: Iterable[Placed]) -> frozenset[str]:
        """Names that make up a cell, or a line of one, by themselves."""
        lines = (line for one in cells for line in joined_lines(one.lines))
        stretches = (item.name for line in lines for item in items(line, self.brackets.is_room) or ())
        return frozenset(key(name) for name in stretches if len(names_of(name)) == 1)

    def _split(self, one: Placed, alone: frozenset[str]) -> Split:
        found = [items(line, self.brackets.is_room) for line in joined_lines(one.lines)]
        if any(part is None for part in found):
            return Split((), "")
        return split([item for part in found if part for item in part], lambda name: key(name) in alone)

    def _lessons(self, place: Place, one: Placed, shares: Sequence[Share]) -> Iterator[TimetableCard]:
        shares, rooms, teachers = self._with_teachers(place, one, shares)
        for number, (share, room, names) in enumerate(zip(shares, rooms, teachers, strict=True), 1):
            name = clean(share.name)
            subject = self.subjects.setdefault(subject_id(name), Subject(sourced_id=subject_id(name), name=name))
            group = self._group(place.form, subject.name, number, len(shares)) if len(shares) > 1 else place.form
            yield TimetableCard(
                groups=(group,),
                subject=subject.sourced_id,
                teachers=self.people.ids(names),
                weekdays=(place.weekday,),
                weeks="".join("1" if week == place.week else "0" for week in range(self.cycle)) if place.dated else "1",
                number=place.number,
                room=room,
            )

    def _with_teachers(
        self, place: Place, one: Placed, shares: Sequence[Share]
    ) -> tuple[Sequence[Share], list[str], list[tuple[str, ...]]]:
        """(shares, room of each, teachers of each); one teacher in several rooms teaches the whole form."""
        rooms = [share.room for share in shares]
        other = self.teachers.get(place) or self.teachers.get(place.any_week)
        found = taught(other.lines) if other else ()
        if found is None or (other and not found):
            self.notes.add(
                "GRID_TEACHER_UNREAD", other.where if other else one.where, " ".join(other.lines if other else ())
            )
        if not found:
            if self.has_teachers and not other:
                self.notes.add("GRID_TEACHER_MISSING", one.where, one.lines[0])
            return shares, rooms, [()] * len(shares)
        if len(found) == 1 and len({key(share.name) for share in shares}) == 1 and len(shares) > 1:
            self.notes.add("GRID_SPLIT_UNCLEAR", one.where, " | ".join(one.lines))
            return shares[:1], [", ".join(rooms)], [(found[0].name,)]
        teachers, doubt = shared_out(shares, found)
        if doubt:
            raw = f"{' | '.join(one.lines)} / {' | '.join(other.lines if other else ())}"
            self.notes.add(doubt, one.where, raw)
        return shares, rooms, teachers

    def _group(self, form: SourcedId, division: str, number: int, of: int) -> SourcedId:
        """The group that is taught; the others of its division come about too, for the pupils who are elsewhere."""
        for name in (f"{other} группа" for other in range(1, of + 1)):
            key = subgroup_id(form, division, name)
            self.subgroups.setdefault(key, Subgroup(sourced_id=key, name=name, form=form, division=division))
        taught = f"{number} группа"
        self.taught.setdefault((form, division), set()).add(taught)
        return subgroup_id(form, division, taught)

    def _tell_halves(self) -> None:
        """A subject that only ever one group has: perhaps the cells keep no order."""
        for (form, division), names in self.taught.items():
            if len(names) == 1:
                raw = f"{form.rpartition(':')[2]}, {division}: {', '.join(names)}"
                self.notes.add("GRID_HALF_ALONE", self.source, raw)
