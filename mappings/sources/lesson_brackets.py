"""Rooms told from parts of a subject's name: «(215)», «(спорт.зал)», «(БАС)» are rooms, «Труд (технология)» is a name.

The file itself is asked first: the sheet of teachers holds nothing but rooms in its brackets. Then the words of
`tables/lesson_grid.toml`; then the file again, because a room hosts several subjects. What stays unclear is part of the
name, as written, and is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from mappings.sources.lesson_cells import brackets, joined_lines, rooms_of
from mappings.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBERED = re.compile(
    r"(?:каб|кабинет|к|ауд|аудитория|корп|корпус|зал|мастерская|лаб|№)?№?[а-яa-z]?-?\d{1,4}(?:[-/]\d{1,4})?-?[а-яa-z]?"
)
_SEVERAL = 3
"""So many different subjects in one place make it a room."""
_SIGNS = re.compile(r"[\s.]+")


@lru_cache(maxsize=1 << 14)
def key(text: str) -> str:
    """Compared without case, ё, spaces and dots."""
    return _SIGNS.sub("", text.casefold().replace("ё", "е"))


class Brackets:
    """What the brackets of one file mean. `doubtful` are those nothing decides."""

    def __init__(self, cells: Iterable[Sequence[str]], rooms_of_teachers: Iterable[str]) -> None:
        table = read("lesson_grid")
        self._rooms = {key(word) for word in table["rooms"]}
        self._words = {key(word) for word in table["subject_words"]}
        self._subjects = {key(name) for name in table["subjects"]}
        self._sure = {key(room) for room in rooms_of_teachers}
        self._hosted: dict[str, set[str]] = defaultdict(set)
        """Bracket → the names before it."""
        self._followed: set[tuple[str, str]] = set()
        """(name, bracket) that another bracket follows: the later one is the room."""
        self._look(cells)
        self.doubtful: set[tuple[str, str]] = set()

    def is_room(self, before: str, inside: str) -> bool:
        """Whether the bracket behind `before` names rooms."""
        name, content = key(before), key(inside)
        told = self._told(name, content, rooms_of(inside))
        if told is None:
            self.doubtful.add((before, inside))
        return bool(told)

    def _told(self, name: str, content: str, parts: Sequence[str]) -> bool | None:
        if parts and all(key(part) in self._sure for part in parts):
            return True
        if f"{name}({content})" in self._subjects:
            return False
        if parts and all(self._looks_like_room(part) for part in parts):
            return True
        if content in self._words or (name, content) in self._followed or self._sure:
            return False
        return True if len(self._hosted[content]) >= _SEVERAL else None

    def _looks_like_room(self, part: str) -> bool:
        return key(part) in self._rooms or _NUMBERED.fullmatch(key(part)) is not None

    def _look(self, cells: Iterable[Sequence[str]]) -> None:
        for lines in cells:
            for line in joined_lines(lines):
                self._look_at(line)

    def _look_at(self, line: str) -> None:
        last: tuple[str, str] | None = None
        for before, inside in brackets(line):
            if not inside:
                continue
            if last and not before.strip():
                self._followed.add(last)
                last = None
                continue
            last = key(before.lstrip(" ,;/")), key(inside)
            self._hosted[last[1]].add(last[0])
