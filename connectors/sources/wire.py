"""The wire shapes of local tables: what a sheet says row by row, with the place of every word.

Nothing here knows what a pupil is; `mappings.sources` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass
class UnreadableFile(Unreadable):
    """A file refused as a whole; `code` is one of `mappings/tables/problems.toml`."""

    code: str = "UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One fault of one place; `blocks` when the row or element was left out because of it."""

    code: str
    where: str
    """«file», «file!sheet», «file!sheet!B7», «file:line»; inside a package the file is «package/file»."""
    raw: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A whole file in memory, within the limits of `connectors.sources.content`."""

    name: str
    """Without folders: it appears in findings and in the journal."""
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    """As shown: one kind of space, no edges, «24» for 24.0, «01.09.2014» for a date cell."""
    where: str
    day: date | None = None
    """The date the cell holds, or, for a number, the date it would show if it were formatted as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row under its headers; a column the sheet lacks reads as blank."""

    where: str
    cells: Mapping[str, Cell]

    def cell(self, header: str) -> Cell:
        return self.cells.get(header) or Cell("", self.where)

    def text(self, header: str) -> str:
        return self.cell(header).text


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows below a recognised header. Every row of the sheet is here, or is named by a flaw."""

    source: Content
    format: str
    rows: tuple[Row, ...]
    flaws: tuple[Flaw, ...] = ()
    heads: Mapping[str, Cell] = field(default_factory=dict)
    """The cells of the header by the layout's headers."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table known by its headers, spelled as the school's programs spell them."""

    format: str
    required: tuple[str, ...]
    """Without any of these the sheet is not this table."""
    optional: tuple[str, ...] = field(default=())
    extra: tuple[str, ...] = field(default=())
    """Read where they are, not missed where they are not."""
    one_of: tuple[frozenset[str], ...] = field(default=())
    """Of each of these sets of headers, too, one must be there."""
    least: int = 1
    """With fewer known columns the sheet is not this table."""
    places: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Headers that may be worded in any way, by their place: columns from the first of the table."""
    apart: tuple[str, ...] = field(default=())
    """Beginnings of headers (`header_key`) known to hold what is not taken."""
    never: tuple[str, ...] = field(default=())
    """Beginnings of words that name a secret or a matter of health: such a column is not even looked at."""

    @property
    def headers(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.headers, *self.extra)
