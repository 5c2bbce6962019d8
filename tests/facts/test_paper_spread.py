"""The right page has dates of its own: typed where they differ, kept, and told without a look at the diary (B1)."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_pages import ALGEBRA, ANNA, COLUMNS, ENDS, FORM, page, typed_back

from connectors.paper.layout import Slot, lay_out
from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries
from connectors.paper.workbook import read_workbook
from gateway.register.align import laid_over
from gateway.register.reconcile import make_finding
from gateway.register.spread import judge_spread, spread_of, without_texts
from gateway.register.values import Code, Level, Severity
from gateway.reports.directory import Directory
from gateway.reports.wording import Wording
from gateway.reports.words import words
from mappings.paper.pages import page_cells
from state.register import CellKind, Page, pack

if TYPE_CHECKING:
    from connectors.paper.wire import PaperPage
    from gateway.register.values import Finding
    from mappings.paper.pages import PageCells

FIRST, LAST = COLUMNS[0], COLUMNS[5]
PAGE = Page(group=FORM, subject=ALGEBRA)


def spread(read: PageCells) -> list[tuple[str, int, str, str]]:
    return [(one.day.isoformat(), one.nth, one.value, one.raw) for one in read.cells if one.kind is CellKind.SPREAD]


def frame(read: PageCells) -> pl.DataFrame:
    rows = [(pack(1, one.day, one.nth, one.kind, 0), one.value, one.raw) for one in read.cells if not one.person]
    side = pl.DataFrame(rows, schema={"key": pl.Int64, "value": pl.String, "raw": pl.String}, orient="row")
    return spread_of(laid_over(side.sort("key"), side.clear()))


def told(read: PageCells) -> list[Finding]:
    return list(judge_spread(frame(read), {1: PAGE}, make_finding))


def by_hand(folder: Path, texts: dict[tuple[Slot, int, int], str]) -> PaperPage:
    """The page as it comes back with these texts typed into its (slot, row, column) places."""
    write_template([page()], folder / "t.xlsx", {0: PageEntries(whole=True)})
    book, layout = openpyxl.load_workbook(folder / "t.xlsx"), lay_out(page())
    for place, text in texts.items():
        row, column = layout.spot(*place)
        book.worksheets[1].cell(row + 1, column + 1).value = text
    book.save(folder / "t.xlsx")
    return read_workbook(folder / "t.xlsx").pages[0]


def test_pages_that_agree_tell_nothing(tmp_path: Path) -> None:
    """Blank means «as left», and the same date typed once more says no more than that."""
    read = typed_back(tmp_path, PageEntries(topics={FIRST: "Дроби"}, right={FIRST: FIRST[0]}, whole=True))
    assert (spread(read), told(read), read.whole) == ([], [], True)


def test_another_date_on_the_right_is_one_finding_with_both_dates(tmp_path: Path) -> None:
    """The topic stays with its column: the lesson is compared at its left date and only the spread is told."""
    read = typed_back(tmp_path, PageEntries(topics={FIRST: "Дроби"}, right={FIRST: date(2026, 9, 2)}, whole=True))
    assert spread(read) == [("2026-09-01", 1, "2026-09-02", "")]
    assert [(one.day, one.value) for one in read.cells if one.kind is CellKind.TOPIC] == [(FIRST[0], "Дроби")]
    (found,) = told(read)
    assert (found.code, found.level, found.severity) == (Code.SPREAD_MISMATCH, Level.LESSON, Severity.MEDIUM)
    assert (found.day, found.nth, found.paper, found.diary) == (FIRST[0], 1, "2026-09-01 | 2026-09-02", "")


def test_the_second_of_two_lessons_may_have_another_date(tmp_path: Path) -> None:
    """Same ordinal: the second column of 4 September is the right page's 5 September."""
    read = typed_back(tmp_path, PageEntries(right={COLUMNS[2]: date(2026, 9, 5)}, whole=True))
    assert spread(read) == [("2026-09-04", 2, "2026-09-05", "")]


def test_a_date_of_another_month_is_kept_as_written(tmp_path: Path) -> None:
    """Paper may be wrong by a month: 5.11 beside 5.10 lies outside the period and is what stands there."""
    read = typed_back(tmp_path, PageEntries(right={LAST: date(2026, 11, 5)}, whole=True))
    assert spread(read) == [("2026-10-05", 1, "2026-11-05", "")]
    assert read.whole


def test_a_column_without_a_right_row_is_told_for_the_page(tmp_path: Path) -> None:
    """Six lessons left, five right: one finding of the page, at the period's end, naming the odd date."""
    read = typed_back(tmp_path, PageEntries(right={FIRST: None}, whole=True))
    assert spread(read) == [("2026-09-01", 1, "-", ""), ("2026-10-25", 0, "6|5", "")]
    (found,) = told(read)
    assert (found.level, found.day, found.paper) == (Level.PAGE, ENDS, "6 (2026-09-01) | 5")


def test_a_right_row_without_a_column_is_told_for_the_page(tmp_path: Path) -> None:
    """Its topic is kept, belongs to no lesson, and makes no lesson of its own."""
    row = (date(2026, 9, 4), "Степень", "§ 3")
    read = typed_back(tmp_path, PageEntries(right_rows=(row,), whole=True))
    assert spread(read) == [("2026-09-04", 3, "+", "Степень · § 3"), ("2026-10-25", 0, "6|7", "")]
    assert not [one for one in read.cells if one.kind is CellKind.TOPIC]
    assert [one.paper for one in told(read)] == ["6 | 7 (2026-09-04)"]


