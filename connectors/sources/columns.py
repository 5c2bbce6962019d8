"""Which column of a sheet is which: by the words of its header, else by its place; the others are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.grid import header_key
from connectors.sources.wire import Cell, Flaw, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.sources.grid import Grid

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    by_header: Mapping[str, int]
    """Headers of the layout to 0-based columns."""
    heads: Mapping[str, Cell]
    """The same headers as this sheet words them."""
    taken: tuple[int, ...]
    flaws: tuple[Flaw, ...]


def place_columns(grid: Grid, place: int, layout: Layout) -> Columns:
    """Every column is taken, is blank below its header, or is named by a flaw.

    A header's words decide before its place; a secret or a matter of health is never taken, whatever its place.
    """
    known = {header_key(header): header for header in layout.known}
    cells = [grid.cell(place, column) for column in range(len(grid.values[place]))]
    keys = grid.head(place)
    by_header: dict[str, int] = {}
    for index, key in enumerate(keys):
        if key in known and known[key] not in by_header and not is_secret(key, layout.never):
            by_header[known[key]] = index
    for header, column in _by_place(by_header, keys, layout).items():
        by_header.setdefault(header, column)
    taken = set(by_header.values())
    flaws = [
        _left_out(cell, key, known, layout)
        for index, (cell, key) in enumerate(zip(cells, keys, strict=True))
        if index not in taken and (key or _holds(grid, place, index))
    ]
    return Columns(
        by_header=by_header,
        heads={header: cells[index] for header, index in by_header.items()},
        taken=tuple(sorted(taken)),
        flaws=tuple(flaws),
    )


def _by_place(by_header: Mapping[str, int], keys: Sequence[str], layout: Layout) -> dict[str, int]:
    """Headers found by place, counted from a column that was found by its words."""
    anchors = [by_header[header] - place for header, place in layout.places.items() if header in by_header]
    if not anchors:
        return {}
    found: dict[str, int] = {}
    for header, place in layout.places.items():
        column = anchors[0] + place
        if header in by_header or not 0 <= column < len(keys) or column in {*by_header.values(), *found.values()}:
            continue
        if not is_apart(keys[column], layout.apart) and not is_secret(keys[column], layout.never):
            found[header] = column
    return found


def _left_out(cell: Cell, key: str, known: Mapping[str, str], layout: Layout) -> Flaw:
    if is_secret(key, layout.never):
        code = "PERSONAL_DROPPED"
    elif key in known:
        code = "COLUMN_REPEATED"
    elif is_apart(key, layout.apart):
        code = "COLUMN_NOT_TAKEN"
    else:
        code = "COLUMN_UNKNOWN" if key else "COLUMN_WITHOUT_HEADER"
    return Flaw(code=code, where=cell.where, raw=cell.text)


def is_secret(key: str, never: tuple[str, ...]) -> bool:
    """True where a word of the header begins as a secret or a matter of health does."""
    return any(word.startswith(never) for word in _WORD.findall(key))


def is_apart(key: str, apart: tuple[str, ...]) -> bool:
    """True where the header begins as one of a field we know and do not take."""
    return key.startswith(apart)


def _holds(grid: Grid, place: int, column: int) -> bool:
    """True where anything stands below the header's row in that column."""
    return any(grid.filled(row, column) for row in range(place + 1, len(grid.values)))
