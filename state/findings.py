"""Findings through time: open while checks see them, closed by the first check that does not, reopened when back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from state.columns import upsert_rows
from state.records import canonical_json
from state.tables import FINDING as F
from state.tables import RECONCILIATION as R

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.work import Work


# A check finds again what it found yesterday: such rows are only touched.
_OPEN = "SELECT finding_id, first_run, body FROM finding WHERE school = ? AND status = 'open'"
_CLOSED = "SELECT finding_id, first_run FROM finding WHERE school = ? AND status = 'closed' AND finding_id IN"
_PUT = """
    INSERT INTO finding (school, finding_id, status, first_run, last_run, body) VALUES (?, ?, 'open', ?, ?, ?)
    ON CONFLICT (school, finding_id)
    DO UPDATE SET status = 'open', first_run = excluded.first_run, last_run = excluded.last_run, body = excluded.body
"""
_SEEN = "UPDATE finding SET last_run = ? WHERE school = ? AND status = 'open'"
_GONE = "UPDATE finding SET status = 'closed' WHERE school = ? AND finding_id = ?"


def save_reconciliation(work: Work, run: str, rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> None:
    """The open findings are exactly `rows` (JSON values, each with `finding_id`); ValueError for an id given twice."""
    seen = {row["finding_id"]: row for row in rows}
    if len(seen) != len(rows):
        raise ValueError("a finding id stands twice in one reconciliation")
    held = {finding_id: (first, body) for finding_id, first, body in work.fetch(_OPEN, (work.school,))}
    told = {one: body for one, body in seen.items() if one not in held or json.loads(held[one][1]) != body}
    before = dict(work.fetch_among(_CLOSED, list(told))) | {one: held[one][0] for one in told if one in held}
    work.many(
        _PUT,
        [(work.school, one, before.get(one, run), run, canonical_json(body).decode()) for one, body in told.items()],
    )
    work.many(_GONE, [(work.school, one) for one in held.keys() - seen.keys()])
    work.many(_SEEN, [(run, work.school)])
    made = {"school": work.school, "run": run, "made_at": work.now(), "summary": summary}
    upsert_rows(work.connection, R, [made])


def load_findings(work: Work, *, open_only: bool) -> list[dict[str, Any]]:
    """Each finding's row with `status`, `first_run` and `last_run` (the last that saw it), ordered by id."""
    query = _all(work).where(F.c.status == "open") if open_only else _all(work)
    rows = work.connection.execute(query.order_by(F.c.finding_id))
    return [{**row.body, "status": row.status, "first_run": row.first_run, "last_run": row.last_run} for row in rows]


def load_reconciliations(work: Work, runs: Iterable[str]) -> list[dict[str, Any]]:
    """{run, made_at, summary} of these checks, the oldest first."""
    query = _checks(work).where(R.c.run.in_(list(runs))).order_by(R.c.made_at, R.c.run)
    return [dict(row) for row in work.connection.execute(query).mappings()]


def last_reconciliation(work: Work) -> dict[str, Any] | None:
    """The latest check: one summary is as large as the school has pages, so the others stay where they are."""
    latest = _checks(work).order_by(R.c.made_at.desc(), R.c.run.desc()).limit(1)
    row = work.connection.execute(latest).mappings().first()
    return None if row is None else dict(row)


def _checks(work: Work) -> Any:
    return select(R.c.run, R.c.made_at, R.c.summary).where(R.c.school == work.school)


def _all(work: Work) -> Any:
    return select(F).where(F.c.school == work.school)
