"""Microsoft School Data Sync CSV as data: which files of version 2.1 there are, and what a package reads as.

Columns are those of the specification (formats.md §8); the older 2.0 differs by roles inside `users.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.roster_csv import CsvSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Content, Flaw, Row

SPECS: Mapping[str, CsvSpec] = {
    "orgs": CsvSpec(taken=("sourcedId", "name", "type"), service=("parentSourcedId", "identifier")),
    "users": CsvSpec(
        taken=("sourcedId", "givenName", "familyName", "middleName", "email", "phone", "sms", "role"),
        others=("orgSourcedIds", "username", "activeDirectoryMatchId", "enabledUser", "identifier", "grade"),
        personal=("password",),
    ),
    "roles": CsvSpec(
        taken=("userSourcedId", "role"),
        others=("orgSourcedId", "sessionSourcedId", "grade", "isPrimary", "roleStartDate", "roleEndDate"),
        key=("userSourcedId", "role"),
        unique=False,
    ),
    "classes": CsvSpec(
        taken=("sourcedId", "orgSourcedId", "title", "courseSourcedId"),
        others=("sessionSourcedIds", "code"),
    ),
    "enrollments": CsvSpec(
        taken=("classSourcedId", "userSourcedId", "role"), key=("classSourcedId", "userSourcedId", "role")
    ),
    "academicSessions": CsvSpec(
        taken=("sourcedId",), service=("title", "type", "schoolYear", "startDate", "endDate", "parentSourcedId")
    ),
    "courses": CsvSpec(
        taken=("sourcedId", "title"), service=("orgSourcedId", "code", "schoolYearSourcedId", "subject", "grade")
    ),
    "demographics": CsvSpec(
        taken=("userSourcedId", "sex", "birthDate"),
        personal=("birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"),
        key=("userSourcedId",),
    ),
    "relationships": CsvSpec(
        taken=("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
        key=("userSourcedId", "relationshipUserSourcedId"),
    ),
}
FLAGS = "userFlags"
"""Special needs and free meals: health and income of children, never read."""
REQUIRED = ("orgs", "users")
FIRST_GENERATION = frozenset({"school", "section", "student", "teacher", "studentenrollment", "teacherroster"})
"""Files of version 1, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SdsFile:
    """A package. Every line of every file is a row, or is named by a flaw."""

    source: Content
    version: str
    tables: Mapping[str, tuple[Row, ...]]
    """By the file's name without its ending; a file that is not there is not here."""
    flaws: tuple[Flaw, ...] = ()

    def rows(self, name: str) -> tuple[Row, ...]:
        return self.tables.get(name, ())
