"""Names for ids: what a report calls a pupil, a teacher, a group, a subject, as the school's own files have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.names import shown_names
from state.records import Form, PersonName, Pupil, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.identity import SourcedId
    from state.records import Record
    from state.snapshot import Snapshot

_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Every lookup falls back to the id itself without its kind: a report never hides what it cannot name."""

    pupils: Mapping[SourcedId, str]
    """As `mappings.names.shown_names` tells the pupils of the school apart."""
    teachers: Mapping[SourcedId, PersonName]
    groups: Mapping[SourcedId, str]
    subjects: Mapping[SourcedId, str]

    def pupil(self, person: SourcedId) -> str:
        return self.pupils.get(person) or _bare(person)

    def teacher(self, person: SourcedId) -> str:
        known = self.teachers.get(person)
        return known.full if known else self.pupil(person)

    def initials(self, person: SourcedId) -> str:
        known = self.teachers.get(person)
        return known.initials if known else self.pupil(person)

    def group(self, group: SourcedId) -> str:
        return self.groups.get(group) or _bare(group)

    def subject(self, subject: SourcedId) -> str:
        return self.subjects.get(subject) or _bare(subject)


def directory(local: Snapshot[Record], others: Mapping[SourcedId, str]) -> Directory:
    """The names of the assembled school; `others` are display names of people its files do not know."""
    forms = {form.sourced_id: form.name for form in local.each(Form)}
    halves = {half.sourced_id: f"{forms.get(half.form, '')}, {half.name}" for half in local.each(Subgroup)}
    return Directory(
        pupils=dict(others) | shown_names({pupil.sourced_id: pupil.name for pupil in local.each(Pupil)}),
        teachers={staff.sourced_id: staff.name for staff in local.each(Staff)},
        groups={**forms, **halves},
        subjects={subject.sourced_id: subject.name for subject in local.each(Subject)},
    )


def by_alphabet(text: str) -> tuple[tuple[int, str], ...]:
    """Sort key of a shown name: «7Б» before «10А», ё as е."""
    folded = text.casefold().replace("ё", "е")
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(folded) if part)


def _bare(sourced_id: SourcedId) -> str:
    return sourced_id.partition(":")[2] or sourced_id
