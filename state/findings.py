"""Findings through time: open while checks see them, closed by the first check that does not, reopened when back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from state.columns import upsert_rows
from state.tables import FINDING as F
from state.tables import RECONCILIATION as R

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.work import Work


_AT_ONCE = 900
"""Findings asked for in one statement: below every engine's limit of parameters."""


def save_reconciliation(work: Work, run: str, rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> None:
    """The open findings are exactly `rows` (JSON values, each with `finding_id`); ValueError for an id given twice."""
    seen = {row["finding_id"]: row for row in rows}
    if len(seen) != len(rows):
        raise ValueError("a finding id stands twice in one reconciliation")
    known = {row.finding_id: row for row in work.connection.execute(_all(work).where(F.c.status == "open"))}
    known |= _closed(work, [one for one in seen if one not in known])
    again = [one for one, row in known.items() if row.status == "open" and row.body == seen.get(one)]
    stays = frozenset(again)
    told = [
        {
            "school": work.school,
            "finding_id": finding_id,
            "status": "open",
            "first_run": known[finding_id].first_run if finding_id in known else run,
            "last_run": run,
            "body": body,
        }
        for finding_id, body in seen.items()
        if finding_id not in stays
    ]
    upsert_rows(work.connection, F, told)
    work.many(
        "UPDATE finding SET last_run = ? WHERE school = ? AND finding_id = ?",
        [(run, work.school, one) for one in again],
    )
    gone = [{"gone": key} for key, row in known.items() if row.status == "open" and key not in seen]
    if gone:
        this = (F.c.school == work.school, F.c.finding_id == bindparam("gone"))
        work.connection.execute(F.update().where(*this).values(status="closed"), gone)
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


def _closed(work: Work, ids: Sequence[str]) -> dict[str, Any]:
    """Those of the ids that were found before and are closed."""
    found: dict[str, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = _all(work).where(F.c.finding_id.in_(ids[start : start + _AT_ONCE]))
        found |= {row.finding_id: row for row in work.connection.execute(some)}
    return found


def _all(work: Work) -> Any:
    return select(F).where(F.c.school == work.school)
