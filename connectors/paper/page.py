"""One page's typed texts, put in order: which columns the paper has, whose rows they are, what stands outside both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import DAY, FIRST, FIRST_DATE, NO, YES, Slot, number_columns
from connectors.paper.right_page import left_day, read_right, right_rows, stands_alone
from connectors.paper.wire import PaperColumn, PaperPage, PaperRow
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.wire import Column, PaperRightRow, PaperText


def read_page(place: str, layout: Layout, texts: Mapping[Spot, PaperText], flaws: list[Flaw]) -> PaperPage:
    """The page of these texts, `place` being «file!sheet»; what has no date or no name is a flaw."""
    numbered = _columns(layout, texts, flaws)
    rows = [_row(place, layout, texts, row, numbered, flaws) for row in range(layout.pupil_rows)]
    columns = [_column(place, layout, texts, index, column, flaws) for index, column in enumerate(numbered) if column]
    alone = right_rows(place, layout, texts, numbered, flaws)
    return _page(place, layout, texts, columns, [row for row in rows if row], flaws, alone)


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
    alone: tuple[PaperRightRow, ...] = (),
) -> PaperPage:
    page = layout.page
    by = texts.get(layout.spot(Slot.BY))
    return PaperPage(
        sheet=place.rpartition("!")[2],
        label=page.label,
        group=page.group,
        subject=page.subject,
        period=page.period,
        starts=page.starts,
        ends=page.ends,
        whole=is_yes(texts.get(layout.spot(Slot.WHOLE)), default=False, flaws=flaws),
        by=by.text if by else "",
        columns=tuple(columns),
        rows=tuple(rows),
        right_rows=alone,
        flaws=tuple(flaws),
    )


def is_yes(text: PaperText | None, *, default: bool, flaws: list[Flaw]) -> bool:
    """Is that the answer? `default` where there is none; what is neither yes nor no is a flaw, and no answer."""
    if text is None or not text.text:
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
    """Everything typed into one lesson: marks, and topic and homework unless they stand on the right page alone."""
    spots = [layout.spot(Slot.MARK, row, index) for row in range(layout.pupil_rows)]
    if not stands_alone(layout, texts, index):
        spots += [layout.spot(Slot.TOPIC, column=index), layout.spot(Slot.HOMEWORK, column=index)]
    return [texts[spot] for spot in spots if spot in texts]


def _printed_day(
    layout: Layout, texts: Mapping[Spot, PaperText], index: int, entries: list[PaperText], flaws: list[Flaw]
) -> date | None:
    """A date answered «нет» is not on paper, unless something stands under it: then the entries win."""
    answer = texts.get(layout.spot(Slot.ON_PAPER, column=index))
    on_paper = is_yes(answer, default=True, flaws=flaws)
    if answer is not None and not on_paper and entries:
        flaws.append(Flaw(code="STRUCK_BUT_FILLED", where=answer.place, raw=answer.text, blocks=True))
    return layout.page.columns[index][0] if on_paper or entries else None


def _spare_day(
    layout: Layout, texts: Mapping[Spot, PaperText], index: int, entries: list[PaperText], flaws: list[Flaw]
) -> date | None:
    typed = texts.get(layout.spot(Slot.DATE, column=index))
    day = left_day(layout.page, typed.text) if typed else None
    if typed and day is None:
        flaws.append(Flaw(code="COLUMN_DATE_BAD", where=typed.place, raw=typed.text, blocks=True))
    if day is None:
        flaws += [Flaw(code="ENTRY_WITHOUT_DATE", where=entry.place, raw=entry.text, blocks=True) for entry in entries]
    return day


def _column(
    place: str, layout: Layout, texts: Mapping[Spot, PaperText], index: int, column: Column, flaws: list[Flaw]
) -> PaperColumn:
    right, has_right = read_right(layout, texts, index, column, flaws)
    return PaperColumn(
        day=column[0],
        nth=column[1],
        place=f"{place}!{xl_rowcol_to_cell(DAY, FIRST_DATE + index)}",
        topic=texts.get(layout.spot(Slot.TOPIC, column=index)),
        homework=texts.get(layout.spot(Slot.HOMEWORK, column=index)),
        right=right,
        has_right=has_right,
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
