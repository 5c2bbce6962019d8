"""A CSV file of register pages, taken apart into pages: the head's answers, the rows of the left and the right page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from connectors.paper.wire import PaperText
from connectors.sources.grid import column_letters, header_key
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sources.grid import Grid

    Line = dict[int, PaperText]
    """Column → what stands there; blank cells are not in it."""


class Head(StrEnum):
    """What the first cell of a line of the head says, as a header is compared."""

    FORM = "класс"
    SUBGROUP = "подгруппа"
    SUBJECT = "предмет"
    PERIOD = "период"
    WHOLE = "перенесена полностью"
    BY = "кто переносил"


_HEADS = frozenset(Head)
NEEDED = (Head.FORM, Head.SUBJECT, Head.PERIOD)
NAMES = frozenset({"фамилия имя", "фамилия, имя", "фамилия и имя", "ученик", "фио", "ф.и.о.", "ф.и.о", "фамилия"})
"""What the column of pupils may be called."""
RIGHT = "дата"
"""The first cell of the right page's own header."""


@dataclass(frozen=True, slots=True)
class Block:
    """One page as it stands in the file; `left` and `right` begin with their header lines, and are empty without."""

    place: str
    head: dict[Head, PaperText] = field(default_factory=dict)
    left: list[Line] = field(default_factory=list)
    right: list[Line] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    def says(self, head: Head) -> str:
        return self.head[head].text if head in self.head else ""


def blocks_of(grid: Grid, flaws: list[Flaw]) -> list[Block]:
    """The pages in their order; `flaws` gets what stands before the first of them."""
    blocks: list[Block] = []
    computed: dict[int, list[int]] = {}
    for row, column in sorted(grid.formulas):
        computed.setdefault(row, []).append(column)
    for row in range(len(grid.values)):
        line, formulas = _line(grid, row), [_formula(grid, row, column) for column in computed.get(row, ())]
        key = header_key(line[0].text) if 0 in line else ""
        if key == Head.FORM:
            blocks.append(Block(line[0].place.partition("!")[2]))
        if not blocks:
            flaws += [*stray(line.values()), *formulas]
            continue
        blocks[-1].flaws.extend(formulas)
        if line:
            _place(blocks[-1], key, line)
    return blocks


def _line(grid: Grid, row: int) -> Line:
    """What stands in the row, formulas left out: what one claims to be is nobody's word."""
    found = {}
    for column, value in enumerate(grid.values[row]):
        text = " ".join(str(value).replace("\x00", "\ufffd").split())
        if text and (row, column) not in grid.formulas:
            found[column] = PaperText(text, _where(grid, row, column))
    return found


def _formula(grid: Grid, row: int, column: int) -> Flaw:
    return Flaw(code="FORMULA", where=_where(grid, row, column), blocks=True)


def _where(grid: Grid, row: int, column: int) -> str:
    return f"{grid.source.name}!{column_letters(column)}{row + 1}"


def _place(block: Block, key: str, line: Line) -> None:
    """The line belongs to the part of the page that has begun; a part begins with its header line."""
    if block.right or (block.left and key == RIGHT):
        block.right.append(line)
    elif block.left or name_column(line) is not None:
        block.left.append(line)
    elif key in _HEADS and Head(key) not in block.head:
        block.head[Head(key)] = line.get(1, PaperText("", line[0].place))
        block.flaws.extend(stray(text for column, text in line.items() if column > 1))
    else:
        block.flaws.extend(stray(line.values()))


def name_column(line: Line) -> int | None:
    """Where the header of the left page has its pupils: in the first column or the second, after the numbers."""
    return next((column for column in (0, 1) if column in line and header_key(line[column].text) in NAMES), None)


def stray(texts: Iterable[PaperText]) -> list[Flaw]:
    """Each text is named: it stands where nothing should."""
    return [Flaw(code="STRAY_CELL", where=text.place, raw=text.text, blocks=True) for text in texts]
