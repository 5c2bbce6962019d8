"""All files of a school together: people resolved, memberships placed, lessons laid over the calendar."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from source_files import TWO_WEEKS, USUAL, YEAR, asc_xml, pupil, seat, write_table

from connectors.sources import layouts
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from state.identity import (
    bell_schedule_id,
    calendar_id,
    form_id,
    lesson_id,
    membership_id,
    period_id,
    pupil_id,
    staff_id,
    subgroup_id,
    subject_id,
)
from state.records import Lesson, RecordType
from state.snapshot import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from state.local import LocalPart

SEVEN_B = form_id(2026, "7Б")
FIRST, SECOND = (subgroup_id(SEVEN_B, "1", f"{number} группа") for number in (1, 2))
KOZLOVA = {
    "ФИО педагога": "Козлова Ольга Владимировна",
    "Классный руководитель": "7б",
    "Дата рождения": date(1980, 1, 1),
}
LI = {"ФИО педагога": "Ли Ян Бо"}
PUPILS = [pupil("1", "Цой Инна"), pupil("2", "Ким Анна"), pupil("3", "Пак Олег", "выбыл")]
CONSENT = {"Кто": "ученик", "Вид согласия": "персональные данные", "Дата согласия": date(2026, 9, 1)}
CHANGE = {"Дата": date(2026, 9, 8), "№ урока": 2, "Класс": "7Б", "Подгруппа": "1 группа", "Отсутствует": "Ли Ян"}


class Files:
    """The school's folder: tables written as given, a timetable with some tables replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self, xml: Any = None, **tables: Sequence[Mapping[str, Any]]) -> list[LocalPart]:
        paths = [
            write_table(self.folder / f"{name}.xlsx", getattr(layouts, name.upper()), rows)
            for name, rows in tables.items()
        ]
        timetable = self.folder / "timetable.xml"
        timetable.write_text(asc_xml(xml), encoding="utf-8")
        parts = [read_file(path).parts[0] for path in (*paths, timetable)]
        assert None not in parts
        return [part for part in parts if part is not None]

    def assemble(self, xml: Any = None, **tables: Sequence[Mapping[str, Any]]) -> Assembled:
        return assemble(self.parts(xml, **tables), YEAR, TWO_WEEKS)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def lessons(school: Assembled) -> list[Lesson]:
    return [item for item in school.snapshot.of(RecordType.LESSON) if isinstance(item, Lesson)]


def codes(school: Assembled) -> list[str]:
    return [problem.code for problem in school.problems]


def card(lesson: str = "L1", **more: str) -> dict[str, str]:
    return {"lessonid": lesson, "period": "1", "days": "01000", "weeks": "1", **more}


def test_one_lesson_per_group_on_every_teaching_day(files: Files) -> None:
    """A split lesson is two diary lessons; the holiday of Monday 14 September has none; ids hold the school year."""
    school = files.assemble(staff=[KOZLOVA, LI])
    assert codes(school) == []
    physics, algebra = subject_id("Физика"), subject_id("Алгебра")
    found = {(item.group, item.day, item.number, item.subject, item.teachers) for item in lessons(school)}
    kozlova, li = (staff_id(str(row["ФИО педагога"])) for row in (KOZLOVA, LI))
    assert found == {
        (SEVEN_B, date(2026, 9, 7), 1, algebra, (kozlova,)),
        *((group, date(2026, 9, day), 2, physics, (li,)) for group in (FIRST, SECOND) for day in (8, 15)),
    }
    assert lesson_id(SEVEN_B, date(2026, 9, 7), 1, algebra, 1) in {item.sourced_id for item in lessons(school)}
    assert school.rooms == ("215", "215, 110")


def test_days_outside_every_period_have_no_lessons(files: Files) -> None:
    """Autumn holidays between two quarters, and the days before the year, are empty; both ends of a period count."""
    parts = files.parts()
    long = Scope(school_year=2026, lessons_from=date(2026, 8, 1), lessons_to=date(2026, 11, 10))
    days = {item.day for item in assemble(parts, YEAR, long).snapshot.of(RecordType.LESSON) if isinstance(item, Lesson)}
    assert min(days) == date(2026, 9, 1)
    assert not [day for day in days if date(2026, 10, 25) <= day <= date(2026, 11, 1)]
    assert date(2026, 11, 2) in days


