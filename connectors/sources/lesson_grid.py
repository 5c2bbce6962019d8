"""A school's own timetable in a spreadsheet: «Дни | Уроки | 1а | 1б | …», block under block and sheet by sheet.

A block begins where a cell for the days stands beside one for the lesson's number, and ends where the next begins. The
day is written in its first row only, or merged; a lesson merged over several forms belongs to each of them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from connectors.sources.formats import LESSON_GRID, Detected
from connectors.sources.grid import header_key, plain_text
from connectors.sources.lesson_grid_wire import GridFile, GridLabel, GridLesson, GridSheet
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connectors.sources.grid import Grid
    from connectors.sources.material import Material
    from connectors.sources.sheets import Book

    Spot = tuple[int, int]

_DAYS = frozenset({"дни", "день", "день недели", "дни недели"})
_NUMBERS = frozenset({"уроки", "урок", "№ урока", "номер урока", "№", "n", "№ п/п", "№ ур.", "№ ур"})
_FORM = re.compile(r"""0?(?:1[01]|[1-9])\s*[-–]?\s*["«“„]?\s*[^\W\d_]""")
_ONLY_FORM = re.compile(rf"""{_FORM.pattern}\s*["»”]?\s*(?:\(.*\))?""")
_BREAK = re.compile(r"\r\n|_x000[Dd]_\n?|[\r\n\v]")
MAX_GRID = 100_000
"""Cells of all sheets: subjects and teachers of 100 forms for two weeks have 20 000."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Columns of one block: days, numbers, and headings by their column."""

    left: int
    right: int
    headings: dict[int, str]


def recognise(material: Material) -> Detected | None:
    """By the first visible sheet: a table whose headings are days, lesson numbers, and forms."""
    return Detected(LESSON_GRID) if material.table and _is_grid(material.table) else None


def recognise_further(material: Material) -> Detected | None:
    """By any visible sheet: a timetable behind a title page."""
    return Detected(LESSON_GRID) if any(map(_is_grid, material.tables())) else None


def _is_grid(grid: Grid) -> bool:
    for row, below in zip(grid.heads, (*grid.heads[1:], ()), strict=False):  # an empty sheet has no row
        for left in _openings(row):
            if any(map(_ONLY_FORM.match, row[left + 2 :])) or any(map(_ONLY_FORM.fullmatch, below[left + 2 :])):
                return True
    return False


def _openings(keys: Sequence[str]) -> Iterator[int]:
    """Columns in which a block begins."""
    for column, (day, number) in enumerate(pairwise(keys)):
        if day in _DAYS and number in _NUMBERS:
            yield column


def read_grid_file(material: Material) -> GridFile:
    """Every visible sheet that is a grid; every cell of it is a lesson, a label, or a flaw. Raises UnreadableFile."""
    readers = [_Sheet(grid) for grid in material.tables() if _is_grid(grid)]
    if sum(reader.size for reader in readers) > MAX_GRID:
        raise UnreadableFile("расписание неправдоподобно велико", material.name, code="TOO_LARGE")
    sheets = tuple(reader.read() for reader in readers)
    names = [sheet.name for sheet in sheets]
    aside = (*material.book.aside(*names), *_hidden(material.book)) if material.book else ()
    accounting: Counter[str] = Counter()
    for reader in readers:
        accounting.update(reader.accounting())
    return GridFile(
        source=material.source,
        sheets=sheets,
        accounting=dict(accounting),
        flaws=(*(flaw for reader in readers for flaw in reader.flaws), *aside),
    )


def _hidden(book: Book) -> Iterator[Flaw]:
    """Sheets that are such a grid too, and that nobody sees: drafts, or the rest of the school."""
    for name in book.workbook.sheet_names:
        if name not in book.visible and book.container.holds_data(name) and _is_grid(book.grid(name)):
            yield Flaw(code="GRID_HIDDEN", where=f"{book.content.name}!{name}", raw=name)


