"""Finds our people among the diary's before anybody is created (R089)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import faults
from connectors.transport.pool import map_concurrently
from gateway.ports import PersonMatch, PersonQuery
from mappings.dnevnik import people, roster
from mappings.names import normalise_name
from state.identity import RemoteId
from state.records import RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.dnevnik import wire
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import Progress
    from state.records import PersonName


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
        """Everybody the diary has under this name; birth dates that contradict exclude. Raises connectors.faults."""
        if query.record_type is RecordType.STAFF:
            return self._staff_named(query)
        if query.record_type is RecordType.PUPIL:
            return self._searched(query)
        return self._relatives_named(query)

    def _staff_named(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        key = normalise_name(f"{query.name.family} {query.name.given}")
        return tuple(
            _match(remote_id, user_id, record.name, "staff-name-birth" if _both_born(query, record) else "staff-name")
            for remote_id, user_id, record in self._staff.get(key, ())
            if people.is_same_person(query.name, record.name)
            and (not _both_born(query, record) or query.birth_date == record.birth_date)
        )

    def _searched(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """By the name as written, then by its other spellings, until the diary knows somebody.

        A search must answer every question asked, and a person entered by hand often lacks the SNILS: it is asked
        first with it, then without.
        """
        for name in people.spellings(query.name):
            for snils in dict.fromkeys((query.snils, "")):
                rule = "-".join(["search-name", *["birth"] * bool(query.birth_date), *["snils"] * bool(snils)])
                found = self._confirmed(query, self._search(query, name, snils), rule)
                if found:
                    return found
        return ()

    def _search(self, query: PersonQuery, name: PersonName, snils: str) -> Sequence[str]:
        return self._client.search_persons(
            last=name.family, first=name.given, middle=name.patronymic, birthday=query.birth_date, snils=snils
        )

    def _confirmed(self, query: PersonQuery, keys: Sequence[str], rule: str) -> tuple[PersonMatch, ...]:
        """The search answers with bare ids: each is opened, for its account and for a look at its name."""
        matches = []
        for key in keys:
            try:
                person = self._client.person(key)
            except faults.NotFound:
                continue
            name = roster.name_of(person)
            if people.is_same_person(query.name, name):
                matches.append(_match(RemoteId(key), person.user_key, name, rule))
        return tuple(matches)

    def _relatives_named(self, query: PersonQuery) -> tuple[PersonMatch, ...]:
        """Only among the relatives of the linked pupil: a namesake elsewhere is another person."""
        if not query.pupil:
            return ()
        return tuple(
            _match(
                roster.pair_key(relative.person.key, query.pupil),
                relative.person.user_key,
                roster.name_of(relative.person),
                "relative-name",
            )
            for relative in self._relatives.get(query.pupil_user_id, ())
            if people.is_same_person(query.name, roster.name_of(relative.person))
        )

    def _relatives_of(self, user: str) -> tuple[wire.UserRelative, ...]:
        try:
            return self._client.relatives(user)
        except faults.NotFound:
            return ()


def _both_born(query: PersonQuery, record: Staff) -> bool:
    return query.birth_date is not None and record.birth_date is not None


def _match(remote_id: RemoteId, user_id: str, name: PersonName, rule: str) -> PersonMatch:
    return PersonMatch(remote_id=remote_id, user_id=user_id, name=name, rule=rule)
