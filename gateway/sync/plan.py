"""The plan: every change with its route, its reason and its place in the order, and what it was made from.

Pure and deterministic: the same inputs give the same bytes, whatever order they were read in.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gateway.sync.changes import BIND, Change, Diff, Facts, merge
from gateway.sync.consent import Cleared, still_there, withhold
from gateway.sync.diff import PLAIN_TYPES, VANISHED_REMOTE, conflict, diff_records
from gateway.sync.lessons import diff_lessons
from gateway.sync.memberships import diff_memberships
from gateway.sync.orders import OrderDesk, with_orders
from gateway.sync.places import keep_places
from gateway.sync.rosters import membership_named
from gateway.sync.safety import judge
from gateway.sync.values import Action, Basis, Plan, Route, Step
from mappings.correlate import correlate
from mappings.people.sides import NOTHING_DECIDED
from mappings.references import REFERENCES, LinkIndex
from state.identity import group_year
from state.records import Guardian, RecordType, digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from typing import Any

    from gateway.ports import PersonMatch
    from gateway.sync.safety import SafetyPolicy
    from gateway.sync.values import Capabilities, Conflict
    from mappings.correlation import Ambiguity, Correlation
    from mappings.people.sides import PeopleMemory
    from state.identity import IdentityLink, SourcedId
    from state.records import Consent, Record
    from state.snapshot import RemoteRecord, Snapshot

    Baselines = Mapping[tuple[str, SourcedId], dict[str, Any]]
    Keys = Collection[tuple[RecordType, SourcedId]]

_ORDER = {kind: number for number, kind in enumerate(RecordType)}


def make_plan(
    *,
    school: str,
    local: Snapshot[Record],
    remote: Snapshot[RemoteRecord],
    links: Sequence[IdentityLink],
    baselines: Baselines,
    matches: Mapping[SourcedId, Sequence[PersonMatch]],
    capabilities: Capabilities,
    consents: Iterable[Consent],
    today: date,
    policy: SafetyPolicy,
    rules_digest: str,
    orders: OrderDesk | None = None,
    after_run: str = "",
    in_doubt: Keys = frozenset(),
    people: PeopleMemory = NOTHING_DECIDED,
) -> Plan:
    """What must change in the diary so that it says what the school's files say; nothing is written.

    `matches` answers the person questions asked before; `orders` is what changes of rosters may rest on; `after_run` is
    the last apply, so that a state which comes back later gives another plan; `in_doubt` names records with an
    unsettled write: no step is made for them; `people` is what is remembered about who is who.
    Raises ValueError when the two sides do not speak about the same days.
    """
    if local.scope != remote.scope:
        raise ValueError("both snapshots must speak about the same scope")
    consents = tuple(consents)
    cleared = withhold(local, consents, today)
    known = cleared.speakable(links)
    ours = keep_places(cleared.snapshot, remote, known, capabilities.of(RecordType.LESSON))
    found = correlate(ours, remote, links, matches, people)
    undecided = _with_guardians({(item.record_type, item.sourced_id) for item in found.ambiguous}.union(in_doubt), ours)
    facts = Facts(
        local=ours,
        remote=remote,
        links=cleared.speakable([*links, *found.links]),
        known=LinkIndex([*links, *found.links]),
        baselines=baselines,
        capabilities=capabilities,
        today=today,
        undecided=undecided,
    )
    diff = diff_all(facts)
    changes, unordered = with_orders(standing(diff), ours, orders or OrderDesk())
    hidden = still_there(cleared, consents, links, baselines)
    steps, unroutable = route(changes, capabilities)
    conflicts = [*diff.conflicts, *unroutable, *_undecided(found, in_doubt)]
    return Plan(
        school=school,
        profile=capabilities.profile,
        basis=Basis(
            local=local_basis(cleared),
            remote=remote.digest,
            links=links_basis(links, baselines, after_run),
            rules=rules_digest,
        ),
        steps=steps,
        matched=tuple(sorted(found.links, key=lambda link: (_ORDER[RecordType(link.record_type)], link.sourced_id))),
        conflicts=tuple(sorted(conflicts, key=lambda item: (_ORDER[item.record_type], item.sourced_id, item.kind))),
        withheld=cleared.withheld,
        foreign=diff.foreign,
        hold=judge(steps, held(remote, links), policy),
        scope=local.scope,
        agreed=tuple(sorted(diff.agreed, key=lambda item: (_ORDER[item.record_type], item.sourced_id))),
        unordered=tuple(sorted(unordered, key=lambda item: (_ORDER[item.record_type], item.sourced_id))),
        still_there=Counter(item.record_type for one in hidden for item in one.objects),
    )


def held(remote: Snapshot[RemoteRecord], links: Iterable[IdentityLink]) -> dict[RecordType, int]:
    """Record type → how many the diary holds. When the year turns over its lists are empty: then last year's count."""
    counts = {kind: len(remote.of(kind)) for kind in remote.records}
    kind, year = RecordType.MEMBERSHIP, remote.scope.school_year
    named = (membership_named(link.sourced_id) for link in links if link.record_type == kind)
    earlier = sum((group_year(member.group) or year) < year for member in named if member is not None)
    return {**counts, kind: max(counts.get(kind, 0), earlier)}


