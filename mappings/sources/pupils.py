"""The contingent with its 29 columns (formats.md §4): pupils, their guardians, forms and who is in them.

A row has room for two guardians; a further row of the same pupil, as in a report with one row per guardian, adds more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean, normalise_name
from mappings.sources.notes import Notes
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, guardian_id, membership_id, pupil_id
from state.local import LocalPart, SourceKind
from state.records import Form, Guardian, Membership, PersonName, Pupil, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sources.wire import Row, Table

_LEFT = "выбыл"
_TYPES = frozenset({RecordType.PUPIL, RecordType.GUARDIAN, RecordType.FORM, RecordType.MEMBERSHIP})
_OF_THE_PUPIL = (
    "Пол ученика",
    "СНИЛС ученика",
    "Дата приема в школу",
    "Дата зачисления/перевода",
    "Номер приказа",
    "Дата приказа",
    "Дата выбытия",
)
_REQUIRED = ("Фамилия ученика", "Имя ученика", "Номер личного дела")


@dataclass
class _Draft:
    pupils: dict[SourcedId, Pupil] = field(default_factory=dict)
    guardians: dict[SourcedId, Guardian] = field(default_factory=dict)
    forms: dict[SourcedId, Form] = field(default_factory=dict)
    memberships: list[Membership] = field(default_factory=list)


def pupils_part(table: Table) -> LocalPart:
    """Every row a pupil, or a problem. A pupil who left stays a pupil and is a member of nothing.

    Rows that share a personal file number and are not the same child are all left out: which of them owns the number
    is for a person to say.
    """
    notes, draft = Notes(), _Draft()
    notes.take(table.flaws)
    rows = [row for row in table.rows if notes.present(row, *_REQUIRED)]
    for first, *others in _unshared(rows, notes):
        pupil = _pupil(first, notes)
        draft.pupils[pupil.sourced_id] = pupil
        _add_guardians(draft, first, pupil, notes)
        _add_membership(draft, first, pupil, notes)
        for row in others:
            _compare(first, row, notes)
            _continue(draft, row, pupil, notes)
    return LocalPart(
        kind=SourceKind.PUPILS,
        source=table.source.name,
        sha256=table.source.sha256,
        records={
            RecordType.PUPIL: tuple(draft.pupils.values()),
            RecordType.GUARDIAN: tuple(draft.guardians.values()),
            RecordType.FORM: tuple(draft.forms.values()),
            RecordType.MEMBERSHIP: tuple(draft.memberships),
        },
        complete=_TYPES if notes.whole else frozenset(),
        problems=tuple(notes.problems),
    )


def is_departure(text: str) -> bool:
    """«выбыл», «Выбыла»: what stands in place of a form's name for who has left."""
    return text.casefold().startswith(_LEFT)


def _unshared(rows: Iterable[Row], notes: Notes) -> list[list[Row]]:
    """The rows of each pupil whose personal file number is theirs alone."""
    by_file: dict[SourcedId, list[Row]] = {}
    for row in rows:
        by_file.setdefault(pupil_id(row.text("Номер личного дела")), []).append(row)
    kept = []
    for same in by_file.values():
        if len({_identity(row) for row in same}) == 1:
            kept.append(same)
        else:
            for row in same:
                place = row.cell("Номер личного дела")
                notes.add("FILE_NUMBER_SHARED", place.where, place.text, blocks=True)
    return kept


def _identity(row: Row) -> tuple[str, ...]:
    name = " ".join(row.text(f"{part} ученика") for part in ("Фамилия", "Имя", "Отчество"))
    return normalise_name(name), row.text("Дата рождения ученика"), row.text("Класс")


def _pupil(row: Row, notes: Notes) -> Pupil:
    return Pupil(
        sourced_id=pupil_id(row.text("Номер личного дела")),
        name=_name(row, "ученика"),
        personal_file=row.text("Номер личного дела"),
        sex=notes.sex(row.cell("Пол ученика")),
        birth_date=notes.day(row.cell("Дата рождения ученика")),
        snils=notes.snils(row.cell("СНИЛС ученика")),
        order=notes.order(row),
    )


def _name(row: Row, whose: str) -> PersonName:
    family, given, patronymic = (clean(row.text(f"{part} {whose}")) for part in ("Фамилия", "Имя", "Отчество"))
    return PersonName(family=family, given=given, patronymic=patronymic)


def _add_guardians(draft: _Draft, row: Row, pupil: Pupil, notes: Notes) -> None:
    for number in (1, 2):
        _add_guardian(draft, row, pupil, number, notes)


def _compare(first: Row, row: Row, notes: Notes) -> None:
    """What a further row says of the pupil otherwise than the first is not taken, and named."""
    for header in _OF_THE_PUPIL:
        cell = row.cell(header)
        if cell.text and cell.text != first.text(header):
            notes.add("PUPIL_ROWS_DIFFER", cell.where, cell.text)


def _continue(draft: _Draft, row: Row, pupil: Pupil, notes: Notes) -> None:
    """A further row of a pupil brings guardians; one that brings none only repeats."""
    known = set(draft.guardians)
    names = [_name(row, f"Родителя {number}").full for number in (1, 2)]
    if all(not name or guardian_id(pupil.sourced_id, name) in known for name in names):
        notes.add("ROW_REPEATED", row.where, pupil.personal_file)
    else:
        _add_guardians(draft, row, pupil, notes)


def _add_guardian(draft: _Draft, row: Row, pupil: Pupil, number: int, notes: Notes) -> None:
    who = f"Родителя {number}"
    tail = "" if number == 1 else f" {who}"
    cells = [row.cell(f"{header}{tail}") for header in ("Телефон мобильный", "Телефон домашний")]
    name = _name(row, who)
    if not name.family or not name.given:
        if name.full or any(cell.text for cell in cells) or row.text(f"E-mail {who}"):
            place = row.cell(f"Фамилия {who}")
            notes.add("GUARDIAN_WITHOUT_NAME", place.where, name.full, blocks=True)
        return
    sourced_id = guardian_id(pupil.sourced_id, name.full)
    if sourced_id in draft.guardians:
        notes.add("GUARDIAN_REPEATED", row.cell(f"Фамилия {who}").where, name.full)
        return
    draft.guardians[sourced_id] = Guardian(
        sourced_id=sourced_id,
        pupil=pupil.sourced_id,
        name=name,
        kinship=row.text(f"Степень родства{tail}").casefold(),
        sex=notes.sex(row.cell(f"Пол {who}")),
        birth_date=notes.day(row.cell(f"Дата рождения {who}")),
        phone=notes.phone(*cells),
        email=notes.email(row.cell(f"E-mail {who}")),
    )


def _add_membership(draft: _Draft, row: Row, pupil: Pupil, notes: Notes) -> None:
    cell = row.cell("Класс")
    if is_departure(cell.text) or notes.day(row.cell("Дата выбытия")):
        return
    form = parse_form(cell.text)
    if not form.name:
        notes.add("FORM_NAME_BAD", cell.where, cell.text, blocks=True)
        return
    group = undated_form(form.name)
    if not form.grade and group not in draft.forms:
        notes.add("FORM_WITHOUT_GRADE", cell.where, cell.text)
    draft.forms.setdefault(group, Form(sourced_id=group, name=form.name, grade=form.grade))
    enrolled = notes.day(row.cell("Дата зачисления/перевода")) or notes.day(row.cell("Дата приема в школу"))
    draft.memberships.append(
        Membership(
            sourced_id=membership_id(pupil.sourced_id, group),
            person=pupil.sourced_id,
            group=group,
            starts=enrolled,
            order=pupil.order,
        )
    )
