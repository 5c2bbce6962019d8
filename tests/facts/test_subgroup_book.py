"""The workbook of subgroups there and back: drop-downs, one seat for each pupil, agreements, one school year (R090)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest
from facts.source_files import TWO_WEEKS, YEAR, asc_xml, pupil, seat, write_table

from connectors.sources import layouts
from connectors.sources.subgroup_book import BookDivision, BookForm, BookPupil
from connectors.sources.subgroup_template import write_subgroup_book
from gateway.errors import DataError
from gateway.sync.importing import import_file
from gateway.sync.reading import read_file
from gateway.sync.subgroups import agree, book_forms, division_json, write_template
from mappings.sources.assemble import assemble
from mappings.sources.seating import Agreed
from state.identity import form_id, membership_id, pupil_id, subgroup_id
from state.records import RecordType
from state.store import Store, migrate

FORM = form_id(2026, "7Б")
FIRST, SECOND = (subgroup_id(FORM, "1", f"{number} группа") for number in (1, 2))
PUPILS = [pupil("1", "Цой Инна"), pupil("2", "Ким Анна"), pupil("3", "Пак Олег"), pupil("4", "Ли Ян", "8А")]
SIGNED = {"F9": "Ли Ян", "F10": date(2026, 9, 2), "F11": "Козлова Ольга Владимировна", "F12": date(2026, 9, 3)}
"""Where the agreements of a form of three pupils stand."""
SEATED = {"F4": "1 группа", "F5": "2 группа", "F6": "1 группа"}
"""Ким, Пак, Цой: pupils stand by the alphabet."""


class School:
    """A folder, a store, and the office's way through both."""

    def __init__(self, folder) -> None:
        self.folder = folder
        url = f"sqlite:///{folder / 'school.db'}"
        migrate(url)
        self.store = Store.open(url, "school", lambda: datetime(2026, 9, 9, 6, tzinfo=UTC))
        timetable = folder / "timetable.xml"
        timetable.write_text(asc_xml(), encoding="utf-8")
        self.take(timetable)
        self.take(write_table(folder / "pupils.xlsx", layouts.PUPILS, PUPILS))

    def take(self, path, year: int = 2026):
        with self.store.begin() as work:
            taken = import_file(path, work, "tester", year)
            work.commit()
        return taken

    def local(self, year=YEAR, scope=TWO_WEEKS, *, always: bool = False):
        with self.store.begin() as work:
            parts, agreed = work.parts(), Agreed(recorded=work.subgroup_agreements(), always=always)
        return assemble(parts, year, scope, agreed)

    def seats(self, **told) -> set:
        found = self.local(**told).snapshot.of(RecordType.MEMBERSHIP)
        return {one.sourced_id for one in found if one.group.startswith("subgroup:")}

    def book(self, cells=None, name: str = "book.xlsx", form: str | None = None):
        """The template, filled in as somebody did."""
        path = self.folder / name
        write_template(self.local(), path, 2026, form)
        filled = openpyxl.load_workbook(path)
        for place, value in (SEATED | SIGNED if cells is None else cells).items():
            filled["7Б"][place] = value
        filled.save(path)
        return path

    def codes(self) -> list[str]:
        with self.store.begin() as work:
            parts = work.parts()
        problems = [problem for part in parts if part.kind == "subgroups" for problem in part.problems]
        return [problem.code for problem in (*problems, *self.local().problems) if "TEACHER" not in problem.code]


@pytest.fixture
def school(tmp_path):
    made = School(tmp_path)
    yield made
    made.store.close()


def members(*pairs) -> set:
    return {membership_id(pupil_id(file), group) for file, group in pairs}


# --- the template -----------------------------------------------------------------------------------------------------


def test_a_sheet_has_the_forms_pupils_and_the_timetables_divisions(school):
    """Rows are pupils by the alphabet with their files, columns divisions named by what is taught in them."""
    sheet = openpyxl.load_workbook(school.book({}))["7Б"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=6)]
    assert rows[0] == ["№", "Фамилия", "Имя", "Отчество", "№ личного дела", "Физика (деление 1)"]
    assert [row[1:5] for row in rows[1:]] == [
        ["Ким", "Анна", None, "2"],
        ["Пак", "Олег", None, "3"],
        ["Цой", "Инна", None, "1"],
    ]
    assert sheet["A1"].value == "Подгруппы класса 7Б, 2026/27 учебный год"


