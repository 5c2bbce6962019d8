"""What a person types, laid onto the page's cells: the inverse of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from connectors.paper.layout import NO, YES, Slot, number_columns

K = TypeVar("K")

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.paper.layout import Layout, Spot
    from connectors.paper.wire import Column, PageEntries


def typed(layout: Layout, entries: PageEntries) -> dict[Spot, str]:
    """Spot → text for one page. Raises ValueError where the page has no place for an entry."""
    columns = _columns(layout, entries)
    rows = _rows(layout, entries)
    values = _head(layout, entries)
    for (pupil, day, nth), text in entries.cells.items():
        values[layout.spot(Slot.MARK, _find(rows, pupil), _find(columns, (day, nth)))] = text
    for name, cells in entries.extra_pupils.items():
        values[layout.spot(Slot.NAME, rows[name])] = name
        for column, text in cells.items():
            values[layout.spot(Slot.MARK, rows[name], _find(columns, column))] = text
    for pupil, text in entries.finals.items():
        values[layout.spot(Slot.FINAL, _find(rows, pupil))] = text
    for slot, texts in ((Slot.TOPIC, entries.topics), (Slot.HOMEWORK, entries.homework)):
        for column, text in texts.items():
            values[layout.spot(slot, column=_find(columns, column))] = text
    return values | _right_page(layout, entries, columns)


def _right_page(layout: Layout, entries: PageEntries, columns: Mapping[Column, int]) -> dict[Spot, str]:
    """The right page's own dates, and its rows that no column belongs to, below those of the extra columns."""
    values = {
        layout.spot(Slot.RIGHT, column=_find(columns, column)): f"{day:%d.%m}" if day else NO
        for column, day in entries.right.items()
    }
    first = len(layout.page.columns) + len(entries.extra_columns)
    if first + len(entries.right_rows) > layout.date_columns:
        raise ValueError(f"no spare row for {len(entries.right_rows)} rows of the right page")
    for index, (day, topic, homework) in enumerate(entries.right_rows, start=first):
        told = (Slot.RIGHT, f"{day:%d.%m}"), (Slot.TOPIC, topic), (Slot.HOMEWORK, homework)
        values |= {layout.spot(slot, column=index): text for slot, text in told if text}
    return values


def _head(layout: Layout, entries: PageEntries) -> dict[Spot, str]:
    values = {layout.spot(Slot.WHOLE): YES if entries.whole else "", layout.spot(Slot.BY): entries.by}
    for index, column in enumerate(layout.page.columns):
        if column in entries.struck:
            values[layout.spot(Slot.ON_PAPER, column=index)] = NO
    for number, day in enumerate(entries.extra_columns):
        values[layout.spot(Slot.DATE, column=len(layout.page.columns) + number)] = f"{day:%d.%m}"
    return values


def _columns(layout: Layout, entries: PageEntries) -> dict[Column, int]:
    if len(entries.extra_columns) > layout.page.spare_columns:
        raise ValueError(f"{len(entries.extra_columns)} extra dates, {layout.page.spare_columns} spare columns")
    if unknown := entries.struck - set(layout.page.columns):
        raise ValueError(f"struck columns that are not printed: {sorted(unknown)}")
    printed = [None if column in entries.struck else column[0] for column in layout.page.columns]
    numbered = number_columns([*printed, *entries.extra_columns])
    return {column: index for index, column in enumerate(numbered) if column is not None}


def _rows(layout: Layout, entries: PageEntries) -> dict[str, int]:
    if len(entries.extra_pupils) > layout.page.spare_pupils:
        raise ValueError(f"{len(entries.extra_pupils)} extra pupils, {layout.page.spare_pupils} spare rows")
    return {name: row for row, name in enumerate([*(key for key, _ in layout.page.pupils), *entries.extra_pupils])}


def _find(places: Mapping[K, int], what: K) -> int:
    if what not in places:
        raise ValueError(f"the page has no {what}")
    return places[what]
