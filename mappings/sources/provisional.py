"""Names of things one file cannot know alone: the school year, and who a person of another file is.

A part keeps forms under year 0 and people by what its row says of them; `assemble` turns both into final ids.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean
from state.identity import SourcedId, form_id, subgroup_id

if TYPE_CHECKING:
    from typing import Literal

UNDATED = 0
ANY_DIVISION = "*"
"""The division of a subgroup that a file names without it."""
_MARK = "who:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReference:
    """A person as a row of another file names them; blank parts are not told."""

    kind: Literal["pupil", "staff", "guardian"]
    name: str
    file: str = ""
    birth_date: date | None = None

    def as_id(self) -> SourcedId:
        born = self.birth_date.isoformat() if self.birth_date else ""
        told = [self.kind, clean(self.name), self.file, born]
        return SourcedId(_MARK + json.dumps(told, ensure_ascii=False))


def read_reference(sourced_id: SourcedId) -> PersonReference | None:
    """The reference an id carries; None for a final id."""
    if not sourced_id.startswith(_MARK):
        return None
    kind, name, file, born = json.loads(sourced_id.removeprefix(_MARK))
    return PersonReference(kind=kind, name=name, file=file, birth_date=date.fromisoformat(born) if born else None)


def undated_form(text: str) -> SourcedId:
    """The form that `text` names, in whatever school year the part will be used."""
    return form_id(UNDATED, parse_form(text).name)


def undated_subgroup(form: str, division: str, name: str) -> SourcedId:
    return subgroup_id(undated_form(form), division, name)


def dated(group: SourcedId, school_year: int) -> SourcedId:
    """The form or subgroup of the school year; any other id stays."""
    for kind in ("form", "subgroup"):
        head = f"{kind}:{UNDATED}:"
        if group.startswith(head):
            return SourcedId(f"{kind}:{school_year}:{group.removeprefix(head)}")
    return group
