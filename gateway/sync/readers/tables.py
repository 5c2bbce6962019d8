"""Tables known by their headers: every sheet that is the table becomes a part, through its column map."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from connectors.sources.sheets import find_header, read_table
from connectors.sources.wire import Flaw
from gateway.sync.readers.values import Reading
from mappings.sources.compose import FormNotTold, composed, constants, left_to_names
from mappings.sources.counts import table_counts
from mappings.sources.table_map import FORM
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.sources.formats import Detected
    from connectors.sources.material import Material
    from connectors.sources.wire import Table
    from mappings.sources.table_map import TableMap


def read_tables(material: Material, detected: Detected, table_map: TableMap) -> Reading:
    """A part for the sheet, or for each sheet that the map reads. Sheets left aside are named by the first part.

    A list whose form is told by a name and not by its rows speaks for that form alone; where no name tells it, nothing
    is read (FORM_NOT_TOLD): such a list would pass for the whole school.
    """
    flaws: list[Flaw] = []
    read = list(_sheets(material, table_map, flaws))
    if not read:
        refusal = Problem(code="FORM_NOT_TOLD", where=material.name, blocks=True)
        return Reading(detected=detected, refusal=refusal)
    if material.book:
        named = {flaw.raw for flaw in flaws}
        flaws += material.book.aside(*named, *(sheet for sheet, _, _ in read))
    tables = [(table, form) for _, table, form in read]
    if table_map.whole_school:
        first = tables[0][0]
        rows, told = ([item for table, _ in tables for item in getattr(table, name)] for name in ("rows", "flaws"))
        tables = [(dataclasses.replace(first, rows=tuple(rows), flaws=tuple(told)), "")]
    tables[0] = (dataclasses.replace(tables[0][0], flaws=(*tables[0][0].flaws, *flaws)), tables[0][1])
    parts = [dataclasses.replace(table_map.target.translate(table), slot=form) for table, form in tables]
    counts: Counter[str] = Counter()
    for (table, _), part in zip(tables, parts, strict=True):
        counts.update(table_counts(table, part))
    return Reading(detected=detected, parts=tuple(parts), counts=dict(counts))


def _sheets(material: Material, table_map: TableMap, flaws: list[Flaw]) -> Iterator[tuple[str, Table, str]]:
    """(name of the sheet, the table in our words, the form it speaks for or blank)."""
    layout = table_map.layout()
    for grid in material.tables():
        if find_header(grid, layout) is None:
            continue
        table = read_table(grid, layout, table_map.expected)
        try:
            told = constants(table_map, material.name, grid.sheet) if left_to_names(table, table_map) else {}
        except FormNotTold:
            flaws.append(Flaw(code="FORM_NOT_TOLD", where=f"{material.name}!{grid.sheet}", raw=grid.sheet, blocks=True))
        else:
            yield grid.sheet, composed(table, table_map, told), told.get(FORM, "")
        if table_map.sheets == "first":
            return
