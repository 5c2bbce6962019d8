"""The field tables of OneRoster CSV as the format's description has them, and what a package does against them.

Written down from the description, not from the code: the code may be wrong in the same way twice.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ORGS = "sourcedId* status dateLastModified name* type* identifier parentSourcedId"
SESSIONS = "sourcedId* status dateLastModified title* type* startDate* endDate* parentSourcedId schoolYear*"
COURSES = (
    "sourcedId* status dateLastModified schoolYearSourcedId title* courseCode grades orgSourcedId* "
    "subjects subjectCodes"
)
CLASSES = (
    "sourcedId* status dateLastModified title* grades courseSourcedId* classCode classType* location schoolSourcedId* "
    "termSourcedIds* subjects subjectCodes periods"
)
USERS_1_2 = (
    "sourcedId* status dateLastModified enabledUser* username* userIds givenName* familyName* middleName identifier "
    "email sms phone agentSourcedIds grades password userMasterIdentifier preferredGivenName preferredMiddleName "
    "preferredFamilyName primaryOrgSourcedId pronouns"
)
USERS_1_1 = (
    "sourcedId* status dateLastModified enabledUser* orgSourcedIds* role* username* userIds givenName* familyName* "
    "middleName identifier email sms phone agentSourcedIds grades password"
)
ROLES = (
    "sourcedId* status dateLastModified userSourcedId* roleType* role* beginDate endDate orgSourcedId* "
    "userProfileSourcedId"
)
ENROLLMENTS = (
    "sourcedId* status dateLastModified classSourcedId* schoolSourcedId* userSourcedId* role* primary beginDate endDate"
)
DEMOGRAPHICS = (
    "sourcedId* status dateLastModified birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican "
    "nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity "
    "countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus"
)
SHARED = {
    "academicSessions": SESSIONS,
    "orgs": ORGS,
    "courses": COURSES,
    "classes": CLASSES,
    "enrollments": ENROLLMENTS,
    "demographics": DEMOGRAPHICS,
}
TABLES = {
    "1.1": {**SHARED, "users": USERS_1_1},
    "1.2": {**SHARED, "users": USERS_1_2, "roles": ROLES},
}
ABSENT_1_1 = {"categories", "classResources", "courseResources", "lineItems", "resources", "results"}
ABSENT_1_2 = ABSENT_1_1 | {
    "lineItemLearningObjectiveIds",
    "lineItemScoreScales",
    "resultLearningObjectiveIds",
    "resultScoreScales",
    "scoreScales",
    "userProfiles",
    "userResources",
}
PEOPLE = {
    *("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"),
    *("counselor", "districtAdministrator", "principal", "siteAdministrator", "systemAdministrator"),
}
WORDS = {
    ("orgs", "type"): {"department", "school", "district", "local", "state", "national"},
    ("academicSessions", "type"): {"gradingPeriod", "semester", "schoolYear", "term"},
    ("classes", "classType"): {"homeroom", "scheduled"},
    ("users", "role"): {"administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"},
    ("users", "enabledUser"): {"true", "false"},
    ("roles", "role"): PEOPLE - {"administrator"},
    ("roles", "roleType"): {"primary", "secondary"},
    ("enrollments", "role"): {"student", "teacher", "proctor", "administrator"},
    ("enrollments", "primary"): {"true", "false"},
    ("demographics", "sex"): {"male", "female", "unspecified", "other"},
}
REFERENCES = {
    ("orgs", "parentSourcedId"): "orgs",
    ("academicSessions", "parentSourcedId"): "academicSessions",
    ("courses", "schoolYearSourcedId"): "academicSessions",
    ("courses", "orgSourcedId"): "orgs",
    ("classes", "courseSourcedId"): "courses",
    ("classes", "schoolSourcedId"): "orgs",
    ("classes", "termSourcedIds"): "academicSessions",
    ("users", "orgSourcedIds"): "orgs",
    ("users", "primaryOrgSourcedId"): "orgs",
    ("users", "agentSourcedIds"): "users",
    ("roles", "userSourcedId"): "users",
    ("roles", "orgSourcedId"): "orgs",
    ("enrollments", "classSourcedId"): "classes",
    ("enrollments", "schoolSourcedId"): "orgs",
    ("enrollments", "userSourcedId"): "users",
    ("demographics", "sourcedId"): "users",
}
GUID = re.compile(r"[0-9A-Za-z./@_-]{1,255}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
OTHER_IDS = re.compile(r"\{[^:{}]+:[^{}]+\}(,\{[^:{}]+:[^{}]+\})*")


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def violations(files: Mapping[str, bytes], version: str, before: Mapping[str, bytes] | None = None) -> list[str]:
    """Everything the package does against the tables; a package of changes may refer to what `before` holds."""
    return [*_manifest(files, version), *_contents(files, version, before or {})]


def _manifest(files: Mapping[str, bytes], version: str) -> Iterator[str]:
    lines = list(csv.reader(io.StringIO(files["manifest.csv"].decode("utf-8"))))
    told = dict(lines[1:])
    tables = TABLES[version]
    absent = ABSENT_1_1 if version == "1.1" else ABSENT_1_2
    wanted = {"manifest.version", "oneroster.version", "source.systemName"}
    wanted |= {f"file.{name}" for name in (*tables, *absent)}
    if lines[0] != ["propertyName", "value"] or len(told) != len(lines) - 1:
        yield "manifest: header or repeated property"
    if set(told) != wanted:
        yield f"manifest: {set(told) ^ wanted}"
    if (told.get("manifest.version"), told.get("oneroster.version")) != ("1.0", version):
        yield "manifest: versions"
    for name in (*tables, *absent):
        if (told[f"file.{name}"] == "absent") == (f"{name}.csv" in files):
            yield f"manifest: {name} is {told[f'file.{name}']}"
    if extra := set(files) - {"manifest.csv", *(f"{name}.csv" for name in tables)}:
        yield f"unknown files: {extra}"


def _contents(files: Mapping[str, bytes], version: str, before: Mapping[str, bytes]) -> Iterator[str]:
    told = dict(csv.reader(io.StringIO(files["manifest.csv"].decode("utf-8"))))
    ids = {
        name: {row["sourcedId"] for one in (before, files) for row in rows_of(one.get(f"{name}.csv", b"sourcedId"))}
        for name in TABLES[version]
    }
    for name, table in TABLES[version].items():
        if f"{name}.csv" not in files:
            continue
        columns = [word.rstrip("*") for word in table.split()]
        required = [word.rstrip("*") for word in table.split() if word.endswith("*")]
        data = files[f"{name}.csv"]
        header = next(csv.reader(io.StringIO(data.decode("utf-8"))))
        if header[: len(columns)] != columns or not all(one.startswith("metadata.") for one in header[len(columns) :]):
            yield f"{name}: header {header}"
        rows = rows_of(data)
        if len({row["sourcedId"] for row in rows}) != len(rows):
            yield f"{name}: repeated sourcedId"
        for row in rows:
            yield from (f"{name}.{wrong}" for wrong in _row(name, row, required, told[f"file.{name}"], ids))


def _row(name: str, row: dict[str, str], required: list[str], mode: str, ids: Mapping[str, set[str]]) -> Iterator[str]:
    gone = row["status"] == "tobedeleted"
    yield from (f"{column} is blank" for column in required if not row[column] and not (gone and name != "users"))
    lifecycle = (row["status"] in {"active", "tobedeleted"}, bool(MOMENT.fullmatch(row["dateLastModified"])))
    if lifecycle != ((True, True) if mode == "delta" else (False, False)):
        yield f"status {row['status']!r} {row['dateLastModified']!r} in {mode}"
    for column, word in row.items():
        if word and (wrong := _word(name, column, word, ids)):
            yield f"{column}: {wrong}"


def _word(name: str, column: str, word: str, ids: Mapping[str, set[str]]) -> str:
    words, target = WORDS.get((name, column)), REFERENCES.get((name, column))
    if word != word.strip():
        return "edges"
    if words is not None and word not in words:
        return word
    if column == "sourcedId" and not GUID.fullmatch(word):
        return word
    if target and not set(word.split(",") if column.endswith("Ids") else [word]) <= ids[target]:
        return f"{word} is nowhere in {target}"
    if column.endswith("Date") and not _is_day(word):
        return word
    if column == "schoolYear" and not re.fullmatch(r"\d{4}", word):
        return word
    if column == "grades" and not re.fullmatch(r"\d\d", word):
        return word
    if column == "userIds" and not OTHER_IDS.fullmatch(word):
        return word
    return ""


def _is_day(word: str) -> bool:
    try:
        return date.fromisoformat(word).isoformat() == word
    except ValueError:
        return False
