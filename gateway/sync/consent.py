"""Nobody without a recorded consent leaves the machine (R109, R110): no step, no question, no file names them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mappings.references import LinkIndex
from state.records import PERSON_TYPES, Guardian, Membership, RecordType
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from state.identity import IdentityLink, SourcedId
    from state.records import Consent, Form, Lesson, Record


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """The local side as it may be shown to the diary.

    `withheld` counts the records kept back; `hidden` names everybody who may not be spoken of at all.
    """

    snapshot: Snapshot[Record]
    withheld: Mapping[RecordType, int]
    hidden: frozenset[SourcedId]

    def speakable(self, links: Iterable[IdentityLink]) -> LinkIndex:
        """The links without those of hidden people: their objects in the diary stay nameless."""
        return LinkIndex(link for link in links if link.sourced_id not in self.hidden)


def withhold(snapshot: Snapshot[Record], consents: Iterable[Consent], today: date) -> Cleared:
    """The snapshot without pupils and staff whose consent does not hold today, without what hangs on them.

    Guardians travel under the pupil's consent. A lesson or form loses only the teacher who is withheld.
    """
    consents = tuple(consents)
    granted = frozenset(consent.subject for consent in consents if consent.holds_on(today))
    kept = {kind: _kept(kind, snapshot.of(kind), granted) for kind in snapshot.records}
    everyone = {record.sourced_id for kind in (RecordType.PUPIL, RecordType.STAFF) for record in snapshot.of(kind)}
    refused = everyone.union(consent.subject for consent in consents) - granted
    return Cleared(
        snapshot=Snapshot(scope=snapshot.scope, records=kept, complete=snapshot.complete),
        withheld={
            kind: missing for kind, records in kept.items() if (missing := len(snapshot.of(kind)) - len(records))
        },
        hidden=frozenset(refused) | _guardians_of(snapshot, refused),
    )


def _kept(kind: RecordType, records: tuple[Record, ...], granted: Collection[SourcedId]) -> tuple[Record, ...]:
    if kind in PERSON_TYPES or kind is RecordType.MEMBERSHIP:
        return tuple(record for record in records if _person(record) in granted)
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
