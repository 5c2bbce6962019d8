"""The values of a push: what the diary can take, what would change, and what came of it (Terraform/octoDNS words)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from state.records import RecordType, canonical_json, digest

if TYPE_CHECKING:
    from state.identity import IdentityLink, RemoteId, SourcedId
    from state.records import OrderRef
    from state.snapshot import Scope


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    """A pupil leaves one form and joins another: one step, never delete + create."""
    SUSPEND = "suspend"
    """A membership ends; the person stays in the diary's archive."""
    DELETE = "delete"


class Route(StrEnum):
    """How a step reaches the diary."""

    REST = "rest"
    IMPORT_SERVICE = "import-service"
    FILE = "file"
    """A row of the workbook the administrator uploads."""
    PERSON = "person"
    """A line of the worklist: somebody does it by hand in the diary."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCapability:
    """What the diary takes of one record type. `fields` are the record's fields that can be carried and compared."""

    create: Route = Route.NONE
    update: Route = Route.NONE
    delete: Route = Route.NONE
    fields: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    """Fields a write carries as well although the diary never shows them: put into `Step.after`, never compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    profile: str
    types: Mapping[RecordType, TypeCapability]

    def of(self, record_type: RecordType) -> TypeCapability:
        return self.types.get(record_type, TypeCapability())

    def rows(self) -> list[list[Any]]:
        """The same as JSON values, in a steady order: part of a plan's basis."""
        return [
            [kind.value, one.create, one.update, one.delete, sorted(one.fields), sorted(one.write_only)]
            for kind, one in sorted(self.types.items())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change. `before` and `after` hold carried fields only, references as SourcedIds."""

    step_id: str
    """Stable within a plan: «0001-create-form:2026:7б»-like, ordered as it will be carried out."""
    action: Action
    record_type: RecordType
    sourced_id: SourcedId
    route: Route
    reason: str
    """A code of the plan's vocabulary, e.g. `new`, `renamed`, `teacher_changed`, `left_school`."""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    remote_id: RemoteId | None = None
    """The object to change; None for a create."""
    order: OrderRef | None = None
    """The school's order the change rests on (R088): for the journal and for people, it never travels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A difference nobody may decide alone: both sides changed, or the diary was edited by hand."""

    record_type: RecordType
    sourced_id: SourcedId
    kind: str
    """`both_changed`, `diary_edited`, `ambiguous_match`, `possible_match` (`remote` holds the candidates),
    `vanished_remote`, `no_route` (nobody can carry it out), `in_doubt` (an earlier write is not settled),
    `marks_present` (a lesson to delete carries entries)."""
    local: dict[str, Any] | None = None
    remote: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unordered:
    """A change of a roster that waits for an order, or for somebody who does; `why` is a code of `orders`."""

    record_type: RecordType
    sourced_id: SourcedId
    action: Action
    reason: str
    why: str
    person: SourcedId
    left: str = ""
    joined: str = ""
    """The groups of a membership's change, blank where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An object of the diary that we know as that record of ours."""

    record_type: RecordType
    sourced_id: SourcedId
    remote_id: RemoteId


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere:
    """What the diary holds of somebody without a consent: the school may ask for its deletion (R109, R110)."""

    subject: SourcedId
    objects: tuple[Known, ...]
    withdrawn: date | None = None
    """None where no consent was ever recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Both sides show these carried fields, and the baseline does not say so yet: written down on apply."""

    record_type: RecordType
    sourced_id: SourcedId
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    record_type: RecordType
    action: Action
    count: int
    of: int
    """How many records of the type the diary holds in scope."""
    allowed: int
    reason: str = ""
    """A code of the plan's vocabulary where moves of that kind have a limit of their own."""
    lines: tuple[str, ...] = ()
    """What is counted, form by form: «7А → 9А: 25»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a plan may not be applied without a person: the limits it breaks, with their figures."""

    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan was made from; it is stale when any of these differ."""

    local: str
    remote: str
    links: str
    rules: str
    """Digest of the mapping tables and of the settings that steer the planner."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    school: str
    profile: str
    basis: Basis
    steps: tuple[Step, ...]
    matched: tuple[IdentityLink, ...] = ()
    """Objects of the diary recognised as ours-to-be: linked on apply, nothing is written to the diary."""
    conflicts: tuple[Conflict, ...] = ()
    withheld: Mapping[RecordType, int] = field(default_factory=dict)
    """Records kept on this machine for want of a recorded consent."""
    foreign: Mapping[RecordType, int] = field(default_factory=dict)
    """Objects of the diary nobody here knows: reported, never touched."""
    hold: Hold | None = None
    scope: Scope | None = None
    """What both snapshots spoke about: read again before the plan is carried out."""
    agreed: tuple[Agreed, ...] = ()
    unordered: tuple[Unordered, ...] = ()
    """Changes kept back for want of an order."""
    still_there: Mapping[RecordType, int] = field(default_factory=dict)
    """What the diary holds of people without a consent: counted, because a plan names nobody who may not travel."""

    def body(self) -> dict[str, Any]:
        """Everything but the checksum, as JSON values; two plans from the same basis have equal bodies."""
        body: dict[str, Any] = plain(self)
        return body

    @cached_property
    def checksum(self) -> str:
        return digest(self.body())

    @property
    def plan_id(self) -> str:
        return f"plan-{self.checksum[:12]}"

    def to_bytes(self) -> bytes:
        return canonical_json({**self.body(), "plan": self.plan_id, "checksum": self.checksum})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    remote_id: RemoteId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The diary said no; `code` is ours, `text` its own words, without personal data."""

    code: str
    text: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Not tried: something it refers to is not in the diary yet (a person not uploaded, a refused form)."""

    missing: tuple[SourcedId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Put into the import workbook or the worklist: done by a person, seen by a later read-back."""

    place: str


Outcome = Done | Refused | InDoubt | Waiting | Handed


def plain(value: Any) -> Any:
    """Any value of this module as JSON values; mappings and sets in sorted order."""
    if value is None or isinstance(value, (str, int)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
