"""The register as columns: what the ledger held at a moment, for joins over some 600 000 cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
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
_SELECT = "SELECT key, value, raw, author, set_at, remote_id FROM ledger_entry WHERE school = ?"
_NOW = f"{_SELECT} AND seen_to IS NULL"
_THEN = f"{_SELECT} AND seen_from <= ? AND (seen_to IS NULL OR seen_to > ?)"


def register_frame(work: Work, at: datetime | None) -> pl.DataFrame:
    """The cells seen at that moment (None: now) with the columns of SCHEMA, ascending by key.

    Read through the driver's own cursor: a second reader library beside it breaks SQLite's WAL locks (design §6).
    """
    if at is None:
        rows = work.fetch(_NOW, (work.school,))
    else:
        moment = work.stored(at)
        rows = work.fetch(_THEN, (work.school, moment, moment))
    series = [_series(work, name, [row[place] for row in rows]) for place, name in enumerate(SCHEMA)]
    return pl.DataFrame(series).sort("key")


def _series(work: Work, name: str, values: list[Any]) -> pl.Series:
    if name == "set_at" and work.is_sqlite:
        # Stored as microseconds of UTC: see columns.UtcDateTime.
        return pl.Series(name, values, dtype=pl.Int64).cast(SCHEMA[name])
    return pl.Series(name, values, dtype=SCHEMA[name])
