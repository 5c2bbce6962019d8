"""The register as columns: what the ledger held at a moment, and how it came about; for some 600 000 cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from state.register import PAGE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from state.work import Work

    Part = tuple[str, tuple[Any, ...]]
    """A condition on entries and its parameters."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.Int64,
    "value": pl.String,
    "raw": pl.String,
    "author": pl.String,
    "set_at": pl.Datetime("us", "UTC"),
    "remote_id": pl.String,
}
ENTRIES = SCHEMA | {"seen_from": pl.Datetime("us", "UTC"), "seen_to": pl.Datetime("us", "UTC"), "run": pl.String}
_NOW = ("seen_to IS NULL",)
_THEN = ("seen_from <= ? AND seen_to IS NULL", "seen_from <= ? AND seen_to > ?")
_EVER = ("seen_to IS NULL", "seen_to IS NOT NULL")
"""Open and closed entries are asked for apart: each has an index of its own."""


def register_frame(work: Work, at: datetime | None, pages: Iterable[int] | None = None) -> pl.DataFrame:
    """The cells seen at that moment (None: now) with the columns of SCHEMA, ascending by key.

    `pages` are the numbers of the only pages wanted. Read through the driver's own cursor: a second reader library
    beside it breaks SQLite's WAL locks (design §6).
    """
    return _frame(work, SCHEMA, _seen(work, at), _on(pages)).sort("key")


def entries_frame(work: Work, pages: Iterable[int]) -> pl.DataFrame:
    """Every entry there ever was on these pages with the columns of ENTRIES, by key and then by time."""
    every = _frame(work, ENTRIES, [(when, ()) for when in _EVER], _on(pages))
    return every.sort("key", "seen_from", pl.col("seen_to").is_null(), "seen_to")


def entered(work: Work, keys: Sequence[int], at: datetime | None) -> dict[int, tuple[str, datetime | None]]:
    """{key: (author, set_at)} of these cells as they were seen at that moment (None: now)."""
    found: dict[int, tuple[str, datetime | None]] = {}
    for seen, moments in _seen(work, at):
        query = f"SELECT key, author, set_at FROM ledger_entry WHERE {seen} AND school = ? AND key IN"  # noqa: S608
        rows = work.fetch_among(query, keys, moments)
        set_at = _series(work, "set_at", [row[2] for row in rows])
        found |= {row[0]: (row[1], moment) for row, moment in zip(rows, set_at.to_list(), strict=True)}
    return found


def _seen(work: Work, at: datetime | None) -> Sequence[Part]:
    """The conditions of the entries of that moment, each with its parameters."""
    if at is None:
        return [(when, ()) for when in _NOW]
    return [(when, (work.stored(at),) * when.count("?")) for when in _THEN]


def _on(pages: Iterable[int] | None) -> Sequence[Part]:
    if pages is None:
        return [("", ())]
    return [(" AND key >= ? AND key < ?", (page << PAGE_SHIFT, page + 1 << PAGE_SHIFT)) for page in pages]


def _frame(work: Work, columns: Iterable[str], when: Sequence[Part], where: Sequence[Part]) -> pl.DataFrame:
    """The entries of every pair of a time and a place."""
    names, rows = tuple(columns), []
    for seen, moments in when:
        query = f"SELECT {', '.join(names)} FROM ledger_entry WHERE school = ? AND {seen}"  # noqa: S608 (our own text)
        for place, bounds in where:
            rows += work.fetch(query + place, (work.school, *moments, *bounds))
    return pl.DataFrame([_series(work, name, [row[place] for row in rows]) for place, name in enumerate(names)])


def _series(work: Work, name: str, values: list[Any]) -> pl.Series:
    kind = ENTRIES[name]
    if work.is_sqlite and kind == pl.Datetime("us", "UTC"):
        # Stored as microseconds of UTC: see columns.UtcDateTime.
        return pl.Series(name, values, dtype=pl.Int64).cast(kind)
    return pl.Series(name, values, dtype=kind)
