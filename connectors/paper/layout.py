"""Where everything stands on a page: one plan that the writer prints by and the reader reads by.

Left page: pupils × dates with the final mark; right page: its date where it is another, topic, homework. Rows and
columns are 0-based.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from connectors.paper.summary_sheet import SummaryLayout
    from connectors.paper.wire import Column, TemplatePage, TemplateSummary

    Spot = tuple[int, int]
    """(row, column)."""

LAYOUT_VERSION = 2
GUIDE_SHEET = "Как заполнять"
KEYS_SHEET = "_sverka"
YES, NO = "да", "нет"
TITLE, INFO, HINT, WHOLE, BY, MONTH, DAY, ON_PAPER, FIRST = range(9)
FIRST_DATE = 2
BOX_WIDTH = 4
"""Columns under the box cells; a page always has as many spare columns."""
HINT_TEXT = "Как на бумаге, не заглядывая в электронный журнал. Пусто — оставьте пусто, две отметки — через дробь."
MONTHS = (
    ("январь", "янв."),
    ("февраль", "февр."),
    ("март", "март"),
    ("апрель", "апр."),
    ("май", "май"),
    ("июнь", "июнь"),
    ("июль", "июль"),
    ("август", "авг."),
    ("сентябрь", "сент."),
    ("октябрь", "окт."),
    ("ноябрь", "нояб."),
    ("декабрь", "дек."),
)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Label(StrEnum):
    """What a printed text is for."""

    TITLE = "title"
    INFO = "info"
    HINT = "hint"
    CAPTION = "caption"
    HEAD = "head"
    MONTH = "month"
    DAY = "day"
    SPARE = "spare"
    NUMBER = "number"
    PUPIL = "pupil"
    LESSON = "lesson"
    SUBJECT = "subject"


ANCHORS = frozenset({Label.MONTH, Label.DAY, Label.SPARE, Label.NUMBER, Label.PUPIL, Label.LESSON, Label.SUBJECT})
"""Labels that tell whose cell and which day it is: where one of them moved, nothing of the page can be trusted."""


class Slot(StrEnum):
    """What a person types into a cell."""

    MARK = "mark"
    FINAL = "final"
    TOPIC = "topic"
    HOMEWORK = "homework"
    RIGHT = "right"
    ON_PAPER = "on_paper"
    DATE = "date"
    NAME = "name"
    SUBJECT = "subject"
    WHOLE = "whole"
    BY = "by"


_RIGHT_SLOTS = (Slot.RIGHT, Slot.TOPIC, Slot.HOMEWORK)


@dataclass(frozen=True, slots=True)
class Layout:
    """`labels` and `slots` share no spot. A slot is (what, pupil row, date column), -1 where it has none."""

    page: TemplatePage
    labels: dict[Spot, tuple[Label, str]] = field(default_factory=dict)
    slots: dict[Spot, tuple[Slot, int, int]] = field(default_factory=dict)
    spans: dict[Spot, Spot] = field(default_factory=dict)
    """First → last spot of a merged area."""

    @property
    def pupil_rows(self) -> int:
        return len(self.page.pupils) + self.page.spare_pupils

    @property
    def date_columns(self) -> int:
        return len(self.page.columns) + self.page.spare_columns

    @property
    def final_column(self) -> int:
        return FIRST_DATE + self.date_columns

    @property
    def right_column(self) -> int:
        """First column of the right page; one narrow column lies between."""
        return self.final_column + 2

    @property
    def last_column(self) -> int:
        """Homework, the last of the right page."""
        return self.right_column + len(_RIGHT_SLOTS)

    @property
    def last_row(self) -> int:
        return FIRST + max(self.pupil_rows, self.date_columns) - 1

    def spot(self, slot: Slot, row: int = -1, column: int = -1) -> Spot:
        """Where that slot lies on the sheet."""
        match slot:
            case Slot.MARK | Slot.FINAL | Slot.NAME:
                across = {Slot.MARK: FIRST_DATE + column, Slot.FINAL: self.final_column, Slot.NAME: 1}[slot]
                return FIRST + row, across
            case Slot.ON_PAPER | Slot.DATE:
                return (ON_PAPER if slot is Slot.ON_PAPER else DAY), FIRST_DATE + column
            case Slot.RIGHT | Slot.TOPIC | Slot.HOMEWORK:
                return FIRST + column, self.right_column + 1 + _RIGHT_SLOTS.index(slot)
            case _:
                return (WHOLE if slot is Slot.WHOLE else BY), FIRST_DATE


def lay_out(page: TemplatePage) -> Layout:
    """The plan of one page; the same page gives the same plan."""
    if page.spare_columns < BOX_WIDTH:
        raise ValueError(f"a page needs {BOX_WIDTH} spare columns, not {page.spare_columns}")
    layout = Layout(page)
    lay_out_head(layout, HINT_TEXT, f"Учитель: {page.teacher}    " if page.teacher else "")
    _dates(layout)
    _pupils(layout)
    _right_page(layout)
    return layout


def lay_out_head(layout: Layout | SummaryLayout, hint: str, before: str = "") -> None:
    """What stands over the table of any sheet: what it is, of which days, how to fill it, and by whom it was."""
    page, labels = layout.page, layout.labels
    labels[TITLE, 0] = Label.TITLE, f"{page.group_label} · {page.subject_label}"
    labels[INFO, 0] = Label.INFO, f"{before}{page.period_label}: {page.starts:%d.%m.%Y} — {page.ends:%d.%m.%Y}"
    labels[HINT, 0] = Label.HINT, hint
    for slot, caption in ((Slot.WHOLE, "Перенесена полностью:"), (Slot.BY, "Кто переносил:")):
        row, box = layout.spot(slot)
        labels[row, 0] = Label.CAPTION, caption
        layout.spans[row, 0] = row, 1
        layout.slots[row, box] = slot, -1, -1
        layout.spans[row, box] = row, box + BOX_WIDTH - 1


def _dates(layout: Layout) -> None:
    page, labels = layout.page, layout.labels
    for across, text, down in ((0, "№", ON_PAPER), (1, "Фамилия, имя", DAY), (layout.final_column, "Итог", ON_PAPER)):
        labels[MONTH, across] = Label.HEAD, text
        layout.spans[MONTH, across] = down, across
    labels[ON_PAPER, 1] = Label.HEAD, "Есть на бумаге?"
    for index, (day, _) in enumerate(page.columns):
        labels[DAY, FIRST_DATE + index] = Label.DAY, str(day.day)
        layout.slots[layout.spot(Slot.ON_PAPER, column=index)] = Slot.ON_PAPER, -1, index
    _months(layout, [day for day, _ in page.columns])
    spare = FIRST_DATE + len(page.columns)
    labels[MONTH, spare] = Label.SPARE, "другие даты"
    layout.spans[MONTH, spare] = MONTH, layout.final_column - 1
    for number in range(page.spare_columns):
        index = len(page.columns) + number
        layout.slots[layout.spot(Slot.DATE, column=index)] = Slot.DATE, -1, index
        labels[ON_PAPER, FIRST_DATE + index] = Label.SPARE, f"доп. {number + 1}"


def _months(layout: Layout, days: Sequence[date]) -> None:
    for (_, month), run in groupby(enumerate(days), key=lambda item: (item[1].year, item[1].month)):
        columns = [FIRST_DATE + index for index, _ in run]
        long, short = MONTHS[month - 1]
        layout.labels[MONTH, columns[0]] = Label.MONTH, long if len(columns) > 1 else short
        if len(columns) > 1:
            layout.spans[MONTH, columns[0]] = MONTH, columns[-1]


def _pupils(layout: Layout) -> None:
    for row in range(layout.pupil_rows):
        layout.labels[FIRST + row, 0] = Label.NUMBER, str(row + 1)
        if row < len(layout.page.pupils):
            layout.labels[FIRST + row, 1] = Label.PUPIL, layout.page.pupils[row][1]
        else:
            layout.slots[layout.spot(Slot.NAME, row)] = Slot.NAME, row, -1
        for column in range(layout.date_columns):
            layout.slots[layout.spot(Slot.MARK, row, column)] = Slot.MARK, row, column
        layout.slots[layout.spot(Slot.FINAL, row)] = Slot.FINAL, row, -1


def _right_page(layout: Layout) -> None:
    for offset, text in enumerate(("Дата слева", "Справа другая", "Что пройдено на уроке", "Домашнее задание")):
        layout.labels[MONTH, layout.right_column + offset] = Label.HEAD, text
        layout.spans[MONTH, layout.right_column + offset] = ON_PAPER, layout.right_column + offset
    for index, text in enumerate(_lesson_labels(layout.page)):
        layout.labels[FIRST + index, layout.right_column] = Label.LESSON, text
        for slot in _RIGHT_SLOTS:
            layout.slots[layout.spot(slot, column=index)] = slot, -1, index


def _lesson_labels(page: TemplatePage) -> list[str]:
    days = [day for day, _ in page.columns]
    printed = [f"{day:%d.%m}" if days.count(day) == 1 else f"{day:%d.%m} ({nth})" for day, nth in page.columns]
    return printed + [f"доп. {number + 1}" for number in range(page.spare_columns)]


def number_columns(days: Iterable[date | None]) -> list[Column | None]:
    """Days of the columns that are on paper (None: not there) → (day, nth), counting equal days in order."""
    seen: dict[date, int] = {}
    numbered: list[Column | None] = []
    for day in days:
        if day is None:
            numbered.append(None)
            continue
        seen[day] = seen.get(day, 0) + 1
        numbered.append((day, seen[day]))
    return numbered


def sheet_names(pages: Sequence[TemplatePage | TemplateSummary]) -> list[str]:
    """A legal name for each page's sheet: at most 31 characters, unique whatever the case."""
    taken = {GUIDE_SHEET.casefold(), KEYS_SHEET, "history"}
    names = []
    for page in pages:
        base = _FORBIDDEN.sub(" ", f"{page.group_label} {page.subject_label}")
        base = " ".join(base.split()).strip("' ") or "Страница"
        name, number = base[:31].strip(" '"), 1
        while name.casefold() in taken:
            number += 1
            tail = f" ({number})"
            name = base[: 31 - len(tail)].strip() + tail
        taken.add(name.casefold())
        names.append(name)
    return names
