"""The filled workbook of subgroups, form by form: exactly one group of each division for each pupil (R090)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.sources.notes import Notes
from mappings.sources.provisional import PersonReference, undated_form, undated_subgroup
from state.identity import SourcedId, membership_id
from state.local import LocalPart, SourceKind
from state.records import Agreement, Membership, RecordType, Subgroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.subgroup_book import BookDivision, FilledBook, FilledForm, SeatRow
    from connectors.sources.wire import Cell

_TYPES = frozenset({RecordType.SUBGROUP, RecordType.MEMBERSHIP})
_LATIN_TWINS = str.maketrans("abcehkmoptxyё", "авсенкмортхуе")
_SEPARATORS = ("+", ",", ";", "/", "\n")


def subgroup_book_parts(book: FilledBook) -> tuple[LocalPart, ...]:
    """One part for each form's sheet, of the book's school year."""
    return tuple(_part(book, form) for form in book.forms)


def no_seat(name: str, form: str, division: str) -> str:
    """How a pupil without a subgroup is told, in the sheet and against the list of the form alike."""
    return f"{name}, {form}, деление {division}"


@dataclass
class _Draft:
    form: str
    subgroups: dict[SourcedId, Subgroup] = field(default_factory=dict)
    memberships: dict[SourcedId, Membership] = field(default_factory=dict)
    seats: dict[tuple[SourcedId, str], str] = field(default_factory=dict)
    """(pupil, division) → the group already read."""


def _part(book: FilledBook, filled: FilledForm) -> LocalPart:
    notes, draft = Notes(), _Draft(filled.form)
    notes.take(filled.flaws)
    divisions = {one.tag: one for one in filled.divisions}
    for row in filled.rows:
        if row.name or row.file:
            _take(row, divisions, draft, notes)
        else:
            notes.add("VALUE_MISSING", row.where, "№ личного дела", blocks=True)
    return LocalPart(
        kind=SourceKind.SUBGROUPS,
        source=book.source.name,
        sha256=book.source.sha256,
        slot=filled.form,
        records={
            RecordType.SUBGROUP: tuple(draft.subgroups.values()),
            RecordType.MEMBERSHIP: tuple(draft.memberships.values()),
        },
        agreements=_agreements(filled, notes),
        school_year=book.school_year,
        complete=_TYPES if notes.whole else frozenset(),
        problems=tuple(notes.problems),
    )


def _take(row: SeatRow, divisions: Mapping[str, BookDivision], draft: _Draft, notes: Notes) -> None:
    person = PersonReference(kind="pupil", name=row.name, file=row.file).as_id()
    for tag, cell in row.cells.items():
        told = no_seat(row.name, draft.form, tag)
        group = _group(cell, divisions[tag])
        before = draft.seats.setdefault((person, tag), group or "")
        if not cell.text:
            notes.add("NO_SUBGROUP", cell.where, told, blocks=True)
        elif group is None:
            code = "TWO_SUBGROUPS" if _names_two(cell, divisions[tag]) else "SUBGROUP_UNKNOWN"
            notes.add(code, cell.where, f"{told}: {cell.text}", blocks=True)
        elif before != group:
            notes.add("TWO_SUBGROUPS", cell.where, f"{told}: {before}, {group}", blocks=True)
            draft.memberships.pop(membership_id(person, undated_subgroup(draft.form, tag, before)), None)
        else:
            _seat(person, tag, group, draft)


def _seat(person: SourcedId, tag: str, group: str, draft: _Draft) -> None:
    sourced_id = undated_subgroup(draft.form, tag, group)
    draft.subgroups.setdefault(
        sourced_id, Subgroup(sourced_id=sourced_id, name=group, form=undated_form(draft.form), division=tag)
    )
    member = Membership(sourced_id=membership_id(person, sourced_id), person=person, group=sourced_id)
    draft.memberships[member.sourced_id] = member


def _group(cell: Cell, division: BookDivision) -> str | None:
    """The group a cell means, whatever the case, the spaces and the Latin letters that look Cyrillic."""
    return {_key(name): name for name in division.groups}.get(_key(cell.text)) if cell.text else None


def _names_two(cell: Cell, division: BookDivision) -> bool:
    keys = {_key(name) for name in division.groups}
    return any(
        len(found := [part for part in cell.text.split(sign) if part.strip()]) > 1
        and all(_key(part) in keys for part in found)
        for sign in _SEPARATORS
    )


def _key(text: str) -> str:
    return "".join(text.casefold().translate(_LATIN_TWINS).split())


def _agreements(filled: FilledForm, notes: Notes) -> tuple[Agreement, ...]:
    """The form teacher's word and one for each division; what is not signed in full is still asked for."""
    form = undated_form(filled.form)
    signatures = {"": filled.tutor, **filled.teachers}
    found = []
    for division, (name, date) in signatures.items():
        day = notes.day(date)
        if date.text and day is None:
            notes.add("AGREEMENT_DATE_BAD", date.where, date.text)
        found.append(Agreement(form=form, division=division, who=name.text, day=day))
    return tuple(found)
