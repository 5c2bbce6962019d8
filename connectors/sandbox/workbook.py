"""Reads the persons workbook an administrator uploads: sheet «Люди», one header row, one person per row."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import python_calamine

from connectors.sandbox.nouns import PARENT, PUPIL, STAFF
from connectors.sandbox.refusals import ApiRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

SHEET = "Люди"
COLUMNS = (
    *("GUID", "ID в дневнике", "Роль", "Фамилия", "Имя", "Отчество", "Пол", "Дата рождения", "СНИЛС", "Класс"),
    *("Степень родства", "GUID ученика", "Телефон", "E-mail"),
)
_ROLES = {"Ученик": PUPIL, "Сотрудник": STAFF, "Родитель": PARENT}
_SEXES = {"М": "Male", "Ж": "Female", "": ""}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row that reads well; `row` is its number in the sheet, the header being row 1."""

    row: int
    guid: str
    person_id: int | None
    role: str
    family: str
    given: str
    patronymic: str
    sex: str
    birthday: date | None
    snils: str
    kinship: str
    pupil_guid: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class RowRefusal:
    row: int
    why: str


class _BadRow(Exception):
    pass


def read_workbook(body: bytes) -> tuple[list[PersonRow], list[RowRefusal]]:
    """Rows that can be taken, and rows that cannot with the reason. Raises ApiRefusal when it is not that workbook."""
    rows = _sheet(body)
    if not rows or tuple(_text(cell) for cell in rows[0][: len(COLUMNS)]) != COLUMNS:
        raise ApiRefusal("parameterInvalid", f"Первая строка листа «{SHEET}» не совпадает с шаблоном")
    good: list[PersonRow] = []
    refused: list[RowRefusal] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(_text(cell) for cell in cells):
            continue
        try:
            good.append(_row(number, dict(zip(COLUMNS, cells, strict=False))))
        except _BadRow as refusal:
            refused.append(RowRefusal(number, str(refusal)))
    return good, refused


def _sheet(body: bytes) -> Sequence[Sequence[Any]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        return book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError) as error:
        raise ApiRefusal("parameterInvalid", f"Файл не читается как книга с листом «{SHEET}»") from error


def _row(number: int, cells: dict[str, Any]) -> PersonRow:
    plain = {name: _text(cell) for name, cell in cells.items()}
    role = _of(_ROLES, plain, "Роль")
    if not plain["Фамилия"] or not plain["Имя"]:
        raise _BadRow("нет фамилии или имени")
    if role == PARENT and not plain["GUID ученика"]:
        raise _BadRow("у родителя не указан GUID ученика")
    return PersonRow(
        row=number,
        guid=_guid(plain["GUID"], "GUID"),
        person_id=_id(plain["ID в дневнике"]),
        role=role,
        family=plain["Фамилия"],
        given=plain["Имя"],
        patronymic=plain["Отчество"],
        sex=_of(_SEXES, plain, "Пол"),
        birthday=_day(cells["Дата рождения"]),
        snils=plain["СНИЛС"],
        kinship=plain["Степень родства"],
        pupil_guid=_guid(plain["GUID ученика"], "GUID ученика") if plain["GUID ученика"] else "",
        phone=plain["Телефон"],
        email=plain["E-mail"],
    )


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _of(known: dict[str, str], plain: dict[str, str], column: str) -> str:
    if plain[column] not in known:
        raise _BadRow(f"«{column}»: неизвестное значение «{plain[column]}»")
    return known[plain[column]]


def _guid(text: str, column: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise _BadRow(f"«{column}»: не GUID") from None


def _id(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise _BadRow("«ID в дневнике»: не число")
    return int(text)


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not _text(cell):
        return None
    try:
        return datetime.strptime(_text(cell), "%d.%m.%Y").date()  # noqa: DTZ007 - a birthday has no zone
    except ValueError:
        raise _BadRow("«Дата рождения»: нужна дата вида дд.мм.гггг") from None
