"""Signatures under protocols (G1): who signed the protocol of which check, and what both sides were then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.columns import insert_rows
from state.control_tables import SIGNATURE as S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    run: str
    """The check whose protocol was signed."""
    signed_by: str
    position: str
    """The office the person holds, as the protocol prints it."""
    digests: Mapping[str, Any]
    """What was signed: hashes of both sides and the head of the audit log, as the check kept them."""
    number: int = 0
    signed_at: datetime | None = None


def add_signature(work: Work, signature: Signature) -> int:
    """The number of the signature, rising from 1."""
    last = work.connection.scalar(select(func.max(S.c.number)).where(S.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": last + 1,
        "run": signature.run,
        "signed_by": signature.signed_by,
        "position": signature.position,
        "digests": dict(signature.digests),
        "signed_at": work.now(),
    }
    insert_rows(work.connection, S, [row])
    return last + 1


def load_signatures(work: Work) -> tuple[Signature, ...]:
    """Every signature, the oldest first."""
    columns = (S.c.number, S.c.run, S.c.signed_by, S.c.position, S.c.digests, S.c.signed_at)
    query = select(*columns).where(S.c.school == work.school).order_by(S.c.number)
    return tuple(Signature(**row) for row in work.connection.execute(query).mappings())
