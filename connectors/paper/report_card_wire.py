"""The wire shapes of «Табель успеваемости учащегося (весь класс)» (formats.md §5, layout B)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Flaw


class Figure(StrEnum):
    """What a column of the table holds; the value is also the role of its cells."""

    AVERAGE = "average"
    WEIGHTED = "weighted"
    PERIOD = "period mark"
    YEAR = "year mark"
    EXAM = "exam"
    STATE_EXAM = "state exam"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMark:
    """One filled cell that may hold a mark; `period` counts from 1, and is 0 for what is of the whole year."""

    figure: Figure
    period: int
    raw: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSubject:
    """One row of a pupil's table. An average of 0 means that there were no marks, and is not here."""

    name: str
    averages: Mapping[int, float]
    """By period."""
    weighted: Mapping[int, float]
    marks: tuple[CardMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPupil:
    name: str
    place: str
    subjects: tuple[CardSubject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCards:
    """The whole report. `accounting` counts every cell of its sheets once, by the role it was read in."""

    source: str
    sha256: str
    school_year: int
    """The year of its September; 0 where the report tells none."""
    form: str
    pupils: tuple[CardPupil, ...]
    accounting: Mapping[str, int]
    flaws: tuple[Flaw, ...] = ()
