"""Pupils, staff and guardians: what their cards lack, what cannot be true, who may stand there twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from gateway.sync.quality.remarks import remark
from mappings.names import normalise_name
from state.consents import granted
from state.records import Form, Guardian, Membership, Pupil, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from gateway.sync.quality.remarks import Remark
    from state.identity import SourcedId
    from state.records import Consent, Record
    from state.snapshot import Snapshot

PUPIL_AGES = range(5, 22)
"""Full years on 1 September; a first-grader is 6 or 7, an evening-school leaver may be 21."""
STAFF_AGES = range(16, 91)
AGE_OF_GRADE = 6
"""A pupil of grade g usually turns g + 6 in the course of the school year."""
AGE_SPREAD = 2
PARENT_GAP = 14
"""A guardian less than this many years older than the pupil is likelier a typing mistake."""


@dataclass(frozen=True)
class People:
    """The school's people with their forms, ready to be asked."""

    snapshot: Snapshot[Record]
    consents: Sequence[Consent]
    today: date

    @cached_property
    def pupils(self) -> tuple[Pupil, ...]:
        return cast("tuple[Pupil, ...]", self.snapshot.of(RecordType.PUPIL))

    @cached_property
    def staff(self) -> tuple[Staff, ...]:
        return cast("tuple[Staff, ...]", self.snapshot.of(RecordType.STAFF))

    @cached_property
    def guardians(self) -> Mapping[SourcedId, list[Guardian]]:
        found: dict[SourcedId, list[Guardian]] = defaultdict(list)
        for record in cast("tuple[Guardian, ...]", self.snapshot.of(RecordType.GUARDIAN)):
            found[record.pupil].append(record)
        return found

    @cached_property
    def forms(self) -> Mapping[SourcedId, Form]:
        """Pupil → the form he or she is in."""
        forms = {form.sourced_id: form for form in cast("tuple[Form, ...]", self.snapshot.of(RecordType.FORM))}
        members = cast("tuple[Membership, ...]", self.snapshot.of(RecordType.MEMBERSHIP))
        return {member.person: forms[member.group] for member in members if member.group in forms}

    def label(self, person: Pupil | Staff) -> str:
        """«Ли Ян, 7Б»."""
        form = self.forms.get(person.sourced_id)
        return f"{person.name.full}, {form.name}" if form else person.name.full


def check_people(people: People) -> Iterator[Remark]:
    """Every remark about a person; whoever is in no form has left and is asked nothing but to be unique."""
    enrolled = [pupil for pupil in people.pupils if pupil.sourced_id in people.forms]
    yield from _cards(people, enrolled)
    yield from _ages(people, enrolled)
    yield from _shared_snils(people)
    yield from _twice(people)
    yield from _families(people, enrolled)
    yield from _consents(people, enrolled)


def full_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _cards(people: People, enrolled: Iterable[Pupil]) -> Iterator[Remark]:
    pupils, staff = tuple(enrolled), people.staff
    yield from _lacking(people, pupils, "PUPIL_WITHOUT_BIRTH_DATE", lambda one: one.birth_date)
    yield from _lacking(people, pupils, "PUPIL_WITHOUT_SNILS", lambda one: one.snils)
    yield from _lacking(people, staff, "STAFF_WITHOUT_BIRTH_DATE", lambda one: one.birth_date)
    yield from _lacking(people, staff, "STAFF_WITHOUT_SNILS", lambda one: one.snils)


def _lacking(
    people: People, persons: Sequence[Pupil | Staff], code: str, told: Callable[[Pupil | Staff], object]
) -> Iterator[Remark]:
    """A remark for each; where nobody has it, the file has no such column, and one remark says so for all."""
    lacking = [person for person in persons if not told(person)]
    if len(lacking) == len(persons) > 1:
        yield remark(code, raw=f"{len(lacking)} / {len(persons)}")
    else:
        yield from (remark(code, people.label(person)) for person in lacking)


