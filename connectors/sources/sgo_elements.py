"""Elements of a TimeTableExchange file whatever the case of their names, and the names of those nobody asked for.

The older generation was seen through an HTML parser: its tags and attributes are in lower case (formats.md §2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

_PERSONAL = ("birth", "dob", "mail", "phone", "mobile", "tel", "snils", "passport", "address", "login", "passw")
"""Beginnings of attributes about people that no timetable needs (formats.md, fact 5)."""


def tag_of(element: _Element) -> str:
    """The name in lower case, without a namespace."""
    return str(element.tag).rpartition("}")[2].lower()


@dataclass
class Elements:
    """Reads elements of one file and collects flaws."""

    source: str
    flaws: list[Flaw] = field(default_factory=list)
    unread: dict[str, tuple[_Element, set[str]]] = field(default_factory=dict)

    def where(self, element: _Element) -> str:
        return f"{self.source}:{element.sourceline}"

    def flaw(self, code: str, element: _Element, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=self.where(element), raw=raw, blocks=blocks))

    def children(self, parent: _Element, *tags: str) -> Iterator[_Element]:
        """The child elements of those names, in order; any other one is a flaw."""
        for element in parent.iterchildren("*"):
            if tag_of(element) in tags:
                yield element
            else:
                self.flaw("TABLE_UNKNOWN", element, f"{tag_of(parent)}/{tag_of(element)}: {len(element)}", blocks=True)

    def leaf(self, element: _Element, *taken: str) -> Mapping[str, str]:
        """The attributes asked for, blank where absent; what is inside an element that should be empty is a flaw."""
        for _ in self.children(element):
            pass
        return self.attributes(element, *taken)

    def attributes(self, element: _Element, *taken: str) -> Mapping[str, str]:
        """The same of an element with children. Other filled attributes, and text, are kept for `name_unread`."""
        held = {str(name).rpartition("}")[2].lower(): str(text).strip() for name, text in element.items()}
        others = {name for name in held.keys() - set(taken) if held[name]}
        if str(element.text or "").strip() or any(str(child.tail or "").strip() for child in element):
            others.add("текст")
        if others:
            self.unread.setdefault(tag_of(element), (element, set()))[1].update(others)
        return {name: held.get(name, "") for name in taken}

    def require(self, element: _Element, values: Mapping[str, str], *names: str) -> bool:
        """False, with a flaw, where one of them is blank."""
        blank = [name for name in names if not values[name]]
        for name in blank[:1]:
            self.flaw("VALUE_MISSING", element, name, blocks=True)
        return not blank

    def number(self, element: _Element, values: Mapping[str, str], name: str, highest: int) -> int | None:
        """A whole number up to `highest`; None, with a flaw, otherwise."""
        text = values[name]
        if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= highest:
            return int(text)
        self.flaw("NUMBER_BAD", element, f"{name}={text[:20]}", blocks=True)
        return None

    def name_unread(self) -> None:
        """Names the attributes nobody took, once for each kind of element."""
        for tag, (element, names) in self.unread.items():
            personal = {name for name in names if name.startswith(_PERSONAL)}
            for name in sorted(personal):
                self.flaw("PERSONAL_DROPPED", element, f"{tag}.{name}")
            if plain := ", ".join(sorted(names - personal)):
                self.flaw("COLUMNS_IGNORED", element, f"{tag}: {plain}")
