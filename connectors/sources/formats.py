"""The names of formats, and what recognising a file yields."""

from __future__ import annotations

from dataclasses import dataclass

ASC = "asc-xml"
EJOURNAL = "ejournal-report"
FET = "fet"
LESSON_GRID = "lesson-grid"
NIKA = "nika"
ONEROSTER = "oneroster-csv"
REPORT_CARD = "report-card"
REGISTER_PAGE = "register-page"
SDS = "sds-csv"
SGO = "sgo-xml"
SUBGROUP_BOOK = "subgroup-book"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Detected:
    """`version` is blank where the format has none; `code` says why nothing can be read, else it is blank."""

    format: str
    version: str = ""
    code: str = ""
