"""One page's typed texts, put in order: which columns the paper has, whose rows they are, what stands outside both."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import DAY, FIRST, FIRST_DATE, Slot, number_columns
from connectors.paper.wire import PaperColumn, PaperPage, PaperRow
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.wire import Column, PaperText, TemplatePage

YES, NO = "да", "нет"
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{2}|\d{4}))?\.?")


def read_page(place: str, layout: Layout, texts: Mapping[Spot, PaperText], flaws: list[Flaw]) -> PaperPage:
    """The page of these texts, `place` being «file!sheet»; what has no date or no name is a flaw."""
    numbered = _columns(layout, texts, flaws)
    rows = [_row(place, layout, texts, row, numbered, flaws) for row in range(layout.pupil_rows)]
    columns = [_column(place, layout, texts, index, column) for index, column in enumerate(numbered) if column]
    return _page(place, layout, texts, columns, [row for row in rows if row], flaws)


def moved_page(place: str, layout: Layout, flaws: list[Flaw]) -> PaperPage:
    """A page of which nothing can be trusted: no columns, no rows, never whole."""
    return _page(place, layout, {}, [], [], flaws)


def _page(
    place: str,
    layout: Layout,
    texts: Mapping[Spot, PaperText],
    columns: list[PaperColumn],
    rows: list[PaperRow],
    flaws: list[Flaw],
) -> PaperPage:
    page = layout.page
    box = texts.get(layout.spot(Slot.WHOLE))
    by = texts.get(layout.spot(Slot.BY))
    return PaperPage(
        sheet=place.rpartition("!")[2],
        group=page.group,
        subject=page.subject,
        period=page.period,
        starts=page.starts,
        ends=page.ends,
        whole=_answer(box, default=False, flaws=flaws),
        by=by.text if by else "",
        columns=tuple(columns),
        rows=tuple(rows),
        flaws=tuple(flaws),
    )


def _answer(text: PaperText | None, *, default: bool, flaws: list[Flaw]) -> bool:
    if text is None:
        return default
    if text.text.casefold() not in (YES, NO):
        flaws.append(Flaw(code="ANSWER_BAD", where=text.place, raw=text.text, blocks=True))
        return default
    return text.text.casefold() == YES


def _columns(layout: Layout, texts: Mapping[Spot, PaperText], flaws: list[Flaw]) -> list[Column | None]:
    """(day, nth) of each physical column, None for those that are not on paper."""
    days: list[date | None] = []
    for index in range(layout.date_columns):
        entries = _entries(layout, texts, index)
        if index < len(layout.page.columns):
            day = _printed_day(layout, texts, index, entries, flaws)
        else:
            day = _spare_day(layout, texts, index, entries, flaws)
        days.append(day)
    return number_columns(days)


def _entries(layout: Layout, texts: Mapping[Spot, PaperText], index: int) -> list[PaperText]:
    """Everything typed into one lesson: marks, topic, homework."""
    spots = [layout.spot(Slot.MARK, row, index) for row in range(layout.pupil_rows)]
    spots += [layout.spot(Slot.TOPIC, column=index), layout.spot(Slot.HOMEWORK, column=index)]
    return [texts[spot] for spot in spots if spot in texts]


def _printed_day(
    layout: Layout, texts: Mapping[Spot, PaperText], index: int, entries: list[PaperText], flaws: list[Flaw]
) -> date | None:
    """A date answered «нет» is not on paper, unless something stands under it: then the entries win."""
    answer = texts.get(layout.spot(Slot.ON_PAPER, column=index))
    on_paper = _answer(answer, default=True, flaws=flaws)
    if answer is not None and not on_paper and entries:
        flaws.append(Flaw(code="STRUCK_BUT_FILLED", where=answer.place, raw=answer.text, blocks=True))
    return layout.page.columns[index][0] if on_paper or entries else None


def _spare_day(
    layout: Layout, texts: Mapping[Spot, PaperText], index: int, entries: list[PaperText], flaws: list[Flaw]
) -> date | None:
    typed = texts.get(layout.spot(Slot.DATE, column=index))
    day = _date(layout.page, typed.text) if typed else None
    if typed and day is None:
        flaws.append(Flaw(code="COLUMN_DATE_BAD", where=typed.place, raw=typed.text, blocks=True))
    if day is None:
        flaws += [Flaw(code="ENTRY_WITHOUT_DATE", where=entry.place, raw=entry.text, blocks=True) for entry in entries]
    return day


def _date(page: TemplatePage, text: str) -> date | None:
    """«12.10», «12.10.26» or «12.10.2026» as a day of the page's period; None for anything else."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    typed = int(match[3]) if match[3] else None
    years = range(page.starts.year, page.ends.year + 1) if typed is None else [typed + 2000 if typed < 100 else typed]
    for year in years:
        try:
            day = date(year, int(match[2]), int(match[1]))
        except ValueError:
            continue
        if page.starts <= day <= page.ends:
            return day
    return None


def _column(place: str, layout: Layout, texts: Mapping[Spot, PaperText], index: int, column: Column) -> PaperColumn:
    return PaperColumn(
        day=column[0],
        nth=column[1],
        place=f"{place}!{xl_rowcol_to_cell(DAY, FIRST_DATE + index)}",
        topic=texts.get(layout.spot(Slot.TOPIC, column=index)),
        homework=texts.get(layout.spot(Slot.HOMEWORK, column=index)),
    )


def _row(
    place: str,
    layout: Layout,
    texts: Mapping[Spot, PaperText],
    row: int,
    columns: list[Column | None],
    flaws: list[Flaw],
) -> PaperRow | None:
    """The row's cells; None for a spare row that nobody used."""
    marks = {column: texts.get(layout.spot(Slot.MARK, row, index)) for index, column in enumerate(columns) if column}
    cells = {column: text for column, text in marks.items() if text is not None}
    final = texts.get(layout.spot(Slot.FINAL, row))
    if row < len(layout.page.pupils):
        key, name = layout.page.pupils[row]
        where = f"{place}!{xl_rowcol_to_cell(FIRST + row, 1)}"
        return PaperRow(key=key, name=name, place=where, cells=cells, final=final)
    written = texts.get(layout.spot(Slot.NAME, row))
    if written:
        return PaperRow(key="", name=written.text, place=written.place, cells=cells, final=final)
    lost = [*cells.values(), *([final] if final else [])]
    flaws += [Flaw(code="ENTRY_WITHOUT_NAME", where=text.place, raw=text.text, blocks=True) for text in lost]
    return None
