"""Who is who between the two sides: unlinked records meet by natural key, in the order in which records are pushed.

A key that fits exactly one record on each side makes a link; a key that fits several makes an `Ambiguity`, and a person
decides (R089). People are compared by `mappings.people`, whose likely but unproven pairs are questions too. Nothing is
guessed, nothing is written. Lessons are a multiset (formats.md, fact 3): within one slot equal teachers meet first,
what is left over meets in sorted order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mappings.classes import parse_form
from mappings.correlation import Ambiguity, Correlation, recognised
from mappings.names import normalise_name
from mappings.people.meeting import meet
from mappings.people.sides import NOTHING_DECIDED, their_people
from mappings.references import LinkIndex, translate
from state.records import (
    PERSON_TYPES,
    BellSchedule,
    Calendar,
    Form,
    GradingPeriod,
    Lesson,
    Membership,
    Record,
    RecordType,
    Subgroup,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from mappings.people.sides import PeopleMemory, PersonAnswer
    from state.identity import IdentityLink, RemoteId, SourcedId
    from state.snapshot import RemoteRecord, Snapshot


@dataclass(frozen=True, slots=True)
class _Seen:
    """An object of the diary with its references already ours."""

    remote_id: RemoteId
    user_id: str
    record: Record


def correlate(
    local: Snapshot[Record],
    remote: Snapshot[RemoteRecord],
    links: Iterable[IdentityLink],
    matches: Mapping[SourcedId, Sequence[PersonAnswer]],
    memory: PeopleMemory = NOTHING_DECIDED,
) -> Correlation:
    """New links for what `links` does not know yet; `matches` holds the diary's answers about persons, `memory` what
    people have decided about them.

    A record whose linked object has vanished from a complete snapshot may be recognised anew: its link is replaced.
    """
    index = LinkIndex(links)
    total = Correlation()
    for record_type in RecordType:
        found = correlate_type(record_type, local, remote, index, matches, memory)
        if found.links:
            index = index.with_links(found.links)
        total = total + found
    return total


def correlate_type(
    record_type: RecordType,
    local: Snapshot[Record],
    remote: Snapshot[RemoteRecord],
    index: LinkIndex,
    matches: Mapping[SourcedId, Sequence[PersonAnswer]],
    memory: PeopleMemory = NOTHING_DECIDED,
) -> Correlation:
    """The same for one record type; `index` must hold the links of everything the type refers to."""
    ours = _loose(record_type, local, remote, index)
    if not ours:
        return Correlation()
    if record_type in PERSON_TYPES:
        return meet(record_type, ours, local, their_people(record_type, local, remote, index, matches, memory), memory)
    theirs = _unclaimed(record_type, remote, index)
    if record_type is RecordType.LESSON:
        return _lessons(cast("list[Lesson]", ours), theirs)
    found = Correlation()
    for rule, key_of in _KEYS.get(record_type, ()):
        ours, theirs = _without(found, ours, theirs)
        found = found + _by_key(record_type, rule, key_of, ours, theirs)
    return found


def _loose(
    record_type: RecordType, local: Snapshot[Record], remote: Snapshot[RemoteRecord], index: LinkIndex
) -> list[Record]:
    """Local records without a link, or with a link to an object that is certainly gone."""
    certain = record_type in remote.complete and record_type not in PERSON_TYPES
    alive = {seen.remote_id for seen in remote.of(record_type)} if certain else set()

    def is_loose(record: Record) -> bool:
        link = index.get(record_type, record.sourced_id)
        return link is None or (certain and link.remote_id not in alive)

    return sorted(filter(is_loose, local.of(record_type)), key=lambda record: record.sourced_id)


def _unclaimed(record_type: RecordType, remote: Snapshot[RemoteRecord], index: LinkIndex) -> list[_Seen]:
    return [
        _Seen(seen.remote_id, seen.user_id, translate(record_type, seen, index))
        for seen in sorted(remote.of(record_type), key=lambda seen: seen.remote_id)
        if not index.of_remote(record_type, seen.remote_id)
    ]


def _without(found: Correlation, ours: Sequence[Record], theirs: Sequence[_Seen]) -> tuple[list[Record], list[_Seen]]:
    """What the rules so far have left undecided on both sides."""
    settled = {link.sourced_id for link in found.links} | {item.sourced_id for item in found.ambiguous}
    used = {link.remote_id for link in found.links}
    return (
        [record for record in ours if record.sourced_id not in settled],
        [seen for seen in theirs if seen.remote_id not in used],
    )


# --- by natural key ---------------------------------------------------------------------------------------------------


def _bells(record: Record) -> Hashable:
    return normalise_name(cast("BellSchedule", record).name)


def _calendar(record: Record) -> Hashable:
    calendar = cast("Calendar", record)
    return calendar.school_year, calendar.kind


def _period(record: Record) -> Hashable:
    period = cast("GradingPeriod", record)
    return period.calendar, period.number


def _subject(record: Record) -> Hashable:
    return normalise_name(cast("Subject", record).name)


def _form(record: Record) -> Hashable:
    return parse_form(cast("Form", record).name).name


def _division(record: Record) -> Hashable:
    subgroup = cast("Subgroup", record)
    return subgroup.form, normalise_name(subgroup.division), normalise_name(subgroup.name)


def _subgroup(record: Record) -> Hashable:
    subgroup = cast("Subgroup", record)
    return subgroup.form, normalise_name(subgroup.name)


def _membership(record: Record) -> Hashable:
    membership = cast("Membership", record)
    return membership.person, membership.group


_KEYS: Mapping[RecordType, Sequence[tuple[str, Callable[[Record], Hashable]]]] = {
    RecordType.BELL_SCHEDULE: (("bells-name", _bells),),
    RecordType.CALENDAR: (("calendar-year-kind", _calendar),),
    RecordType.GRADING_PERIOD: (("period-number", _period),),
    RecordType.SUBJECT: (("subject-name", _subject),),
    RecordType.FORM: (("form-name", _form),),
    RecordType.SUBGROUP: (("subgroup-division-name", _division), ("subgroup-name", _subgroup)),
    RecordType.MEMBERSHIP: (("person-group", _membership),),
}


def _by_key(
    record_type: RecordType,
    rule: str,
    key_of: Callable[[Record], Hashable],
    ours: Sequence[Record],
    theirs: Sequence[_Seen],
) -> Correlation:
    local, remote = defaultdict(list), defaultdict(list)
    for record in ours:
        local[key_of(record)].append(record)
    for seen in theirs:
        remote[key_of(seen.record)].append(seen)
    links: list[IdentityLink] = []
    ambiguous: list[Ambiguity] = []
    for key, records in local.items():
        answers = remote.get(key, [])
        if len(records) == len(answers) == 1:
            links.append(_link(record_type, records[0], answers[0], rule))
        elif answers:
            ambiguous.extend(_ambiguity(record_type, record, len(answers)) for record in records)
    return Correlation(links=tuple(links), ambiguous=tuple(ambiguous))


def _link(record_type: RecordType, record: Record, seen: _Seen, rule: str) -> IdentityLink:
    """A link that writes nothing: the evidence names the rule's key by digest, so that no name enters the journal."""
    return recognised(record_type, record.sourced_id, seen.remote_id, seen.user_id, rule, rule)


