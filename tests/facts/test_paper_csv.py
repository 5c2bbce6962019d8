"""Pages typed into CSV: the format's own rules, and that it says what the workbook says."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_pages import (
    ALGEBRA,
    ANNA,
    BORIS,
    COLUMNS,
    ENDS,
    FORM,
    MUSIC,
    PERIOD,
    PUPILS,
    STARTS,
    VERA,
    page,
    typed_back,
)  # fmt: skip

from connectors.paper.csv_page import read_csv_pages
from connectors.paper.csv_template import write_csv_template
from connectors.paper.wire import PageEntries, TemplateSummary
from connectors.sources.content import load
from connectors.sources.wire import Content, UnreadableFile
from gateway.register.transcribe import typed_pages
from mappings.paper.pages import page_cells
from mappings.paper.summary import Taken, sheet_summary
from mappings.problems import problem_text
from state.identity import subject_id
from state.register import CellKind, Page

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.wire import PaperBook, TemplatePage
    from mappings.paper.pages import PageCells

HEAD = "Класс;7Б\nПредмет;Алгебра\nПериод;1 четверть\nПеренесена полностью;да\nКто переносил;Образцова О.О.\n"
LEFT = (
    "№;Фамилия имя;01.09.2026;04.09.2026;04.09.2026;Итог\n"
    "1;Азарова Анна;5;;н;4\n2;Быков Борис;;4/5;;\n3;Ёлкина Вера;;;;осв\n"
)
RIGHT = "Дата;Что пройдено на уроке;Домашнее задание\n01.09.2026;Дроби;№ 5\n04.09.2026;;\n04.09.2026;Степени;\n"
WHOLE = HEAD + LEFT + RIGHT


def _find(form: str, subgroup: str, subject: str, period: str) -> TemplatePage | None:
    return page() if (form, subgroup, subject, period) == ("7Б", "", "Алгебра", "1 четверть") else None


def _read(text: str | bytes) -> PaperBook:
    data = text.encode() if isinstance(text, str) else text
    return read_csv_pages(Content(name="журнал.csv", data=data, sha256="00"), data, _find)


def _cells(text: str | bytes) -> PageCells:
    book = _read(text)
    assert book.flaws == ()
    return page_cells(book.pages[0], f"журнал.csv!{book.pages[0].sheet}", {})


def _flaws(text: str) -> list[tuple[str, str, str]]:
    book = _read(text)
    found = [*book.flaws, *(flaw for one in book.pages for flaw in one.flaws)]
    return [(flaw.code, flaw.where.removeprefix("журнал.csv!"), flaw.raw) for flaw in found]


def test_a_page_is_read_with_its_lessons_marks_and_finals() -> None:
    """Two lessons of one day are told apart by their order, as on paper."""
    cells = _cells(WHOLE)
    assert (cells.page, cells.period, cells.whole) == (Page(group=FORM, subject=ALGEBRA), PERIOD, True)
    assert (cells.by, cells.problems) == ("Образцова О.О.", ())
    said = {(one.kind.name, one.person, one.day, one.nth): one.value for one in cells.cells}
    second = date(2026, 9, 4)
    assert said["MARKS", ANNA, date(2026, 9, 1), 1] == "5"
    assert said["MARKS", ANNA, second, 2] == "н"
    assert said["MARKS", BORIS, second, 1] == "4 5"
    assert (said["FINAL", ANNA, ENDS, 0], said["FINAL", VERA, ENDS, 0]) == ("4", "осв")
    assert (said["TOPIC", None, second, 2], said["HOMEWORK", None, date(2026, 9, 1), 1]) == ("Степени", "№ 5")
    assert sum(one.kind is CellKind.LESSON for one in cells.cells) == 3
    assert sum(one.kind is CellKind.MEMBER for one in cells.cells) == 3


def test_csv_says_what_the_workbook_says(tmp_path: Path) -> None:
    """The same page typed both ways gives the same register cells."""
    entries = PageEntries(
        cells={(ANNA, *COLUMNS[0]): "5", (ANNA, *COLUMNS[2]): "н", (BORIS, *COLUMNS[1]): "4/5"},
        topics={COLUMNS[0]: "Дроби", COLUMNS[2]: "Степени"},
        homework={COLUMNS[0]: "№ 5"},
        finals={ANNA: "4", VERA: "осв"},
        struck=frozenset(COLUMNS[3:]),
        whole=True,
        by="Образцова О.О.",
    )
    assert typed_back(tmp_path, entries).cells == _cells(WHOLE).cells


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_separators_and_encodings_change_nothing(separator: str, encoding: str) -> None:
    """What Excel, LibreOffice and old programs save reads alike; a guessed encoding is told."""
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows(csv.reader(io.StringIO(WHOLE), delimiter=";"))
    book = _read(target.getvalue().encode(encoding))
    assert [flaw.code for flaw in book.flaws] == (["ENCODING_GUESSED"] if encoding == "cp1251" else [])
    assert page_cells(book.pages[0], "x", {}).cells == _cells(WHOLE).cells


def test_the_empty_template_is_read_back_untouched(tmp_path: Path) -> None:
    """All pages of a form in one file: each is found, and nobody has typed anything on any of them."""
    path = tmp_path / "page.csv"
    write_csv_template([page(), page()], path)
    content = load(path)
    book = read_csv_pages(content, content.data, _find)
    assert (book.flaws, len(book.pages)) == ((), 2)
    for one in book.pages:
        cells = page_cells(one, "x", {})
        assert cells.blank
        assert [cell.day for cell in cells.cells if cell.kind is CellKind.LESSON] == [day for day, _ in COLUMNS]
        assert [row.key for row in one.rows] == [ANNA, BORIS, VERA]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 2), st.integers(0, 5)), st.sampled_from(["5", "4/5", "н", "осв", "5-", "Н 2"])
    )
)
def test_whatever_is_typed_into_the_template_comes_back(marks: dict[tuple[int, int], str]) -> None:
    """Each mark lands in its own cell, and no other cell has one."""
    days = ";".join(f"{day:%d.%m.%Y}" for day, _ in COLUMNS)
    lines = [f"№;Фамилия имя;{days};Итог"]
    for row, (_, name) in enumerate(page().pupils):
        lines.append(";".join(["", name, *(marks.get((row, column), "") for column in range(6)), ""]))
    book = _read(HEAD + "\n".join(lines) + "\n" + RIGHT)
    typed = {
        (row, COLUMNS.index(column)): text.text
        for row, pupil in enumerate(book.pages[0].rows)
        for column, text in pupil.cells.items()
    }
    assert typed == marks


def test_dates_are_those_on_paper() -> None:
    """A short date, a date that Excel respelt, and a day that the timetable lacks are columns of the paper."""
    typed = WHOLE.replace("01.09.2026;04.09.2026;04.09.2026;Итог", "01.09;04.сен;15.09.26;Итог")
    days = [column.day for column in _read(typed).pages[0].columns]
    assert days == [date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 15)]


def test_the_right_page_keeps_its_own_dates() -> None:
    """A row of a day that the left page lacks stands by itself, and the left page's column has no row."""
    paper = _read(WHOLE.replace("\n01.09.2026;Дроби", "\n02.09.2026;Дроби")).pages[0]
    assert [(column.day.day, column.has_right) for column in paper.columns] == [(1, False), (4, True), (4, True)]
    assert [(row.day, row.topic.text if row.topic else "") for row in paper.right_rows] == [(date(2026, 9, 2), "Дроби")]


