"""Quarantine: records put aside for a fault of their own, so that the rest can go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from state.columns import upsert_rows
from state.tables import QUARANTINE as Q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One record and its fault. `place` is its SourcedId, or where it stands when it has none."""

    record_type: str
    place: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    """Filled in by the store: when it was last put aside."""


def put_quarantine(work: Work, rejected: Iterable[Rejected]) -> None:
    """Each record is in quarantine for its code; put again, its details are replaced."""
    now = work.now()
    rows = {(item.record_type, item.place, item.code): dict(item.details) for item in rejected}
    upsert_rows(
        work.connection,
        Q,
        [
            {"school": work.school, "record_type": kind, "place": place, "code": code, "details": details, "since": now}
            for (kind, place, code), details in rows.items()
        ],
    )


def drop_quarantine(work: Work, places: Iterable[tuple[str, str]]) -> None:
    """Nothing of these (record type, place) is in quarantine."""
    gone = [{"kind": record_type, "spot": place} for record_type, place in places]
    if gone:
        mine = (Q.c.record_type == bindparam("kind"), Q.c.place == bindparam("spot"))
        work.connection.execute(Q.delete().where(Q.c.school == work.school, *mine), gone)


def load_quarantine(work: Work) -> tuple[Rejected, ...]:
    """Everything put aside, ordered by record type, place and code."""
    columns = (Q.c.record_type, Q.c.place, Q.c.code, Q.c.details, Q.c.since)
    query = select(*columns).where(Q.c.school == work.school).order_by(*columns[:3])
    return tuple(Rejected(**row) for row in work.connection.execute(query).mappings())
