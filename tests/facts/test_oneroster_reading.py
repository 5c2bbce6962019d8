"""A OneRoster package gives people, forms and subgroups; each record is kept or named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from roster_packages import (
    MODES,
    ONEROSTER,
    codes,
    manifest,
    oneroster,
    packed,
    part,
    reading,
    records,
    replaced,
    told,
)

from gateway.sync.reading import read_file
from state.identity import SourcedId
from state.local import SourceKind
from state.records import Form, Guardian, Membership, PersonName, Pupil, RecordType, Staff, Subgroup

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.sync.readers.values import Reading

FORM, GROUP = SourcedId("form:0:7б"), SourcedId("subgroup:0:7б:английский язык:английский 1")
LI, KIM, KOZLOVA = SourcedId("pupil:к-1"), SourcedId("pupil:к-2"), SourcedId("staff:козлова ольга викторовна")


@pytest.fixture
def whole(tmp_path: Path) -> Reading:
    return reading(tmp_path / "p", oneroster())


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_both_versions_give_the_same(version: str, whole: Reading, tmp_path: Path) -> None:
    """Roles in a file of their own or beside the users, in a folder or in an archive: the records are equal."""
    found = read_file(packed(tmp_path / "p.zip", oneroster(version)))
    assert (found.detected.format, found.detected.version) == ("oneroster-csv", version)
    assert records(found) == records(whole)
    assert found.counts == whole.counts


def test_people_are_taken_with_what_may_be_kept(whole: Reading) -> None:
    """Pupils by their personal file number, staff by name; birth date and sex come from the demographics."""
    pupils = part(whole, SourceKind.PUPILS).records[RecordType.PUPIL]
    assert set(pupils) == {
        Pupil(
            sourced_id=LI,
            name=PersonName(family="Ли", given="Ян"),
            personal_file="К-1",
            sex="male",
            birth_date=date(2013, 3, 5),
            snils="112-233-445 95",
        ),
        Pupil(
            sourced_id=KIM,
            name=PersonName(family="Ким", given="Анна", patronymic="Петровна"),
            personal_file="К-2",
            sex="female",
            birth_date=date(2013, 7, 24),
        ),
    }
    assert part(whole, SourceKind.STAFF).records[RecordType.STAFF] == (
        Staff(
            sourced_id=KOZLOVA,
            name=PersonName(family="Козлова", given="Ольга", patronymic="Викторовна"),
            sex="female",
            birth_date=date(1980, 1, 31),
            email="kozlova@example.org",
        ),
    )


def test_a_guardian_stands_by_each_of_the_children(whole: Reading) -> None:
    """Who names whom does not matter, a pair is told once, and the telephone is the one that is filled."""
    guardians = part(whole, SourceKind.PUPILS).records[RecordType.GUARDIAN]
    told = {(one.pupil, one.name.full, one.kinship, one.phone) for one in guardians if isinstance(one, Guardian)}
    assert told == {
        (LI, "Ким Пётр", "родитель", "+79000000001"),
        (KIM, "Ким Пётр", "родитель", "+79000000001"),
        (LI, "Ли Мей", "законный представитель", "+79000000002"),
    }


def test_a_homeroom_is_a_form_and_part_of_it_a_subgroup(whole: Reading) -> None:
    """The whole form's class of a subject is neither: it is counted as a row of the plan, and said to be left."""
    contingent, subgroups = part(whole, SourceKind.PUPILS), part(whole, SourceKind.SUBGROUPS)
    assert contingent.records[RecordType.FORM] == (Form(sourced_id=FORM, name="7Б", grade=7),)
    assert {
        (one.person, one.group, one.starts, one.ends)
        for one in contingent.records[RecordType.MEMBERSHIP]
        if isinstance(one, Membership)
    } == {
        (LI, FORM, date(2026, 9, 1), None),
        (KIM, FORM, date(2026, 9, 1), date(2026, 12, 28)),
    }
    assert subgroups.records[RecordType.SUBGROUP] == (
        Subgroup(sourced_id=GROUP, name="Английский 1", form=FORM, division="Английский язык"),
    )
    assert len(subgroups.records[RecordType.MEMBERSHIP]) == 1
    assert part(whole, SourceKind.STAFF).records[RecordType.FORM] == (
        Form(sourced_id=FORM, name="7Б", grade=7, tutor=KOZLOVA),
    )
    assert {name: count for name, count in whole.counts.items() if count} == {
        "staff": 1,
        "pupils": 2,
        "guardians": 2,
        "forms": 1,
        "divisions": 1,
        "subgroups": 1,
        "subjects": 2,
        "plan_rows": 1,
    }
    assert ("classes.csv", "1") in told(whole, "RECORDS_NOT_TAKEN")
    assert ("enrollments.csv", "4") in told(whole, "RECORDS_NOT_TAKEN")


