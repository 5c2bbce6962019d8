"""The sheet «по учителям»: the same grid with teachers' names in place of subjects, and the same rooms.

The rooms of both sheets agree, so a room tells which half of a form is whose (formats.md §2b).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mappings.names import clean, normalise_name, parse_name
from mappings.sources.lesson_brackets import key
from mappings.sources.lesson_cells import items, joined_lines, names_of
from mappings.tables import read
from state.identity import SourcedId, staff_id
from state.records import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from connectors.sources.lesson_grid_wire import GridSheet
    from mappings.sources.lesson_cells import Share
    from mappings.sources.notes import Notes

_WORD = r"[А-ЯЁA-Z][\w'’ʼ-]*"
_INITIALS = r"[А-ЯЁA-Z][а-яёa-z]{0,2}\s*\.[.\s]*"
_NAME = re.compile(
    rf"{_WORD}(?:\s+{_WORD}){{0,3}}(?:\s+(?:{_INITIALS}){{1,2}}[А-ЯЁA-Z]?)?|(?:{_INITIALS}){{1,2}}\s*{_WORD}"
)
_SHORT = re.compile(rf"{_WORD}\s+{_INITIALS}|{_INITIALS}")


class Taught(NamedTuple):
    """One teacher of a cell; blank room where the cell tells none, several where one teacher has several."""

    name: str
    rooms: tuple[str, ...]


def is_name(text: str) -> bool:
    """«Фамилия И.О.», «И.О. Фамилия», «Фамилия Имя Отчество», with the traps «О.Вл.» and «Е..С.»."""
    return _NAME.fullmatch(text) is not None


def is_of_teachers(sheet: GridSheet) -> bool:
    """More than half of the cells begin with a surname and initials."""
    cells = [lesson for lesson in sheet.lessons if _SHORT.match(lesson.lines[0])]
    return len(cells) * 2 > len(sheet.lessons)


@lru_cache(maxsize=1 << 14)
def taught(lines: tuple[str, ...]) -> tuple[Taught, ...] | None:
    """Who teaches in the cell; None where the cell cannot be taken apart."""
    found: list[Taught] = []
    for line in joined_lines(lines):
        parts = items(line, lambda _before, _inside: True)
        if parts is None:
            return None
        for part in parts:
            names = names_of(part.name)
            if len(names) == len(part.rooms):
                found += [Taught(name, (room,)) for name, room in zip(names, part.rooms, strict=True)]
            else:
                found += [Taught(name, part.rooms) for name in names]
    vacant = {key(word) for word in read("lesson_grid")["no_teacher"]}
    return tuple(one for one in found if key(one.name) not in vacant)


def rooms_of_sheet(sheet: GridSheet) -> Iterator[str]:
    for lesson in sheet.lessons:
        for one in taught(lesson.lines) or ():
            yield from one.rooms


def shared_out(shares: Sequence[Share], found: Sequence[Taught]) -> tuple[list[tuple[str, ...]], str]:
    """The teachers of each share, and a code of what does not agree. By the room; else by the order; else nobody."""
    rooms = [key(share.room) for share in shares]
    told = [room for one in found for room in map(key, one.rooms)]
    agree = not told or not any(rooms) or set(told) == set(rooms)
    if len(shares) == 1:
        return [tuple(one.name for one in found)], "" if agree else "GRID_ROOMS_DISAGREE"
    if told and any(rooms):
        if not agree:
            return [()] * len(shares), "GRID_ROOMS_DISAGREE"
        if len(set(rooms)) == len(rooms):
            return [tuple(one.name for one in found if room in map(key, one.rooms)) for room in rooms], ""
    if len(found) == len(shares):
        return [(one.name,) for one in found], ""
    return [()] * len(shares), "GRID_TEACHERS_DIFFER"


class Teachers:
    """Everybody the sheets name; spellings of one name (ё, doubled dots, spaces) are one person, the commonest wins."""

    def __init__(self, names: Iterable[tuple[str, str]], notes: Notes) -> None:
        spelled: dict[str, Counter[str]] = defaultdict(Counter)
        places: dict[str, str] = {}
        for name, where in names:
            if not is_name(name):
                notes.add("GRID_TEACHER_UNREAD", where, name)
                continue
            spelled[_key(name)][clean(name)] += 1
            places.setdefault(_key(name), where)
        self.records: dict[SourcedId, Staff] = {}
        self._ids: dict[str, SourcedId] = {}
        for name_key, ways in spelled.items():
            best = min(ways, key=lambda way: (-ways[way], "ё" not in way, len(way), way))
            if len(ways) > 1:
                notes.add("GRID_NAME_SPELLED", places[name_key], " / ".join(sorted(ways)))
            person = Staff(sourced_id=staff_id(best), name=parse_name(best))
            self._ids[name_key] = person.sourced_id
            self.records[person.sourced_id] = person

    def ids(self, names: Iterable[str]) -> tuple[SourcedId, ...]:
        """Sorted, without names that could not be read."""
        return tuple(sorted({self._ids[found] for name in names if (found := _key(name)) in self._ids}))


@lru_cache(maxsize=1 << 14)
def _key(name: str) -> str:
    """Equal for «Е.С. Пак», «Пак Е..С.» and «Пак Е. С.»."""
    return normalise_name(parse_name(name))
