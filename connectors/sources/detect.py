"""What a local file is, told by its content and never by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.content import load, unpacked
from connectors.sources.layouts import LAYOUTS
from connectors.sources.sheets import HEADER_ROWS, find_header, header_key, read_grid
from connectors.sources.xml import parse

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

    from connectors.sources.sheets import Grid
    from connectors.sources.wire import Content

ASC = "asc-xml"
EJOURNAL = "ejournal-report"
REGISTER_PAGE = "register-page"
UNKNOWN = "unknown"
KEYS_SHEET = "_sverka"
"""The hidden sheet of the template we print: it says which page each sheet is."""
_EJOURNAL_WORDS = "отчет об успеваемости и посещаемости"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = (b"<html", b"<!doctype html", b"<head", b"<table", b"<meta")


@dataclass(frozen=True, slots=True)
class Detected:
    """`version` is blank where the format has none; `code` says why nothing can be read, else it is blank."""

    format: str
    version: str = ""
    code: str = ""


def detect(path: Path) -> Detected:
    """The file's format. Raises UnreadableFile for what is hostile, damaged or too large."""
    return detect_content(load(path))[0]


def detect_content(content: Content) -> tuple[Detected, Grid | None]:
    """As `detect`, for a file already in memory; a workbook's first sheet comes along, read once."""
    if not content.data.strip():
        return Detected(UNKNOWN, code="EMPTY_FILE"), None
    if content.data.startswith(_OLE):
        return Detected(UNKNOWN, code="OLD_XLS"), None
    grid = read_grid(content)
    return (_detect_text(content) if grid is None else _detect_grid(grid)), grid


def _detect_text(content: Content) -> Detected:
    data = unpacked(content)
    start = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.lower().startswith(_HTML):
        return Detected(UNKNOWN, code="HTML_FILE")
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return _detect_xml(parse(data, content.name)[0])
    return Detected(UNKNOWN, code="UNKNOWN_FORMAT")


def asc_version(root: _Element) -> str:
    """«2012» or «2008», by the name the program gives or, where it gives none, by the tables (formats.md §1)."""
    for version in ("2012", "2008"):
        if version in str(root.get("displayname", "")):
            return version
    return "2008" if any(root.find(tag) is not None for tag in ("days", "dayperiods")) else "2012"


def _detect_xml(root: _Element) -> Detected:
    if root.tag != "timetable" or root.find("lessons") is None:
        return Detected(UNKNOWN, code="UNKNOWN_FORMAT")
    version = asc_version(root)
    return Detected(ASC, version, "" if version == "2012" else "UNSUPPORTED_VERSION")


def _detect_grid(grid: Grid) -> Detected:
    if KEYS_SHEET in grid.sheets:
        return Detected(REGISTER_PAGE)
    for layout in LAYOUTS:
        if find_header(grid, layout) is not None:
            return Detected(layout.format)
    words = (header_key(cell.text) for row in grid.rows[:HEADER_ROWS] for cell in row)
    if any(_EJOURNAL_WORDS in word for word in words):
        return Detected(EJOURNAL)
    return Detected(UNKNOWN, code="UNKNOWN_FORMAT")
