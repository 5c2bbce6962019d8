"""What all wire models share: ids as text, lists that may be null, words of a vocabulary, and fields kept unread.

Every id has a number and, where the diary gives one, a text twin; the number exceeds 2^53, so a key is always text
(models.md, Conventions). Fields of the answer that a model does not declare stay in its `model_extra`: those of
`UNREAD` are described in models.md, any other is one that nobody knows (connectors.dnevnik.unfamiliar).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

Number = int | str | None
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Keys = Annotated[tuple[int | str, ...], BeforeValidator(lambda value: () if value is None else value)]
"""A list of ids; the diary sends null as well as [] (models.md, Nulls vs absence)."""
Word = str | int | None
"""A word of a vocabulary that we only look at; a list nobody closed may hold numbers too."""


@dataclass(frozen=True, slots=True)
class Known:
    """The words of a vocabulary that the evidence knows (models.md, Vocabularies); blank is always known."""

    words: frozenset[object]

    @staticmethod
    def of(words: str) -> Known:
        """From words parted by blanks. Case is that of models.md, or lower: /marks/values spells them so."""
        spelt = words.split()
        return Known(frozenset({None, "", *spelt, *map(str.lower, spelt)}))


def names(text: str) -> frozenset[str]:
    """Field names parted by blanks."""
    return frozenset(text.split())


def twins(text: str) -> frozenset[str]:
    """The same, each with its text twin."""
    return frozenset(name for plain in text.split() for name in (plain, f"{plain}_str"))


def key_of(text: str | None, number: Number) -> str:
    """The text twin, else the number as text; blank: none."""
    return text or ("" if number is None else str(number))


def keys_of(texts: tuple[int | str, ...], numbers: tuple[int | str, ...]) -> tuple[str, ...]:
    return tuple(map(str, texts or numbers))


class Wire(BaseModel):
    """`UNREAD`: fields models.md describes and Sverka does not read."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)
    UNREAD: ClassVar[frozenset[str]] = frozenset()


class Keyed(Wire):
    """What has an id of its own."""

    id: Number = None
    id_str: str | None = None

    @property
    def key(self) -> str:
        return key_of(self.id_str, self.id)
