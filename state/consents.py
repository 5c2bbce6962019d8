"""Whose consent holds on a day, from a register where a later line may withdraw what an earlier one gave."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from state.identity import SourcedId
    from state.records import Consent


def granted(consents: Iterable[Consent], day: date) -> frozenset[SourcedId]:
    """Everybody with a consent that holds: given by then and not withdrawn since, in whichever line (R109, R110)."""
    known = tuple(consents)
    ended = withdrawals(known, day)
    return frozenset(
        consent.subject
        for consent in known
        if consent.holds_on(day) and not any(consent.given <= end for end in ended.get(consent.subject, ()))
    )


def withdrawals(consents: Iterable[Consent], day: date) -> dict[SourcedId, list[date]]:
    """The days of the withdrawals in force by then, by person."""
    found: defaultdict[SourcedId, list[date]] = defaultdict(list)
    for consent in consents:
        if consent.withdrawn is not None and consent.withdrawn <= day:
            found[consent.subject].append(consent.withdrawn)
    return found
