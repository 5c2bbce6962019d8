"""The diary's roster as records, steps as calls, people as rows."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from connectors.dnevnik import wire
from connectors.dnevnik.person_file import HEADER, SHEET, write_person_file
from connectors.dnevnik.wire_out import PersonRow, Role
from connectors.sandbox.workbook import read_workbook
from gateway.adapters.dnevnik import capabilities_of
from gateway.adapters.dnevnik_roster import windows
from gateway.sync.fields import may_travel
from gateway.sync.values import Route
from mappings.dnevnik import people, roster, steps
from mappings.dnevnik.capabilities import PROFILES
from state.identity import RemoteId, SourcedId
from state.records import Bell, BellSchedule, PersonName, RecordType

if TYPE_CHECKING:
    from pathlib import Path


def group(key: int, **fields: Any) -> wire.EduGroup:
    return wire.EduGroup.model_validate({"id": key, "type": "Group", "name": "7Б", "studyyear": 2026, **fields})


def test_only_living_groups_of_the_year_count() -> None:
    """Archives and other years are not there; a group without a year is, and each stands once."""
    groups = [group(1), group(2, status="Archive"), group(3, studyyear=2025), group(4, studyyear=None), group(1)]
    assert [one.key for one in roster.current(groups, 2026)] == ["1", "4"]


def test_bells_skip_breaks_and_keep_one_time_per_number() -> None:
    """Items numbered 0 and less are breaks; a number repeated for other days keeps its first times."""
    items = [
        {"LessonNumber": 0, "Start": "2000-01-01T09:15:00", "Finish": "2000-01-01T09:25:00"},
        {"LessonNumber": 1, "Start": "2000-01-01T08:30:00", "Finish": "2000-01-01T09:15:00"},
        {"LessonNumber": 1, "Start": "2000-01-01T09:00:00", "Finish": "2000-01-01T09:30:00"},
    ]
    (seen,) = roster.bell_schedules([wire.Timetable.model_validate({"Id": 3, "Name": "x", "Items": items})])
    assert isinstance(seen.record, BellSchedule)
    assert seen.record.bells == (Bell(number=1, starts=time(8, 30), ends=time(9, 15)),)


def test_a_period_group_seen_through_many_classes_is_one_calendar() -> None:
    """And a group of another year is none of this year's."""
    plain = {"id": 9, "start": "2026-09-01T00:00:00", "finish": "2026-10-25T00:00:00", "number": 1, "type": "Quarter"}
    one = wire.ReportingPeriodGroup.model_validate({"id": 5, "reportingPeriods": [{**plain, "year": 2026}]})
    old = wire.ReportingPeriodGroup.model_validate({"id": 6, "reportingPeriods": [{**plain, "year": 2025}]})
    calendars, periods = roster.calendars([one, one, old], 2026)
    assert [(row.remote_id, getattr(row.record, "kind", "")) for row in calendars] == [("5", "quarter")]
    assert [getattr(row.record, "ends", None) for row in periods] == [date(2026, 10, 25)]


def test_a_name_the_diary_hides_is_read_from_the_short_one() -> None:
    """A parent's view shows «Иванов И.П.» only."""
    person = wire.Person.model_validate({"id": 1, "shortName": "Иванов И.П."})
    assert roster.name_of(person) == PersonName(family="Иванов", given="И.", patronymic="П.")


def test_a_birth_date_of_year_one_is_unknown() -> None:
    """The server's way of saying nothing."""
    assert roster.birth_date_of(wire.SchoolTeacher(id=1, birth=datetime(1, 1, 1))) is None  # noqa: DTZ001
    assert roster.birth_date_of(wire.SchoolTeacher(id=1, birth=datetime(1980, 5, 4))) == date(1980, 5, 4)  # noqa: DTZ001


def test_windows_meet_without_gap_and_overlap() -> None:
    """Thirty days at most, both ends included."""
    assert list(windows(date(2026, 9, 1), date(2026, 10, 1))) == [
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 1)),
    ]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_says_how_each_type_travels(profile: str) -> None:
    """Persons by file in every profile; nothing by REST, because REST creates nothing we push."""
    capabilities = capabilities_of(profile)
    assert set(capabilities.types) == set(RecordType)
    for kind, row in capabilities.types.items():
        assert row.fields | row.write_only <= may_travel(kind)
        assert Route.REST not in {row.create, row.update, row.delete}
    assert capabilities.of(RecordType.PUPIL).create is Route.FILE
    expected = Route.IMPORT_SERVICE if profile == "dnevnik-import-service" else Route.PERSON
    assert capabilities.of(RecordType.LESSON).create is expected


def refs(**remote: str) -> steps.Refs:
    known = {SourcedId(key.replace("_", ":")): RemoteId(value) for key, value in remote.items()}
    return steps.Refs(remote=known, guid=lambda key: f"guid({key})", school_year=2026)


LESSON = {"group": "form:a", "subject": "subject:x", "day": "2026-09-01", "number": 3}


