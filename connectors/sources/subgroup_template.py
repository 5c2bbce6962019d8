"""Writes the workbook of subgroups that class teachers fill in: drop-downs of the timetable's groups, and a guide."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from connectors.sources.subgroup_book import (
    DIVISION,
    FILE_HEADER,
    FORM,
    GUIDE_SHEET,
    KEYS_SHEET,
    MARK,
    NAME_HEADERS,
    TEACHER_AGREES,
    TEACHER_DAY,
    TUTOR_AGREES,
    TUTOR_DAY,
    VERSION,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from connectors.sources.subgroup_book import BookForm

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = 2
"""0-based row of the headings."""
_FIRST = len(NAME_HEADERS) + 2
"""The first column of a division: after the number, the name and the personal file."""
_BAD = re.compile(r"[\[\]:*?/\\']")
_GUIDE = (
    "Как заполнить книгу подгрупп",
    "",
    "1. Для каждого класса есть лист. В строках ученики, в столбцах деления из расписания.",
    "2. В каждой клетке выберите подгруппу из списка: каждый ученик ровно в одной подгруппе каждого деления.",
    "3. Пустых клеток не остаётся: они выделены цветом. Пустая клетка никого не убирает, но и не зачисляет.",
    "4. Под списком учитель каждого деления и классный руководитель пишут ФИО и дату: это их согласование.",
    "5. Без обоих согласований лист остаётся черновиком: состав подгрупп в дневник не уходит.",
    "6. Заголовки и столбцы с именами не меняйте. Новый ученик появится в новой книге: sverka subgroups template.",
    "7. Готовую книгу верните администратору: sverka subgroups import ФАЙЛ.",
)


def write_subgroup_book(path: Path, forms: Sequence[BookForm], school_year: int) -> None:
    """The workbook is complete on disk; equal arguments give equal bytes. A form without divisions gets no sheet."""
    book = Workbook(str(path), {**_OPTIONS, "default_format_properties": {"font_name": "Arial", "font_size": 10}})
    book.set_properties({"title": "Подгруппы", "created": datetime(school_year, 9, 1)})  # noqa: DTZ001
    look = _look(book)
    _guide(book.add_worksheet(GUIDE_SHEET), look)
    split = [form for form in forms if form.divisions]
    sheets = dict(zip(_sheet_names([form.name for form in split]), split, strict=True))
    keys, ranges = _keys(sheets, school_year)
    for name, form in sheets.items():
        _write_form(book.add_worksheet(name), form, school_year, look, {t: ranges[name, t] for t in _tags(form)})
    hidden = book.add_worksheet(KEYS_SHEET)
    for row, cells in enumerate(keys):
        hidden.write_row(row, 0, cells)
    hidden.very_hidden()
    hidden.protect("")
    book.close()


def _look(book: Workbook) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "head": book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EEF4", "valign": "top"}),
        "name": book.add_format({"border": 1}),
        "seat": book.add_format({"border": 1, "locked": False}),
        "sign": book.add_format({"border": 1, "locked": False, "bg_color": "#F7F7E8"}),
        "day": book.add_format({"border": 1, "locked": False, "bg_color": "#F7F7E8", "num_format": "dd.mm.yyyy"}),
        "label": book.add_format({"bold": True}),
        "missing": book.add_format({"bg_color": "#FFE9A8"}),
    }


def _guide(sheet: Worksheet, look: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    for row, line in enumerate(_GUIDE):
        sheet.write_string(row, 0, line, look["title"] if row == 0 else None)
    sheet.hide_gridlines(2)
    sheet.protect("")


def _sheet_names(names: Sequence[str]) -> list[str]:
    """What Excel allows: 31 signs, none of its own, no two alike."""
    found: list[str] = []
    for name in names:
        plain = _BAD.sub(" ", name).strip()[:28] or "Класс"
        taken = {one.casefold() for one in found}
        number = 2
        while plain.casefold() in taken:
            plain, number = f"{plain[:26]}~{number}", number + 1
        found.append(plain)
    return found


def _tags(form: BookForm) -> list[str]:
    return [division.tag for division in form.divisions]


def _keys(sheets: Mapping[str, BookForm], school_year: int) -> tuple[list[list[str]], dict[tuple[str, str], str]]:
    """The hidden sheet's rows, and where in it each division's groups stand: what the drop-downs point at."""
    rows: list[list[str]] = [[MARK, VERSION, str(school_year)]]
    ranges = {}
    for sheet, form in sheets.items():
        rows.append([FORM, sheet, form.name])
        for one in form.divisions:
            area = xl_range_abs(len(rows), 4, len(rows), 3 + len(one.groups))
            ranges[sheet, one.tag] = f"='{KEYS_SHEET}'!{area}"
            rows.append([DIVISION, sheet, one.tag, one.title, *one.groups])
    return rows, ranges


def _write_form(
    sheet: Worksheet, form: BookForm, school_year: int, look: Mapping[str, Any], sources: Mapping[str, str]
) -> None:
    year = f"{school_year}/{(school_year + 1) % 100:02d}"
    sheet.write_string(0, 0, f"Подгруппы класса {form.name}, {year} учебный год", look["title"])
    titles = [one.title for one in form.divisions]
    sheet.write_row(_HEAD, 0, ["№", *NAME_HEADERS, FILE_HEADER, *titles], look["head"])
    for place, pupil in enumerate(form.pupils, start=1):
        row = _HEAD + place
        sheet.write_number(row, 0, place, look["name"])
        for column, text in enumerate((pupil.family, pupil.given, pupil.patronymic, pupil.file), start=1):
            sheet.write_string(row, column, text, look["name"])
        for column, tag in enumerate(_tags(form), start=_FIRST):
            sheet.write(row, column, pupil.seats.get(tag) or None, look["seat"])
    last = _HEAD + max(len(form.pupils), 1)
    for column, tag in enumerate(_tags(form), start=_FIRST):
        _choice(sheet, column, last, sources[tag], look)
    _agreements(sheet, last + 2, len(form.divisions), look)
    _shape(sheet, form, last)


def _choice(sheet: Worksheet, column: int, last: int, source: str, look: Mapping[str, Any]) -> None:
    """A drop-down stops what is typed and not what is pasted: the import looks at every cell again."""
    area = (_HEAD + 1, column, last, column)
    sheet.data_validation(
        *area,
        {
            "validate": "list",
            "source": source,
            "error_title": "Нет такой подгруппы",
            "error_message": "Выберите подгруппу из списка.",
        },
    )
    first = xl_rowcol_to_cell(_HEAD + 1, column)
    sheet.conditional_format(*area, {"type": "formula", "criteria": f"=ISBLANK({first})", "format": look["missing"]})


def _agreements(sheet: Worksheet, row: int, divisions: int, look: Mapping[str, Any]) -> None:
    sheet.write_string(row, 1, "Согласование", look["title"])
    lines = ((TEACHER_AGREES, "sign", divisions), (TEACHER_DAY, "day", divisions))
    for place, (label, kind, width) in enumerate((*lines, (TUTOR_AGREES, "sign", 1), (TUTOR_DAY, "day", 1)), start=1):
        sheet.write_string(row + place, 1, label, look["label"])
        for column in range(_FIRST, _FIRST + width):
            sheet.write_blank(row + place, column, None, look[kind])


def _shape(sheet: Worksheet, form: BookForm, last: int) -> None:
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, _FIRST - 2, 20)
    sheet.set_column(_FIRST - 1, _FIRST - 1, 15)
    sheet.set_column(_FIRST, _FIRST + len(form.divisions) - 1, 24)
    sheet.set_row(_HEAD, 32)
    sheet.freeze_panes(_HEAD + 1, 2)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.print_area(0, 0, last + 6, _FIRST + len(form.divisions) - 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})
