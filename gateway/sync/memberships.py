"""Who is in which form and subgroup. A membership is its person and its group: it is found by these, not by an id.

A pupil who changes form is one move, never a delete and a create. A membership ends only when the local files are
complete and it is one we know; what a secretary added by hand is counted as foreign and left alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from gateway.sync import changes
from gateway.sync.changes import Change, Diff, merge
from gateway.sync.diff import compare, conflict, create
from gateway.sync.fields import payload
from gateway.sync.values import Action
from state.identity import membership_id
from state.records import Membership, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gateway.sync.changes import Facts, Seen
    from gateway.sync.fields import Fields
    from state.identity import SourcedId

KIND = RecordType.MEMBERSHIP


def diff_memberships(facts: Facts) -> Diff:
    rosters = _Rosters(facts)
    return merge(
        [
            *(_of_local(record, rosters) for record in rosters.local.values()),
            Diff(changes=tuple(_suspensions(rosters))),
            Diff(foreign=_foreign(rosters)),
        ]
    )


@dataclass(frozen=True)
class _Rosters:
    """Both sides' lists by our id of a membership, and what follows from laying them side by side."""

    facts: Facts

    @cached_property
    def local(self) -> Mapping[SourcedId, Membership]:
        return {record.sourced_id: cast("Membership", record) for record in self.facts.local.of(KIND)}

    @cached_property
    def standing(self) -> Mapping[SourcedId, Seen]:
        """The diary's own."""
        return {
            membership_id(_membership(seen).person, _membership(seen).group): seen
            for seen in self.facts.seen.get(KIND, ())
        }

    @cached_property
    def forms(self) -> frozenset[SourcedId]:
        """Groups that are whole forms, those of the diary included which nobody here knows."""
        theirs = (
            self.facts.links.sourced((RecordType.FORM,), one.remote_id) for one in self.facts.remote.of(RecordType.FORM)
        )
        return self.facts.local_ids[RecordType.FORM].union(theirs)

    @cached_property
    def moves(self) -> Mapping[SourcedId, SourcedId]:
        """Membership to be → membership it replaces: a form the pupil comes to, a form we know the pupil to leave."""
        coming = self._in_forms(set(self.local) - set(self.standing))
        leaving = self._in_forms(sid for sid in set(self.standing) - set(self.local) if self.facts.links.get(KIND, sid))
        return {
            new: old
            for person, arrivals in coming.items()
            for new, old in zip(arrivals, leaving.get(person, ()), strict=False)
        }

    @cached_property
    def strays(self) -> Mapping[SourcedId, list[SourcedId]]:
        """Person → forms the diary has the person in, that the files do not know and that no move leaves."""
        return self._in_forms(set(self.standing) - set(self.local) - set(self.moves.values()))

    def _in_forms(self, sourced_ids: Iterable[SourcedId]) -> Mapping[SourcedId, list[SourcedId]]:
        found: defaultdict[SourcedId, list[SourcedId]] = defaultdict(list)
        for sourced_id in sorted(sourced_ids):
            record = self.local.get(sourced_id) or _membership(self.standing[sourced_id])
            if record.group in self.forms:
                found[record.person].append(sourced_id)
        return found

    def fields(self, record: Membership) -> Fields:
        return payload(KIND, record, self.facts.capabilities.of(KIND))


def _membership(seen: Seen) -> Membership:
    return cast("Membership", seen.record)


def _of_local(record: Membership, rosters: _Rosters) -> Diff:
    facts = rosters.facts
    if facts.is_undecided(KIND, record.sourced_id):
        return Diff()
    if record.sourced_id in rosters.moves:
        return Diff(changes=(_move(record, rosters),))
    if record.sourced_id in rosters.standing:
        return compare(KIND, record, rosters.standing[record.sourced_id], facts)
    if record.group in rosters.forms and record.person in rosters.strays:
        elsewhere = _membership(rosters.standing[rosters.strays[record.person][0]])
        return _conflict(record, "diary_edited", rosters, elsewhere)
    return _missing(record, rosters)


def _missing(record: Membership, rosters: _Rosters) -> Diff:
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


def _conflict(record: Membership, kind: str, rosters: _Rosters, remote: Membership | None = None) -> Diff:
    theirs = rosters.fields(remote) if remote else None
    return Diff(conflicts=(conflict(KIND, record.sourced_id, kind, rosters.fields(record), theirs),))


def _move(record: Membership, rosters: _Rosters) -> Change:
    left = rosters.standing[rosters.moves[record.sourced_id]]
    return Change(
        action=Action.MOVE,
        record_type=KIND,
        sourced_id=record.sourced_id,
        reason=changes.MOVED,
        before=rosters.fields(_membership(left)),
        after=rosters.fields(record),
        remote_id=left.remote_id,
    )


def _suspensions(rosters: _Rosters) -> Iterator[Change]:
    schooled = {record.person for record in rosters.local.values() if record.group in rosters.forms}
    ended = set(rosters.standing) - set(rosters.local) - set(rosters.moves.values())
    for sourced_id in sorted(ended):
        seen = rosters.standing[sourced_id]
        if rosters.facts.links.get(KIND, sourced_id) and _may_end(_membership(seen), rosters):
            yield Change(
                action=Action.SUSPEND,
                record_type=KIND,
                sourced_id=sourced_id,
                reason=changes.LEFT_GROUP if _membership(seen).person in schooled else changes.LEFT_SCHOOL,
                before=rosters.fields(_membership(seen)),
                remote_id=seen.remote_id,
            )


def _may_end(membership: Membership, rosters: _Rosters) -> bool:
    """A missing line means something only where the files are the whole truth of it."""
    source = RecordType.PUPIL if membership.group in rosters.forms else RecordType.SUBGROUP
    return {KIND, source} <= rosters.facts.local.complete


def _foreign(rosters: _Rosters) -> Mapping[RecordType, int]:
    known = rosters.facts.known
    count = sum(
        known.get(KIND, sourced_id) is None and not known.of_remote(KIND, seen.remote_id)
        for sourced_id, seen in rosters.standing.items()
    )
    return {KIND: count} if count else {}
