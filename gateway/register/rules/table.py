"""The figures of the rules, each with the basis it rests on (R043): the product's table, or a school's over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mappings.tables import read
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = "register"
_TEXTS = "abbreviations"


class RulesWrong(ValueError):
    """A school's table of rules that cannot be followed; says which key."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Every figure by section and key: `rules.of("shift", "days")`; `basis` is a key of every section."""

    sections: Mapping[str, Mapping[str, Any]]

    def of(self, section: str, key: str) -> Any:
        return self.sections[section][key]

    @property
    def scale(self) -> frozenset[str]:
        return frozenset(self.of("scale", "marks"))

    @property
    def version(self) -> str:
        """What a report prints to name the rules it was made under: the first 12 digits of their digest."""
        return digest({name: dict(section) for name, section in self.sections.items()})[:12]


def rules_of(own: Mapping[str, Any] | None = None) -> Rules:
    """The product's figures, a school's own in their place. A section of the school names its basis.

    Raises RulesWrong for a section or key that there is not, a figure of another kind, or one without a basis.
    """
    sections: dict[str, Mapping[str, Any]] = {name: part for name, part in read(TABLE).items() if name != _TEXTS}
    for name, part in (own or {}).items():
        if name not in sections or not isinstance(part, dict):
            raise RulesWrong(name)
        if not str(part.get("basis", "")).strip():
            raise RulesWrong(f"{name}.basis")
        for key, value in part.items():
            if key not in sections[name] or not _like(value, sections[name][key]):
                raise RulesWrong(f"{name}.{key}")
        sections[name] = {**sections[name], **part}
    return Rules(sections)


def _like(value: Any, known: Any) -> bool:
    """A figure of the same kind: a whole number will do for a fraction, never «yes» for a number."""
    if isinstance(known, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    if isinstance(known, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value) and bool(value)
    return type(value) is type(known) and (not isinstance(value, int) or value >= 0)
