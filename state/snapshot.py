"""One side at one moment: what it holds, over which scope, and whether it is the whole of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from state.records import Record, RecordType, digest, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from state.identity import RemoteId

R = TypeVar("R")
K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a snapshot speaks about. Lessons are judged only inside [lessons_from, lessons_to]."""

    school_year: int
    lessons_from: date
    lessons_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRecord:
    """An object of the diary. References inside `record` are the diary's ids; so is `record.sourced_id`."""

    remote_id: RemoteId
    record: Record
    user_id: str = ""


@dataclass(frozen=True)
class Snapshot(Generic[R]):
    """`Snapshot[Record]` is the local side, `Snapshot[RemoteRecord]` the diary's.

    A type missing from `complete` may hold less than the side really has: nothing of it may be deleted (design §5).
    """

    scope: Scope
    records: Mapping[RecordType, tuple[R, ...]]
    complete: frozenset[RecordType] = field(default_factory=frozenset)

    def of(self, record_type: RecordType) -> tuple[R, ...]:
        return self.records.get(record_type, ())

    def each(self, kind: type[K]) -> Iterator[K]:
        """The local records of one class, in the order of their types."""
        for records in self.records.values():
            yield from (record for record in records if isinstance(record, kind))

    @cached_property
    def digest(self) -> str:
        """Hash of everything in it, independent of the order it was read in."""
        return digest(
            {
                "scope": to_plain(self.scope),
                "complete": sorted(self.complete),
                "records": {kind: sorted(_digests(self.of(kind))) for kind in sorted(self.records)},
            }
        )


def _digests(records: Iterable[object]) -> list[str]:
    return [digest(to_plain(record)) for record in records]
