"""What a register cell says: marks, absence and status in one canonical spelling, on paper and in the diary alike.

The words are data (`tables/vocabulary.toml`). A sign outside the vocabulary is kept as it stands and never guessed
(requirements.md B2: «·», «5-», «4+» are forbidden on paper).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from mappings.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AROUND_SLASH = re.compile(r"\s*/\s*")


class UnknownStatus(LookupError):
    """The diary names an attendance status that the vocabulary does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One cell, taken apart. `marks` keep the order of writing («4/5» is not «5/4»)."""

    marks: tuple[str, ...] = ()
    attendance: str = ""
    """One of «н», «нп», «уп», «б», «оп», or blank."""
    status: str = ""
    """One of «осв», «н/а», «зач», «незач», or blank."""
    illegal: tuple[str, ...] = ()
    """Signs outside the vocabulary and second, contradicting words, as written."""

    @property
    def text(self) -> str:
        """The canonical value: marks, attendance, status, joined by a space; blank when nothing legal is there."""
        return " ".join(part for part in (*self.marks, self.attendance, self.status) if part)


@dataclass(frozen=True, slots=True)
class _Words:
    marks: frozenset[str]
    attendance: Mapping[str, str]
    status: Mapping[str, str]
    look_alikes: Mapping[int, int]

    def knows(self, word: str) -> bool:
        return word in self.marks or word in self.attendance or word in self.status


@cache
def _words() -> _Words:
    table = read("vocabulary")
    letters = table["look_alikes"]
    return _Words(
        marks=frozenset(table["marks"]),
        attendance={spelling: token for token, spellings in table["attendance"].items() for spelling in spellings},
        status={spelling: token for token, spellings in table["status"].items() for spelling in spellings},
        look_alikes=str.maketrans(letters["latin"], letters["cyrillic"]),
    )


def lone_tokens() -> frozenset[str]:
    """Every canonical value of one token, and blank: what nearly every cell of a register holds."""
    words = _words()
    return frozenset({"", *words.marks, *words.attendance.values(), *words.status.values()})


@lru_cache(maxsize=4096)
def canonical(text: str) -> Tokens:
    """The cell `text` as tokens; case, Latin look-alikes, ё and kinds of space do not matter (requirements §F).

    Words are separated by spaces or «/» («5/4» is two marks), except the words that contain a slash («н/а»).
    """
    words = _words()
    marks: list[str] = []
    illegal: list[str] = []
    attendance = status = ""
    for raw in _split(text):
        word = _fold(raw)
        if word in words.marks:
            marks.append(word)
        elif (token := words.attendance.get(word)) and attendance in ("", token):
            attendance = token
        elif (token := words.status.get(word)) and status in ("", token):
            status = token
        else:
            illegal.append(raw)
    return Tokens(marks=tuple(marks), attendance=attendance, status=status, illegal=tuple(illegal))


def attendance_of_diary(status: str) -> str:
    """The attendance token of a diary status («Absent» → «н», «Attend» → blank). Raises UnknownStatus."""
    try:
        token: str = read("vocabulary")["diary_attendance"][status]
    except KeyError as error:
        raise UnknownStatus(status) from error
    return token


def _fold(word: str) -> str:
    return unicodedata.normalize("NFC", word).translate(_words().look_alikes).casefold().replace("ё", "е")


def _split(text: str) -> Iterator[str]:
    for chunk in _AROUND_SLASH.sub("/", text).split():
        yield from _split_slashes(chunk)


def _split_slashes(chunk: str) -> Iterator[str]:
    """Parts between slashes; neighbours stay together where the vocabulary has them as one word («н/а»).

    A slash with nothing beside it is a sign of its own, and an illegal one.
    """
    parts = [part for part in chunk.split("/") if part]
    place = 0
    while place < len(parts):
        pair = "/".join(parts[place : place + 2])
        if place + 1 < len(parts) and _words().knows(_fold(pair)):
            yield pair
            place += 2
            continue
        yield parts[place]
        place += 1
    if len(parts) <= chunk.count("/"):
        yield "/"