@dataclass
class _Sheet:
    """One sheet, read from its first row to its last."""

    grid: Grid
    flaws: list[Flaw] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    columns: list[GridLabel] = field(default_factory=list)
    days: list[GridLabel] = field(default_factory=list)
    lessons: list[GridLesson] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._values = self.grid.values
        self._width = max(map(len, self._values), default=0)
        self.size = len(self._values) * self._width
        self._roles: dict[Spot, str] = {}
        self._merged = dict(self._inside_merged())
        self._blocks: list[_Block] = []
        self._day: dict[int, str] = {}

    def read(self) -> GridSheet:
        self.flaws += [flaw for flaw in self.grid.flaws if flaw.code != "MERGED_FILLED"]
        if self.grid.guessed:
            self.flaws.append(Flaw(code="ENCODING_GUESSED", where=self.grid.source.name, raw=self.grid.guessed))
        for row in range(len(self._values)):
            keys = [header_key(" ".join(self._lines(row, column))) for column in range(len(self._values[row]))]
            openings = list(_openings(keys))
            if openings:
                self._open(row, openings)
            for column in range(len(self._values[row])):
                self._take(row, column)
        return GridSheet(
            name=self.grid.sheet,
            titles=tuple(self.titles),
            columns=tuple(self.columns),
            days=tuple(self.days),
            lessons=tuple(self.lessons),
        )

    def accounting(self) -> Counter[str]:
        roles = Counter(self._roles.values())
        roles["blank"] = self.size - len(self._roles)
        return roles

    def _inside_merged(self) -> Iterator[tuple[Spot, Spot]]:
        """Every cell of a merged area but its first, and that first cell."""
        for (top, left), (bottom, right) in self.grid.merged:
            for row in range(top, min(bottom, len(self._values) - 1) + 1):
                for column in range(left, min(right, len(self._values[row]) - 1) + 1):
                    if (row, column) != (top, left):
                        yield (row, column), (top, left)

    def _lines(self, row: int, column: int) -> tuple[str, ...]:
        """The lines of the cell itself; a formula says nothing."""
        value = self._values[row][column]
        if (row, column) in self.grid.formulas:
            return ()
        if not isinstance(value, str):
            text = self.grid.cell(row, column).text
            return (text,) if text else ()
        return tuple(text for part in _BREAK.split(value) if (text := plain_text(part)))

    def _open(self, row: int, openings: list[int]) -> None:
        """New blocks, from this row on."""
        ends = [*openings[1:], len(self._values[row])]
        self._blocks = [
            _Block(left, right, {column: self._heading(row, column) for column in range(left + 2, right)})
            for left, right in zip(openings, ends, strict=True)
        ]
        self._day = {}
        self._roles |= {(row, column): "header" for left in openings for column in (left, left + 1)}
        for block in self._blocks:
            for column, title in block.headings.items():
                if title:
                    self._roles[row, column] = "header"
                    self.columns.append(GridLabel(text=title, where=self.grid.cell(row, column).where))

    def _heading(self, row: int, column: int) -> str:
        """The heading, or the form that stands below it in a second row of headings."""
        own = " ".join(self._lines(row, column))
        below = " ".join(self._lines(row + 1, column)) if row + 1 < len(self._values) else ""
        if _ONLY_FORM.fullmatch(own) or not _ONLY_FORM.fullmatch(below):
            return own
        self._roles[row + 1, column] = "header"
        if own:
            self._roles[row, column] = "header"
            self.flaws.append(Flaw(code="TITLE_SKIPPED", where=self.grid.cell(row, column).where, raw=own))
        return below

    def _take(self, row: int, column: int) -> None:
        """Gives the cell its role, and keeps what it says."""
        if (row, column) in self._roles:
            return
        where = self.grid.cell(row, column).where
        if (row, column) in self.grid.formulas:
            self._roles[row, column] = "unexpected"
            self.flaws.append(Flaw(code="FORMULA", where=where, blocks=bool(self._blocks)))
            return
        first = self._merged.get((row, column))
        lines = self._lines(*(first or (row, column)))
        if not lines:
            return
        block = next((one for one in self._blocks if one.left <= column < one.right), None)
        if block is None:
            self._beside(row, column, lines, where, blocks=bool(self._blocks))
        else:
            self._take_inside(row, column, block, lines, where)

    def _take_inside(self, row: int, column: int, block: _Block, lines: tuple[str, ...], where: str) -> None:
        first = self._merged.get((row, column))
        if column == block.left:
            self._new_day(row, block, " ".join(lines), where, again=first is not None)
        elif column == block.left + 1:
            if first is None or first[1] == column:
                self._roles[row, column] = "number" if first is None else "merged"
        elif not block.headings[column]:
            if first is None:
                self._beside(row, column, lines, where, blocks=True)
        elif first is None or (self._inside(first, block) and not self._is_band(row, block)):
            self._roles[row, column] = "lesson" if first is None else "merged"
            self._lesson(row, column, block, lines, where)

    def _inside(self, spot: Spot, block: _Block) -> bool:
        return block.left + 2 <= spot[1] < block.right

    def _is_band(self, row: int, block: _Block) -> bool:
        """A row without a lesson number, merged over the table: the name of a day."""
        return not self._number(row, block)

    def _number(self, row: int, block: _Block) -> str:
        spot = row, block.left + 1
        first = self._merged.get(spot, spot)
        return " ".join(self._lines(*first)) if first[1] == spot[1] else ""

    def _beside(self, row: int, column: int, lines: tuple[str, ...], where: str, *, blocks: bool) -> None:
        """Above the first block it is a title, afterwards a stray cell."""
        if (row, column) in self._merged:
            return
        self._roles[row, column] = "unexpected" if blocks else "title"
        if not blocks:
            self.titles.append(" ".join(lines))
        self.flaws.append(Flaw(code="STRAY_CELL" if blocks else "TITLE_SKIPPED", where=where, raw=" ".join(lines)))

    def _new_day(self, row: int, block: _Block, text: str, where: str, *, again: bool) -> None:
        self._roles[row, block.left] = "merged" if again else "weekday"
        self._day[block.left] = text
        if not again:
            self.days.append(GridLabel(text=text, where=where))

    def _lesson(self, row: int, column: int, block: _Block, lines: tuple[str, ...], where: str) -> None:
        self.lessons.append(
            GridLesson(
                day=self._day.get(block.left, ""),
                number=self._number(row, block),
                column=block.headings[column],
                lines=lines,
                where=where,
            )
        )
