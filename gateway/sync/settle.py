"""Writes whose end is not known, settled by looking: what the diary shows was done, the rest is planned again.

A call that is not idempotent is never repeated before this look. Updates and ends need no proof: the next plan compares
both sides again and repeats only what is still missing. What somebody changes beyond recognition in the moments between
the write and the look counts as not there: natural keys tell no more.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from gateway.sync.bookkeeping import READ_BACK, learn, remember
from gateway.sync.planfile import step_from_plain
from gateway.sync.values import Action
from mappings.correlate import correlate
from state.records import RECORD_CLASSES, Lesson, Record, RecordType, from_plain
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gateway.ports import Clock
    from gateway.sync.values import Capabilities, Step
    from state.identity import IdentityLink, RemoteId, SourcedId
    from state.snapshot import RemoteRecord
    from state.store import Store

QUIET = 60.0
"""Seconds. An intent tells when its batch was opened, not when its last request left: a younger one is waited for."""
DONE, ABSENT = "Done", "Absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A write that was noted before it was made and has no outcome."""

    run: str
    step: Step

    @property
    def key(self) -> tuple[RecordType, SourcedId]:
        return self.step.record_type, self.step.sourced_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What the diary says about each intent."""

    found: tuple[tuple[Intent, RemoteId], ...] = ()
    absent: tuple[Intent, ...] = ()
    unproven: tuple[Intent, ...] = ()
    """The reading does not cover them, or several objects fit: they stay open, and nothing is sent for them."""


def open_intents(store: Store, clock: Clock, grace: float, sleep: Callable[[float], None]) -> tuple[Intent, ...]:
    """All unsettled intents, after `grace` seconds when one of them may still take effect in the diary."""
    with store.begin() as work:
        rows = work.unsettled_intents()
    if any((clock.now() - row["opened_at"]).total_seconds() < QUIET for row in rows):
        sleep(grace)
    return tuple(Intent(run=row["run"], step=step_from_plain(row["step"])) for row in rows)


def weigh(intents: Sequence[Intent], remote: Snapshot[RemoteRecord], links: Iterable[IdentityLink]) -> Settlement:
    """Pure: creates and moves are looked for by natural key among the objects nobody is linked to."""
    sought = [intent for intent in intents if intent.step.action in {Action.CREATE, Action.MOVE}]
    covered = [intent for intent in sought if _is_covered(intent.step, remote)]
    found = correlate(_as_local(covered, remote), remote, links, {})
    by_key = {(RecordType(link.record_type), link.sourced_id): link.remote_id for link in found.links}
    unclear = {(item.record_type, item.sourced_id) for item in found.ambiguous}
    unclear.update(intent.key for intent in sought if intent not in covered)
    return Settlement(
        found=tuple((intent, by_key[intent.key]) for intent in intents if intent.key in by_key),
        absent=tuple(intent for intent in intents if intent.key not in by_key and intent.key not in unclear),
        unproven=tuple(intent for intent in intents if intent.key in unclear),
    )


def settle(store: Store, settlement: Settlement, capabilities: Capabilities, actor: str) -> None:
    """Memory knows what was found as our own; all of it in one transaction."""
    outcomes: defaultdict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
    for intent, remote_id in settlement.found:
        outcomes[intent.run].append((intent.step.step_id, DONE, {"remote_id": remote_id, "rule": READ_BACK}))
    for intent in settlement.absent:
        outcomes[intent.run].append((intent.step.step_id, ABSENT, {}))
    with store.begin() as work:
        for run, rows in outcomes.items():
            work.settle_intents(run, rows)
        made = (learn(intent.step, remote_id, capabilities, READ_BACK) for intent, remote_id in settlement.found)
        remember(work, made, actor)
        work.record("intents_settled", _figures(settlement), actor)
        work.commit()


def _figures(settlement: Settlement) -> dict[str, int]:
    return {field.name: len(getattr(settlement, field.name)) for field in dataclasses.fields(settlement)}


def _is_covered(step: Step, remote: Snapshot[RemoteRecord]) -> bool:
    """True when the reading would show the object if it were there."""
    if step.record_type not in remote.complete:
        return False
    record = _revive(step)
    return not isinstance(record, Lesson) or remote.scope.lessons_from <= record.day <= remote.scope.lessons_to


def _as_local(intents: Sequence[Intent], remote: Snapshot[RemoteRecord]) -> Snapshot[Record]:
    records: defaultdict[RecordType, tuple[Record, ...]] = defaultdict(tuple)
    for intent in intents:
        records[intent.step.record_type] += (_revive(intent.step),)
    return Snapshot(scope=remote.scope, records=records)


def _revive(step: Step) -> Record:
    """The record a step was to make, as far as its payload tells."""
    cls = RECORD_CLASSES[step.record_type]
    known = {field.name for field in dataclasses.fields(cls)}
    plain = {name: value for name, value in (step.after or {}).items() if name in known}
    return cast("Record", from_plain(cls, {**plain, "sourced_id": step.sourced_id}))
