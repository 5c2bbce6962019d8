"""Who a teacher's written name is: the one person of the staff sheet it fits, a stranger, or a question."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from mappings.names import initials_fit, normalise_name, parse_name
from mappings.sources.pick import part_of, records_of
from state.local import LocalPart, Problem, SourceKind
from state.records import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mappings.sources.provisional import PersonReference
    from state.identity import SourcedId


class Staffing:
    """The staff sheet and everybody other files name as staff.

    A name resolves to the one person of the sheet who bears it in full or whom its initials fit. Where nobody does,
    the person stays as written (TEACHER_NOT_IN_STAFF); where several do, nobody is meant (AMBIGUOUS_TEACHER).
    """

    def __init__(self, parts: Sequence[LocalPart]) -> None:
        self.problems: list[Problem] = []
        self._sheet = records_of(part_of(parts, SourceKind.STAFF), Staff)
        self._by_name: dict[str, list[Staff]] = defaultdict(list)
        self._by_family: dict[str, list[Staff]] = defaultdict(list)
        for person in self._sheet:
            self._by_name[normalise_name(person.name)].append(person)
            self._by_family[normalise_name(person.name.family)].append(person)
        self._listed = {person.sourced_id for person in self._sheet}
        """Somebody here may bear another name by now: whoever is named by the old one is meant (`aliases`)."""
        self._strangers: dict[SourcedId, Staff] = {}
        self._resolved: dict[SourcedId, SourcedId | None] = {}
        for part in parts:
            if part.kind is not SourceKind.STAFF:
                self._take(part)

    @property
    def records(self) -> tuple[Staff, ...]:
        """The sheet, then those only other files name."""
        return (*self._sheet, *self._strangers.values())

    def of(self, provisional: SourcedId) -> SourcedId | None:
        """The final id of a teacher named by another file; None where it is a question."""
        return self._resolved.get(provisional, provisional)

    def all_of(self, provisional: Iterable[SourcedId]) -> tuple[SourcedId, ...]:
        """The final ids, sorted, without those who are a question."""
        return tuple(sorted({found for one in provisional if (found := self.of(one))}))

    def by_reference(self, reference: PersonReference) -> SourcedId | None:
        """The one person of the sheet that a row names in full; a birth date decides between namesakes."""
        named = self._by_name.get(normalise_name(parse_name(reference.name)), [])
        if reference.birth_date:
            named = [person for person in named if person.birth_date in (None, reference.birth_date)]
        return named[0].sourced_id if len(named) == 1 else None

    def _take(self, part: LocalPart) -> None:
        people = records_of(part, Staff)
        bearers = Counter(person.sourced_id for person in people)
        for person in {person.sourced_id: person for person in people}.values():
            if {person.sourced_id} & (self._resolved.keys() | self._strangers.keys() | self._listed):
                continue
            fitting = self._fitting(person)
            if len(fitting) == 1:
                self._resolved[person.sourced_id] = fitting[0].sourced_id
            elif fitting or bearers[person.sourced_id] > 1:
                self._resolved[person.sourced_id] = None
                self._ask("AMBIGUOUS_TEACHER", part, person)
            else:
                self._strangers[person.sourced_id] = person
                self._ask("TEACHER_NOT_IN_STAFF", part, person)

    def _fitting(self, person: Staff) -> list[Staff]:
        exact = self._by_name.get(normalise_name(person.name), [])
        family = self._by_family.get(normalise_name(person.name.family), [])
        return exact or [candidate for candidate in family if initials_fit(person.name, candidate.name)]

    def _ask(self, code: str, part: LocalPart, person: Staff) -> None:
        self.problems.append(Problem(code=code, where=part.source, raw=person.name.full))