def test_a_pupil_written_in_is_found_by_name_or_is_a_stranger() -> None:
    """The roster decides, as for the workbook."""
    book = _read(HEAD + LEFT + ";Новиков Артём;;4;;\n;Чужой Тимур;3;;;\n" + RIGHT)
    cells = page_cells(book.pages[0], "журнал.csv!A1", {"новиков артем": "pupil:б-9"})  # type: ignore[dict-item]
    assert [(one.code, one.where) for one in cells.problems] == [("PUPIL_NOT_LISTED", "журнал.csv!B11")]
    assert {one.person for one in cells.cells if one.value in ("3", "4") and one.kind is CellKind.MARKS} == {
        "pupil:б-9",
        "paper:чужой тимур",
    }


@pytest.mark.parametrize(
    ("was", "is_now", "flaw"),
    [
        ("1;Азарова Анна;5;", "1;Азарова Анна;=5;", ("FORMULA", "C7", "")),
        ("1;Азарова Анна;5;", "1;Азарова Анна;04.май;", ("NOT_TEXT", "C7", "04.май")),
        ("1;Азарова Анна;5;", "1;Азарова Анна;04.05.2026;", ("NOT_TEXT", "C7", "04.05.2026")),
        ("1;Азарова Анна;5;", "первая;Азарова Анна;5;", ("STRAY_CELL", "A7", "первая")),
        ("1;Азарова Анна;5;", "1;;5;", ("ENTRY_WITHOUT_NAME", "C7", "5")),
        (";;н;4\n", ";;н;4;приписка\n", ("STRAY_CELL", "G7", "приписка")),
        ("имя;01.09.2026", "имя;", ("ENTRY_WITHOUT_DATE", "C7", "5")),
        ("имя;01.09.2026", "имя;01.12.2026", ("COLUMN_DATE_BAD", "C6", "01.12.2026")),
        ("имя;01.09.2026", "имя;сентябрь", ("COLUMN_DATE_BAD", "C6", "сентябрь")),
        ("\n01.09.2026;Дроби", "\n;Дроби", ("ENTRY_WITHOUT_DATE", "B11", "Дроби")),
        ("\n01.09.2026;Дроби", "\nвчера;Дроби", ("COLUMN_DATE_BAD", "A11", "вчера")),
        ("№ 5\n", "№ 5;ещё\n", ("STRAY_CELL", "D11", "ещё")),
        ("полностью;да", "полностью;наверное", ("ANSWER_BAD", "B4", "наверное")),
        ("Предмет;Алгебра", "Предмет;Алгебра;вторая", ("STRAY_CELL", "C2", "вторая")),
        ("Предмет;Алгебра", "Учитель;Образцова\nПредмет;Алгебра", ("STRAY_CELL", "A2", "Учитель")),
        (RIGHT, "", ("CSV_HEAD_MISSING", "A1", "Дата")),
    ],
)
def test_what_does_not_fit_is_named_at_its_line(was: str, is_now: str, flaw: tuple[str, str, str]) -> None:
    """The page is not compared until the line is put right, and nothing is guessed meanwhile."""
    assert was in WHOLE
    assert flaw in _flaws(WHOLE.replace(was, is_now, 1))
    assert not page_cells(_read(WHOLE.replace(was, is_now, 1)).pages[0], "x", {}).whole
    assert problem_text(flaw[0])


