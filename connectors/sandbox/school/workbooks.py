"""The school's own workbooks: one header row, first sheet, real dates with some typed as text, as people leave them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import xlsxwriter

from connectors.sandbox.school.consents import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from connectors.sandbox.school.values import (
        DemoConsent,
        DemoGuardian,
        DemoPupil,
        DemoStaff,
        DemoSubgroup,
        DemoSubstitution,
    )

Cell = str | int | date | None

PUPIL_HEADERS = (
    "Фамилия ученика",
    "Имя ученика",
    "Отчество ученика",
    "Пол ученика",
    "Дата рождения ученика",
    "Номер личного дела",
    "Дата приема в школу",
    "Класс",
    "Дата зачисления/перевода",
    "Номер приказа",
    "Дата приказа",
    "Фамилия Родителя 1",
    "Имя Родителя 1",
    "Отчество Родителя 1",
    "Пол Родителя 1",
    "Дата рождения Родителя 1",
    "Степень родства",
    "Телефон домашний",
    "Телефон мобильный",
    "E-mail Родителя 1",
    "Фамилия Родителя 2",
    "Имя Родителя 2",
    "Отчество Родителя 2",
    "Пол Родителя 2",
    "Дата рождения Родителя 2",
    "Степень родства Родителя 2",
    "Телефон домашний Родителя 2",
    "Телефон мобильный Родителя 2",
    "E-mail Родителя 2",
)
"""The flat import template (formats.md §4), in its order."""
STAFF_HEADERS = (
    "ФИО педагога",
    "Классный руководитель",
    "Предмет",
    "Класс",
    "Должность",
    "Дата рождения",
    "СНИЛС",
    "Пол",
    "E-mail",
)
SUBGROUP_HEADERS = ("Класс", "Фамилия", "Имя", "Отчество", "№ личного дела", "Деление", "Подгруппа")
CONSENT_HEADERS = (
    "Кто",
    "Фамилия",
    "Имя",
    "Отчество",
    "Дата рождения",
    "№ личного дела",
    "Вид согласия",
    "Дата согласия",
    "Дата отзыва",
    "Папка",
)
SUBSTITUTION_HEADERS = (
    "Дата",
    "№ урока",
    "Класс",
    "Подгруппа",
    "Предмет",
    "Отсутствует",
    "Замещает",
    "Причина",
)
_MADE = datetime(2026, 9, 1)  # noqa: DTZ001 - a constant in the document properties keeps equal schools byte-equal
_TYPED_AS_TEXT = 7
"""Every seventh birth date was typed as text."""
_GUARDIANS = 2


def write_pupils(path: Path, pupils: Sequence[DemoPupil]) -> None:
    """The contingent with up to two guardians a row."""
    _write(path, "Ученики", PUPIL_HEADERS, (_pupil_row(place, pupil) for place, pupil in enumerate(pupils, start=1)))


def write_staff(path: Path, staff: Sequence[DemoStaff]) -> None:
    """Everybody employed, with comma lists of subjects and forms."""
    _write(path, "Сотрудники", STAFF_HEADERS, map(_staff_row, staff))


def write_subgroups(path: Path, subgroups: Sequence[DemoSubgroup], pupils: Mapping[str, DemoPupil]) -> None:
    """One row per pupil and division."""
    rows = (
        (group.form, *_name(pupils[file]), file, group.division, group.name)
        for group in subgroups
        for file in group.pupils
    )
    _write(path, "Подгруппы", SUBGROUP_HEADERS, rows)


def write_consents(path: Path, consents: Sequence[DemoConsent]) -> None:
    """The register of consents."""
    _write(path, "Согласия", CONSENT_HEADERS, map(_consent_row, consents))


def write_substitutions(path: Path, substitutions: Sequence[DemoSubstitution], names: Mapping[int, str]) -> None:
    """The log of missed and substituted lessons; `names` holds the full names by personnel number."""
    rows = (
        (
            item.day,
            item.period,
            item.form,
            item.subgroup,
            item.subject,
            names[item.absent],
            names[item.substitute] if item.substitute is not None else "",
            item.reason,
        )
        for item in substitutions
    )
    _write(path, "Замены", SUBSTITUTION_HEADERS, rows)


def _pupil_row(place: int, pupil: DemoPupil) -> tuple[Cell, ...]:
    born: Cell = pupil.birth_date.strftime("%d.%m.%Y") if place % _TYPED_AS_TEXT == 0 else pupil.birth_date
    guardians = [cell for guardian in pupil.guardians[:_GUARDIANS] for cell in _guardian_cells(guardian)]
    return (
        *_name(pupil),
        pupil.sex,
        born,
        pupil.personal_file,
        pupil.admitted,
        pupil.form,
        pupil.moved,
        pupil.order_number,
        pupil.order_date,
        *guardians,
    )


def _guardian_cells(guardian: DemoGuardian) -> tuple[Cell, ...]:
    return (
        *_name(guardian),
        guardian.sex,
        guardian.birth_date,
        guardian.kinship,
        guardian.home_phone,
        guardian.mobile_phone,
        guardian.email,
    )


def _staff_row(person: DemoStaff) -> tuple[Cell, ...]:
    return (
        person.name.full,
        person.leads,
        ", ".join(person.subjects),
        ", ".join(person.forms),
        person.position,
        person.birth_date,
        person.snils,
        person.sex,
        person.email,
    )


def _consent_row(consent: DemoConsent) -> tuple[Cell, ...]:
    return (
        consent.who,
        *_name(consent),
        consent.birth_date,
        consent.personal_file,
        KIND,
        consent.given,
        consent.withdrawn,
        consent.folder,
    )


def _name(bearer: DemoPupil | DemoGuardian | DemoConsent) -> tuple[str, str, str]:
    return bearer.name.family, bearer.name.given, bearer.name.patronymic


def _write(path: Path, title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": _MADE})
    head = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 16)
    sheet.write_row(0, 0, headers, head)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(place, column, cell)
            elif cell:
                sheet.write_string(place, column, cell)
    book.close()