def test_every_seat_is_a_drop_down_of_that_divisions_groups(school):
    """The list lies on the hidden sheet, so that a comma in a group's name breaks nothing."""
    book = openpyxl.load_workbook(school.book({}))
    (rule,) = book["7Б"].data_validations.dataValidation
    assert (rule.type, str(rule.sqref), rule.formula1) == ("list", "F4:F6", "'_sverka_groups'!$E$3:$F$3")
    hidden = book["_sverka_groups"]
    assert ([cell.value for cell in hidden[3]][4:6], hidden.sheet_state) == (["1 группа", "2 группа"], "veryHidden")
    assert book.sheetnames == ["Как заполнить", "7Б", "_sverka_groups"]


def test_only_seats_and_agreements_may_be_typed(school):
    """Names and headings are locked."""
    sheet = openpyxl.load_workbook(school.book({}))["7Б"]
    assert sheet.protection.sheet
    assert not any(sheet[place].protection.locked for place in (*SEATED, *SIGNED))
    assert all(sheet[place].protection.locked for place in ("B4", "E4", "F3", "B9"))


def test_a_form_that_is_not_divided_is_named_as_such(school):
    """8А has no subgroups in the timetable: the error says who has."""
    assert [form.name for form in book_forms(school.local(), "7-б")] == ["7Б"]
    with pytest.raises(DataError) as error:
        book_forms(school.local(), "8А")
    assert "7Б" in error.value.next_step


def test_equal_schools_give_equal_bytes(school):
    """Nothing of the moment is in the workbook."""
    first, second = (school.folder / name for name in ("a.xlsx", "b.xlsx"))
    for path in (first, second):
        write_template(school.local(), path, 2026)
    assert first.read_bytes() == second.read_bytes()


def test_a_template_shows_this_years_seats(school):
    """What is known is filled in, also of a draft."""
    school.take(school.book(SEATED))
    sheet = openpyxl.load_workbook(school.book({}, "next.xlsx"))["7Б"]
    assert [sheet[place].value for place in SEATED] == list(SEATED.values())


def test_names_no_sheet_may_bear(tmp_path):
    """Long names, forbidden signs and twins still get a sheet each, and come back under their own names."""
    names = ["11И (техн./физ.)", "11И (техн.*физ.)", "10" + "А" * 40]
    one = BookPupil(family="Ли", given="Ян", patronymic="", file="1", seats={"1": "А, Б"})
    division = BookDivision(tag="1", title="Труд (деление 1)", groups=("А, Б", "В"))
    forms = [BookForm(name=name, pupils=(one,), divisions=(division,)) for name in names]
    write_subgroup_book(tmp_path / "book.xlsx", forms, 2026)
    parts = read_file(tmp_path / "book.xlsx").parts
    assert [part.slot for part in parts] == names
    assert [len(part.records[RecordType.MEMBERSHIP]) for part in parts] == [1, 1, 1]


# --- and back ---------------------------------------------------------------------------------------------------------


def test_an_agreed_sheet_seats_everybody(school):
    """Both signatures are there: the seats are pushed, nothing is left to say."""
    school.take(school.book())
    assert school.seats() == members(("2", FIRST), ("3", SECOND), ("1", FIRST))
    assert school.codes() == []
    (division,) = school.local().seating.divisions
    assert division_json(division) == {
        "form": "7Б",
        "division": "1",
        "groups": 2,
        "seated": 3,
        "class_teacher": {"who": "Козлова Ольга Владимировна", "date": date(2026, 9, 3)},
        "teacher": {"who": "Ли Ян", "date": date(2026, 9, 2)},
        "draft": False,
    }


@pytest.mark.parametrize("missing", [*SIGNED])
def test_without_both_agreements_it_is_a_draft(school, missing):
    """A name without a date is no agreement: the groups are there, nobody is pushed into them, nobody is removed."""
    school.take(school.book({**SEATED, **SIGNED, missing: None}))
    local = school.local()
    assert school.seats() == set()
    assert len(local.seating.drafts) == 1
    assert local.snapshot.of(RecordType.SUBGROUP)
    assert RecordType.MEMBERSHIP not in local.snapshot.complete


