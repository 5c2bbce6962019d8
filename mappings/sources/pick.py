"""Typed access to the records of parts, and each record once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from state.records import RECORD_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.identity import SourcedId
    from state.local import LocalPart, SourceKind
    from state.records import Record

R = TypeVar("R")


def part_of(parts: Sequence[LocalPart], kind: SourceKind) -> LocalPart | None:
    """The part of that kind; there is at most one current one."""
    return next((part for part in parts if part.kind is kind), None)


def first_of_each(records: Iterable[Record]) -> tuple[Record, ...]:
    """The first record of each id: rows of a file that are one thing here."""
    first: dict[SourcedId, Record] = {}
    for record in records:
        first.setdefault(record.sourced_id, record)
    return tuple(first.values())


def records_of(part: LocalPart | None, record: type[R]) -> tuple[R, ...]:
    """The part's records of one class; none where there is no part."""
    kinds = (kind for kind, known in RECORD_CLASSES.items() if known is record)
    found: Iterable[object] = part.records.get(next(kinds), ()) if part else ()
    return tuple(item for item in found if isinstance(item, record))
