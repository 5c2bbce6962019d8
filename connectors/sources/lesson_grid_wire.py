"""The wire shapes of a school's own timetable in a spreadsheet (formats.md §2b): cells under forms, not yet read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Content, Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLabel:
    """The heading of a column, or a word in the column of days."""

    text: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLesson:
    """One filled cell of the grid."""

    day: str
    """As written, taken from the first row of its day; blank where no row above names one."""
    number: str
    column: str
    """The heading: a form."""
    lines: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSheet:
    name: str
    titles: tuple[str, ...]
    """What stands above the headings and between the blocks: perhaps which week it is."""
    columns: tuple[GridLabel, ...]
    days: tuple[GridLabel, ...]
    lessons: tuple[GridLesson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFile:
    """All sheets of the workbook that are such a grid; `accounting` counts each of their cells once, by its role."""

    source: Content
    sheets: tuple[GridSheet, ...]
    accounting: Mapping[str, int]
    flaws: tuple[Flaw, ...]
