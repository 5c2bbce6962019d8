"""The staff sheet: one person a row, and which form each leads."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean, parse_name
from mappings.sources.notes import Notes
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, staff_id
from state.local import LocalPart, SourceKind
from state.records import Form, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sources.wire import Row, Table

NAME = "ФИО педагога"
_LIST = re.compile(r"\s*[,;\n]\s*")


@dataclass
class _Draft:
    staff: dict[SourcedId, Staff] = field(default_factory=dict)
    led: list[Form] = field(default_factory=list)


def staff_part(table: Table) -> LocalPart:
    """Every row an employee, or a problem. The birth date enters the id only where two rows share the full name.

    A second row of the same name and birth date continues the first (another subject); namesakes without birth dates
    cannot be told apart, so a row of theirs that lacks it is left out.
    """
    notes, draft = Notes(), _Draft()
    notes.take(table.flaws)
    rows = [row for row in table.rows if notes.present(row, NAME)]
    names = Counter(_key(row) for row in rows)
    for row in rows:
        _add(draft, row, notes, shared=names[_key(row)] > 1)
    return LocalPart(
        kind=SourceKind.STAFF,
        source=table.source.name,
        sha256=table.source.sha256,
        records={RecordType.STAFF: tuple(draft.staff.values()), RecordType.FORM: tuple(draft.led)},
        complete=frozenset({RecordType.STAFF}) if notes.whole else frozenset(),
        problems=tuple(notes.problems),
    )


def listed(text: str) -> Sequence[str]:
    """The items of a cell that holds a list."""
    return tuple(part for part in _LIST.split(text) if part)


def _key(row: Row) -> SourcedId:
    return staff_id(clean(row.text(NAME)))


def _add(draft: _Draft, row: Row, notes: Notes, *, shared: bool) -> None:
    born = notes.day(row.cell("Дата рождения"))
    if shared and born is None:
        notes.add("NAMESAKE_WITHOUT_BIRTH_DATE", row.cell(NAME).where, row.text(NAME), blocks=True)
        return
    full = clean(row.text(NAME))
    sourced_id = staff_id(full, born if shared else None)
    if sourced_id in draft.staff:
        notes.add("ROW_REPEATED", row.where, full)
    else:
        draft.staff[sourced_id] = Staff(
            sourced_id=sourced_id,
            name=parse_name(full),
            sex=notes.sex(row.cell("Пол")),
            birth_date=born,
            snils=notes.snils(row.cell("СНИЛС")),
            email=notes.email(row.cell("E-mail")),
            position=row.text("Должность"),
            order=notes.order(row),
        )
    _add_led(draft, row, sourced_id, notes)


def _add_led(draft: _Draft, row: Row, tutor: SourcedId, notes: Notes) -> None:
    cell = row.cell("Классный руководитель")
    for name in listed(cell.text):
        form = parse_form(name)
        if not form.grade:
            notes.add("FORM_NAME_BAD", cell.where, name)
            continue
        led = Form(sourced_id=undated_form(form.name), name=form.name, grade=form.grade, tutor=tutor)
        if led not in draft.led:
            draft.led.append(led)
