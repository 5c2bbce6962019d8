"""Whom the rows of consents and orders mean, once the lists of people are known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.sources.pick import part_of
from mappings.sources.provisional import dated, read_reference
from state.local import Problem, SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mappings.sources.provisional import PersonReference
    from mappings.sources.roster import Pupils
    from mappings.sources.staffing import Staffing
    from state.identity import SourcedId
    from state.local import LocalPart
    from state.records import Consent, Guardian, RosterOrder


@dataclass(frozen=True)
class People:
    """Everybody the school's lists name."""

    pupils: Pupils
    staffing: Staffing
    guardians: Sequence[Guardian]

    def find(self, reference: PersonReference) -> tuple[SourcedId, ...]:
        """The one person meant, or nobody. A guardian may stand in several records: one for each child."""
        if reference.kind == "guardian":
            return self._guardians(reference)
        if reference.kind == "staff":
            found = self.staffing.by_reference(reference)
        else:
            pupil = self.pupils.find(reference)
            found = pupil.sourced_id if pupil else None
        return (found,) if found else ()

    def _guardians(self, reference: PersonReference) -> tuple[SourcedId, ...]:
        child = self.pupils.numbered(reference.file) if reference.file else None
        return tuple(
            guardian.sourced_id
            for guardian in self.guardians
            if normalise_name(guardian.name) == normalise_name(reference.name)
            and child in (None, guardian.pupil)
            and (not reference.birth_date or guardian.birth_date in (None, reference.birth_date))
        )


def resolve_consents(parts: Sequence[LocalPart], people: People) -> tuple[tuple[Consent, ...], list[Problem]]:
    """Consents of people we know. One that names nobody for sure opens nothing (CONSENT_WITHOUT_PERSON)."""
    part = part_of(parts, SourceKind.CONSENTS)
    consents, problems = [], []
    for consent in part.consents if part else ():
        reference = read_reference(consent.subject)
        if reference is None:
            continue
        found = people.find(reference)
        consents += [dataclasses.replace(consent, subject=person) for person in found]
        if not found:
            where = part.source if part else ""
            problems.append(Problem(code="CONSENT_WITHOUT_PERSON", where=where, raw=reference.name, blocks=True))
    return tuple(consents), problems


def resolve_orders(
    parts: Sequence[LocalPart], people: People, year: int
) -> tuple[tuple[RosterOrder, ...], list[Problem]]:
    """Orders about people and forms we know. One that names nobody for sure moves nobody (ORDER_WITHOUT_PERSON)."""
    part = part_of(parts, SourceKind.ORDERS)
    orders, problems = [], []
    for order in part.orders if part else ():
        reference = read_reference(order.person) if order.person else None
        found = people.find(reference) if reference else ()
        if reference and not found:
            where = part.source if part else ""
            raw = f"№ {order.number}, {reference.name}"
            problems.append(Problem(code="ORDER_WITHOUT_PERSON", where=where, raw=raw))
            continue
        form = dated(order.form, year) if order.form else None
        orders.append(dataclasses.replace(order, person=found[0] if found else None, form=form))
    return tuple(orders), problems
