"""The workbook of two typists' differences, filled in well and badly: an answer is read as typed, or named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import hunting, limited, mutated

from connectors.faults import Unreadable
from connectors.paper.settle_book import SHEET, SettleRow, read_settle_book, write_settle_book
from mappings.problems import problem_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

MOMENT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ROWS = tuple(
    SettleRow(
        entry=7,
        number=number,
        page="7Б. Алгебра",
        day="04.09.2026",
        lesson="1",
        what="отметка",
        pupil="Азарова Анна",
        first="5",
        second="=1+1",
        paper="4" if number == 2 else "",
    )
    for number in (1, 2, 3)
)


def _book(folder: Path) -> Path:
    write_settle_book(ROWS, folder / "d.xlsx", moment=MOMENT)
    return folder / "d.xlsx"


@pytest.fixture
def filled(tmp_path: Path) -> Callable[[Callable[[Worksheet], None]], tuple[list[tuple[int, str]], list[str]]]:
    """(number and text of each answer, codes) after somebody changed the workbook."""

    def fill(change: Callable[[Worksheet], None]) -> tuple[list[tuple[int, str]], list[str]]:
        path = _book(tmp_path)
        book = openpyxl.load_workbook(path)
        change(book[SHEET])
        book.save(path)
        answers, flaws = read_settle_book(path)
        return [(one.number, one.text) for one in answers], [flaw.code for flaw in flaws]

    return fill


def _set(**cells: object) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell].value = value

    return change


def test_what_was_read_before_is_filled_in(tmp_path: Path) -> None:
    """And a text that begins with «=» is a text; equal arguments give equal bytes."""
    path = _book(tmp_path)
    first = path.read_bytes()
    answers, flaws = read_settle_book(path)
    assert ([(one.entry, one.number, one.text) for one in answers], flaws) == ([(7, 2, "4")], ())
    assert answers[0].place == f"d.xlsx!{SHEET}!J5"
    assert _book(tmp_path).read_bytes() == first


def test_answers_are_read_as_typed(filled: Callable) -> None:
    """A number is its digits; a row that was moved keeps its number."""
    assert filled(_set(J4=5, J5="4/5", J6="—")) == ([(1, "5"), (2, "4/5"), (3, "—")], [])
    assert filled(_set(B4=3, B6=1, J4="н", J5=None)) == ([(3, "н")], [])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"J4": "=5"}, "FORMULA"),
        ({"J4": datetime(2026, 5, 4)}, "NOT_TEXT"),  # noqa: DTZ001  # Excel made it of 4/5
        ({"A4": None, "J4": "5"}, "SETTLE_ROW_BAD"),
        ({"B4": "первое", "J4": "5"}, "SETTLE_ROW_BAD"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named(filled: Callable, cells: dict[str, object], code: str) -> None:
    """The answers beside it are read."""
    assert filled(_set(**cells)) == ([(2, "4")], [code])
    assert problem_text(code)


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    """By its sheet and its headings."""
    path = _book(tmp_path)
    for change in (lambda book: setattr(book[SHEET], "title", "Лист1"), lambda book: _set(J3="Ответ")(book[SHEET])):
        book = openpyxl.load_workbook(_book(tmp_path))
        change(book)
        book.save(path)
        with pytest.raises(Unreadable):
            read_settle_book(path)


@hunting(200)
@given(data=st.data())
def test_a_damaged_workbook_is_answered(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Answers, flaws with words, or a refusal."""
    folder = tmp_path_factory.mktemp("d")
    path = _book(folder)
    path.write_bytes(data.draw(mutated(path.read_bytes())))
    try:
        with limited():
            answers, flaws = read_settle_book(path)
    except Unreadable:
        return
    assert all(problem_text(flaw.code) for flaw in flaws)
    assert all(one.entry >= 0 and one.number >= 0 and one.text for one in answers)