def test_a_formula_is_nobodys_mark() -> None:
    """What it claims to be is not read beside being named."""
    rows = _read(WHOLE.replace("1;Азарова Анна;5;", "1;Азарова Анна;=5;")).pages[0].rows
    assert [text.text for text in rows[0].cells.values()] == ["н"]


@pytest.mark.parametrize(
    ("was", "code", "raw"),
    [
        ("Предмет;Алгебра\n", "CSV_HEAD_MISSING", "Предмет"),
        (LEFT, "CSV_HEAD_MISSING", "Фамилия имя"),
        ("Алгебра", "PAGE_UNKNOWN", "7Б, , , 1 четверть"),
    ],
)
def test_a_page_that_does_not_say_which_it_is_is_left_out(was: str, code: str, raw: str) -> None:
    """The other pages of the file are read."""
    broken = WHOLE.replace(was, "" if code == "CSV_HEAD_MISSING" else "Алхимия", 1)
    book = _read(broken + "\n" + WHOLE)
    assert len(book.pages) == 1
    told = next(flaw for flaw in book.flaws if flaw.code == code)
    assert told.blocks
    assert told.raw == (raw if code == "CSV_HEAD_MISSING" else "7Б, Алхимия, 1 четверть")


def test_a_page_that_stands_twice_is_not_compared() -> None:
    """Which of the two is right nobody can tell; the pages beside it are not concerned."""
    typed = typed_pages(_read(WHOLE + "\n" + WHOLE.replace("Анна;5", "Анна;4")), {FORM: {}})
    assert [(one.whole, len(one.problems)) for one in typed.pages] == [(False, 1)]
    assert [(one.code, one.where, one.raw) for one in typed.problems] == [
        ("PAGE_TWICE", "журнал.csv!A1", "7Б, Алгебра: A1, A15")
    ]
    assert typed_pages(_read(WHOLE), {FORM: {}}).pages[0].whole


@pytest.mark.parametrize("text", ["", "просто текст", "Фамилия;Имя\nАзарова;Анна\n", "<html></html>", "a;b\x00;c"])
def test_another_file_is_refused(text: str) -> None:
    """A table that is no register page is not taken for an empty one."""
    with pytest.raises(UnreadableFile) as told:
        _read(text)
    assert problem_text(told.value.code)


def test_namesakes_come_back_from_the_empty_file(tmp_path: Path) -> None:
    """Equal names stand with the number of the personal file, and each row finds its pupil."""
    twins = page(pupils=((ANNA, "Азаров Анатолий Ильич (Б-1)"), (BORIS, "Азаров Анатолий Ильич (Б-2)")))
    path = tmp_path / "page.csv"
    write_csv_template([twins], path)
    content = load(path)
    book = read_csv_pages(content, content.data, lambda *_words: twins)
    assert [row.key for row in book.pages[0].rows] == [ANNA, BORIS]


@pytest.mark.parametrize(
    ("said", "usual"), [("ДЗ", "Домашнее задание"), ("Тема", "Что пройдено на уроке"), ("Ф.И.О.", "Фамилия имя")]
)
def test_usual_headings_are_understood(said: str, usual: str) -> None:
    """What teachers write above these columns anyway."""
    assert _cells(WHOLE.replace(usual, said)).cells == _cells(WHOLE).cells


