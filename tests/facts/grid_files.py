"""Made-up timetables as schools draw them in a spreadsheet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Rows = Sequence[Sequence[Any]]

FORMS: Rows = (
    ("МБОУ СОШ № 1", "", "", "", ""),
    ("Дни", "Уроки", "7а", "7б", "8в"),
    ("Понедельник", 1, "Алгебра (215)", "Английский язык (110,111)", "Труд (технология)"),
    ("", 2, "Физкультура (спорт.зал)", "Английский язык, Информатика (110,305)", "Физкультура (БАС)"),
    ("", 3, "Физика (215)\nХимия (216)", "Английский\nязык (110)", "-"),
    ("Вторник", 0, "Химия, Физика (216,215)", "Алгебра (215)", "Биология (Кванторий)"),
    ("", 1, "", "Информатика, Английский язык (305,110)", "Алгебра (215)"),
)
TEACHERS: Rows = (
    ("Дни", "Уроки", "7а", "7б", "8в"),
    ("Понедельник", 1, "Козлова О.Вл. (215)", "Ли Я.А., Козлова О.В. (110,111)", "Пак Е.С."),
    ("", 2, "Петров П.П. (спорт.зал)", "Ли Я.А., Сидоров И..И. (110,305)", "Петров П.П. (БАС)"),
    ("", 3, "Ом Г.А., Кюри М.П. (216,215)", "Ли Я.А. (110)", ""),
    ("Вторник", 0, "Ом Г.А.\nКюри М.П.", "Козлова О.В. (215)", "Дарвин Ч.Р. (Кванторий)"),
    ("", 1, "", "Сидоров И.И., Ли Я.А. (305,110)", "Алфёрова И.А. (215)"),
)
SCHOOL: Mapping[str, Rows] = {"Классы": FORMS, "По учителям": TEACHERS}


def whole_school(rows: Rows = ()) -> Rows:
    """A grid that has every grade from 1 to 9, one lesson each; `rows` come under it."""
    forms = [f"{grade}а" for grade in range(1, 10)]
    return (("Дни", "Уроки", *forms), ("Пн", 1, *["Чтение (12)"] * len(forms)), *rows)


def write_book(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> Path:
    """A workbook of these sheets; `merged` areas keep the value of their first cell. «!Имя» is a hidden sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2026, 9, 1)})  # noqa: DTZ001  # a workbook knows no time zone
        wrapped = book.add_format({"text_wrap": True})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.removeprefix("!"))
            if name.startswith("!"):
                sheet.hide()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value != "":
                        sheet.write(number, column, value, wrapped)
            for area in (merged or {}).get(name, ()):
                first = rows[int(area.split(":")[0][1:]) - 1][ord(area[0]) - ord("A")]
                sheet.merge_range(area, first, wrapped)
    return path
