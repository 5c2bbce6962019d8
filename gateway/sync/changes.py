"""What a diff starts from and what it finds, before anybody asks how a change reaches the diary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mappings.references import LinkIndex, translate
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from gateway.sync.fields import Fields
    from gateway.sync.values import Action, Agreed, Capabilities, Conflict
    from state.identity import RemoteId, SourcedId
    from state.records import OrderRef, Record
    from state.snapshot import RemoteRecord, Snapshot

Baselines = "Mapping[tuple[str, SourcedId], dict[str, Any]]"

NEW, VANISHED, FIRST_CONTACT, BIND = "new", "vanished", "first_contact", "bind"
RENAMED, TEACHER_CHANGED, CHANGED = "renamed", "teacher_changed", "changed"
LEFT_SCHOOL, LEFT_GROUP, CANCELLED = "left_school", "left_group", "cancelled"
PROMOTED, REPEATS, TRANSFERRED, CAME_BACK = "promoted", "repeats", "transferred", "came_back"
SKIPPED, SET_BACK, REGROUPED = "skipped", "set_back", "regrouped"
"""The plan's vocabulary of reasons. `skipped` is a promotion by more grades than years, `set_back` a lower grade,
`regrouped` another subgroup of the same division."""

ENDED = "ended"
"""The key of a membership's baseline that both sides agree has ended: under it the diary's id of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference to be carried into the diary."""

    action: Action
    record_type: RecordType
    sourced_id: SourcedId
    reason: str
    before: Fields | None = None
    after: Fields | None = None
    remote_id: RemoteId | None = None
    order: OrderRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What the two sides differ in; two of them add up."""

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    foreign: Mapping[RecordType, int] = field(default_factory=dict)

    def __add__(self, other: Diff) -> Diff:
        return merge((self, other))


def merge(parts: Iterable[Diff]) -> Diff:
    """All parts as one; in linear time, because a timetable alone yields thousands."""
    parts = tuple(parts)
    foreign: Counter[RecordType] = Counter()
    for part in parts:
        foreign.update(part.foreign)
    return Diff(
        changes=tuple(change for part in parts for change in part.changes),
        conflicts=tuple(conflict for part in parts for conflict in part.conflicts),
        agreed=tuple(agreed for part in parts for agreed in part.agreed),
        foreign=dict(foreign),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """An object of the diary, its references already ours."""

    remote_id: RemoteId
    record: Record


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a diff may look at. `local` holds only what may leave the machine."""

    local: Snapshot[Record]
    remote: Snapshot[RemoteRecord]
    links: LinkIndex
    """Links that may be spoken of: none of a person without consent."""
    known: LinkIndex
    """All links: what is known is never counted as foreign."""
    baselines: Mapping[tuple[str, SourcedId], dict[str, Any]]
    capabilities: Capabilities
    today: date
    undecided: frozenset[tuple[RecordType, SourcedId]] = frozenset()
    """Records a person must decide about first: no step is made for them."""

    @cached_property
    def seen(self) -> Mapping[RecordType, tuple[Seen, ...]]:
        return {
            kind: tuple(Seen(one.remote_id, translate(kind, one, self.links)) for one in self.remote.of(kind))
            for kind in self.remote.records
        }

    @cached_property
    def local_ids(self) -> Mapping[RecordType, frozenset[SourcedId]]:
        return {kind: frozenset(record.sourced_id for record in self.local.of(kind)) for kind in RecordType}

    def is_undecided(self, record_type: RecordType, sourced_id: SourcedId) -> bool:
        return (record_type, sourced_id) in self.undecided

    def count_foreign(self, record_type: RecordType) -> int:
        """Objects of the diary that nobody here knows."""
        return sum(not self.known.of_remote(record_type, one.remote_id) for one in self.remote.of(record_type))