def _ambiguity(record_type: RecordType, record: Record, candidates: int) -> Ambiguity:
    return Ambiguity(record_type=record_type, sourced_id=record.sourced_id, candidates=candidates)


# --- lessons: a multiset in each slot ---------------------------------------------------------------------------------


def _lessons(ours: Sequence[Lesson], theirs: Sequence[_Seen]) -> Correlation:
    local, remote = defaultdict(list), defaultdict(list)
    for lesson in ours:
        local[_slot(lesson)].append(lesson)
    for seen in theirs:
        remote[_slot(cast("Lesson", seen.record))].append(seen)
    links: list[IdentityLink] = []
    for slot, lessons in local.items():
        links.extend(_pair_slot(lessons, remote.get(slot, [])))
    return Correlation(links=tuple(links))


def _slot(lesson: Lesson) -> Hashable:
    return lesson.group, lesson.subject, lesson.day, lesson.number


def _pair_slot(ours: list[Lesson], theirs: list[_Seen]) -> list[IdentityLink]:
    links: list[IdentityLink] = []
    ours, theirs = sorted(ours, key=_teachers), sorted(theirs, key=lambda seen: _teachers(cast("Lesson", seen.record)))
    for rule, same in _SAMENESS:
        for lesson in tuple(ours):
            seen = next((one for one in theirs if same(lesson, cast("Lesson", one.record))), None)
            if seen is not None:
                links.append(_link(RecordType.LESSON, lesson, seen, rule))
                ours.remove(lesson)
                theirs.remove(seen)
    return links


def _teachers(lesson: Lesson) -> tuple[str, ...]:
    return (*lesson.teachers, "", lesson.sourced_id)


_SAMENESS: Sequence[tuple[str, Callable[[Lesson, Lesson], bool]]] = (
    ("lesson-teachers", lambda mine, its: mine.teachers == its.teachers),
    # A diary that keeps one teacher keeps the first.
    ("lesson-lead-teacher", lambda mine, its: mine.teachers[:1] == its.teachers[:1]),
    ("lesson-slot", lambda _mine, _its: True),
)
