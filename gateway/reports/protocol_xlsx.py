"""The protocol as a workbook: discrepancies and compared pages, ready to print on A4 landscape."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import xlsxwriter

from gateway.reports.figures import COLUMNS
from gateway.reports.words import Words, words

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures, Row, Section

_WIDTHS = {
    "group": 8, "subject": 15, "teacher": 17, "number": 4, "day": 10, "lesson": 6, "pupil": 17, "paper": 18,
    "diary": 18, "kind": 23, "entered": 16, "decision": 11, "slip": 8, "due": 9, "severity": 12, "period": 14,
    "compared": 10, "equal": 10, "percent": 12, "result": 28,
}  # fmt: skip
"""Column widths in characters."""
_CENTRED = frozenset({"number", "day", "lesson", "slip", "due", "percent"})
_LINE_HEIGHT = 13.5
_ROW_COLUMNS = ("group", "subject", "teacher", *COLUMNS, "severity")
_PAGE_COLUMNS = ("group", "subject", "teacher", "period", "compared", "equal", "percent", "result")
_A4 = 9


def write_protocol_xlsx(figures: ProtocolFigures, path: Path) -> None:
    """`path` holds two sheets: the discrepancies with the head of the protocol, and every page compared."""
    book = xlsxwriter.Workbook(str(path))
    said = words(figures.lang)
    # The moment of the check, not of the writing: the same check gives the same file.
    book.set_properties({"title": said.title("title"), "created": figures.moment.replace(tzinfo=None)})
    looks = _looks(book)
    lines = [_row_line(section, row, said) for section in figures.sections for row in section.rows]
    _sheet(book, said.title("details"), _ROW_COLUMNS, lines, figures, said, looks)
    pages = [_page_line(page) for page in figures.pages]
    _sheet(book, said.title("summary"), _PAGE_COLUMNS, pages, figures, said, looks)
    book.close()


def head_lines(figures: ProtocolFigures) -> list[tuple[str, str]]:
    """The head of the protocol as (title, text), what does not apply left away."""
    said = words(figures.lang)
    pages = said.count(len(figures.pages))
    lines = [
        ("school", figures.school),
        ("moment", said.moment(figures.moment)),
        ("pages", pages),
        ("compared", said.count(figures.compared)),
        ("equal", said.count(figures.equal)),
        ("percent", figures.percent),
        ("left_out", said.count(figures.left_out) if figures.left_out else ""),
        ("skipped", said.count(figures.skipped) if figures.skipped else ""),
        ("result", figures.result),
        ("anchor", said.title("anchor_text").format(size=said.count(figures.log_size), root=figures.log_root)),
    ]
    return [(said.title(name), text) for name, text in lines if text]


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


def _sheet(
    book: Any,
    title: str,
    columns: tuple[str, ...],
    lines: list[list[Any]],
    figures: ProtocolFigures,
    said: Words,
    looks: dict[str, Any],
) -> None:
    """One table under the head of the protocol; the table's own head stays in sight and on every printed page."""
    sheet = book.add_worksheet(title[:31])
    sheet.write_string(0, 0, f"{said.title('title')} {said.title('subtitle')}", looks["title"])
    sheet.set_row(0, 2 * _LINE_HEIGHT)
    head = head_lines(figures)
    for number, (name, text) in enumerate(head, start=1):
        sheet.write_string(number, 0, name, looks["name"])
        sheet.write_string(number, 4, text, looks["text"])
    top = len(head) + 2
    sheet.set_row(top, 2 * _LINE_HEIGHT)
    for place, name in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS[name])
        sheet.write_string(top, place, _heading(said, name), looks["head"])
    for number, line in enumerate(lines, start=top + 1):
        # Office programs fit the height of wrapped rows only while they edit them, so it is estimated here.
        sheet.set_row(number, _LINE_HEIGHT * max(map(_lines, line, columns)))
        for place, (value, name) in enumerate(zip(line, columns, strict=True)):
            _write(sheet, number, place, value, looks["middle" if name in _CENTRED else "cell"], looks["number"])
    if not lines:
        sheet.write_string(top + 1, 0, figures.result, looks["text"])
    sheet.autofilter(top, 0, top + max(len(lines), 1), len(columns) - 1)
    sheet.freeze_panes(top + 1, 0)
    _print_setup(sheet, top, said)


def _write(sheet: Any, number: int, place: int, value: Any, look: Any, figure: Any) -> None:
    """A text is written as a text: `write` would make a formula of «=1+1» and a link of an address."""
    if isinstance(value, int):
        sheet.write_number(number, place, value, figure)
    else:
        sheet.write_string(number, place, value, look)


def _lines(value: Any, name: str) -> int:
    """How many lines the text takes in its column, words kept whole where they fit."""
    return max(1, len(textwrap.wrap(str(value), _WIDTHS[name])))


def _print_setup(sheet: Any, top: int, said: Words) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer(f"&L&A&R{said.title('page_of').format(page='&P', pages='&N')}")


def _heading(said: Words, name: str) -> str:
    return said.of("columns", name) if name in COLUMNS else said.title(name)


def _row_line(section: Section, row: Row, said: Words) -> list[Any]:
    kind = f"{row.kind} ({row.note})" if row.note else row.kind
    cells = [kind if name == "kind" else getattr(row, name) for name in COLUMNS]
    return [section.group, section.subject, section.teachers, *cells, said.of("severities", row.severity)]


def _page_line(page: Section) -> list[Any]:
    return [page.group, page.subject, page.teachers, page.period, page.compared, page.equal, page.percent, page.result]
