"""Nobody without a recorded consent leaves the machine (R109, R110): no step, no question, no file names them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from gateway.sync.values import Known, StillThere
from mappings.references import LinkIndex
from state.consents import granted as granted_on
from state.identity import SourcedId
from state.records import PERSON_TYPES, Guardian, Membership, RecordType
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from state.identity import IdentityLink
    from state.records import Consent, Form, Lesson, Record

    Baselines = Mapping[tuple[str, SourcedId], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """The local side as it may be shown to the diary.

    `withheld` counts the records kept back; `hidden` names everybody who may not be spoken of at all.
    """

    snapshot: Snapshot[Record]
    withheld: Mapping[RecordType, int]
    hidden: frozenset[SourcedId]
    refused: frozenset[SourcedId] = frozenset()
    """Those of them whose own consent is missing or withdrawn."""

    def speakable(self, links: Iterable[IdentityLink]) -> LinkIndex:
        """The links without those of hidden people: their objects in the diary stay nameless."""
        return LinkIndex(link for link in links if link.sourced_id not in self.hidden)


def withhold(snapshot: Snapshot[Record], consents: Iterable[Consent], today: date) -> Cleared:
    """The snapshot without pupils and staff whose consent does not hold today, without what hangs on them.

    Guardians travel under the pupil's consent, unless they have withdrawn their own. A lesson or form loses only the
    teacher who is withheld.
    """
    consents = tuple(consents)
    granted = granted_on(consents, today)
    everyone = {record.sourced_id for kind in (RecordType.PUPIL, RecordType.STAFF) for record in snapshot.of(kind)}
    refused = everyone.union(consent.subject for consent in consents) - granted
    kept = {kind: _kept(kind, snapshot.of(kind), granted, refused) for kind in snapshot.records}
    return Cleared(
        snapshot=Snapshot(scope=snapshot.scope, records=kept, complete=snapshot.complete),
        withheld={
            kind: missing for kind, records in kept.items() if (missing := len(snapshot.of(kind)) - len(records))
        },
        hidden=frozenset(refused) | _guardians_of(snapshot, refused),
        refused=frozenset(refused),
    )


def _kept(
    kind: RecordType, records: tuple[Record, ...], granted: Collection[SourcedId], refused: Collection[SourcedId]
) -> tuple[Record, ...]:
    if kind in PERSON_TYPES or kind is RecordType.MEMBERSHIP:
        return tuple(record for record in records if _person(record) in granted and record.sourced_id not in refused)
    if kind is RecordType.FORM:
        return tuple(_with_tutor(cast("Form", record), granted) for record in records)
    if kind is RecordType.LESSON:
        return tuple(_with_teachers(cast("Lesson", record), granted) for record in records)
    return records


def _person(record: Record) -> SourcedId:
    """Under whose consent the record travels."""
    if isinstance(record, Guardian):
        return record.pupil
    return record.person if isinstance(record, Membership) else record.sourced_id


def _with_tutor(form: Form, granted: Collection[SourcedId]) -> Form:
    if form.tutor is None or form.tutor in granted:
        return form
    return dataclasses.replace(form, tutor=None)


def _with_teachers(lesson: Lesson, granted: Collection[SourcedId]) -> Lesson:
    teachers = tuple(teacher for teacher in lesson.teachers if teacher in granted)
    return lesson if teachers == lesson.teachers else dataclasses.replace(lesson, teachers=teachers)


def _guardians_of(snapshot: Snapshot[Record], pupils: Collection[SourcedId]) -> frozenset[SourcedId]:
    return frozenset(
        record.sourced_id for record in snapshot.of(RecordType.GUARDIAN) if cast("Guardian", record).pupil in pupils
    )


def still_there(
    cleared: Cleared, consents: Iterable[Consent], links: Iterable[IdentityLink], baselines: Baselines
) -> tuple[StillThere, ...]:
    """What the diary is known to hold of everybody without a consent, by person: nothing of it is touched by itself.

    A pupil's guardians and memberships count as the pupil's, a teacher's lessons and forms as the teacher's.
    """
    ended = {consent.subject: consent.withdrawn for consent in consents if consent.withdrawn}
    objects: defaultdict[SourcedId, list[Known]] = defaultdict(list)
    by_pupil = {f"guardian:{who.removeprefix('pupil:')}": who for who in cleared.refused if who.startswith("pupil:")}
    for link in links:
        kind, sid = RecordType(link.record_type), link.sourced_id
        for subject in _subjects(kind, sid, baselines) | {by_pupil.get(sid.rpartition(":")[0], sid)}:
            if subject in cleared.refused:
                objects[subject].append(Known(record_type=kind, sourced_id=sid, remote_id=link.remote_id))
    order = {kind: number for number, kind in enumerate(RecordType)}
    return tuple(
        StillThere(
            subject=subject,
            objects=tuple(sorted(known, key=lambda one: (order[one.record_type], one.sourced_id))),
            withdrawn=ended.get(subject),
        )
        for subject, known in sorted(objects.items())
    )


def still_there_journal(hidden: Iterable[StillThere]) -> list[dict[str, Any]]:
    """The same for the audit log: ids only."""
    return [
        {"subject": one.subject, "objects": [[item.record_type.value, item.remote_id] for item in one.objects]}
        for one in hidden
    ]


def _subjects(kind: RecordType, sourced_id: SourcedId, baselines: Baselines) -> set[SourcedId]:
    """Whose data the object holds, as far as its id or what both sides agreed on tells."""
    if kind is RecordType.MEMBERSHIP:
        return {SourcedId(sourced_id.removeprefix("member:").rpartition("@")[0])}
    if kind in {RecordType.LESSON, RecordType.FORM}:
        agreed = baselines.get((kind.value, sourced_id), {})
        named = (agreed.get("lead_teacher"), agreed.get("tutor"), *(agreed.get("teachers") or ()))
        return {SourcedId(one) for one in named if one}
    return {sourced_id}
