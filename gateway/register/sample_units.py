"""What the units of a sample are called, and the frame as it is published.

A unit is called «page/day/nth» (a lesson) or «page/day/nth/pupil» (a cell), page and pupil by the numbers that memory
gave them for good: a published frame names nobody.
"""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from state.register import CellKind, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = "unit"
"""The first line of a published frame."""


class UnitKind(StrEnum):
    """What is drawn."""

    LESSON = "lesson"
    CELL = "cell"


def unit_key(page: int, day: date, nth: int, person: int = 0) -> int:
    return pack(page, day, nth, CellKind.MARKS, person)


def unit_name(key: int) -> str:
    page, day, nth, _kind, person = unpack(key)
    lesson = f"{page}/{day.isoformat()}/{nth}"
    return cell_name(lesson, person) if person else lesson


def cell_name(lesson: str, person: int) -> str:
    """A pupil's cell in the lesson of that name."""
    return f"{lesson}/{person}"


def unit_of(name: str) -> int:
    """The key of that name; ValueError for a name of no unit."""
    page, day, nth, *person = name.split("/")
    return unit_key(int(page), date.fromisoformat(day), int(nth), *map(int, person))


def lesson_of(key: int) -> int:
    """The lesson a unit lies in."""
    page, day, nth, *_ = unpack(key)
    return unit_key(page, day, nth)


def frame_csv(units: Iterable[str]) -> bytes:
    """The published frame, a unit a line; its SHA-256 is the frame's digest."""
    return "".join(f"{line}\n" for line in (HEAD, *units)).encode()


def frame_digest(units: Iterable[str]) -> str:
    return hashlib.sha256(frame_csv(units)).hexdigest()
