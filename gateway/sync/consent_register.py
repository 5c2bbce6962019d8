"""The register of consents as the school reads it: who has one, who withdrew it, and what the diary still holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.faultmap import in_our_words
from gateway.sync.consent import still_there, withhold
from state.consents import granted, withdrawals
from state.records import Form, Guardian, Membership, Pupil, Staff

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from gateway.sync.planning import LocalSide
    from gateway.sync.values import StillThere
    from state.identity import SourcedId
    from state.records import Consent, Record
    from state.snapshot import Snapshot
    from state.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of a group's people have a consent today. `group` is a form's name; blank for who is in no form."""

    group: str
    people: int
    given: int
    withdrawn: int
    """Given once and withdrawn since; the rest never gave one."""

    @property
    def missing(self) -> int:
        return self.people - self.given - self.withdrawn

    def as_json(self) -> dict[str, Any]:
        told = {"people": self.people, "given": self.given, "withdrawn": self.withdrawn, "missing": self.missing}
        return {"group": self.group, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    forms: tuple[Share, ...]
    """Pupils by form, those in no form last."""
    staff: Share

    @property
    def pupils(self) -> Share:
        """All pupils together."""
        return Share(
            group="",
            people=sum(share.people for share in self.forms),
            given=sum(share.given for share in self.forms),
            withdrawn=sum(share.withdrawn for share in self.forms),
        )


def register_of(local: LocalSide, today: date) -> Register:
    """The state of the register today."""
    snapshot = local.snapshot
    holding, ended = granted(local.consents, today), set(withdrawals(local.consents, today))
    seats = _forms_of(snapshot)
    names = {form.sourced_id: form.name for form in snapshot.each(Form)}
    grades = {form.name: form.grade for form in snapshot.each(Form)}
    by_form: dict[str, list[SourcedId]] = {}
    for pupil in snapshot.each(Pupil):
        by_form.setdefault(names.get(seats.get(pupil.sourced_id, pupil.sourced_id), ""), []).append(pupil.sourced_id)
    ordered = sorted(by_form, key=lambda name: (not name, grades.get(name, 0), name))
    return Register(
        forms=tuple(_share(name, by_form[name], holding, ended) for name in ordered),
        staff=_share("", [person.sourced_id for person in snapshot.each(Staff)], holding, ended),
    )


def _share(
    group: str, people: Sequence[SourcedId], holding: Collection[SourcedId], ended: Collection[SourcedId]
) -> Share:
    counts = Counter("given" if one in holding else "withdrawn" if one in ended else "missing" for one in people)
    return Share(group=group, people=len(people), given=counts["given"], withdrawn=counts["withdrawn"])


def _forms_of(snapshot: Snapshot[Record]) -> Mapping[SourcedId, SourcedId]:
    forms = {form.sourced_id for form in snapshot.each(Form)}
    return {seat.person: seat.group for seat in snapshot.each(Membership) if seat.group in forms}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """Somebody without a consent whose data the diary holds, by name."""

    name: str
    folder: str
    """Where the paper lies."""
    there: StillThere

    def as_json(self) -> dict[str, Any]:
        return {
            "subject": self.there.subject,
            "name": self.name,
            "withdrawn": self.there.withdrawn,
            "folder": self.folder,
            "objects": [
                {"record_type": one.record_type.value, "sourced_id": one.sourced_id, "remote_id": one.remote_id}
                for one in self.there.objects
            ],
        }


def remaining(store: Store, local: LocalSide, today: date) -> tuple[Remaining, ...]:
    """What the diary is known to hold of people without a consent; it is not asked, and nothing of it is touched."""
    cleared = withhold(local.snapshot, local.consents, today)
    with in_our_words(), store.begin() as work:
        found = still_there(cleared, local.consents, work.links(), work.baselines())
    people: list[Pupil | Staff | Guardian] = [
        *local.snapshot.each(Pupil),
        *local.snapshot.each(Staff),
        *local.snapshot.each(Guardian),
    ]
    names = {person.sourced_id: person.name.full for person in people}
    folders = _folders(local.consents)
    return tuple(
        Remaining(
            name=names.get(there.subject, there.subject.partition(":")[2]),
            folder=folders.get(there.subject, ""),
            there=there,
        )
        for there in found
    )


def _folders(consents: Sequence[Consent]) -> Mapping[SourcedId, str]:
    return {consent.subject: consent.folder for consent in consents if consent.folder}
