"""What memory learns from a step that took effect: links to keep or drop, and what both sides now agree on.

Of a membership that ended it stays known that it did, so that whoever comes back is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.sync.changes import ENDED
from gateway.sync.fields import compared
from gateway.sync.values import Action
from state.identity import IdentityLink, RemoteId, SourcedId, membership_id
from state.orders import OrderKey
from state.records import RecordType, digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.sync.fields import Fields
    from gateway.sync.values import Capabilities, Step
    from state.matches import MatchDecision
    from state.unit import UnitOfWork

CREATED, READ_BACK = "created", "read-back"
"""How we know an object that we made: by the diary's answer, or by looking after the answer was lost."""

_ORDERED = frozenset({RecordType.PUPIL, RecordType.STAFF, RecordType.MEMBERSHIP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The consequences of one step; a baseline of None forgets."""

    links: tuple[IdentityLink, ...] = ()
    dropped: tuple[tuple[str, SourcedId], ...] = ()
    baselines: tuple[tuple[str, SourcedId, Fields | None], ...] = ()
    ordered: tuple[OrderKey, ...] = ()
    """Changes whose assigned order is used up."""


def learn(step: Step, remote_id: RemoteId | None, capabilities: Capabilities, rule: str = CREATED) -> Learnt:
    """What follows when the step took effect; `remote_id` is the object made, for a create or a move."""
    learnt = _consequences(step, remote_id, capabilities, rule)
    return replace(learnt, ordered=(OrderKey(step.record_type.value, step.sourced_id, step.action.value),))


def _consequences(step: Step, remote_id: RemoteId | None, capabilities: Capabilities, rule: str) -> Learnt:
    key = (step.record_type.value, step.sourced_id)
    if step.action is Action.SUSPEND:
        ended = {**agreed_fields(step, step.before or {}, capabilities), ENDED: step.remote_id or ""}
        return Learnt(dropped=(key,), baselines=((*key, ended),))
    if step.action is Action.DELETE:
        return Learnt(dropped=(key,), baselines=((*key, None),))
    now = ((*key, agreed_fields(step, step.after or {}, capabilities)),)
    if step.action is Action.UPDATE or remote_id is None:
        return Learnt(baselines=now)
    made = _made(step, remote_id, rule)
    if step.action is Action.CREATE:
        return Learnt(links=(made,), baselines=now)
    left = (step.record_type.value, left_by(step))
    return Learnt(links=(made,), dropped=(left,), baselines=((*left, None), *now))


def handed_over(step: Step, capabilities: Capabilities) -> Learnt:
    """What is remembered of a row in the import workbook: that it was handed over, and nothing as done.

    A new person's baseline stands without a link until the diary shows the person. A change's baseline is what the
    diary holds, so that the change is handed over again until somebody has uploaded it.
    """
    fields = step.before if step.before is not None else agreed_fields(step, step.after or {}, capabilities)
    return Learnt(baselines=((step.record_type.value, step.sourced_id, fields),))


def left_by(move: Step) -> SourcedId:
    """The membership a move ends."""
    before = move.before or {}
    return membership_id(before["person"], before["group"])


def orders_of(steps: Iterable[Step]) -> list[list[str]]:
    """[record, number of the order, its date] of every step that rests on one: for the journal (R022, R088)."""
    return [
        [step.sourced_id, step.order.number, step.order.day.isoformat()]
        for step in steps
        if step.order is not None and step.order.day is not None
    ]


def agreed_fields(step: Step, fields: Fields, capabilities: Capabilities) -> Fields:
    """The compared fields among those a step carries."""
    names = compared(step.record_type, capabilities.of(step.record_type).fields)
    return {name: fields[name] for name in names if name in fields}


def remember(work: UnitOfWork, lessons: Iterable[Learnt], actor: str) -> None:
    """Memory holds all of it, in the unit's transaction; a link that does not say by whom is by `actor`."""
    lessons = tuple(lessons)
    work.drop_links(key for learnt in lessons for key in learnt.dropped)
    work.put_links(replace(link, by=link.by or actor) for learnt in lessons for link in learnt.links)
    work.put_baselines(row for learnt in lessons for row in learnt.baselines)
    work.drop_assigned_orders(key for learnt in lessons for key in learnt.ordered if key.record_type in _ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Everything a plan is made from that is kept on our side."""

    links: tuple[IdentityLink, ...]
    baselines: dict[tuple[str, SourcedId], Fields]
    after_run: str
    """The last apply begun, blank before the first."""
    decided: tuple[MatchDecision, ...] = ()
    """What people said about who is who."""


def recall(work: UnitOfWork) -> Memory:
    """What memory holds as this unit sees it."""
    runs = work.runs("apply")
    return Memory(
        links=work.links(),
        baselines=work.baselines(),
        after_run=runs[-1]["run"] if runs else "",
        decided=work.match_decisions(),
    )


def _made(step: Step, remote_id: RemoteId, rule: str) -> IdentityLink:
    return IdentityLink(
        record_type=step.record_type.value,
        sourced_id=step.sourced_id,
        remote_id=remote_id,
        rule=rule,
        evidence=f"{rule}#{digest([step.step_id, remote_id])[:12]}",
        ours=True,
    )
