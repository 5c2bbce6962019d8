"""Plans as they were shown, each with its one status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from state.errors import StateCorrupt
from state.tables import PLAN as P

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from state.work import Work

STATUSES = ("new", "approved", "applied")


def save_plan(work: Work, plan_id: str, body: bytes) -> None:
    """The plan is kept and is the latest. A known id keeps its body and status: the id is a digest of the body."""
    number = work.connection.scalar(select(func.max(P.c.number)).where(P.c.school == work.school)) or 0
    known = work.connection.scalar(select(P.c.number).where(*_this(work, plan_id)))
    if known is None:
        row = {"school": work.school, "plan_id": plan_id, "status": "new", "saved_at": work.now(), "body": body}
        work.connection.execute(P.insert(), {**row, "number": number + 1})
    elif known != number:
        work.connection.execute(P.update().where(*_this(work, plan_id)).values(number=number + 1))


def load_plan(work: Work, plan_id: str) -> tuple[bytes, str] | None:
    """(body, status), or None for an unknown plan."""
    row = work.connection.execute(select(P.c.body, P.c.status).where(*_this(work, plan_id))).one_or_none()
    return (bytes(row.body), row.status) if row else None


def latest_plan(work: Work) -> str | None:
    """The id of the plan made last, or None."""
    query = select(P.c.plan_id).where(P.c.school == work.school).order_by(P.c.number.desc()).limit(1)
    return work.connection.scalar(query)


def set_plan_status(work: Work, plan_id: str, status: str) -> None:
    """The plan has that status (new, approved, applied); StateCorrupt for an unknown plan."""
    if status not in STATUSES:
        raise ValueError(f"not a plan status: {status}")
    changed = work.connection.execute(P.update().where(*_this(work, plan_id)).values(status=status))
    if changed.rowcount != 1:
        raise StateCorrupt(f"no plan {plan_id}")


def _this(work: Work, plan_id: str) -> tuple[ColumnElement[bool], ...]:
    return P.c.school == work.school, P.c.plan_id == plan_id