def diff_all(facts: Facts) -> Diff:
    return merge(
        [*(diff_records(kind, facts) for kind in PLAIN_TYPES), diff_memberships(facts), diff_lessons(facts)],
    )


def standing(diff: Diff) -> list[Change]:
    """The changes without those that name an object somebody deleted in the diary: they wait for a person's decision
    about it, for the diary would refuse every one of them."""
    gone = {(item.record_type, item.sourced_id) for item in diff.conflicts if item.kind == VANISHED_REMOTE}
    return [change for change in diff.changes if not gone.intersection(_named(change))]


def _named(change: Change) -> Iterator[tuple[RecordType, SourcedId]]:
    for field, targets in REFERENCES.get(change.record_type, {}).items():
        value = (change.after or {}).get(field)
        listed: Sequence[SourcedId] = value if isinstance(value, list) else [value] if value else []
        yield from ((target, sourced_id) for sourced_id in listed for target in targets)


def route(changes: Iterable[Change], capabilities: Capabilities) -> tuple[tuple[Step, ...], tuple[Conflict, ...]]:
    """The changes in the order they are carried out, and as conflicts those this diary offers no way for."""
    steps: list[Step] = []
    unroutable: list[Conflict] = []
    for change in sorted(changes, key=lambda change: (_ORDER[change.record_type], change.sourced_id)):
        way = _route(change, capabilities)
        if way is Route.NONE:
            unroutable.append(conflict(change.record_type, change.sourced_id, "no_route", change.after, change.before))
        else:
            steps.append(_step(len(steps) + 1, change, way))
    return tuple(steps), tuple(unroutable)


def _route(change: Change, capabilities: Capabilities) -> Route:
    capability = capabilities.of(change.record_type)
    if change.action is Action.CREATE or change.reason == BIND:
        return capability.create
    if change.action in {Action.SUSPEND, Action.DELETE}:
        return capability.delete
    if change.action is Action.MOVE and capability.update is Route.NONE and capability.delete is not Route.NONE:
        return capability.create
    return capability.update


def _step(number: int, change: Change, way: Route) -> Step:
    return Step(
        step_id=f"{number:05d}-{change.action}-{change.sourced_id}",
        action=change.action,
        record_type=change.record_type,
        sourced_id=change.sourced_id,
        route=way,
        reason=change.reason,
        before=change.before,
        after=change.after,
        remote_id=change.remote_id,
        order=change.order,
    )


def _with_guardians(undecided: Keys, ours: Snapshot[Record]) -> frozenset[tuple[RecordType, SourcedId]]:
    """Until it is known who a pupil is, nobody can be entered as the pupil's guardian."""
    waiting = {
        (RecordType.GUARDIAN, one.sourced_id)
        for one in ours.each(Guardian)
        if (RecordType.PUPIL, one.pupil) in undecided
    }
    return frozenset(waiting.union(undecided))


def _undecided(found: Correlation, in_doubt: Keys) -> list[Conflict]:
    ambiguous = [
        conflict(item.record_type, item.sourced_id, item.kind, remote=_candidates(item)) for item in found.ambiguous
    ]
    return ambiguous + [conflict(record_type, sourced_id, "in_doubt") for record_type, sourced_id in in_doubt]


def _candidates(item: Ambiguity) -> dict[str, Any] | None:
    """Whom a person may choose from: kept with the plan, so that nobody has to ask the diary again (`matching`)."""
    return {"candidates": [one.plain() for one in item.people]} if item.people else None


# --- the basis: what must still be true when the plan is carried out --------------------------------------------------


def local_basis(cleared: Cleared) -> str:
    """Digest of what may leave the machine. It changes with the files and when a consent begins or ends."""
    return digest([cleared.snapshot.digest, sorted(cleared.hidden)])


def links_basis(links: Iterable[IdentityLink], baselines: Baselines, after_run: str) -> str:
    """Digest of everything remembered about the diary's objects, and of the last apply: a pupil may move there, back
    and there again, and the third plan is not the first one, which is used up."""
    return digest(
        [
            after_run,
            sorted([link.record_type, link.sourced_id, link.remote_id, link.ours] for link in links),
            sorted([record_type, sourced_id, body] for (record_type, sourced_id), body in baselines.items()),
        ]
    )
