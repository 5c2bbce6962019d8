"""A workbook as sheets of plain values, after the container was found safe; a formula is never taken for its value."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
from xlsxwriter.utility import xl_cell_to_rowcol

from connectors.sources.container import is_zip, open_container
from connectors.sources.content import load
from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.sources.container import Container

    Value = int | float | str | bool | date | datetime | time | timedelta
    Spot = tuple[int, int]
    """(row, column), 0-based."""

_ERROR = re.compile(rb"""\st=["']e["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})["']""")


@dataclass(frozen=True)
class Sheet:
    """Rows from A1 on, blanks as ""."""

    name: str
    rows: list[list[Value]]
    refused: dict[Spot, str]
    """What the reader shows as blank or as a stale number → FORMULA or ERROR_CELL."""
    merged: tuple[tuple[Spot, Spot], ...] = ()
    """First and last spot of each merged area; its value stands in the first."""

    @cached_property
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
    """The whole file in memory, hidden sheets too; raises UnreadableFile where it is not a sound .xlsx."""
    content = load(path)
    container = open_container(content) if is_zip(content.data) else None
    if container is None:
        raise UnreadableFile("это не книга Excel", content.name, code="NOT_XLSX")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, PasswordError, ValueError) as error:
        raise UnreadableFile("книга Excel повреждена", content.name, code="ZIP_BROKEN") from error
    sheets = {
        name: Sheet(name, values, _refused(container, name), _merged(container, name)) for name, values in rows.items()
    }
    return Book(source=content.name, sha256=content.sha256, sheets=sheets)


def _merged(container: Container, name: str) -> tuple[tuple[Spot, Spot], ...]:
    areas = _MERGED.findall(container.parts.get(container.sheets.get(name, ""), b""))
    return tuple((xl_cell_to_rowcol(first.decode()), xl_cell_to_rowcol(last.decode())) for first, last in areas)


def _refused(container: Container, name: str) -> dict[Spot, str]:
    part = container.parts.get(container.sheets.get(name, ""), b"")
    found: dict[Spot, str] = {}
    if _ERROR.search(part):
        cells = etree.iterparse(io.BytesIO(part), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=False)
        for _, cell in cells:
            if cell.get("t") == "e":
                found[xl_cell_to_rowcol(str(cell.get("r")))] = "ERROR_CELL"
    return found | dict.fromkeys(container.formulas(name), "FORMULA")


def as_text(value: Value) -> str | None:
    """What a person typed: 5.0 is «5», spaces are plain; None for a date or a truth value, which Excel made of it."""
    if isinstance(value, bool | date | time | timedelta):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return " ".join(str(value).split())


def shown(value: Value) -> str:
    """The value as a person sees it in Excel, or nearly so: a date as a Russian one, truth as its word."""
    if isinstance(value, bool):
        return "ИСТИНА" if value else "ЛОЖЬ"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return as_text(value) or str(value)
