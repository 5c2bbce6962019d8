"""A Microsoft SDS package gives people, forms and subgroups; passwords and special needs are dropped and said."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from roster_packages import SDS, packed, part, reading, records, replaced, told

from gateway.sync.reading import read_file
from state.identity import SourcedId
from state.local import SourceKind
from state.records import Form, Guardian, Pupil, RecordType, Subgroup

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.sync.readers.values import Reading


@pytest.fixture
def whole(tmp_path: Path) -> Reading:
    return reading(tmp_path / "p", SDS)


def test_people_come_with_their_roles_and_relations(whole: Reading) -> None:
    """Pupils by the package's id, guardians by the relationships."""
    contingent = part(whole, SourceKind.PUPILS)
    assert {
        (one.sourced_id, one.name.full, one.birth_date)
        for one in contingent.records[RecordType.PUPIL]
        if isinstance(one, Pupil)
    } == {("pupil:u1", "Ли Ян", date(2013, 3, 5)), ("pupil:u2", "Ким Анна", date(2013, 7, 24))}
    assert {
        (one.pupil, one.name.full, one.kinship, one.phone)
        for one in contingent.records[RecordType.GUARDIAN]
        if isinstance(one, Guardian)
    } == {("pupil:u2", "Ким Пётр", "родитель", "+79000000001")}
    assert [one.sourced_id for one in part(whole, SourceKind.STAFF).records[RecordType.STAFF]] == [
        "staff:козлова ольга"
    ]
    assert told(whole, "NUMBER_IS_PACKAGE_ID") == [("users.csv", "2")]


def test_a_class_called_like_a_form_is_one(whole: Reading) -> None:
    """SDS has no homerooms; part of that form is a subgroup, all of it a row of the plan."""
    form = Form(sourced_id=SourcedId("form:0:7б"), name="7Б", grade=7)
    assert part(whole, SourceKind.PUPILS).records[RecordType.FORM] == (form,)
    [group] = part(whole, SourceKind.SUBGROUPS).records[RecordType.SUBGROUP]
    assert isinstance(group, Subgroup)
    assert (group.name, group.division, group.form) == ("Английский 1", "Английский", form.sourced_id)
    assert (whole.counts["forms"], whole.counts["subgroups"], whole.counts["plan_rows"]) == (1, 1, 1)
    assert told(whole, "CLASS_TAKEN_AS_FORM") == [("classes.csv:2", "7Б")]


def test_passwords_and_special_needs_are_dropped_and_said(whole: Reading) -> None:
    """Flags name children's needs and their families' income: nothing of them is kept."""
    assert told(whole, "PERSONAL_DROPPED") == [
        ("users.csv!E1", "password"),
        ("demographics.csv!D1", "birthCity"),
        ("userFlags.csv", "userFlags: 1"),
    ]
    assert "secret" not in repr(whole.parts)
    assert "iep" not in repr(whole)


def test_wrong_case_is_read_and_named(whole: Reading, tmp_path: Path) -> None:
    """SDS itself would refuse such headers and file names."""
    users = replaced(SDS["users.csv"], ("givenName", "GivenName"))
    files = {**SDS, "Roles.csv": SDS["roles.csv"], "users.csv": users}
    del files["roles.csv"]
    found = reading(tmp_path / "q", files)
    assert records(found) == records(whole)
    assert told(found, "HEADER_MISSPELT") == [("users.csv!C1", "GivenName → givenName")]
    assert told(found, "FILE_NAME_CASE") == [("Roles.csv", "Roles.csv → roles.csv")]


def test_roles_may_stand_beside_the_users(whole: Reading, tmp_path: Path) -> None:
    """So did version 2.0."""
    users = (
        "sourcedId,orgSourcedIds,username,givenName,familyName,password,role,email,phone\n"
        "u1,1,я,Ян,Ли,,student,,\nu2,1,а,Анна,Ким,,student,,\n"
        "g1,1,g,Пётр,Ким,,,kim@example.org,+79000000001\nt1,1,t,Ольга,Козлова,,teacher,,\n"
    )
    files = {**SDS, "users.csv": users}
    del files["roles.csv"]
    found = reading(tmp_path / "q", files)
    assert (found.detected.format, found.detected.version) == ("sds-csv", "2.0")
    assert records(found) == records(whole)


def test_the_first_generation_is_refused_with_advice(tmp_path: Path) -> None:
    """Its files have other names, other headers and American dates."""
    names = ("School", "Section", "Student", "Teacher", "StudentEnrollment", "TeacherRoster")
    found = reading(tmp_path / "q", {f"{name}.csv": "SIS ID,Name\n1,x\n" for name in names})
    assert (found.detected.format, found.detected.code, found.parts) == ("sds-csv", "UNSUPPORTED_VERSION", ())


def test_files_inside_a_folder_of_an_archive_say_what_to_do(tmp_path: Path) -> None:
    """The files are not opened, and the refusal says to lay them at the root."""
    found = read_file(packed(tmp_path / "p.zip", {f"sds/{name}": text for name, text in SDS.items()}))
    assert (found.detected.code, found.parts) == ("PACKAGE_IN_FOLDER", ())


@pytest.mark.parametrize(
    ("name", "change", "code", "where"),
    [
        ("relationships", ("u2,g1,parent", "u2,g1,doctor"), "WORD_UNKNOWN", ("relationships.csv!C2", "doctor")),
        ("relationships", ("u2,g1,", "u2,g9,"), "REFERENCE_BAD", ("relationships.csv:2", "u2, g9")),
        ("relationships", ("u2,g1,", "t1,g1,"), "GUARDIAN_WITHOUT_PUPIL", ("relationships.csv:2", "Ким Пётр")),
        ("enrollments", ("c1,u1,", "c1,u9,"), "REFERENCE_BAD", ("enrollments.csv:2", "userSourcedId=u9")),
        ("enrollments", ("c1,u1,", "c9,u1,"), "REFERENCE_BAD", ("enrollments.csv:2", "classSourcedId=c9")),
        ("roles", ("u1,1,student", "u1,1,hero"), "WORD_UNKNOWN", ("roles.csv!C2", "hero")),
        ("roles", ("t1,1,", "t9,1,"), "REFERENCE_BAD", ("roles.csv:4", "userSourcedId=t9")),
        ("demographics", ("u1,male", "u9,male"), "REFERENCE_BAD", ("demographics.csv:2", "userSourcedId=u9")),
        ("users", ("Ян,Ли", "Ян,"), "VALUE_MISSING", ("users.csv:2", "familyName")),
    ],
)
def test_what_cannot_be_taken_is_left_out_and_named(
    name: str, change: tuple[str, str], code: str, where: tuple[str, str], tmp_path: Path
) -> None:
    """The record is left out, its place is told, and the package no longer speaks for the whole school."""
    found = reading(tmp_path / "q", {**SDS, f"{name}.csv": replaced(SDS[f"{name}.csv"], change)})
    assert where in told(found, code)
    assert not any(one.complete for one in found.parts)
