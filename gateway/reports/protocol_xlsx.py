"""The protocol as a workbook: discrepancies and compared pages, ready to print on A4 landscape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.reports.figures import COLUMNS, TEACHER_COLUMNS
from gateway.reports.words import Words, words
from gateway.reports.workbook import Column, Sheet, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures, Row, Section

_WIDTHS = {
    "group": 8, "subject": 15, "teacher": 17, "number": 4, "day": 10, "lesson": 6, "pupil": 17, "paper": 18,
    "diary": 18, "kind": 23, "entered": 16, "decision": 11, "slip": 8, "due": 9, "severity": 12, "period": 14,
    "compared": 10, "equal": 10, "percent": 12, "result": 28, "expected": 18,
    "reference": 18, "scans": 15,
    **dict.fromkeys(TEACHER_COLUMNS, 14),
}  # fmt: skip
"""Column widths in characters."""
_CENTRED = frozenset({*TEACHER_COLUMNS, "number", "day", "lesson", "slip", "due", "percent"})
_ROW_COLUMNS = ("group", "subject", "teacher", *COLUMNS, "severity")
KEEPING_COLUMNS = (
    *("group", "subject", "teacher", "number", "day", "lesson", "pupil", "expected", "diary", "kind", "entered"),
    "severity",
)
_PAGE_COLUMNS = (
    *("group", "subject", "teacher", "period", "reference", "scans"),
    *("compared", "equal", "percent", "result"),
)


def write_protocol_xlsx(figures: ProtocolFigures, path: Path) -> None:
    """`path` holds two sheets: the discrepancies with the head of the protocol, and every page compared."""
    said = words(figures.lang)
    details = [row_line(section, row, said) for section in figures.sections for row in section.rows]
    summary = [_page_line(page) for page in figures.pages]
    sheets = (
        _sheet("details", _ROW_COLUMNS, details, figures, said),
        _sheet("summary", _PAGE_COLUMNS, summary, figures, said),
        *_keeping(figures, said),
    )
    page_of = said.title("page_of")
    write_workbook(sheets, path, title=said.title("title"), moment=figures.moment, page_of=page_of)


def _keeping(figures: ProtocolFigures, said: Words) -> list[Sheet]:
    """How the diary is kept, on a sheet of its own: the head and its result speak of the correspondence."""
    if figures.keeping is None:
        return []
    sheet = _sheet("keeping", KEEPING_COLUMNS, keeping_lines(figures), figures, said)
    by_name = _sheet("by_teacher", ("teacher", *TEACHER_COLUMNS), teacher_lines(figures), figures, said)
    return [
        replace(sheet, heading=said.title("keeping"), empty=said.title("well_kept")),
        replace(by_name, heading=said.title("by_teacher")),
    ]


def keeping_lines(figures: ProtocolFigures) -> list[list[Any]]:
    """The control findings, a line each, under `KEEPING_COLUMNS`."""
    said = words(figures.lang)
    return [_keeping_line(section, row, said) for section in figures.keeping or () for row in section.rows]


def teacher_lines(figures: ProtocolFigures) -> list[list[Any]]:
    """A line for each teacher: the name, then `TEACHER_COLUMNS`."""
    return [[one.teacher, *(getattr(one, name) for name in TEACHER_COLUMNS)] for one in figures.teachers]


def head_lines(figures: ProtocolFigures) -> list[tuple[str, str]]:
    """The head of the protocol as (title, text), what does not apply left away."""
    said = words(figures.lang)
    pages = said.count(len(figures.pages))
    lines = [
        ("school", figures.school),
        ("moment", said.moment(figures.moment)),
        ("pages", pages),
        ("compared", said.count(figures.compared)),
        ("equal", said.count(figures.equal)),
        ("percent", figures.percent),
        ("left_out", said.count(figures.left_out) if figures.left_out else ""),
        ("skipped", said.count(figures.skipped) if figures.skipped else ""),
        ("outside", said.count(figures.outside) if figures.outside else ""),
        ("result", figures.result),
        ("anchor", said.title("anchor_text").format(size=said.count(figures.log_size), root=figures.log_root)),
    ]
    return [(said.title(name), text) for name, text in lines if text]


def _sheet(name: str, columns: tuple[str, ...], lines: list[list[Any]], figures: ProtocolFigures, said: Words) -> Sheet:
    return Sheet(
        name=said.title(name),
        heading=f"{said.title('title')} {said.title('subtitle')}",
        head=head_lines(figures),
        columns=[Column(title=heading_of(said, one), width=_WIDTHS[one], centred=one in _CENTRED) for one in columns],
        lines=lines,
        empty=figures.result,
    )


def heading_of(said: Words, name: str) -> str:
    """What stands above a column."""
    return said.of("columns", name) if name in COLUMNS else said.title(name)


def row_line(section: Section, row: Row, said: Words) -> list[Any]:
    """One discrepancy: its page, then `COLUMNS`, with the reason beside the kind, then the gravity."""
    kind = f"{row.kind} ({row.note})" if row.note else row.kind
    cells = [kind if name == "kind" else getattr(row, name) for name in COLUMNS]
    return [section.group, section.subject, section.teachers, *cells, said.of("severities", row.severity)]


def _keeping_line(section: Section, row: Row, said: Words) -> list[Any]:
    number, day, lesson, pupil, paper, diary, kind, entered, *_ = row_line(section, row, said)[3:]
    head = [section.group, section.subject, section.teachers]
    return [*head, number, day, lesson, pupil, paper, diary, kind, entered, said.of("severities", row.severity)]


def _page_line(page: Section) -> list[Any]:
    head = [page.group, page.subject, page.teachers, page.period, page.reference, ", ".join(page.scans)]
    return [*head, page.compared, page.equal, page.percent, page.result]