@pytest.mark.parametrize(
    ("week_a", "mondays"), [(date(2026, 8, 31), [15]), (date(2026, 9, 7), [8]), (date(2026, 9, 14), [15])]
)
def test_weeks_alternate_from_the_monday_of_week_a(week_a: date, mondays: list[int], files: Files) -> None:
    """Whole weeks are counted from week A, forwards and backwards, through holidays."""
    parts = files.parts({"cards": [card(weeks="10"), card("L2", weeks="01", days="00100")]})
    year = dataclasses.replace(YEAR, week_a=week_a)
    algebra = [
        item.day.day
        for item in assemble(parts, year, TWO_WEEKS).snapshot.of(RecordType.LESSON)
        if isinstance(item, Lesson) and item.subject == subject_id("Алгебра")
    ]
    assert algebra == mondays


def test_equal_lessons_collapse_and_unequal_ones_are_numbered(files: Files) -> None:
    """The same card twice is one lesson with both rooms; another pair of teachers is another lesson."""
    plan = [
        *USUAL["lessons"],
        {"id": "L3", "subjectid": "S1", "groupids": "G0", "teacherids": "T2"},
    ]
    rows = [card(classroomids="R1"), card(classroomids="R2"), card("L3")]
    school = files.assemble({"lessons": plan, "cards": rows}, staff=[KOZLOVA, LI])
    day = date(2026, 9, 8)
    found = {item.sourced_id: item for item in lessons(school) if item.day == day}
    one, two = (lesson_id(SEVEN_B, day, 1, subject_id("Алгебра"), ordinal) for ordinal in (1, 2))
    assert {key: (item.teachers, item.room) for key, item in found.items()} == {
        one: ((staff_id("Козлова Ольга Владимировна"),), "110, 215"),
        two: ((staff_id("Ли Ян Бо"),), ""),
    }
    assert codes(school) == ["DUPLICATE_LESSON"]


def test_teachers_resolve_to_the_staff_sheet(files: Files) -> None:
    """Initials and a missing patronymic find their one bearer, who comes with the sheet's data."""
    school = files.assemble(staff=[KOZLOVA, LI])
    assert {item.sourced_id for item in school.snapshot.of(RecordType.STAFF)} == {
        staff_id("Козлова Ольга Владимировна"),
        staff_id("Ли Ян Бо"),
    }


def test_two_who_fit_are_nobody(files: Files) -> None:
    """«Козлова О.В.» among two Kozlovas is left off the lesson, and asked about."""
    twin = {"ФИО педагога": "Козлова Оксана Васильевна"}
    school = files.assemble(staff=[KOZLOVA, LI, twin])
    assert codes(school) == ["AMBIGUOUS_TEACHER"]
    assert [item.teachers for item in lessons(school) if item.number == 1] == [()]


@pytest.mark.parametrize(("sheet", "code"), [([LI], None), ([], "AMBIGUOUS_TEACHER"), ([LI, LI], None)])
def test_two_asc_teachers_of_one_name(sheet: list[dict[str, str]], code: str | None, files: Files) -> None:
    """They are one person only if the staff sheet has exactly one such person."""
    teachers = [{"id": "T1", "name": "Ли Ян Бо"}, {"id": "T2", "name": "Ли Ян Бо"}]
    rows = [KOZLOVA, *({**row, "Дата рождения": date(1990, 1, 1)} for row in sheet)]
    school = files.assemble({"teachers": teachers}, staff=rows)
    assert codes(school) == ([code] if code else [])
    assert {bool(item.teachers) for item in lessons(school)} == {code is None}


def test_namesakes_of_the_sheet_are_not_guessed(files: Files) -> None:
    """One teacher of the timetable, two namesakes on the sheet: nobody is meant."""
    rows = [{**LI, "Дата рождения": date(year, 1, 1)} for year in (1980, 1990)]
    school = files.assemble({"teachers": [{"id": "T1", "name": "Ли Ян Бо"}, USUAL["teachers"][1]]}, staff=rows)
    assert set(codes(school)) == {"AMBIGUOUS_TEACHER"}


def test_a_stranger_stays_as_written(files: Files) -> None:
    """Who is not on the sheet keeps a record of their own, without personal data, and is named."""
    school = files.assemble(staff=[KOZLOVA])
    assert codes(school) == ["TEACHER_NOT_IN_STAFF"]
    assert staff_id("Ли Ян") in {item.sourced_id for item in school.snapshot.of(RecordType.STAFF)}
    assert {item.teachers for item in lessons(school) if item.number == 2} == {(staff_id("Ли Ян"),)}


