"""The report «Табель успеваемости», layout B of formats.md §5: a table for each pupil, every cell with a role."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from card_files import ALGEBRA, CARDS, MUSIC, heads, write_cards
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from connectors.faults import Unreadable
from connectors.paper.report_card import read_report_cards
from connectors.paper.report_card_wire import Figure
from gateway.sync.inspect import inspect, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.report_card_wire import ReportCards


def read(folder: Path, rows: list[list[Any]] = CARDS) -> ReportCards:
    return read_report_cards(write_cards(folder / "card.xlsx", rows))


@pytest.mark.parametrize("merged", [True, False])
def test_a_card_is_read_by_its_three_rows_of_headings(tmp_path: Path, merged: bool) -> None:
    """The quarter stands over its first column, merged or not; 0.0 is no data, in a mark and in an average."""
    report = read_report_cards(write_cards(tmp_path / "card.xlsx", CARDS, merged=merged))
    assert (report.school_year, report.form, report.flaws) == (2024, "8Ж", ())
    assert [pupil.name for pupil in report.pupils] == ["Азарова Анна", "Белов Борис Ильич"]
    algebra, music = report.pupils[0].subjects
    assert algebra.averages == {1: 4.25, 2: 3.5, 3: 4.0, 4: 4.67}
    assert algebra.weighted == {1: 4.31}
    assert [(mark.figure, mark.period, mark.raw) for mark in algebra.marks] == [
        (Figure.PERIOD, 1, "4"),
        (Figure.PERIOD, 2, "4"),
        (Figure.PERIOD, 3, "4"),
        (Figure.PERIOD, 4, "5"),
        (Figure.YEAR, 0, "4"),
        (Figure.EXAM, 0, "5"),
        (Figure.RESULT, 0, "4"),
    ]
    assert algebra.marks[0].place == "card.xlsx!Лист1!E9"
    assert (music.averages, [mark.raw for mark in music.marks]) == ({}, ["осв", "н/а"])
    assert report.pupils[1].subjects[1].marks == ()


def test_inspect_counts_every_cell_once(tmp_path: Path) -> None:
    """The roles add up to the sheet, counted by the bare library; no cell is unexpected."""
    plain = to_json(inspect(write_cards(tmp_path / "card.xlsx", CARDS)))
    rows = CalamineWorkbook.from_path(tmp_path / "card.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)
    cells = [value for row in rows for value in row]
    assert (plain["format"], plain["findings"]) == ("report-card", [])
    assert (plain["counts"]["pupils"], plain["counts"]["forms"], plain["counts"]["subjects"]) == (2, 1, 3)
    assert sum(plain["cells"].values()) == len(cells)
    assert plain["cells"]["blank"] == sum(value == "" for value in cells)
    assert plain["cells"]["no data"] == sum(value in (0.0, "0.0") for value in cells)
    assert "unexpected" not in plain["cells"]
    assert plain["entries"] == {
        "finals": 10,
        "years": 2,
        "exams": 2,
        "state_exams": 0,
        "results": 2,
        "averages": 10,
        "unread": 0,
    }


def changed(row: int, column: int, value: object) -> list[list[Any]]:
    rows = copy.deepcopy(CARDS)
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("row", "column", "value", "code", "cell"),
    [
        (8, 4, "4+", "ENTRY_UNKNOWN", "E9"),
        (8, 4, "4/5", "ENTRY_UNKNOWN", "E9"),
        (8, 4, "н", "ENTRY_UNKNOWN", "E9"),
        (8, 2, "много", "FIGURE_BAD", "C9"),
        (8, 2, "=2+3", "FORMULA", "C9"),
        (8, 4, True, "STRAY_CELL", "E9"),
        (8, 20, "заметка", "STRAY_CELL", "U9"),
        (10, 3, "приписка", "STRAY_CELL", "D11"),
        (5, 17, "Зачёт с отличием", "COLUMN_UNKNOWN", "R6"),
        (12, 0, "Класс: 8З", "BLOCK_DIFFERS", "A13"),
        (13, 0, "Ученик:", "VALUE_MISSING", "16"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, row: int, column: int, value: object, code: str, cell: str) -> None:
    """No cell is guessed: a sign that is no mark, a figure in words, a formula, a note, a heading nobody knows."""
    path = write_cards(tmp_path / "card.xlsx", changed(row, column, value), merged=False)
    findings = {(item.code, item.where) for item in inspect(path).findings}
    assert (code, f"card.xlsx!Лист1!{cell}") in findings
    report = read_report_cards(path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert sum(report.accounting.values()) == len(rows) * len(rows[0])


@pytest.mark.parametrize(
    ("first", "second", "periods"),
    [
        (["I полугодие", "", "", "II полугодие"], [], [1, 2]),
        (["Триместр 1", "", "", "Триместр 2"], [], [1, 2]),
        (["Четверть"], ["1", "", "", "2"], [1, 2]),
        (["1-я четв.", "", "", "2-я четв."], [], [1, 2]),
    ],
)
def test_periods_of_other_kinds_are_counted_too(
    tmp_path: Path, first: list[str], second: list[str], periods: list[int]
) -> None:
    """Halves, trimesters, a number in a row of its own."""
    rows: list[list[Any]] = [
        *CARDS[:4],
        ["№ п/п", "Предмет", *first],
        ["", "", *second],
        ["", "", *("Средний балл", "Ср. взв. балл", "Итог") * 2],
        [1.0, "Алгебра", 4.5, 0.0, "5", 3.5, 0.0, "4"],
    ]
    (algebra,) = read(tmp_path, rows).pupils[0].subjects
    assert [mark.period for mark in algebra.marks] == periods
    assert list(algebra.averages) == periods


def test_a_name_may_stand_beside_its_label(tmp_path: Path) -> None:
    """«Ученик:» in one cell, the name in the next."""
    rows = copy.deepcopy(CARDS)
    rows[3] = ["Учащийся:", "", "Азарова Анна"]
    report = read(tmp_path, rows)
    assert (report.pupils[0].name, report.flaws) == ("Азарова Анна", ())


def test_signatures_below_a_table_are_labels(tmp_path: Path) -> None:
    """They say nothing of marks, and are no stray cells."""
    report = read(tmp_path, [*CARDS, [], ["Классный руководитель:", "", "Пак Е.С."], ["Дата: 24.05.2025"]])
    assert report.flaws == ()
    assert report.accounting["meta"] == 9


def test_every_sheet_is_read(tmp_path: Path) -> None:
    """A pupil may have a sheet; a sheet without a table is named."""
    path = tmp_path / "card.xlsx"
    with Workbook(path) as book:
        for name, pupil in (("1", "Азарова Анна"), ("2", "Белов Борис")):
            sheet = book.add_worksheet(name)
            for number, row in enumerate([*CARDS[:1], *heads(pupil), ALGEBRA, MUSIC]):
                for column, value in enumerate(row):
                    sheet.write(number, column, value)
        book.add_worksheet("Легенда").write(0, 0, "5 - отлично")
    report = read_report_cards(path)
    assert [pupil.name for pupil in report.pupils] == ["Азарова Анна", "Белов Борис"]
    assert Counter(flaw.code for flaw in report.flaws) == {"SHEET_UNKNOWN": 1}


def test_a_title_without_a_table_is_refused(tmp_path: Path) -> None:
    """Nothing is read, and the finding says why."""
    path = write_cards(tmp_path / "card.xlsx", CARDS[:4])
    with pytest.raises(Unreadable, match="Предмет"):
        read_report_cards(path)
    seen = inspect(path)
    assert (seen.refused, [item.code for item in seen.findings]) == (True, ["UNREADABLE"])
