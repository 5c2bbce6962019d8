"""What one side knows of one person, in the only shape in which people are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from state.records import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person of one side. `key` is unique within the side; every other blank means "not known", never "none"."""

    key: str
    name: PersonName
    birth_date: date | None = None
    snils: str = ""
    personal_file: str = ""
    """Unique within one school: both sides must speak of the same school."""
    sex: str = ""
    forms: frozenset[str] = field(default_factory=frozenset)
    """Names of forms in the house spelling."""
    position: str = ""
    pupil: str = ""
    """Of a guardian: the pupil's id, the same on both sides. Guardians of different pupils are never compared."""
    handed: bool = False
    """Our side: put into the diary by us, and not linked yet."""
    forsaken: bool = False
    """Their side: linked to somebody our files no longer hold."""
