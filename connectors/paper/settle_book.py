"""The workbook of differences between two typists: a third person looks at the paper and fills in its last column.

It holds what the two typed and never a value of the diary. Rows may be sorted: each carries its entry and its number.

Codes: FORMULA, ERROR_CELL, NOT_TEXT, SETTLE_ROW_BAD.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.look import FINAL_FILL, FONT, HEAD_FILL, MUTED
from connectors.paper.xlsx import as_text, open_xlsx, shown
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from connectors.paper.xlsx import Sheet

SHEET = "Двойной ввод"
COLUMNS = ("Ввод", "№", "Страница", "Дата", "Урок", "Что", "Ученик", "Первый", "Второй", "На бумаге")
ANSWER = len(COLUMNS) - 1
_HEADING, _HINT, _HEAD, _FIRST = range(4)
_WIDTHS = (7, 5, 26, 11, 6, 18, 28, 24, 24, 24)
_LINE = 14
"""Points of a line of text."""
HINT = (
    "Посмотрите на бумагу и впишите в последний столбец, что там стоит; пустую клетку обозначьте «—». "
    "Есть ли столбец или ученик: «да» или «нет». Дата справа: «1» или «2», чья запись верна."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRow:
    """One difference; `paper` is what a third look has read already."""

    entry: int
    number: int
    page: str
    day: str
    lesson: str
    what: str
    pupil: str
    first: str
    second: str
    paper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A row of the workbook that somebody answered."""

    entry: int
    number: int
    text: str
    place: str


def write_settle_book(rows: Sequence[SettleRow], path: Path, *, moment: datetime) -> None:
    """`path` holds the differences, protected but for the last column; equal arguments give equal bytes."""
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": SHEET, "created": moment.replace(tzinfo=None)})
    base = {"font_name": FONT, "font_size": 10, "valign": "top"}
    cell = {**base, "border": 1, "border_color": "#808080", "text_wrap": True}
    sheet = book.add_worksheet(SHEET)
    sheet.write_string(
        _HEADING, 0, "Расхождения двойного ввода", book.add_format({**base, "bold": True, "font_size": 14})
    )
    sheet.write_string(_HINT, 0, HINT, book.add_format({**base, "font_color": MUTED}))
    head = book.add_format({**cell, "bold": True, "bg_color": HEAD_FILL})
    plain, answer = (
        book.add_format(cell),
        book.add_format({**cell, "num_format": "@", "locked": False, "bg_color": FINAL_FILL}),
    )
    for column, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(_HEAD, column, title, head)
    for line, row in enumerate(rows, _FIRST):
        sheet.write_number(line, 0, row.entry, plain)
        sheet.write_number(line, 1, row.number, plain)
        texts = (row.page, row.day, row.lesson, row.what, row.pupil, row.first, row.second)
        for column, text in enumerate(texts, 2):
            sheet.write_string(line, column, text, plain)
        # Office programs fit the height of wrapped rows only while they edit them, so it is estimated here.
        sheet.set_row(line, _LINE * max(map(_lines, (*texts, row.paper), _WIDTHS[2:])))
        sheet.write_string(line, ANSWER, row.paper, answer)
    sheet.freeze_panes(_FIRST, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})
    book.close()


def _lines(text: str, width: int) -> int:
    return max(1, len(textwrap.wrap(text, width)))


def read_settle_book(path: Path) -> tuple[tuple[Settlement, ...], tuple[Flaw, ...]]:
    """(the rows that somebody answered, what could not be read). Raises UnreadableFile for another workbook."""
    book = open_xlsx(path)
    sheet = book.sheets.get(SHEET)
    heads = [as_text(value) for value in sheet.rows[_HEAD]] if sheet and len(sheet.rows) > _HEAD else []
    if sheet is None or tuple(heads[: len(COLUMNS)]) != COLUMNS:
        raise UnreadableFile("это не книга расхождений", book.source, code="SETTLE_NOT_A_BOOK")
    place = f"{book.source}!{SHEET}"
    flaws = [
        Flaw(code=code, where=f"{place}!{xl_rowcol_to_cell(*spot)}", blocks=True)
        for spot, code in sorted(sheet.refused.items())
    ]
    found = [_row(sheet, line, place, flaws) for line in range(_FIRST, len(sheet.rows))]
    return tuple(one for one in found if one), tuple(flaws)


def _row(sheet: Sheet, line: int, place: str, flaws: list[Flaw]) -> Settlement | None:
    spot = line, ANSWER
    if spot not in sheet.filled or spot in sheet.refused:
        return None
    where, value = f"{place}!{xl_rowcol_to_cell(*spot)}", sheet.filled[spot]
    entry, number = (_whole_number(sheet, line, column) for column in (0, 1))
    text = as_text(value)
    if entry is None or number is None:
        flaws.append(Flaw(code="SETTLE_ROW_BAD", where=where, raw=shown(value), blocks=True))
    elif text is None:
        flaws.append(Flaw(code="NOT_TEXT", where=where, raw=shown(value), blocks=True))
    else:
        return Settlement(entry=entry, number=number, text=text, place=where)
    return None


def _whole_number(sheet: Sheet, line: int, column: int) -> int | None:
    text = as_text(sheet.filled.get((line, column), "")) or ""
    return int(text) if text.isdecimal() else None
