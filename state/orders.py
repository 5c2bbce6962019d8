"""Orders that a person gave to changes which had none (R088): kept until the change is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from state.columns import upsert_rows
from state.identity import SourcedId
from state.records import OrderRef
from state.tables import ORDER_ASSIGNMENT as O

if TYPE_CHECKING:
    from collections.abc import Iterable

    from state.work import Work


class OrderKey(NamedTuple):
    """Which change of which record: the same pupil may come and leave by two orders."""

    record_type: str
    sourced_id: SourcedId
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedOrder:
    key: OrderKey
    order: OrderRef
    assigned_by: str = ""


def assign_orders(work: Work, rows: Iterable[AssignedOrder]) -> None:
    """Each change has the order given last. Raises ValueError for an order without a date."""
    now = work.now()
    kept = {}
    for row in rows:
        if row.order.day is None:
            raise ValueError("an assigned order has a date")
        kept[row.key] = {
            "school": work.school,
            **row.key._asdict(),
            "number": row.order.number,
            "day": row.order.day.isoformat(),
            "assigned_by": row.assigned_by,
            "assigned_at": now,
        }
    upsert_rows(work.connection, O, list(kept.values()))


def drop_assigned_orders(work: Work, keys: Iterable[OrderKey]) -> None:
    """None of these changes has an assigned order."""
    gone = [{"type": key.record_type, "sourced": key.sourced_id, "deed": key.action} for key in keys]
    if gone:
        mine = (
            O.c.record_type == bindparam("type"),
            O.c.sourced_id == bindparam("sourced"),
            O.c.action == bindparam("deed"),
        )
        work.connection.execute(O.delete().where(O.c.school == work.school, *mine), gone)


def load_assigned_orders(work: Work) -> tuple[AssignedOrder, ...]:
    """Every assignment, ordered by record type, id and action."""
    key = (O.c.record_type, O.c.sourced_id, O.c.action)
    query = select(*key, O.c.number, O.c.day, O.c.assigned_by).where(O.c.school == work.school).order_by(*key)
    return tuple(
        AssignedOrder(
            key=OrderKey(row.record_type, SourcedId(row.sourced_id), row.action),
            order=OrderRef(number=row.number, day=date.fromisoformat(row.day)),
            assigned_by=row.assigned_by,
        )
        for row in work.connection.execute(query)
    )
