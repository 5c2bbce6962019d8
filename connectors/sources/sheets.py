"""The sheets of a workbook as grids, and the table that stands under a header."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lxml.etree import XMLSyntaxError
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from connectors.sources.columns import Columns, place_columns
from connectors.sources.container import is_zip, open_container
from connectors.sources.extent import MAX_CELLS
from connectors.sources.grid import HEADER_ROWS, Grid, header_key
from connectors.sources.wire import Cell, Content, Flaw, Layout, Row, Table, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.sources.container import Container

_OURS = "_sverka"
"""Sheets whose names begin so are helpers of the workbooks we print ourselves."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook that passed every check; its sheets are read when asked for."""

    content: Content
    container: Container
    workbook: CalamineWorkbook
    visible: tuple[str, ...]
    """Sheets a person sees, in their order."""
    _read: dict[str, Grid] = field(default_factory=dict)

    @property
    def first(self) -> Grid:
        """The first visible sheet; of a workbook without one, nothing."""
        if self.visible:
            return self.grid(self.visible[0])
        return Grid(source=self.content, sheet="", sheets=tuple(self.workbook.sheet_names), values=[])

    def grid(self, name: str) -> Grid:
        """One sheet by its name, read once. Raises UnreadableFile (ZIP_BROKEN)."""
        if name not in self._read:
            self._read[name] = self._grid(name)
        return self._read[name]

    def _grid(self, name: str) -> Grid:
        try:
            sheet = self.workbook.get_sheet_by_name(name)
            values = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
            merged = sheet.merged_cell_ranges or []
            formulas = self.container.formulas(name)
            filled = _fill_merged(values, merged)
        except (CalamineError, PasswordError, XMLSyntaxError, ValueError) as error:
            raise _damaged(self.content) from error
        place = f"{self.content.name}!{name}"
        flaws = [Flaw(code="MERGED_FILLED", where=place, raw=one) for one in filled[:1]]
        if self.container.hides(name):
            flaws.append(Flaw(code="HIDDEN_READ", where=place))
        return Grid(
            source=self.content,
            sheet=name,
            sheets=tuple(self.workbook.sheet_names),
            values=values,
            formulas=formulas,
            since_1904=self.container.since_1904,
            merged=tuple(merged),
            flaws=tuple(flaws),
        )

    def aside(self, *taken: str) -> tuple[Flaw, ...]:
        """A flaw for every other sheet that holds something."""
        return tuple(
            Flaw(code="SHEET_IGNORED", where=f"{self.content.name}!{name}", raw=name)
            for name in self.workbook.sheet_names
            if name not in taken and not name.startswith(_OURS) and self.container.holds_data(name)
        )


def open_book(content: Content) -> Book | None:
    """The workbook; None when the file is no xlsx. Raises UnreadableFile."""
    container = open_container(content) if is_zip(content.data) else None
    if container is None:
        return None
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
    except (CalamineError, PasswordError, ValueError) as error:
        raise _damaged(content) from error
    visible = tuple(
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    )
    return Book(content=content, container=container, workbook=workbook, visible=visible)


def read_grid(content: Content) -> Grid | None:
    """The first visible sheet; None when the file is no xlsx workbook. Raises UnreadableFile."""
    book = open_book(content)
    return book.first if book else None


def read_table(grid: Grid, layout: Layout, expected: Sequence[str] = ()) -> Table:
    """All rows under the layout's header. Blank rows are skipped; everything else is a row or a flaw."""
    place = find_header(grid, layout)
    if place is None:
        raise UnreadableFile("строка заголовков не найдена", f"{grid.source.name}!{grid.sheet}", code="HEADER_MISSING")
    columns = place_columns(grid, place, layout)
    flaws = [*grid.flaws, *_above(grid, place), *columns.flaws]
    if grid.guessed:
        flaws.append(Flaw(code="ENCODING_GUESSED", where=grid.source.name, raw=grid.guessed))
    flaws += [
        Flaw(code="COLUMN_MISSING", where=grid.line(place), raw=header)
        for header in expected
        if header not in columns.by_header
    ]
    flaws += [
        Flaw(code="FORMULA", where=grid.cell(row, column).where)
        for row, column in sorted(grid.formulas)
        if row > place and column in columns.taken
    ]
    repeated = _header_again(grid, columns, layout)
    rows: list[Row] = []
    for index in range(place + 1, len(grid.values)):
        if not grid.filled(index, columns.taken[0]) and not any(grid.filled(index, one) for one in columns.taken[1:]):
            continue
        row = Row(where=grid.line(index), cells=_Cells(grid, index, columns.by_header))
        if repeated(index):
            flaws.append(Flaw(code="HEADER_REPEATED", where=row.where, blocks=False))
        else:
            rows.append(row)
    return Table(source=grid.source, format=layout.format, rows=tuple(rows), flaws=tuple(flaws), heads=columns.heads)


