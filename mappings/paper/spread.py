"""Where the two pages of a spread disagree with each other, as cells: their dates, or how many lessons they have (B1).

Both pages must name the same lessons. A column that the right page lacks and a row that the left page lacks are one
lesson with two dates as long as there are as many of the one as of the other; else the counts differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from state.register import CellKind, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from connectors.paper.wire import PaperColumn, PaperPage, PaperRightRow
    from state.register import Page

NO_ROW, NO_COLUMN = "-", "+"
"""Values of a SPREAD cell: the right page has no row, the left page no column."""


def paired(paper: PaperPage) -> tuple[tuple[PaperColumn, ...], tuple[PaperRightRow, ...]]:
    """The columns with what the right page says of them, and the rows of the right page that remain by themselves."""
    single = [index for index, column in enumerate(paper.columns) if not column.has_right]
    rows = sorted(paper.right_rows, key=lambda row: (row.day, row.place))
    if len(single) != len(rows):
        return paper.columns, tuple(rows)
    columns = list(paper.columns)
    for index, row in zip(single, rows, strict=True):
        right = row.day if row.day != columns[index].day else None
        columns[index] = replace(columns[index], right=right, has_right=True, topic=row.topic, homework=row.homework)
    return tuple(columns), ()


def spread_cells(
    page: Page, ends: date, columns: Sequence[PaperColumn], alone: Sequence[tuple[int, PaperRightRow]]
) -> Iterator[RegisterCell]:
    """A cell for each column or (nth, row) that disagrees, and one on the period's last day where the counts do."""
    for column in columns:
        if column.right or not column.has_right:
            value = column.right.isoformat() if column.right else NO_ROW
            yield RegisterCell(
                page=page, day=column.day, nth=column.nth, kind=CellKind.SPREAD, person=None, value=value
            )
    for nth, row in alone:
        texts = [text.text for text in (row.topic, row.homework) if text]
        yield RegisterCell(
            page=page, day=row.day, nth=nth, kind=CellKind.SPREAD, person=None, value=NO_COLUMN,
            raw=" · ".join(texts),
        )  # fmt: skip
    yield from counts_cell(page, ends, len(columns), sum(column.has_right for column in columns) + len(alone))


def counts_cell(page: Page, ends: date, left: int, right: int) -> Iterator[RegisterCell]:
    """The cell that says how many lessons each page of the spread has, where they differ."""
    if right != left:
        yield RegisterCell(page=page, day=ends, nth=0, kind=CellKind.SPREAD, person=None, value=f"{left}|{right}")
