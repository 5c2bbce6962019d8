"""The register as it stands now, a page a row: read in place of the ledger's entries, and never other than they are.

A page's image is made from its open entries when it is first asked for, and changed by the transaction that changes
one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from sqlalchemy import bindparam

from state.cells import CELLS, cell_lines, cells_of, lines_digest
from state.columns import insert_rows
from state.register import PAGE_SHIFT
from state.tables import REGISTER_IMAGE as I

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from state.work import Work

    Cell = tuple[int, str, str]
    """Key, value, raw."""

_OPEN = """
    SELECT key, value, raw FROM ledger_entry
    WHERE school = ? AND seen_to IS NULL AND key >= ? AND key < ? ORDER BY key
"""
_IMAGED = "SELECT page FROM register_image WHERE school = ?"
_STAMPS = "SELECT page, version, sha256 FROM register_image WHERE school = ? AND page IN"
_LINES = "SELECT page, cells FROM register_image WHERE school = ? AND page IN"


class Stamp(NamedTuple):
    """What tells a page's image from an earlier one."""

    version: int
    """Another one after every transaction that changed an entry of the page, its author included."""
    sha256: str
    """Of the lines."""


def image_stamps(work: Work, pages: Iterable[int]) -> dict[int, Stamp]:
    """The stamp of each of these pages' images, ascending by page."""
    wanted = sorted(set(pages))
    stamps = _stamps(work, wanted)
    if missing := [page for page in wanted if page not in stamps]:
        _make(work, missing)
        stamps |= _stamps(work, missing)
    return {page: stamps[page] for page in wanted}


def images_frame(work: Work, pages: Iterable[int]) -> pl.DataFrame:
    """The cells seen now on these pages, with the columns of CELLS, ascending by key."""
    wanted = sorted(set(pages))
    held = dict(work.fetch_among(_LINES, wanted))
    if missing := [page for page in wanted if page not in held]:
        held |= _make(work, missing)
    return cells_of([held[page] for page in wanted])


def change_images(work: Work, gone: Collection[int], new: Iterable[Cell]) -> None:
    """Every image there is of a page of these cells has those of `new`, and no longer the keys of `gone`."""
    imaged = {page for (page,) in work.fetch(_IMAGED, (work.school,))}
    fresh = [cell for cell in new if cell[0] >> PAGE_SHIFT in imaged] if imaged else []
    changed = {key >> PAGE_SHIFT for key in gone} & imaged | {cell[0] >> PAGE_SHIFT for cell in fresh}
    if changed:
        _rewrite(work, sorted(changed), gone, fresh)


def _rewrite(work: Work, pages: Sequence[int], gone: Collection[int], fresh: Sequence[Cell]) -> None:
    held = dict(work.fetch_among(_LINES, pages))
    laid = pl.DataFrame(fresh, schema=CELLS, orient="row")
    over = pl.DataFrame({"key": [*gone, *laid["key"]]}, schema={"key": pl.Int64})
    now = pl.concat([cells_of([held[page] for page in pages]).join(over, on="key", how="anti"), laid]).sort("key")
    rows = []
    for page in pages:
        start, end = (now["key"].search_sorted(bound << PAGE_SHIFT) for bound in (page, page + 1))
        lines = cell_lines(now[start:end])
        rows.append({"of": page, "told": lines, "digest": lines_digest(lines)})
    this = I.update().where(I.c.school == work.school, I.c.page == bindparam("of"))
    told = this.values(version=I.c.version + 1, sha256=bindparam("digest"), cells=bindparam("told"))
    work.connection.execute(told, rows)


def _stamps(work: Work, pages: Sequence[int]) -> dict[int, Stamp]:
    return {page: Stamp(version, sha256) for page, version, sha256 in work.fetch_among(_STAMPS, pages)}


def _make(work: Work, pages: Sequence[int]) -> dict[int, bytes]:
    """The lines of pages that have no image yet, which have one from now on."""
    made = {page: cell_lines(_entries(work, page)) for page in pages}
    rows = [
        {"school": work.school, "page": page, "version": 1, "sha256": lines_digest(lines), "cells": lines}
        for page, lines in made.items()
    ]
    insert_rows(work.connection, I, rows)
    return made


def _entries(work: Work, page: int) -> pl.DataFrame:
    rows = work.fetch(_OPEN, (work.school, page << PAGE_SHIFT, page + 1 << PAGE_SHIFT))
    return pl.DataFrame(list(zip(*rows, strict=True)) if rows else [[]] * len(CELLS), schema=CELLS, orient="col")
