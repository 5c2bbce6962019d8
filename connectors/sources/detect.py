"""What a local file is, told by its content and never by its name.

Each format says itself how it is recognised; this list only asks one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources import asc, fet, lesson_grid, nika, oneroster, sds, sgo, subgroup_book
from connectors.sources.container import other_workbook
from connectors.sources.formats import EJOURNAL, REGISTER_PAGE, REPORT_CARD, UNKNOWN, Detected
from connectors.sources.layouts import LAYOUTS
from connectors.sources.material import Material
from connectors.sources.sheets import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from connectors.sources.wire import Layout

_KEYS_SHEET = "_sverka"
"""The hidden sheet of the template we print: it says which page each sheet is."""
_PAGE_HEADS = {"класс", "предмет", "период", "перенесена полностью"}
_REPORTS = {"отчет об успеваемости и посещаемости": EJOURNAL, "табель успеваемости": REPORT_CARD}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""What Excel calls the content of a workbook that has a password."""
_HTML = (b"<html", b"<!doctype html", b"<head", b"<table", b"<meta")


def detect(path: Path) -> Detected:
    """The format of the file or folder. Raises UnreadableFile for what is hostile, damaged or too large."""
    return recognise(Material(path))


def recognise(material: Material, layouts: Sequence[Layout] = LAYOUTS, own: Sequence[Layout] = ()) -> Detected:
    """The first format that knows the material as its own; `layouts` are the tables to look for, after the school's
    `own`: what somebody here wrote down goes before what fits better."""
    for ask in _REFUSALS:
        if code := ask(material):
            return Detected(UNKNOWN, code=code)
    for known in _FORMATS:
        if found := known(material):
            return found
    unknown = Detected(UNKNOWN, code="UNKNOWN_FORMAT")
    return (
        (_table(material, own) if own else None)
        or _table(material, layouts)
        or lesson_grid.recognise_further(material)
        or unknown
    )


# --- what nobody can read --------------------------------------------------------------------------------------------


def _empty(material: Material) -> str:
    blank = not material.source.data.strip() and not (material.package and material.package.files)
    return "EMPTY_FILE" if blank else ""


def _old_workbook(material: Material) -> str:
    data = material.source.data
    if data.startswith(_OLE):
        return "PASSWORD_SET" if _ENCRYPTED in data else "OLD_XLS"
    return "OTHER_WORKBOOK" if other_workbook(material.source) else ""


def _web_page(material: Material) -> str:
    return "HTML_FILE" if material.start.startswith(_HTML) else ""


_REFUSALS: Sequence[Callable[[Material], str]] = (_empty, _old_workbook, _web_page)


# --- tables: our own and the schools' ---------------------------------------------------------------------------------


def _register_page(material: Material) -> Detected | None:
    """Our own workbook by its hidden sheet, its CSV by how the lines of a page's head begin."""
    grid = material.workbook
    if grid:
        return Detected(REGISTER_PAGE) if _KEYS_SHEET in grid.sheets else None
    table = material.table
    begins = {row[0] for row in table.heads if row} if table else set()
    return Detected(REGISTER_PAGE, "csv") if begins >= _PAGE_HEADS else None


def _register_report(material: Material) -> Detected | None:
    """A report of an electronic register, by its title."""
    rows = material.workbook.heads if material.workbook else ()
    keys = [key for row in rows for key in row]
    return next((Detected(name) for words, name in _REPORTS.items() if any(words in key for key in keys)), None)


def _table(material: Material, layouts: Sequence[Layout]) -> Detected | None:
    """The first sheet that any layout knows, by the layout that knows most of its columns."""
    for grid in material.tables():
        known = [(fit(grid, layout), layout.format) for layout in layouts]
        most = max((count for count, _ in known), default=0)
        if most:
            return Detected(next(name for count, name in known if count == most))
    return None


_FORMATS: Sequence[Callable[[Material], Detected | None]] = (
    asc.recognise,
    fet.recognise,
    nika.recognise,
    sgo.recognise,
    oneroster.recognise,
    sds.recognise,
    subgroup_book.recognise,
    _register_page,
    _register_report,
    lesson_grid.recognise,
)
"""Asked in this order; a format that is sure by its root element or first words comes before tables."""
