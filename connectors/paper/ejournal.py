"""The report «Отчет об успеваемости и посещаемости ученика (весь класс)» of an electronic register, cell by cell.

Layout A of formats.md §5: one block per pupil, each with a header of its own (the days differ from pupil to pupil, and
a day stands twice where a subject had two lessons). Every cell of the sheet gets exactly one role; a cell that fits
none is «unexpected» and named in a flaw.

Codes: STRAY_CELL, FORMULA, ERROR_CELL, COLUMN_DATE_BAD, FIGURE_BAD, BLOCK_DIFFERS, LEGEND_DIFFERS, SHEET_UNKNOWN.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.ejournal_block import Block, read_block
from connectors.paper.layout import KEYS_SHEET
from connectors.paper.wire import EjournalReport
from connectors.paper.xlsx import as_text, open_xlsx
from connectors.sources.detect import detect
from connectors.sources.formats import EJOURNAL
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from connectors.paper.ejournal_block import Spot
    from connectors.paper.xlsx import Book, Sheet

_TITLE = "Отчет об успеваемости и посещаемости ученика"
_FIRST_LABEL = "Учебный год:"
_YEAR = re.compile(r"(20\d\d)/(20\d\d)")
_PERIOD = re.compile(r"с (\d\d)\.(\d\d)\.(\d\d) по (\d\d)\.(\d\d)\.(\d\d)")


def is_ejournal(path: Path) -> bool:
    """The file is this report. Our own workbooks are told apart by the names of their sheets, without reading them.

    Raises UnreadableFile for a workbook that is hostile or damaged.
    """
    try:
        names = CalamineWorkbook.from_path(path).sheet_names
    except (CalamineError, OSError):
        return False
    return KEYS_SHEET not in names and detect(path).format == EJOURNAL


def read_ejournal(path: Path) -> EjournalReport:
    """The whole report. Raises UnreadableFile where the file is no .xlsx or not this report."""
    book = open_xlsx(path)
    sheet = next(iter(book.sheets.values()))
    place = f"{book.source}!{sheet.name}"
    texts = _texts(sheet)
    starts = sorted(row for (row, column), text in texts.items() if column == 0 and text.startswith(_FIRST_LABEL))
    if not starts or _TITLE not in (text.strip() for text in texts.values()):
        raise UnreadableFile(f"это не «{_TITLE}»", book.source, code="EJOURNAL_NOT_ONE")
    roles: dict[Spot, str] = {spot: "title" for spot in texts if spot[0] < starts[0] and spot[1] == 0}
    flaws: list[Flaw] = []
    height = len(sheet.rows)
    blocks = [
        read_block(place, {spot: text for spot, text in texts.items() if first <= spot[0] < last}, first, roles, flaws)
        for first, last in zip(starts, [*starts[1:], height], strict=True)
    ]
    flaws += _left_over(book, sheet, place, roles)
    return _report(book, sheet, place, blocks, roles, flaws)


def _texts(sheet: Sheet) -> dict[Spot, str]:
    """Texts exactly as written, numbers as a person writes them; without formulas, dates and truth values."""
    return {
        spot: text
        for spot, value in sheet.filled.items()
        if spot not in sheet.refused and (text := value if isinstance(value, str) else as_text(value)) is not None
    }


def _report(
    book: Book, sheet: Sheet, place: str, blocks: Sequence[Block], roles: Mapping[Spot, str], flaws: list[Flaw]
) -> EjournalReport:
    head = blocks[0]
    year, period = _YEAR.search(head.year), _PERIOD.search(head.period)
    if year is None or period is None or not head.form:
        raise UnreadableFile("в отчёте нет учебного года, класса или периода", place, code="EJOURNAL_HEAD_MISSING")
    legend: dict[str, str] = {}
    for block in blocks:
        if (block.year, block.form, block.period) != (head.year, head.form, head.period):
            flaws.append(Flaw(code="BLOCK_DIFFERS", where=block.place))
        for letter, meaning in block.legend.items():
            if legend.setdefault(letter, meaning) != meaning:
                flaws.append(Flaw(code="LEGEND_DIFFERS", where=block.place, raw=f"{letter} {meaning}"))
    width = max((len(row) for row in sheet.rows), default=0)
    accounting = Counter(roles.values())
    accounting["blank"] = len(sheet.rows) * width - len(roles)
    return EjournalReport(
        source=book.source,
        sha256=book.sha256,
        school_year=int(year[1]),
        form=head.form,
        starts=_day(*period.groups()[:3]),
        ends=_day(*period.groups()[3:]),
        pupils=tuple(block.pupil for block in blocks if block.pupil is not None),
        legend=legend,
        accounting=dict(accounting),
        height=len(sheet.rows),
        width=width,
        flaws=tuple(flaws),
    )


def _day(day: str, month: str, year: str) -> date:
    return date(2000 + int(year), int(month), int(day))


def _left_over(book: Book, sheet: Sheet, place: str, roles: dict[Spot, str]) -> list[Flaw]:
    """Flaws for whatever has no role yet; such a cell becomes «unexpected»."""
    read = {spot for spot, role in roles.items() if role != "no entry"}
    found = {spot: ("STRAY_CELL", str(value)) for spot, value in sheet.filled.items() if spot not in read}
    found |= {spot: (code, "") for spot, code in sheet.refused.items()}
    roles.update(dict.fromkeys(found, "unexpected"))
    flaws = [
        Flaw(code=code, where=f"{place}!{xl_rowcol_to_cell(*spot)}", raw=raw, blocks=True)
        for spot, (code, raw) in sorted(found.items())
    ]
    others = [other.name for other in book.sheets.values() if other is not sheet and (other.filled or other.refused)]
    return flaws + [Flaw(code="SHEET_UNKNOWN", where=f"{book.source}!{name}", blocks=True) for name in others]
