"""The workbook that comes back: every non-blank cell is either read or named in a flaw, nothing is guessed.

Codes: FORMULA, ERROR_CELL, MERGED_CELLS, NOT_TEXT, STRAY_CELL, LABEL_CHANGED, PAGE_MOVED, PAGE_MISSING, SHEET_UNKNOWN,
ANSWER_BAD, COLUMN_DATE_BAD, ENTRY_WITHOUT_DATE, ENTRY_WITHOUT_NAME, STRUCK_BUT_FILLED.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.guide import guide_cells
from connectors.paper.keys import decode
from connectors.paper.layout import ANCHORS, GUIDE_SHEET, KEYS_SHEET, Label, Slot, lay_out
from connectors.paper.page import moved_page, read_page
from connectors.paper.summary_sheet import lay_out_summary, read_summary
from connectors.paper.wire import PaperBook, PaperText, TemplatePage
from connectors.paper.xlsx import as_text, open_xlsx, shown
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.summary_sheet import SummaryLayout
    from connectors.paper.wire import PaperPage, PaperSummary
    from connectors.paper.xlsx import Book, Sheet, Value

_DATES = (Slot.DATE, Slot.RIGHT)


def read_workbook(path: Path) -> PaperBook:
    """All pages of a workbook that `write_template` made and a person filled in.

    Raises UnreadableFile where the file is no .xlsx, or its hidden sheet is gone, damaged, or of another version. A
    page whose rows or columns moved is returned without cells: what stands there belongs to nobody for certain.
    """
    book = open_xlsx(path)
    if KEYS_SHEET not in book.sheets:
        raise UnreadableFile("в книге нет служебного листа", book.source, code="PAPER_NOT_A_TEMPLATE")
    printed = decode(book.sheets[KEYS_SHEET].rows, book.source)
    flaws = _stray_sheets(book, [name for name, _ in printed])
    pages, summaries = [], []
    for name, page in printed:
        place = f"{book.source}!{name}"
        if name not in book.sheets:
            flaws.append(Flaw(code="PAGE_MISSING", where=place, blocks=True))
        elif isinstance(page, TemplatePage):
            pages.append(_read(place, book.sheets[name], lay_out(page)))
        else:
            summaries.append(_read_summary(place, book.sheets[name], lay_out_summary(page)))
    return PaperBook(
        source=book.source, sha256=book.sha256, pages=tuple(pages), summaries=tuple(summaries), flaws=tuple(flaws)
    )


def _read(place: str, sheet: Sheet, layout: Layout) -> PaperPage:
    flaws = _labels(sheet, layout, place)
    if any(flaw.blocks for flaw in flaws):
        return moved_page(place, layout, flaws)
    return read_page(place, layout, _texts(place, sheet, layout, flaws), flaws)


def _read_summary(place: str, sheet: Sheet, layout: SummaryLayout) -> PaperSummary:
    flaws = _labels(sheet, layout, place)
    moved = any(flaw.blocks for flaw in flaws)
    return read_summary(place, layout, {} if moved else _texts(place, sheet, layout, flaws), flaws)


def _texts(place: str, sheet: Sheet, layout: Layout | SummaryLayout, flaws: list[Flaw]) -> dict[Spot, PaperText]:
    """What a person typed, by place; whatever cannot be taken is a flaw."""
    texts: dict[Spot, PaperText] = {}
    merged = _merged(sheet, layout)
    for spot, value in sheet.filled.items():
        if spot in layout.labels or spot in sheet.refused:
            continue
        where, text = f"{place}!{xl_rowcol_to_cell(*spot)}", _text(layout, spot, value)
        if spot not in layout.slots:
            flaws.append(Flaw(code="STRAY_CELL", where=where, raw=shown(value), blocks=True))
        elif spot in merged:
            area = f"{where}:{xl_rowcol_to_cell(*merged[spot])}"
            flaws.append(Flaw(code="MERGED_CELLS", where=area, raw=shown(value), blocks=True))
        elif text is None:
            code = "COLUMN_DATE_BAD" if layout.slots[spot][0] in _DATES else "NOT_TEXT"
            flaws.append(Flaw(code=code, where=where, raw=shown(value), blocks=True))
        else:
            texts[spot] = PaperText(text, where)
    flaws += [
        Flaw(code=code, where=f"{place}!{xl_rowcol_to_cell(*spot)}", blocks=True)
        for spot, code in sorted(sheet.refused.items())
    ]
    return texts


def _merged(sheet: Sheet, layout: Layout | SummaryLayout) -> dict[Spot, Spot]:
    """First → last spot of the areas that a person made of several of the page's own cells."""
    theirs = {first: last for first, last in sheet.merged if first in layout.slots and layout.spans.get(first) != last}
    return {
        (top, left): (bottom, right)
        for (top, left), (bottom, right) in theirs.items()
        if any(spot != (top, left) and top <= spot[0] <= bottom and left <= spot[1] <= right for spot in layout.slots)
    }


def _text(layout: Layout | SummaryLayout, spot: Spot, value: Value) -> str | None:
    """What a person typed; None for a date that Excel made of «4/5», and for a number as a date (12.10 is 12.1)."""
    if layout.slots.get(spot, (None,))[0] not in _DATES:
        return as_text(value)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return as_text(value) if isinstance(value, str) else None


def _labels(sheet: Sheet, layout: Layout | SummaryLayout, place: str) -> list[Flaw]:
    """Printed texts that are not where they were printed; those that carry keys block the page."""
    filled, flaws = sheet.filled, []
    for spot, (label, text) in layout.labels.items():
        found = "" if spot not in filled else as_text(filled[spot])
        if found != " ".join(text.split()):
            flaws.append(_label_flaw(label, spot, shown(filled.get(spot, "")), place))
    if any(flaw.blocks for flaw in flaws):
        flaws.append(Flaw(code="PAGE_MOVED", where=place, blocks=True))
    return flaws


def _label_flaw(label: Label, spot: Spot, raw: str, place: str) -> Flaw:
    where = f"{place}!{xl_rowcol_to_cell(*spot)}"
    return Flaw(code="LABEL_CHANGED", where=where, raw=raw, blocks=label in ANCHORS)


def _stray_sheets(book: Book, names: Sequence[str]) -> list[Flaw]:
    """Sheets that we did not print, and whatever was typed into the guide."""
    flaws = []
    for name, sheet in book.sheets.items():
        if name == GUIDE_SHEET:
            flaws += _stray_guide(book.source, sheet, {spot: text for spot, (_, text) in guide_cells(names).items()})
        elif name not in names and name != KEYS_SHEET and (sheet.filled or sheet.refused):
            flaws.append(Flaw(code="SHEET_UNKNOWN", where=f"{book.source}!{name}", blocks=True))
    return flaws


def _stray_guide(source: str, sheet: Sheet, printed: Mapping[Spot, str]) -> list[Flaw]:
    typed = dict(sheet.filled) | dict(sheet.refused)
    return [
        Flaw(code="STRAY_CELL", where=f"{source}!{sheet.name}!{xl_rowcol_to_cell(*spot)}", raw=shown(value))
        for spot, value in typed.items()
        if as_text(value) != " ".join(printed.get(spot, "").split())
    ]
