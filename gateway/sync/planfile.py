"""A plan as others see it: the `plan/1` object, and the stored bytes read back into the same value."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.errors import StateCorrupt
from gateway.i18n import _
from gateway.sync.rollover import flows
from gateway.sync.values import (
    Action,
    Agreed,
    Basis,
    Conflict,
    Hold,
    Limit,
    Plan,
    Route,
    Step,
    Unordered,
)
from state.identity import IdentityLink
from state.records import OrderRef, RecordType, from_plain
from state.snapshot import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan in figures (`plan/1`): no names, no ids of people."""
    return {
        "schema": "plan/1",
        "plan": plan.plan_id,
        "checksum": plan.checksum,
        "counts": counts(plan),
        "routes": dict(sorted(Counter(step.route.value for step in plan.steps).items())),
        "hold": hold_json(plan.hold) if plan.hold else None,
        "unordered": _tallied(item.record_type for item in plan.unordered),
        "still_there": {kind.value: count for kind, count in sorted(plan.still_there.items())},
        "moves": [dataclasses.asdict(flow) for flow in flows(plan.steps)],
    }


def _tallied(kinds: Iterable[RecordType]) -> dict[str, int]:
    return {kind.value: count for kind, count in sorted(Counter(kinds).items())}


def counts(plan: Plan) -> dict[str, dict[str, int]]:
    """Record type → action → steps, for every record type with any step, in pushing order."""
    tally = Counter((step.record_type, step.action) for step in plan.steps)
    present = {record_type for record_type, _action in tally}
    return {
        kind.value: {action.value: tally[kind, action] for action in Action} for kind in RecordType if kind in present
    }


def hold_json(hold: Hold) -> dict[str, Any]:
    return {
        "limits": [
            {
                "record_type": limit.record_type.value,
                "action": limit.action.value,
                "count": limit.count,
                "of": limit.of,
                "allowed": limit.allowed,
                **({"reason": limit.reason, "lines": list(limit.lines)} if limit.reason else {}),
            }
            for limit in hold.limits
        ]
    }


def plan_from_bytes(body: bytes) -> Plan:
    """The plan that `Plan.to_bytes` wrote. Raises StateCorrupt when its checksum is not that of its content."""
    plain = json.loads(body)
    plan = Plan(
        school=plain["school"],
        profile=plain["profile"],
        basis=Basis(**plain["basis"]),
        steps=tuple(map(step_from_plain, plain["steps"])),
        matched=tuple(IdentityLink(**link) for link in plain["matched"]),
        conflicts=tuple(Conflict(**_typed(item)) for item in plain["conflicts"]),
        withheld=_tally(plain["withheld"]),
        foreign=_tally(plain["foreign"]),
        hold=_hold(plain["hold"]),
        scope=_scope(plain["scope"]),
        agreed=tuple(Agreed(**_typed(item)) for item in plain["agreed"]),
        unordered=tuple(Unordered(**{**_typed(item), "action": Action(item["action"])}) for item in plain["unordered"]),
        still_there=_tally(plain["still_there"]),
    )
    if plan.checksum != plain["checksum"]:
        raise StateCorrupt(
            _("Сохранённый план {plan} повреждён").format(plan=plain["plan"]),
            _("Сделайте новый план: sverka plan"),
        )
    return plan


def _typed(plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "record_type": RecordType(plain["record_type"])}


def step_from_plain(plain: dict[str, Any]) -> Step:
    revived = {"action": Action(plain["action"]), "route": Route(plain["route"]), "order": _order(plain["order"])}
    return Step(**{**_typed(plain), **revived})


def _order(plain: dict[str, Any] | None) -> OrderRef | None:
    return from_plain(OrderRef, plain) if plain else None


def _hold(plain: dict[str, Any] | None) -> Hold | None:
    if plain is None:
        return None
    return Hold(limits=tuple(map(_limit, plain["limits"])))


def _limit(plain: dict[str, Any]) -> Limit:
    return Limit(**{**_typed(plain), "action": Action(plain["action"]), "lines": tuple(plain["lines"])})


def _scope(plain: dict[str, Any] | None) -> Scope | None:
    if plain is None:
        return None
    days = {name: date.fromisoformat(plain[name]) for name in ("lessons_from", "lessons_to")}
    return Scope(school_year=plain["school_year"], **days)


def _tally(plain: Mapping[str, int]) -> dict[RecordType, int]:
    return {RecordType(kind): count for kind, count in plain.items()}
