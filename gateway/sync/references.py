"""What a step refers to, and whether the diary has it yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.sync.changes import BIND, FIRST_CONTACT
from gateway.sync.values import Action, Route, Waiting
from mappings.references import GROUPS, REFERENCES, foreign_remote_id
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gateway.sync.fields import Fields
    from gateway.sync.values import Step
    from state.identity import IdentityLink, RemoteId, SourcedId

_OPTIONAL = {(RecordType.FORM, "bells"), (RecordType.FORM, "tutor")}
"""A form is made without these; the next plan adds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A step whose references the diary has; optional ones it lacks are taken out of `step.after`."""

    step: Step
    refs: Mapping[SourcedId, RemoteId]


class Directory:
    """The diary's ids of everything a step may name, growing as steps take effect."""

    def __init__(self, links: Iterable[IdentityLink], steps: Sequence[Step]) -> None:
        self._links: dict[tuple[str, str], IdentityLink] = {}
        self.add(links)
        self._unbound = {step.sourced_id for step in steps if _hands_over_identity(step)}

    def add(self, links: Iterable[IdentityLink]) -> None:
        self._links.update({(link.record_type, link.sourced_id): link for link in links})

    def is_ours(self, group: SourcedId) -> bool:
        """True for a form or subgroup that we made, which therefore carries our GUID."""
        return any((link := self._links.get((kind, group))) is not None and link.ours for kind in GROUPS)

    def find(self, targets: Iterable[RecordType], sourced_id: SourcedId) -> RemoteId | None:
        """None while the object is not in the diary, or is a person the diary does not know by our GUID yet."""
        foreign = foreign_remote_id(sourced_id)
        if foreign is not None or sourced_id in self._unbound:
            return foreign
        keys = ((kind, sourced_id) for kind in targets)
        return next((self._links[key].remote_id for key in keys if key in self._links), None)

    def known(self, steps: Iterable[Step]) -> dict[SourcedId, RemoteId]:
        """The diary's ids of everything these steps name, as far as it has them."""
        named = {(sourced_id, targets) for step in steps for _field, targets, sourced_id in _named(step)}
        found = ((sourced_id, self.find(targets, sourced_id)) for sourced_id, targets in sorted(named))
        return {sourced_id: remote_id for sourced_id, remote_id in found if remote_id is not None}

    def prepare(self, step: Step) -> Ready | Waiting:
        """The step with the diary's ids for all it names, or what it has to wait for."""
        refs: dict[SourcedId, RemoteId] = {}
        missing: list[SourcedId] = []
        lacking: list[tuple[str, SourcedId]] = []
        for field, targets, sourced_id in _named(step):
            found = self.find(targets, sourced_id)
            if found is not None:
                refs[sourced_id] = found
            elif _may_lack(step, field, sourced_id):
                lacking.append((field, sourced_id))
            else:
                missing.append(sourced_id)
        if missing:
            return Waiting(missing=tuple(sorted(set(missing))))
        return Ready(step=dataclasses.replace(step, after=_without(step.after, lacking)), refs=refs)


def _hands_over_identity(step: Step) -> bool:
    """True for a person who gets our GUID only when somebody uploads the workbook of this very plan."""
    return step.route is Route.FILE and (step.action is Action.CREATE or step.reason in {BIND, FIRST_CONTACT})


def _named(step: Step) -> Iterator[tuple[str, tuple[RecordType, ...], SourcedId]]:
    for field, targets in REFERENCES.get(step.record_type, {}).items():
        for fields in (step.before, step.after):
            for sourced_id in _listed((fields or {}).get(field)):
                yield field, targets, sourced_id


def _listed(value: Any) -> Sequence[SourcedId]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _may_lack(step: Step, field: str, sourced_id: SourcedId) -> bool:
    """A second teacher may be missing, the first may not: such a lesson would have to be changed soon."""
    if field == "teachers":
        lead: list[str] = (step.after or {}).get("teachers", [])[:1]
        return lead != [sourced_id]
    return (step.record_type, field) in _OPTIONAL


def _without(after: Fields | None, lacking: Iterable[tuple[str, SourcedId]]) -> Fields | None:
    if after is None:
        return None
    reduced = dict(after)
    for field, sourced_id in lacking:
        value = reduced.get(field)
        reduced[field] = [item for item in value if item != sourced_id] if isinstance(value, list) else None
    return reduced
