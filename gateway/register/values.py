"""The values of a check: findings, results per page, and the assurance figure (requirements §F)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from gateway.register.lists import Roster
    from state.identity import SourcedId
    from state.register import Page


class Code(StrEnum):
    """Finding codes of requirements §F: those of correspondence first, then those of how a register is kept."""

    MARK_DIFF = "MARK_DIFF"
    MARK_ONLY_PAPER = "MARK_ONLY_PAPER"
    MARK_ONLY_DIARY = "MARK_ONLY_DIARY"
    ABSENCE_DIFF = "ABSENCE_DIFF"
    ABSENCE_REASON_DIFF = "ABSENCE_REASON_DIFF"
    DATE_ONLY_PAPER = "DATE_ONLY_PAPER"
    DATE_ONLY_DIARY = "DATE_ONLY_DIARY"
    DATE_SHIFTED = "DATE_SHIFTED"
    SPREAD_MISMATCH = "SPREAD_MISMATCH"
    TOPIC_DIFF = "TOPIC_DIFF"
    TOPIC_MISSING = "TOPIC_MISSING"
    HOMEWORK_DIFF = "HOMEWORK_DIFF"
    HOMEWORK_MISSING = "HOMEWORK_MISSING"
    FINAL_DIFF = "FINAL_DIFF"
    ROSTER_DIFF = "ROSTER_DIFF"
    SUBGROUP_DIFF = "SUBGROUP_DIFF"
    MARK_ON_ABSENT = "MARK_ON_ABSENT"
    ILLEGAL_SYMBOL = "ILLEGAL_SYMBOL"
    SCALE = "SCALE"
    GRADE1_MARK = "GRADE1_MARK"
    NO_CONSENT_IN_DIARY = "NO_CONSENT_IN_DIARY"
    ENTRY_LATE = "ENTRY_LATE"
    HOMEWORK_LATE = "HOMEWORK_LATE"
    FINAL_MISSING = "FINAL_MISSING"
    FINAL_LATE = "FINAL_LATE"
    FINAL_UNJUSTIFIED = "FINAL_UNJUSTIFIED"
    SUBSTITUTION_DIFF = "SUBSTITUTION_DIFF"
    CORRECTION_UNEXPLAINED = "CORRECTION_UNEXPLAINED"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    REVIEW = "review"


class Level(StrEnum):
    """A finding stands at the highest level that explains its cells."""

    PAGE = "page"
    LESSON = "lesson"
    PUPIL = "pupil"
    CELL = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One discrepancy. `finding_id` depends on the cause (code, page, day, nth, person), not on the run."""

    finding_id: str
    code: Code
    severity: Severity
    level: Level
    page: Page
    day: date | None
    nth: int
    person: SourcedId | None
    paper: str
    diary: str
    why: str
    """Why the two sides were paired, or what rule was broken: a code for the message catalogue."""
    author: str = ""
    set_at: datetime | None = None
    lesson: str = ""
    """Number of the lesson that day, where either side tells it."""
    told: int | None = None
    """Packed key of the diary's cell this is about; None above the cell, or where the diary has no such cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """`compared` counts cells where either side is not blank; `equal` those of them with the same value."""

    page: Page
    compared: int
    equal: int
    findings: tuple[Finding, ...]
    left_out: int = 0
    """Paper cells of pupils without consent: they are not in the diary by right, so nobody compares them (R110)."""

    @property
    def full_match(self) -> bool:
        """Nothing found, and no cell left unequal by a pupil whom a finding on a list explains."""
        return not self.findings and self.equal == self.compared


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What was judged of one page by itself: nothing in it depends on another page."""

    number: int
    """The page's number in cell keys."""
    result: PageResult
    """Without findings on its list: those are told once for all pages of the group."""
    roster: Roster
    teachers: tuple[str, ...] = ()
    """Sourced ids of those who taught there, as both sides tell; sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All transcribed pages against the ledger at one moment."""

    pages: tuple[PageResult, ...]

    @property
    def compared(self) -> int:
        return sum(page.compared for page in self.pages)

    @property
    def equal(self) -> int:
        return sum(page.equal for page in self.pages)

    @property
    def left_out(self) -> int:
        return sum(page.left_out for page in self.pages)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for page in self.pages for finding in page.findings)

    @property
    def agreement(self) -> float | None:
        """`100 · equal / compared` (requirements §F); None when there was nothing to compare."""
        return 100 * self.equal / self.compared if self.compared else None