@pytest.mark.parametrize(
    ("more", "teacher"),
    [
        ({"teachers": ["staff:a", "staff:b"]}, "guid(staff:a)"),
        ({"lead_teacher": "staff:a", "teachers": []}, "guid(staff:a)"),
        ({"lead_teacher": None, "teachers": []}, None),
    ],
)
def test_a_lesson_travels_with_its_first_teacher(more: dict[str, Any], teacher: str | None) -> None:
    """The service takes one teacher per lesson."""
    fields = {**LESSON, **more}
    call = steps.creation(RecordType.LESSON, SourcedId("lesson:1"), fields, refs(subject_x="20"))
    assert call == steps.Call("insert_lesson", ("guid(form:a)", "20", teacher, date(2026, 9, 1), 3))
    changed = steps.change(RecordType.LESSON, SourcedId("lesson:1"), "77", fields, refs(subject_x="20"))
    assert changed == steps.Call("update_lesson", ("77", "20", teacher, date(2026, 9, 1), 3))


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (RecordType.LESSON, {**LESSON, "teachers": []}, "missing_reference"),
        (RecordType.LESSON, {**LESSON, "subject": "remote:5", "lead_teacher": "remote:7"}, "no_guid"),
        (RecordType.MEMBERSHIP, {"person": "remote:7", "group": "form:a"}, "no_guid"),
        (RecordType.PUPIL, {"name": {}}, "no_such_call"),
    ],
)
def test_what_cannot_be_said_to_the_diary_is_said_to_us(kind: RecordType, fields: dict[str, Any], code: str) -> None:
    """A missing link, an object without a GUID of ours, a type no call makes: nothing is sent."""
    with pytest.raises(steps.Unnamed) as caught:
        steps.creation(kind, SourcedId("x"), fields, refs())
    assert caught.value.code == code


def test_a_strange_subject_of_the_diary_is_named_by_its_own_id() -> None:
    """«remote:<id>» holds all that is needed to send it back."""
    call = steps.creation(RecordType.LESSON, SourcedId("l"), {**LESSON, "subject": "remote:5"}, refs())
    assert call.arguments[1] == "5"


def test_names_are_spelt_with_both_letters() -> None:
    """As written first; ё where Russian names have it; the diary compares letters."""
    found = list(people.spellings(PersonName(family="Королев", given="Петр", patronymic="Ильич")))
    assert found[0] == PersonName(family="Королев", given="Петр", patronymic="Ильич")
    assert PersonName(family="Королёв", given="Пётр", patronymic="Ильич") in found
    assert len(found) == len(set(found)) == 4
    assert len(list(people.spellings(PersonName(family="Орлова", given="Анна")))) == 1


def test_a_missing_patronymic_fits_any_and_a_different_one_does_not() -> None:
    """The diary often lacks the patronymic."""
    asked = PersonName(family="Королёв", given="Пётр", patronymic="Ильич")
    assert people.is_same_person(asked, PersonName(family="королев", given="Петр"))
    assert not people.is_same_person(asked, PersonName(family="Королев", given="Петр", patronymic="Львович"))


def row(**fields: Any) -> PersonRow:
    return PersonRow(guid="6f1a2b3c-0000-4000-8000-000000000001", role=Role.PUPIL, family="А", given="Б", **fields)


def test_the_persons_workbook_is_what_the_administrator_uploads(tmp_path: Path) -> None:
    """Header, roles and dates as the diary reads them; zeros, plus and equals signs survive as text."""
    path = tmp_path / "people.xlsx"
    born = date(2013, 5, 4)
    assert write_person_file([row(birth_date=born, sex="М", snils="001-002-003 00", phone="+7900")], path) == 1
    good, refused = read_workbook(path.read_bytes())
    assert refused == []
    assert (good[0].birthday, good[0].sex, good[0].snils, good[0].phone) == (born, "Male", "001-002-003 00", "+7900")
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names[0] == SHEET
    assert tuple(book.get_sheet_by_name(SHEET).to_python()[0]) == HEADER
    assert "администратор" in str(book.get_sheet_by_name("Как загрузить").to_python())


def test_a_formula_in_a_name_stays_text(tmp_path: Path) -> None:
    """A cell that begins with an equals sign is never calculated."""
    path = tmp_path / "people.xlsx"
    write_person_file([row(patronymic="=1+1")], path)
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_a_person_row_holds_the_payload() -> None:
    """A guardian's id in the diary names the pupil too; the workbook wants the person alone."""
    fields = {"name": {"family": "А", "given": "Б", "patronymic": None}, "pupil": "pupil:1", "kinship": "мать"}
    found = people.person_row(RecordType.GUARDIAN, "guardian:1", "7@8", {**fields, "sex": "female"}, lambda key: key)
    assert (found.person, found.pupil_guid, found.sex, found.kinship) == ("7", "pupil:1", "Ж", "мать")
