"""The wire shapes of a NIKA data file (formats.md §3), typed, with the path of every value as its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Content, Flaw

CANCELLED = "F"
"""Stands for a subject in an exchange: there is no lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaEntry:
    """The i-th of a cell's parallel lists; a blank group is the whole class."""

    subject: str
    teacher: str
    group: str
    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaPeriod:
    id: str
    starts: str
    """«01.09.2026»."""
    ends: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaBell:
    number: int
    starts: str
    ends: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaCell:
    """One hour of a class in the weeks of a period."""

    period: str
    class_id: str
    weekday: int
    number: int
    entries: tuple[NikaEntry, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaExchange:
    """What one hour of a class on one day is instead."""

    class_id: str
    day: str
    number: int
    entries: tuple[NikaEntry, ...]
    where: str


@dataclass(frozen=True, slots=True)
class NikaTaught:
    """The same as teachers see it: in that hour of a period's week, or of one day, the teacher has that class."""

    when: str
    """Id of the period, or a date."""
    hour: str
    teacher: str
    class_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NikaFile:
    """Everything we read of one file; whatever else it holds is named by a flaw."""

    source: Content
    digest: str
    """SHA-256 of the content without the day and hour of its export: the same timetable is the same (formats.md §3)."""
    teachers: Mapping[str, str]
    subjects: Mapping[str, str]
    classes: Mapping[str, str]
    rooms: Mapping[str, str]
    groups: Mapping[str, str]
    grades: Mapping[str, str]
    """Parallel of each class."""
    periods: Mapping[str, NikaPeriod]
    bells: tuple[NikaBell, ...]
    cells: tuple[NikaCell, ...]
    exchanges: tuple[NikaExchange, ...]
    vacations: tuple[str, ...]
    """Days without lessons."""
    by_teachers: frozenset[NikaTaught] | None
    """None where the file has no such table."""
    flaws: tuple[Flaw, ...]