def find_header(grid: Grid, layout: Layout) -> int | None:
    """0-based number of the first row, among the first 20, that has every required header; None otherwise."""
    wanted = {header_key(header) for header in layout.required}
    one_of = [{header_key(header) for header in headers} for headers in layout.one_of]
    for index in range(min(HEADER_ROWS, len(grid.values))):
        row = grid.head(index)
        if wanted.issubset(row) and all(not headers.isdisjoint(row) for headers in one_of):
            return index
    return None


def fit(grid: Grid, layout: Layout) -> int:
    """How many columns of the sheet the layout knows; 0 where the sheet is not this table."""
    place = find_header(grid, layout)
    known = len(place_columns(grid, place, layout).taken) if place is not None else 0
    return known if known >= layout.least else 0


class _Cells(Mapping[str, Cell]):
    """The cells of one row under their headers, each made when it is looked at."""

    __slots__ = ("_columns", "_grid", "_row")

    def __init__(self, grid: Grid, row: int, columns: Mapping[str, int]) -> None:
        self._grid, self._row, self._columns = grid, row, columns

    def __getitem__(self, header: str) -> Cell:
        return self._grid.cell(self._row, self._columns[header])

    def get(self, header: str, default: Any = None) -> Any:
        column = self._columns.get(header)
        return default if column is None else self._grid.cell(self._row, column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def _header_again(grid: Grid, columns: Columns, layout: Layout) -> Callable[[int], bool]:
    """Tells of a row whether the columns the table is known by say their own names again in it."""
    known_by = frozenset(layout.required).union(*layout.one_of)
    heads = [
        (column, header_key(columns.heads[header].text))
        for header, column in columns.by_header.items()
        if header in known_by
    ]
    first, initial = heads[0][0], heads[0][1][:1]
    initials = {initial, initial.upper(), *("ёЁ" if initial == "е" else "")}

    def again(row: int) -> bool:
        value = grid.values[row][first]
        if type(value) is str and value[:1].isalnum() and value[0] not in initials:
            return False  # almost every row, told without a look at its cells
        return all(header_key(grid.cell(row, column).text) == key for column, key in heads)

    return again


def _above(grid: Grid, place: int) -> list[Flaw]:
    """A flaw for every row above the header that says something: titles, as a rule."""
    texts = [" ".join(cell.text for cell in row if cell.text) for row in grid.top(place)]
    return [Flaw(code="TITLE_SKIPPED", where=grid.line(row), raw=text[:200]) for row, text in enumerate(texts) if text]


def _fill_merged(values: list[list[object]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[str]:
    """A cell merged over rows stands in each of them, as a person reads it; the filled ranges' first cells."""
    filled: list[str] = []
    left_over = MAX_CELLS
    for (top, left), (bottom, _right) in merged:
        below = range(top + 1, min(bottom, len(values) - 1) + 1)
        if not below or left >= len(values[top]) or values[top][left] == "":
            continue
        left_over -= len(below)
        if left_over < 0:
            raise ValueError("merged cells lie over one another")
        for row in below:
            values[row][left] = values[top][left]
        filled.append(str(top + 1))
    return filled


def _damaged(content: Content) -> UnreadableFile:
    return UnreadableFile("книга Excel повреждена", content.name, code="ZIP_BROKEN")
