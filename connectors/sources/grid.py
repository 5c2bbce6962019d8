"""A sheet as rows of clean cells, each with its place; a cell is made when somebody looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from connectors.sources.wire import Cell, Content, Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
"""Signs nobody sees and no database keeps: NUL, marks of byte order and of writing direction, soft hyphens."""
HEADER_ROWS = 20
"""A header further down belongs to no layout we know."""
_EARLIEST_SERIAL = 3654
"""1910 in the 1900 system: below it a number in a date column is a year or a mistake, not a date."""
_LATEST_SERIAL = 73_050
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A sheet, row by row from its first row; `rows[r][c]` is the cell of Excel's row r+1. Every row is as wide."""

    source: Content
    sheet: str
    sheets: tuple[str, ...]
    """Names of all sheets, hidden ones too."""
    values: Sequence[Sequence[object]]
    """As the library gives them; formulas still hold what they claim."""
    formulas: frozenset[tuple[int, int]] = frozenset()
    since_1904: bool = False
    guessed: str = ""
    """The encoding of a CSV file that is not Unicode; blank otherwise."""
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    """First and last (row, column) of each merged area."""
    flaws: tuple[Flaw, ...] = ()
    """What is to be said about the sheet, and about the sheets beside it."""
    _heads: dict[int, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        return self.top(len(self.values))

    def top(self, count: int) -> tuple[tuple[Cell, ...], ...]:
        """The first rows."""
        return tuple(
            tuple(self.cell(row, column) for column in range(len(line))) for row, line in enumerate(self.values[:count])
        )

    def cell(self, row: int, column: int) -> Cell:
        """A formula is blank: what it claims to be is not the school's word."""
        where = f"{self._prefixes[column]}{row + 1}"
        if (row, column) in self.formulas:
            return Cell("", where)
        value = self.values[row][column]
        if type(value) is str:
            return Cell(plain_text(value), where)
        return _cell(value, where, since_1904=self.since_1904)

    @cached_property
    def heads(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, each cell as a header is compared."""
        return tuple(map(self.head, range(min(HEADER_ROWS, len(self.values)))))

    def head(self, row: int) -> tuple[str, ...]:
        """One row, each cell as a header is compared; looked at once."""
        if row not in self._heads:
            self._heads[row] = tuple(header_key(self.cell(row, column).text) for column in range(len(self.values[row])))
        return self._heads[row]

    def filled(self, row: int, column: int) -> bool:
        """Cheaper than to look at the cell."""
        value = self.values[row][column]
        if self.formulas and (row, column) in self.formulas:
            return False
        return bool(value and (value[0].isalnum() or plain_text(value))) if type(value) is str else True

    def line(self, row: int) -> str:
        """«file!sheet!7», or «file:7» of a CSV file."""
        return f"{self.source.name}!{self.sheet}!{row + 1}" if self.sheet else f"{self.source.name}:{row + 1}"

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        """«file!sheet!B», or «file!B», of every column."""
        start = f"{self.source.name}!{self.sheet}!" if self.sheet else f"{self.source.name}!"
        return tuple(start + column_letters(column) for column in range(max(map(len, self.values), default=0)))


def plain_text(value: str) -> str:
    """The text as people read it: one kind of space, no edges, no closing «_», nothing unseen (formats.md §13.13)."""
    if not value.isprintable():
        value = _UNSEEN.sub("", value)
    text = " ".join(value.split())
    return text.rstrip("_ ") if text.endswith("_") else text


def header_key(text: str) -> str:
    """Headers are compared without case, ё, line breaks and closing signs («Класс *», «Класс_»)."""
    return " ".join(text.split()).casefold().replace("ё", "е").strip(" _*:") if text else ""


def column_letters(column: int) -> str:
    """0-based column as Excel shows it: 0 → A, 26 → AA."""
    return "".join(_letter_parts(column))[::-1]


def _letter_parts(column: int) -> Iterator[str]:
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        yield chr(65 + rest)


def _cell(value: object, where: str, *, since_1904: bool) -> Cell:
    if isinstance(value, (datetime, date)):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(f"{day.day:02}.{day.month:02}.{day.year:04}", where, day)
    if isinstance(value, bool):
        return Cell("ИСТИНА" if value else "ЛОЖЬ", where)
    if isinstance(value, (int, float)):
        return _number(float(value), where, since_1904=since_1904)
    if isinstance(value, time):
        return Cell(f"{value:%H:%M}", where)
    return Cell(plain_text(str(value)), where)


def _number(value: float, where: str, *, since_1904: bool) -> Cell:
    """24.0 reads «24»; 41883 may be a day, counted from the workbook's own epoch."""
    if not value.is_integer():
        return Cell(repr(value), where)
    serial = int(value)
    epoch = _EPOCH_1904 if since_1904 else _EPOCH
    day = epoch + timedelta(days=serial) if _EARLIEST_SERIAL <= serial <= _LATEST_SERIAL else None
    return Cell(str(serial), where, day)
