"""What real OneRoster packages get wrong is read where it can be understood, and named wherever it stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from roster_packages import (
    MODES,
    ONEROSTER,
    folder,
    manifest,
    oneroster,
    part,
    reading,
    records,
    replaced,
    told,
)

from gateway.sync.reading import read_file
from state.local import SourceKind
from state.records import Pupil, RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.sync.readers.values import Reading


@pytest.fixture
def whole(tmp_path: Path) -> Reading:
    return reading(tmp_path / "p", oneroster())


VIOLATIONS = [
    ("users", ("userIds,", "userId,"), "HEADER_MISSPELT", ("users.csv!F1", "userId → userIds")),
    ("users", ("familyName", "FamilyName"), "HEADER_MISSPELT", ("users.csv!H1", "FamilyName → familyName")),
    ("users", ("agentSourcedIds", "agents"), "HEADER_MISSPELT", ("users.csv!N1", "agents → agentSourcedIds")),
    ("users", ("givenName", "givenNmae"), "HEADER_MISSPELT", ("users.csv!G1", "givenNmae → givenName")),
    ("classes", ("title,grades", "title,grade"), "HEADER_MISSPELT", ("classes.csv!E1", "grade → grades")),
    ("demographics", ("birthDate", "birthdate"), "HEADER_MISSPELT", ("demographics.csv!D1", "birthdate → birthDate")),
    (
        "demographics",
        ("sourcedId,status", "userSourcedId,status"),
        "HEADER_MISSPELT",
        ("demographics.csv!A1", "userSourcedId → sourcedId"),
    ),
    ("orgs", ("school,,\n", "school,,,,\n"), "TRAILING_COMMAS", ("orgs.csv:2", "")),
    ("demographics", ("2013-03-05", "5/03/2013"), "DATE_NOT_ISO", ("demographics.csv!D2", "birthDate")),
    ("enrollments", ("2026-12-28", "28.12.2026"), "DATE_NOT_ISO", ("enrollments.csv!J3", "endDate")),
    ("orgs", ("status", "ext_id,status"), "COLUMN_UNKNOWN", ("orgs.csv!B1", "ext_id")),
    ("users", ("status", "metadata.note"), "COLUMN_UNKNOWN", ("users.csv!B1", "metadata.note")),
]


@pytest.mark.parametrize(("name", "change", "code", "where"), VIOLATIONS, ids=[f"{v[0]} {v[1][1]}" for v in VIOLATIONS])
def test_a_violation_is_survived_and_named(
    name: str, change: tuple[str, str], code: str, where: tuple[str, str], whole: Reading, tmp_path: Path
) -> None:
    """The records are what they were, and a finding says where the package breaks the rules."""
    text = replaced(ONEROSTER[f"{name}.csv"], change)
    if change[1].startswith("ext_id"):
        text = text.replace("\ns1,", "\ns1,77,")
    found = reading(tmp_path / "q", oneroster(**{name: text}))
    assert records(found) == records(whole)
    assert where in told(found, code)
    assert not any(problem.blocks for problem in found.problems)


def test_vendor_columns_may_stand_in_any_order(whole: Reading, tmp_path: Path) -> None:
    """Columns are found by their names, wherever they stand."""
    lines = [line.split(",") for line in ONEROSTER["enrollments.csv"].splitlines()]
    turned = "\n".join(",".join(["x", *reversed(line)]) for line in lines)
    found = reading(tmp_path / "q", oneroster(enrollments=turned))
    assert records(found) == records(whole)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_pages_are_read_and_named(separator: str, whole: Reading, tmp_path: Path) -> None:
    """What Excel made of the file is still the file."""
    files = oneroster()
    path = folder(tmp_path / "q", files)
    text = files["roles.csv"].replace(",", separator)
    (path / "roles.csv").write_bytes(text.encode("utf-16"))
    (path / "orgs.csv").write_bytes(files["orgs.csv"].encode("cp1251"))
    found = read_file(path)
    assert records(found) == records(whole)
    assert [where for where, _ in told(found, "SEPARATOR_OTHER")] == ["roles.csv"]
    assert told(found, "ENCODING_GUESSED") == [("orgs.csv", "cp1251")]


def test_wrong_case_file_names_are_read_and_named(whole: Reading, tmp_path: Path) -> None:
    """Users.CSV is users.csv; a file nobody knows is named too."""
    files = oneroster()
    files["Users.CSV"] = files.pop("users.csv")
    files["Прочти меня.txt"] = "привет"
    found = reading(tmp_path / "q", files)
    assert records(found) == records(whole)
    assert told(found, "FILE_NAME_CASE") == [("Users.CSV", "Users.CSV → users.csv")]
    assert told(found, "TABLE_UNKNOWN") == [("Прочти меня.txt", "Прочти меня.txt")]


def test_a_package_without_a_manifest_is_taken_as_whole(whole: Reading, tmp_path: Path) -> None:
    """Its files are what they are; the version is told by the roles."""
    files = oneroster()
    del files["manifest.csv"]
    found = reading(tmp_path / "q", files)
    assert (records(found), found.detected.version) == (records(whole), "1.2")
    assert told(found, "MANIFEST_MISSING") == [("q", "")]


def test_what_a_problem_quotes_has_nothing_unseen(tmp_path: Path) -> None:
    """A damaged manifest's control characters reach no screen and no workbook."""
    text = manifest(users="bulk").replace("file.users", "file.\x00\x1busers")
    raws = [raw for _where, raw in told(reading(tmp_path / "q", oneroster(manifest=text)), "MANIFEST_VALUE_BAD")]
    assert any("file.users" in raw for raw in raws)
    assert all(raw.isprintable() for raw in raws)


