"""One batch of writes: noted as intents, carried out side by side, then remembered; two transactions in all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors import faults
from gateway.faultmap import from_fault
from gateway.sync.bookkeeping import Learnt, learn, orders_of, remember
from gateway.sync.references import Ready
from gateway.sync.values import Action, Done, InDoubt, Refused, plain
from state.records import RecordType, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from gateway.ports import Target
    from gateway.sync.references import Directory
    from gateway.sync.values import Outcome, Step
    from state.lease import Lease
    from state.store import Store

    Result = tuple[Step, Outcome]

UNKNOWN_GUID = "unknownGuid"
_AWAY: Mapping[str, type[faults.Fault]] = {
    "unauthorised": faults.Unauthorised,
    "forbidden": faults.Forbidden,
    "throttled": faults.Throttled,
    "unavailable": faults.Unavailable,
}
"""Refusals that say nothing about the record: when a whole batch gets one, the diary is away and the run stops.

One write that is refused for our sign-in or for a right we lack is enough: a person must act before anything else is
sent.
"""
_AT_ONCE = ("unauthorised", "forbidden")


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Carries batches of one run out. Only the thread that calls it touches the store."""

    store: Store
    target: Target
    directory: Directory
    lease: Lease
    pool: ThreadPoolExecutor
    run: str
    plan_id: str
    actor: str
    patience: int
    """How many refusals in a row, with nothing else, mean that the diary is away."""

    def carry_out(self, steps: Sequence[Step]) -> list[Result]:
        """The outcome of each step, in order, already remembered. Raises the error of a diary that is away."""
        prepared = [(step, self.directory.prepare(step)) for step in steps]
        ready = [item for _step, item in prepared if isinstance(item, Ready)]
        made = self._write(ready) if ready else {}
        return [(step, made[step.step_id] if isinstance(item, Ready) else item) for step, item in prepared]

    def _write(self, ready: Sequence[Ready]) -> dict[str, Outcome]:
        self._note(ready)
        outcomes = self._perform(ready)
        results = [(item.step, outcome) for item, outcome in zip(ready, outcomes, strict=True)]
        self._remember(results)
        self._stop_when_away(outcomes)
        return {step.step_id: outcome for step, outcome in results}

    def _note(self, ready: Sequence[Ready]) -> None:
        steps = [plain(item.step) for item in ready]
        self.lease.confirm()
        with self.store.begin() as work:
            work.open_intents(self.run, self.plan_id, steps)
            work.record(
                "batch_opened",
                {**self._about(ready[0].step), "steps": len(steps), "digest": digest(steps), **_orders(ready)},
                self.actor,
            )
            work.commit()

    def _perform(self, ready: Sequence[Ready]) -> list[Outcome]:
        futures = [self.pool.submit(attempt, self.target, item) for item in ready]
        return [future.result() for future in futures]

    def _remember(self, results: Sequence[Result]) -> None:
        learnt = [self._learnt(step, outcome) for step, outcome in results]
        rows = [(step.step_id, type(outcome).__name__, plain(outcome)) for step, outcome in results]
        with self.store.begin() as work:
            work.settle_intents(self.run, rows)
            remember(work, learnt, self.actor)
            work.record(
                "batch_done", {**self._about(results[0][0]), **_figures(results), "digest": digest(rows)}, self.actor
            )
            work.commit()
        self.directory.add(link for one in learnt for link in one.links)

    def _learnt(self, step: Step, outcome: Outcome) -> Learnt:
        if isinstance(outcome, Done):
            return learn(step, outcome.remote_id, self.target.capabilities)
        if isinstance(outcome, Refused) and outcome.code == UNKNOWN_GUID:
            return self._unbound(step)
        return Learnt()

    def _unbound(self, step: Step) -> Learnt:
        """The diary does not know the person's GUID: what was handed over has never been uploaded, or was lost.

        Forgetting the hand-over puts the person into the next workbook. A group that we did not make may be the
        unknown one; then nobody is forgotten.
        """
        after = step.after or {}
        if "group" not in after or not self.directory.is_ours(after["group"]):
            return Learnt()
        people = [after["person"]] if "person" in after else after.get("teachers", [])[:1]
        kinds = (RecordType.PUPIL, RecordType.STAFF)
        return Learnt(baselines=tuple((kind.value, one, None) for one in people for kind in kinds))

    def _stop_when_away(self, outcomes: Sequence[Outcome]) -> None:
        refusals = {one.code if isinstance(one, Refused) else "": one for one in outcomes}
        at_once = [code for code in _AT_ONCE if code in refusals]  # the token may have died amid the batch
        alike = [code for code in refusals if len(refusals) == 1 and len(outcomes) >= self.patience]
        for code in (*at_once, *alike):
            refusal = refusals[code]
            if code in _AWAY and isinstance(refusal, Refused):
                raise from_fault(_AWAY[code](what=refusal.text or code, request_id=refusal.request_id))

    def _about(self, step: Step) -> dict[str, Any]:
        return {"run": self.run, "plan": self.plan_id, "record_type": step.record_type.value}


def _orders(ready: Sequence[Ready]) -> dict[str, Any]:
    """The orders the steps rest on, where there are any."""
    orders = orders_of(item.step for item in ready)
    return {"orders": orders} if orders else {}


def attempt(target: Target, item: Ready) -> Outcome:
    """The outcome of one write. A fault that says for certain that nothing was written is a refusal, others a doubt."""
    try:
        outcome = target.perform(item.step, item.refs)
    except faults.Rejected as fault:
        return Refused(code=fault.code or "rejected", text=fault.what, request_id=fault.request_id)
    except (faults.Unauthorised, faults.Forbidden, faults.Throttled, faults.NotFound) as fault:
        return Refused(code=type(fault).__name__.lower(), text=fault.what, request_id=fault.request_id)
    except faults.Fault as fault:
        return InDoubt(text=str(fault))
    makes = item.step.action in {Action.CREATE, Action.MOVE}
    if makes and isinstance(outcome, Done) and not outcome.remote_id:
        return InDoubt(text="the diary told no id of what it made")
    return outcome


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    ends = Counter(type(outcome).__name__ for _step, outcome in results)
    refusals = Counter(outcome.code for _step, outcome in results if isinstance(outcome, Refused))
    return {"ends": dict(sorted(ends.items())), "refusals": dict(sorted(refusals.items()))}
