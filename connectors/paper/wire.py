"""The shapes of the paper side: pages to print, what a person typed into them, and what a file says when it comes back.

Keys of groups, subjects, periods and pupils are opaque text here; the mapping knows what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.sources.wire import Flaw

    Column = tuple[date, int]
    """A lesson column: the day and the 1-based number of this subject's lesson that day."""

LABEL_BREAK = " · "
"""Parts a form from its subgroup in a page's label."""
SPARE_COLUMNS = 4
SPARE_PUPILS = 3
SPARE_SUBJECTS = 3


# --- the workbook of blank pages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """One page of the paper register to be typed in. It has no room for a mark, a topic or homework: blind by shape."""

    group: str
    subject: str
    period: str
    group_label: str
    """«7Б» or «7Б · англ. 1 гр.»."""
    subject_label: str
    period_label: str
    starts: date
    ends: date
    teacher: str = ""
    pupils: tuple[tuple[str, str], ...] = ()
    """(key, «Фамилия Имя») in the order of the paper list."""
    columns: tuple[Column, ...] = ()
    """In order of days; the same day stands twice for a double lesson."""
    spare_columns: int = SPARE_COLUMNS
    spare_pupils: int = SPARE_PUPILS

    @property
    def label(self) -> str:
        """«7Б, Алгебра»."""
        return f"{self.group_label}, {self.subject_label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntries:
    """What a person types into one page. Columns are numbered as the reader numbers them: those on paper only."""

    cells: Mapping[tuple[str, date, int], str] = field(default_factory=dict)
    """(pupil key, day, nth) → the cell's text."""
    topics: Mapping[Column, str] = field(default_factory=dict)
    homework: Mapping[Column, str] = field(default_factory=dict)
    right: Mapping[Column, date | None] = field(default_factory=dict)
    """Columns whose date on the right page is another one; None: the right page has no row for it."""
    right_rows: tuple[tuple[date, str, str], ...] = ()
    """(day, topic, homework) of rows that the right page has and the left one has not; typed into spare rows."""
    finals: Mapping[str, str] = field(default_factory=dict)
    """Pupil key, or the name of an extra pupil → the period mark."""
    extra_pupils: Mapping[str, Mapping[Column, str]] = field(default_factory=dict)
    """Name as typed into a spare row → that row's cells."""
    extra_columns: tuple[date, ...] = ()
    """Days typed over the spare columns, in their order."""
    struck: frozenset[Column] = frozenset()
    """Printed columns answered «нет» under «Есть на бумаге?», by their printed numbers."""
    whole: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSummary:
    """The sheet «Сводная ведомость» of one form and period, to be typed in; blind by shape as a page is."""

    form: str
    period: str
    group_label: str
    period_label: str
    starts: date
    ends: date
    pupils: tuple[tuple[str, str], ...] = ()
    """(key, «Фамилия Имя») in the order of the paper list."""
    subjects: tuple[tuple[str, str], ...] = ()
    """(key, name)."""
    subject_label: str = "Сводная ведомость"
    spare_pupils: int = SPARE_PUPILS
    spare_subjects: int = SPARE_SUBJECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryEntries:
    """What a person types into a summary sheet."""

    marks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(pupil key or the name of an extra pupil, subject key or the name of an extra subject) → the mark."""
    extra_pupils: tuple[str, ...] = ()
    extra_subjects: tuple[str, ...] = ()
    whole: bool = False
    by: str = ""


# --- the workbook that comes back ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperText:
    """A non-blank text and the cell it stands in."""

    text: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperColumn:
    """A lesson column that the paper has; `nth` counts the columns of that day on paper."""

    day: date
    nth: int
    place: str
    topic: PaperText | None = None
    homework: PaperText | None = None
    right: date | None = None
    """The date on the right page, where it is another one."""
    has_right: bool = True
    """The right page has a row for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRightRow:
    """A row of the right page that no column of the left one belongs to."""

    day: date
    place: str
    topic: PaperText | None = None
    homework: PaperText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A pupil's line. `key` is blank for a pupil written in by hand."""

    key: str
    name: str
    place: str
    cells: Mapping[Column, PaperText] = field(default_factory=dict)
    final: PaperText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A page as typed. `whole`: the person says that all of the paper page is here."""

    sheet: str
    label: str
    """What a person calls the page."""
    group: str
    subject: str
    period: str
    starts: date
    ends: date
    whole: bool
    by: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    right_rows: tuple[PaperRightRow, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSummaryRow:
    """A pupil's marks by subject key. `key` is blank for a pupil written in by hand."""

    key: str
    name: str
    place: str
    marks: Mapping[str, PaperText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSummary:
    """A summary sheet as typed. `whole`: the person says that all of it is here."""

    sheet: str
    form: str
    period: str
    ends: date
    whole: bool
    by: str
    subjects: tuple[str, ...]
    """Keys of all its printed subjects, blank ones too."""
    written: Mapping[str, PaperText] = field(default_factory=dict)
    """Key that marks stand under → a subject written in by hand."""
    rows: tuple[PaperSummaryRow, ...]
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBook:
    """A workbook read back. `flaws` are those of the file as a whole; each page carries its own."""

    source: str
    sha256: str
    pages: tuple[PaperPage, ...]
    summaries: tuple[PaperSummary, ...] = ()
    flaws: tuple[Flaw, ...] = ()


# --- the report of another electronic register (formats.md §5, layout A) ---------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EjournalCell:
    """One non-blank cell of marks; `ordinal` counts equal days of the pupil's header, from 1."""

    day: date
    ordinal: int
    raw: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EjournalSubject:
    """One row of a pupil's block. An average of 0 in the report means "no marks" and is None here."""

    name: str
    cells: tuple[EjournalCell, ...]
    average: float | None
    weighted: float | None
    final: str
    final_place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EjournalPupil:
    name: str
    place: str
    subjects: tuple[EjournalSubject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EjournalReport:
    """The whole report. `accounting` counts every cell of the sheet once, by the role it was read in."""

    source: str
    sha256: str
    school_year: int
    """The year of its September: 2024 for 2024/2025."""
    form: str
    starts: date
    ends: date
    pupils: tuple[EjournalPupil, ...]
    legend: Mapping[str, str]
    accounting: Mapping[str, int]
    height: int
    width: int
    flaws: tuple[Flaw, ...] = ()
