"""What the school's own files say that the check needs: who has no consent, a group's grade, who a stranger is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.references import foreign_remote_id
from state.consents import granted
from state.records import Form, Pupil, RecordType, Subgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from state.identity import SourcedId
    from state.records import Consent, Record
    from state.snapshot import Snapshot
    from state.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFacts:
    consentless: frozenset[SourcedId]
    """Pupils of the school's files whose consent is missing, withdrawn or not given yet on the day of the check."""
    grades: Mapping[SourcedId, int]
    pupils: Mapping[SourcedId, str]
    """Full names."""
    divisions: Mapping[SourcedId, tuple[SourcedId, str]]
    """Each subgroup's form and division."""


def school_facts(local: Snapshot[Record], consents: Iterable[Consent], day: date) -> SchoolFacts:
    """The facts on that day, from the assembled school: its files alone name neither years nor people for sure.

    Without a consents file nobody has a consent (design §5: defaults are harmless).
    """
    pupils = {pupil.sourced_id: pupil.name.full for pupil in local.each(Pupil)}
    holding = granted(consents, day)
    grades = {form.sourced_id: form.grade for form in local.each(Form)}
    halves = {half.sourced_id: grades.get(half.form, 0) for half in local.each(Subgroup)}
    divisions = {half.sourced_id: (half.form, half.division) for half in local.each(Subgroup)}
    return SchoolFacts(
        consentless=frozenset(pupils.keys() - holding), grades=grades | halves, pupils=pupils, divisions=divisions
    )


def recognised(work: UnitOfWork, facts: SchoolFacts) -> dict[SourcedId, SourcedId]:
    """Strangers of the diary who bear the name of exactly one unlinked pupil, and that one has no consent.

    A pupil without consent is never asked about in the diary, so somebody who entered him by hand left no link: the
    name is all there is. A name that fits several unlinked pupils is nobody's.
    """
    linked = work.linked(RecordType.PUPIL)
    free = [(pupil, _words(name)) for pupil, name in facts.pupils.items() if pupil not in linked]
    found = {}
    for stranger, name in work.person_names().items():
        if foreign_remote_id(stranger) is None:
            continue
        fitting = [pupil for pupil, words in free if _same_person(_words(name), words)]
        if len(fitting) == 1 and fitting[0] in facts.consentless:
            found[stranger] = fitting[0]
    return found


def _words(name: str) -> list[str]:
    return name.casefold().replace("ё", "е").split()


def _same_person(ours: list[str], theirs: list[str]) -> bool:
    """Equal names; the patronymic counts only where both have one."""
    shared = min(len(ours), len(theirs))
    return shared >= 2 and ours[:shared] == theirs[:shared]
