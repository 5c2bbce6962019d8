"""Imported local files: the current ones of each kind, and those before them.

A file of the whole school supersedes whatever of its kind came earlier; a file of one form stands beside the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from state.columns import insert_rows
from state.local import LocalPart, part_from_plain, part_to_plain
from state.tables import LOCAL_PART as P

if TYPE_CHECKING:
    from state.work import Work


class _Current(NamedTuple):
    kind: str
    slot: str
    number: int


def save_part(work: Work, part: LocalPart) -> bool:
    """The part is a current one of its kind; False (nothing written) when the same file, read alike, already was.

    The same bytes may read otherwise after an update of the program: then the new reading is kept.
    """
    body, current = part_to_plain(part), _numbers(work)
    known = next((one.number for one in current if (one.kind, one.slot) == (part.kind.value, part.slot)), None)
    if known is not None and _same(work, known, part, body):
        return False
    number = work.connection.scalar(select(func.max(P.c.number)).where(P.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": number + 1,
        "kind": part.kind.value,
        "slot": part.slot,
        "source": part.source,
        "sha256": part.sha256,
        "imported_at": work.now(),
        "body": body,
    }
    insert_rows(work.connection, P, [row])
    return True


def _same(work: Work, number: int, part: LocalPart, body: dict[str, object]) -> bool:
    row = work.connection.execute(select(P.c.sha256, P.c.body).where(P.c.school == work.school, P.c.number == number))
    sha256, stored = row.one()
    return bool(sha256 == part.sha256 and stored == body)


def load_parts(work: Work) -> tuple[LocalPart, ...]:
    """The current parts, ordered by kind and, within a kind, by the time they were taken in."""
    numbers = [one.number for one in _numbers(work)]
    query = select(P.c.body).where(P.c.school == work.school, P.c.number.in_(numbers)).order_by(P.c.kind, P.c.number)
    return tuple(part_from_plain(body) for body in work.connection.scalars(query))


def part_digests(work: Work) -> tuple[tuple[str, int], ...]:
    """(kind, number) of the current parts: tells cheaply whether `load_parts` would say more."""
    return tuple((one.kind, one.number) for one in _numbers(work))


def _numbers(work: Work) -> list[_Current]:
    """The latest part of every kind and slot, without those an overall file of the kind came after."""
    latest = select(P.c.kind, P.c.slot, func.max(P.c.number)).where(P.c.school == work.school)
    found = [_Current(*row) for row in work.connection.execute(latest.group_by(P.c.kind, P.c.slot))]
    whole = {one.kind: one.number for one in found if not one.slot}
    return sorted(one for one in found if one.number >= whole.get(one.kind, 0))
