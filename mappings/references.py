"""Which fields of a record point at other records, and how the diary's ids in them become our own.

A reference nobody here knows stays recognisable as «remote:<id>», so that it can be compared, kept and sent back.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from state.identity import RemoteId, SourcedId
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from state.identity import IdentityLink
    from state.records import Record
    from state.snapshot import RemoteRecord

GROUPS = (RecordType.FORM, RecordType.SUBGROUP)
PERSONS = (RecordType.PUPIL, RecordType.STAFF)

REFERENCES: Mapping[RecordType, Mapping[str, tuple[RecordType, ...]]] = {
    RecordType.GRADING_PERIOD: {"calendar": (RecordType.CALENDAR,)},
    RecordType.GUARDIAN: {"pupil": (RecordType.PUPIL,)},
    RecordType.FORM: {
        "calendar": (RecordType.CALENDAR,),
        "bells": (RecordType.BELL_SCHEDULE,),
        "tutor": (RecordType.STAFF,),
    },
    RecordType.SUBGROUP: {"form": (RecordType.FORM,)},
    RecordType.MEMBERSHIP: {"person": PERSONS, "group": GROUPS},
    RecordType.LESSON: {"group": GROUPS, "subject": (RecordType.SUBJECT,), "teachers": (RecordType.STAFF,)},
}
"""Record type → field → the types it may point at, likeliest first."""

_FOREIGN = "remote:"


def foreign_id(remote_id: str) -> SourcedId:
    """The name of an object of the diary that no link knows."""
    return SourcedId(f"{_FOREIGN}{remote_id}")


def foreign_remote_id(sourced_id: str) -> RemoteId | None:
    """The diary's id inside a `foreign_id`, None for every other id."""
    return RemoteId(sourced_id.removeprefix(_FOREIGN)) if sourced_id.startswith(_FOREIGN) else None


class LinkIndex:
    """Links by our id and by the diary's id. A later link of the same record replaces the earlier one."""

    def __init__(self, links: Iterable[IdentityLink]) -> None:
        self._by_sourced: dict[tuple[str, str], IdentityLink] = {}
        self._by_remote: dict[tuple[str, str], list[IdentityLink]] = defaultdict(list)
        for link in links:
            self._by_sourced[link.record_type, link.sourced_id] = link
        for link in self._by_sourced.values():
            self._by_remote[link.record_type, link.remote_id].append(link)

    def get(self, record_type: RecordType, sourced_id: str) -> IdentityLink | None:
        return self._by_sourced.get((record_type, sourced_id))

    def of_remote(self, record_type: RecordType, remote_id: str) -> tuple[IdentityLink, ...]:
        """Usually one; several where one human of the diary is the guardian of several pupils."""
        return tuple(self._by_remote.get((record_type, remote_id), ()))

    def of(self, record_type: RecordType) -> list[IdentityLink]:
        return [link for (kind, _), link in self._by_sourced.items() if kind == record_type]

    def all(self) -> list[IdentityLink]:
        return list(self._by_sourced.values())

    def with_links(self, links: Iterable[IdentityLink]) -> LinkIndex:
        return LinkIndex([*self._by_sourced.values(), *links])

    def sourced(self, record_types: Iterable[RecordType], remote_id: str) -> SourcedId:
        """Our id of an object of the diary, its `foreign_id` where no link knows it."""
        for record_type in record_types:
            known = self._by_remote.get((record_type, remote_id))
            if known:
                return known[0].sourced_id
        return foreign_id(remote_id)


def translate(record_type: RecordType, seen: RemoteRecord, links: LinkIndex) -> Record:
    """The diary's record with our ids in every reference; teachers sorted, as on the local side."""
    record = seen.record
    changes: dict[str, Any] = {}
    for name, targets in REFERENCES.get(record_type, {}).items():
        value = getattr(record, name)
        if isinstance(value, tuple):
            changes[name] = tuple(sorted(links.sourced(targets, item) for item in value))
        elif value is not None:
            changes[name] = links.sourced(targets, value)
    return dataclasses.replace(record, **changes) if changes else record
