"""Forms, subgroups and who is in them, put together from the contingent, the timetable and the sheet of subgroups."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.sources.pick import part_of, records_of
from mappings.sources.provisional import dated, read_reference
from mappings.sources.seating import NOTHING_ASKED, Agreed, seating_of
from mappings.sources.subgroup_sheet import no_seat
from state.identity import SourcedId, membership_id, pupil_id
from state.local import LocalPart, Problem, SourceKind
from state.records import Form, Membership, Pupil, Subgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mappings.sources.provisional import PersonReference
    from mappings.sources.seating import Seating
    from mappings.sources.staffing import Staffing


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`whole` is False when a membership had to be left out; `memberships` hold no seat that is not agreed to."""

    forms: Mapping[SourcedId, Form]
    subgroups: Mapping[SourcedId, Subgroup]
    memberships: tuple[Membership, ...]
    problems: tuple[Problem, ...]
    whole: bool
    seating: Seating


class Pupils:
    """The contingent, found by personal file number or by name."""

    def __init__(self, pupils: Iterable[Pupil]) -> None:
        self.by_id = {pupil.sourced_id: pupil for pupil in pupils}
        self._by_file = {pupil.personal_file.casefold(): pupil for pupil in self.by_id.values()}
        self._by_name: dict[str, list[Pupil]] = defaultdict(list)
        for pupil in self.by_id.values():
            self._by_name[normalise_name(pupil.name)].append(pupil)

    def numbered(self, file: str) -> SourcedId:
        """The id of the pupil with that personal file, whether or not the list has it."""
        known = self._by_file.get(file.casefold())
        return known.sourced_id if known else pupil_id(file)

    def find(self, reference: PersonReference, among: frozenset[SourcedId] | None = None) -> Pupil | None:
        """The one pupil the row means: number and name must agree; without a number the name must be one pupil's.

        `among` narrows namesakes to the members of a form; a birth date, where told, must not differ.
        """
        name = normalise_name(reference.name)
        if reference.file:
            numbered = self._by_file.get(reference.file.casefold())
            return numbered if numbered and normalise_name(numbered.name) == name else None
        born = reference.birth_date
        named = [
            pupil
            for pupil in self._by_name.get(name, [])
            if (among is None or pupil.sourced_id in among) and (not born or pupil.birth_date in (None, born))
        ]
        return named[0] if len(named) == 1 else None


def build_roster(
    parts: Sequence[LocalPart], year: int, pupils: Pupils, staffing: Staffing, agreed: Agreed = NOTHING_ASKED
) -> Roster:
    """The groups of the school year and their members.

    A subgroup exists when a lesson is taught to it or a pupil is in it: timetable programs give every class groups
    that nobody uses (formats.md §1).
    """
    contingent, timetable = part_of(parts, SourceKind.PUPILS), part_of(parts, SourceKind.TIMETABLE)
    sheet = part_of(parts, SourceKind.SUBGROUPS)
    problems: list[Problem] = []
    forms = _forms(parts, year, staffing, problems)
    in_forms = [_dated_member(member, year) for member in records_of(contingent, Membership)]
    groups = {
        dated(group.sourced_id, year): _dated_subgroup(group, year)
        for part in (sheet, timetable)
        for group in records_of(part, Subgroup)
    }
    placing = _Placing(groups=groups, forms=forms, in_forms=in_forms, pupils=pupils, year=year, problems=problems)
    in_groups = placing.place(sheet)
    taught = {dated(group, year) for card in (timetable.cards if timetable else ()) for group in card.groups}
    used = taught | {member.group for member in in_groups}
    seating = seating_of(
        sheet=sheet,
        forms=forms,
        groups=groups,
        used=used,
        in_forms=in_forms,
        seats=in_groups,
        pupils=pupils.by_id,
        year=year,
        asked=agreed,
        told=problems,
        doubtful=placing.doubtful,
    )
    problems += seating.problems
    return Roster(
        forms=forms,
        subgroups={key: group for key, group in groups.items() if key in used},
        memberships=(*in_forms, *seating.agreed),
        problems=tuple(problems),
        whole=not any(problem.blocks for problem in problems) and not seating.drafts,
        seating=seating,
    )


