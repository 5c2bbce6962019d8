"""Identity links: which object of the diary each of our records is.

Within a record type an object of the diary belongs to one record, except that guardians of siblings may be one person.
Across types one person may well be linked twice (a teacher who is also a parent).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from state.columns import CHUNK, insert_rows
from state.errors import StateCorrupt
from state.identity import IdentityLink, SourcedId
from state.records import RecordType
from state.tables import LINK as L

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.work import Work

_FIELDS = tuple(field.name for field in fields(IdentityLink))


def load_links(work: Work) -> tuple[IdentityLink, ...]:
    """Every link, ordered by record type and sourced id."""
    query = select(*(L.c[name] for name in _FIELDS)).where(L.c.school == work.school)
    rows = work.connection.execute(query.order_by(L.c.record_type, L.c.sourced_id))
    return tuple(IdentityLink(**row) for row in rows.mappings())


def linked_records(work: Work, record_type: str) -> frozenset[SourcedId]:
    """The records of that type that have a link."""
    rows = work.fetch(
        "SELECT sourced_id FROM identity_link WHERE school = ? AND record_type = ?", (work.school, record_type)
    )
    return frozenset(SourcedId(sourced_id) for (sourced_id,) in rows)


def put_links(work: Work, links: Iterable[IdentityLink]) -> None:
    """Each record has the link given last; StateCorrupt when an object is another record's already.

    Two records may exchange their objects in one call. A link without `since` holds from now.
    """
    wanted = {(link.record_type, link.sourced_id): link for link in links}
    _refuse_shared(work, wanted)
    now = work.now()
    rows = [{"school": work.school} | {name: getattr(link, name) for name in _FIELDS} for link in wanted.values()]
    for row in rows:
        row["since"] = row["since"] or now
    # Removed first, so that an exchange does not meet the unique index halfway.
    drop_links(work, wanted)
    insert_rows(work.connection, L, rows)


def drop_links(work: Work, keys: Iterable[tuple[str, SourcedId]]) -> None:
    """None of these records has a link; an unknown key is no fault."""
    parameters = [{"type": record_type, "sourced": sourced_id} for record_type, sourced_id in keys]
    if parameters:
        mine = (L.c.record_type == bindparam("type"), L.c.sourced_id == bindparam("sourced"))
        work.connection.execute(L.delete().where(L.c.school == work.school, *mine), parameters)


def _refuse_shared(work: Work, wanted: dict[tuple[str, SourcedId], IdentityLink]) -> None:
    """Raises StateCorrupt when, after the call, two records of a type would be one object."""
    objects: dict[str, dict[str, SourcedId]] = defaultdict(dict)
    for (record_type, sourced_id), link in wanted.items():
        if record_type == RecordType.GUARDIAN:
            continue
        owner = objects[record_type].setdefault(link.remote_id, sourced_id)
        _require_same(record_type, link.remote_id, owner, sourced_id)
    for record_type, remote in objects.items():
        for row in _owners(work, record_type, list(remote)):
            if (record_type, row.sourced_id) not in wanted:
                _require_same(record_type, row.remote_id, row.sourced_id, remote[row.remote_id])


def _require_same(record_type: str, remote_id: str, owner: str, claimant: str) -> None:
    if owner != claimant:
        raise StateCorrupt(f"{record_type} {remote_id} of the diary is {owner} already, it cannot be {claimant} too")


def _owners(work: Work, record_type: str, remote_ids: Sequence[str]) -> Iterable[Any]:
    for start in range(0, len(remote_ids), CHUNK):
        some = remote_ids[start : start + CHUNK]
        yield from work.connection.execute(
            select(L.c.sourced_id, L.c.remote_id).where(
                L.c.school == work.school, L.c.record_type == record_type, L.c.remote_id.in_(some)
            )
        )
