"""The hosted diary as a Target: snapshots by REST, writes by the import service, people by the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors import faults
from connectors.dnevnik.person_file import write_person_file
from connectors.transport.pool import map_concurrently
from gateway.adapters.dnevnik_guard import entries_of_lesson, lessons_of_group
from gateway.adapters.dnevnik_people import PersonFinder
from gateway.adapters.dnevnik_register import DnevnikRegister
from gateway.adapters.dnevnik_roster import RosterReader
from gateway.sync.changes import CAME_BACK
from gateway.sync.rollover import crosses_years
from gateway.sync.values import (
    Action,
    Capabilities,
    Done,
    InDoubt,
    Outcome,
    Refused,
    Route,
    Step,
    TypeCapability,
)
from mappings.dnevnik import people, roster, steps
from mappings.dnevnik.capabilities import PROFILES
from state.identity import RemoteId, SourcedId, guid
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from connectors.dnevnik.imports import ImportService
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import PersonMatch, PersonQuery, Progress
    from state.snapshot import RemoteRecord, Scope, Snapshot

__all__ = ["DnevnikRegister", "DnevnikTarget", "capabilities_of", "school_guid"]

THROTTLE_REPEATS = 8
"""How often a write the diary did not look at (429, 433) is sent again; the budget makes each of them wait."""
_ALREADY_MEMBER = "duplicate"
_NO_SUCH = "unknownId"
_GROUPS = frozenset({RecordType.FORM, RecordType.SUBGROUP})


def capabilities_of(profile: str) -> Capabilities:
    """What the profile can take. Raises KeyError for a profile nobody wrote."""
    types = {
        record_type: TypeCapability(
            create=Route(row.create),
            update=Route(row.update),
            delete=Route(row.delete),
            fields=row.fields,
            write_only=row.write_only,
        )
        for record_type, row in PROFILES[profile].items()
    }
    return Capabilities(profile=profile, types=types)


def school_guid(school_key: str) -> str:
    """The GUID of a school that was not given one by a registry."""
    return guid(school_key, SourcedId("school"))


class DnevnikTarget:
    """One school of the diary. `imports` is None in profiles without an import service."""

    def __init__(
        self,
        client: DnevnikClient,
        imports: ImportService | None,
        *,
        profile: str,
        school: str,
        school_key: str,
        school_year: int,
    ) -> None:
        self._client = client
        self._imports = imports
        self._capabilities = capabilities_of(profile)
        self._school = school
        self._key = school_key
        self._year = school_year

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def snapshot(self, scope: Scope, progress: Progress | None = None) -> Snapshot[RemoteRecord]:
        """Everything the diary shows of the school in scope. Raises connectors.faults."""
        return RosterReader(self._client, self._imports, self._school, progress).read(scope)

    def find_persons(
        self, queries: Sequence[PersonQuery], progress: Progress | None = None
    ) -> Mapping[SourcedId, tuple[PersonMatch, ...]]:
        """All candidates for each query; an empty tuple where the diary knows nobody. Raises connectors.faults."""
        finder = PersonFinder(self._client, self._school)
        finder.prepare(queries, progress)
        found = map_concurrently(finder.find, queries, progress=progress)
        return {query.sourced_id: matches for query, matches in zip(queries, found, strict=True)}

    def perform(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> Outcome:
        """Done, Refused or InDoubt, never an exception of the diary's.

        A refusal keeps the diary's own code; ours are `marks_present`, `lessons_present`, `missing_reference`,
        `no_guid`, `no_such_call`, `throttled`, `unauthorised`, `forbidden`, `unavailable`, `no_import_service` and
        `route_not_available`.
        """
        if self._imports is None or step.route is not Route.IMPORT_SERVICE:
            return Refused(code="route_not_available")
        names = steps.Refs(remote=refs, guid=self._guid, school_year=self._year)
        return _settled(lambda: self._carry_out(step, names))

    def write_person_file(self, steps: Sequence[Step], path: Path, refs: Mapping[SourcedId, RemoteId]) -> None:  # noqa: ARG002
        """`path` holds the persons workbook of all FILE steps."""
        rows = (
            people.person_row(step.record_type, step.sourced_id, step.remote_id, step.after, self._guid)
            for step in steps
            if step.record_type in people.ROLES and step.after is not None
        )
        write_person_file(rows, path)

    def _guid(self, sourced_id: str) -> str:
        return guid(self._key, SourcedId(sourced_id))

    # --- writes -------------------------------------------------------------------------------------------------------

    def _carry_out(self, step: Step, refs: steps.Refs) -> Outcome:
        match step.action:
            case Action.CREATE:
                return self._create(step, refs)
            case Action.UPDATE:
                return self._update(step, refs)
            case Action.MOVE:
                return self._move(step, refs)
            case _:
                return self._remove(step, refs)

    def _create(self, step: Step, refs: steps.Refs) -> Outcome:
        after = step.after or {}
        call = steps.creation(step.record_type, step.sourced_id, after, refs)
        if step.record_type is RecordType.MEMBERSHIP:
            self._join(call)
            return Done(remote_id=_membership_key(after, refs))
        return Done(remote_id=RemoteId(self._call(call)))

    def _update(self, step: Step, refs: steps.Refs) -> Outcome:
        after = step.after or {}
        remote_id = step.remote_id or RemoteId("")
        if step.record_type is RecordType.SUBJECT:
            after = {**after, "area": steps.subject_area(after) or self._area_now(remote_id)}
        self._call(steps.change(step.record_type, step.sourced_id, remote_id, after, refs))
        return Done(remote_id=step.remote_id)

    def _move(self, step: Step, refs: steps.Refs) -> Outcome:
        """Joins the new form, then leaves the old one: at no moment is the pupil without a form.

        A diary that refuses a second form is served the other way round, and the old form is restored when the new
        one is refused again. Nothing is left by who had left before; a past year's list stays as it was, because
        that year's register hangs on it.
        """
        after, before = step.after or {}, step.before or {}
        join = steps.creation(RecordType.MEMBERSHIP, step.sourced_id, after, refs)
        if step.reason == CAME_BACK or crosses_years(before["group"], after["group"]):
            self._join(join)
            return Done(remote_id=_membership_key(after, refs))
        leave = steps.removal(RecordType.MEMBERSHIP, step.sourced_id, "", before, refs)
        try:
            self._join(join)
        except faults.Rejected as error:
            if error.code in {"unknownGuid", "foreignSchool"}:
                raise
            self._leave(leave)
            try:
                self._join(join)
            except faults.Rejected:
                self._join(steps.creation(RecordType.MEMBERSHIP, step.sourced_id, before, refs))
                raise
        else:
            self._leave(leave)
        return Done(remote_id=_membership_key(after, refs))

    def _remove(self, step: Step, refs: steps.Refs) -> Outcome:
        remote_id = step.remote_id or RemoteId("")
        if step.record_type is RecordType.LESSON and entries_of_lesson(self._client, remote_id):
            return Refused(code="marks_present")
        if step.record_type in _GROUPS and lessons_of_group(self._client, remote_id, self._year):
            return Refused(code="lessons_present")
        self._leave(steps.removal(step.record_type, step.sourced_id, remote_id, step.before or {}, refs))
        return Done(remote_id=step.remote_id)

    def _join(self, call: steps.Call) -> None:
        """The membership exists; one that was there already is as good."""
        try:
            self._call(call)
        except faults.Rejected as error:
            if error.code != _ALREADY_MEMBER:
                raise

    def _leave(self, call: steps.Call) -> None:
        """The object is gone; one that was gone already is as good."""
        try:
            self._call(call)
        except faults.Rejected as error:
            if error.code != _NO_SUCH:
                raise

    def _call(self, call: steps.Call) -> Any:
        return _patiently(lambda: getattr(self._imports, call.method)(*call.arguments))

    def _area_now(self, subject: str) -> str:
        """The service takes no change of a name alone: the area it has is sent back."""
        assert self._imports is not None
        return next((one.area for one in self._imports.subjects() if one.key == subject), "")


def _membership_key(fields: Mapping[str, Any], refs: steps.Refs) -> RemoteId:
    return roster.pair_key(refs.needed(fields["person"]), refs.needed(fields["group"]))


def _patiently(call: Callable[[], Any]) -> Any:
    """The call's result, sent again only while the diary says that it did not look at it."""
    for _ in range(THROTTLE_REPEATS):
        try:
            return call()
        except faults.Throttled:
            continue
    return call()


def _settled(carry_out: Callable[[], Outcome]) -> Outcome:
    try:
        return carry_out()
    except steps.Unnamed as error:
        return Refused(code=error.code)
    except faults.InDoubt as error:
        return InDoubt(text=str(error))
    except faults.Rejected as error:
        return Refused(code=error.code or "rejected", text=error.what, request_id=error.request_id)
    except faults.Fault as error:
        code = next((name for kind, name in _REFUSALS if isinstance(error, kind)), "unavailable")
        return Refused(code=code, text=error.what, request_id=error.request_id)


_REFUSALS: tuple[tuple[type[faults.Fault], str], ...] = (
    (faults.Throttled, "throttled"),
    (faults.Unauthorised, "unauthorised"),
    (faults.Forbidden, "forbidden"),
    (faults.NotFound, "no_import_service"),
)