def test_modes_the_manifest_does_not_tell_are_guessed_and_named(whole: Reading, tmp_path: Path) -> None:
    """«""» and silence mean bulk for a file that is there; a file said to be absent is not read."""
    modes = {**MODES, "users": '""', "classes": "full", "demographics": "absent", "results": '""'}
    del modes["roles"]
    found = reading(tmp_path / "q", oneroster(manifest=manifest(**modes)))
    assert told(found, "MANIFEST_VALUE_BAD") == [
        ("manifest.csv", "file.classes=full"),
        ("manifest.csv", "file.users="),
        ("manifest.csv", "file.results="),
        ("manifest.csv", "file.roles="),
    ]
    assert told(found, "FILE_DECLARED_ABSENT") == [("demographics.csv", "3")]
    assert found.counts["pupils"] == whole.counts["pupils"]
    assert not any(one.complete for one in found.parts)


def test_a_file_the_manifest_announces_must_be_there(tmp_path: Path) -> None:
    """A package that lost a file is not all there is."""
    files = oneroster()
    del files["demographics.csv"]
    found = reading(tmp_path / "q", files)
    assert told(found, "FILE_MISSING") == [("q", "demographics.csv")]
    assert not any(one.complete for one in found.parts)


BLOCKED = [
    ("users", ("u2,,,true,u2,,Анна,Ким,", "u2,,,true,u2,,Анна,,"), "VALUE_MISSING", ("users.csv:3", "familyName")),
    ("users", ("Петровна,К-2", "Петровна,К-1"), "FILE_NUMBER_SHARED", ("users.csv!J3", "К-1")),
    ("roles", ("u2,primary,student", "u2,primary,pupil"), "WORD_UNKNOWN", ("roles.csv!F3", "pupil")),
    ("roles", ("r5,,,t1,", "r5,,,t9,"), "REFERENCE_BAD", ("roles.csv:6", "userSourcedId=t9")),
    ("roles", ("r5,,,t1,", "r5,,,t9,"), "USER_WITHOUT_ROLE", ("users.csv:6", "t1")),
    ("enrollments", ("e1,,,c1,", "e1,,,c9,"), "REFERENCE_BAD", ("enrollments.csv:2", "classSourcedId=c9")),
    ("enrollments", ("u1,student,,2026", "u1,pupil,,2026"), "WORD_UNKNOWN", ("enrollments.csv!G2", "pupil")),
    ("users", ('"g1,g2"', '"g1,g9"'), "REFERENCE_BAD", ("users.csv!N2", "agentSourcedIds=g9")),
    ("users", ("u1,,,true,u1", "u1,,,true,u1,лишнее"), "ROW_TOO_LONG", ("users.csv:2", "17")),
    ("users", ("u2,,,true", ",,,true"), "VALUE_MISSING", ("users.csv:3", "sourcedId")),
    ("users", ("u2,,,true", "u1,,,true"), "ID_REPEATED", ("users.csv:3", "u1")),
    ("demographics", ("u2,,,", "u9,,,"), "REFERENCE_BAD", ("demographics.csv:3", "sourcedId=u9")),
    ("classes", ("7б", ""), "VALUE_MISSING", ("classes.csv:2", "title")),
    ("users", ("sourcedId", "номер"), "HEADER_MISSING", ("users.csv", "")),
]


