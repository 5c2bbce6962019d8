"""The wire shapes of FET (formats.md §6): the timetable's own file, and what the program exports beside it.

FET knows no ids but those of activities: a name is the key. Comments are not here: people write anything into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sources.wire import Content, Flaw


class PlacedBy(StrEnum):
    """Where the file says which activity stands where."""

    RESULT = "activities.xml"
    TABLE = "timetable.csv"
    CONSTRAINTS = "constraints"
    """Locked into the timetable's own file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetNamed:
    """A day, an hour, a subject, a teacher, a room or a subgroup."""

    name: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetGroup:
    name: str
    subgroups: tuple[FetNamed, ...]
    """The same subgroup may stand under several groups: divisions cross in it."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetYear:
    """A class, or a whole grade of classes."""

    name: str
    groups: tuple[FetGroup, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetActivity:
    """One meeting of a course; `duration` consecutive hours long."""

    id: str
    subject: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    """Names of years, groups or subgroups."""
    duration: int
    active: bool
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetPlacement:
    """`hours` consecutive hours of one activity from `hour` on; blank day and hour: it did not find its place."""

    activity: str
    day: str
    hour: str
    hours: int
    rooms: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetFile:
    """Everything we read of one timetable; every other element is named by a flaw."""

    source: Content
    """Of several files one: their digest is over all of them."""
    mode: str
    """Blank or «Official» for the ordinary week; in other modes a day is not a day."""
    alone: bool
    """There was only the table of the result: it names no set that has no lesson, and no activity without a place."""
    placed_by: PlacedBy
    days: tuple[FetNamed, ...]
    hours: tuple[FetNamed, ...]
    subjects: tuple[FetNamed, ...]
    teachers: tuple[FetNamed, ...]
    rooms: tuple[FetNamed, ...]
    years: tuple[FetYear, ...]
    activities: tuple[FetActivity, ...]
    placements: tuple[FetPlacement, ...]
    flaws: tuple[Flaw, ...]
