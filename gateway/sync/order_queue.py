"""The verbs of the queue: which changes wait for an order, and giving them one (R088)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import AskError, DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.sync.orders import DEPENDS, OrderDesk, order_key
from gateway.sync.rollover import form_name
from state.orders import AssignedOrder
from state.records import Guardian, Pupil, RecordType, Staff, digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gateway.sync.values import Plan, Unordered
    from state.identity import SourcedId
    from state.records import OrderRef, Record, RosterOrder
    from state.snapshot import Snapshot
    from state.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One waiting change as a person sees it."""

    number: str
    """Short, the same from plan to plan."""
    name: str
    change: Unordered
    assigned: OrderRef | None = None
    """The order given since the plan was made: the next plan carries the change out."""

    @property
    def left(self) -> str:
        return form_name(self.change.left) if self.change.left else ""

    @property
    def joined(self) -> str:
        return form_name(self.change.joined) if self.change.joined else ""

    def as_json(self) -> dict[str, Any]:
        order = self.assigned
        return {
            "id": self.number,
            "name": self.name,
            "record_type": self.change.record_type.value,
            "action": self.change.action.value,
            "reason": self.change.reason,
            "from": self.left,
            "to": self.joined,
            "why": self.change.why,
            "assigned": {"number": order.number, "date": order.day} if order else None,
        }


def desk(store: Store, register: Sequence[RosterOrder], required: Iterable[RecordType]) -> OrderDesk:
    """Everything that is known of orders at this moment."""
    with in_our_words(), store.begin() as work:
        assigned = {row.key: row.order for row in work.assigned_orders()}
    return OrderDesk(required=frozenset(required), register=tuple(register), assigned=assigned)


def queue(store: Store, plan: Plan, local: Snapshot[Record]) -> tuple[Queued, ...]:
    """The changes that waited when the plan was made, pupils first; the diary is not asked."""
    people: list[Pupil | Staff | Guardian] = [*local.each(Pupil), *local.each(Staff), *local.each(Guardian)]
    names = {person.sourced_id: person.name.full for person in people}
    with in_our_words(), store.begin() as work:
        assigned = {row.key: row.order for row in work.assigned_orders()}
    return tuple(
        Queued(
            number=digest(list(order_key(change)))[:8],
            name=_name(change, names),
            change=change,
            assigned=assigned.get(order_key(change)),
        )
        for change in plan.unordered
    )


def _name(change: Unordered, names: Mapping[SourcedId, str]) -> str:
    return names.get(change.sourced_id) or names.get(change.person) or change.person


def assign(
    store: Store, waiting: Sequence[Queued], order: OrderRef, actor: str, chosen: Collection[str] | None = None
) -> tuple[Queued, ...]:
    """These changes (None: all that lack an order) rest on the order from now on; who said so is in the journal.

    What waits for somebody else needs none of its own. Raises AskError where nothing waits, DataError for a number that
    nothing in the queue has.
    """
    lacking = [item for item in waiting if item.change.why != DEPENDS]
    if chosen is not None:
        _refuse_unknown(chosen, lacking)
        lacking = [item for item in lacking if item.number in chosen]
    if not lacking:
        raise AskError(_("Ни одно изменение не ждёт приказа"), _("Посмотреть, что изменится: sverka plan"))
    keys = [order_key(item.change) for item in lacking]
    with in_our_words(), store.begin() as work:
        work.assign_orders(AssignedOrder(key=key, order=order, assigned_by=actor) for key in keys)
        day = order.day.isoformat() if order.day else ""
        figures = {"number": order.number, "day": day, "changes": [list(key) for key in keys]}
        work.record("order_assigned", figures, actor)
        work.commit()
    return tuple(lacking)


def _refuse_unknown(chosen: Collection[str], lacking: Sequence[Queued]) -> None:
    unknown = sorted(set(chosen) - {item.number for item in lacking})
    if unknown:
        raise DataError(
            _("В очереди нет таких номеров: {numbers}").format(numbers=", ".join(unknown)),
            _("Посмотрите очередь: sverka orders"),
        )
