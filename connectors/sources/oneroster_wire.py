"""OneRoster CSV 1.1 and 1.2 as data: which files there are, which columns, and what a package reads as.

Columns are those of the specification in its order (formats.md §7), then our own `metadata.` ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources.roster_csv import CsvSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.wire import Content, Flaw, Row

BULK, DELTA, ABSENT = "bulk", "delta", "absent"
GONE = "tobedeleted"
LIFECYCLE = ("sourcedId", "status", "dateLastModified")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "academicSessions": (
        *LIFECYCLE,
        *("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    ),
    "orgs": (*LIFECYCLE, *("name", "type", "identifier", "parentSourcedId")),
    "courses": (
        *LIFECYCLE,
        *("schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"),
    ),
    "classes": (
        *LIFECYCLE,
        *("title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId"),
        *("termSourcedIds", "subjects", "subjectCodes", "periods"),
    ),
    "users": (
        *LIFECYCLE,
        *("enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email"),
        *("sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName"),
        *("preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
    ),
    "roles": (
        *LIFECYCLE,
        *("userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"),
    ),
    "enrollments": (
        *LIFECYCLE,
        *("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    ),
    "demographics": (
        *LIFECYCLE,
        *("birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican"),
        *("nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces"),
        *("hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth"),
        "publicSchoolResidenceStatus",
    ),
}
"""Of version 1.2, by the file's name without its ending."""
USERS_1_1 = (
    *LIFECYCLE,
    *("enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName"),
    *("identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"),
)
METADATA: Mapping[str, tuple[str, ...]] = {
    "users": ("metadata.kinship", "metadata.position"),
    "classes": ("metadata.form", "metadata.division", "metadata.subgroup"),
}
"""What the specification has no column for, and `sverka export oneroster` writes."""
UNUSED = (
    *("categories", "lineItems", "results", "resources", "classResources", "courseResources", "userProfiles"),
    *("userResources", "scoreScales", "lineItemScoreScales", "resultScoreScales", "lineItemLearningObjectiveIds"),
    "resultLearningObjectiveIds",
)
"""Files of the specification that hold nothing of a roster."""
NOT_ROSTER = ("academicSessions", "orgs", "courses")
"""Files we read nothing from but names: periods and the school are the settings', subjects the timetable's."""
ONLY_1_2 = frozenset(
    {
        *("roles", "userProfiles", "userResources", "scoreScales", "lineItemScoreScales", "resultScoreScales"),
        *("lineItemLearningObjectiveIds", "resultLearningObjectiveIds"),
    }
)
FILES = (*COLUMNS, *UNUSED)

_TAKEN: Mapping[str, tuple[str, ...]] = {
    "academicSessions": ("sourcedId", "status"),
    "orgs": ("sourcedId", "status", "name", "type"),
    "courses": ("sourcedId", "status", "title"),
    "classes": (
        *("sourcedId", "status", "title", "grades", "courseSourcedId", "classType", "schoolSourcedId"),
        *METADATA["classes"],
    ),
    "users": (
        *("sourcedId", "status", "role", "userIds", "givenName", "familyName", "middleName", "identifier", "email"),
        *("sms", "phone", "agentSourcedIds"),
        *METADATA["users"],
    ),
    "roles": ("sourcedId", "status", "userSourcedId", "role"),
    "enrollments": (
        *("sourcedId", "status", "classSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    ),
    "demographics": ("sourcedId", "status", "birthDate", "sex"),
}
_SERVICE = ("dateLastModified",)
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "users": {"userId": "userIds", "grade": "grades", "agents": "agentSourcedIds", "orgSourcedId": "orgSourcedIds"},
    "classes": {"grade": "grades", "termSourcedId": "termSourcedIds"},
    "courses": {"grade": "grades", "schoolYearId": "schoolYearSourcedId"},
    "demographics": {"userSourcedId": "sourcedId", "birthdate": "birthDate", "dob": "birthDate"},
    "orgs": {"parentOrgSourcedId": "parentSourcedId"},
}
"""Seen in real packages (formats.md §7)."""
_PERSONAL: Mapping[str, tuple[str, ...]] = {
    "users": ("password", "pronouns"),
    "demographics": COLUMNS["demographics"][5:],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterTable:
    """One file: all of its records, or only what changed."""

    mode: str
    """`bulk` or `delta`."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRosterFile:
    """A package. Every line of every file is a row, or is named by a flaw."""

    source: Content
    version: str
    tables: Mapping[str, RosterTable]
    """By the file's name without its ending; a file that is not there is not here."""
    flaws: tuple[Flaw, ...] = ()
    unused: Mapping[str, int] = field(default_factory=dict)
    """How many records the files hold that have nothing of a roster, by place."""

    @property
    def is_delta(self) -> bool:
        """Some file tells only what changed."""
        return any(table.mode == DELTA for table in self.tables.values())

    def rows(self, name: str) -> tuple[Row, ...]:
        table = self.tables.get(name)
        return table.rows if table else ()


def spec_of(name: str) -> CsvSpec:
    """How the file of that name is read, in either version."""
    extra = tuple(column for column in USERS_1_1 if name == "users" and column not in COLUMNS["users"])
    known = (*COLUMNS[name], *extra, *METADATA.get(name, ()))
    taken, personal = _TAKEN[name], _PERSONAL.get(name, ())
    service = known if name in NOT_ROSTER else _SERVICE
    return CsvSpec(
        taken=taken,
        others=tuple(column for column in known if column not in {*taken, *personal, *service}),
        service=tuple(column for column in service if column not in taken),
        personal=personal,
        aliases=_ALIASES.get(name, {}),
    )


# --- written ----------------------------------------------------------------------------------------------------------

SYSTEM = "Sverka"
"""`source.systemName` of the packages we write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTable:
    """One file to write: every row holds words for all of its columns that are not blank."""

    mode: str
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPackage:
    version: str
    """`1.1` or `1.2`."""
    tables: Mapping[str, WrittenTable]
    """By the file's name without its ending; a file that is not here is absent from the package."""


def header(name: str, version: str) -> tuple[str, ...]:
    """The columns of a file as it is written: the specification's in its order, then our own."""
    columns = USERS_1_1 if name == "users" and version == "1.1" else COLUMNS[name]
    return (*columns, *METADATA.get(name, ()))


def files_of(version: str) -> tuple[str, ...]:
    """The files the manifest of that version speaks of."""
    return tuple(name for name in FILES if version != "1.1" or name not in ONLY_1_2)
