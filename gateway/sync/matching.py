"""The verbs `match`: what the last plan could not tell about people, and what a person decides about it.

The questions stand in the plan itself, so nobody asks the diary again. Every decision is kept with its name and reason,
is journaled, and is honoured by the next plan.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import AmbiguousMatch
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.sync.bookkeeping import Learnt, recall, remember
from gateway.sync.planfile import plan_from_bytes
from mappings.correlation import AMBIGUOUS, POSSIBLE
from mappings.people.sides import NOTHING_DECIDED, our_people
from state.identity import IdentityLink, RemoteId, SourcedId
from state.matches import Decision, MatchDecision
from state.records import PERSON_TYPES, RecordType, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gateway.sync.bookkeeping import Memory
    from gateway.sync.values import Conflict
    from mappings.people.facts import PersonFacts
    from state.records import Record
    from state.snapshot import Snapshot
    from state.store import Store
    from state.unit import UnitOfWork

BY_PERSON = "person"
"""The rule of a link that somebody decided."""
QUESTIONS = frozenset({AMBIGUOUS, POSSIBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMatch:
    """One of ours, and whom of the diary it may be; `candidates` as `mappings.correlation.Candidate.plain` has them."""

    record_type: RecordType
    sourced_id: SourcedId
    kind: str
    ours: PersonFacts | None
    """None: our files have changed since and no longer hold this record."""
    candidates: tuple[dict[str, Any], ...]

    @property
    def code(self) -> str:
        """A short name of the record to type: it does not change while the record's id does not."""
        return short(self.record_type, self.sourced_id)


def short(record_type: str, sourced_id: SourcedId) -> str:
    return digest([record_type, sourced_id])[:8]


def is_question(conflict: Conflict) -> bool:
    """Does this conflict of a plan wait for `sverka match`?"""
    return conflict.kind in QUESTIONS and conflict.record_type in PERSON_TYPES


def open_matches(store: Store, local: Snapshot[Record]) -> tuple[OpenMatch, ...]:
    """What the last plan asked and nobody has answered since, people of one kind together."""
    with in_our_words(), store.begin() as work:
        return _open(work, local)


def link(store: Store, ours: str, theirs: str, *, local: Snapshot[Record], by: str, why: str) -> MatchDecision:
    """Ours is that person of the diary. Whoever our files no longer hold and was linked to it is ours under the old id:
    that id is kept, and with it everything remembered of it (`mappings.sources.aliases`).

    `ours` is an id or its short name. Raises AmbiguousMatch for a pair nobody has proposed.
    """
    with in_our_words(), store.begin() as work:
        question = _question(_open(work, local), ours)
        made = _link(work, question, _candidate(question, theirs), by, why)
        work.commit()
    return made


def link_all(store: Store, rule: str, *, local: Snapshot[Record], by: str, why: str) -> tuple[MatchDecision, ...]:
    """Everybody with exactly one candidate, found by `rule` and differing in nothing, is that person.

    For a staff sheet without birth dates: one person vouches for the whole list instead of for each name.
    """
    with in_our_words(), store.begin() as work:
        plain = [one for one in _open(work, local) if _is_plain(one, rule)]
        claimed = [one.candidates[0]["remote_id"] for one in plain]
        made = tuple(
            _link(work, one, one.candidates[0], by, why)
            for one in plain
            if one.record_type is RecordType.GUARDIAN or claimed.count(one.candidates[0]["remote_id"]) == 1
        )
        work.commit()
    return made


def refuse(store: Store, ours: str, theirs: str, *, local: Snapshot[Record], by: str, why: str) -> MatchDecision:
    """Ours and that person of the diary are two: the pair is never proposed again. Raises AmbiguousMatch."""
    with in_our_words(), store.begin() as work:
        question = _question(_open(work, local), ours)
        made = _decided(question, _candidate(question, theirs), Decision.REFUSED, by, why)
        _write(work, made, "match_refused")
        work.commit()
    return made


def split(store: Store, ours: str, *, by: str, why: str) -> MatchDecision:
    """Ours has no link, nor have its memberships and guardians; the pair is never linked by itself again.

    Nothing changes in the diary. Raises AmbiguousMatch when ours is linked to nobody.
    """
    with in_our_words(), store.begin() as work:
        memory = recall(work)
        found = [one for one in memory.links if one.record_type in PERSON_TYPES and _is_called(one, ours)]
        if not found:
            raise AmbiguousMatch(
                _("Такой связи нет: {ours}").format(ours=ours), _("Открытые вопросы покажет sverka match")
            )
        kind = RecordType(found[0].record_type)
        gone = _belongings(memory, kind, found[0].sourced_id)
        remember(work, [Learnt(dropped=tuple(gone), baselines=tuple((*key, None) for key in gone))], by)
        made = MatchDecision(
            record_type=kind.value,
            sourced_id=found[0].sourced_id,
            remote_id=found[0].remote_id,
            decision=Decision.SPLIT,
            decided_by=by,
            why=why,
        )
        _write(work, made, "match_split")
        renamed = [one for one in memory.decided if one.same_as == made.sourced_id]
        work.put_match_decisions(dataclasses.replace(one, decision=Decision.SPLIT, same_as=None) for one in renamed)
        work.commit()
    return made


def _belongings(memory: Memory, kind: RecordType, sourced_id: SourcedId) -> list[tuple[str, SourcedId]]:
    """The keys of the record itself and of everything that is nothing without it: memberships, guardians."""
    starts = {RecordType.MEMBERSHIP.value: f"member:{sourced_id}@"}
    if kind is RecordType.PUPIL:
        starts[RecordType.GUARDIAN.value] = f"guardian:{sourced_id.removeprefix('pupil:')}:"
    known = {(link.record_type, link.sourced_id) for link in memory.links}.union(memory.baselines)
    own = (kind.value, sourced_id)
    return sorted(key for key in known if key == own or (key[0] in starts and key[1].startswith(starts[key[0]])))


