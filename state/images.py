"""The register as it stands now, a page a row: read in place of the ledger's entries, and never other than they are.

A page's image is made from its open entries when it is first asked for, and dropped by the transaction that changes
one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import bindparam

from state.cells import CELLS, cell_lines, cells_of
from state.columns import insert_rows
from state.register import PAGE_SHIFT
from state.tables import REGISTER_IMAGE as I

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.work import Work

_OPEN = """
    SELECT key, value, raw FROM ledger_entry
    WHERE school = ? AND seen_to IS NULL AND key >= ? AND key < ? ORDER BY key
"""


def images_frame(work: Work, pages: Iterable[int]) -> pl.DataFrame:
    """The cells seen now on these pages, with the columns of CELLS, ascending by key."""
    wanted = sorted(set(pages))
    held = dict(work.fetch_among("SELECT page, cells FROM register_image WHERE school = ? AND page IN", wanted))
    made = {page: cell_lines(_entries(work, page)) for page in wanted if page not in held}
    rows = [{"school": work.school, "page": page, "cells": lines} for page, lines in made.items()]
    insert_rows(work.connection, I, rows)
    lines = held | made
    return cells_of([lines[page] for page in wanted])


def drop_images(work: Work, pages: Sequence[int]) -> None:
    """The images of these pages are made anew when they are next asked for."""
    if pages:
        this = I.delete().where(I.c.school == work.school, I.c.page == bindparam("changed"))
        work.connection.execute(this, [{"changed": page} for page in pages])


def _entries(work: Work, page: int) -> pl.DataFrame:
    rows = work.fetch(_OPEN, (work.school, page << PAGE_SHIFT, page + 1 << PAGE_SHIFT))
    return pl.DataFrame(list(zip(*rows, strict=True)) if rows else [[]] * len(CELLS), schema=CELLS, orient="col")
