"""The workbook that a deputy types the paper register into: one protected sheet per page, printable, blind.

Blind: a page's shape has no room for an electronic mark, so none can leak into it; what `entries` holds was typed by
a person (or by the demo playing one).
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.entries import typed
from connectors.paper.guide import write_guide
from connectors.paper.keys import encode
from connectors.paper.layout import (
    FIRST,
    FIRST_DATE,
    KEYS_SHEET,
    MONTH,
    NO,
    ON_PAPER,
    YES,
    Label,
    Slot,
    lay_out,
    sheet_names,
)
from connectors.paper.look import FONT, Look
from connectors.paper.summary_sheet import FIRST as SUMMARY_FIRST
from connectors.paper.summary_sheet import HEADS, lay_out_summary, typed_summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.summary_sheet import SummaryLayout
    from connectors.paper.wire import PageEntries, SummaryEntries, TemplatePage, TemplateSummary

YES_NO = (YES, NO)
CELL_CHOICES = ("5", "4", "3", "2", "н", "УП", "НП", "Б", "ОП", "осв", "н/а")
FINAL_CHOICES = ("5", "4", "3", "2", "н/а", "осв", "зач", "незач")
_A4_WIDTH, _A4_HEIGHT = 785, 510
"""Printable points of A4 landscape inside our margins."""
_ROW_POINTS = 20
_PROTECTION = {"format_columns": True, "format_rows": True}


def write_template(
    pages: Sequence[TemplatePage],
    path: Path,
    entries: Mapping[int, PageEntries] | None = None,
    summaries: Mapping[TemplateSummary, SummaryEntries] | None = None,
) -> None:
    """The workbook is complete on disk; equal arguments give equal bytes.

    `entries` (page index → what a person types) fills pages in as if typed: for the demo and for training. After the
    pages stand the summary sheets, with what a person types into each. Raises ValueError where an entry names a pupil,
    a column or a spare place that its page does not have.
    """
    printed: list[TemplatePage | TemplateSummary] = [*pages, *(summaries or {})]
    names = sheet_names(printed)
    book = Workbook(path, _options())
    if printed:
        book.set_properties({"created": datetime.combine(printed[0].starts, time()), "title": "Бумажный журнал"})
    look = Look(book)
    write_guide(book, look, names)
    for index, (name, page) in enumerate(zip(names, pages, strict=False)):
        layout = lay_out(page)
        values = typed(layout, entries[index]) if entries and index in entries else {}
        _write_page(book.add_worksheet(name), look, layout, values)
    for name, (sheet, said) in zip(names[len(pages) :], (summaries or {}).items(), strict=True):
        plan = lay_out_summary(sheet)
        _write_summary(book.add_worksheet(name), look, plan, typed_summary(plan, said))
    keys = book.add_worksheet(KEYS_SHEET)
    for row, cells in enumerate(encode(names, printed)):
        for column, text in enumerate(cells):
            keys.write_string(row, column, text)
    keys.very_hidden()
    keys.protect("")
    book.close()


def _options() -> dict[str, Any]:
    return {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Column widths count digits of this font: the same on a machine without Microsoft's own. A dictionary of its
        # own for each workbook, because the library adds to it, and the next workbook would come out different.
        "default_format_properties": {"font_name": FONT, "font_size": 10},
    }


def _write_page(sheet: Worksheet, look: Look, layout: Layout, values: Mapping[Spot, str]) -> None:
    _shape(sheet, layout)
    edges = {
        spot[1]
        for spot, (label, _) in layout.labels.items()
        if spot[0] == MONTH and label in (Label.MONTH, Label.SPARE)
    }
    for spot, (label, text) in layout.labels.items():
        spare = label in (Label.NUMBER, Label.LESSON) and _is_spare(layout, label, spot)
        edge = spot[1] in edges and label in (Label.MONTH, Label.DAY)
        _write(sheet, layout, spot, text, look.label(label, spare=spare, edge=edge))
    for spot, (slot, row, column) in layout.slots.items():
        spare = row >= len(layout.page.pupils) or column >= len(layout.page.columns)
        edge = spot[1] in edges and slot in (Slot.MARK, Slot.ON_PAPER)
        default = YES_NO[0] if slot is Slot.ON_PAPER else ""
        form = look.slot(slot, spare=spare, odd=spot[0] % 2 == 1, edge=edge)
        _write(sheet, layout, spot, values.get(spot, default), form)
    _choices(sheet, layout)
    _highlights(sheet, look, layout)


def _write_summary(sheet: Worksheet, look: Look, layout: SummaryLayout, values: Mapping[Spot, str]) -> None:
    for spot, (label, text) in layout.labels.items():
        spare = label is Label.NUMBER and spot[0] - SUMMARY_FIRST >= len(layout.page.pupils)
        _write(sheet, layout, spot, text, look.label(label, spare=spare))
    for spot, (slot, row, column) in layout.slots.items():
        spare = row >= len(layout.page.pupils) or column >= len(layout.page.subjects)
        form = look.slot(slot, spare=spare, odd=spot[0] % 2 == 1)
        _write(sheet, layout, spot, values.get(spot, ""), form)
    sheet.set_column(0, 0, 4.0)
    sheet.set_column(1, 1, 27.0)
    sheet.set_column(2, layout.last_column, 6.0)
    sheet.set_default_row(_ROW_POINTS)
    sheet.set_row(HEADS, 150)
    sheet.freeze_panes(SUMMARY_FIRST, 2)
    sheet.hide_gridlines(2)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(layout.last_row, layout.last_column)}"})
    sheet.protect("", _PROTECTION)
    sheet.set_portrait()  # a form is higher than wide
    sheet.set_paper(9)
    sheet.set_margins(left=0.6, right=0.4, top=0.4, bottom=0.6)
    sheet.set_footer("&L&A&RСтраница &P из &N")
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, layout.last_row, layout.last_column)
    last = layout.spot(Slot.FINAL, layout.pupil_rows - 1, layout.subject_columns - 1)
    _choice(sheet, (*layout.spot(Slot.FINAL, 0, 0), *last), FINAL_CHOICES)
    _choice(sheet, layout.spot(Slot.WHOLE) * 2, YES_NO)


def _is_spare(layout: Layout, label: Label, spot: Spot) -> bool:
    return spot[0] - FIRST >= len(layout.page.pupils if label is Label.NUMBER else layout.page.columns)


def _write(sheet: Worksheet, layout: Layout | SummaryLayout, spot: Spot, text: str, form: Any) -> None:
    if spot in layout.spans and layout.spans[spot] != spot:
        sheet.merge_range(*spot, *layout.spans[spot], "", form)
    if text:
        sheet.write_string(*spot, text, form)
    else:
        sheet.write_blank(*spot, None, form)


def _shape(sheet: Worksheet, layout: Layout) -> None:
    """Sizes, frozen panes and print set-up: left page and right page come out as two sheets, like the paper spread."""
    spare, right = FIRST_DATE + len(layout.page.columns), layout.right_column
    widths = [(0, 0, 4.0), (1, 1, 27.0), (spare, layout.final_column - 1, 6.5), (layout.final_column,) * 2 + (7.0,)]
    widths += [(right - 1, right - 1, 2.0), (right, right, 10.0), (right + 1, right + 1, 9.0)]
    widths += [(right + 2, right + 2, 54.0), (right + 3, right + 3, 42.0)]
    if spare > FIRST_DATE:
        widths.append((FIRST_DATE, spare - 1, 4.7))
    for first, last, width in widths:
        sheet.set_column(first, last, width)
    sheet.set_default_row(_ROW_POINTS)
    sheet.set_row(0, 26)
    sheet.freeze_panes(FIRST, FIRST_DATE)
    sheet.hide_gridlines(2)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(layout.last_row, layout.last_column)}"})
    sheet.protect("", _PROTECTION)
    left_points = sum((last - first + 1) * (width * 7 + 5) * 0.75 for first, last, width in widths if last < right - 1)
    scale = min(_A4_WIDTH / left_points, _A4_WIDTH / 620, _A4_HEIGHT / ((layout.last_row + 1) * _ROW_POINTS), 1.0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.6)
    sheet.set_footer("&L&A&RСтраница &P из &N")
    sheet.set_print_scale(max(40, int(scale * 100)))
    sheet.set_v_pagebreaks([right])
    sheet.repeat_rows(MONTH, ON_PAPER)
    sheet.print_area(0, 0, layout.last_row, layout.last_column)


def _choices(sheet: Worksheet, layout: Layout) -> None:
    """Drop-downs that advise and do not stop: paper may hold what no list does."""
    page, last = layout.page, layout.pupil_rows - 1
    marks = (*layout.spot(Slot.MARK, 0, 0), *layout.spot(Slot.MARK, last, layout.date_columns - 1))
    finals = (*layout.spot(Slot.FINAL, 0), *layout.spot(Slot.FINAL, last))
    _choice(sheet, marks, CELL_CHOICES)
    _choice(sheet, finals, FINAL_CHOICES)
    _choice(sheet, layout.spot(Slot.WHOLE) * 2, YES_NO)
    if page.columns:
        columns = (*layout.spot(Slot.ON_PAPER, column=0), *layout.spot(Slot.ON_PAPER, column=len(page.columns) - 1))
        _choice(sheet, columns, YES_NO)


def _choice(sheet: Worksheet, area: tuple[int, ...], choices: Sequence[str]) -> None:
    sheet.data_validation(
        *area,
        {
            "validate": "list",
            "source": list(choices),
            "error_type": "information",
            "error_title": "Нет в списке",
            "error_message": "Если на бумаге стоит именно это, нажмите OK.",
        },
    )


def _highlights(sheet: Worksheet, look: Look, layout: Layout) -> None:
    box = xl_rowcol_to_cell(*layout.spot(Slot.WHOLE), row_abs=True, col_abs=True)
    sheet.conditional_format(
        *layout.spot(Slot.WHOLE) * 2, {"type": "formula", "criteria": f'={box}="да"', "format": look.done()}
    )
    if layout.page.columns:
        answer = xl_rowcol_to_cell(ON_PAPER, FIRST_DATE, row_abs=True)
        last = FIRST_DATE + len(layout.page.columns) - 1
        area = (ON_PAPER, FIRST_DATE, FIRST + layout.pupil_rows - 1, last)
        sheet.conditional_format(*area, {"type": "formula", "criteria": f'={answer}="нет"', "format": look.struck()})
