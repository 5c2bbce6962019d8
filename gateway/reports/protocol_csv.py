"""The protocol as CSV for a spreadsheet: UTF-8 with a mark, semicolons, one line per discrepancy or per page."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from gateway.reports.figures import COLUMNS, TEACHER_COLUMNS
from gateway.reports.protocol_xlsx import KEEPING_COLUMNS, heading_of, keeping_lines, row_line, teacher_lines
from gateway.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


def write_protocol_csv(figures: ProtocolFigures, path: Path) -> None:
    """Every discrepancy is a line of `path`: form, subject, teacher, then the columns of G1. No lines: full match."""
    said = words(figures.lang)
    head = [said.title(name) for name in ("group", "subject", "teacher")]
    head += [said.of("columns", name) for name in COLUMNS]
    lines = (row_line(section, row, said)[:-1] for section in figures.sections for row in section.rows)
    _write(path, head, lines)


def write_pages_csv(figures: ProtocolFigures, path: Path) -> None:
    """Every compared page is a line of `path`, with its figures and its result in words."""
    said = words(figures.lang)
    names = (
        *("group", "subject", "teacher", "period", "reference", "scans"),
        *("compared", "equal", "percent", "result"),
    )
    lines = (
        [
            *(page.group, page.subject, page.teachers, page.period, page.reference, ", ".join(page.scans)),
            *(page.compared, page.equal, page.percent, page.result),
        ]
        for page in figures.pages
    )
    _write(path, [said.title(name) for name in names], lines)


def write_keeping_csv(figures: ProtocolFigures, path: Path) -> None:
    """Every control finding is a line of `path`: how the diary is kept, apart from the correspondence."""
    said = words(figures.lang)
    _write(path, [heading_of(said, name) for name in KEEPING_COLUMNS], keeping_lines(figures))


def write_teachers_csv(figures: ProtocolFigures, path: Path) -> None:
    """Every teacher is a line of `path`, with the counts and shares of lessons."""
    said = words(figures.lang)
    _write(path, [said.title(name) for name in ("teacher", *TEACHER_COLUMNS)], teacher_lines(figures))


def _write(path: Path, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";", lineterminator="\r\n")
        table.writerow(head)
        table.writerows([_harmless(value) for value in line] for line in lines)


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run is quoted with an apostrophe; a line break stays inside its cell."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
