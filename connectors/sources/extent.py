"""How large a sheet of an xlsx workbook will be in memory, told from its bytes before anything is laid out."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

MAX_CELLS = 520_000
"""The rectangle of one sheet, and its cells, painted ones too; 5000 pupils with 29 columns need 145 000."""
MAX_TEXT = 64 * 2**20
"""Bytes of text a sheet may show, each cell counted for itself."""
_PLACE = b'<c r="'
_FAR = re.compile(rb'<c r="(?!A?[A-Z][0-9]{1,4}")')
_NEAR = (9_999, 52)
"""Rows and columns of places that are not far: A1 to AZ9999."""
_REF = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
"""As every program writes it; anything else is looked at more closely."""
_LOOSE_REF = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ANY_REF = re.compile(rb"\sr\s*=")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']\s*([0-9]{1,20})\s*["']""")
_ONE_SPACE = bytes.maketrans(b"\t\r\n", b"   ")
_EMPTY = re.compile(rb"<(?:\w{1,20}:)?c(?:\s[^<>]{0,400})?/>")
_CELL = re.compile(rb"<(?:\w{1,20}:)?c[\s>]")
_ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_TEXT = re.compile(rb"<(?:\w{1,20}:)?si[\s/>]")
_SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^<>]{0,400}>\s*<(?:\w{1,20}:)?v>\s*([0-9]{1,9})\s*<""")


class Extent(NamedTuple):
    """Upper bounds: no reader will find more rows, columns or filled cells."""

    rows: int
    columns: int
    cells: int


_NO_END = Extent(MAX_CELLS, MAX_CELLS, MAX_CELLS)


def extent(sheet: bytes) -> Extent:
    """The rectangle of the cells that hold something: a format painted to the last row is no data.

    Cells without a place of their own follow one another, so they are bounded by their number in a row.
    """
    if b"\x00" in sheet:
        return _NO_END  # another width of characters: these searches would be blind
    cells = sheet.count(_PLACE)
    plain = cells <= MAX_CELLS and cells == sheet.count(b"<c") - sheet.count(b"<col") and b":c" not in sheet
    if plain and not _FAR.search(sheet):
        return Extent(*_NEAR, cells)  # as nearly every school's sheet is: five times as fast as to look at each place
    return exact_extent(sheet)


def exact_extent(sheet: bytes) -> Extent:
    """The same, every place looked at."""
    if b"\x00" in sheet:
        return _NO_END
    sheet = sheet.translate(_ONE_SPACE)
    cells = sum(sheet.count(start) for start in (b"<c ", b"<c>", b"<c/", b":c ", b":c>", b":c/"))
    if cells > MAX_CELLS:
        return Extent(0, 0, cells)
    found = _extent(sheet, cells)
    if found.rows * found.columns <= MAX_CELLS:
        return found
    filled = _EMPTY.sub(b"", sheet)
    return _extent(filled, len(_CELL.findall(filled)))


def _extent(sheet: bytes, cells: int) -> Extent:
    places = _REF.findall(sheet)
    columns, rows = _far(places)
    if len(places) >= cells:
        return Extent(rows, columns, cells)
    loose, numbers = _LOOSE_REF.findall(sheet), _ROW_NUMBER.findall(sheet)
    if len(_ANY_REF.findall(sheet)) > len(loose) + len(numbers):
        return _NO_END  # a place no spreadsheet would write: a reader may take it for anything
    more, below = _far(loose)
    in_a_row = max(part.count(b"<c") + part.count(b":c") for part in _ROW.split(sheet))
    numbered = max(map(int, numbers), default=0)
    return Extent(max(rows, below, numbered + 1, len(_ROW.findall(sheet))), max(columns, more, in_a_row), cells)


def longest_text(strings: bytes) -> int:
    """Bytes of the longest shared text, markup and all."""
    texts = strings.split(b"<si>") if b"<si>" in strings else _TEXT.split(strings)
    return max(map(len, texts), default=0)


def repeated_text(sheet: bytes, strings: bytes) -> int:
    """Bytes of shared text the sheet shows, each showing counted."""
    lengths = [len(text) for text in _TEXT.split(strings)[1:]]
    shown = Counter(map(int, _SHARED.findall(sheet)))
    return sum(lengths[index] * times for index, times in shown.items() if index < len(lengths))


def column_number(letters: bytes) -> int:
    """1-based: A = 1, Z = 26, AA = 27."""
    *_, number = accumulate(letters, lambda total, letter: total * 26 + letter - 64, initial=0)
    return number


def _far(places: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """The last column and the last row any place names."""
    if not places:
        return 0, 0
    letters, numbers = map(set, zip(*places, strict=True))
    return max(map(column_number, letters)), max(map(int, numbers))
