"""The right page's own dates: a person types them where they are not the left page's (requirements B1).

«Справа другая» blank: as left. A date: as on paper. «нет»: the right page has no row for this column. A date in the row
of a column that the left page lacks: a row that stands on the right page only.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import NO, Slot
from connectors.paper.wire import PaperRightRow
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.wire import Column, PaperText, TemplatePage

    Texts = Mapping[Spot, PaperText]

_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{2}|\d{4}))?\.?")


def left_day(page: TemplatePage, text: str) -> date | None:
    """«12.10», «12.10.26» or «12.10.2026» as a day of the page's period; None for anything else."""
    days = _days(text, range(page.starts.year, page.ends.year + 1))
    return next((day for day in days if page.starts <= day <= page.ends), None)


def right_day(page: TemplatePage, text: str, beside: date | None) -> date | None:
    """The day as written, in whatever month: paper may be wrong. Without a year, that nearest to the left date."""
    near = beside or page.starts + (page.ends - page.starts) / 2
    days = _days(text, range(page.starts.year - 1, page.ends.year + 2))
    return min(days, key=lambda day: abs(day - near), default=None)


def _days(text: str, years: Iterable[int]) -> list[date]:
    match = _DATE.fullmatch(text)
    if match is None:
        return []
    if match[3]:
        years = [int(match[3]) + (2000 if len(match[3]) == 2 else 0)]
    found = []
    for year in years:
        try:
            found.append(date(year, int(match[2]), int(match[1])))
        except ValueError:
            continue
    return found


def stands_alone(layout: Layout, texts: Texts, index: int) -> bool:
    """The row has a date of its own, and nobody was marked in the column beside it."""
    typed = texts.get(layout.spot(Slot.RIGHT, column=index))
    marked = any(layout.spot(Slot.MARK, row, index) in texts for row in range(layout.pupil_rows))
    return typed is not None and not marked and right_day(layout.page, typed.text, None) is not None


def read_right(layout: Layout, texts: Texts, index: int, column: Column, flaws: list[Flaw]) -> tuple[date | None, bool]:
    """(the right page's date where it is another, whether the right page has a row) for a column of the left page."""
    typed = texts.get(layout.spot(Slot.RIGHT, column=index))
    if typed is None:
        return None, True
    if typed.text.casefold() == NO:
        filled = any(layout.spot(slot, column=index) in texts for slot in (Slot.TOPIC, Slot.HOMEWORK))
        if filled:
            flaws.append(Flaw(code="STRUCK_BUT_FILLED", where=typed.place, raw=typed.text, blocks=True))
        return None, filled
    day = right_day(layout.page, typed.text, column[0])
    if day is None:
        flaws.append(Flaw(code="COLUMN_DATE_BAD", where=typed.place, raw=typed.text, blocks=True))
    return (day if day != column[0] else None), True


def right_rows(
    place: str, layout: Layout, texts: Texts, numbered: Sequence[Column | None], flaws: list[Flaw]
) -> tuple[PaperRightRow, ...]:
    """Rows of the right page without a column of the left one; what is no date there is a flaw."""
    rows = []
    for index in (index for index, column in enumerate(numbered) if column is None):
        spot = layout.spot(Slot.RIGHT, column=index)
        typed = texts.get(spot)
        day = typed and right_day(layout.page, typed.text, None)
        if typed and (day is None or not stands_alone(layout, texts, index)):
            struck = index < len(layout.page.columns) and typed.text.casefold() == NO
            code = "ENTRY_WITHOUT_DATE" if day else "COLUMN_DATE_BAD"
            flaws += [] if struck else [Flaw(code=code, where=typed.place, raw=typed.text, blocks=True)]
        elif day:
            rows.append(
                PaperRightRow(
                    day=day,
                    place=f"{place}!{xl_rowcol_to_cell(*spot)}",
                    topic=texts.get(layout.spot(Slot.TOPIC, column=index)),
                    homework=texts.get(layout.spot(Slot.HOMEWORK, column=index)),
                )
            )
    return tuple(rows)
