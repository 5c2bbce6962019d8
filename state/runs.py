"""Runs: every start of a verb and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.columns import insert_rows
from state.errors import StateCorrupt
from state.tables import RUN as R

if TYPE_CHECKING:
    from state.work import Work


def start_run(work: Work, verb: str) -> str:
    """The id of a new run, «verb-000012»: numbered per school, so ids sort by time within a verb."""
    number = (work.connection.scalar(select(func.max(R.c.number)).where(R.c.school == work.school)) or 0) + 1
    run = f"{verb}-{number:06d}"
    row = {"school": work.school, "run": run, "number": number, "verb": verb, "started_at": work.now()}
    insert_rows(work.connection, R, [row])
    return run


def end_run(work: Work, run: str, result: dict[str, Any]) -> None:
    """The run has ended with that result (JSON values); StateCorrupt for an unknown run."""
    ended = R.update().where(R.c.school == work.school, R.c.run == run).values(ended_at=work.now(), result=result)
    if work.connection.execute(ended).rowcount != 1:
        raise StateCorrupt(f"no run {run}")


def load_runs(work: Work, verb: str | None) -> list[dict[str, Any]]:
    """{run, verb, started_at, ended_at, result}, the oldest first; `ended_at` None: running, or died."""
    query = select(R.c.run, R.c.verb, R.c.started_at, R.c.ended_at, R.c.result).where(R.c.school == work.school)
    if verb is not None:
        query = query.where(R.c.verb == verb)
    return [dict(row) for row in work.connection.execute(query.order_by(R.c.number)).mappings()]
