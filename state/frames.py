"""The register as columns: what the ledger held at a moment, and how it came about; for some 600 000 cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from state.register import PAGE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from state.work import Work

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.Int64,
    "value": pl.String,
    "raw": pl.String,
    "author": pl.String,
    "set_at": pl.Datetime("us", "UTC"),
    "remote_id": pl.String,
}
ENTRIES = SCHEMA | {"seen_from": pl.Datetime("us", "UTC"), "seen_to": pl.Datetime("us", "UTC"), "run": pl.String}
_FROM = "FROM ledger_entry WHERE school = ?"
_SELECT = f"SELECT {', '.join(SCHEMA)} {_FROM}"
_ALL = f"SELECT {', '.join(ENTRIES)} {_FROM}"
_NOW = " AND seen_to IS NULL"
_THEN = " AND seen_from <= ? AND (seen_to IS NULL OR seen_to > ?)"
_PAGE = " AND key >= ? AND key < ?"


def register_frame(work: Work, at: datetime | None, pages: Iterable[int] | None = None) -> pl.DataFrame:
    """The cells seen at that moment (None: now) with the columns of SCHEMA, ascending by key.

    `pages` are the numbers of the only pages wanted. Read through the driver's own cursor: a second reader library
    beside it breaks SQLite's WAL locks (design §6).
    """
    moments = () if at is None else (work.stored(at),) * 2
    return _frame(work, _SELECT + (_NOW if at is None else _THEN), moments, SCHEMA, pages).sort("key")


def entries_frame(work: Work, pages: Iterable[int]) -> pl.DataFrame:
    """Every entry there ever was on these pages with the columns of ENTRIES, by key and then by time."""
    return _frame(work, _ALL, (), ENTRIES, pages).sort("key", "seen_from", pl.col("seen_to").is_null(), "seen_to")


def _frame(
    work: Work, query: str, more: tuple[Any, ...], schema: Mapping[str, Any], pages: Iterable[int] | None
) -> pl.DataFrame:
    if pages is None:
        rows = work.fetch(query, (work.school, *more))
    else:
        bounds = [(page << PAGE_SHIFT, page + 1 << PAGE_SHIFT) for page in pages]
        rows = [row for pair in bounds for row in work.fetch(query + _PAGE, (work.school, *more, *pair))]
    return pl.DataFrame([_series(work, name, [row[place] for row in rows]) for place, name in enumerate(schema)])


def _series(work: Work, name: str, values: list[Any]) -> pl.Series:
    kind = ENTRIES[name]
    if work.is_sqlite and kind == pl.Datetime("us", "UTC"):
        # Stored as microseconds of UTC: see columns.UtcDateTime.
        return pl.Series(name, values, dtype=pl.Int64).cast(kind)
    return pl.Series(name, values, dtype=kind)
