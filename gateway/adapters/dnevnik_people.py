"""Finds our people among the diary's before anybody is created (R089)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import faults
from connectors.transport.pool import map_concurrently
from gateway.ports import PersonMatch, PersonQuery
from mappings.dnevnik import people, roster, words
from mappings.names import normalise_name
from state.identity import RemoteId
from state.records import Guardian, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from connectors.dnevnik import wire
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import Progress
    from state.snapshot import RemoteRecord

MOST_ANSWERS = 20
"""A wide question that more people answer to has asked nothing: the diary is larger than the school."""


class PersonFinder:
    """Answers queries about one school's people. `find` may run in several threads after `prepare`."""

    def __init__(self, client: DnevnikClient, school: str) -> None:
        self._client = client
        self._school = school
        self._staff: dict[str, list[tuple[RemoteId, str, Staff]]] = {}
        self._relatives: dict[str, tuple[wire.UserRelative, ...]] = {}

    def prepare(self, queries: Iterable[PersonQuery], progress: Progress | None = None) -> None:
        """What answers several queries is read once: the staff list, and the relatives of each pupil."""
        asked = list(queries)
        if any(query.record_type is RecordType.STAFF for query in asked):
            self._read_staff()
        users = list(dict.fromkeys(query.pupil_user_id for query in asked if query.pupil_user_id))
        self._relatives.update(zip(users, map_concurrently(self._relatives_of, users, progress=progress), strict=True))

    def _read_staff(self) -> None:
        for seen in roster.staff(self._client.teachers(self._school), self._client.staff(self._school)):
            assert isinstance(seen.record, Staff)
            key = normalise_name(f"{seen.record.name.family} {seen.record.name.given}")
            self._staff.setdefault(key, []).append((seen.remote_id, seen.user_id, seen.record))

    def find(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """Everybody of the diary who may be this person, with what is known of each. Raises connectors.faults."""
        if query.record_type is RecordType.STAFF:
            return self._staff_named(query) or self._asked(query, {"snils": query.snils})
        if query.record_type is RecordType.PUPIL:
            return self._searched(query) or self._searched_widely(query)
        return self._relatives_of_pupil(query)

    def _staff_named(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        key = normalise_name(f"{query.name.family} {query.name.given}")
        return tuple(
            PersonMatch(
                remote_id=remote_id, user_id=user_id, name=record.name, birth_date=record.birth_date, sex=record.sex
            )
            for remote_id, user_id, record in self._staff.get(key, ())
            if people.is_same_person(query.name, record.name)
            and (not _both_born(query, record) or query.birth_date == record.birth_date)
        )

    def _searched(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """By the name as written; without a birth date to ask by, then by its other spellings, until somebody answers.

        A search must answer every question asked, and a person entered by hand often lacks the SNILS: it is asked
        first with it, then without.
        """
        for name in (query.name,) if query.birth_date else people.spellings(query.name):
            for snils in dict.fromkeys((query.snils, "")):
                named = {"last": name.family, "first": name.given, "middle": name.patronymic}
                found = self._asked(query, {**named, "snils": snils}, query.birth_date, of_that_name=True)
                if found:
                    return found
        return ()

    def _searched_widely(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """Whoever has the number, and whoever has the given name and the birth date: a family name may be misspelt or
        changed, a patronymic missing. Who of them it is, is not for the finder to say; one person may answer twice."""
        found = list(self._asked(query, {"snils": query.snils}))
        if query.birth_date:
            for given in dict.fromkeys(name.given for name in people.spellings(query.name)):
                found += self._asked(query, {"first": given}, query.birth_date)
        return tuple(found)

    def _asked(
        self,
        query: PersonQuery,
        question: Mapping[str, str],
        birth_date: date | None = None,
        *,
        of_that_name: bool = False,
    ) -> tuple[PersonMatch, ...]:
        """The search answers with bare ids: each is opened, for its account and its name. What was asked is confirmed.

        A question without a value asks nothing and finds nobody.
        """
        asked = {name: value for name, value in question.items() if value}
        if not asked:
            return ()
        keys = self._client.search_persons(birthday=birth_date, **asked)
        opened = self._opened(keys if of_that_name or len(keys) <= MOST_ANSWERS else ())
        return tuple(
            PersonMatch(
                remote_id=RemoteId(key),
                user_id=person.user_key,
                name=roster.name_of(person),
                birth_date=birth_date,
                snils=asked.get("snils", ""),
                sex=words.SEXES.get(person.sex, ""),
            )
            for key, person in opened
            if not of_that_name or people.is_same_person(query.name, roster.name_of(person))
        )

    def _opened(self, keys: Sequence[str]) -> list[tuple[str, wire.Person]]:
        found = []
        for key in keys:
            try:
                found.append((key, self._client.person(key)))
            except faults.NotFound:
                continue
        return found

    def _relatives_of_pupil(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """Only among the relatives of the linked pupil: a namesake elsewhere is another person."""
        if not query.pupil:
            return ()
        rows = roster.guardians({query.pupil: self._relatives.get(query.pupil_user_id, ())})
        return tuple(_relative(row) for row in rows)

    def _relatives_of(self, user: str) -> tuple[wire.UserRelative, ...]:
        try:
            return self._client.relatives(user)
        except faults.NotFound:
            return ()


def _relative(row: RemoteRecord) -> PersonMatch:
    guardian = row.record
    assert isinstance(guardian, Guardian)
    return PersonMatch(remote_id=row.remote_id, user_id=row.user_id, name=guardian.name, sex=guardian.sex)


def _both_born(query: PersonQuery, record: Staff) -> bool:
    return query.birth_date is not None and record.birth_date is not None
