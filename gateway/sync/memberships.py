"""Who is in which form and subgroup. A membership is its person and its group: it is found by these, not by an id.

A pupil who changes form or subgroup is one move, never a delete and a create; so is one who goes on from last year's
form (`rollover`), and one who comes back to a form left before. A membership ends only when the local files are
complete and it is one we know; what a secretary added by hand is counted as foreign and left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.sync import changes
from gateway.sync.changes import Change, Diff, merge
from gateway.sync.diff import compare, conflict, create
from gateway.sync.rosters import KIND, Rosters, membership_of
from gateway.sync.values import Action
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.sync.changes import Facts
    from state.records import Membership


def diff_memberships(facts: Facts) -> Diff:
    rosters = Rosters(facts)
    return merge(
        [
            *(_of_local(record, rosters) for record in rosters.local.values()),
            Diff(changes=tuple(_suspensions(rosters))),
            Diff(foreign=_foreign(rosters)),
        ]
    )


def _of_local(record: Membership, rosters: Rosters) -> Diff:
    facts = rosters.facts
    if facts.is_undecided(KIND, record.sourced_id):
        return Diff()
    if record.sourced_id in rosters.moves:
        return Diff(changes=(_move(record, rosters),))
    if record.sourced_id in rosters.standing:
        return compare(KIND, record, rosters.standing[record.sourced_id], facts)
    if record.group in rosters.forms and record.person in rosters.strays:
        elsewhere = membership_of(rosters.standing[rosters.strays[record.person][0]])
        return _conflict(record, "diary_edited", rosters, elsewhere)
    return _missing(record, rosters)


def _missing(record: Membership, rosters: Rosters) -> Diff:
    """Not in the diary: new, or ended there by hand after we had made it."""
    facts = rosters.facts
    link = facts.links.get(KIND, record.sourced_id)
    if link is None:
        return Diff(changes=(create(KIND, record, facts, changes.NEW),))
    if KIND not in facts.remote.complete:
        return Diff()
    if link.ours:
        return Diff(changes=(create(KIND, record, facts, changes.VANISHED),))
    return _conflict(record, "vanished_remote", rosters)


def _conflict(record: Membership, kind: str, rosters: Rosters, remote: Membership | None = None) -> Diff:
    theirs = rosters.fields(remote) if remote else None
    return Diff(conflicts=(conflict(KIND, record.sourced_id, kind, rosters.fields(record), theirs),))


def _move(record: Membership, rosters: Rosters) -> Change:
    left = rosters.moves[record.sourced_id]
    return Change(
        action=Action.MOVE,
        record_type=KIND,
        sourced_id=record.sourced_id,
        reason=left.reason(record),
        before=rosters.fields(left.record),
        after=rosters.fields(record),
        remote_id=left.remote_id,
    )


def _suspensions(rosters: Rosters) -> Iterator[Change]:
    schooled = {record.person for record in rosters.local.values() if record.group in rosters.forms}
    ended = set(rosters.standing) - set(rosters.local) - rosters.left
    for sourced_id in sorted(ended):
        seen = rosters.standing[sourced_id]
        if rosters.facts.links.get(KIND, sourced_id) and _may_end(membership_of(seen), rosters):
            yield Change(
                action=Action.SUSPEND,
                record_type=KIND,
                sourced_id=sourced_id,
                reason=changes.LEFT_GROUP if membership_of(seen).person in schooled else changes.LEFT_SCHOOL,
                before=rosters.fields(membership_of(seen)),
                remote_id=seen.remote_id,
            )


def _may_end(membership: Membership, rosters: Rosters) -> bool:
    """A missing line means something only where the files are the whole truth of it."""
    source = RecordType.PUPIL if membership.group in rosters.forms else RecordType.SUBGROUP
    return {KIND, source} <= rosters.facts.local.complete


def _foreign(rosters: Rosters) -> Mapping[RecordType, int]:
    known = rosters.facts.known
    count = sum(
        known.get(KIND, sourced_id) is None and not known.of_remote(KIND, seen.remote_id)
        for sourced_id, seen in rosters.standing.items()
    )
    return {KIND: count} if count else {}