def test_a_whole_package_is_all_there_is(whole: Reading) -> None:
    """Nothing blocks, so each part speaks for all of its types."""
    assert {one.kind: one.complete for one in whole.parts} == {
        SourceKind.PUPILS: {RecordType.PUPIL, RecordType.GUARDIAN, RecordType.FORM, RecordType.MEMBERSHIP},
        SourceKind.STAFF: {RecordType.STAFF},
        SourceKind.SUBGROUPS: {RecordType.SUBGROUP, RecordType.MEMBERSHIP},
    }


def test_what_is_absent_is_not_missing(tmp_path: Path) -> None:
    """Without enrollments nobody leaves a form; without users nobody leaves the school."""
    files = oneroster()
    del files["enrollments.csv"]
    files["manifest.csv"] = manifest(**{**MODES, "enrollments": "absent"})
    found = reading(tmp_path / "p", files)
    assert part(found, SourceKind.PUPILS).complete == {RecordType.PUPIL, RecordType.GUARDIAN, RecordType.FORM}


def test_passwords_and_origin_are_dropped_and_said(whole: Reading) -> None:
    """No word of them is anywhere in what is kept, not even in the rows kept for later changes."""
    assert {raw for _, raw in told(whole, "PERSONAL_DROPPED")} == {"password", "asian", "cityOfBirth"}
    assert "qwerty" not in repr(whole.parts)
    assert "Сеул" not in repr(whole.parts)


def test_a_record_marked_as_gone_is_gone_with_what_hangs_on_it(tmp_path: Path) -> None:
    """Nothing dangles: the pupil's seats, role and birth date leave without a word, the pupil with one."""
    text = replaced(ONEROSTER["users.csv"], ("u2,,,", "u2,tobedeleted,,"))
    found = reading(tmp_path / "q", oneroster(users=text))
    assert (found.counts["pupils"], found.counts["guardians"]) == (1, 2)
    assert told(found, "RECORD_GONE") == [("users.csv:3", "")]
    assert "REFERENCE_BAD" not in codes(found)


def test_pupils_without_a_number_are_told_by_the_packages_own_id(tmp_path: Path) -> None:
    """It is a number no other file of the school knows, so it is said."""
    text = replaced(ONEROSTER["users.csv"], (",К-2,", ",,"))
    found = reading(tmp_path / "q", oneroster(users=text))
    pupils = part(found, SourceKind.PUPILS).records[RecordType.PUPIL]
    assert {one.personal_file for one in pupils if isinstance(one, Pupil)} == {"К-1", "u2"}
    assert told(found, "NUMBER_IS_PACKAGE_ID") == [("users.csv", "1")]


def test_without_homerooms_classes_called_like_forms_are_forms(tmp_path: Path) -> None:
    """Programs that know no homerooms name the form; other names say nothing, and that is said."""
    scheduled = replaced(ONEROSTER["classes.csv"], ("homeroom", "scheduled"))
    found = reading(tmp_path / "q", oneroster(classes=scheduled))
    assert told(found, "CLASS_TAKEN_AS_FORM") == [("classes.csv:2", "7б")]
    assert found.counts["forms"] == 1
    none = reading(tmp_path / "r", oneroster(classes=scheduled.replace("7б", "Grade seven")))
    assert told(none, "NO_HOMEROOMS") == [("classes.csv", "")]
    assert none.counts["forms"] == 0
    assert RecordType.MEMBERSHIP not in part(none, SourceKind.PUPILS).complete