SUMMARY = (
    "Сводная ведомость;7Б\nПериод;1 четверть\nПеренесена полностью;да\nКто переносил;завуч\n"
    "№;Фамилия имя;Алгебра;Музыка;История\n1;Азарова Анна;4;;5\n2;Быков Борис;;н/а;\n"
)
SHEET = TemplateSummary(
    form=FORM, period=PERIOD, group_label="7Б", period_label="1 четверть", starts=STARTS, ends=ENDS, pupils=PUPILS,
    subjects=((ALGEBRA, "Алгебра"), (MUSIC, "Музыка")),
)  # fmt: skip


def _summary(text: str) -> tuple[Taken, list[tuple[str, str]]]:
    """What the sheet brings, and the flaws of the file."""
    data = text.encode()
    book = read_csv_pages(
        Content(name="журнал.csv", data=data, sha256="00"), data, _find,
        lambda *words: SHEET if words == ("7Б", "1 четверть") else None,
    )  # fmt: skip
    told = [(flaw.code, flaw.where.removeprefix("журнал.csv!")) for flaw in book.flaws]
    sheets = [sheet_summary(one, book.source, {}, {subject_id("История")}) for one in book.summaries]
    return (sheets[0] if sheets else Taken()), told


def test_a_summary_sheet_is_read_beside_the_pages() -> None:
    """Marks by pupil and subject; a subject that was not printed is written in; one that is deleted is not on paper."""
    taken, told = _summary(WHOLE + "\n" + SUMMARY)
    (summary,) = taken.summaries
    history = subject_id("История")
    assert summary.marks == {(ANNA, ALGEBRA): "4", (BORIS, MUSIC): "н/а", (ANNA, history): "5"}
    assert summary.subjects == (ALGEBRA, MUSIC, history)
    assert (summary.whole, summary.imported_by, set(summary.pupils)) == (True, "завуч", {ANNA, BORIS})
    assert (taken.problems, told) == ([], [])
    (without,) = _summary(SUMMARY.replace(";Музыка", "").replace(";;5", ";5").replace(";;н/а;", ";;"))[0].summaries
    assert without.subjects == (ALGEBRA, history)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("Период;1 четверть", "Период;9 четверть", ("PAGE_UNKNOWN", "A1")),
        ("Период;1 четверть\n", "", ("CSV_HEAD_MISSING", "A1")),
        ("Фамилия имя", "Кто", ("CSV_HEAD_MISSING", "A1")),
    ],
)
def test_a_summary_sheet_that_is_nobodys_is_named(was: str, now: str, told: tuple[str, str]) -> None:
    """Like a page."""
    taken, flaws = _summary(SUMMARY.replace(was, now))
    assert taken.summaries == []
    assert told in flaws


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (";История", ";", ("ENTRY_WITHOUT_SUBJECT", "E6")),
        ("2;Быков Борис", "2;", ("ENTRY_WITHOUT_NAME", "D7")),
        ("Анна;4", "Анна;04.май", ("NOT_TEXT", "C6")),
        ("№;Фамилия", "5;Фамилия", ("STRAY_CELL", "A5")),
        ("да\n", "вроде\n", ("ANSWER_BAD", "B3")),
        (";История", ";Алгебра", ("SUBJECT_TWICE", "E5")),
    ],
)
def test_a_summary_sheet_with_a_fault_is_kept_and_not_compared(was: str, now: str, told: tuple[str, str]) -> None:
    """Every fault at its cell."""
    taken, _flaws = _summary(SUMMARY.replace(was, now))
    assert [one.whole for one in taken.summaries] == [False]
    assert told in [(one.code, one.where.removeprefix("журнал.csv!")) for one in taken.problems]


def test_the_empty_file_of_a_form_brings_its_summary_back(tmp_path: Path) -> None:
    """Each pupil and subject finds its own again; what nobody touched brings nothing."""
    path = tmp_path / "page.csv"
    write_csv_template([page()], path, [SHEET])
    text = path.read_text(encoding="utf-8-sig").partition("Сводная ведомость")
    sheet = "".join(text[1:])
    assert _summary(sheet)[0].summaries == []
    typed = sheet.replace("Азарова Анна;", "Азарова Анна;5").replace("полностью;", "полностью;да")
    (summary,) = _summary(typed)[0].summaries
    assert summary.marks == {(ANNA, ALGEBRA): "5"}
    assert (set(summary.pupils), summary.whole) == ({key for key, _name in PUPILS}, True)


def test_what_stands_in_place_of_the_number_sign_is_named() -> None:
    """A mark may have slipped there."""
    assert ("STRAY_CELL", "A6", "5") in _flaws(WHOLE.replace("№;Фамилия", "5;Фамилия"))
