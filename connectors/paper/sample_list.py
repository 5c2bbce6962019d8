"""The workbook of a drawn sample: a line for each thing to look up on paper, and nothing the diary says of it.

A line is found again by the number it was printed with, wherever a person moved it; a line that is gone or changed is
named, never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import KEYS_SHEET, NO, YES
from connectors.paper.look import BOX_FILL, FONT, GRID, HEAD_FILL, INK, MUTED
from connectors.paper.xlsx import as_text, open_xlsx, shown
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from connectors.paper.xlsx import Sheet, Value

MARKER, VERSION = "sverka-sample", "1"
SHEET = "Выборка"
TITLE, HEAD, FIRST = 0, 4, 5
ANSWER = 5
COLUMNS = (("№", 6), ("Страница журнала", 30), ("Дата", 12), ("Урок", 7), ("Что посмотреть", 38), ("На бумаге", 26))
EMPTY = frozenset({"-", "–", "—", "пусто"})
"""What is typed where nothing stands on paper: a blank line is one that nobody has looked up."""
NO_LESSON = frozenset({"нет урока"})
_PROTECTION = {"format_columns": True, "format_rows": True, "autofilter": True}


class What(StrEnum):
    """What a line asks for."""

    LESSON = "lesson"
    """Is the lesson on paper: да or нет."""
    MARK = "mark"
    TOPIC = "topic"
    HOMEWORK = "homework"
    OTHERS = "others"
    """What stands there for pupils who are not on the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnUnit:
    """One lesson or cell to look up. Keys of groups, subjects and pupils are opaque text here."""

    unit: str
    group: str
    subject: str
    day: date
    nth: int
    pupils: tuple[tuple[int, str], ...]
    """(number in cell keys, key)."""
    whole_lesson: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLine:
    unit: str
    what: What
    person: int = 0
    """The number in cell keys; 0 for what belongs to the lesson."""
    page: str
    """«7Б. Алгебра»."""
    day: date
    lesson: str
    asks: str
    """The pupil's name, or what else to look up."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The texts printed beside the number."""
        return self.page, f"{self.day:%d.%m.%Y}", self.lesson, self.asks


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAnswer:
    unit: str
    what: What
    person: int
    text: str
    """Blank: nothing was typed."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBook:
    """A workbook read back. `flawed`: units of which a line is missing, changed or cannot be read."""

    source: str
    sha256: str
    draw: int
    digest: str
    answers: tuple[SampleAnswer, ...]
    flaws: tuple[Flaw, ...]
    flawed: frozenset[str]


# --- out --------------------------------------------------------------------------------------------------------------


def write_sample_list(
    lines: Sequence[SampleLine],
    path: Path,
    *,
    draw: int,
    digest: str,
    heading: Sequence[str],
    answers: Mapping[int, str] | None = None,
) -> None:
    """The workbook is complete on disk. `heading` goes above the table, three lines at most.

    `answers` (line → what a person types) fills it in as if typed: for the demo and for training.
    """
    book = Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": SHEET})
    sheet, looks = book.add_worksheet(SHEET), _looks(book)
    for row, text in enumerate(heading[:HEAD]):
        sheet.write_string(TITLE + row, 0, text, looks["title" if row == 0 else "hint"])
    for column, (name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD, column, name, looks["head"])
    for index, line in enumerate(lines):
        _write_line(sheet, index, line, looks, (answers or {}).get(index, ""))
    _set_up(sheet, lines)
    hidden = book.add_worksheet(KEYS_SHEET)
    for row, cells in enumerate(_keys(lines, draw, digest)):
        for column, text in enumerate(cells):
            hidden.write_string(row, column, text)
    hidden.very_hidden()
    hidden.protect("")
    book.close()


def _keys(lines: Sequence[SampleLine], draw: int, digest: str) -> Iterator[tuple[str, ...]]:
    yield MARKER, VERSION, str(draw), digest, str(len(lines))
    for number, line in enumerate(lines, start=1):
        yield str(number), line.unit, line.what.value, str(line.person), *line.labels


def _looks(book: Workbook) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": GRID, "text_wrap": True}
    typed = {**cell, "num_format": "@", "locked": False, "bg_color": BOX_FILL, "font_size": 11}
    return {
        "title": book.add_format({**base, "bold": True, "font_size": 14}),
        "hint": book.add_format({**base, "font_color": MUTED}),
        "head": book.add_format({**cell, "bold": True, "bg_color": HEAD_FILL, "align": "center"}),
        "cell": book.add_format(cell),
        "lesson": book.add_format({**cell, "bold": True, "bg_color": HEAD_FILL}),
        "typed": book.add_format(typed),
    }


def _write_line(sheet: Any, index: int, line: SampleLine, looks: Mapping[str, Any], answer: str) -> None:
    look = looks["lesson" if line.what is What.LESSON else "cell"]
    for column, text in enumerate((str(index + 1), *line.labels)):
        sheet.write_string(FIRST + index, column, text, look)
    if answer:
        sheet.write_string(FIRST + index, ANSWER, answer, looks["typed"])
    else:
        sheet.write_blank(FIRST + index, ANSWER, None, looks["typed"])


def _set_up(sheet: Any, lines: Sequence[SampleLine]) -> None:
    last = FIRST + max(len(lines), 1) - 1
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(last, ANSWER)}"})
    sheet.freeze_panes(FIRST, 0)
    sheet.autofilter(HEAD, 0, last, ANSWER)
    sheet.protect("", _PROTECTION)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.set_footer("&L&A&RСтраница &P из &N")
    for index, line in enumerate(lines):
        if line.what is What.LESSON:
            spot = (FIRST + index, ANSWER) * 2
            sheet.data_validation(*spot, {"validate": "list", "source": [YES, NO], "error_type": "information"})


# --- back -------------------------------------------------------------------------------------------------------------


def read_sample_list(path: Path) -> SampleBook:
    """Every line of the workbook, answered or not. Raises UnreadableFile for a file that is not such a workbook."""
    book = open_xlsx(path)
    if KEYS_SHEET not in book.sheets or SHEET not in book.sheets:
        raise UnreadableFile("это не лист выборки", book.source, code="SAMPLE_NOT_A_SHEET")
    draw, digest, lines = _decoded(book.sheets[KEYS_SHEET].rows, book.source)
    reader = _Reader(book.sheets[SHEET], f"{book.source}!{SHEET}")
    answers = tuple(reader.answer(number, line) for number, line in enumerate(lines, start=1))
    reader.strays(len(lines))
    return SampleBook(
        source=book.source,
        sha256=book.sha256,
        draw=draw,
        digest=digest,
        answers=answers,
        flaws=tuple(reader.flaws),
        flawed=frozenset(reader.flawed),
    )


def _decoded(rows: Sequence[Sequence[Value]], source: str) -> tuple[int, str, list[SampleLine]]:
    head = [str(value) for value in rows[0][:5]] if rows else []
    try:
        marker, version, draw, digest, count = head
        lines = [_line([str(value) for value in row]) for row in rows[1:] if row[0]]
        if (marker, version, int(count)) == (MARKER, VERSION, len(lines)):
            return int(draw), digest, lines
    except (ValueError, LookupError) as error:
        raise _damaged(source) from error
    raise _damaged(source)


def _damaged(source: str) -> UnreadableFile:
    return UnreadableFile("служебный лист выборки испорчен", f"{source}!{KEYS_SHEET}", code="SAMPLE_KEYS_DAMAGED")


def _line(row: Sequence[str]) -> SampleLine:
    _number, unit, what, person, page, day, lesson, asks = row[:8]
    on = date(int(day[6:]), int(day[3:5]), int(day[:2]))
    return SampleLine(unit=unit, what=What(what), person=int(person), page=page, day=on, lesson=lesson, asks=asks)


class _Reader:
    def __init__(self, sheet: Sheet, place: str) -> None:
        self.sheet = sheet
        self.place = place
        self.flaws: list[Flaw] = []
        self.flawed: set[str] = set()
        printed = ((row, as_text(values[0])) for row, values in enumerate(sheet.rows) if values and row >= FIRST)
        self.rows = [(row, text) for row, text in printed if text]
        self.times = Counter(text for _row, text in self.rows)
        self.found = {text: row for row, text in self.rows}

    def answer(self, number: int, line: SampleLine) -> SampleAnswer:
        row = self.found.get(str(number), -1)
        spot = (row, ANSWER)
        place = f"{self.place}!{xl_rowcol_to_cell(*spot)}" if row >= 0 else self.place
        text = as_text(self.sheet.filled.get(spot, ""))
        code = self._wrong(number, line, row)
        if code or text is None:
            raw = str(number) if code else shown(self.sheet.filled[spot])
            self.flaws.append(Flaw(code=code or "NOT_TEXT", where=place, raw=raw, blocks=True))
            self.flawed.add(line.unit)
        return SampleAnswer(unit=line.unit, what=line.what, person=line.person, text=text or "", place=place)

    def _wrong(self, number: int, line: SampleLine, row: int) -> str:
        if row < 0:
            return "SAMPLE_LINE_GONE"
        if self.times[str(number)] > 1:
            return "SAMPLE_LINE_TWICE"
        there = tuple(as_text(self.sheet.filled.get((row, column), "")) for column in range(1, ANSWER))
        if there != tuple(" ".join(label.split()) for label in line.labels):
            return "LABEL_CHANGED"
        return self.sheet.refused.get((row, ANSWER), "")

    def strays(self, count: int) -> None:
        """Whatever stands outside the printed lines is named."""
        known = {row for row, text in self.rows if text.isdecimal() and 1 <= int(text) <= count}
        for (row, column), value in self.sheet.filled.items():
            # of the rows above the table only the first column is printed
            printed = range(ANSWER + 1) if row in known or row == HEAD else range(int(row < HEAD))
            if column not in printed:
                where = f"{self.place}!{xl_rowcol_to_cell(row, column)}"
                self.flaws.append(Flaw(code="STRAY_CELL", where=where, raw=shown(value)))
