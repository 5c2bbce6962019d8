"""The protocol as a PDF to print and sign, set by typst from `protocol.typ` in our own PT Sans.

All text travels as JSON data, never as markup, so nothing a teacher typed can change the document.
"""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import typst

from gateway.errors import SetupError
from gateway.i18n import _
from gateway.reports.figures import COLUMNS
from gateway.reports.glyphs import drawable
from gateway.reports.protocol_xlsx import head_lines
from gateway.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures, Section

PNG_DPI = 110
BREAK = "\u200b"
"""Zero-width space: typst may end a line there, and draws nothing."""
_LONG_WORD = re.compile(r"\S{22,}")


class Unprintable(SetupError):
    """Typst could not set the document as it should be; the sentence ends with its warning, word for word."""


def write_protocol_pdf(figures: ProtocolFigures, path: Path) -> None:
    """`path` is the printed protocol; the same figures give the same bytes. Raises Unprintable."""
    path.write_bytes(_set(figures, "pdf")[0])


def protocol_png(figures: ProtocolFigures) -> list[bytes]:
    """The printed pages as pictures. Raises Unprintable."""
    return _set(figures, "png")


def _set(figures: ProtocolFigures, kind: Literal["pdf", "png"]) -> list[bytes]:
    with resources.as_file(resources.files("gateway.reports")) as folder:
        pages, warnings = typst.compile_with_warnings(
            folder / "protocol.typ",
            root=folder,
            font_paths=[folder / "fonts"],
            ignore_system_fonts=True,
            format=kind,
            ppi=PNG_DPI,
            sys_inputs={"data": json.dumps(_data(figures), ensure_ascii=False)},
            # The moment of the check, not of the printing: the same check gives the same file.
            timestamp=int(figures.moment.timestamp()),
            pdf_tags=False,
        )
    refuse([str(warning) for warning in warnings])
    # The library's types say bytes; more than one picture comes as a list.
    made: bytes | list[bytes] = pages
    return made if isinstance(made, list) else [made]


def refuse(warnings: Sequence[str]) -> None:
    """Raises Unprintable for any warning: an unknown font, for one, would print a document of empty boxes."""
    if warnings:
        raise Unprintable(
            _("Протокол нельзя набрать без ошибок: {warnings}").format(warnings="; ".join(warnings)),
            _("Шрифты или шаблон повреждены: установите программу заново; CSV и XLSX от этого не зависят"),
        )


def _data(figures: ProtocolFigures) -> dict[str, Any]:
    """What the template prints: texts only, every character of which our fonts can draw."""
    said = words(figures.lang)
    data: dict[str, Any] = _drawable(
        {
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
        }
    )
    return data


def _page(page: Section, compared: str, equal: str) -> list[Any]:
    return [page.group, page.subject, page.teachers, page.period, compared, equal, page.percent, page.result]


def _breakable(text: str) -> str:
    """A word longer than its column, an address in homework say, may break anywhere."""
    return _LONG_WORD.sub(lambda word: BREAK.join(word[0]), text)


def _section(section: Section, figures: ProtocolFigures) -> dict[str, Any]:
    said = words(figures.lang)
    plain = dataclasses.asdict(section)
    return {
        **plain,
        "compared": said.count(section.compared),
        "equal": said.count(section.equal),
        "signers": section.teachers.split(", ") if section.teachers else [],
        "rows": [{name: _breakable(str(value)) for name, value in row.items()} for row in plain["rows"]],
    }


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return BREAK.join(map(drawable, value.split(BREAK)))
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, (list, tuple)) else value
