"""Where the cells of a timetable grid stand: week, weekday, lesson number and form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mappings.classes import parse_form
from mappings.sources.hours import find_number
from mappings.sources.provisional import undated_form
from mappings.sources.weekdays import find_week, find_weekday
from state.records import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sources.lesson_grid_wire import GridLesson, GridSheet
    from mappings.sources.notes import Notes
    from state.identity import SourcedId

_FORM = re.compile(r"(?:1[01]|[1-9])[^\W\d_]?(?: \(.*\))?")
_TIMES = frozenset({"время", "звонки", "начало", "часы", "расписание звонков"})
_EVERY_WEEK = -1


class Place(NamedTuple):
    week: int
    """0 or 1; below 0 every week."""
    weekday: int
    number: int
    form: SourcedId

    @property
    def dated(self) -> bool:
        return self.week != _EVERY_WEEK

    @property
    def any_week(self) -> Place:
        return self._replace(week=_EVERY_WEEK)


class Placed(NamedTuple):
    lines: tuple[str, ...]
    where: str


@dataclass
class Places:
    """The cells of the sheets of one kind, each in its place."""

    cells: dict[Place, Placed] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    """By the heading as written."""

    @property
    def cycle(self) -> int:
        return 2 if any(place.dated for place in self.cells) else 1

    @property
    def covers_cycle(self) -> bool:
        """Every week of the cycle has a sheet: otherwise the file is one week of two (formats.md §13.7)."""
        return self.cycle == 1 or {place.week for place in self.cells if place.dated} == {0, 1}


def read_places(sheets: Sequence[GridSheet], notes: Notes) -> Places:
    """Every cell in its place; a cell whose day, number or form cannot be told is a problem."""
    places = Places()
    for sheet in sheets:
        week = _week(sheet)
        days = _days(sheet, notes)
        for column in sheet.columns:
            _take_column(column.text, column.where, sheet, places, notes)
        for lesson in sheet.lessons:
            if lesson.column in places.forms:
                _put(lesson, week, days, places, notes)
    return places


def _week(sheet: GridSheet) -> int:
    """By the name of the sheet, else by what stands above the table."""
    for text in (sheet.name, *sheet.titles):
        week = find_week(text)
        if week is not None:
            return week
    return _EVERY_WEEK


def _days(sheet: GridSheet, notes: Notes) -> dict[str, int]:
    used = {lesson.day for lesson in sheet.lessons}
    days: dict[str, int] = {}
    for label in sheet.days:
        found = find_weekday(label.text)
        if found:
            days[label.text] = found[0]
        else:
            unknown = label.text in used
            notes.add("GRID_DAY_UNKNOWN" if unknown else "TITLE_SKIPPED", label.where, label.text, blocks=unknown)
    return days


def _take_column(title: str, where: str, sheet: GridSheet, places: Places, notes: Notes) -> None:
    parsed = parse_form(title)
    if parsed.grade and _FORM.fullmatch(parsed.name):
        places.forms[title] = Form(sourced_id=undated_form(title), name=parsed.name, grade=parsed.grade)
        return
    filled = any(lesson.column == title for lesson in sheet.lessons)
    notes.add("COLUMN_UNKNOWN", where, title, blocks=filled and title.casefold().strip(" .:") not in _TIMES)


def _put(lesson: GridLesson, week: int, days: dict[str, int], places: Places, notes: Notes) -> None:
    number = find_number(lesson.number)
    if number is None:
        notes.add("GRID_NUMBER_BAD", lesson.where, lesson.number or " ".join(lesson.lines), blocks=True)
    elif not lesson.day:
        notes.add("GRID_DAY_UNKNOWN", lesson.where, " ".join(lesson.lines), blocks=True)
    elif lesson.day in days:
        form = places.forms[lesson.column].sourced_id
        place = Place(week, days[lesson.day], number, form)
        known = places.cells.setdefault(place, Placed(lesson.lines, lesson.where))
        if known.lines != lesson.lines:
            notes.add("GRID_CELL_REPEATED", lesson.where, " ".join(lesson.lines), blocks=True)
        elif known.where != lesson.where:
            notes.add("ROW_REPEATED", lesson.where, " ".join(lesson.lines))
    # Else its day is told as unknown already.
