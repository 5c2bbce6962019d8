"""CSV as schools save it, in the shape of a sheet: any of the usual encodings and separators, formulas disarmed."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from connectors.sources.extent import MAX_CELLS
from connectors.sources.grid import Grid
from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from connectors.sources.wire import Content

MAX_TABLE = 16 * 2**20
"""Bytes; the roster of 5000 pupils takes 2 MB."""
_HEAD = 65_536
_SEPARATORS = ";,\t|"
_LOOK_AT = 20
"""Lines from which the separator is told."""
_RUSSIAN = re.compile("[а-яА-ЯёЁ]")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Decoded(NamedTuple):
    text: str
    guessed: str
    """The encoding, where it had to be guessed; blank for Unicode."""


def decode(data: bytes) -> Decoded:
    """The text of a file that does not say its encoding: Unicode where it is, else the Russian page that fits better.

    Old programs write cp1251 (Windows) or cp866 (DOS, DBF exports); each reads the other's letters as signs
    (formats.md §12, §13.1).
    """
    for encoding in ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return Decoded(data.decode(encoding), "")
        except UnicodeDecodeError:
            continue
    pages = [(data[:100_000].decode(page, "replace"), page) for page in ("cp1251", "cp866")]
    page = max(pages, key=lambda one: len(_RUSSIAN.findall(one[0])))[1]
    return Decoded(data.decode(page, "replace"), page)


def read_delimited(source: Content, data: bytes) -> Grid | None:
    """The lines as rows of cells, every row as wide as the widest; None for what is no delimited text.

    A cell is placed as a spreadsheet would show it, «file!B7»; its row is the record's number. Raises UnreadableFile
    (CSV_BROKEN, TOO_LARGE).
    """
    if len(data) > MAX_TABLE:
        if b"\x00" in data[:_HEAD]:
            return None
        raise _too_large(source)
    decoded = decode(data)
    separator = _separator(decoded.text)
    if separator is None:
        return None
    try:
        lines, width = _lines(decoded.text, separator, source)
    except csv.Error as error:
        raise UnreadableFile("таблица CSV повреждена", source.name, code="CSV_BROKEN") from error
    formulas = frozenset(
        (row, column) for row, line in enumerate(lines) for column, value in enumerate(line) if _is_formula(value)
    )
    return Grid(
        source=source,
        sheet="",
        sheets=(),
        values=[[*line, *[""] * (width - len(line))] for line in lines],
        formulas=formulas,
        guessed=decoded.guessed,
    )


def _lines(text: str, separator: str, source: Content) -> tuple[list[list[str]], int]:
    """The records and the width of the widest, stopped as soon as they span too large a rectangle."""
    lines: list[list[str]] = []
    width = 0
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        lines.append(line)
        width = max(width, len(line))
        if width * len(lines) > MAX_CELLS:
            raise _too_large(source)
    return lines, width


def _too_large(source: Content) -> UnreadableFile:
    return UnreadableFile("таблица CSV неправдоподобно велика", source.name, code="TOO_LARGE")


def _separator(text: str) -> str | None:
    """The sign that parts most of the first lines; None for one column, for binary data, and for markup."""
    head = text[:_HEAD]
    if _BINARY.search(head) or head.lstrip().startswith(("<", "{", "[")):
        return None
    lines = [line for line in head.splitlines() if line.strip()][:_LOOK_AT]
    counts = {sign: sum(line.count(sign) for line in lines) for sign in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), counts[sign]))
    return best if counts[best] else None


def _is_formula(value: str) -> bool:
    return value.lstrip().startswith("=")
