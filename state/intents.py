"""Intents: every write to the diary is noted before it is made and settled after, so that none is ever forgotten."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select

from state.columns import CHUNK, insert_rows
from state.errors import StateCorrupt
from state.tables import INTENT as I

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state.work import Work

IN_DOUBT = "InDoubt"
"""The outcome name that leaves an intent unsettled: it must be looked up in the diary."""


def open_intents(work: Work, run: str, plan_id: str, steps: Sequence[dict[str, Any]]) -> None:
    """Each step of the run is noted as about to be written; StateCorrupt when one was opened in this run before."""
    counted = Counter(step["step_id"] for step in steps)
    again = _known(work, run, list(counted)) | {step_id for step_id, times in counted.items() if times > 1}
    if again:
        raise StateCorrupt(f"opened twice in run {run}: {sorted(again)[0]}")
    now = work.now()
    common = {"school": work.school, "run": run, "plan_id": plan_id, "opened_at": now}
    insert_rows(work.connection, I, [common | {"step_id": step["step_id"], "step": step} for step in steps])


def settle_intents(work: Work, run: str, outcomes: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Each (step id, outcome name, details) is noted; settling again replaces. StateCorrupt for a step never opened."""
    unknown = {step_id for step_id, _, _ in outcomes} - _known(work, run, [step_id for step_id, _, _ in outcomes])
    if unknown:
        raise StateCorrupt(f"never opened in run {run}: {sorted(unknown)[0]}")
    settled = (
        I.update()
        .where(I.c.school == work.school, I.c.run == run, I.c.step_id == bindparam("settled_step"))
        .values(outcome=bindparam("name"), details=bindparam("found"), settled_at=work.now())
    )
    rows = [{"settled_step": step_id, "name": name, "found": details} for step_id, name, details in outcomes]
    if rows:
        work.connection.execute(settled, rows)


def unsettled_intents(work: Work) -> list[dict[str, Any]]:
    """{run, plan_id, opened_at, step} of every write whose end is not known, in the order they were opened."""
    query = select(I.c.run, I.c.plan_id, I.c.opened_at, I.c.step).where(
        I.c.school == work.school, or_(I.c.outcome.is_(None), I.c.outcome == IN_DOUBT)
    )
    rows = work.connection.execute(query.order_by(I.c.opened_at, I.c.run, I.c.step_id))
    return [dict(row) for row in rows.mappings()]


def _known(work: Work, run: str, step_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(step_ids), CHUNK):
        some = step_ids[start : start + CHUNK]
        query = select(I.c.step_id).where(I.c.school == work.school, I.c.run == run, I.c.step_id.in_(some))
        found.update(work.connection.scalars(query))
    return found