@pytest.mark.parametrize(("name", "change", "code", "where"), BLOCKED, ids=[f"{v[0]} {v[2]}" for v in BLOCKED])
def test_what_cannot_be_taken_is_left_out_and_named(
    name: str, change: tuple[str, str], code: str, where: tuple[str, str], tmp_path: Path
) -> None:
    """The record is left out, its place is told, and the package no longer speaks for the whole school."""
    found = reading(tmp_path / "q", oneroster(**{name: replaced(ONEROSTER[f"{name}.csv"], change)}))
    assert where in told(found, code)
    assert not any(one.complete for one in found.parts)


def test_a_stray_quote_swallows_nothing(tmp_path: Path) -> None:
    """The lines after it are still records."""
    text = replaced(ONEROSTER["users.csv"], ("Петровна", '"Петровна'))
    found = reading(tmp_path / "q", oneroster(users=text))
    assert told(found, "CSV_BROKEN") == [("users.csv", "")]
    assert found.counts["staff"] == 1


def test_a_formula_is_no_word(tmp_path: Path) -> None:
    """What a spreadsheet would run is blank, and its place is told."""
    found = reading(tmp_path / "q", oneroster(users=replaced(ONEROSTER["users.csv"], ("Мей", "=HYPERLINK(1)"))))
    assert told(found, "FORMULA") == [("users.csv!G5", "")]
    assert found.counts["guardians"] == 1


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (("5/03/2013", "24/07/2013"), (date(2013, 3, 5), date(2013, 7, 24))),
        (("3/5/2013", "7/24/2013"), (date(2013, 3, 5), date(2013, 7, 24))),
        (("2013-03-05T00:00:00.000Z", "2013-07-24"), (date(2013, 3, 5), date(2013, 7, 24))),
        (("31/12/2013", "12/31/2013"), (date(2013, 12, 31), date(2013, 12, 31))),
    ],
)
def test_a_column_of_dates_shows_its_own_order(dates: tuple[str, str], read: tuple[date, date], tmp_path: Path) -> None:
    """One date that can only be read with the month first turns the whole column."""
    text = replaced(ONEROSTER["demographics.csv"], ("2013-03-05", dates[0]), ("2013-07-24", dates[1]))
    pupils = part(reading(tmp_path / "q", oneroster(demographics=text)), SourceKind.PUPILS).records[RecordType.PUPIL]
    assert {one.birth_date for one in pupils if isinstance(one, Pupil)} == set(read)


def test_a_date_that_could_be_either_is_not_guessed(tmp_path: Path) -> None:
    """A column that mixes both orders says nothing of a date that fits both."""
    text = replaced(
        ONEROSTER["demographics.csv"],
        ("2013-03-05", "3/5/2013"),
        ("2013-07-24", "24/07/2013"),
        ("1980-01-31", "1/31/1980"),
    )
    assert told(reading(tmp_path / "q", oneroster(demographics=text)), "DATE_BAD") == [
        ("demographics.csv!D2", "3/5/2013")
    ]