@pytest.mark.parametrize("written", ["1  ГРУППА", "1 гpуппa", "1группа", " 1 группа "])
def test_pasted_and_mistyped_groups_are_recognised(school, written):
    """A drop-down does not stop what is pasted: case, spaces and Latin letters that look Cyrillic are read."""
    school.take(school.book({**SEATED, **SIGNED, "F4": written}))
    assert membership_id(pupil_id("2"), FIRST) in school.seats()
    assert school.codes() == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (None, "NO_SUBGROUP"),
        ("3 группа", "SUBGROUP_UNKNOWN"),
        (1, "SUBGROUP_UNKNOWN"),
        ("1 группа, 2 группа", "TWO_SUBGROUPS"),
        ("1 группа/2 группа", "TWO_SUBGROUPS"),
    ],
)
def test_each_pupil_sits_in_exactly_one_subgroup(school, written, code):
    """None or two: a finding names the cell, the pupil and the division, once."""
    path = school.book({**SEATED, **SIGNED, "F4": written})
    school.take(path)
    (problem,) = read_file(path).problems
    assert (problem.code, problem.where, problem.blocks) == (code, "book.xlsx!7Б!F4", True)
    assert problem.raw.startswith("Ким Анна, 7Б, деление 1")
    assert membership_id(pupil_id("2"), FIRST) not in school.seats()
    assert RecordType.MEMBERSHIP not in school.local().snapshot.complete


def test_a_pupil_twice_in_two_groups_is_in_neither(school):
    """The same personal file on two lines with different groups."""
    path = school.book({**SEATED, **SIGNED})
    book = openpyxl.load_workbook(path)
    for column, value in zip("BCEF", ("Ким", "Анна", "2", "2 группа"), strict=True):
        book["7Б"][f"{column}7"] = value
    book.save(path)
    school.take(path)
    assert "TWO_SUBGROUPS" in school.codes()
    assert not {one for one in school.seats() if one.startswith("member:pupil:2@")}


def test_a_new_pupil_of_the_form_is_missed(school):
    """Who came after the book was made sits nowhere: told against the list of the form."""
    path = school.book()
    school.take(write_table(school.folder / "pupils.xlsx", layouts.PUPILS, [*PUPILS, pupil("5", "Юн Вера")]))
    school.take(path)
    (problem,) = [one for one in school.local().problems if one.code == "NO_SUBGROUP"]
    assert problem.raw == "Юн Вера, 7Б, деление 1"


def test_the_sheet_with_a_row_per_pupil_still_counts(school):
    """It is the ready list: whoever imports it vouches for it, and a missing pupil is a finding all the same."""
    rows = [seat("1", "Цой Инна", "7Б", "1", "1 группа"), seat("2", "Ким Анна", "7Б", "1", "2 группа")]
    school.take(write_table(school.folder / "subgroups.xlsx", layouts.SUBGROUPS, rows))
    assert school.seats() == members(("1", FIRST), ("2", SECOND))
    assert [one.raw for one in school.local().problems if one.code == "NO_SUBGROUP"] == ["Пак Олег, 7Б, деление 1"]


def test_a_school_may_ask_for_agreement_always(school):
    """`agreement = "always"`: the ready list waits as well."""
    rows = [seat(file, name, "7Б", "1", "1 группа") for file, name in (("1", "Цой Инна"), ("2", "Ким Анна"))]
    school.take(write_table(school.folder / "subgroups.xlsx", layouts.SUBGROUPS, rows))
    assert school.seats(always=True) == set()
    assert len(school.seats()) == 2


def test_one_forms_book_leaves_the_others_alone(school):
    """What a partial file does not mention stays as the list before it says."""
    rows = [seat(str(number), name, form, "1", "1 группа") for number, name, form in _listed()]
    school.take(write_table(school.folder / "subgroups.xlsx", layouts.SUBGROUPS, rows))
    before = school.seats()
    school.take(school.book(form="7Б"))
    assert {one for one in before if ":8а:" in one} <= school.seats()
    assert members(("3", SECOND)) <= school.seats()


