"""An .xlsx file as sheets of values, with what the fast reader cannot tell: where formulas and error values stand."""

from __future__ import annotations

import hashlib
import posixpath
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from connectors.faults import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

    Value = int | float | str | bool | date | datetime | time | timedelta
    Spot = tuple[int, int]

MAX_UNPACKED = 200_000_000
"""Bytes. A whole school's register is under 30 MB unpacked; more is a mistake or an attack."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A1 = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows from A1 on, blanks as "". `refused`: spots that hold a formula or an error value → what stands there."""

    name: str
    rows: list[list[Value]]
    refused: dict[Spot, str]

    @property
    def filled(self) -> dict[Spot, Value]:
        """Spot → value of all that is not blank."""
        return {
            (row, column): value
            for row, values in enumerate(self.rows)
            for column, value in enumerate(values)
            if not (isinstance(value, str) and not value.strip())
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    source: str
    sha256: str
    sheets: dict[str, Sheet]


def open_xlsx(path: Path) -> Book:
    """The whole file in memory; raises Unreadable where it is not a sound .xlsx."""
    try:
        body = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable("файл слишком велик для журнала", path.name)
            parts = _sheet_parts(archive)
            refused = {name: _refused(archive.read(part)) for name, part in parts.items()}
        book = CalamineWorkbook.from_path(path)
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (OSError, zipfile.BadZipFile, KeyError, CalamineError, etree.XMLSyntaxError, NotImplementedError) as error:
        raise Unreadable("это не книга Excel; откройте её и сохраните как .xlsx", path.name) from error
    return Book(
        source=path.name,
        sha256=hashlib.sha256(body).hexdigest(),
        sheets={name: Sheet(name=name, rows=rows, refused=refused.get(name, {})) for name, rows in sheets.items()},
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → path of its part inside the file."""
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
    targets = {str(item.get("Id")): str(item.get("Target")) for item in relations}
    book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
    parts = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets[str(sheet.get(f"{_REL}id"))]
        parts[str(sheet.get("name"))] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _refused(body: bytes) -> dict[Spot, str]:
    """A formula reads as blank or as a stale number, an error as blank: both are named instead."""
    found = {}
    for cell in etree.fromstring(body, _parser()).iter(f"{_MAIN}c"):
        formula = cell.find(f"{_MAIN}f")
        if formula is not None:
            found[_spot(str(cell.get("r")))] = f"={formula.text or ''}"
        elif cell.get("t") == "e":
            found[_spot(str(cell.get("r")))] = str(cell.findtext(f"{_MAIN}v") or "#")
    return found


def _spot(name: str) -> Spot:
    """«D7» → (6, 3)."""
    match = _A1.fullmatch(name)
    if match is None:
        raise KeyError(name)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def as_text(value: Value) -> str | None:
    """What a person typed: 5.0 is «5», spaces are plain; None for a date or a truth value, which Excel made of it."""
    if isinstance(value, bool | date | time | timedelta):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return " ".join(str(value).split())