def test_a_struck_date_may_stand_on_the_right_only(tmp_path: Path) -> None:
    """«Нет» under the printed date, its date typed on the right: a row of the right page, not an entry to hold."""
    texts = {(Slot.ON_PAPER, -1, 5): "нет", (Slot.RIGHT, -1, 5): "05.10", (Slot.TOPIC, -1, 5): "Степень"}
    read = page_cells(by_hand(tmp_path, texts), "x", {})
    assert spread(read) == [("2026-10-05", 1, "+", "Степень"), ("2026-10-25", 0, "5|6", "")]
    assert (read.problems, read.whole) == ((), True)


def test_as_many_odd_rows_as_odd_columns_are_the_same_lessons(tmp_path: Path) -> None:
    """Equal counts: the odd row is the odd column's, by order, with its topic and its own date."""
    row = (date(2026, 9, 30), "Степень", "")
    read = typed_back(tmp_path, PageEntries(right={FIRST: None}, right_rows=(row,), whole=True))
    assert spread(read) == [("2026-09-01", 1, "2026-09-30", "")]
    assert [(one.day, one.value) for one in read.cells if one.kind is CellKind.TOPIC] == [(FIRST[0], "Степень")]


@pytest.mark.parametrize("text", ["31.02", "завтра", "1"])
def test_a_right_date_nobody_can_read_holds_the_page(tmp_path: Path, text: str) -> None:
    """It is named by its cell, and the page is not compared."""
    read = page_cells(by_hand(tmp_path, {(Slot.RIGHT, -1, 0): text}), "x", {})
    assert [(one.code, one.raw) for one in read.problems] == [("COLUMN_DATE_BAD", text), ("PAGE_HELD", "")]


def test_no_row_and_a_topic_in_it_cannot_both_be(tmp_path: Path) -> None:
    """«Нет» beside a typed topic holds the page; the topic is kept."""
    read = typed_back(tmp_path, PageEntries(topics={FIRST: "Дроби"}, right={FIRST: None}, whole=True))
    assert [one.code for one in read.problems] == ["STRUCK_BUT_FILLED", "PAGE_HELD"]
    assert [one.value for one in read.cells if one.kind is CellKind.TOPIC] == ["Дроби"]


def test_a_mark_beside_a_row_that_has_only_a_right_date_has_no_date(tmp_path: Path) -> None:
    """A mark under no date is nobody's lesson, and neither is the right date beside it."""
    read = by_hand(tmp_path, {(Slot.RIGHT, -1, 6): "12.10", (Slot.MARK, 0, 6): "5"})
    assert [(one.code, one.raw) for one in read.flaws] == [("ENTRY_WITHOUT_DATE", "5"), ("ENTRY_WITHOUT_DATE", "12.10")]
    assert read.right_rows == ()


def test_texts_of_a_column_without_a_right_row_are_explained(tmp_path: Path) -> None:
    """The diary's topic of that lesson is missing on paper because its row is: told once, for the page."""
    read = typed_back(tmp_path, PageEntries(right={FIRST: None}, cells={(ANNA, *FIRST): "5"}, whole=True))
    kinds = [int(CellKind.MARKS), int(CellKind.TOPIC), int(CellKind.HOMEWORK)]
    column = pack(1, *FIRST, CellKind.LESSON, 0) >> 25
    cells = pl.DataFrame({"kind": [*kinds, 2], "column": [column] * 3 + [column + 1]})
    assert without_texts(cells, frame(read)).rows() == [(1, column), (2, column + 1)]


days = st.dates(date(2026, 9, 1), date(2026, 10, 25))


@settings(max_examples=20, deadline=None)
@given(
    right=st.dictionaries(st.sampled_from(COLUMNS), st.one_of(st.none(), days), max_size=6),
    rows=st.lists(days, max_size=4),
)
def test_whatever_the_right_page_says_nothing_is_lost(right: dict[Any, date | None], rows: list[date]) -> None:
    """Every topic typed arrives once, in its lesson or in a row alone; the counts are told just where they differ."""
    topics = {column: f"Тема {number}" for number, column in enumerate(COLUMNS) if right.get(column, LAST) is not None}
    alone = tuple((day, f"Строка {number}", "") for number, day in enumerate(rows))
    with tempfile.TemporaryDirectory() as folder:
        read = typed_back(Path(folder), PageEntries(topics=topics, right=right, right_rows=alone, whole=True))
    said = [one.value for one in read.cells if one.kind is CellKind.TOPIC]
    said += [raw for _day, _nth, value, raw in spread(read) if value == "+"]
    assert sorted(said) == sorted([*topics.values(), *(topic for _day, topic, _homework in alone)])
    missing = sum(day is None for day in right.values())
    pages = [one for one in told(read) if one.level is Level.PAGE]
    assert [one.paper.split(" (")[0].split(" |")[0] for one in pages] == (["6"] if missing != len(rows) else [])
    assert len({one.finding_id for one in told(read)}) == len(told(read))
    assert read.whole


def test_the_words_name_both_pages() -> None:
    """«слева 01.09.2026; справа 02.09.2026», and for the page the counts with the odd dates."""
    wording = Wording(Directory(pupils={}, teachers={}, groups={}, subjects={}), words("ru"), ZoneInfo("UTC"))
    assert wording.spread("2026-09-01 | 2026-09-02") == "слева 01.09.2026; справа 02.09.2026"
    assert wording.spread("6 (2026-09-01) | 5") == "слева 6 (01.09.2026); справа 5"