# --- the open questions -----------------------------------------------------------------------------------------------


def _open(work: UnitOfWork, local: Snapshot[Record]) -> tuple[OpenMatch, ...]:
    known = work.latest_plan()
    stored = work.plan(known) if known else None
    if stored is None:
        return ()
    decided = {(one.record_type, one.sourced_id, one.remote_id) for one in work.match_decisions()}
    linked = {(one.record_type, one.sourced_id) for one in work.links()}
    asked = [
        one
        for one in plan_from_bytes(stored[0]).conflicts
        if is_question(one) and (one.record_type, one.sourced_id) not in linked
    ]
    facts = _facts(asked, local)
    found = (_with_open_candidates(one, decided, facts) for one in asked)
    return tuple(one for one in found if one.candidates)


def _facts(asked: Iterable[Conflict], local: Snapshot[Record]) -> Mapping[tuple[str, str], PersonFacts]:
    found: dict[tuple[str, str], PersonFacts] = {}
    for kind in sorted({one.record_type for one in asked}):
        for facts in our_people(kind, local.of(kind), local, NOTHING_DECIDED):
            found[kind, facts.key] = facts
    return found


def _with_open_candidates(
    asked: Conflict, decided: set[tuple[str, SourcedId, RemoteId]], facts: Mapping[tuple[str, str], PersonFacts]
) -> OpenMatch:
    candidates: Sequence[dict[str, Any]] = (asked.remote or {}).get("candidates", ())
    return OpenMatch(
        record_type=asked.record_type,
        sourced_id=asked.sourced_id,
        kind=asked.kind,
        ours=facts.get((asked.record_type, asked.sourced_id)),
        candidates=tuple(
            one for one in candidates if (asked.record_type, asked.sourced_id, one["remote_id"]) not in decided
        ),
    )


def _question(questions: Iterable[OpenMatch], ours: str) -> OpenMatch:
    found = next((one for one in questions if _is_called(one, ours)), None)
    if found is None:
        raise AmbiguousMatch(
            _("О таком человеке последний план не спрашивал: {ours}").format(ours=ours),
            _("Открытые вопросы покажет sverka match; новые появятся после sverka plan"),
        )
    return found


def _is_called(one: OpenMatch | IdentityLink, name: str) -> bool:
    return name in {one.sourced_id, short(one.record_type, one.sourced_id)}


def _candidate(question: OpenMatch, theirs: str) -> dict[str, Any]:
    found = next((one for one in question.candidates if one["remote_id"] == theirs), None)
    if found is None:
        raise AmbiguousMatch(
            _("Среди предложенных нет такого: {theirs}").format(theirs=theirs),
            _("Предложены: {these}").format(these=", ".join(one["remote_id"] for one in question.candidates)),
        )
    return found


def _is_plain(one: OpenMatch, rule: str) -> bool:
    """Exactly one candidate, found by that rule, and nothing both sides know differs."""
    if len(one.candidates) != 1 or one.candidates[0]["rule"] != rule or one.candidates[0]["holder"]:
        return False
    return all(how in {"same", "one_side"} for _what, how in one.candidates[0]["likeness"])


# --- decisions --------------------------------------------------------------------------------------------------------


def _link(work: UnitOfWork, question: OpenMatch, candidate: dict[str, Any], by: str, why: str) -> MatchDecision:
    known = _holder(work, question, candidate)
    made = dataclasses.replace(
        _decided(question, candidate, Decision.LINKED, by, why), same_as=known.sourced_id if known else None
    )
    row = IdentityLink(
        record_type=made.record_type,
        sourced_id=made.same_as or made.sourced_id,
        remote_id=made.remote_id,
        rule=BY_PERSON,
        evidence=" ".join(f"{what}={how}" for what, how in candidate["likeness"]),
        ours=known.ours if known else False,
        user_id=candidate["user_id"],
        by=by,
    )
    work.put_links([row])
    _write(work, made, "match_linked")
    return made


def _holder(work: UnitOfWork, question: OpenMatch, candidate: dict[str, Any]) -> IdentityLink | None:
    """The link of whoever our files no longer hold, whose id the person keeps; None: nobody was linked."""
    kind, remote_id = question.record_type, candidate["remote_id"]
    holders = [one for one in work.links() if (one.record_type, one.remote_id) == (kind, remote_id)]
    if kind is RecordType.GUARDIAN or not holders:
        return None
    if holders[0].sourced_id != candidate["holder"]:
        raise AmbiguousMatch(
            _("Этот человек дневника уже связан с другим: {theirs}").format(theirs=remote_id),
            _("Разъедините их: sverka match split, или сделайте новый план: sverka plan"),
        )
    return holders[0]


def _decided(question: OpenMatch, candidate: Mapping[str, Any], decision: Decision, by: str, why: str) -> MatchDecision:
    return MatchDecision(
        record_type=question.record_type.value,
        sourced_id=question.sourced_id,
        remote_id=RemoteId(candidate["remote_id"]),
        decision=decision,
        decided_by=by,
        why=why,
    )


def _write(work: UnitOfWork, made: MatchDecision, event: str) -> None:
    """The decision is kept and journaled under the name of who made it."""
    work.put_match_decisions([made])
    told = dataclasses.asdict(made)
    work.record(
        event, {name: told[name] for name in ("record_type", "sourced_id", "remote_id", "why")}, made.decided_by
    )
