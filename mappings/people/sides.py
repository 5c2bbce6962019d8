"""The people of both sides as facts: our snapshot's, and the diary's with what it answered when it was asked."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from mappings.classes import normalise_form
from mappings.people.facts import PersonFacts
from mappings.references import translate
from state.identity import RemoteId, SourcedId
from state.records import Form, Guardian, Membership, Pupil, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from mappings.references import LinkIndex
    from state.records import PersonName, Record
    from state.snapshot import RemoteRecord, Snapshot

Person = Staff | Pupil | Guardian


class PersonAnswer(Protocol):
    """One person of the diary that answers a question; blank is "the diary does not say"."""

    @property
    def remote_id(self) -> RemoteId: ...
    @property
    def user_id(self) -> str: ...
    @property
    def name(self) -> PersonName: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def snils(self) -> str: ...
    @property
    def sex(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class PeopleMemory:
    """What is remembered about people besides their links."""

    refused: frozenset[tuple[str, SourcedId, RemoteId]] = frozenset()
    """(record type, ours, theirs): a person has said that these are two."""
    handed: frozenset[tuple[str, SourcedId]] = frozenset()
    """(record type, ours): put into an import workbook of ours."""
    hidden: frozenset[SourcedId] = frozenset()
    """Who may not be spoken of: their objects are nobody's candidates."""


NOTHING_DECIDED = PeopleMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Their:
    """A person of the diary nobody of our files is linked to."""

    remote_id: RemoteId
    user_id: str
    facts: PersonFacts
    holder: SourcedId | None = None
    """Whoever our files no longer hold and is linked to it still."""


def our_people(
    kind: RecordType, records: Iterable[Record], local: Snapshot[Record], memory: PeopleMemory
) -> tuple[PersonFacts, ...]:
    """The records as facts, with the forms they are in."""
    names = {record.sourced_id: record.name for record in local.each(Form)}
    forms = _forms(((seat.person, seat.group) for seat in local.each(Membership)), names)
    return tuple(
        _facts(
            cast("Person", record),
            record.sourced_id,
            forms.get(record.sourced_id, frozenset()),
            handed=(kind.value, record.sourced_id) in memory.handed,
        )
        for record in records
    )


def their_people(
    kind: RecordType,
    local: Snapshot[Record],
    remote: Snapshot[RemoteRecord],
    index: LinkIndex,
    answers: Mapping[SourcedId, Sequence[PersonAnswer]],
    memory: PeopleMemory,
) -> dict[str, Their]:
    """Everybody the diary shows or answered with who is not one of ours already, by the key of the facts."""
    living = {record.sourced_id: _family(record) for record in local.of(kind)}
    seats = (cast("Membership", seen.record) for seen in remote.of(RecordType.MEMBERSHIP))
    names = {SourcedId(seen.remote_id): cast("Form", seen.record).name for seen in remote.of(RecordType.FORM)}
    forms = _forms(((seat.person, seat.group) for seat in seats), names)
    found: dict[str, Their] = {}
    for their in (*_shown(kind, remote, index, forms), *_answered(living, answers, forms)):
        known = found.get(their.facts.key)
        found[their.facts.key] = _together(known, their) if known else their
    return dict(_free(kind, found, living, index, memory))


def _forms(seats: Iterable[tuple[str, str]], names: Mapping[SourcedId, str]) -> Mapping[str, frozenset[str]]:
    """Person → names of the forms the person is in."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person, group in seats:
        if (name := names.get(SourcedId(group))) is not None:
            found[person].add(normalise_form(name))
    return {person: frozenset(forms) for person, forms in found.items()}


def _facts(person: Person, key: str, forms: frozenset[str], *, handed: bool = False) -> PersonFacts:
    return PersonFacts(
        key=key,
        name=person.name,
        birth_date=person.birth_date,
        snils="" if isinstance(person, Guardian) else person.snils,
        personal_file=person.personal_file if isinstance(person, Pupil) else "",
        sex=person.sex,
        forms=forms if isinstance(person, Pupil) else frozenset(),
        position=person.position if isinstance(person, Staff) else "",
        pupil=person.pupil if isinstance(person, Guardian) else "",
        handed=handed,
    )


def _shown(
    kind: RecordType, remote: Snapshot[RemoteRecord], index: LinkIndex, forms: Mapping[str, frozenset[str]]
) -> Iterator[Their]:
    for seen in remote.of(kind):
        person = cast("Person", translate(kind, seen, index))
        facts = _facts(person, _key(seen.remote_id, _family(person)), forms.get(seen.remote_id, frozenset()))
        yield Their(remote_id=seen.remote_id, user_id=seen.user_id, facts=facts)


def _answered(
    living: Mapping[SourcedId, SourcedId | None],
    answers: Mapping[SourcedId, Sequence[PersonAnswer]],
    forms: Mapping[str, frozenset[str]],
) -> Iterator[Their]:
    for sourced_id in sorted(set(living) & set(answers)):
        pupil = living[sourced_id]
        for one in answers[sourced_id]:
            facts = PersonFacts(
                key=_key(one.remote_id, pupil),
                name=one.name,
                birth_date=one.birth_date,
                snils=one.snils,
                sex=one.sex,
                forms=forms.get(one.remote_id, frozenset()),
                pupil=pupil or "",
            )
            yield Their(remote_id=one.remote_id, user_id=one.user_id, facts=facts)


def _key(remote_id: str, pupil: SourcedId | None) -> str:
    """One human of the diary may be the guardian of several pupils, and is looked at once for each."""
    return f"{remote_id} {pupil}" if pupil else remote_id


def _family(record: Record) -> SourcedId | None:
    """Within what a person of the diary may stand for one record only."""
    return record.pupil if isinstance(record, Guardian) else None


def _together(one: Their, other: Their) -> Their:
    """What the list shows, filled up with what the answer told."""
    learnt = {
        field: getattr(other.facts, field)
        for field in ("birth_date", "snils", "sex")
        if getattr(other.facts, field) and not getattr(one.facts, field)
    }
    return dataclasses.replace(
        one, user_id=one.user_id or other.user_id, facts=dataclasses.replace(one.facts, **learnt)
    )


def _free(
    kind: RecordType,
    found: Mapping[str, Their],
    living: Mapping[SourcedId, SourcedId | None],
    index: LinkIndex,
    memory: PeopleMemory,
) -> Iterator[tuple[str, Their]]:
    """Those who are not one of ours already. Whose holder has left our files is free, and marked."""
    for key, their in found.items():
        holders = [link.sourced_id for link in index.of_remote(kind, their.remote_id)]
        if _is_taken(holders, their, living, memory.hidden):
            continue
        if holders and kind is not RecordType.GUARDIAN:
            left = dataclasses.replace(their.facts, forsaken=True)
            yield key, dataclasses.replace(their, facts=left, holder=holders[0])
        else:
            yield key, their


def _is_taken(
    holders: Iterable[SourcedId],
    their: Their,
    living: Mapping[SourcedId, SourcedId | None],
    hidden: Collection[SourcedId],
) -> bool:
    pupil = their.facts.pupil or None
    return any(holder in hidden or (holder in living and living[holder] == pupil) for holder in holders)
