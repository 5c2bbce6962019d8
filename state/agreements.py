"""Agreements to a division into subgroups that were given beside the sheet (R090), each for one state of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from state.columns import upsert_rows
from state.records import Agreement
from state.tables import SUBGROUP_AGREEMENT as A

if TYPE_CHECKING:
    from collections.abc import Iterable

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAgreement:
    """`digest` is that of the seating agreed to: who sits where later is not covered by it."""

    agreement: Agreement
    digest: str
    recorded_by: str = ""


def put_agreements(work: Work, rows: Iterable[RecordedAgreement]) -> None:
    """Each form and division has the agreement recorded last. Raises ValueError for one that nobody gave yet."""
    now = work.now()
    kept = {}
    for row in rows:
        if row.agreement.day is None or not row.agreement.who:
            raise ValueError("a recorded agreement has a name and a date")
        kept[row.agreement.form, row.agreement.division] = {
            "school": work.school,
            "form": row.agreement.form,
            "division": row.agreement.division,
            "digest": row.digest,
            "who": row.agreement.who,
            "day": row.agreement.day.isoformat(),
            "recorded_by": row.recorded_by,
            "recorded_at": now,
        }
    upsert_rows(work.connection, A, list(kept.values()))


def load_agreements(work: Work) -> tuple[RecordedAgreement, ...]:
    """Every recorded agreement, ordered by form and division."""
    query = select(A.c.form, A.c.division, A.c.digest, A.c.who, A.c.day, A.c.recorded_by)
    rows = work.connection.execute(query.where(A.c.school == work.school).order_by(A.c.form, A.c.division))
    return tuple(
        RecordedAgreement(
            agreement=Agreement(form=row.form, division=row.division, who=row.who, day=date.fromisoformat(row.day)),
            digest=row.digest,
            recorded_by=row.recorded_by,
        )
        for row in rows
    )
