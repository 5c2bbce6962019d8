"""An xlsx container, looked through before any spreadsheet library touches it.

A workbook may be a zip bomb, may hide entities in a part, may claim one cell at XFD1048576, which makes a reader
allocate the whole rectangle, and may repeat one long text in every cell. Formulas are found here too: a reader shows
only their cached value, which a hand-made file can set to anything.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from connectors.sources.extent import (
    MAX_CELLS,
    MAX_TEXT,
    column_number,
    exact_extent,
    extent,
    longest_text,
    repeated_text,
)
from connectors.sources.wire import Content, UnreadableFile
from connectors.sources.xml import parse, refuse_doctype

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_PARTS = 2000
MAX_UNPACKED = 64 * 2**20
"""Of all parts together; the roster of 1500 pupils takes 4 MB."""
MAX_ALL_CELLS = 2 * MAX_CELLS
"""Of all sheets together, one that is named twice counted twice."""
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_BINARY = "xl/workbook.bin"
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
_HIDDEN = re.compile(rb"""<(?:\w+:)?(?:row|col)\s[^<>]{0,400}?\bhidden\s*=\s*["'](?:1|true)""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError)
"""What `zipfile` raises on a damaged, encrypted or exotic archive; NotImplementedError is a RuntimeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A workbook that is safe to read."""

    since_1904: bool
    sheets: Mapping[str, str]
    """Sheet name to the part that holds it."""
    parts: Mapping[str, bytes]

    def formulas(self, sheet: str) -> frozenset[tuple[int, int]]:
        """0-based (row, column) of every formula cell of the sheet."""
        data = self._part(sheet)
        may_have = b"<f" in data or b":f" in data  # the plain search is a tenth of the time
        return frozenset(_formula_places(data)) if may_have and _FORMULA.search(data) else frozenset()

    def holds_data(self, sheet: str) -> bool:
        """True where any cell of the sheet has a value."""
        return _VALUE.search(self._part(sheet)) is not None

    def hides(self, sheet: str) -> bool:
        """True where rows or columns of the sheet are hidden."""
        data = self._part(sheet)
        return b"hidden" in data and _HIDDEN.search(data) is not None

    def _part(self, sheet: str) -> bytes:
        return self.parts.get(self.sheets.get(sheet, ""), b"")


def is_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def other_workbook(content: Content) -> bool:
    """True for the workbooks .xlsb and .ods, whose size nobody can tell before reading them."""
    start = content.data[:120]
    return is_zip(content.data) and (_OPEN_DOCUMENT in start or _BINARY.encode() in content.data[-65_536:])


def open_container(content: Content) -> Container | None:
    """The checked workbook, or None when the zip is no xlsx.

    Raises UnreadableFile: ZIP_BOMB, ZIP_BROKEN, HOSTILE_XML, BROKEN_XML.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            if _WORKBOOK not in archive.namelist():
                return None
            parts = dict(_xml_parts(archive, content.name))
    except _DAMAGE as error:
        raise UnreadableFile("книга Excel повреждена или закрыта паролем", content.name, code="ZIP_BROKEN") from error
    workbook, _ = parse(parts[_WORKBOOK], content.name)
    sheets = _sheets(workbook, parts, content.name)
    _refuse_huge(sheets.values(), parts, content.name)
    properties = workbook.find("{*}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return Container(since_1904=since_1904, sheets=sheets, parts=parts)


def _xml_parts(archive: zipfile.ZipFile, source: str) -> Iterator[tuple[str, bytes]]:
    left = MAX_UNPACKED
    entries = [info for info in archive.infolist() if _is_read(info.filename)]
    if len(archive.infolist()) > MAX_PARTS or sum(info.file_size for info in entries) > MAX_UNPACKED:
        raise _bomb(source)
    for info in entries:
        with archive.open(info) as stream:
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise _bomb(source)
        refuse_doctype(data, source)
        yield info.filename, data


def _is_read(part: str) -> bool:
    """False for parts no reader of ours opens: pictures, colours, who wrote the workbook."""
    return part.endswith((".xml", ".rels")) and not part.startswith(("docProps/", "xl/theme/"))


def _refuse_huge(sheets: Iterable[str], parts: Mapping[str, bytes], source: str) -> None:
    """Returns only when the sheets, each by itself and all together, are of a size a reader may lay out."""
    strings = parts.get(_STRINGS, b"")
    longest = longest_text(strings)
    sizes: dict[str, int] = {}
    for name, data in parts.items():
        if not name.startswith("xl/worksheets/"):
            continue
        found = extent(data)
        if found.cells > MAX_CELLS or found.rows * found.columns > MAX_CELLS:
            raise _bomb(source)
        if longest * found.cells > MAX_TEXT and repeated_text(data, strings) > MAX_TEXT:
            raise _bomb(source)
        sizes[name] = found.rows * found.columns
    together = [part for part in sheets if part in sizes]
    if sum(sizes[part] for part in together) > MAX_ALL_CELLS:
        exact = {part: exact_extent(parts[part]) for part in set(together)}
        if sum(exact[part].rows * exact[part].columns for part in together) > MAX_ALL_CELLS:
            raise _bomb(source)


def _bomb(source: str) -> UnreadableFile:
    return UnreadableFile("книга Excel распаковывается в неправдоподобный объём", source, code="ZIP_BOMB")


def _sheets(workbook: etree._Element, parts: Mapping[str, bytes], source: str) -> dict[str, str]:
    relations, _ = parse(parts.get(_RELATIONS, b"<none/>"), source)
    targets = {item.get("Id"): str(item.get("Target", "")) for item in relations.iterfind("{*}Relationship")}
    return {
        str(sheet.get("name", "")): _part_name(targets.get(sheet.get(_RELATION_ID), ""))
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }


def _part_name(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _formula_places(data: bytes) -> Iterator[tuple[int, int]]:
    rows = etree.iterparse(io.BytesIO(data), tag="{*}row", resolve_entities=False, no_network=True, huge_tree=False)
    for number, (_, row) in enumerate(rows):
        for index, cell in enumerate(row.iterfind("{*}c")):
            if cell.find("{*}f") is not None:
                yield _place(str(cell.get("r", "")), (number, index))
        row.clear()


def _place(ref: str, otherwise: tuple[int, int]) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", ref)
    return (int(found[2]) - 1, column_number(found[1].encode()) - 1) if found else otherwise
