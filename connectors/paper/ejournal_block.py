"""One pupil's block of the report: four lines about whom and when, a header, days, a row per subject, a legend."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import MONTHS, number_columns
from connectors.paper.wire import EjournalCell, EjournalPupil, EjournalSubject
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.paper.wire import Column

    Spot = tuple[int, int]
    Texts = Mapping[Spot, str]

_LABELS = {"Учебный год": "year", "Класс": "form", "Период": "period", "Ученик": "name"}
_MONTHS = {name.capitalize(): number for number, (name, _) in enumerate(MONTHS, 1)}
_TAILS = {"Средняя оценка": "average", "Средневзвешенный балл": "weighted", "Итоговая оценка за период": "final"}
_SEPTEMBER = 9
_YEAR = re.compile(r"20\d\d")


@dataclass(slots=True)
class Block:
    """What one block says; `pupil` is None where it names nobody."""

    place: str
    year: str = ""
    form: str = ""
    period: str = ""
    pupil: EjournalPupil | None = None
    legend: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Table:
    """The header of one block: which column is which lesson, and which holds which figure."""

    columns: Mapping[int, Column]
    tails: Mapping[int, str]


def read_block(place: str, texts: Texts, first: int, roles: dict[Spot, str], flaws: list[Flaw]) -> Block:
    """The block that starts at row `first`; gives each cell it understands a role and leaves the others without."""
    block = Block(f"{place}!{xl_rowcol_to_cell(first, 0)}")
    names = _head(texts, block, roles)
    header = next((row for (row, column), text in texts.items() if column == 0 and _plain(text) == "Предмет"), None)
    subjects: list[EjournalSubject] = []
    row = first + len(_LABELS)
    if header is not None:
        table = _header(place, texts, header, block, roles, flaws)
        row = header + 2
        averages = [column for column, tail in table.tails.items() if tail == "average"]
        while (row, 0) in texts and any((row, column) in texts for column in averages):
            subjects.append(_subject(place, texts, row, table, roles, flaws))
            row += 1
    _legend(texts, row, block, roles)
    for spot, name in names:
        where = f"{place}!{xl_rowcol_to_cell(*spot)}"
        block.pupil = EjournalPupil(name=name, place=where, subjects=tuple(subjects))
    return block


def _head(texts: Texts, block: Block, roles: dict[Spot, str]) -> list[tuple[Spot, str]]:
    """The lines «Учебный год: …» to «Ученик: …»; answers where the pupil is named."""
    names = []
    for spot, text in texts.items():
        label, colon, value = text.partition(":")
        if spot[1] or not colon or _plain(label) not in _LABELS:
            continue
        roles[spot] = "meta"
        match _LABELS[_plain(label)]:
            case "year":
                block.year = _plain(value)
            case "form":
                block.form = _plain(value)
            case "period":
                block.period = _plain(value)
            case _:
                names.append((spot, _plain(value)))
    return names[:1]


def _header(place: str, texts: Texts, row: int, block: Block, roles: dict[Spot, str], flaws: list[Flaw]) -> _Table:
    """Months stand over their first column only, so the row of days below is read from left to right."""
    roles[row, 0] = "header"
    tails: dict[int, str] = {}
    days: dict[int, date] = {}
    month = 0
    last = max((column for line, column in texts if line in (row, row + 1)), default=0)
    for column in range(1, last + 1):
        title = _plain(texts.get((row, column), ""))
        if title in _TAILS:
            tails[column], roles[row, column], month = _TAILS[title], "header", 0
        elif title in _MONTHS:
            month, roles[row, column] = _MONTHS[title], "month"
        spot = row + 1, column
        if spot not in texts or not month:
            continue
        day = _day(block.year, month, _plain(texts[spot]))
        if day is None or (days and day < max(days.values())):
            flaws.append(_flaw("COLUMN_DATE_BAD", place, spot, texts[spot]))
        else:
            days[column] = day
        roles[spot] = "day"
    numbered = zip(days, number_columns(days.values()), strict=True)
    return _Table({column: lesson for column, lesson in numbered if lesson}, tails)


def _day(year: str, month: int, text: str) -> date | None:
    """September to December belong to the first year of «2024/2025»."""
    found = _YEAR.search(year)
    if found is None or not text.isdigit():
        return None
    try:
        return date(int(found[0]) + (month < _SEPTEMBER), month, int(text))
    except ValueError:
        return None


def _subject(
    place: str, texts: Texts, row: int, table: _Table, roles: dict[Spot, str], flaws: list[Flaw]
) -> EjournalSubject:
    roles[row, 0] = "subject"
    cells, figures, places = [], {"average": "", "weighted": "", "final": ""}, {"final": ""}
    for column, (day, ordinal) in table.columns.items():
        if (row, column) in texts:
            where = f"{place}!{xl_rowcol_to_cell(row, column)}"
            cells.append(EjournalCell(day=day, ordinal=ordinal, raw=texts[row, column], place=where))
            roles[row, column] = "mark"
        else:
            roles[row, column] = "no entry"
    for column, tail in table.tails.items():
        figures[tail] = _plain(texts.get((row, column), ""))
        places[tail] = f"{place}!{xl_rowcol_to_cell(row, column)}"
        roles[row, column] = tail
    numbers = {
        tail: _number(figures[tail], place, (row, column), flaws)
        for column, tail in table.tails.items()
        if tail != "final"
    }
    return EjournalSubject(
        name=_plain(texts[row, 0]),
        cells=tuple(cells),
        average=numbers.get("average"),
        weighted=numbers.get("weighted"),
        final=figures["final"],
        final_place=places["final"],
    )


def _number(text: str, place: str, spot: Spot, flaws: list[Flaw]) -> float | None:
    """0 means that there is nothing to average (formats.md §13.9)."""
    try:
        return float(text.replace(",", ".") or 0) or None
    except ValueError:
        flaws.append(_flaw("FIGURE_BAD", place, spot, text))
        return None


def _legend(texts: Texts, first: int, block: Block, roles: dict[Spot, str]) -> None:
    """«Н | Неуважительная»: a letter and its meaning side by side, below the table."""
    for (row, column), letter in texts.items():
        if row >= first and column == 0 and (row, 1) in texts and (row, 0) not in roles:
            block.legend[_plain(letter)] = _plain(texts[row, 1])
            roles[row, 0] = roles[row, 1] = "legend"


def _plain(text: str) -> str:
    """One kind of space: a heading of this report runs over two lines («Средневзвешенный \\n балл»)."""
    return " ".join(text.split())


def _flaw(code: str, place: str, spot: Spot, raw: str) -> Flaw:
    return Flaw(code=code, where=f"{place}!{xl_rowcol_to_cell(*spot)}", raw=raw, blocks=True)
