"""The log of missed and substituted lessons (R025): a blank «Замещает» means the lesson did not take place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean, parse_name
from mappings.sources.notes import Notes
from mappings.sources.provisional import ANY_DIVISION, undated_form, undated_subgroup
from state.identity import SourcedId, staff_id, subject_id
from state.local import LocalPart, SourceKind
from state.records import RecordType, Staff, Substitution

if TYPE_CHECKING:
    from connectors.sources.wire import Row, Table

NOBODY = SourcedId("")
NO_SUBJECT = SourcedId("")
"""The row does not tell: any subject, or any teacher, of that lesson."""


def substitutions_part(table: Table) -> LocalPart:
    """Every row a substitution, or a problem; the people it names come along as they are written."""
    notes = Notes()
    notes.take(table.flaws)
    found: dict[Substitution, None] = {}
    staff: dict[SourcedId, Staff] = {}
    for row in table.rows:
        item = _substitution(row, notes)
        if item is None:
            continue
        if item in found:
            notes.add("ROW_REPEATED", row.where)
        found[item] = None
        for header in ("Отсутствует", "Замещает"):
            if row.text(header):
                person = _person(row.text(header))
                staff[person.sourced_id] = person
    return LocalPart(
        kind=SourceKind.SUBSTITUTIONS,
        source=table.source.name,
        sha256=table.source.sha256,
        records={RecordType.STAFF: tuple(staff.values())},
        substitutions=tuple(found),
        problems=tuple(notes.problems),
    )


def _substitution(row: Row, notes: Notes) -> Substitution | None:
    if not notes.present(row, "Дата", "№ урока", "Класс"):
        return None
    day, number = notes.day(row.cell("Дата")), row.text("№ урока")
    if not (number.isascii() and number.isdigit()):
        notes.add("NUMBER_BAD", row.cell("№ урока").where, number, blocks=True)
        return None
    if day is None:
        notes.add("SUBSTITUTION_DATE_UNREAD", row.cell("Дата").where, row.text("Дата"), blocks=True)
        return None
    subject, absent, substitute = (row.text(header) for header in ("Предмет", "Отсутствует", "Замещает"))
    return Substitution(
        day=day,
        number=int(number),
        group=_group(row),
        subject=subject_id(subject) if subject else NO_SUBJECT,
        absent=_person(absent).sourced_id if absent else NOBODY,
        substitute=_person(substitute).sourced_id if substitute else None,
        reason=row.text("Причина"),
    )


def _group(row: Row) -> SourcedId:
    form, subgroup = parse_form(row.text("Класс")).name, row.text("Подгруппа")
    return undated_subgroup(form, ANY_DIVISION, subgroup) if subgroup else undated_form(form)


def _person(text: str) -> Staff:
    full = clean(text)
    return Staff(sourced_id=staff_id(full), name=parse_name(full))
