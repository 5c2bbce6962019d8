"""People of both sides brought together: links where the engine is sure, questions with all that is known elsewhere."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mappings.correlation import AMBIGUOUS, POSSIBLE, Ambiguity, Candidate, Correlation, recognised
from mappings.people.engine import match
from mappings.people.sides import our_people
from state.identity import SourcedId
from state.records import plain_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mappings.people.engine import Pair, Question
    from mappings.people.sides import PeopleMemory, Their
    from state.identity import IdentityLink
    from state.records import Record, RecordType
    from state.snapshot import Snapshot


def meet(
    record_type: RecordType,
    ours: Sequence[Record],
    local: Snapshot[Record],
    theirs: Mapping[str, Their],
    memory: PeopleMemory,
) -> Correlation:
    """What `mappings.people` says. Whom somebody else was linked to is never linked anew without a person."""
    mine = our_people(record_type, ours, local, memory)
    refused = _refused(record_type, theirs, memory)
    verdict = match(mine, [their.facts for their in theirs.values()], refused)
    sure = [pair for pair in verdict.links if theirs[pair.theirs].holder is None]
    unsure = [pair for pair in verdict.links if theirs[pair.theirs].holder is not None]
    asked = [_asked(record_type, pair.ours, POSSIBLE, (pair,), theirs) for pair in unsure]
    asked += [_question(record_type, question, theirs) for question in verdict.questions]
    return Correlation(
        links=tuple(_person_link(record_type, pair, theirs[pair.theirs]) for pair in sure), ambiguous=tuple(asked)
    )


def _refused(record_type: RecordType, theirs: Mapping[str, Their], memory: PeopleMemory) -> set[tuple[str, str]]:
    """The refused pairs by the keys people are compared under."""
    said = defaultdict(list)
    for kind, sourced_id, remote_id in memory.refused:
        if kind == record_type:
            said[remote_id].append(sourced_id)
    return {(ours, key) for key, their in theirs.items() for ours in said.get(their.remote_id, ())}


def _person_link(record_type: RecordType, pair: Pair, their: Their) -> IdentityLink:
    evidence = pair.likeness.evidence
    return recognised(record_type, SourcedId(pair.ours), their.remote_id, their.user_id, pair.rule, evidence)


def _question(record_type: RecordType, question: Question, theirs: Mapping[str, Their]) -> Ambiguity:
    kind = AMBIGUOUS if question.ambiguous else POSSIBLE
    return _asked(record_type, question.ours, kind, question.candidates, theirs)


def _asked(
    record_type: RecordType, ours: str, kind: str, pairs: Sequence[Pair], theirs: Mapping[str, Their]
) -> Ambiguity:
    return Ambiguity(
        record_type=record_type,
        sourced_id=SourcedId(ours),
        candidates=len(pairs),
        kind=kind,
        people=tuple(_candidate(pair, theirs[pair.theirs]) for pair in pairs),
    )


def _candidate(pair: Pair, their: Their) -> Candidate:
    facts = their.facts
    return Candidate(
        remote_id=their.remote_id,
        user_id=their.user_id,
        rule=pair.rule,
        likeness=tuple((what, trait.how) for what, trait in pair.likeness.traits()),
        name=plain_value(facts.name),
        birth_date=facts.birth_date.isoformat() if facts.birth_date else "",
        sex=facts.sex,
        forms=tuple(sorted(facts.forms)),
        position=facts.position,
        holder=their.holder or "",
    )
