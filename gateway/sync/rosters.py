"""Both sides' lists of members laid side by side, with the memberships of earlier years and those that have ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from gateway.sync import changes
from gateway.sync.fields import payload
from gateway.sync.rollover import reason_of
from state.identity import RemoteId, SourcedId, form_of, group_year, membership_id
from state.records import Membership, RecordType

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from gateway.sync.changes import Facts, Seen
    from gateway.sync.fields import Fields

KIND = RecordType.MEMBERSHIP


@dataclass(frozen=True, slots=True)
class Left:
    """The membership a move comes from."""

    record: Membership
    remote_id: RemoteId
    has_ended: bool = False
    """The pupil had left the school, and both sides agreed on it."""

    def reason(self, joined: Membership) -> str:
        """What the move is called. A jump is a jump, also for who comes back."""
        if joined.group.startswith("subgroup:"):
            return changes.CAME_BACK if self.has_ended else changes.REGROUPED
        reason = changes.TRANSFERRED
        if self.record.group != joined.group:
            reason = reason_of(self.record.group, joined.group)
        remarkable = reason in {changes.SKIPPED, changes.SET_BACK}
        return changes.CAME_BACK if self.has_ended and not remarkable else reason


@dataclass(frozen=True)
class Rosters:
    """Both sides' lists by our id of a membership, and what follows from laying them side by side."""

    facts: Facts

    @cached_property
    def local(self) -> Mapping[SourcedId, Membership]:
        return {record.sourced_id: cast("Membership", record) for record in self.facts.local.of(KIND)}

    @cached_property
    def standing(self) -> Mapping[SourcedId, Seen]:
        """The diary's own."""
        return {
            membership_id(membership_of(seen).person, membership_of(seen).group): seen
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
    def moves(self) -> Mapping[SourcedId, Left]:
        """Membership to be → what it goes on from: one the diary shows, one of an earlier year, or an ended one."""
        return {**self._returns, **{new: self._shown(old) for new, old in self._transfers.items()}}

    @cached_property
    def left(self) -> frozenset[SourcedId]:
        """The diary's memberships that a move ends."""
        return frozenset(self._transfers.values())

    @cached_property
    def strays(self) -> Mapping[Hashable, list[SourcedId]]:
        """Person → forms the diary has the person in, that the files do not know and that no move leaves."""
        gone = set(self.standing) - set(self.local) - self.left
        return self._seated(gone, lambda record: record.person if record.group in self.forms else None)

    def fields(self, record: Membership) -> Fields:
        return payload(KIND, record, self.facts.capabilities.of(KIND))

    # --- moves ----------------------------------------------------------------------------------------------------

    @cached_property
    def _transfers(self) -> dict[SourcedId, SourcedId]:
        """Membership to be → the diary's one that it replaces: the form, the subgroup of the same division, and for who
        changes form the subgroup of the division with the same tag."""
        coming = set(self.local) - set(self.standing)
        leaving = {sid for sid in set(self.standing) - set(self.local) if self.facts.links.get(KIND, sid)}
        found: dict[SourcedId, SourcedId] = {}
        for slot in (self._form, self._division, self._tag):
            free = self._seated(leaving - set(found.values()), slot)
            for key, arrivals in self._seated(coming - set(found), slot).items():
                found.update(zip(arrivals, free.get(key, ()), strict=False))
        return found

    @cached_property
    def _returns(self) -> dict[SourcedId, Left]:
        """Membership to be → one of an earlier year or an ended one, for who is in no form of the diary now."""
        coming = [
            record
            for sid, record in self.local.items()
            if sid not in self.standing and sid not in self._transfers and self.facts.links.get(KIND, sid) is None
        ]
        found = {}
        for record in coming:
            if record.group not in self.forms:
                known = [left for left in self._past.get(record.person, ()) if left.record.group == record.group]
            elif record.person not in self.strays:
                known = [left for left in self._past.get(record.person, ()) if left.record.group.startswith("form:")]
            else:
                known = []
            if known:
                found[record.sourced_id] = known[0]
        return found

    @cached_property
    def _past(self) -> Mapping[SourcedId, list[Left]]:
        """Person → what the person was a member of, the latest first."""
        found: defaultdict[SourcedId, list[Left]] = defaultdict(list)
        for left in (*self._ended(), *self._of_earlier_years()):
            found[left.record.person].append(left)
        for known in found.values():
            known.sort(key=lambda left: (-(group_year(left.record.group) or 0), left.record.group))
        return found

    def _ended(self) -> Iterator[Left]:
        for (record_type, sid), baseline in self.facts.baselines.items():
            if record_type == KIND and changes.ENDED in baseline:
                record = Membership(sourced_id=sid, person=baseline["person"], group=baseline["group"])
                yield Left(record, RemoteId(baseline[changes.ENDED]), has_ended=True)

    def _of_earlier_years(self) -> Iterator[Left]:
        for link in self.facts.links.of(KIND):
            record = membership_named(link.sourced_id)
            if record is not None and (group_year(record.group) or 0) < self.facts.local.scope.school_year:
                yield Left(record, link.remote_id)

    def _shown(self, sid: SourcedId) -> Left:
        seen = self.standing[sid]
        return Left(membership_of(seen), seen.remote_id)

    # --- which seats exclude each other ----------------------------------------------------------------------

    def _form(self, record: Membership) -> Hashable:
        return record.person if record.group in self.forms else None

    def _division(self, record: Membership) -> Hashable:
        known = form_of(record.group)
        return (record.person, known) if known and known[1] and record.group not in self.forms else None

    def _tag(self, record: Membership) -> Hashable:
        known = form_of(record.group)
        return (record.person, known[1]) if known and known[1] and record.group not in self.forms else None

    def _seated(
        self, sourced_ids: Iterable[SourcedId], slot: Callable[[Membership], Hashable]
    ) -> Mapping[Hashable, list[SourcedId]]:
        found: defaultdict[Hashable, list[SourcedId]] = defaultdict(list)
        for sourced_id in sorted(sourced_ids):
            record = self.local.get(sourced_id) or membership_of(self.standing[sourced_id])
            if (key := slot(record)) is not None:
                found[key].append(sourced_id)
        return found


def membership_of(seen: Seen) -> Membership:
    return cast("Membership", seen.record)


def membership_named(sourced_id: SourcedId) -> Membership | None:
    """The membership of a form that an id names; None for any other id."""
    person, mark, form = sourced_id.removeprefix("member:").rpartition("@form:")
    if not mark:
        return None
    return Membership(sourced_id=sourced_id, person=SourcedId(person), group=SourcedId(f"form:{form}"))
