"""Baselines: what both sides last agreed on, record by record (the ancestor of the three-way comparison)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from state.columns import upsert_rows
from state.tables import BASELINE as B

if TYPE_CHECKING:
    from collections.abc import Iterable

    from state.identity import SourcedId
    from state.work import Work


def load_baselines(work: Work) -> dict[tuple[str, SourcedId], dict[str, Any]]:
    """Every baseline by (record type, sourced id), in that order."""
    query = select(B.c.record_type, B.c.sourced_id, B.c.body).where(B.c.school == work.school)
    rows = work.connection.execute(query.order_by(B.c.record_type, B.c.sourced_id))
    return {(row.record_type, row.sourced_id): row.body for row in rows}


def put_baselines(work: Work, rows: Iterable[tuple[str, SourcedId, dict[str, Any] | None]]) -> None:
    """Each record has the baseline given last; None removes it."""
    wanted = {(record_type, sourced_id): body for record_type, sourced_id, body in rows}
    kept = [
        {"school": work.school, "record_type": key[0], "sourced_id": key[1], "body": body}
        for key, body in wanted.items()
        if body is not None
    ]
    upsert_rows(work.connection, B, kept)
    gone = [{"type": key[0], "sourced": key[1]} for key, body in wanted.items() if body is None]
    if gone:
        mine = (B.c.record_type == bindparam("type"), B.c.sourced_id == bindparam("sourced"))
        work.connection.execute(B.delete().where(B.c.school == work.school, *mine), gone)
