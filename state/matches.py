"""What people have decided about who is who: pairs they linked, refused or split, with their names and reasons.

The last decision about a pair stands; a refused or split pair is never proposed again and never linked by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from state.columns import upsert_rows
from state.tables import MATCH_DECISION as M

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from state.identity import RemoteId, SourcedId
    from state.work import Work


class Decision(StrEnum):
    LINKED = "linked"
    REFUSED = "refused"
    SPLIT = "split"
    """They were linked, and are two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecision:
    record_type: str
    sourced_id: SourcedId
    remote_id: RemoteId
    decision: Decision
    decided_by: str
    why: str
    same_as: SourcedId | None = None
    """Of a pair that is linked: the id under which the person was known before, if any."""
    decided_at: datetime | None = None
    """Filled in by the store."""


def put_match_decisions(work: Work, decisions: Iterable[MatchDecision]) -> None:
    """Each pair has the decision given last."""
    now = work.now()
    rows = {
        (one.record_type, one.sourced_id, one.remote_id): {
            "school": work.school,
            "record_type": one.record_type,
            "sourced_id": one.sourced_id,
            "remote_id": one.remote_id,
            "decision": one.decision.value,
            "decided_by": one.decided_by,
            "why": one.why,
            "same_as": one.same_as,
            "decided_at": now,
        }
        for one in decisions
    }
    upsert_rows(work.connection, M, list(rows.values()))


def aliases(decisions: Iterable[MatchDecision]) -> dict[SourcedId, SourcedId]:
    """New id → the id the same person was known by, as people have said."""
    return {one.sourced_id: one.same_as for one in decisions if one.decision is Decision.LINKED and one.same_as}


def load_match_decisions(work: Work) -> tuple[MatchDecision, ...]:
    """Every decision, ordered by record type and both ids."""
    columns = (M.c[field.name] for field in fields(MatchDecision))
    query = select(*columns).where(M.c.school == work.school).order_by(M.c.record_type, M.c.sourced_id, M.c.remote_id)
    rows = work.connection.execute(query).mappings()
    return tuple(MatchDecision(**{**row, "decision": Decision(row["decision"])}) for row in rows)
