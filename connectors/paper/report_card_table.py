"""One pupil's table of the report card: three rows of headings, then a row for each subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.report_card_wire import CardMark, CardSubject, Figure
from connectors.sources.grid import header_key
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping

    Spot = tuple[int, int]
    Texts = Mapping[Spot, str]

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_PERIOD = re.compile(
    r"(?:(?P<number>[1-6])|(?P<roman>i{1,3}|iv))?\s*-?[йя]?\s*(?:четверть|триместр|полугодие|модуль|четв\.?|трим\.?)"
    r"(?:\s*(?P<after>[1-6]))?"
)
_BARE = re.compile(r"[1-6]|i{1,3}|iv")
_FIGURES = (
    (re.compile(r"ср\w*\.? ?взв.*|средневзв.*"), Figure.WEIGHTED),
    (re.compile(r"средн\w*( балл| оценка)?|ср\.? ?балл"), Figure.AVERAGE),
    (re.compile(r"гос.*экз.*|гиа|огэ|егэ"), Figure.STATE_EXAM),
    (re.compile(r"экз.*"), Figure.EXAM),
    (re.compile(r"год.*"), Figure.YEAR),
    (re.compile(r"итог.*"), Figure.RESULT),
)
_MARKS = frozenset({Figure.PERIOD, Figure.YEAR, Figure.EXAM, Figure.STATE_EXAM, Figure.RESULT})
_NUMBERS = frozenset({"№", "№ п/п", "n п/п", "п/п"})
_MOST_HEADINGS = 4


class Meaning(NamedTuple):
    figure: Figure
    period: int


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the rows of subjects begin, and what each column holds."""

    subject: int
    first: int
    columns: Mapping[int, Meaning]
    number: int | None
    """The column that counts the rows."""


def read_headings(
    place: str, texts: Texts, start: Spot, end: int, flaws: list[Flaw], roles: dict[Spot, str]
) -> Headings:
    """The headings that begin at «Предмет»; a column with a heading nobody knows is a flaw, once."""
    top, subject = start
    last = next((row for row in range(top + 1, min(top + _MOST_HEADINGS, end)) if (row, subject) in texts), end)
    rows = range(top, min(last, top + _MOST_HEADINGS))
    heads = {spot: header_key(text) for spot, text in texts.items() if spot[0] in rows}
    roles.update(dict.fromkeys(heads, "header"))
    number = next((column for (_, column), key in heads.items() if key in _NUMBERS), None)
    columns: dict[int, Meaning] = {}
    period = 0
    for column in range(subject + 1, max((spot[1] for spot in heads), default=0) + 1):
        keys = [heads[row, column] for row in rows if (row, column) in heads]
        period, meaning = _meaning(keys, period)
        if meaning and (column not in columns):
            columns[column] = meaning
        elif keys and not meaning:
            where = f"{place}!{xl_rowcol_to_cell(top, column)}"
            flaws.append(Flaw(code="COLUMN_UNKNOWN", where=where, raw=" ".join(keys), blocks=True))
    return Headings(subject=subject, first=rows.stop, columns=columns, number=number)


def _meaning(keys: list[str], period: int) -> tuple[int, Meaning | None]:
    """(the period that holds from this column on, what the column is), by its headings from top to bottom."""
    figure = None
    for key in keys:
        found = _PERIOD.fullmatch(key)
        if found:
            period = int(found["number"] or found["after"] or _ROMAN.get(found["roman"] or "", 0)) or period + 1
            continue
        if figure is None and _BARE.fullmatch(key):
            period = _ROMAN.get(key) or int(key)
            continue
        figure = next((one for pattern, one in _FIGURES if pattern.fullmatch(key)), figure)
    if figure is Figure.RESULT and keys[-1] in {"итог", "итоговая", "итог."} and period:
        return period, Meaning(Figure.PERIOD, period)
    if figure in {Figure.AVERAGE, Figure.WEIGHTED}:
        return period, Meaning(figure, period)
    if figure is None:
        return period, None
    return 0, Meaning(figure, 0)


def read_rows(
    place: str, texts: Texts, table: Headings, end: int, flaws: list[Flaw], roles: dict[Spot, str]
) -> tuple[tuple[CardSubject, ...], int]:
    """(subjects, the first row below the table): a row is a subject while it has a name and no label with a colon."""
    subjects = []
    row = table.first
    while row < end and (row, table.subject) in texts and not texts[row, table.subject].endswith(":"):
        subjects.append(_subject(place, texts, row, table, flaws, roles))
        row += 1
    return tuple(subjects), row


def _subject(
    place: str, texts: Texts, row: int, table: Headings, flaws: list[Flaw], roles: dict[Spot, str]
) -> CardSubject:
    roles[row, table.subject] = "subject"
    if table.number is not None and (row, table.number) in texts:
        roles[row, table.number] = "number"
    figures: dict[Figure, dict[int, float]] = {Figure.AVERAGE: {}, Figure.WEIGHTED: {}}
    marks = []
    for column, (figure, period) in table.columns.items():
        if (row, column) not in texts:
            continue
        text, where = texts[row, column], f"{place}!{xl_rowcol_to_cell(row, column)}"
        roles[row, column] = figure.value
        value = _number(text)
        if value == 0:
            roles[row, column] = "no data"
        elif figure in _MARKS:
            marks.append(CardMark(figure=figure, period=period, raw=text, place=where))
        elif value is None:
            flaws.append(Flaw(code="FIGURE_BAD", where=where, raw=text, blocks=True))
        else:
            figures[figure][period] = value
    return CardSubject(
        name=texts[row, table.subject],
        averages=figures[Figure.AVERAGE],
        weighted=figures[Figure.WEIGHTED],
        marks=tuple(marks),
    )


def _number(text: str) -> float | None:
    """0.0 is what the report prints where there is nothing (formats.md §13.9)."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
