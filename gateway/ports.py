"""The ports: what the verbs need of the outside, as Protocols. `bootstrap` binds a connector and a mapping into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from gateway.sync.values import Capabilities, Outcome, Step
    from state.identity import RemoteId, SourcedId
    from state.records import PersonName, RecordType
    from state.register import RegisterCell
    from state.snapshot import RemoteRecord, Scope, Snapshot

    Progress = Callable[[int, int], None]
    """(done, total), called often; never with personal data."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuery:
    """A person we look for in the diary before creating anybody (R089). Only consented people are ever asked about."""

    sourced_id: SourcedId
    record_type: RecordType
    name: PersonName
    birth_date: date | None = None
    snils: str = ""
    pupil: RemoteId | None = None
    """Of a guardian: the diary's person id of the linked pupil."""
    pupil_user_id: str = ""
    """Of a guardian: the account id of that pupil, without which no relatives can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMatch:
    """One person of the diary that answers a query, with the evidence: what the diary shows of the person, and what it
    confirmed by answering a question that named it. Blank is "not known"."""

    remote_id: RemoteId
    user_id: str
    name: PersonName
    birth_date: date | None = None
    snils: str = ""
    sex: str = ""


class Target(Protocol):
    """The diary as something to push to."""

    @property
    def capabilities(self) -> Capabilities: ...

    def snapshot(self, scope: Scope, progress: Progress | None = None) -> Snapshot[RemoteRecord]:
        """Everything the diary shows of the school in scope. Raises connectors.faults."""

    def find_persons(
        self, queries: Sequence[PersonQuery], progress: Progress | None = None
    ) -> Mapping[SourcedId, tuple[PersonMatch, ...]]:
        """All candidates for each query; an empty tuple where the diary knows nobody."""

    def perform(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> Outcome:
        """Carries one REST or import-service step out; `refs` holds the diary's ids of all that `step.after` names."""

    def write_person_file(self, steps: Sequence[Step], path: Path, refs: Mapping[SourcedId, RemoteId]) -> None:
        """`path` holds the import workbook for all FILE steps; an error may leave a part of it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWindow:
    """What to pull: groups by their diary ids with the school's names for everything linked."""

    starts: date
    ends: date
    groups: Mapping[RemoteId, SourcedId]
    subjects: Mapping[RemoteId, SourcedId]
    persons: Mapping[RemoteId, SourcedId]
    lessons: Mapping[RemoteId, SourcedId]
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBatch:
    """The whole truth of some groups over some days: what is missing here has vanished there."""

    groups: tuple[SourcedId, ...]
    starts: date
    ends: date
    cells: tuple[RegisterCell, ...]
    strangers: Mapping[SourcedId, str]
    """People of the diary without a link («remote:<id>») and the name the diary shows for them."""
    gone: tuple[SourcedId, ...] = ()
    """Groups asked for that the diary has no more: nothing is said about them, what was read before stands."""


class RegisterSource(Protocol):
    """The diary as something to pull from."""

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""

    @property
    def minimum(self) -> int:
        """The fewest requests that bring what was brought so far."""

    def pull(self, window: RegisterWindow, progress: Progress | None = None) -> Iterator[RegisterBatch]:
        """Batches that together cover the window once. Raises connectors.faults between batches, never inside one."""
