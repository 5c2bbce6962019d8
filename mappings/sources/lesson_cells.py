"""The grammar of one cell of a timetable grid (formats.md §2b): who shares the hour, and in which rooms.

`Предмет (кабинет)`; `Предмет (каб1,каб2)` is two groups of one subject; `Предмет1, Предмет2 (каб1,каб2)` are halves
with subjects of their own; the same on several lines. Whether a bracket is a room or part of a name, the caller tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    IsRoom = Callable[[str, str], bool]
    """(text before the bracket, text in it) → whether it names rooms."""

_SEPARATORS = " ,;/"
_LIST = re.compile(r"\s*[,;]\s*")
_TWO_ROOMS = re.compile(r"\d{2,}\s*/\s*\d{2,}")
"""«110/111» may be two rooms; «2/15» is a room of the second building."""


class Item(NamedTuple):
    """A stretch of the cell: a name, or several joined by commas, and the rooms behind it."""

    name: str
    rooms: tuple[str, ...]


class Share(NamedTuple):
    """One group's part of the hour."""

    name: str
    room: str


@dataclass(frozen=True, slots=True)
class Split:
    """The groups of a cell in their order; one of them is the whole form. `doubt` is a code, or blank."""

    shares: tuple[Share, ...]
    doubt: str = ""


def joined_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines of the cell without those that only wrap the line above: an open bracket, a comma, a small letter."""
    told: list[str] = []
    for line in lines:
        last = told[-1] if told else ""
        if last and last.endswith("-") and line[:1].islower():
            told[-1] = last + line
        elif last and (line[:1].islower() or line.startswith("(") or _is_open(last)):
            told[-1] = f"{last} {line}"
        else:
            told.append(line)
    return tuple(told)


def _is_open(text: str) -> bool:
    return text.endswith((",", "(")) or text.count("(") > text.count(")")


def brackets(line: str) -> Iterator[tuple[str, str]]:
    """(text before it since the last one, content) of each bracket of the line, and the rest with no content."""
    start, place = 0, 0
    while (opening := line.find("(", place)) >= 0:
        closing = _closing(line, opening)
        if closing < 0:
            break
        yield line[start:opening], line[opening + 1 : closing].strip()
        start = place = closing + 1
    yield line[start:], ""


def _closing(line: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(line)):
        depth += {"(": 1, ")": -1}.get(line[place], 0)
        if not depth:
            return place
    return -1


def items(line: str, is_room: IsRoom) -> tuple[Item, ...] | None:
    """The line taken apart at its rooms; None where brackets do not match, or something stands behind the rooms.

    A slash between two subjects or rooms is groups for one school and weeks for another: None as well.
    """
    if line.count("(") != line.count(")"):
        return None
    found: list[Item] = []
    name = ""
    for before, inside in brackets(line):
        text = before if name else before.lstrip(_SEPARATORS)
        if found and not name and "/" in before[: len(before) - len(text)]:
            return None
        name = f"{name}{text}"
        if inside and is_room(name.strip(), inside):
            if _TWO_ROOMS.search(inside):
                return None
            found.append(Item(name.strip(), rooms_of(inside)))
            name = ""
        elif inside:
            name = f"{name.rstrip()} ({inside})"
    rest = name.strip(_SEPARATORS)
    if rest and found:
        return None
    return (*found, Item(rest, ())) if rest else tuple(found)


def rooms_of(inside: str) -> tuple[str, ...]:
    return tuple(room for room in _LIST.split(inside.strip()) if room)


def names_of(text: str) -> tuple[str, ...]:
    """The parts between commas that stand outside of brackets."""
    if "," not in text and ";" not in text:
        return (text.strip(),) if text.strip() else ()
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign in ",;" and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    return tuple(name for part in (*parts, text[start:]) if (name := part.strip()))


def _is_either(name: str, known: Callable[[str], bool]) -> bool:
    """«Физика / Химия», both of them subjects of their own."""
    parts = [part.strip() for part in name.split("/")]
    return len(parts) > 1 and all(part and known(part) for part in parts)


def split(found: Sequence[Item], known: Callable[[str], bool]) -> Split:
    """The groups of a cell. `known` tells which names stand alone elsewhere: only those are parted at a comma."""
    shares: list[Share] = []
    doubt = ""
    for item in found:
        names, rooms = names_of(item.name), item.rooms
        if not names or _is_either(item.name, known):
            return Split((), "GRID_CELL_UNCLEAR")
        if len(names) == len(rooms):
            shares += map(Share, names, rooms)
        elif len(names) == 1:
            shares += [Share(names[0], room) for room in rooms or ("",)]
        elif not all(map(known, names)):
            doubt = "GRID_COMMA_UNCLEAR"
            shares += [Share(item.name, room) for room in rooms or ("",)]
        else:
            doubt = "GRID_ROOMS_DIFFER" if rooms else doubt
            shares += [Share(name, "") for name in names]
    return Split(tuple(shares), doubt)