def test_forms_of_two_schools_never_become_one(tmp_path: Path) -> None:
    """The second school's form of the same name is left out and named, and nothing is ever missing."""
    orgs = ONEROSTER["orgs.csv"] + "s2,,,Школа № 2,school,,\n"
    classes = ONEROSTER["classes.csv"] + "c9,,,7Б,07,k1,,homeroom,,s2,y1,,,\n"
    seats = ONEROSTER["enrollments.csv"] + "e9,,,c9,s2,u2,student,,2026-10-01,\n"
    found = reading(tmp_path / "q", oneroster(orgs=orgs, classes=classes, enrollments=seats))
    members = part(found, SourceKind.PUPILS).records[RecordType.MEMBERSHIP]
    assert {one.starts for one in members if isinstance(one, Membership)} == {date(2026, 9, 1)}
    assert ("enrollments.csv", "5") in told(found, "RECORDS_NOT_TAKEN")
    assert found.counts["forms"] == 1
    assert told(found, "SCHOOLS_SEVERAL") == [("orgs.csv", "Школа № 1, Школа № 2")]
    assert told(found, "FORM_OF_OTHER_SCHOOL") == [("classes.csv:5", "7Б")]
    assert not any(one.complete for one in found.parts)


def test_files_without_a_roster_are_counted_and_left(tmp_path: Path) -> None:
    """Marks of another program are known for what they are and not taken."""
    results = "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,score\nx1,,,l1,u1,5\nx2,,,l1,u2,4\n"
    found = reading(tmp_path / "q", oneroster(results=results, manifest=manifest(**MODES, results="bulk")))
    assert ("results.csv", "2") in told(found, "RECORDS_NOT_TAKEN")


def test_one_person_may_be_a_teacher_and_a_guardian(tmp_path: Path) -> None:
    """Two roles are two records, by one and the same name."""
    users = replaced(ONEROSTER["users.csv"], ('"g1,g2"', '"g1,g2,t1"'))
    roles = ONEROSTER["roles.csv"] + "r6,,,t1,secondary,parent,,,s1,\n"
    found = reading(tmp_path / "q", oneroster(users=users, roles=roles))
    assert (found.counts["staff"], found.counts["guardians"]) == (1, 3)
    guardians = part(found, SourceKind.PUPILS).records[RecordType.GUARDIAN]
    assert "Козлова Ольга Викторовна" in {one.name.full for one in guardians if isinstance(one, Guardian)}


def test_namesakes_among_the_staff_are_told_apart_by_birth_date(tmp_path: Path) -> None:
    """Who lacks one is left out; whose name and date are equal is the same person twice."""
    more = ("t2", "t3", "t4")
    users = ONEROSTER["users.csv"] + "".join(f"{key},,,true,{key},,Ольга,Козлова,Викторовна,,,,,,,\n" for key in more)
    roles = ONEROSTER["roles.csv"] + "".join(f"of-{key},,,{key},primary,teacher,,,s1,\n" for key in more)
    born = ONEROSTER["demographics.csv"] + "t2,,,1990-02-03,female,,\nt3,,,1980-01-31,female,,\n"
    found = reading(tmp_path / "q", oneroster(users=users, roles=roles, demographics=born))
    staff = part(found, SourceKind.STAFF).records[RecordType.STAFF]
    assert {one.sourced_id for one in staff} == {f"{KOZLOVA}:1980-01-31", f"{KOZLOVA}:1990-02-03"}
    assert told(found, "PERSON_REPEATED") == [("users.csv:8", "Козлова Ольга Викторовна")]
    assert told(found, "NAMESAKE_WITHOUT_BIRTH_DATE") == [("users.csv:9", "Козлова Ольга Викторовна")]


def test_a_package_inside_a_folder_of_an_archive_says_what_to_do(tmp_path: Path) -> None:
    """The files are not opened, and the refusal says to lay them at the root."""
    files = {f"выгрузка/{name}": text for name, text in oneroster().items()}
    found = read_file(packed(tmp_path / "p.zip", files))
    assert (found.detected.code, found.parts) == ("PACKAGE_IN_FOLDER", ())
    assert codes(found) == {"PACKAGE_IN_FOLDER"}


def test_a_version_nobody_here_knows_is_refused(tmp_path: Path) -> None:
    """A package of 2.0 may mean other things by the same words."""
    found = reading(tmp_path / "q", oneroster(manifest=manifest("2.0", **MODES)))
    assert (found.detected.code, found.detected.version, found.parts) == ("UNSUPPORTED_VERSION", "2.0", ())
