"""The first visible sheet of a workbook as rows of clean cells, each with its place."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from lxml.etree import XMLSyntaxError
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from connectors.sources.container import is_zip, open_container
from connectors.sources.wire import Cell, Content, Flaw, Layout, Row, Table, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connectors.sources.container import Container

HEADER_ROWS = 20
"""A header further down belongs to no layout we know."""
_SPACES = re.compile(r"\s+")
_EARLIEST_SERIAL = 3654
"""1910 in the 1900 system: below it a number in a date column is a year or a mistake, not a date."""
_LATEST_SERIAL = 73_050


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A sheet, row by row from its first row; `rows[r][c]` is the cell of Excel's row r+1."""

    source: Content
    sheet: str
    sheets: tuple[str, ...]
    """Names of all sheets, hidden ones too."""
    rows: tuple[tuple[Cell, ...], ...]
    formulas: frozenset[tuple[int, int]]
    guessed: str = ""
    """The encoding of a CSV file that is not Unicode; blank otherwise."""


def read_grid(content: Content) -> Grid | None:
    """The first visible sheet; None when the file is no xlsx workbook. Raises UnreadableFile."""
    container = open_container(content) if is_zip(content.data) else None
    if container is None:
        return None
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        name = _first_visible(workbook)
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) if name else []
        formulas = container.formulas(name)
    except (CalamineError, PasswordError, XMLSyntaxError, ValueError) as error:
        raise UnreadableFile("книга Excel повреждена", content.name, code="ZIP_BROKEN") from error
    rows = tuple(
        tuple(
            Cell("", _where(content, name, row, column))
            if (row, column) in formulas
            else _cell(value, _where(content, name, row, column), container)
            for column, value in enumerate(line)
        )
        for row, line in enumerate(values)
    )
    return Grid(source=content, sheet=name, sheets=tuple(workbook.sheet_names), rows=rows, formulas=formulas)


def read_table(grid: Grid, layout: Layout, expected: Sequence[str] = ()) -> Table:
    """All rows under the layout's header. Blank rows are skipped; everything else is a row or a flaw."""
    place = find_header(grid, layout)
    if place is None:
        raise UnreadableFile("строка заголовков не найдена", f"{grid.source.name}!{grid.sheet}", code="HEADER_MISSING")
    columns, flaws = _columns(grid, place, layout)
    if grid.guessed:
        flaws.append(Flaw(code="ENCODING_GUESSED", where=grid.source.name, raw=grid.guessed))
    flaws += [
        Flaw(code="COLUMN_MISSING", where=_line(grid, place), raw=header)
        for header in expected
        if header not in columns.values()
    ]
    rows: list[Row] = []
    for index in range(place + 1, len(grid.rows)):
        where = _line(grid, index)
        cells = {header: grid.rows[index][column] for column, header in columns.items()}
        flaws += [
            Flaw(code="FORMULA", where=grid.rows[index][column].where)
            for column in columns
            if (index, column) in grid.formulas
        ]
        if _repeats_header(cells):
            flaws.append(Flaw(code="HEADER_REPEATED", where=where, blocks=False))
        elif any(cell.text for cell in cells.values()):
            rows.append(Row(where=where, cells=cells))
    return Table(source=grid.source, format=layout.format, rows=tuple(rows), flaws=tuple(flaws))


def find_header(grid: Grid, layout: Layout) -> int | None:
    """0-based number of the first row, among the first 20, that has every required header; None otherwise."""
    wanted = {header_key(header) for header in layout.required}
    for index, row in enumerate(grid.rows[:HEADER_ROWS]):
        if wanted <= {header_key(cell.text) for cell in row}:
            return index
    return None


def header_key(text: str) -> str:
    """Headers are compared without case, ё, line breaks and closing signs («Класс *», «Класс_»)."""
    return _SPACES.sub(" ", text).casefold().replace("ё", "е").strip(" _*:")


def _columns(grid: Grid, place: int, layout: Layout) -> tuple[dict[int, str], list[Flaw]]:
    known = {header_key(header): header for header in layout.headers}
    columns: dict[int, str] = {}
    flaws: list[Flaw] = []
    for index, cell in enumerate(grid.rows[place]):
        header = known.get(header_key(cell.text))
        if header is None and cell.text:
            flaws.append(Flaw(code="COLUMN_UNKNOWN", where=cell.where, raw=cell.text))
        elif header in columns.values():
            flaws.append(Flaw(code="COLUMN_REPEATED", where=cell.where, raw=cell.text))
        elif header:
            columns[index] = header
    return columns, flaws


def _repeats_header(cells: dict[str, Cell]) -> bool:
    return all(header_key(cell.text) == header_key(header) for header, cell in cells.items())


def _first_visible(workbook: CalamineWorkbook) -> str:
    for sheet in workbook.sheets_metadata:
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet:
            return sheet.name
    return ""


def _line(grid: Grid, row: int) -> str:
    """«file!sheet!7», or «file:7» of a CSV file."""
    name = grid.source.name
    return f"{name}!{grid.sheet}!{row + 1}" if grid.sheet else f"{name}:{row + 1}"


def _where(content: Content, sheet: str, row: int, column: int) -> str:
    return f"{content.name}!{sheet}!{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0-based column as Excel shows it: 0 → A, 26 → AA."""
    return "".join(_letter_parts(column))[::-1]


def _letter_parts(column: int) -> Iterator[str]:
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        yield chr(65 + rest)


def _cell(value: object, where: str, container: Container) -> Cell:
    if isinstance(value, (datetime, date)):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(f"{day:%d.%m.%Y}", where, day)
    if isinstance(value, bool):
        return Cell("ИСТИНА" if value else "ЛОЖЬ", where)
    if isinstance(value, (int, float)):
        return _number(float(value), where, container)
    if isinstance(value, time):
        return Cell(f"{value:%H:%M}", where)
    return Cell(plain_text(str(value)), where)


def plain_text(value: str) -> str:
    """The text as people read it: one kind of space, no edges, no closing «_» (formats.md §13.13)."""
    return _SPACES.sub(" ", value).strip().rstrip("_").rstrip()


def _number(value: float, where: str, container: Container) -> Cell:
    """24.0 reads «24»; 41883 may be a day, counted from the workbook's own epoch."""
    if not value.is_integer():
        return Cell(repr(value), where)
    serial = int(value)
    epoch = date(1904, 1, 1) if container.since_1904 else date(1899, 12, 30)
    day = epoch + timedelta(days=serial) if _EARLIEST_SERIAL <= serial <= _LATEST_SERIAL else None
    return Cell(str(serial), where, day)
