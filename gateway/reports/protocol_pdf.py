"""The protocol as a PDF to print and sign, from `protocol.typ`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from gateway.reports.figures import COLUMNS, TEACHER_COLUMNS
from gateway.reports.protocol_xlsx import KEEPING_COLUMNS, head_lines, heading_of, keeping_lines, teacher_lines
from gateway.reports.typeset import breakable, typeset
from gateway.reports.words import words

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures, Section


def write_protocol_pdf(figures: ProtocolFigures, path: Path) -> None:
    """`path` is the printed protocol; the same figures give the same bytes. Raises Unprintable."""
    path.write_bytes(typeset("protocol", _data(figures), figures.moment, "pdf")[0])


def protocol_png(figures: ProtocolFigures) -> list[bytes]:
    """The printed pages as pictures. Raises Unprintable."""
    return typeset("protocol", _data(figures), figures.moment, "png")


def _data(figures: ProtocolFigures) -> dict[str, Any]:
    """What the template prints: texts only."""
    said = words(figures.lang)
    return {
        "lang": figures.lang,
        "school": figures.school,
        "number": figures.run.rpartition("-")[2].lstrip("0"),
        "date": said.day(figures.moment),
        "words": dict(said.tables["protocol"]),
        "columns": [said.of("columns", name) for name in COLUMNS],
        "head": head_lines(figures)[1:-1],
        "anchor": head_lines(figures)[-1][1],
        "kinds": [[one.kind, one.severity, said.count(one.count)] for one in figures.kinds],
        "pages": [_page(page, said.count(page.compared), said.count(page.equal)) for page in figures.pages],
        "sections": [_section(section, figures) for section in figures.sections],
        "keeping": _keeping(figures),
    }


def _keeping(figures: ProtocolFigures) -> dict[str, Any] | None:
    """How the diary is kept, where the check was asked: by teacher, then finding by finding."""
    if figures.keeping is None:
        return None
    said = words(figures.lang)
    return {
        "columns": [heading_of(said, name) for name in KEEPING_COLUMNS],
        "rows": [[breakable(str(cell)) for cell in line] for line in keeping_lines(figures)],
        "by_teacher": [said.title(name) for name in ("teacher", *TEACHER_COLUMNS)],
        "teachers": [[str(cell) for cell in line] for line in teacher_lines(figures)],
    }


def _page(page: Section, compared: str, equal: str) -> list[Any]:
    head = [page.group, page.subject, page.teachers, page.period, page.reference, ", ".join(page.scans)]
    return [*head, compared, equal, page.percent, page.result]


def _section(section: Section, figures: ProtocolFigures) -> dict[str, Any]:
    said = words(figures.lang)
    plain = dataclasses.asdict(section)
    return {
        **plain,
        "compared": said.count(section.compared),
        "equal": said.count(section.equal),
        "signers": section.teachers.split(", ") if section.teachers else [],
        "rows": [{name: breakable(str(value)) for name, value in row.items()} for row in plain["rows"]],
    }
