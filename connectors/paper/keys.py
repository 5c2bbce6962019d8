"""The hidden sheet: which page each sheet is, whose row and which day, so that a workbook explains itself on return."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from connectors.paper.layout import KEYS_SHEET, LAYOUT_VERSION
from connectors.paper.wire import TemplatePage, TemplateSummary
from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    Printed = TemplatePage | TemplateSummary

MARKER = "sverka-paper"
_CHUNK = 30_000
"""Excel holds 32 767 characters a cell."""


def encode(names: Sequence[str], pages: Sequence[Printed]) -> list[list[str]]:
    """Rows of the hidden sheet: a marker with the version, then for each page its sheet name and its keys as JSON."""
    rows = [[MARKER, str(LAYOUT_VERSION), str(len(pages))]]
    for name, page in zip(names, pages, strict=True):
        text = json.dumps(dataclasses.asdict(page), ensure_ascii=False, default=date.isoformat)
        rows.append([name, *(text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))])
    return rows


def decode(rows: Sequence[Sequence[Any]], source: str) -> list[tuple[str, Printed]]:
    """(sheet name, page or summary) for each sheet printed; raises UnreadableFile where it is otherwise."""
    head = [str(value) for value in rows[0][:3]] if rows else []
    if head[:1] == [MARKER] and head[1:2] != [str(LAYOUT_VERSION)]:
        raise UnreadableFile("шаблон напечатан другой версией программы", source, code="PAPER_OTHER_VERSION")
    try:
        pages = [(str(row[0]), _page(json.loads("".join(str(part) for part in row[1:])))) for row in rows[1:] if row[0]]
    except (ValueError, LookupError, TypeError) as error:
        raise _damaged(source) from error
    if head != [MARKER, str(LAYOUT_VERSION), str(len(pages))]:
        raise _damaged(source)
    return pages


def _damaged(source: str) -> UnreadableFile:
    return UnreadableFile("служебный лист испорчен", f"{source}!{KEYS_SHEET}", code="PAPER_KEYS_DAMAGED")


def _page(plain: dict[str, Any]) -> Printed:
    days = {name: date.fromisoformat(plain[name]) for name in ("starts", "ends")}
    pupils = tuple((str(key), str(name)) for key, name in plain["pupils"])
    if "subjects" in plain:
        subjects = tuple((str(key), str(name)) for key, name in plain["subjects"])
        return TemplateSummary(**{**plain, **days, "pupils": pupils, "subjects": subjects})
    return TemplatePage(
        **{
            **plain,
            **days,
            "pupils": pupils,
            "columns": tuple((date.fromisoformat(day), int(nth)) for day, nth in plain["columns"]),
        }
    )
