"""Tables as a workbook to read, filter and print on A4 landscape: the one look all our workbooks share."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

_LINE_HEIGHT = 13.5
_A4 = 9
_HEAD_NAMES = 36
"""Characters the names of the head take; its texts begin in the first column after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    width: int
    """In characters."""
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table under a heading; whole numbers are written as numbers, everything else as text."""

    name: str
    heading: str
    head: Sequence[tuple[str, str]]
    """Lines between heading and table: (name, text)."""
    columns: Sequence[Column]
    lines: Sequence[Sequence[Any]]
    empty: str
    """What stands in place of a table without lines."""


def write_workbook(sheets: Sequence[Sheet], path: Path, *, title: str, moment: datetime, page_of: str) -> None:
    """`path` holds the sheets; equal figures give equal files. `page_of` names {page} of {pages} in the footer.

    `moment` is when the figures were true, not when they were written.
    """
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": title, "created": moment.replace(tzinfo=None)})
    looks = _looks(book)
    for sheet in sheets:
        _write_sheet(book, sheet, looks, page_of)
    book.close()


def _looks(book: Any) -> dict[str, Any]:
    base = {"font_name": "PT Sans", "font_size": 10, "valign": "top"}
    cell = {**base, "border": 1, "border_color": "#808080", "text_wrap": True}
    return {
        "title": book.add_format({**base, "bold": True, "font_size": 14}),
        "name": book.add_format({**base, "font_color": "#404040"}),
        "text": book.add_format({**base, "bold": True}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#E7EBEF", "align": "center", "valign": "vcenter"}),
        "cell": book.add_format(cell),
        "middle": book.add_format({**cell, "align": "center"}),
        "number": book.add_format({**cell, "num_format": "#,##0"}),
    }


def _write_sheet(book: Any, figures: Sheet, looks: dict[str, Any], page_of: str) -> None:
    """The table's head stays in sight and on every printed page."""
    sheet = book.add_worksheet(figures.name[:31])
    sheet.write_string(0, 0, figures.heading, looks["title"])
    sheet.set_row(0, 2 * _LINE_HEIGHT)
    texts = _column_after(_HEAD_NAMES, figures.columns)
    for number, (name, text) in enumerate(figures.head, start=1):
        sheet.write_string(number, 0, name, looks["name"])
        sheet.write_string(number, texts, text, looks["text"])
    top = len(figures.head) + 2
    sheet.set_row(top, 2 * _LINE_HEIGHT)
    for place, column in enumerate(figures.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, column.title, looks["head"])
    for number, line in enumerate(figures.lines, start=top + 1):
        # Office programs fit the height of wrapped rows only while they edit them, so it is estimated here.
        sheet.set_row(number, _LINE_HEIGHT * max(map(_wrapped, line, figures.columns)))
        for place, (value, column) in enumerate(zip(line, figures.columns, strict=True)):
            _write(sheet, number, place, value, looks["middle" if column.centred else "cell"], looks["number"])
    if not figures.lines:
        sheet.write_string(top + 1, 0, figures.empty, looks["text"])
    sheet.autofilter(top, 0, top + max(len(figures.lines), 1), len(figures.columns) - 1)
    sheet.freeze_panes(top + 1, 0)
    _print_setup(sheet, top, page_of)


def _column_after(characters: int, columns: Sequence[Column]) -> int:
    ends = accumulate(column.width for column in columns)
    return next((place for place, end in enumerate(ends, start=1) if end >= characters), len(columns))


def _write(sheet: Any, number: int, place: int, value: Any, look: Any, figure: Any) -> None:
    """A text is written as a text: `write` would make a formula of «=1+1» and a link of an address."""
    if isinstance(value, int):
        sheet.write_number(number, place, value, figure)
    else:
        sheet.write_string(number, place, value, look)


def _wrapped(value: Any, column: Column) -> int:
    """How many lines the text takes in its column, words kept whole where they fit."""
    return max(1, len(textwrap.wrap(str(value), column.width)))


def _print_setup(sheet: Any, top: int, page_of: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer(f"&L&A&R{page_of.format(page='&P', pages='&N')}")
