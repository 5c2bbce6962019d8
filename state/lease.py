"""The lease: one run at a time works on a school's diary, and a dead one does not block for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from state.columns import upsert_rows
from state.errors import LeaseHeld
from state.tables import LEASE as L

if TYPE_CHECKING:
    from state.work import Work


def take_lease(work: Work, holder: str, seconds: int) -> None:
    """`holder` holds the lease for that long from now; the holder itself prolongs it. LeaseHeld while another does."""
    now = work.now()
    row = work.connection.execute(select(L.c.holder, L.c.until).where(L.c.school == work.school)).one_or_none()
    if row and row.holder != holder and row.until > now:
        raise LeaseHeld(row.holder, row.until.isoformat())
    taken = {"school": work.school, "holder": holder, "taken_at": now, "until": now + timedelta(seconds=seconds)}
    upsert_rows(work.connection, L, [taken])


def drop_lease(work: Work, holder: str) -> None:
    """`holder` does not hold the lease; another's lease is left alone."""
    work.connection.execute(L.delete().where(L.c.school == work.school, L.c.holder == holder))
