"""A school's own timetable in a spreadsheet: every cell of every sheet is a lesson, a label or a finding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from grid_case import NAME, codes, form, group, lessons, part, read
from grid_files import FORMS, SCHOOL, TEACHERS, whole_school, write_book
from python_calamine import CalamineWorkbook

from gateway.sync.inspect import inspect, to_json
from gateway.sync.reading import read_file
from state.records import RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from grid_files import Rows


ENGLISH, COMPUTING = "английский язык", "информатика"
EXPECTED = Counter(
    [
        (form("7А"), "алгебра", ("козлова о.вл.",), 1, 1, "215"),
        (form("7А"), "физкультура", ("петров п.п.",), 1, 2, "спорт.зал"),
        (group("7А", "физика", 1), "физика", ("кюри м.п.",), 1, 3, "215"),
        (group("7А", "химия", 2), "химия", ("ом г.а.",), 1, 3, "216"),
        (group("7А", "химия", 1), "химия", ("ом г.а.",), 2, 0, "216"),
        (group("7А", "физика", 2), "физика", ("кюри м.п.",), 2, 0, "215"),
        (group("7Б", ENGLISH, 1), ENGLISH, ("ли я.а.",), 1, 1, "110"),
        (group("7Б", ENGLISH, 2), ENGLISH, ("козлова о.в.",), 1, 1, "111"),
        (group("7Б", ENGLISH, 1), ENGLISH, ("ли я.а.",), 1, 2, "110"),
        (group("7Б", COMPUTING, 2), COMPUTING, ("сидоров и.и.",), 1, 2, "305"),
        (form("7Б"), ENGLISH, ("ли я.а.",), 1, 3, "110"),
        (form("7Б"), "алгебра", ("козлова о.в.",), 2, 0, "215"),
        (group("7Б", COMPUTING, 1), COMPUTING, ("сидоров и.и.",), 2, 1, "305"),
        (group("7Б", ENGLISH, 2), ENGLISH, ("ли я.а.",), 2, 1, "110"),
        (form("8В"), "труд (технология)", ("пак е.с.",), 1, 1, ""),
        (form("8В"), "физкультура", ("петров п.п.",), 1, 2, "БАС"),
        (form("8В"), "биология", ("дарвин ч.р.",), 2, 0, "Кванторий"),
        (form("8В"), "алгебра", ("алфёрова и.а.",), 2, 1, "215"),
    ]
)


def test_forms_and_teachers_make_a_timetable(tmp_path: Path) -> None:
    """Subjects of one sheet, teachers of the other, put together by their rooms; halves are numbered by their order."""
    reading = read(tmp_path, SCHOOL)
    assert lessons(reading) == EXPECTED
    assert reading.detected.format == "lesson-grid"
    assert codes(reading) == {
        "TITLE_SKIPPED": 1,
        "GRID_NAME_SPELLED": 1,
        "GRID_NO_LESSON": 1,
        "GRID_PART_OF_SCHOOL": 1,
    }
    spelled = next(problem for problem in reading.problems if problem.code == "GRID_NAME_SPELLED")
    assert (spelled.raw, spelled.where) == ("Сидоров И..И. / Сидоров И.И.", "t.xlsx!По учителям!D3")


def test_every_cell_has_one_role(tmp_path: Path) -> None:
    """The roles add up to both sheets, counted again by the bare library; every filled cell is in one of them."""
    plain = to_json(inspect(write_book(tmp_path / NAME, SCHOOL)))
    book = CalamineWorkbook.from_path(tmp_path / NAME)
    sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in SCHOOL]
    cells = [value for rows in sheets for row in rows for value in row]
    assert sum(plain["cells"].values()) == len(cells)
    assert plain["cells"]["blank"] == sum(value == "" for value in cells)
    bodies = [value for rows in sheets for row in rows[-5:] for value in row[2:] if value != ""]
    assert plain["cells"]["lesson"] == len(bodies)
    assert "unexpected" not in plain["cells"]
    assert plain["counts"]["lessons"] == sum(EXPECTED.values())
    assert (plain["counts"]["forms"], plain["counts"]["staff"], plain["counts"]["subjects"]) == (3, 10, 8)


def test_namesakes_stay_two(tmp_path: Path) -> None:
    """«О.Вл.» and «О.В.» are two people; «Е..С.» and ё are ways to spell one."""
    staff = part(read(tmp_path, SCHOOL)).records[RecordType.STAFF]
    families = Counter(person.name.family for person in staff)  # type: ignore[union-attr]
    assert families["Козлова"] == 2
    assert families["Сидоров"] == 1


def test_days_may_be_merged_or_bands_or_letter_under_letter(tmp_path: Path) -> None:
    """Four ways to write the same column of days."""
    heads = ("Дни", "Уроки", "7а")
    plain = (heads, ("Вторник", 1, "Алгебра"), ("", 2, "Физика"))
    letters = (heads, ("В\nТ\nО\nР\nН\nИ\nК", 1, "Алгебра"), ("", 2, "Физика"))
    bands = (heads, ("ВТОРНИК", "", ""), ("", 1, "Алгебра"), ("", 2, "Физика"))
    expected = Counter([(form("7А"), "алгебра", (), 2, 1, ""), (form("7А"), "физика", (), 2, 2, "")])
    assert lessons(read(tmp_path, {"Л": plain})) == expected
    assert lessons(read(tmp_path, {"Л": plain}, {"Л": ["A2:A3"]})) == expected
    assert lessons(read(tmp_path, {"Л": letters}, {"Л": ["A2:A3"]})) == expected
    assert lessons(read(tmp_path, {"Л": bands})) == expected
    assert lessons(read(tmp_path, {"Л": bands}, {"Л": ["A2:C2"]})) == expected


def test_a_lesson_merged_over_forms_and_hours_is_each_ones(tmp_path: Path) -> None:
    """One cell over two forms is a lesson of both; over two rows, of both hours."""
    rows = (
        ("Дни", "Уроки", "7а", "7б"),
        ("Пн", 1, "Хор (акт.зал)", ""),
        ("", 2, "Труд", "Физика"),
        ("", 3, "", "Химия"),
    )
    reading = read(tmp_path, {"Л": rows}, {"Л": ["C2:D2", "C3:C4"]})
    assert lessons(reading) == Counter(
        [
            *((form(name), "хор", (), 1, 1, "акт.зал") for name in ("7А", "7Б")),
            *((form("7А"), "труд", (), 1, number, "") for number in (2, 3)),
            (form("7Б"), "физика", (), 1, 2, ""),
            (form("7Б"), "химия", (), 1, 3, ""),
        ]
    )
    assert reading.cells["merged"] == 2


def test_blocks_stand_side_by_side_and_one_under_another(tmp_path: Path) -> None:
    """Each block has a header of its own; a line between them is a title."""
    rows = (
        ("1-4 классы", "", "", "", "", ""),
        ("Дни", "Уроки", "1а", "День", "№", "2а"),
        ("Пн", 1, "Чтение", "Вт", 2, "Письмо"),
        ("5-9 классы", "", "", "", "", ""),
        ("Дни недели", "№ урока", "5а", "5б", "", ""),
        ("Ср", 3, "Алгебра", "Физика", "", ""),
    )
    reading = read(tmp_path, {"Л": rows})
    assert {(card.groups[0], card.weekdays[0], card.number) for card in part(reading).cards} == {
        (form("1А"), 1, 1),
        (form("2А"), 2, 2),
        (form("5А"), 3, 3),
        (form("5Б"), 3, 3),
    }
    assert codes(reading)["TITLE_SKIPPED"] == 2
    assert not any(problem.blocks for problem in reading.problems)


@pytest.mark.parametrize("merged", [[], ["A1:A2", "B1:B2", "C1:D1"]])
def test_headings_may_have_two_rows(tmp_path: Path, merged: list[str]) -> None:
    """Grades above, forms below, the days and numbers merged over both or not."""
    rows = (("Дни", "Уроки", "7 классы", ""), ("", "", "7а", "7б"), ("Пн", 1, "Алгебра", "Физика"))
    reading = read(tmp_path, {"Л": rows}, {"Л": merged})
    assert {(card.groups[0], card.number) for card in part(reading).cards} == {(form("7А"), 1), (form("7Б"), 1)}
    assert not any(problem.blocks for problem in reading.problems)
    assert sum(reading.cells.values()) == 12


def test_sheets_by_grade_are_one_timetable(tmp_path: Path) -> None:
    """Sheets that are no grid are named; a hidden grid may hold the rest of the school, so nothing is deleted."""
    low, high = [tuple((row[0], row[1], *row[part]) for row in whole_school()) for part in (slice(2, 6), slice(6, 11))]
    reading = read(tmp_path, {"1-4": low, "5-9": high})
    assert len(part(reading).cards) == 9
    assert RecordType.LESSON in part(reading).complete
    others = {"Звонки": (("1", "8:30"),), "!Нагрузка": (("Козлова", "18"),)}
    reading = read(tmp_path, {"1-4": low, "5-9": high, **others})
    assert {problem.raw for problem in reading.problems if problem.code == "SHEET_IGNORED"} == {"Нагрузка", "Звонки"}
    assert RecordType.LESSON in part(reading).complete
    reading = read(tmp_path, {"1-4": low, "5-9": high, "!Черновик": FORMS})
    assert [problem.raw for problem in reading.problems if problem.code == "GRID_HIDDEN"] == ["Черновик"]
    assert part(reading).complete == frozenset()


@pytest.mark.parametrize(
    ("names", "weeks", "whole"),
    [
        (("Нечётная", "Чётная"), ("10", "01"), True),
        (("1 неделя", "2 неделя"), ("10", "01"), True),
        (("Неделя Б", "Неделя А"), ("01", "10"), True),
        (("2 неделя",), ("01",), False),
        (("Лист1",), ("1",), True),
    ],
)
def test_weeks_are_told_by_the_names_of_sheets(
    tmp_path: Path, names: tuple[str, ...], weeks: tuple[str, ...], whole: bool
) -> None:
    """The odd, first or «А» week begins the cycle; one week of two never deletes the other."""
    reading = read(tmp_path, dict.fromkeys(names, whole_school()))
    assert tuple(dict.fromkeys(card.weeks for card in part(reading).cards)) == weeks
    assert (RecordType.LESSON in part(reading).complete) == whole
    assert (codes(reading)["WEEKS_PARTIAL"] == 0) == whole


def test_a_week_may_stand_in_the_title(tmp_path: Path) -> None:
    """Where the sheet is called «Лист1»."""
    reading = read(tmp_path, {"Лист1": (("Расписание, чётная неделя",), *whole_school())})
    assert {card.weeks for card in part(reading).cards} == {"01"}


def test_teachers_of_both_weeks_may_share_a_sheet(tmp_path: Path) -> None:
    """A sheet of teachers that names no week is of every week."""
    reading = read(tmp_path, {"1 неделя": FORMS, "2 неделя": FORMS, "Учителя": TEACHERS})
    assert {card.teachers for card in part(reading).cards if card.subject == "subject:биология"} == {
        ("staff:дарвин ч.р.",)
    }
    assert not {"GRID_TEACHER_MISSING", "GRID_TEACHER_WITHOUT_LESSON"} & codes(reading).keys()


HEADS = ("Дни", "Уроки", "7а", "7б")


@pytest.mark.parametrize(
    ("rows", "code", "where", "blocks"),
    [
        ((HEADS, ("Пн", 1, "Алгебра", ""), ("", "", "Физика", "")), "GRID_NUMBER_BAD", "C3", True),
        ((HEADS, ("Пн", "первый", "Алгебра", "")), "GRID_NUMBER_BAD", "C2", True),
        ((HEADS, ("Пн", 55, "Алгебра", "")), "GRID_NUMBER_BAD", "C2", True),
        ((HEADS, ("Пн", "8:30", "Алгебра", "")), "GRID_NUMBER_BAD", "C2", True),
        ((HEADS, ("Пн", "1-2", "Алгебра", "")), "GRID_NUMBER_BAD", "C2", True),
        ((HEADS, ("Праздник", 1, "Алгебра", "")), "GRID_DAY_UNKNOWN", "A2", True),
        ((HEADS, ("", 1, "Алгебра", "")), "GRID_DAY_UNKNOWN", "C2", True),
        ((HEADS, ("Пн", 1, "Алгебра", ""), ("", 1, "Физика", "")), "GRID_CELL_REPEATED", "C3", True),
        ((HEADS, ("Пн", 1, "Алгебра", ""), ("", 1, "Алгебра", "")), "ROW_REPEATED", "C3", False),
        ((HEADS, ("Пн", 1, "=1+1", "Физика")), "FORMULA", "C2", True),
        ((HEADS, ("Пн", 1, "Алгебра (215", "")), "GRID_CELL_UNCLEAR", "C2", True),
        ((("Дни", "Уроки", "7а", "Кружки"), ("Пн", 1, "Алгебра", "Хор")), "COLUMN_UNKNOWN", "D1", True),
        ((("Дни", "Уроки", "7а", "Время"), ("Пн", 1, "Алгебра", "8:30")), "COLUMN_UNKNOWN", "D1", False),
        ((("Дни", "Уроки", "7а", ""), ("Пн", 1, "Алгебра", "Хор")), "STRAY_CELL", "D2", False),
        ((("", "Дни", "Уроки", "7а"), ("дежурство", "Пн", 1, "Алгебра")), "STRAY_CELL", "A2", False),
        ((HEADS, ("Пн", 1, "Физика (Альфа)", "")), "GRID_BRACKET_UNCLEAR", "", False),
        ((HEADS, ("Пн", 1, "Алгебра", ""), ("Директор", "", "", "")), "TITLE_SKIPPED", "A3", False),
    ],
)
def test_what_does_not_fit_is_named_at_its_cell(
    tmp_path: Path, rows: Rows, code: str, where: str, blocks: bool
) -> None:
    """A cell that is left out stops deletions; one that is no lesson does not."""
    reading = read(tmp_path, {"Л": rows})
    found = [problem for problem in reading.problems if problem.code == code]
    assert [(problem.where, problem.blocks) for problem in found] == [(f"t.xlsx!Л!{where}" if where else NAME, blocks)]
    assert sum(reading.cells.values()) == len(rows) * max(map(len, rows))


@pytest.mark.parametrize(
    ("lesson", "teacher", "code"),
    [
        ("Алгебра (215)", "", "GRID_TEACHER_MISSING"),
        ("", "Ли Я.А. (215)", "GRID_TEACHER_WITHOUT_LESSON"),
        ("Алгебра (215)", "Ли Я.А. (216)", "GRID_ROOMS_DISAGREE"),
        ("Физика, Химия (215,216)", "Ли Я.А. (215)", "GRID_ROOMS_DISAGREE"),
        ("Физика, Химия", "Ли Я.А.", "GRID_TEACHERS_DIFFER"),
        ("Физика (215,216)", "Ли Я.А. (215,216)", "GRID_SPLIT_UNCLEAR"),
        ("Алгебра (215)", "кто-нибудь (215)", "GRID_TEACHER_UNREAD"),
        ("Алгебра (215)", "Ли Я.А. (215", "GRID_TEACHER_UNREAD"),
    ],
)
def test_sheets_that_disagree_are_told(tmp_path: Path, lesson: str, teacher: str, code: str) -> None:
    """The sheet of teachers has nothing, too much, another room, or no name."""
    subjects = (HEADS, ("Пн", 1, lesson, "Физика (12)"), ("", 2, "Химия (12)", "Физика (12)"))
    people = (HEADS, ("Пн", 1, teacher, "Ом Г.А. (12)"), ("", 2, "Ом Г.А. (12)", "Ом Г.А. (12)"))
    assert codes(read(tmp_path, {"А": subjects, "Б": people}))[code] == 1


def test_one_teacher_in_two_rooms_teaches_the_whole_form(tmp_path: Path) -> None:
    """Two rooms are two groups only where there are two teachers, or nothing is known of them."""
    heads = ("Дни", "Уроки", "7а")
    sheets = {"А": (heads, ("Пн", 1, "Физика (215,216)")), "Б": (heads, ("Пн", 1, "Ли Я.А. (215,216)"))}
    assert lessons(read(tmp_path, sheets)) == Counter([(form("7А"), "физика", ("ли я.а.",), 1, 1, "215, 216")])


def test_teachers_alone_are_no_timetable(tmp_path: Path) -> None:
    """Without subjects there are no lessons: such a file must not take the place of one that has them."""
    assert codes(read(tmp_path, {"Учителя": TEACHERS})) == {"GRID_WITHOUT_SUBJECTS": 1}


def test_a_grid_may_come_as_csv(tmp_path: Path) -> None:
    """In the encoding and with the separator of a Russian spreadsheet program."""
    path = tmp_path / "t.csv"
    path.write_bytes('Дни;Уроки;7а;7б\nПн;1;Алгебра (215);"Физика (12)\nХимия (13)"\n'.encode("cp1251"))
    reading = read_file(path)
    assert {(card.groups[0], card.room) for card in part(reading).cards} == {
        (form("7А"), "215"),
        (group("7Б", "Физика", 1), "12"),
        (group("7Б", "Химия", 2), "13"),
    }
    assert codes(reading)["ENCODING_GUESSED"] == 1


@pytest.mark.parametrize(
    "rows",
    [
        (("Дни", "Уроки", "Кабинет"), ("Пн", 1, "215")),
        (("Дата", "№ урока", "Класс"), ("01.09.2026", 1, "7а")),
        (("Класс", "Дни", "Уроки"), ("7а", "Пн", 1)),
    ],
)
def test_other_tables_are_no_grid(tmp_path: Path, rows: Rows) -> None:
    """Days and lessons beside each other, and a form among the headings, or it is something else."""
    assert inspect(write_book(tmp_path / NAME, {"Л": rows})).format != "lesson-grid"


def test_a_grid_may_stand_behind_a_title_page(tmp_path: Path) -> None:
    """The first sheet decides where it is a table; a title page is none."""
    assert len(part(read(tmp_path, {"Титул": (("МБОУ СОШ № 1",),), "Расписание": FORMS})).cards) == len(EXPECTED)
    staff = (("ФИО педагога", "Предмет"), ("Пак Елена Сергеевна", "Труд"))
    assert read(tmp_path, {"Штат": staff, "Расписание": FORMS}).detected.format == "staff-sheet"
    assert read(tmp_path, {"Расписание": FORMS, "Штат": staff}).detected.format == "lesson-grid"


def test_a_sheet_beyond_any_school_is_refused(tmp_path: Path) -> None:
    """A header and one cell far away."""
    rows: list[tuple[Any, ...]] = [HEADS, *([("",)] * 20_000), ("", *[""] * 20, "x")]
    assert codes(read(tmp_path, {"Л": rows})) == {"TOO_LARGE": 1}


def test_a_workbook_of_many_small_sheets_is_no_bomb(tmp_path: Path) -> None:
    """A sheet for each grade, and both weeks of each."""
    sheets = {f"{grade} классы, {week} неделя": FORMS for grade in range(1, 12) for week in (1, 2)}
    assert part(read(tmp_path, sheets)).week_cycle == 2