def _listed():
    return [(1, "Цой Инна", "7Б"), (2, "Ким Анна", "7Б"), (3, "Пак Олег", "7Б"), (4, "Ли Ян", "8А")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda book: book["_sverka_groups"].delete_rows(1, 9),
        lambda book: book["_sverka_groups"].__setitem__("C1", "год"),
        lambda book: book["_sverka_groups"].__setitem__("A1", "другое"),
    ],
)
def test_a_book_whose_hidden_sheet_is_spoilt_is_refused(school, spoil):
    """Nothing is guessed from headings."""
    path = school.book()
    book = openpyxl.load_workbook(path)
    spoil(book)
    book.save(path)
    assert [problem.code for problem in read_file(path).problems] == ["SUBGROUP_BOOK_BROKEN"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda book: book.remove(book["7Б"]),
        lambda book: book["7Б"].delete_rows(3),
        lambda book: book["7Б"].__setitem__("F3", "Химия"),
    ],
)
def test_a_changed_sheet_is_a_finding(school, spoil):
    """A heading or a sheet is gone: nobody is seated by it, and nobody unseated."""
    path = school.book()
    book = openpyxl.load_workbook(path)
    spoil(book)
    book.save(path)
    assert "SUBGROUP_SHEET_CHANGED" in [problem.code for problem in read_file(path).problems]
    school.take(path)
    assert school.seats() == set()


def test_nothing_in_the_book_is_dropped_in_silence(school):
    """A note beside the list, a second signature, a formula and a sheet of somebody's own are findings."""
    path = school.book()
    book = openpyxl.load_workbook(path)
    book["7Б"]["H4"] = "болеет"
    book["7Б"]["G11"] = "Ли Ян"
    book["7Б"]["F6"] = "=F5"
    book.create_sheet("Черновик")["A1"] = "кто куда"
    book.save(path)
    found = {(problem.code, problem.where.partition("!")[2]) for problem in read_file(path).problems}
    assert {
        ("SUBGROUP_CELL_STRAY", "7Б!H4"),
        ("SUBGROUP_CELL_STRAY", "7Б!G11"),
        ("FORMULA", "7Б!F6"),
        ("NO_SUBGROUP", "7Б!F6"),
        ("SHEET_IGNORED", "Черновик"),
    } == found


def test_a_date_nobody_can_read_is_no_agreement(school):
    """The finding names the cell."""
    path = school.book({**SEATED, **SIGNED, "F12": "в сентябре"})
    found = {problem.code: problem.where for problem in read_file(path).problems}
    assert found["AGREEMENT_DATE_BAD"] == "book.xlsx!7Б!F12"
    school.take(path)
    assert school.seats() == set()


# --- agreements beside the sheet --------------------------------------------------------------------------------------


def test_an_agreement_on_paper_is_recorded_for_this_seating(school):
    """Both words given by command: pushed; seated otherwise, it is a draft again."""
    school.take(school.book(SEATED))
    told = {"form": "7б", "day": date(2026, 9, 4), "actor": "Завуч"}
    agree(school.store, school.local(), division=None, who="Козлова О.В.", **told)
    assert len(school.local().seating.drafts) == 1
    agree(school.store, school.local(), division="1", who="Ли Ян", **told)
    assert len(school.seats()) == 3
    school.take(school.book({**SEATED, "F4": "2 группа"}, "other.xlsx"))
    assert school.seats() == set()


@pytest.mark.parametrize("wrong", [{"form": "9Я"}, {"division": "7"}, {"who": " "}])
def test_an_agreement_to_nothing_is_refused(school, wrong):
    """An unknown form or division, or nobody's word."""
    school.take(school.book(SEATED))
    told = {"form": "7Б", "division": "1", "who": "Ли Ян", **wrong}
    with pytest.raises(DataError):
        agree(school.store, school.local(), day=date(2026, 9, 4), actor="Завуч", **told)


# --- one school year --------------------------------------------------------------------------------------------------


def test_last_years_sheet_is_not_carried_over(school):
    """A year later the same list seats nobody and says so; taken in again it is still last year's."""
    path = write_table(
        school.folder / "subgroups.xlsx", layouts.SUBGROUPS, [seat("1", "Цой Инна", "7Б", "1", "1 группа")]
    )
    school.take(path)
    later = {"year": replace(YEAR, school_year=2027), "scope": replace(TWO_WEEKS, school_year=2027)}
    for _ in range(2):
        assert school.seats(**later) == set()
        assert "SUBGROUPS_OF_OTHER_YEAR" in [problem.code for problem in school.local(**later).problems]
        school.take(path, 2027)
    assert school.seats() == members(("1", FIRST))


def test_a_book_of_another_year_is_refused(school):
    """The workbook says its year: in the next one it is no source."""
    with pytest.raises(DataError) as error:
        school.take(school.book(), 2027)
    assert "2026/27" in error.value.what
    assert school.seats() == set()
