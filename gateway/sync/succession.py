"""One record takes another's place: the same human under a new personal file or a new family name.

What both sides know of the old record, and of everything whose id is made from the old one's, is known of the new one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from gateway.sync.bookkeeping import Learnt
from state.identity import SourcedId
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from state.identity import IdentityLink

    Baselines = Mapping[tuple[str, SourcedId], dict[str, Any]]


def succeed(
    record_type: RecordType, old: SourcedId, new: SourcedId, links: Iterable[IdentityLink], baselines: Baselines
) -> Learnt:
    """The links and baselines of `old`, of its memberships and of its guardians, under the ids made from `new`.

    Guardians whose own names changed as well find no successor here: they are recognised anew, among the pupil's own.
    """
    renamed = {key: _renamed(key[1], old, new) for key in _keys_of(record_type, old, links, baselines)}
    by_key = {(link.record_type, link.sourced_id): link for link in links}
    return Learnt(
        links=tuple(
            dataclasses.replace(by_key[key], sourced_id=sourced_id)
            for key, sourced_id in renamed.items()
            if key in by_key
        ),
        dropped=tuple(renamed),
        baselines=tuple(_moved(renamed, old, new, baselines)),
    )


def belongings(
    record_type: RecordType, sourced_id: SourcedId, links: Iterable[IdentityLink], baselines: Baselines
) -> tuple[tuple[str, SourcedId], ...]:
    """The keys of the record itself and of everything that is nothing without it: memberships, guardians."""
    return tuple(_keys_of(record_type, sourced_id, links, baselines))


def _keys_of(
    record_type: RecordType, sourced_id: SourcedId, links: Iterable[IdentityLink], baselines: Baselines
) -> list[tuple[str, SourcedId]]:
    seats = (RecordType.MEMBERSHIP.value, f"member:{sourced_id}@")
    family = (RecordType.GUARDIAN.value, f"guardian:{sourced_id.removeprefix('pupil:')}:")
    prefixes = (seats, family) if record_type is RecordType.PUPIL else (seats,)
    known = {(link.record_type, link.sourced_id) for link in links}.union(baselines)
    own = (record_type.value, sourced_id)
    return sorted(
        key
        for key in known
        if key == own or any(key[0] == kind and key[1].startswith(start) for kind, start in prefixes)
    )


def _renamed(sourced_id: SourcedId, old: SourcedId, new: SourcedId) -> SourcedId:
    if sourced_id == old:
        return new
    if sourced_id.startswith("member:"):
        return SourcedId(sourced_id.replace(f"member:{old}@", f"member:{new}@", 1))
    before, after = (f"guardian:{one.removeprefix('pupil:')}:" for one in (old, new))
    return SourcedId(sourced_id.replace(before, after, 1))


def _moved(
    renamed: Mapping[tuple[str, SourcedId], SourcedId], old: SourcedId, new: SourcedId, baselines: Baselines
) -> Iterator[tuple[str, SourcedId, dict[str, Any] | None]]:
    """What was agreed on, with the new id wherever a field names the old one."""
    for key, sourced_id in renamed.items():
        if key in baselines:
            yield (*key, None)
            told = {name: new if value == old else value for name, value in baselines[key].items()}
            yield key[0], sourced_id, told
