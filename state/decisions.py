"""What people decided about findings: which side is right, or that both stay, and why (requirements §F, Decisions).

A decision speaks of two values. It is in force while the finding still has both; nothing is ever overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from state.columns import insert_rows
from state.control_tables import DECISION as D

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from state.work import Work


class Verdict(StrEnum):
    PAPER = "paper"
    """Paper is right: the teacher corrects the diary by a return slip."""
    DIARY = "diary"
    """The diary is right: the paper page gets a correction note."""
    EXPLAINED = "explained"
    """Both stay as they are, for a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    finding_id: str
    verdict: Verdict
    paper: str
    diary: str
    """The two values it was made about."""
    why: str
    decided_by: str
    number: int = 0
    decided_at: datetime | None = None
    """Number and moment are filled in by the store."""

    def holds(self, paper: str, diary: str) -> bool:
        """True while both values are those it was made about."""
        return (self.paper, self.diary) == (paper, diary)


def add_decisions(work: Work, decisions: Iterable[Decision]) -> None:
    """All of them are kept, numbered in the order given."""
    last = work.connection.scalar(select(func.max(D.c.number)).where(D.c.school == work.school)) or 0
    now = work.now()
    rows = [
        {
            "school": work.school,
            "number": number,
            "finding_id": one.finding_id,
            "verdict": one.verdict.value,
            "paper": one.paper,
            "diary": one.diary,
            "why": one.why,
            "decided_by": one.decided_by,
            "decided_at": now,
        }
        for number, one in enumerate(decisions, start=last + 1)
    ]
    insert_rows(work.connection, D, rows)


def load_decisions(work: Work) -> tuple[Decision, ...]:
    """Every decision ever made, the oldest first."""
    columns = (D.c.number, D.c.finding_id, D.c.verdict, D.c.paper, D.c.diary, D.c.why, D.c.decided_by, D.c.decided_at)
    rows = work.connection.execute(select(*columns).where(D.c.school == work.school).order_by(D.c.number)).mappings()
    return tuple(Decision(**{**row, "verdict": Verdict(row["verdict"])}) for row in rows)
