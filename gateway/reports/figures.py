"""A protocol as figures: every text and number of the printed form, decided once for all its writers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

COLUMNS = ("number", "day", "lesson", "pupil", "paper", "diary", "kind", "entered", "decision", "slip", "due")
"""The columns of the form (requirements G1), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One discrepancy as printed; what nobody has decided yet is left blank, to be filled in by hand."""

    finding_id: str

    number: int
    day: str
    lesson: str
    pupil: str
    paper: str
    diary: str
    kind: str
    note: str
    """Why, where the kind does not say it all."""
    severity: str
    """The code of the gravity, for the look of the row."""
    entered: str
    decision: str = ""
    slip: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One register page, or the list of one form (then without figures and files)."""

    group: str
    subject: str
    teachers: str
    period: str
    papers: tuple[tuple[str, str], ...]
    """(file name, SHA-256) of the transcriptions."""
    reference: str
    """The register the page was judged by; blank for a list."""
    scans: tuple[str, ...]
    """Short SHA-256 of the scans of the page."""
    is_list: bool
    compared: int
    equal: int
    percent: str
    result: str
    full_match: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How often one kind of discrepancy occurs."""

    kind: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherLine:
    """How one teacher keeps the diary: counts of lessons, shares in percent with two decimals (R011, R014, R021)."""

    teacher: str
    lessons: int
    entered_late: int
    late_percent: str
    homework: int
    homework_percent: str
    homework_late: int
    homework_ahead: int


TEACHER_COLUMNS = (
    *("lessons", "entered_late", "late_percent", "homework", "homework_percent"),
    *("homework_late", "homework_ahead"),
)
"""What stands beside a teacher's name, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolFigures:
    """A whole protocol: the head, all pages compared, and those with discrepancies in `sections`."""

    lang: str
    school: str
    run: str
    moment: datetime
    """The state of the diary that was compared, in the school's time zone."""
    compared: int
    equal: int
    percent: str
    left_out: int
    skipped: int
    outside: int
    """Pages that lie outside the pilot's scope (R004)."""
    result: str
    full_match: bool
    log_size: int
    log_root: str
    kinds: tuple[Kind, ...]
    pages: tuple[Section, ...]
    """Every page compared, with its rows."""
    lists: tuple[Section, ...]
    """Lists of forms with discrepancies."""
    keeping: tuple[Section, ...] | None = None
    """How the diary is kept on these pages, where the check was asked: no part of the result above."""

    teachers: tuple[TeacherLine, ...] = ()
    """The same by teacher, in counts of lessons."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """Lists and pages that have rows, lists first."""
        return tuple(section for section in (*self.lists, *self.pages) if section.rows)