def test_forms_have_tutor_calendar_and_shift(files: Files) -> None:
    """The staff sheet names the tutor before the timetable does; lessons 1 and 2 are the first shift's."""
    school = files.assemble(staff=[KOZLOVA, LI], pupils=PUPILS)
    (form,) = school.snapshot.of(RecordType.FORM)
    assert (form.sourced_id, form.name, form.grade) == (SEVEN_B, "7Б", 7)
    assert form.tutor == staff_id("Козлова Ольга Владимировна")
    assert (form.calendar, form.bells) == (calendar_id(2026, "quarter"), bell_schedule_id("1 смена"))
    assert [(item.name, len(item.bells)) for item in school.snapshot.of(RecordType.BELL_SCHEDULE)] == [
        ("1 смена", 7),
        ("2 смена", 5),
    ]
    assert [item.sourced_id for item in school.snapshot.of(RecordType.GRADING_PERIOD)] == [
        period_id(calendar_id(2026, "quarter"), number) for number in (1, 2)
    ]


def test_the_timetables_tutor_serves_where_the_sheet_is_silent(files: Files) -> None:
    """And a form claimed by two of the sheet has none."""
    silent = {**KOZLOVA, "Классный руководитель": ""}
    assert files.assemble(staff=[silent, LI]).snapshot.of(RecordType.FORM)[0].tutor == staff_id("Ли Ян Бо")
    claimed = files.assemble(staff=[KOZLOVA, {**LI, "Классный руководитель": "7Б"}])
    assert claimed.snapshot.of(RecordType.FORM)[0].tutor is None
    assert codes(claimed) == ["TWO_TUTORS"]


@pytest.mark.parametrize(("periods", "name"), [(("8", "9"), "2 смена"), (("7", "8"), "Расписание звонков")])
def test_a_form_rings_by_the_shift_that_holds_all_its_lessons(
    periods: tuple[str, str], name: str, files: Files
) -> None:
    """Lessons across both shifts take the whole day's schedule; a subgroup's lessons count for its form."""
    school = files.assemble({"cards": [card(period=periods[0]), card("L2", period=periods[1])]})
    assert school.snapshot.of(RecordType.FORM)[0].bells == bell_schedule_id(name)
    assert name in {item.name for item in school.snapshot.of(RecordType.BELL_SCHEDULE)}


def test_members_of_forms_and_subgroups(files: Files) -> None:
    """Membership starts at enrolment; who left is in nothing; unused groups of the program do not exist."""
    seats = [seat("1", "Цой Инна", "7б", "1", "1 группа"), seat("", "Ким Анна", "7Б", "1", "2 группа")]
    school = files.assemble(pupils=PUPILS, subgroups=seats)
    members = {item.sourced_id: item.starts for item in school.snapshot.of(RecordType.MEMBERSHIP)}
    pairs = [("1", SEVEN_B), ("2", SEVEN_B), ("1", FIRST), ("2", SECOND)]
    assert members == {membership_id(pupil_id(file), group): date(2026, 9, 1) for file, group in pairs}
    assert {item.sourced_id for item in school.snapshot.of(RecordType.SUBGROUP)} == {FIRST, SECOND}
    assert len(school.snapshot.of(RecordType.PUPIL)) == 3
    assert RecordType.MEMBERSHIP in school.snapshot.complete


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([seat("9", "Цой Инна", "7Б", "1", "1 группа")], "PUPIL_UNKNOWN"),
        ([seat("1", "Цой Анна", "7Б", "1", "1 группа")], "PUPIL_UNKNOWN"),
        ([seat("3", "Пак Олег", "7Б", "1", "1 группа")], "PUPIL_NOT_IN_FORM"),
        ([seat("1", "Цой Инна", "8А", "1", "1 группа")], "PUPIL_NOT_IN_FORM"),
        ([seat("1", "Цой Инна", "7Б", "1", f"{number} группа") for number in (1, 2)], "TWO_SUBGROUPS"),
    ],
)
def test_a_doubtful_seat_is_left_empty_and_stops_deletions(rows: list[dict[str, str]], code: str, files: Files) -> None:
    """Number and name must agree, the pupil must be in the form, and sit in one subgroup of a division."""
    school = files.assemble(pupils=PUPILS, subgroups=rows)
    assert codes(school)[:3] == ["TEACHER_NOT_IN_STAFF"] * 2 + [code]
    assert len(school.snapshot.of(RecordType.MEMBERSHIP)) == 2
    assert RecordType.MEMBERSHIP not in school.snapshot.complete


