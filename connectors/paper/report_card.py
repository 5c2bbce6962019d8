"""The report «Табель успеваемости учащегося (весь класс)» of an electronic register, cell by cell.

Layout B of formats.md §5: a table for each pupil, three rows of headings, a row for each subject. Headings stand in the
first of the cells merged for them, so they are carried to the right. Every cell gets one role; a cell that fits none is
«unexpected» and named in a flaw. Codes: STRAY_CELL, FORMULA, ERROR_CELL, FIGURE_BAD, COLUMN_UNKNOWN, BLOCK_DIFFERS,
VALUE_MISSING, SHEET_UNKNOWN.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import KEYS_SHEET
from connectors.paper.report_card_table import read_headings, read_rows
from connectors.paper.report_card_wire import CardPupil, ReportCards
from connectors.paper.xlsx import as_text, open_xlsx
from connectors.sources.grid import header_key
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.xlsx import Book, Sheet

    Spot = tuple[int, int]

_TITLE = "табель успеваемости"
_TITLE_ROWS = 12
_SUBJECT = frozenset({"предмет", "предметы", "учебный предмет"})
_NAMES = frozenset({"ученик", "учащийся", "обучающийся", "фио", "фио учащегося", "ученик (ца)", "фамилия, имя"})
_YEAR, _FORM = "учебный год", "класс"
_OTHERS = frozenset({"период", "школа", "организация", "классный руководитель", "директор", "дата", "подпись"})
_SCHOOL_YEAR = re.compile(r"(20\d\d)\s*[/-]\s*(?:20)?\d\d")


@dataclass
class _Cards:
    """What the sheets have told so far."""

    years: list[tuple[str, str]] = field(default_factory=list)
    """(text, place)."""
    forms: list[tuple[str, str]] = field(default_factory=list)
    pupils: list[CardPupil] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    accounting: Counter[str] = field(default_factory=Counter)


def is_report_card(path: Path) -> bool:
    """The file is such a report, by its title; False for our own workbooks, and for what is no workbook at all."""
    try:
        book = CalamineWorkbook.from_path(path)
        if KEYS_SHEET in book.sheet_names or not book.sheet_names:
            return False
        rows = book.get_sheet_by_index(0).to_python(nrows=_TITLE_ROWS)
    except (CalamineError, OSError):
        return False
    return any(_TITLE in header_key(value) for row in rows for value in row if isinstance(value, str))


def read_report_cards(path: Path) -> ReportCards:
    """The whole report. Raises UnreadableFile where the file is no .xlsx, or has no pupil's table."""
    book = open_xlsx(path)
    cards = _Cards()
    for sheet in book.sheets.values():
        texts = _texts(sheet)
        starts = _tables(texts)
        if starts:
            _read_sheet(book, sheet, texts, starts, cards)
        elif sheet.filled or sheet.refused:
            cards.flaws.append(Flaw(code="SHEET_UNKNOWN", where=f"{book.source}!{sheet.name}", blocks=True))
    if not cards.pupils:
        raise UnreadableFile("в табеле нет столбца «Предмет»", book.source, code="CARDS_WITHOUT_TABLE")
    years = [int(found[1]) for text, _ in cards.years if (found := _SCHOOL_YEAR.search(text))]
    _differs(cards, book.source)
    return ReportCards(
        source=book.source,
        sha256=book.sha256,
        school_year=years[0] if years else 0,
        form=cards.forms[0][0] if cards.forms else "",
        pupils=tuple(cards.pupils),
        accounting=dict(cards.accounting),
        flaws=tuple(cards.flaws),
    )


def _texts(sheet: Sheet) -> dict[Spot, str]:
    """Texts as people read them; without formulas, dates and truth values."""
    return {
        spot: text
        for spot, value in sheet.filled.items()
        if spot not in sheet.refused and (text := as_text(value)) is not None
    }


def _tables(texts: dict[Spot, str]) -> list[Spot]:
    """Where a heading «Предмет» stands, and beside it one of marks."""
    rows = Counter(row for row, _ in texts)
    return sorted(spot for spot, text in texts.items() if header_key(text) in _SUBJECT and rows[spot[0]] > 1)


def _read_sheet(book: Book, sheet: Sheet, texts: dict[Spot, str], starts: list[Spot], cards: _Cards) -> None:
    place = f"{book.source}!{sheet.name}"
    roles: dict[Spot, str] = {}
    above = 0
    for number, (row, column) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(sheet.rows)
        name = _labels(place, texts, range(above, row), roles, cards)
        table = read_headings(place, texts, (row, column), end, cards.flaws, roles)
        subjects, above = read_rows(place, texts, table, end, cards.flaws, roles)
        if not name[0]:
            cards.flaws.append(Flaw(code="VALUE_MISSING", where=f"{place}!{row + 1}", raw="Ученик", blocks=True))
        else:
            cards.pupils.append(CardPupil(name=name[0], place=name[1], subjects=subjects))
    _labels(place, texts, range(above, len(sheet.rows)), roles, cards)
    _left_over(place, sheet, roles, cards)
    width = max((len(row) for row in sheet.rows), default=0)
    cards.accounting.update(roles.values())
    cards.accounting["blank"] += len(sheet.rows) * width - len(roles)


def _labels(place: str, texts: dict[Spot, str], rows: range, roles: dict[Spot, str], cards: _Cards) -> tuple[str, str]:
    """The lines between two tables: what they say of the year and the form; answers the pupil's name and place."""
    name = "", ""
    for spot in sorted(spot for spot in texts if spot[0] in rows and spot not in roles):
        if spot in roles:
            continue
        label, colon, value = texts[spot].partition(":")
        where = f"{place}!{xl_rowcol_to_cell(*spot)}"
        label = header_key(label)
        if _TITLE in label:
            roles[spot] = "title"
        elif colon and label in _NAMES | _OTHERS | {_YEAR, _FORM}:
            roles[spot] = "meta"
            value = value.strip() or _beside(texts, spot, roles)
            if label in _NAMES:
                name = value, where
            elif label == _YEAR:
                cards.years.append((value, where))
            elif label == _FORM:
                cards.forms.append((value, where))
        elif not cards.pupils and not cards.years:
            roles[spot] = "title"
    return name


def _beside(texts: dict[Spot, str], spot: Spot, roles: dict[Spot, str]) -> str:
    """The value that stands in a cell of its own, right of its label."""
    right = min((other for other in texts if other[0] == spot[0] and other[1] > spot[1]), default=None)
    if right is None or ":" in texts[right]:
        return ""
    roles[right] = "meta"
    return texts[right]


def _left_over(place: str, sheet: Sheet, roles: dict[Spot, str], cards: _Cards) -> None:
    """Flaws for whatever has no role yet; such a cell becomes «unexpected»."""
    found = {spot: ("STRAY_CELL", str(value)) for spot, value in sheet.filled.items() if spot not in roles}
    found |= {spot: (code, "") for spot, code in sheet.refused.items()}
    roles.update(dict.fromkeys(found, "unexpected"))
    cards.flaws += [
        Flaw(code=code, where=f"{place}!{xl_rowcol_to_cell(*spot)}", raw=raw, blocks=True)
        for spot, (code, raw) in sorted(found.items())
    ]


def _differs(cards: _Cards, source: str) -> None:
    """A report of two forms or years, or of none."""
    for label, told in (("Учебный год", cards.years), ("Класс", cards.forms)):
        if not told:
            cards.flaws.append(Flaw(code="VALUE_MISSING", where=source, raw=label))
        cards.flaws += [Flaw(code="BLOCK_DIFFERS", where=where, raw=text) for text, where in told if text != told[0][0]]