def _ages(people: People, enrolled: Iterable[Pupil]) -> Iterator[Remark]:
    first = people.today.replace(year=people.snapshot.scope.school_year, month=9, day=1)
    for pupil in enrolled:
        if pupil.birth_date is None:
            continue
        age, grade = full_years(pupil.birth_date, first), people.forms[pupil.sourced_id].grade
        born = f"{pupil.birth_date:%d.%m.%Y}"
        if age not in PUPIL_AGES:
            yield remark("BIRTH_DATE_UNLIKELY", people.label(pupil), born)
        elif grade and abs(age - (grade + AGE_OF_GRADE)) > AGE_SPREAD:
            yield remark("AGE_UNUSUAL_FOR_FORM", people.label(pupil), born)
    for person in people.staff:
        if person.birth_date and full_years(person.birth_date, first) not in STAFF_AGES:
            yield remark("BIRTH_DATE_UNLIKELY", people.label(person), f"{person.birth_date:%d.%m.%Y}")


def _shared_snils(people: People) -> Iterator[Remark]:
    """One number, two people of one role: one of them is wrong. A teacher who is also a parent is one person."""
    roles: tuple[Sequence[Pupil | Staff], ...] = (people.pupils, people.staff)
    for persons in roles:
        for group in _alike(persons, [person.snils for person in persons]):
            names = ", ".join(people.label(person) for person in group)
            for person in group:
                yield remark("SNILS_SHARED", people.label(person), names)


def _twice(people: People) -> Iterator[Remark]:
    """The same name and birth date under two ids, and namesakes of one form that no birth date tells apart."""
    for group in _alike(people.pupils, [_born(pupil) for pupil in people.pupils]):
        files = ", ".join(cast("Pupil", pupil).personal_file for pupil in group)
        yield remark("PUPIL_TWICE", people.label(group[0]), files)
    for group in _alike(people.pupils, [_undated(pupil, people) for pupil in people.pupils]):
        files = ", ".join(cast("Pupil", pupil).personal_file for pupil in group)
        yield remark("NAMESAKES_IN_FORM", people.label(group[0]), files)


def _born(pupil: Pupil) -> Hashable:
    return (normalise_name(pupil.name), pupil.birth_date) if pupil.birth_date else None


def _undated(pupil: Pupil, people: People) -> Hashable:
    form = people.forms.get(pupil.sourced_id)
    return (normalise_name(pupil.name), form.sourced_id) if form and not pupil.birth_date else None


def _alike(persons: Sequence[Pupil | Staff], keys: Sequence[Hashable]) -> Iterator[list[Pupil | Staff]]:
    """Groups of two and more under one key; a blank key is nobody's."""
    groups: dict[Hashable, list[Pupil | Staff]] = defaultdict(list)
    for person, key in zip(persons, keys, strict=True):
        if key:
            groups[key].append(person)
    yield from (group for group in groups.values() if len(group) > 1)


def _families(people: People, enrolled: Iterable[Pupil]) -> Iterator[Remark]:
    for pupil in enrolled:
        family = people.guardians.get(pupil.sourced_id, [])
        if not family:
            yield remark("PUPIL_WITHOUT_GUARDIAN", people.label(pupil))
        for guardian in family:
            if not (guardian.phone or guardian.email):
                yield remark("GUARDIAN_WITHOUT_CONTACT", people.label(pupil), guardian.name.full)
            if guardian.birth_date and pupil.birth_date:
                gap = full_years(guardian.birth_date, pupil.birth_date)
                if gap < PARENT_GAP:
                    yield remark("GUARDIAN_TOO_YOUNG", people.label(pupil), guardian.name.full)


def _consents(people: People, enrolled: Iterable[Pupil]) -> Iterator[Remark]:
    holding = granted(people.consents, people.today)
    everyone: list[Pupil | Staff] = [*enrolled, *people.staff]
    for person in everyone:
        if person.sourced_id not in holding:
            yield remark("CONSENT_MISSING", people.label(person))
