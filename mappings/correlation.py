"""What correlating two sides comes to: links, and questions for a person."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from state.identity import IdentityLink
from state.records import digest

if TYPE_CHECKING:
    from state.identity import RemoteId, SourcedId
    from state.records import RecordType

AMBIGUOUS, POSSIBLE = "ambiguous_match", "possible_match"
"""Kinds of a question: several fit a rule that links, or somebody is only like ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody of the diary who may be one of ours, as a person is shown it. JSON values only."""

    remote_id: RemoteId
    user_id: str
    rule: str
    likeness: tuple[tuple[str, str], ...]
    """(what, how) of everything one side speaks of: («family», «typo»)."""
    name: dict[str, str]
    birth_date: str = ""
    sex: str = ""
    forms: tuple[str, ...] = ()
    position: str = ""
    holder: str = ""
    """Whoever our files no longer hold and is linked to it still."""

    def plain(self) -> dict[str, Any]:
        """As JSON values. No number of the person is among them."""
        shown = dataclasses.asdict(self)
        return {**shown, "likeness": [list(trait) for trait in self.likeness], "forms": list(self.forms)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A record that may be one of several objects, or of one that is only like it: a person must say."""

    record_type: RecordType
    sourced_id: SourcedId
    candidates: int
    kind: str = AMBIGUOUS
    people: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    links: tuple[IdentityLink, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()

    def __add__(self, other: Correlation) -> Correlation:
        return Correlation(links=self.links + other.links, ambiguous=self.ambiguous + other.ambiguous)


def recognised(
    record_type: RecordType, sourced_id: SourcedId, remote_id: RemoteId, user_id: str, rule: str, evidence: str
) -> IdentityLink:
    """A link to an object we did not make; `evidence` holds no personal data, for it enters the journal."""
    return IdentityLink(
        record_type=record_type,
        sourced_id=sourced_id,
        remote_id=remote_id,
        rule=rule,
        evidence=f"{evidence}#{digest([sourced_id, remote_id])[:12]}",
        ours=False,
        user_id=user_id,
    )
