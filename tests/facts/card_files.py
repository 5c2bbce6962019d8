"""A made-up «Табель успеваемости учащегося (весь класс)»."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Rows = list[list[Any]]

_FIGURES = ("Средний балл", "Ср. взв. балл", "Итог")
_YEAR = ("Год.", "Экз.", "Гос. экз.", "Итог. оценка")


def heads(pupil: str, form: str = "8Ж", year: str = "2024/2025") -> Rows:
    """Four lines about whom and when, and three rows of headings."""
    quarters = [cell for number in range(1, 5) for cell in (f"{number} Четверть", "", "")]
    return [
        [f"Учебный год: {year}"],
        [f"Класс: {form}"],
        [f"Ученик: {pupil}"],
        [],
        ["№ п/п", "Предмет", "Четверть", *[""] * 11, *_YEAR],
        ["", "", *quarters],
        ["", "", *_FIGURES * 4],
    ]


def subject(number: int, name: str, quarters: Sequence[tuple[Any, Any, Any]], *year: Any) -> list[Any]:
    cells = [cell for one in quarters for cell in one]
    return [float(number), name, *cells, *[0.0] * (12 - len(cells)), *year, *[0.0] * (4 - len(year))]


ALGEBRA = subject(
    1, "Алгебра", [(4.25, 4.31, "4"), (3.5, 0.0, "4"), (4.0, 0.0, 4.0), (4.67, 0.0, "5")], "4", "5", 0.0, "4"
)
MUSIC = subject(2, "Музыка", [("0.0", 0.0, "осв"), (0.0, 0.0, "н/а")])
LABOUR = subject(3, "Труд (Технология девочки)", [])
CARDS: Rows = [
    ["Табель успеваемости учащегося (весь класс)"],
    *heads("Азарова Анна"),
    ALGEBRA,
    MUSIC,
    [],
    *heads("Белов Борис Ильич"),
    ALGEBRA,
    LABOUR,
]


def write_cards(path: Path, rows: Rows, *, merged: bool = True) -> Path:
    """The report as a workbook; its headings merged as the register merges them."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2026, 9, 1)})  # noqa: DTZ001  # a workbook knows no time zone
        sheet = book.add_worksheet("Лист1")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
            if merged and len(row) == 18 and row[0] == "№ п/п":
                for column in (0, 1, 14, 15, 16, 17):
                    sheet.merge_range(number, column, number + 2, column, row[column])
                sheet.merge_range(number, 2, number, 13, row[2])
                for quarter in range(4):
                    first = 2 + 3 * quarter
                    sheet.merge_range(number + 1, first, number + 1, first + 2, rows[number + 1][first])
    return path
