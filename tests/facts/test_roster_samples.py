"""Packages nobody here wrote, and our own made-up ones: every line and every word is a record or a finding."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from roster_packages import SDS, folder, oneroster, told

from gateway.sync.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.sync.readers.values import Reading

SILENT = {("roles.csv", "sourcedId"), ("enrollments.csv", "sourcedId")}
"""The package's own ids of what nothing else refers to; changes come by them (test_oneroster_changes.py)."""


def texts(package: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted(package.iterdir())}


def lines(text: str) -> list[list[str]]:
    """The lines of a file as the bare csv module sees them."""
    return [line for line in csv.reader(io.StringIO(text, newline="")) if any(line)]


def written(rows: list[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


def look(path: Path, files: Mapping[str, str]) -> tuple[object, ...]:
    """Everything a reading says, but for the digest of the bytes and where things stand."""
    found = read_file(folder(path, files))
    parts = [(one.kind, one.records, one.complete) for one in found.parts]
    return parts, dict(found.counts), [(problem.code, problem.raw) for problem in found.problems]


PACKAGES = ["oneroster 1.1", "oneroster 1.2", "sds", "sample oneroster", "sample sds"]


@pytest.fixture(params=[*PACKAGES[:3], *(pytest.param(name, marks=pytest.mark.samples) for name in PACKAGES[3:])])
def files(request: pytest.FixtureRequest) -> dict[str, str]:
    name: str = request.param
    if name.startswith("sample"):
        samples: Path = request.getfixturevalue("samples")
        return texts(samples / ("oneroster-csv" if "oneroster" in name else "sds-csv/v2.1"))
    return dict(SDS) if name == "sds" else oneroster(name.split()[1])


def test_no_line_is_without_effect(files: dict[str, str], tmp_path: Path) -> None:
    """A line taken away changes the records, the figures or the findings, whichever line it is."""
    whole = look(tmp_path / "p", files)
    silent = []
    for name, text in files.items():
        rows = lines(text)
        for index in range(1, len(rows)):
            less = {**files, name: written(rows[:index] + rows[index + 1 :])}
            if look(tmp_path / "p", less) == whole and not _says_nothing(name, rows[index]):
                silent.append((name, rows[index]))
    assert silent == []


def _says_nothing(name: str, row: list[str]) -> bool:
    """Of a manifest: what is so without being said."""
    return name == "manifest.csv" and (
        row[0].startswith(("source.", "manifest.")) or row[1] in {"absent", "1.1", "1.2"}
    )


def test_no_word_is_without_effect(files: dict[str, str], tmp_path: Path) -> None:
    """A changed word changes what is read; else its column, or its whole file, is named as not taken."""
    path = tmp_path / "p"
    whole, found = look(path, files), read_file(folder(path, files))
    silent = []
    for name, text in files.items():
        header, *rows = lines(text)
        if name == "manifest.csv" or _named_as_a_whole(found, name):
            continue
        for index, row in enumerate(rows):
            for column, word in enumerate(row):
                changed = [*row[:column], f"{word}7", *row[column + 1 :]]
                other = {**files, name: written([header, *rows[:index], changed, *rows[index + 1 :]])}
                if word and look(path, other) == whole and not _named_column(found, name, header, column):
                    silent.append((name, header[column], word))
    assert silent == []


def _named_as_a_whole(found: Reading, name: str) -> bool:
    return any(where == name for code in ("RECORDS_NOT_TAKEN", "PERSONAL_DROPPED") for where, _ in told(found, code))


def _named_column(found: Reading, name: str, header: list[str], column: int) -> bool:
    """Its heading stands in a finding; a finding of values counts them, so it covers the column too."""
    place = f"{name}!{chr(65 + column)}1"
    named = ("COLUMN_NOT_TAKEN", "COLUMN_UNKNOWN", "PERSONAL_DROPPED", "VALUES_NOT_TAKEN")
    return (name, header[column]) in SILENT or any(where == place for code in named for where, _ in told(found, code))


@pytest.mark.samples
def test_the_real_oneroster_package_counts_as_the_bare_parser_does(samples: Path) -> None:
    """Users by their role, classes that are no homerooms, no course at all."""
    package = samples / "oneroster-csv"
    found, files = read_file(package), texts(package)
    users, classes = (list(csv.DictReader(io.StringIO(files[name]))) for name in ("users.csv", "classes.csv"))
    assert (found.detected.format, found.detected.version) == ("oneroster-csv", "1.1")
    assert found.counts["pupils"] == sum(row["role"] == "student" for row in users) == 2
    assert found.counts["plan_rows"] == sum(row["classType"] == "scheduled" for row in classes) == 3
    assert sum(found.counts.values()) == 5
    assert {raw for _, raw in told(found, "HEADER_MISSPELT")} == {
        "userId → userIds",
        "agents → agentSourcedIds",
        "grade → grades",
        "schoolYearId → schoolYearSourcedId",
        "userSourcedId → sourcedId",
        "birthdate → birthDate",
    }


@pytest.mark.samples
def test_the_real_sds_package_counts_as_the_bare_parser_does(samples: Path) -> None:
    """People by the roles they have, guardians by the relationships; not one password is kept."""
    package = samples / "sds-csv/v2.1"
    found, files = read_file(package), texts(package)
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items()}
    roles = {(row["userSourcedId"], row["role"]) for row in tables["roles.csv"]}
    assert found.counts["pupils"] == sum(role == "student" for _, role in roles) == 4
    assert found.counts["staff"] == sum(role != "student" for _, role in roles) == 2
    guardians = {row["relationshipUserSourcedId"] for row in tables["relationships.csv"]}
    assert found.counts["guardians"] == len(guardians) == 2
    assert found.counts["subjects"] == len(tables["courses.csv"])
    assert found.counts["plan_rows"] == len(tables["classes.csv"])
    assert not any(problem.blocks for problem in found.problems)
    passwords = {row["password"] for row in tables["users.csv"] if row["password"]}
    assert passwords
    assert not any(password in repr(found.parts) for password in passwords)
