"""Three ways at once: our side, the diary's side and what both last agreed on, record by record (design §2).

Pure: values in, values out. Memberships and lessons have rules of their own (`memberships`, `lessons`); what all
record types share stands here.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from gateway.sync import changes
from gateway.sync.changes import Change, Diff, merge
from gateway.sync.fields import LEAD_TEACHER, carried, fill, is_blank, payload, spoken
from gateway.sync.values import Action, Agreed, Conflict, Route
from state.records import PERSON_TYPES, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.sync.changes import Facts, Seen
    from gateway.sync.fields import Fields
    from gateway.sync.values import TypeCapability
    from state.identity import IdentityLink, SourcedId
    from state.records import Record

PLAIN_TYPES = tuple(kind for kind in RecordType if kind not in {RecordType.MEMBERSHIP, RecordType.LESSON})


VANISHED_REMOTE = "vanished_remote"
"""The kind of a conflict: we made it or knew it, and the diary shows it no more."""


class Verdict(Enum):
    SAME = auto()
    FIRST_CONTACT = auto()
    """They differ and never agreed on anything: the school's own data win."""
    OURS_CHANGED = auto()
    DIARY_EDITED = auto()
    BOTH_CHANGED = auto()


def three_way(local: Fields, remote: Fields, baseline: Fields | None) -> Verdict:
    """Who moved since both agreed. Only fields the local side fills are judged: blank is never "delete"."""
    if local == remote:
        return Verdict.SAME
    said = {name: value for name, value in local.items() if not is_blank(value)}
    ours, theirs = spoken(local, said), spoken(remote, said)
    if ours == theirs:
        return Verdict.SAME
    if baseline is None:
        return Verdict.FIRST_CONTACT
    # A field carried only since a later version has no baseline yet: the diary is taken not to have touched it.
    agreed = spoken({**remote, **baseline}, said)
    if theirs == agreed:
        return Verdict.OURS_CHANGED
    return Verdict.DIARY_EDITED if ours == agreed else Verdict.BOTH_CHANGED


def diff_records(record_type: RecordType, facts: Facts) -> Diff:
    """Records that are what they are by their link alone: everything but memberships and lessons."""
    seen = seen_by_address(record_type, facts)
    parts = [_diff_record(record_type, record, seen, facts) for record in facts.local.of(record_type)]
    return merge([*parts, Diff(foreign=_counted(record_type, facts))])


def _counted(record_type: RecordType, facts: Facts) -> Mapping[RecordType, int]:
    count = facts.count_foreign(record_type)
    return {record_type: count} if count else {}


def seen_by_address(record_type: RecordType, facts: Facts) -> Mapping[tuple[str, SourcedId | None], Seen]:
    return {address(seen.remote_id, seen.record): seen for seen in facts.seen.get(record_type, ())}


def address(remote_id: str, record: Record) -> tuple[str, SourcedId | None]:
    """Where a record stands in the diary; one person may be the guardian of several pupils."""
    return remote_id, getattr(record, "pupil", None)


def _diff_record(
    record_type: RecordType, record: Record, seen: Mapping[tuple[str, SourcedId | None], Seen], facts: Facts
) -> Diff:
    if facts.is_undecided(record_type, record.sourced_id):
        return Diff()
    link = facts.links.get(record_type, record.sourced_id)
    if link is None:
        return Diff(changes=(create(record_type, record, facts, changes.NEW),))
    found = seen.get(address(link.remote_id, record))
    unbound = _is_unbound(record_type, record, facts)
    if found is not None:
        return compare(record_type, record, found, facts, unbound=unbound)
    if unbound:
        return Diff(changes=(_bind(record_type, record, link, facts),))
    return _vanished(record_type, record, facts)


def create(record_type: RecordType, record: Record, facts: Facts, reason: str) -> Change:
    after = payload(record_type, record, facts.capabilities.of(record_type))
    return Change(
        action=Action.CREATE, record_type=record_type, sourced_id=record.sourced_id, reason=reason, after=after
    )


