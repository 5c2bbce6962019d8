"""Cells of a NIKA timetable: parallel lists of subjects, teachers, groups and rooms, or single values for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sources.nika_json import shown
from connectors.sources.nika_wire import CANCELLED, NikaEntry
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIELDS = ("s", "t", "g", "r")
_MOST = 99
"""Groups of one class in one hour, generously."""


@dataclass
class Reader:
    """Walks the object and collects flaws. Places are paths: «file:CLASS_SCHEDULE/50/001/401»."""

    source: str
    flaws: list[Flaw] = field(default_factory=list)

    def where(self, *path: str) -> str:
        return f"{self.source}:{'/'.join(part[:20] for part in path)}"

    def flaw(self, code: str, raw: str, *path: str, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=self.where(*path), raw=raw[:60], blocks=blocks))

    def table(self, value: Any, *path: str) -> Mapping[str, Any]:
        """The object of that place, empty for none; anything else is a flaw."""
        if isinstance(value, dict):
            return value
        if value not in (None, "", []):
            self.flaw("SHAPE_BAD", type(value).__name__, *path, blocks=True)
        return {}

    def text(self, value: Any, *path: str) -> str:
        """The text of that place; nothing for null."""
        if isinstance(value, str):
            return shown(value)
        if value is not None:
            self.flaw("SHAPE_BAD", type(value).__name__, *path, blocks=True)
        return ""

    def names(self, value: Any, *path: str) -> dict[str, str]:
        """Names by their ids; one without a name is a flaw."""
        found = {}
        for key, name in self.table(value, *path).items():
            if text := self.text(name, *path, key):
                found[key] = text
            else:
                self.flaw("VALUE_MISSING", key, *path, key, blocks=True)
        return found

    def hours(self, value: Any, *path: str) -> Iterator[tuple[str, tuple[NikaEntry, ...]]]:
        """Each hour of an object with its entries."""
        for key, cell in self.table(value, *path).items():
            yield key, self.entries(cell, *path, key)

    def entries(self, cell: Any, *path: str) -> tuple[NikaEntry, ...]:
        """The entries of a cell. A single value belongs to every entry; lists of unequal length name no teacher."""
        if isinstance(cell, (str, list)):  # an hour may be the bare sign of a cancelled lesson
            cell = {"s": cell}
        told = self.table(cell, *path)
        lists = {name: self._values(told.get(name), *path, name) for name in _FIELDS}
        if unread := ", ".join(sorted(told.keys() - set(_FIELDS) - {"c"})):
            self.flaw("COLUMNS_IGNORED", unread, *path)
        count = max(map(len, lists.values()))
        if count > _MOST:
            self.flaw("SHAPE_BAD", str(count), *path, blocks=True)
            return ()
        unequal = {name for name, values in lists.items() if len(values) not in (0, 1, count)}
        if unequal:
            sizes = ", ".join(f"{name}={len(values)}" for name, values in lists.items())
            self.flaw("PAIRS_UNEQUAL", sizes, *path, blocks=True)
            lists["t"] = lists["r"] = []
        return tuple(
            NikaEntry(**{_ENTRY[name]: _at(values, index) for name, values in lists.items()}) for index in range(count)
        )

    def _values(self, value: Any, *path: str) -> list[str]:
        if isinstance(value, list):
            return [self.text(item, *path) for item in value]
        text = self.text(value, *path)
        return [text] if text else []


_ENTRY = {"s": "subject", "t": "teacher", "g": "group", "r": "room"}


def is_cancelled(entry: NikaEntry) -> bool:
    """There is no lesson in place of this one."""
    return entry.subject == CANCELLED


def _at(values: list[str], index: int) -> str:
    if len(values) == 1:
        return values[0]
    return values[index] if index < len(values) else ""
