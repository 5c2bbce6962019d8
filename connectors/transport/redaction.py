"""What of a service's own words may be shown or stored: no names, numbers of documents, tokens or addresses."""

from __future__ import annotations

import re

LIMIT = 160

_HIDDEN = re.compile(
    r"«[^»]*»|\"[^\"]*\"|'[^']*'"  # quoted values are data
    r"|\S+@\S+"  # e-mail
    r"|\b[0-9A-Za-z]{32}\b"  # tokens look like this
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\b"  # any capitalised Russian word may be a name
    r"|\d[\d\s-]{4,}\d"  # ids, SNILS, phones, dates
)


def redact(text: str) -> str:
    """`text` in one line of at most 160 characters with everything that may be personal replaced by «…»."""
    return _HIDDEN.sub("…", " ".join(text.split()))[:LIMIT]
