"""References to a document as people write them: «№ 12 от 01.09.2026»."""

from __future__ import annotations

import re

from mappings.dates import parse_day
from state.records import OrderRef

_DOCUMENT = re.compile(r"(?:№\s*)?(?P<number>(?=\S*\d)[^\s№]\S{0,29})\s+от\s+(?P<day>.{8,24})", re.IGNORECASE)


def read_document(text: str) -> OrderRef | None:
    """Number and date of a document, in quotes or not; None where one of them is missing or no such day exists."""
    text = text.strip()
    if text.startswith("«") and text.endswith("»"):
        text = text[1:-1].strip()
    found = _DOCUMENT.fullmatch(text)
    day = parse_day(found["day"]) if found else None
    return OrderRef(number=found["number"], day=day) if found and day else None
