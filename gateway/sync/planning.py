"""The verb `plan`: settles what is open, reads the diary, asks about persons, and keeps the plan it makes.

Nothing is written to the diary. In memory only links of settled writes and the plan itself are new.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from gateway.faultmap import in_our_words
from gateway.ports import PersonQuery
from gateway.sync.bookkeeping import Memory, recall
from gateway.sync.consent import still_there, still_there_journal, withhold
from gateway.sync.plan import local_basis, make_plan
from gateway.sync.planfile import plan_json
from gateway.sync.settle import open_intents, settle, weigh
from mappings.correlate import correlate_type
from mappings.people.sides import NOTHING_DECIDED, PeopleMemory
from mappings.references import LinkIndex
from mappings.tables import tables_digest
from state.matches import Decision
from state.records import PERSON_TYPES, Guardian, Pupil, Record, RecordType, Staff, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from gateway.ports import Clock, PersonMatch, Progress, Target
    from gateway.sync.consent import Cleared
    from gateway.sync.orders import OrderDesk
    from gateway.sync.safety import SafetyPolicy
    from gateway.sync.settle import Intent, Settlement
    from gateway.sync.values import Capabilities, Plan, StillThere
    from state.identity import IdentityLink, SourcedId
    from state.records import Consent
    from state.snapshot import RemoteRecord, Snapshot
    from state.store import Store

    Matches = Mapping[SourcedId, tuple[PersonMatch, ...]]

_QUESTIONS = ((RecordType.STAFF, RecordType.PUPIL), (RecordType.GUARDIAN,))
"""Guardians come last: they are looked for among the relatives of a pupil who is linked by then."""


class LocalSide(Protocol):
    """The school's files, assembled: what they say, and whose data may travel."""

    @property
    def snapshot(self) -> Snapshot[Record]: ...
    @property
    def consents(self) -> Sequence[Consent]: ...


def plan_push(
    store: Store,
    target: Target,
    local: LocalSide,
    *,
    school: str,
    policy: SafetyPolicy,
    clock: Clock,
    today: date,
    actor: str,
    orders: OrderDesk | None = None,
    grace: float = 2.0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> Plan:
    """The plan for the scope of `local`, kept in memory with its journal event.

    `today` is the school's own day; `grace` is how many seconds a write without an answer may still take effect.
    Raises the gateway's errors for whatever stops the reading; nothing is half done then.
    """
    with in_our_words():
        intents = open_intents(store, clock, grace, sleep)
        remote = target.snapshot(local.snapshot.scope, progress)
        settlement = _settle(store, target, remote, intents, actor)
        with store.begin() as work:
            memory = recall(work)
        cleared = withhold(local.snapshot, local.consents, today)
        people = people_memory(memory, cleared)
        plan = make_plan(
            school=school,
            local=local.snapshot,
            remote=remote,
            links=memory.links,
            baselines=memory.baselines,
            after_run=memory.after_run,
            matches=find_persons(target, cleared.snapshot, remote, memory.links, people, progress),
            people=people,
            capabilities=target.capabilities,
            consents=local.consents,
            today=today,
            policy=policy,
            rules_digest=rules_digest(policy, target.capabilities, orders),
            orders=orders,
            in_doubt=frozenset(intent.key for intent in settlement.unproven),
        )
        _keep(store, plan, _hidden(local, memory, today), actor)
    return plan


def local_digest(local: LocalSide, today: date) -> str:
    """What `Basis.local` of a plan made now would be."""
    return local_basis(withhold(local.snapshot, local.consents, today))


def rules_digest(policy: SafetyPolicy, capabilities: Capabilities, orders: OrderDesk | None = None) -> str:
    """What `Basis.rules` of a plan made now would be: tables, limits, what needs an order, what the diary can take."""
    required = sorted(orders.required) if orders else []
    return digest([tables_digest(), policy.rows(), capabilities.rows(), required])


def _settle(
    store: Store, target: Target, remote: Snapshot[RemoteRecord], intents: Sequence[Intent], actor: str
) -> Settlement:
    with store.begin() as work:
        settlement = weigh(intents, remote, work.links())
    if intents:
        settle(store, settlement, target.capabilities, actor)
    return settlement


def _hidden(local: LocalSide, memory: Memory, today: date) -> tuple[StillThere, ...]:
    """What the diary holds of people who may not be spoken of: for the journal, not for the plan."""
    cleared = withhold(local.snapshot, local.consents, today)
    return still_there(cleared, local.consents, memory.links, memory.baselines)


def _keep(store: Store, plan: Plan, hidden: Iterable[StillThere], actor: str) -> None:
    figures = {
        **plan_json(plan),
        "matched": len(plan.matched),
        "conflicts": len(plan.conflicts),
        "withheld": {kind.value: count for kind, count in sorted(plan.withheld.items())},
    }
    with store.begin() as work:
        work.save_plan(plan.plan_id, plan.to_bytes())
        work.record("plan_made", figures, actor)
        if people := still_there_journal(hidden):
            work.record("without_consent_in_diary", {"plan": plan.plan_id, "people": people}, actor)
        work.commit()


# --- questions about persons: only about those who may leave the machine ----------------------------------------------


def people_memory(memory: Memory, cleared: Cleared) -> PeopleMemory:
    """What recognising people may rest on: what was decided, whom we put into a workbook, who may not be named."""
    linked = {(link.record_type, link.sourced_id) for link in memory.links}
    return PeopleMemory(
        refused=frozenset(
            (one.record_type, one.sourced_id, one.remote_id)
            for one in memory.decided
            if one.decision is not Decision.LINKED
        ),
        handed=frozenset(key for key in memory.baselines if key[0] in PERSON_TYPES and key not in linked),
        hidden=cleared.hidden,
    )


def find_persons(
    target: Target,
    cleared: Snapshot[Record],
    remote: Snapshot[RemoteRecord],
    links: Iterable[IdentityLink],
    people: PeopleMemory = NOTHING_DECIDED,
    progress: Progress | None = None,
) -> Matches:
    """The diary's candidates for every person of `cleared` who has no link yet."""
    index = LinkIndex(links)
    matches: dict[SourcedId, tuple[PersonMatch, ...]] = {}
    for kinds in _QUESTIONS:
        queries = [query for kind in kinds for query in _queries(kind, cleared, index)]
        if queries:
            matches.update(target.find_persons(queries, progress))
        for kind in kinds:
            index = index.with_links(correlate_type(kind, cleared, remote, index, matches, people).links)
    return matches


def _queries(kind: RecordType, cleared: Snapshot[Record], index: LinkIndex) -> Iterator[PersonQuery]:
    for record in sorted(cleared.of(kind), key=lambda record: record.sourced_id):
        if index.get(kind, record.sourced_id) is not None:
            continue
        if isinstance(record, (Staff, Pupil)):
            yield PersonQuery(
                sourced_id=record.sourced_id,
                record_type=kind,
                name=record.name,
                birth_date=record.birth_date,
                snils=record.snils,
            )
        elif isinstance(record, Guardian) and (pupil := index.get(RecordType.PUPIL, record.pupil)):
            yield PersonQuery(
                sourced_id=record.sourced_id,
                record_type=kind,
                name=record.name,
                birth_date=record.birth_date,
                pupil=pupil.remote_id,
                pupil_user_id=pupil.user_id,
            )
