"""A diary in memory that keeps the hosted diary's rules: the Target for tests of the push engine.

Kept: server ids for bells, calendars, periods, subjects and lessons, so that a repeated create makes a second object;
caller's GUIDs for forms, subgroups and persons; unknown references are refused; people enter only by the workbook; an
answer may be lost, late, or never written, on demand. Everything that reaches it is remembered, to ask about later.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.ports import PersonMatch
from gateway.sync.values import (
    Action,
    Capabilities,
    Done,
    InDoubt,
    Refused,
    Route,
    TypeCapability,
)
from mappings.names import normalise_name
from mappings.references import REFERENCES
from state.identity import RemoteId, SourcedId
from state.records import RECORD_CLASSES, PersonName, RecordType, canonical_json, from_plain
from state.snapshot import RemoteRecord, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gateway.ports import PersonQuery
    from gateway.sync.values import Outcome, Step
    from state.snapshot import Scope

SERVED, FILED = Route.IMPORT_SERVICE, Route.FILE
BY_GUID = frozenset({RecordType.FORM, RecordType.SUBGROUP})
GROUPS = (RecordType.FORM, RecordType.SUBGROUP)
WHOLE = frozenset(RecordType) - {RecordType.PUPIL, RecordType.GUARDIAN}


def _served(*fields: str, **more: Any) -> TypeCapability:
    return TypeCapability(create=SERVED, update=SERVED, delete=SERVED, fields=frozenset(fields), **more)


def _filed(*fields: str, write_only: frozenset[str]) -> TypeCapability:
    return TypeCapability(create=FILED, update=FILED, fields=frozenset(fields), write_only=write_only)


CAPABILITIES = Capabilities(
    profile="memory",
    types={
        RecordType.BELL_SCHEDULE: _served("name", "bells"),
        RecordType.CALENDAR: _served("name", "kind", "school_year"),
        RecordType.GRADING_PERIOD: _served("calendar", "name", "number", "starts", "ends"),
        RecordType.SUBJECT: _served("name", write_only=frozenset({"area"})),
        RecordType.STAFF: _filed("name", write_only=frozenset({"birth_date", "snils", "email"})),
        RecordType.PUPIL: _filed("name", write_only=frozenset({"birth_date", "snils"})),
        RecordType.GUARDIAN: _filed("pupil", "name", "kinship", write_only=frozenset({"phone"})),
        RecordType.FORM: _served("name", "grade", "calendar", "bells"),
        RecordType.SUBGROUP: TypeCapability(
            create=SERVED, update=Route.PERSON, delete=SERVED, fields=frozenset({"name", "form"})
        ),
        RecordType.MEMBERSHIP: _served("person", "group"),
        RecordType.LESSON: _served("group", "subject", "day", "number", "lead_teacher"),
    },
)


class Crash(BaseException):
    """The machine dies here: nothing after it is written down."""


class MemoryTarget:
    """`faults` are taken one per write: `answer_lost`, `never_written`, `late`, `crash_before`, `crash_after`,
    or the code of a refusal."""

    def __init__(self, capabilities: Capabilities = CAPABILITIES) -> None:
        self.capabilities = capabilities
        self.objects: dict[RecordType, dict[RemoteId, dict[str, Any]]] = {kind: {} for kind in RecordType}
        self.guids: dict[SourcedId, RemoteId] = {}
        self.faults: list[str] = []
        self.heard: list[str] = []
        """Every step, question and workbook row that reached the diary, as text."""
        self.writes: Counter[tuple[Action, RecordType]] = Counter()
        self.reads = 0
        self.whole = WHOLE
        """The types of which its lists show everything."""
        self.makers: dict[RemoteId, SourcedId] = {}
        """Which of our records each object was made for."""
        self._late: list[Step] = []
        self._late_refs: list[Mapping[SourcedId, RemoteId]] = []
        self._next = 1000
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    # --- the port -----------------------------------------------------------------------------------------------------

    def snapshot(self, scope: Scope, progress: Any = None) -> Snapshot[RemoteRecord]:
        self.reads += 1
        return Snapshot(
            scope=scope,
            records={kind: tuple(self._shown(kind, scope)) for kind in RecordType},
            complete=self.whole,
        )

    def find_persons(
        self, queries: Sequence[PersonQuery], progress: Any = None
    ) -> Mapping[SourcedId, tuple[PersonMatch, ...]]:
        self.heard.extend(query.sourced_id for query in queries)
        return {query.sourced_id: tuple(self._matches(query)) for query in queries}

    def perform(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> Outcome:
        with self._lock:
            self.heard.append(canonical_json([step.step_id, step.before, step.after, sorted(refs)]).decode())
            fault = self.faults.pop(0) if self.faults else ""
            match fault:
                case "crash_before":
                    raise Crash
                case "never_written":
                    return InDoubt(text="no connection")
                case "late":
                    self._late.append(step)
                    self._late_refs.append(refs)
                    return InDoubt(text="no answer")
                case "" | "answer_lost" | "crash_after":
                    outcome = self._carry_out(step, refs)
                case code:
                    return Refused(code=code)
            if fault == "crash_after":
                raise Crash
            return InDoubt(text="no answer") if fault else outcome

    def write_person_file(self, steps: Sequence[Step], path: Path, refs: Mapping[SourcedId, RemoteId]) -> None:
        rows = [
            {
                "kind": step.record_type.value,
                "guid": step.sourced_id,
                "person": step.remote_id,
                "fields": step.after,
            }
            for step in steps
        ]
        self.heard.append(canonical_json(rows).decode())
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    # --- what people do in the diary ----------------------------------------------------------------------------------

    def land(self) -> None:
        """Late writes take effect now."""
        for step, refs in zip(self._late, self._late_refs, strict=True):
            self._carry_out(step, refs)
        self._late, self._late_refs = [], []

    def upload(self, path: Path) -> None:
        """The administrator uploads the workbook: GUIDs are bound, people made or updated, nobody doubled."""
        for row in json.loads(path.read_text(encoding="utf-8")):
            kind, guid = RecordType(row["kind"]), SourcedId(row["guid"])
            fields = dict(row["fields"])
            if kind is RecordType.GUARDIAN:
                if fields["pupil"] not in self.guids:
                    continue
                fields["pupil"] = self.guids[fields["pupil"]]
            remote_id = row["person"] or self.guids.get(guid) or self._id()
            self.guids[guid] = RemoteId(remote_id)
            self.objects[kind].setdefault(RemoteId(remote_id), {}).update(fields)

    def add(self, kind: RecordType, /, **fields: Any) -> RemoteId:
        """Somebody enters an object by hand; references are the diary's ids."""
        remote_id = self._id()
        if kind is RecordType.MEMBERSHIP:
            remote_id = RemoteId(f"{fields['person']}@{fields['group']}")
        self.objects[kind][remote_id] = fields
        return remote_id

    def edit(self, kind: RecordType, remote_id: RemoteId, /, **fields: Any) -> None:
        self.objects[kind][remote_id].update(fields)

    def remove(self, kind: RecordType, remote_id: RemoteId) -> None:
        del self.objects[kind][remote_id]

    def content(self) -> dict[str, list[str]]:
        """Everything without the diary's ids: equal content is equal."""
        return {
            kind.value: sorted(self._spelled(kind, row) for row in self.objects[kind].values()) for kind in RecordType
        }

    # --- inside -------------------------------------------------------------------------------------------------------

    def _id(self) -> RemoteId:
        self._next += 1
        return RemoteId(str(self._next))

    def _shown(self, kind: RecordType, scope: Scope) -> list[RemoteRecord]:
        compared = self.capabilities.of(kind).fields
        rows = []
        for remote_id, fields in self.objects[kind].items():
            if kind is RecordType.LESSON and not (
                scope.lessons_from.isoformat() <= fields["day"] <= scope.lessons_to.isoformat()
            ):
                continue
            record = _record(kind, remote_id, fields, compared)
            rows.append(RemoteRecord(remote_id=remote_id, record=record, user_id=f"u{remote_id}"))
        if kind is RecordType.PUPIL:
            members = {row["person"] for row in self.objects[RecordType.MEMBERSHIP].values()}
            return [row for row in rows if row.remote_id in members]
        return rows

    def _matches(self, query: PersonQuery) -> list[PersonMatch]:
        found = []
        for remote_id, fields in self.objects[query.record_type].items():
            name = PersonName(**fields["name"])
            if query.pupil is not None and fields.get("pupil") != query.pupil:
                continue
            if normalise_name(name.full) == normalise_name(query.name.full):
                born = date.fromisoformat(fields["birth_date"]) if fields.get("birth_date") else None
                found.append(PersonMatch(remote_id=remote_id, user_id=f"u{remote_id}", name=name, birth_date=born))
        return found

    def _carry_out(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> Outcome:
        self.writes[step.action, step.record_type] += 1
        refusal = self._refusal(step, refs)
        if refusal:
            return Refused(code=refusal)
        match step.action:
            case Action.CREATE:
                return Done(remote_id=self._create(step, refs))
            case Action.UPDATE:
                return self._update(step, refs)
            case Action.MOVE:
                self.objects[step.record_type].pop(step.remote_id, None)
                return Done(remote_id=self._create(step, refs))
            case _:
                self.objects[step.record_type].pop(step.remote_id, None)
                return Done(remote_id=step.remote_id)

    def _refusal(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> str:
        """Persons and groups are named by GUID, everything else by the diary's id; both must exist."""
        for field, targets in REFERENCES.get(step.record_type, {}).items():
            value = (step.after or {}).get(field)
            for item in value if isinstance(value, list) else [value] if value else []:
                remote_id = refs.get(item)
                if remote_id is None or not any(remote_id in self.objects[kind] for kind in targets):
                    return "unknownId"
                named_by_guid = {RecordType.PUPIL, RecordType.STAFF}.intersection(targets) or targets == GROUPS
                if named_by_guid and not item.startswith("remote:") and item not in self.guids:
                    return "unknownGuid"
        return ""

    def _create(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> RemoteId:
        fields = _named_here(step.after or {}, step.record_type, refs)
        if step.record_type is RecordType.MEMBERSHIP:
            return self.add(RecordType.MEMBERSHIP, **fields)
        known = self.guids.get(step.sourced_id) if step.record_type in BY_GUID else None
        if known is not None and known in self.objects[step.record_type]:
            return known
        remote_id = self.add(step.record_type, **fields)
        self.makers[remote_id] = step.sourced_id
        if step.record_type in BY_GUID:
            self.guids[step.sourced_id] = remote_id
        return remote_id

    def _update(self, step: Step, refs: Mapping[SourcedId, RemoteId]) -> Outcome:
        if step.remote_id not in self.objects[step.record_type]:
            return Refused(code="unknownId")
        self.objects[step.record_type][step.remote_id].update(_named_here(step.after or {}, step.record_type, refs))
        return Done(remote_id=step.remote_id)

    def _spelled(self, kind: RecordType, fields: dict[str, Any]) -> str:
        shown = {name: value for name, value in fields.items() if name != "lead_teacher"}
        for name, targets in REFERENCES.get(kind, {}).items():
            value = shown.get(name)
            if isinstance(value, list):
                shown[name] = [self._name(targets, item) for item in value]
            elif value:
                shown[name] = self._name(targets, value)
        return canonical_json(shown).decode()

    def _name(self, targets: Sequence[RecordType], remote_id: RemoteId) -> Any:
        return next((self.objects[kind][remote_id]["name"] for kind in targets if remote_id in self.objects[kind]), "?")


def _named_here(fields: Mapping[str, Any], kind: RecordType, refs: Mapping[SourcedId, RemoteId]) -> dict[str, Any]:
    """The payload with the diary's ids; the diary keeps one teacher."""
    own = dict(fields)
    own.pop("lead_teacher", None)
    for name in REFERENCES.get(kind, {}):
        value = own.get(name)
        if isinstance(value, list):
            own[name] = [refs[item] for item in value[:1]]
        elif value:
            own[name] = refs[value]
    return own


def _record(kind: RecordType, remote_id: RemoteId, fields: Mapping[str, Any], compared: frozenset[str]) -> Any:
    cls = RECORD_CLASSES[kind]
    names = {field.name for field in dataclasses.fields(cls)}
    shown = compared | {"teachers", "name"} if kind is RecordType.LESSON else compared
    plain = {name: value for name, value in fields.items() if name in names & shown}
    if kind is RecordType.PUPIL:
        plain["personal_file"] = ""
    return from_plain(cls, {**plain, "sourced_id": remote_id})
