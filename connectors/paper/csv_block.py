"""A CSV file of register pages, taken apart: answers of the head, rows of the left and the right page, their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from connectors.paper.wire import PaperText
from connectors.sources.grid import column_letters, header_key
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from connectors.sources.grid import Grid

    Line = dict[int, PaperText]
    """Column → what stands there; blank cells are not in it."""

K = TypeVar("K", bound="Hashable")


class Head(StrEnum):
    """What the first cell of a line of the head says, as a header is compared."""

    FORM = "класс"
    SUMMARY = "сводная ведомость"
    SUBGROUP = "подгруппа"
    SUBJECT = "предмет"
    PERIOD = "период"
    WHOLE = "перенесена полностью"
    BY = "кто переносил"


_HEADS = frozenset(Head)
_FIRST = (Head.FORM, Head.SUMMARY)
"""A line of either begins a page or a summary sheet."""
NAMES = frozenset({"фамилия имя", "фамилия, имя", "фамилия и имя", "ученик", "фио", "ф.и.о.", "ф.и.о"})
"""What the column of pupils may be called."""
_NUMBERS = frozenset({"№", "n", "no", "#", "п/п", "№ п/п", "№п/п", "номер"})
DATE = re.compile(r"(\d{1,2})\.(\d{1,2}|[а-я]{3,9})\.?(?:\s*(\d{4}|\d{2}))?\.?")
"""«12.10», «12.10.26», «12.10.2026»; Excel saves the first as «12.окт»."""
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

    @property
    def is_summary(self) -> bool:
        return Head.SUMMARY in self.head

    def says(self, head: Head) -> str:
        return self.head[head].text if head in self.head else ""

    def lacks(self, *heads: Head) -> list[str]:
        """What the block must say and does not, as it would be written."""
        return [head.capitalize() for head in heads if not self.says(head)] + ([] if self.left else ["Фамилия имя"])

    def refused(self, source: str, missing: Sequence[str], labels: Iterable[str]) -> list[Flaw]:
        """Its flaws, and why it is no page: what its head does not say, or that the school has none of that name."""
        code, texts = ("CSV_HEAD_MISSING", missing) if missing else ("PAGE_UNKNOWN", [one for one in labels if one])
        return [*self.flaws, Flaw(code=code, where=f"{source}!{self.place}", raw=", ".join(texts), blocks=True)]


def blocks_of(grid: Grid, flaws: list[Flaw]) -> list[Block]:
    """The pages in their order; `flaws` gets what stands before the first of them."""
    blocks: list[Block] = []
    computed: dict[int, list[int]] = {}
    for row, column in sorted(grid.formulas):
        computed.setdefault(row, []).append(column)
    for row in range(len(grid.values)):
        line, formulas = _line(grid, row), [_formula(grid, row, column) for column in computed.get(row, ())]
        key = header_key(line[0].text) if 0 in line else ""
        if key in _FIRST:
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


def stray_heads(line: Line, names: int) -> list[Flaw]:
    """What stands before the heading of the names and is not that of their numbers."""
    return stray(text for at, text in line.items() if at < names and header_key(text.text) not in _NUMBERS)


def name_column(line: Line) -> int | None:
    """Where the header of the left page has its pupils: in the first column or the second, after the numbers."""
    return next((column for column in (0, 1) if column in line and header_key(line[column].text) in NAMES), None)


def entries(
    line: Line, names: int, columns: Mapping[int, K | None], flaws: list[Flaw], nowhere: str
) -> dict[K, PaperText] | None:
    """What stands in the pupil's row, by column; None where nobody is named. What cannot be taken is a flaw.

    `columns` has None for a column whose head says nothing: an entry there is a flaw with the code `nowhere`.
    """
    found: dict[K, PaperText] = {}
    for spot, text in line.items():
        if spot < names:
            flaws += [] if text.text.rstrip(".").isdigit() else stray([text])
        elif spot > names and spot in columns:
            key = columns[spot]
            if DATE.fullmatch(text.text.casefold()):
                flaws.append(Flaw(code="NOT_TEXT", where=text.place, raw=text.text, blocks=True))
            elif key is None:
                flaws.append(Flaw(code=nowhere, where=text.place, raw=text.text, blocks=True))
            else:
                found[key] = text
        elif spot > names:
            flaws += stray([text])
    if names in line:
        return found
    flaws += [Flaw(code="ENTRY_WITHOUT_NAME", where=text.place, raw=text.text, blocks=True) for text in found.values()]
    return None


def plain(name: str) -> str:
    """Names and subjects are compared without case, ё and double spaces."""
    return " ".join(name.casefold().replace("ё", "е").split())


def stray(texts: Iterable[PaperText]) -> list[Flaw]:
    """Each text is named: it stands where nothing should."""
    return [Flaw(code="STRAY_CELL", where=text.place, raw=text.text, blocks=True) for text in texts]
