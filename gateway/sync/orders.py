"""Which order of the school each change of a roster rests on (R088): found, or the change waits in a queue.

An order is its number and its date; half of it is none. It comes from a person's assignment, from the register of
orders, or from the record itself, in this order. Pure; it never travels to the diary.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.sync.values import Action, Unordered
from state.identity import SourcedId
from state.orders import OrderKey
from state.records import Membership, OrderKind, OrderRef, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gateway.sync.changes import Change
    from state.records import Record, RosterOrder
    from state.snapshot import Snapshot

NO_ORDER, HALF_ORDER, DEPENDS = "no_order", "half_order", "depends"
"""Why a change waits: no order at all, a number without a date or the other way round, or somebody it belongs to."""

_KINDS: Mapping[tuple[RecordType, Action], frozenset[OrderKind]] = {
    (RecordType.PUPIL, Action.CREATE): frozenset({OrderKind.ENROL, OrderKind.TRANSFER}),
    (RecordType.PUPIL, Action.UPDATE): frozenset({OrderKind.RENAME}),
    (RecordType.STAFF, Action.CREATE): frozenset({OrderKind.HIRE}),
    (RecordType.STAFF, Action.UPDATE): frozenset({OrderKind.RENAME}),
    (RecordType.MEMBERSHIP, Action.CREATE): frozenset({OrderKind.ENROL, OrderKind.TRANSFER}),
    (RecordType.MEMBERSHIP, Action.MOVE): frozenset({OrderKind.ENROL, OrderKind.TRANSFER}),
    (RecordType.MEMBERSHIP, Action.SUSPEND): frozenset({OrderKind.LEAVE}),
}
"""Which orders of the register speak of which change."""


@dataclass(frozen=True, kw_only=True)
class OrderDesk:
    """What is known of orders, and of which record types a change may not go without one.

    `memberships` are those of forms: who sits in which subgroup is no matter of orders.
    """

    required: frozenset[RecordType] = frozenset()
    register: Sequence[RosterOrder] = ()
    assigned: Mapping[OrderKey, OrderRef] = field(default_factory=dict)

    def find(self, change: Change, local: Snapshot[Record], people: Mapping[SourcedId, Record]) -> OrderRef | None:
        """The order of a change, whole or not; None where nobody names any."""
        key = order_key(change)
        if key in self.assigned:
            return self.assigned[key]
        return self._registered(change, local.scope.school_year) or _own(change, people)

    def _registered(self, change: Change, year: int) -> OrderRef | None:
        """The latest fitting order of this school year: not before the March in which the next year is prepared."""
        kinds = _KINDS.get((change.record_type, change.action), frozenset())
        group = group_of(change)
        fitting = [
            order
            for order in self._by_person.get(person_of(change), []) + self._by_form.get(group, [])
            if order.kind in kinds and order.form in (None, group) and order.day >= date(year, 3, 1)
        ]
        return max(fitting, key=lambda order: (order.day, order.number)).ref if fitting else None

    @cached_property
    def _by_person(self) -> Mapping[SourcedId | None, list[RosterOrder]]:
        return _indexed((order.person, order) for order in self.register if order.person)

    @cached_property
    def _by_form(self) -> Mapping[SourcedId | None, list[RosterOrder]]:
        """Orders about everybody of a form: «перевести 7А в 8А»."""
        return _indexed((order.form, order) for order in self.register if order.person is None)


def _indexed(pairs: Iterable[tuple[SourcedId | None, RosterOrder]]) -> Mapping[SourcedId | None, list[RosterOrder]]:
    found: defaultdict[SourcedId | None, list[RosterOrder]] = defaultdict(list)
    for key, order in pairs:
        found[key].append(order)
    return found


def with_orders(
    changes: Sequence[Change], local: Snapshot[Record], desk: OrderDesk
) -> tuple[list[Change], tuple[Unordered, ...]]:
    """The changes that may go, each with its order where it has one, and those that wait with the reason.

    With a pupil who waits wait the pupil's guardians and memberships, with a form's membership that waits the pupil's
    other memberships; nothing else.
    """
    people = {record.sourced_id: record for kind in _ORDERED for record in local.of(kind)}
    ready: list[Change] = []
    waiting: list[Unordered] = []
    for change in changes:
        order = desk.find(change, local, people) if change.record_type in _ORDERED else None
        whole = order if order is not None and order.number and order.day else None
        if whole is None and _needs_order(change, desk):
            waiting.append(_unordered(change, HALF_ORDER if order else NO_ORDER))
        else:
            ready.append(dataclasses.replace(change, order=whole))
    return _without_dependants(ready, waiting)


_ORDERED = frozenset({RecordType.PUPIL, RecordType.STAFF, RecordType.MEMBERSHIP})


def _needs_order(change: Change, desk: OrderDesk) -> bool:
    if change.record_type not in desk.required:
        return False
    if change.record_type is RecordType.MEMBERSHIP:
        return not str(group_of(change)).startswith("subgroup:")
    return change.action is Action.CREATE


def _without_dependants(
    ready: Iterable[Change], waiting: Sequence[Unordered]
) -> tuple[list[Change], tuple[Unordered, ...]]:
    new_people = {one.sourced_id for one in waiting if one.record_type is not RecordType.MEMBERSHIP}
    unseated = new_people | {one.person for one in waiting}
    kept, dependants = [], []
    for change in ready:
        if change.record_type is RecordType.GUARDIAN:
            waits = (change.after or {}).get("pupil") in new_people
        else:
            waits = change.record_type is RecordType.MEMBERSHIP and person_of(change) in unseated
        if waits:
            dependants.append(_unordered(change, DEPENDS))
        else:
            kept.append(change)
    return kept, (*waiting, *dependants)


def _unordered(change: Change, why: str) -> Unordered:
    before, after = change.before or {}, change.after or {}
    return Unordered(
        record_type=change.record_type,
        sourced_id=change.sourced_id,
        action=change.action,
        reason=change.reason,
        why=why,
        person=person_of(change) or after.get("pupil") or change.sourced_id,
        left=before.get("group", ""),
        joined=after.get("group", ""),
    )


def order_key(change: Change | Unordered) -> OrderKey:
    return OrderKey(change.record_type.value, change.sourced_id, change.action.value)


def person_of(change: Change) -> SourcedId | None:
    """Whose membership it is, or the person's own record; None for everything else."""
    if change.record_type is RecordType.MEMBERSHIP:
        return SourcedId((change.after or change.before or {})["person"])
    return change.sourced_id if change.record_type in _ORDERED else None


def group_of(change: Change) -> SourcedId | None:
    """The group a membership's change is about: where somebody comes to, else where somebody leaves."""
    found = (change.after or change.before or {}).get("group")
    return SourcedId(found) if found else None


def _own(change: Change, people: Mapping[SourcedId, Record]) -> OrderRef | None:
    """What the record itself says: the membership's row, the row of who has left, or the person's."""
    record = people.get(change.sourced_id)
    if isinstance(record, Membership) and record.order:
        return record.order
    person = people.get(person_of(change) or change.sourced_id)
    found: OrderRef | None = getattr(person, "order", None)
    return found