def test_subgroups_of_different_divisions_go_together(files: Files) -> None:
    """English and labour split a class in two independent ways."""
    rows = [seat("1", "Цой Инна", "7Б", "1", "1 группа"), seat("1", "Цой Инна", "7Б", "2", "Мальчики")]
    assert len(files.assemble(pupils=PUPILS, subgroups=rows).snapshot.of(RecordType.MEMBERSHIP)) == 4


def test_consents_find_their_people(files: Files) -> None:
    """By number and name, by name and birth date, staff by full name; whoever is not found for sure has none."""
    rows = [
        {**CONSENT, "Фамилия": "Цой", "Имя": "Инна", "№ личного дела": "1"},
        {**CONSENT, "Фамилия": "Ким", "Имя": "Анна"},
        {**CONSENT, "Кто": "сотрудник", "Фамилия": "Козлова", "Имя": "Ольга", "Отчество": "Владимировна"},
        {**CONSENT, "Фамилия": "Цой", "Имя": "Анна", "№ личного дела": "1"},
        {**CONSENT, "Кто": "сотрудник", "Фамилия": "Козлова", "Имя": "Ольга", "Дата рождения": date(1980, 1, 1)},
    ]
    school = files.assemble(pupils=PUPILS, staff=[KOZLOVA, LI], consents=rows)
    assert [item.subject for item in school.consents] == [
        pupil_id("1"),
        pupil_id("2"),
        staff_id("Козлова Ольга Владимировна"),
    ]
    assert codes(school) == ["CONSENT_WITHOUT_PERSON"] * 2


@pytest.mark.parametrize(("born", "owner"), [(date(1980, 1, 1), 1980), (None, None), (date(1985, 1, 1), None)])
def test_the_birth_date_decides_between_namesakes(born: date | None, owner: int | None, files: Files) -> None:
    """A consent of one of two namesakes needs the right birth date."""
    rows = [{**LI, "Дата рождения": date(year, 1, 1)} for year in (1980, 1990)]
    consent = {**CONSENT, "Кто": "сотрудник", "Фамилия": "Ли", "Имя": "Ян", "Отчество": "Бо", "Дата рождения": born}
    school = files.assemble(staff=rows, consents=[consent])
    expected = [staff_id("Ли Ян Бо", date(owner, 1, 1))] if owner else []
    assert [item.subject for item in school.consents] == expected


def changed(files: Files, **row: Any) -> tuple[dict[Any, tuple[Any, ...]], list[str]]:
    """Group to teachers on the day of the substitution, and the codes it left."""
    school = files.assemble(staff=[KOZLOVA, LI], substitutions=[{**CHANGE, "Замещает": "Козлова О.В.", **row}])
    day = [item for item in lessons(school) if item.day == date(2026, 9, 8)]
    return {item.group: item.teachers for item in day}, codes(school)


LI_ID, KOZLOVA_ID = (staff_id("Ли Ян Бо"),), (staff_id("Козлова Ольга Владимировна"),)


def test_a_substitution_changes_the_teacher_of_that_lesson_alone(files: Files) -> None:
    """The other subgroup, and the same lesson a week later, keep their teacher; the lesson keeps its id."""
    assert changed(files) == ({FIRST: KOZLOVA_ID, SECOND: LI_ID}, [])
    school = files.assemble(staff=[KOZLOVA, LI], substitutions=[{**CHANGE, "Замещает": "Козлова О.В."}])
    plain = files.assemble(staff=[KOZLOVA, LI])
    assert {item.sourced_id for item in lessons(school)} == {item.sourced_id for item in lessons(plain)}
    assert [item.teachers for item in lessons(school) if item.day == date(2026, 9, 15)] == [LI_ID] * 2


def test_a_blank_substitute_cancels_the_lesson(files: Files) -> None:
    """The lesson is gone, its sister is not."""
    assert changed(files, Замещает="") == ({SECOND: LI_ID}, [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"Подгруппа": ""}, "SUBSTITUTION_AMBIGUOUS"),
        ({"№ урока": 5}, "SUBSTITUTION_WITHOUT_LESSON"),
        ({"Предмет": "Алгебра"}, "SUBSTITUTION_WITHOUT_LESSON"),
        ({"Отсутствует": "Козлова О.В."}, "SUBSTITUTION_WITHOUT_LESSON"),
        ({"Класс": "8А"}, "SUBSTITUTION_WITHOUT_LESSON"),
    ],
)
def test_a_substitution_that_means_no_single_lesson_changes_nothing(
    row: dict[str, Any], code: str, files: Files
) -> None:
    """Two subgroups at once, or no such lesson: a person is asked."""
    assert changed(files, **row) == ({FIRST: LI_ID, SECOND: LI_ID}, [code])