def compare(record_type: RecordType, record: Record, seen: Seen, facts: Facts, *, unbound: bool = False) -> Diff:
    """What a record that stands on both sides calls for: nothing, an update, or a person's decision."""
    capability = facts.capabilities.of(record_type)
    ours, theirs = carried(record_type, record, capability), carried(record_type, seen.record, capability)
    baseline = facts.baselines.get((record_type, record.sourced_id))
    verdict = three_way(ours, theirs, baseline)
    if verdict is Verdict.SAME and not unbound:
        return _agreed(record_type, record.sourced_id, theirs, baseline)
    if verdict in {Verdict.DIARY_EDITED, Verdict.BOTH_CHANGED}:
        return Diff(conflicts=(conflict(record_type, record.sourced_id, verdict.name.lower(), ours, theirs),))
    return Diff(changes=(_update(record_type, record, seen, capability, _reason(verdict, ours, theirs)),))


def conflict(
    record_type: RecordType, sourced_id: SourcedId, kind: str, local: Fields | None = None, remote: Fields | None = None
) -> Conflict:
    return Conflict(record_type=record_type, sourced_id=sourced_id, kind=kind, local=local, remote=remote)


def _agreed(record_type: RecordType, sourced_id: SourcedId, fields: Fields, baseline: Fields | None) -> Diff:
    if fields == baseline:
        return Diff()
    return Diff(agreed=(Agreed(record_type=record_type, sourced_id=sourced_id, fields=fields),))


def _update(record_type: RecordType, record: Record, seen: Seen, capability: TypeCapability, reason: str) -> Change:
    held = payload(record_type, seen.record, capability)
    return Change(
        action=Action.UPDATE,
        record_type=record_type,
        sourced_id=record.sourced_id,
        reason=reason,
        before=carried(record_type, seen.record, capability),
        after={name: fill(value, held[name]) for name, value in payload(record_type, record, capability).items()},
        remote_id=seen.remote_id,
    )


def _reason(verdict: Verdict, ours: Fields, theirs: Fields) -> str:
    if verdict is Verdict.SAME:
        return changes.BIND
    if verdict is Verdict.FIRST_CONTACT:
        return changes.FIRST_CONTACT
    differing = {name for name, value in ours.items() if fill(value, theirs[name]) != theirs[name]}
    if differing == {"name"}:
        return changes.RENAMED
    return changes.TEACHER_CHANGED if differing <= {"teachers", LEAD_TEACHER} else changes.CHANGED


def _vanished(record_type: RecordType, record: Record, facts: Facts) -> Diff:
    """A linked object that a complete reading no longer shows. Persons are never listed completely: no verdict."""
    if record_type in PERSON_TYPES or record_type not in facts.remote.complete:
        return Diff()
    ours = carried(record_type, record, facts.capabilities.of(record_type))
    return Diff(conflicts=(conflict(record_type, record.sourced_id, VANISHED_REMOTE, ours),))


# --- persons who exist in the diary without our GUID ------------------------------------------------------------------


def _is_unbound(record_type: RecordType, record: Record, facts: Facts) -> bool:
    """True for a recognised person who was never in an import workbook: the diary does not know our GUID yet.

    A person handed over in a workbook has a baseline from then on, whether linked already or not.
    """
    by_file = facts.capabilities.of(record_type).create is Route.FILE
    return by_file and record_type in PERSON_TYPES and (record_type, record.sourced_id) not in facts.baselines


def _bind(record_type: RecordType, record: Record, link: IdentityLink, facts: Facts) -> Change:
    return Change(
        action=Action.UPDATE,
        record_type=record_type,
        sourced_id=record.sourced_id,
        reason=changes.BIND,
        after=payload(record_type, record, facts.capabilities.of(record_type)),
        remote_id=link.remote_id,
    )
