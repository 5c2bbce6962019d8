"""One part for each kind: the lists of single forms laid over the list of the whole school."""

from __future__ import annotations

import dataclasses
from functools import reduce
from itertools import groupby
from typing import TYPE_CHECKING, cast

from mappings.sources.provisional import undated_form
from state.local import SourceKind
from state.records import Membership, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.local import LocalPart
    from state.records import Record


def merged(parts: Sequence[LocalPart]) -> tuple[LocalPart, ...]:
    """At most one part of each kind; within a kind a later one wins, record by record.

    The list of one form tells who is in that form: whoever the earlier lists had there and this one has not is in no
    form, and whoever it has is in no other. Lists of single forms alone are never the whole school.
    """
    ordered = sorted(parts, key=lambda part: part.kind.value)
    return tuple(reduce(_laid, map(_claim, group)) for _, group in groupby(ordered, key=lambda part: part.kind))


def _claim(part: LocalPart) -> LocalPart:
    """What the part may say of the whole school."""
    return dataclasses.replace(part, complete=frozenset()) if part.slot else part


def _laid(under: LocalPart, over: LocalPart) -> LocalPart:
    """`over` on top of `under`; complete where both the whole and every list laid over it were read in full."""
    unread = any(problem.blocks for problem in over.problems)
    return dataclasses.replace(
        under,
        source=f"{under.source}, {over.source}",
        slot=under.slot and over.slot,
        records={
            kind: _together(_kept(kind, under, over), over.records.get(kind, ()))
            for kind in dict.fromkeys((*under.records, *over.records))
        },
        cards=(*under.cards, *over.cards),
        week_cycle=max(under.week_cycle, over.week_cycle),
        consents=(*under.consents, *over.consents),
        substitutions=(*under.substitutions, *over.substitutions),
        orders=(*under.orders, *over.orders),
        agreements=(*under.agreements, *over.agreements),
        complete=frozenset() if unread else under.complete,
        problems=(*under.problems, *over.problems),
    )


def _kept(kind: RecordType, under: LocalPart, over: LocalPart) -> Iterable[Record]:
    records = under.records.get(kind, ())
    if kind is not RecordType.MEMBERSHIP:
        return records
    form = undated_form(over.slot)
    if under.kind is SourceKind.SUBGROUPS:
        ours = f"subgroup:{form.removeprefix('form:')}:"
        return (member for member in cast("tuple[Membership, ...]", records) if not member.group.startswith(ours))
    seated = {cast("Membership", member).person for member in over.records.get(kind, ())}
    return (
        member
        for member in cast("tuple[Membership, ...]", records)
        if member.group != form and member.person not in seated
    )


def _together(under: Iterable[Record], over: Iterable[Record]) -> tuple[Record, ...]:
    return tuple({record.sourced_id: record for record in (*under, *over)}.values())
