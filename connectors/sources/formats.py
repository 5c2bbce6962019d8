"""The names of formats, and what recognising a file yields."""

from __future__ import annotations

from dataclasses import dataclass

ASC = "asc-xml"
EJOURNAL = "ejournal-report"
FET = "fet"
NIKA = "nika"
ONEROSTER = "oneroster-csv"
REGISTER_PAGE = "register-page"
SDS = "sds-csv"
SGO = "sgo-xml"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Detected:
    """`version` is blank where the format has none; `code` says why nothing can be read, else it is blank."""

    format: str
    version: str = ""
    code: str = ""
