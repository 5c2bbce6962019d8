"""Typed access to the records of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from state.records import RECORD_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.local import LocalPart, SourceKind

R = TypeVar("R")


def part_of(parts: Sequence[LocalPart], kind: SourceKind) -> LocalPart | None:
    """The part of that kind; there is at most one current one."""
    return next((part for part in parts if part.kind is kind), None)


def records_of(part: LocalPart | None, record: type[R]) -> tuple[R, ...]:
    """The part's records of one class; none where there is no part."""
    kinds = (kind for kind, known in RECORD_CLASSES.items() if known is record)
    found: Iterable[object] = part.records.get(next(kinds), ()) if part else ()
    return tuple(item for item in found if isinstance(item, record))