def test_a_form_without_a_subgroup_means_the_whole_form_first(files: Files) -> None:
    """Where the whole form and a subgroup have the absent teacher at once, the row that names no subgroup is clear."""
    plan = [*USUAL["lessons"], {"id": "L3", "subjectid": "S1", "groupids": "G0", "teacherids": "T2"}]
    cards = [card("L2", period="2"), card("L3", period="2")]
    row = {**CHANGE, "Подгруппа": "", "Замещает": "Козлова О.В."}
    school = files.assemble({"lessons": plan, "cards": cards}, staff=[KOZLOVA, LI], substitutions=[row])
    day = {item.group: item.teachers for item in lessons(school) if item.day == date(2026, 9, 8)}
    assert day == {SEVEN_B: KOZLOVA_ID, FIRST: LI_ID, SECOND: LI_ID}


def test_a_substitution_outside_the_scope_is_not_judged(files: Files) -> None:
    """A log of the whole year does not complain about the days that are not looked at."""
    assert changed(files, Дата=date(2026, 12, 1))[1] == []


def test_an_unclear_substitute_leaves_the_lesson_without_a_teacher(files: Files) -> None:
    """The absent one does not stay on the lesson."""
    twin = {"ФИО педагога": "Козлова Оксана Васильевна"}
    school = files.assemble(staff=[KOZLOVA, LI, twin], substitutions=[{**CHANGE, "Замещает": "Козлова О.В."}])
    assert [item.teachers for item in lessons(school) if item.group == FIRST and item.day.day == 8] == [()]


SEATS = [seat("1", "Цой Инна", "7Б", "1", "1 группа"), seat("2", "Ким Анна", "7Б", "1", "1 группа")]
SOURCES = {"pupils": PUPILS, "staff": [KOZLOVA, LI], "subgroups": SEATS}


def test_a_type_is_complete_by_its_files(files: Files) -> None:
    """Nothing may be deleted of a type one of whose files is not there."""
    everything = files.assemble(**SOURCES)
    assert everything.snapshot.complete == frozenset(RecordType)
    without_staff = files.assemble(pupils=PUPILS).snapshot.complete
    assert not without_staff & {RecordType.STAFF, RecordType.MEMBERSHIP}
    parts = files.parts(**SOURCES)
    without_timetable = assemble(parts[:-1], YEAR, TWO_WEEKS).snapshot.complete
    assert not without_timetable & {RecordType.LESSON, RecordType.FORM, RecordType.SUBJECT, RecordType.MEMBERSHIP}
    assert assemble([], YEAR, TWO_WEEKS).snapshot.complete == {RecordType.CALENDAR, RecordType.GRADING_PERIOD}


def test_the_order_of_files_and_rows_does_not_matter(files: Files) -> None:
    """Any order of import gives the same snapshot, byte for byte."""
    parts = files.parts(**SOURCES)
    digests = {assemble(order, YEAR, TWO_WEEKS).snapshot.digest for order in permutations(parts)}
    assert len(digests) == 1
    turned = {"lessons": USUAL["lessons"][::-1], "cards": USUAL["cards"][::-1], "groups": USUAL["groups"][::-1]}
    tables = {name: rows[::-1] for name, rows in SOURCES.items()}
    assert files.assemble(turned, **tables).snapshot.digest in digests


def test_the_school_year_is_the_settings_and_not_the_files(files: Files) -> None:
    """The same parts serve the next year: only the ids of forms and what refers to them change."""
    parts = files.parts(**SOURCES)
    later = dataclasses.replace(YEAR, school_year=2027)
    snapshot = assemble(
        parts, later, Scope(school_year=2027, lessons_from=date(2026, 9, 7), lessons_to=date(2026, 9, 8))
    )
    form = form_id(2027, "7Б")
    assert {item.sourced_id for item in snapshot.snapshot.of(RecordType.FORM)} == {form}
    assert {item.form for item in snapshot.snapshot.of(RecordType.SUBGROUP)} == {form}
    groups = {item.group for item in snapshot.snapshot.of(RecordType.MEMBERSHIP)}
    assert groups == {form, subgroup_id(form, "1", "1 группа")}
