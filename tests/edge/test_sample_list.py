"""The workbook of a sample at the hands of people: lines moved, removed, copied, changed, and files of all kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from facts.sample_case import SampleSchool, side, truth

from connectors.faults import Unreadable
from connectors.paper.sample_list import SHEET, SampleLine, What, read_sample_list, write_sample_list
from gateway.register.sample_sheet import sheet_digest
from gateway.register.sample_units import UnitKind
from mappings.problems import problem_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = tuple(
    SampleLine(
        unit=f"1/2026-09-0{number}/1/{number}",
        what=What.MARK,
        person=number,
        page="7Б. Алгебра",
        day=date(2026, 9, number),
        lesson="1",
        asks=name,
    )
    for number, name in enumerate(("Волкова Анна", "Зуев Пётр", "Ким Яна"), start=1)
)
FIRST_ROW = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "sample.xlsx"
    answers = {0: "5", 1: "-", 2: "4/5"}
    write_sample_list(LINES, made, draw=3, digest="d" * 64, heading=("Выборка № 3",), answers=answers)
    return made


def spoil(path: Path, change: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book[SHEET])
    book.save(path)
    return path


def codes(path: Path) -> list[str]:
    return [flaw.code for flaw in read_sample_list(path).flaws]


def test_what_was_typed_comes_back_as_it_was(path: Path) -> None:
    """With the draw it was made for, line by line."""
    book = read_sample_list(path)
    assert (book.draw, book.digest, book.flaws, book.flawed) == (3, "d" * 64, (), frozenset())
    assert [(one.unit, one.person, one.text) for one in book.answers] == [
        (line.unit, line.person, text) for line, text in zip(LINES, ("5", "-", "4/5"), strict=True)
    ]


def test_sorted_lines_keep_their_answers(path: Path) -> None:
    """A person sorts the table; each line is known by its number."""

    def reverse(sheet: Any) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW)]
        for row, values in zip(sheet.iter_rows(min_row=FIRST_ROW), reversed(rows), strict=True):
            for cell, value in zip(row, values, strict=True):
                cell.value = value

    book = read_sample_list(spoil(path, reverse))
    assert [one.text for one in book.answers] == ["5", "-", "4/5"]
    assert book.flaws == ()


def test_a_removed_line_is_named(path: Path) -> None:
    """The others stay as they are."""
    book = read_sample_list(spoil(path, lambda sheet: sheet.delete_rows(FIRST_ROW + 1)))
    assert [(flaw.code, flaw.raw) for flaw in book.flaws] == [("SAMPLE_LINE_GONE", "2")]
    assert book.flawed == {LINES[1].unit}
    assert [one.text for one in book.answers] == ["5", "", "4/5"]


def test_a_copied_line_is_nobodys(path: Path) -> None:
    """Which of the two is meant cannot be known."""

    def copy(sheet: Any) -> None:
        for column in range(1, 7):
            sheet.cell(FIRST_ROW + 3, column).value = sheet.cell(FIRST_ROW, column).value

    book = read_sample_list(spoil(path, copy))
    assert [flaw.code for flaw in book.flaws] == ["SAMPLE_LINE_TWICE"]
    assert book.flawed == {LINES[0].unit}


def test_a_line_made_over_to_another_pupil_is_not_believed(path: Path) -> None:
    """The printed texts are those the hidden sheet knows."""
    book = read_sample_list(spoil(path, lambda sheet: sheet.cell(FIRST_ROW, 5, "Носова Вера")))
    assert ([flaw.code for flaw in book.flaws], book.flawed) == (["LABEL_CHANGED"], {LINES[0].unit})


@pytest.mark.parametrize(
    ("value", "code"),
    [("=1+1", "FORMULA"), (datetime(2026, 5, 4), "NOT_TEXT"), (True, "NOT_TEXT")],  # noqa: DTZ001
)
def test_what_is_no_text_is_named(path: Path, value: object, code: str) -> None:
    """Excel made a date of 4/5, or somebody counts."""
    book = read_sample_list(spoil(path, lambda sheet: sheet.cell(FIRST_ROW, 6, value)))
    assert ([flaw.code for flaw in book.flaws], book.flawed) == ([code], {LINES[0].unit})


def test_what_stands_outside_the_table_is_named(path: Path) -> None:
    """A remark beside it, a line added below, a note above it."""

    def scribble(sheet: Any) -> None:
        sheet.cell(FIRST_ROW, 8, "см. у завуча")
        sheet.cell(FIRST_ROW + 5, 5, "Иванов 5")
        sheet.cell(2, 3, "стр. 14 не нашли")

    assert codes(spoil(path, scribble)) == ["STRAY_CELL", "STRAY_CELL", "STRAY_CELL"]


def test_a_number_is_the_mark_it_shows(path: Path) -> None:
    """5 typed into a cell whose format somebody changed."""
    assert read_sample_list(spoil(path, lambda sheet: sheet.cell(FIRST_ROW, 6, 5.0))).answers[0].text == "5"


@pytest.mark.parametrize("sheet", [SHEET, "_sverka"])
def test_without_its_sheets_it_is_no_sample(path: Path, sheet: str) -> None:
    """Refused as a whole."""
    book = openpyxl.load_workbook(path)
    book["_sverka"].sheet_state = "visible"
    book.remove(book[sheet])
    book.save(path)
    with pytest.raises(Unreadable):
        read_sample_list(path)


@pytest.mark.parametrize(("row", "column", "value"), [(1, 1, "sverka-paper"), (1, 3, "x"), (2, 3, "?"), (1, 5, "9")])
def test_a_spoiled_hidden_sheet_is_refused(path: Path, row: int, column: int, value: str) -> None:
    """Its keys are believed whole or not at all."""
    book = openpyxl.load_workbook(path)
    book["_sverka"].cell(row, column, value)
    book.save(path)
    with pytest.raises(Unreadable):
        read_sample_list(path)


def test_every_code_has_its_sentence() -> None:
    """In both languages."""
    for code in ("SAMPLE_LINE_GONE", "SAMPLE_LINE_TWICE", "SAMPLE_UNANSWERED", "SAMPLE_UNIT_UNKNOWN"):
        for lang in ("ru", "en"):
            assert problem_text(code, lang).sentence


# --- what is kept of it -----------------------------------------------------------------------------------------------


@pytest.fixture
def school(tmp_path: Path) -> SampleSchool:
    made = SampleSchool(tmp_path)
    made.pull(side(truth()))
    return made


@pytest.mark.parametrize(
    ("question", "mark", "code"),
    [("", "5", "SAMPLE_UNANSWERED"), ("нет", "5", "STRUCK_BUT_FILLED"), ("может быть", "", "ANSWER_BAD")],
)
def test_a_lesson_answered_by_halves_is_held_back(school: SampleSchool, question: str, mark: str, code: str) -> None:
    """It counts as not looked up, and the reason is told."""
    made = school.draw(1, UnitKind.LESSON)
    texts = {What.LESSON: question, What.MARK: mark}
    entered = school.enter(school.type_over(made, lambda line: texts.get(line.what, "")))
    assert (entered.entered, entered.left) == (0, 1)
    assert {problem.code for problem in entered.problems} == {code}


def test_a_lesson_with_a_line_made_over_is_held_back(school: SampleSchool) -> None:
    """One name changed: whose mark it is nobody knows, so the whole lesson has not been looked up."""
    made = school.draw(2, UnitKind.LESSON)
    path = spoil(school.type_over(made), lambda sheet: sheet.cell(FIRST_ROW + 1, 5, "Носова Вера Ильинична"))
    entered = school.enter(path)
    assert (entered.entered, entered.left) == (1, 1)
    assert [one.code for one in entered.problems] == ["LABEL_CHANGED"]
    assert school.status(made).claim is None


def test_units_that_were_not_drawn_are_told_and_not_kept(school: SampleSchool) -> None:
    """Somebody wrote another cell into the hidden sheet."""
    made = school.draw(2)
    foreign = replace(school.lines(made)[0], unit=next(unit for unit in made.frame if unit not in made.drawn))
    path = school.folder / "more.xlsx"
    lines, answers = (*school.lines(made), foreign), {0: "5", 1: "5", 2: "5"}
    write_sample_list(lines, path, draw=made.number, digest=sheet_digest(made), heading=(), answers=answers)
    entered = school.enter(path)
    assert (entered.entered, [one.code for one in entered.problems]) == (2, ["SAMPLE_UNIT_UNKNOWN"])


def test_a_lesson_nobody_has_opened_is_not_looked_up(school: SampleSchool) -> None:
    """Blank from top to bottom: no remark, no entry."""
    made = school.draw(1, UnitKind.LESSON)
    entered = school.enter(school.type_over(made, lambda line: ""))
    assert (entered.entered, entered.left, entered.problems) == (0, 1, ())


@pytest.mark.parametrize(
    ("typed", "on_paper", "value"), [("-", True, ""), ("ПУСТО", True, ""), ("нет урока", False, ""), ("Н", True, "н")]
)
def test_a_cell_is_blank_only_when_that_is_typed(school: SampleSchool, typed: str, on_paper: bool, value: str) -> None:
    """A blank line is one that nobody has looked up."""
    made = school.draw(1)
    assert school.enter(school.type_over(made, lambda line: "")).entered == 0
    school.enter(school.type_over(made, lambda line: typed))
    with school.store.begin() as work:
        (entry,) = work.control.samples.entries([made.number])
    assert (entry.on_paper, "".join(cell[2] for cell in entry.cells)) == (on_paper, value)


def test_the_same_workbook_again_changes_nothing(school: SampleSchool) -> None:
    """Entered twice, kept once."""
    made = school.draw(10)
    path = school.type_over(made)
    assert (school.enter(path).changed, school.enter(path).changed) == (10, 0)


def test_the_audit_log_has_no_mark_of_an_entry(school: SampleSchool) -> None:
    """Figures and digests alone."""
    made = school.draw(10)
    school.enter(school.type_over(made))
    with school.store.begin() as work:
        (event,) = work.control.samples.journaled("sample_entered")
    assert set(event) == {"draw", "sha256", "entered", "changed", "left", "digest"}
    assert (event["entered"], event["changed"], event["left"]) == (10, 10, 0)