@dataclass
class _Placing:
    """Puts the rows of the subgroup sheet against the contingent."""

    groups: Mapping[SourcedId, Subgroup]
    forms: Mapping[SourcedId, Form]
    in_forms: Sequence[Membership]
    pupils: Pupils
    year: int
    problems: list[Problem]
    doubtful: set[tuple[SourcedId, str]] = field(default_factory=set)
    """(form, division) with a row that had to be left out."""

    def place(self, sheet: LocalPart | None) -> list[Membership]:
        """The memberships that stand; whoever is in two subgroups of one division is in neither until told."""
        starts = {(member.person, member.group): member.starts for member in self.in_forms}
        members: dict[SourcedId, frozenset[SourcedId]] = defaultdict(frozenset)
        for person, form in starts:
            members[form] |= {person}
        seats: dict[tuple[SourcedId, SourcedId, str], list[Membership]] = defaultdict(list)
        for row in records_of(sheet, Membership):
            group = self.groups[dated(row.group, self.year)]
            reference = read_reference(row.person)
            pupil = self.pupils.find(reference, members[group.form]) if reference else None
            if pupil is None:
                self._left_out("PUPIL_UNKNOWN", sheet, reference.name if reference else row.person)
                self.doubtful.add((group.form, group.division))
            elif pupil.sourced_id not in members[group.form]:
                self._left_out("PUPIL_NOT_IN_FORM", sheet, f"{pupil.name.full}, {group.name}")
                self.doubtful.add((group.form, group.division))
            else:
                seats[pupil.sourced_id, group.form, normalise_name(group.division)].append(
                    Membership(
                        sourced_id=membership_id(pupil.sourced_id, group.sourced_id),
                        person=pupil.sourced_id,
                        group=group.sourced_id,
                        starts=starts[pupil.sourced_id, group.form],
                    )
                )
        return [member for seat in seats.values() for member in self._one_seat(seat, sheet)]

    def _one_seat(self, seat: list[Membership], sheet: LocalPart | None) -> list[Membership]:
        unique = list({member.sourced_id: member for member in seat}.values())
        if len(unique) == 1:
            return unique
        groups = [self.groups[member.group] for member in unique]
        person, form = self.pupils.by_id[unique[0].person], self.forms.get(groups[0].form)
        told = no_seat(person.name.full, form.name if form else "", groups[0].division)
        self._left_out("TWO_SUBGROUPS", sheet, f"{told}: {', '.join(sorted(group.name for group in groups))}")
        self.doubtful.add((groups[0].form, groups[0].division))
        return []

    def _left_out(self, code: str, sheet: LocalPart | None, raw: str) -> None:
        self.problems.append(Problem(code=code, where=sheet.source if sheet else "", raw=raw, blocks=True))


def _dated_member(member: Membership, year: int) -> Membership:
    group = dated(member.group, year)
    return dataclasses.replace(member, group=group, sourced_id=membership_id(member.person, group))


def _dated_subgroup(group: Subgroup, year: int) -> Subgroup:
    return dataclasses.replace(group, sourced_id=dated(group.sourced_id, year), form=dated(group.form, year))


def _forms(parts: Sequence[LocalPart], year: int, staffing: Staffing, problems: list[Problem]) -> dict[SourcedId, Form]:
    """Forms of the contingent and the timetable; the tutor by the staff sheet, else by the timetable."""
    forms: dict[SourcedId, Form] = {}
    for kind in (SourceKind.TIMETABLE, SourceKind.PUPILS):
        for form in records_of(part_of(parts, kind), Form):
            key = dated(form.sourced_id, year)
            tutor = staffing.of(form.tutor) if form.tutor else None
            forms.setdefault(key, dataclasses.replace(form, sourced_id=key, tutor=tutor))
    for key, tutor in _leaders(part_of(parts, SourceKind.STAFF), year, problems).items():
        if key in forms:
            forms[key] = dataclasses.replace(forms[key], tutor=tutor)
    return forms


def _leaders(staff: LocalPart | None, year: int, problems: list[Problem]) -> dict[SourcedId, SourcedId | None]:
    """Form to tutor as the staff sheet has it; a form claimed by two has none until told."""
    leaders: dict[SourcedId, SourcedId | None] = {}
    for form in records_of(staff, Form):
        key = dated(form.sourced_id, year)
        if key in leaders and leaders[key] != form.tutor:
            problems.append(Problem(code="TWO_TUTORS", where=staff.source if staff else "", raw=form.name))
            leaders[key] = None
        else:
            leaders[key] = form.tutor
    return leaders
