"""A person whose id in the files has changed keeps the old one: another personal file number, another family name.

Which new id is which old one is for a person to say (`match link`). Everything remembered of the old id, the marks in
the ledger among it, stays the person's own.
"""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from state.identity import SourcedId, membership_id
from state.local import SourceKind
from state.records import Form, Guardian, Membership, Pupil, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from state.local import LocalPart
    from state.records import Record

NOBODY_RENAMED: Mapping[SourcedId, SourcedId] = MappingProxyType({})
_LISTS = frozenset({SourceKind.PUPILS, SourceKind.STAFF})
"""Other files name people by words, which are looked up in these two."""


def under_known_ids(parts: Sequence[LocalPart], same_as: Mapping[SourcedId, SourcedId]) -> list[LocalPart]:
    """The parts with the old id wherever a list of people has the new one (`same_as`: new → old).

    Where the old id is in the lists as well, both are people of their own: nothing is renamed.
    """
    listed = {
        record.sourced_id
        for part in parts
        if part.kind in _LISTS
        for kind in (RecordType.PUPIL, RecordType.STAFF)
        for record in part.records.get(kind, ())
    }
    known = {new: old for new, old in sorted(same_as.items()) if new in listed and old not in listed}
    only = {old: new for new, old in known.items()}
    known = {new: old for old, new in only.items()}
    return [_renamed(part, known) if known and part.kind in _LISTS else part for part in parts]


def _renamed(part: LocalPart, known: Mapping[SourcedId, SourcedId]) -> LocalPart:
    records = {kind: tuple(_record(record, known) for record in rows) for kind, rows in part.records.items()}
    return dataclasses.replace(part, records=records)


def _record(record: Record, known: Mapping[SourcedId, SourcedId]) -> Record:
    if isinstance(record, (Pupil, Staff)) and record.sourced_id in known:
        return dataclasses.replace(record, sourced_id=known[record.sourced_id])
    if isinstance(record, Guardian) and record.pupil in known:
        pupil, tail = known[record.pupil], record.sourced_id.removeprefix(_family(record.pupil))
        return dataclasses.replace(record, pupil=pupil, sourced_id=SourcedId(f"{_family(pupil)}{tail}"))
    if isinstance(record, Membership) and record.person in known:
        person = known[record.person]
        return dataclasses.replace(record, person=person, sourced_id=membership_id(person, record.group))
    if isinstance(record, Form) and record.tutor is not None and record.tutor in known:
        return dataclasses.replace(record, tutor=known[record.tutor])
    return record


def _family(pupil: SourcedId) -> str:
    """What the ids of a pupil's guardians begin with."""
    return f"guardian:{pupil.removeprefix('pupil:')}:"
