"""What one local file told us, in canonical form: the unit that `import` stores and `plan` reads back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from state.records import (
    RECORD_CLASSES,
    Agreement,
    Consent,
    Record,
    RecordType,
    RosterOrder,
    Substitution,
    TimetableCard,
    from_plain,
    to_plain,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class SourceKind(StrEnum):
    """The roles a local file may play; a later file of a kind replaces the earlier one of the same slot."""

    PUPILS = "pupils"
    STAFF = "staff"
    TIMETABLE = "timetable"
    SUBGROUPS = "subgroups"
    CONSENTS = "consents"
    SUBSTITUTIONS = "substitutions"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a file: a code of `mappings/tables/problems.toml`, where it is, and the text as it stands there."""

    code: str
    where: str
    """«file», «file!sheet», «file!sheet!B7», «file:line», and for a file inside a package «package/file:line»."""
    raw: str = ""
    blocks: bool = False
    """True when the row or element was left out because of it."""


class Coverage(NamedTuple):
    """A run of days, both included."""

    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPart:
    """The canonical content of one file; `complete` names the types of which it is the whole truth in its slot."""

    kind: SourceKind
    source: str
    """File name without folders."""
    sha256: str
    slot: str = ""
    """What of its kind the file speaks for: blank for the whole school, else the name of the one form it lists."""
    records: Mapping[RecordType, tuple[Record, ...]] = field(default_factory=dict)
    cards: tuple[TimetableCard, ...] = ()
    week_cycle: int = 1
    """How many different weeks `cards` describe (2 = A/B)."""
    covers: tuple[Coverage, ...] = ()
    """The days whose lessons the file tells; blank for all days."""
    consents: tuple[Consent, ...] = ()
    substitutions: tuple[Substitution, ...] = ()
    orders: tuple[RosterOrder, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    """Those a sheet of subgroups asks for, given or not; a sheet that asks for none needs none."""
    school_year: int = 0
    """The year the content belongs to; 0 where it is of no year."""
    complete: frozenset[RecordType] = frozenset()
    basis: Mapping[str, Any] = field(default_factory=dict)
    """The source's own rows as JSON values, where later files may tell changes to them by the source's own ids."""
    problems: tuple[Problem, ...] = ()


def part_to_plain(part: LocalPart) -> dict[str, Any]:
    """The part as JSON values, for storage."""
    return {
        "kind": part.kind.value,
        "source": part.source,
        "sha256": part.sha256,
        "slot": part.slot,
        "records": {kind.value: [to_plain(record) for record in rows] for kind, rows in part.records.items()},
        "cards": [to_plain(card) for card in part.cards],
        "week_cycle": part.week_cycle,
        "covers": [[run.starts.isoformat(), run.ends.isoformat()] for run in part.covers],
        "consents": [to_plain(consent) for consent in part.consents],
        "substitutions": [to_plain(item) for item in part.substitutions],
        "orders": [to_plain(order) for order in part.orders],
        "agreements": [to_plain(agreement) for agreement in part.agreements],
        "school_year": part.school_year,
        "complete": sorted(part.complete),
        "basis": dict(part.basis),
        "problems": [to_plain(problem) for problem in part.problems],
    }


def part_from_plain(plain: dict[str, Any]) -> LocalPart:
    """The inverse of `part_to_plain`."""
    return LocalPart(
        kind=SourceKind(plain["kind"]),
        source=plain["source"],
        sha256=plain["sha256"],
        slot=plain["slot"],
        records={
            RecordType(kind): tuple(from_plain(RECORD_CLASSES[RecordType(kind)], row) for row in rows)
            for kind, rows in plain["records"].items()
        },
        cards=tuple(from_plain(TimetableCard, row) for row in plain["cards"]),
        week_cycle=plain["week_cycle"],
        covers=tuple(Coverage(*map(date.fromisoformat, run)) for run in plain["covers"]),
        consents=tuple(from_plain(Consent, row) for row in plain["consents"]),
        substitutions=tuple(from_plain(Substitution, row) for row in plain["substitutions"]),
        orders=tuple(from_plain(RosterOrder, row) for row in plain["orders"]),
        agreements=tuple(from_plain(Agreement, row) for row in plain["agreements"]),
        school_year=plain["school_year"],
        complete=frozenset(RecordType(kind) for kind in plain["complete"]),
        basis=plain["basis"],
        problems=tuple(Problem(**row) for row in plain["problems"]),
    )
