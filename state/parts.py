"""Imported local files: the current one of each kind, and the ones before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from state.columns import insert_rows
from state.local import LocalPart, part_from_plain, part_to_plain
from state.tables import LOCAL_PART as P

if TYPE_CHECKING:
    from state.work import Work


def save_part(work: Work, part: LocalPart) -> bool:
    """The part is the current one of its kind; False (nothing written) when the same file already was."""
    current = select(P.c.sha256).where(P.c.school == work.school, P.c.kind == part.kind.value)
    if work.connection.scalar(current.order_by(P.c.number.desc()).limit(1)) == part.sha256:
        return False
    number = work.connection.scalar(select(func.max(P.c.number)).where(P.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": number + 1,
        "kind": part.kind.value,
        "source": part.source,
        "sha256": part.sha256,
        "imported_at": work.now(),
        "body": part_to_plain(part),
    }
    insert_rows(work.connection, P, [row])
    return True


def load_parts(work: Work) -> tuple[LocalPart, ...]:
    """The current part of each kind, ordered by kind."""
    latest = select(func.max(P.c.number)).where(P.c.school == work.school).group_by(P.c.kind)
    bodies = select(P.c.body).where(P.c.school == work.school, P.c.number.in_(latest)).order_by(P.c.kind)
    return tuple(part_from_plain(body) for body in work.connection.scalars(bodies))


def part_digests(work: Work) -> tuple[tuple[str, str], ...]:
    """(kind, sha256) of the current parts, ordered by kind: tells cheaply whether `load_parts` would say more."""
    latest = select(func.max(P.c.number)).where(P.c.school == work.school).group_by(P.c.kind)
    rows = select(P.c.kind, P.c.sha256).where(P.c.school == work.school, P.c.number.in_(latest)).order_by(P.c.kind)
    return tuple((kind, sha256) for kind, sha256 in work.connection.execute(rows))
