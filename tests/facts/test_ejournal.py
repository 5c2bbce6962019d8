"""The report of another electronic register, layout A of formats.md §5: a synthetic one, and a real one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from connectors.faults import Unreadable
from connectors.paper.ejournal import read_ejournal
from gateway.sync.inspect import inspect, to_json
from mappings.paper.ejournal import UnknownMeaning, cell_tokens, letters, tally

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.wire import EjournalReport

SAMPLE = "register-xlsx/otchet_uspevaemost_poseshchaemost_ves_klass.anon.xlsx"
LEGEND = {"Н": "Неуважительная", "О": "Опоздание", "Б": "Болезнь", "У": "Уважительная"}
BLOCK = (
    ("Учебный год: 2024/2025",),
    ("Класс: 8Ж",),
    ("Период: с 24.12.24 по 20.01.25",),
    ("Ученик: Азарова Анна",),
    (),
    ("Предмет", "Декабрь", "", "", "Январь", "Средняя оценка", "Средневзвешенный \n балл", "Итоговая оценка за период"),
    ("", 25.0, 31.0, 31.0, 13.0),
    ("Алгебра", "5", "", "О 2", "2  3", 3.0, 0.0, "3"),
    ("Музыка", "", "", "", "", 0.0, 0.0, ""),
    (),
    ("Н", "Неуважительная"),
    ("О", "Опоздание"),
)


def _report(folder: Path, rows: list[tuple[object, ...]]) -> EjournalReport:
    path = folder / "report.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("Лист1")
        for number, row in enumerate([("Школа",), ("Отчет об успеваемости и посещаемости ученика",), *rows]):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    return read_ejournal(path)


def _changed(row: int, column: int, value: object) -> list[tuple[object, ...]]:
    rows = [[*line, *([""] * (12 - len(line)))] for line in BLOCK]
    rows[row][column] = value
    return [tuple(line) for line in rows]


def test_a_block_is_read_by_its_own_header(tmp_path: Path) -> None:
    """December belongs to the first year, January to the second; 31 December stands twice."""
    report = _report(tmp_path, list(BLOCK))
    assert (report.school_year, report.form, report.flaws) == (2024, "8Ж", ())
    assert (report.starts, report.ends) == (date(2024, 12, 24), date(2025, 1, 20))
    algebra, music = report.pupils[0].subjects
    assert [(cell.day, cell.ordinal, cell.raw) for cell in algebra.cells] == [
        (date(2024, 12, 25), 1, "5"),
        (date(2024, 12, 31), 2, "О 2"),
        (date(2025, 1, 13), 1, "2  3"),
    ]
    assert algebra.cells[1].place == "report.xlsx!Лист1!D10"
    assert (algebra.average, algebra.weighted, algebra.final) == (3.0, None, "3")
    assert (music.cells, music.average, music.final) == ((), None, "")
    assert report.legend == {"Н": "Неуважительная", "О": "Опоздание"}


def test_every_cell_is_counted_once(tmp_path: Path) -> None:
    """The counts by role add up to the sheet."""
    report = _report(tmp_path, list(BLOCK))
    assert sum(report.accounting.values()) == report.height * report.width == 14 * 8
    assert report.accounting["mark"] == 3
    assert report.accounting["no entry"] == 5
    assert "unexpected" not in report.accounting


@pytest.mark.parametrize(
    ("row", "column", "value", "code", "cell"),
    [
        (4, 3, "заметка", "STRAY_CELL", "D7"),
        (7, 10, "5", "STRAY_CELL", "K10"),
        (9, 0, "приписка", "STRAY_CELL", "A12"),
        (6, 4, 45.0, "COLUMN_DATE_BAD", "E9"),
        (6, 2, 24.0, "COLUMN_DATE_BAD", "C9"),
        (7, 1, "=2+3", "FORMULA", "B10"),
        (7, 1, True, "STRAY_CELL", "B10"),
        (7, 5, "много", "FIGURE_BAD", "F10"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, row: int, column: int, value: object, code: str, cell: str) -> None:
    """No cell is guessed: a note, a mark outside the table, a day that is none, a computed mark, a figure in words."""
    report = _report(tmp_path, _changed(row, column, value))
    assert (code, f"report.xlsx!Лист1!{cell}") in [(flaw.code, flaw.where) for flaw in report.flaws]
    assert sum(report.accounting.values()) == report.height * report.width


def test_blocks_that_disagree_are_named(tmp_path: Path) -> None:
    """Two pupils of two forms in one report, and a letter with two meanings."""
    other = [("Учебный год: 2024/2025",), ("Класс: 8З",), *BLOCK[2:10], ("Н", "Не готов")]
    codes = Counter(flaw.code for flaw in _report(tmp_path, [*BLOCK, *other]).flaws)
    assert codes == {"BLOCK_DIFFERS": 1, "LEGEND_DIFFERS": 1}


def test_another_sheet_is_refused(tmp_path: Path) -> None:
    """A grade sheet of another layout is told apart by its title."""
    path = tmp_path / "other.xlsx"
    with Workbook(path) as book:
        book.add_worksheet().write(0, 0, "Табель успеваемости учащегося (весь класс)")
    with pytest.raises(Unreadable, match="Отчет об успеваемости"):
        read_ejournal(path)


@pytest.mark.parametrize(
    ("raw", "text", "illegal"),
    [
        ("5", "5", ()),
        ("2  3", "2 3", ()),
        ("3/3", "3 3", ()),
        ("О 2 5", "2 5 оп", ()),
        ("5 Н", "5 нп", ()),
        ("Б 3/3", "3 3 б", ()),
        ("Н Н", "нп", ()),
        ("У", "уп", ()),
        ("О Н", "оп", ("Н",)),
        ("0", "", ("0",)),
        ("УП", "", ("УП",)),
        ("осв", "осв", ()),
        ("", "", ()),
    ],
)
def test_a_cell_is_read_by_the_reports_own_legend(raw: str, text: str, illegal: tuple[str, ...]) -> None:
    """«Н» is «Неуважительная» here; a letter that the legend lacks is not an absence."""
    tokens = cell_tokens(raw, LEGEND)
    assert (tokens.text, tokens.illegal) == (text, illegal)


def test_an_unknown_meaning_is_not_guessed() -> None:
    """«О» is «освобождён» in another product."""
    with pytest.raises(UnknownMeaning):
        letters({"О": "Освобождён"})


def test_a_report_with_an_unknown_legend_is_not_interpreted(tmp_path: Path) -> None:
    """One letter that we cannot explain may stand in any cell: no entry of the report is counted as read."""
    told = tally(_report(tmp_path, [*BLOCK[:-1], ("О", "Освобождён")]))
    assert told.entries == {"unread": 4}
    assert [(item.code, item.raw) for item in told.problems] == [("LEGEND_UNKNOWN", "О Освобождён")]


def test_inspect_tells_what_the_entries_say(tmp_path: Path) -> None:
    """Marks, absences and period marks are counted; a sign outside the vocabulary is named at its cell."""
    rows = _changed(8, 1, "0")
    rows[8] = (*rows[8][:7], "4-")
    _report(tmp_path, rows)
    seen = inspect(tmp_path / "report.xlsx")
    assert (seen.format, seen.refused) == ("ejournal-report", False)
    assert seen.entries == {"marks": 4, "absences": 0, "late": 1, "statuses": 0, "finals": 1, "unread": 2}
    assert [(item.code, item.where, item.raw) for item in seen.findings] == [
        ("ENTRY_UNKNOWN", "report.xlsx!Лист1!B11", "0"),
        ("ENTRY_UNKNOWN", "report.xlsx!Лист1!H11", "4-"),
    ]


def test_a_report_cut_short_is_refused_with_its_reason(tmp_path: Path) -> None:
    """No form and no period: nothing is read, and the finding says so."""
    path = tmp_path / "report.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Отчет об успеваемости и посещаемости ученика")
        sheet.write(1, 0, "Учебный год: 2024/2025")
    seen = inspect(path)
    assert seen.refused
    assert [item.code for item in seen.findings] == ["UNREADABLE"]


@pytest.mark.samples
def test_inspect_accounts_for_the_whole_real_report(samples: Path) -> None:
    """As a user sees it: every cell has a role, every word of every entry is a mark, an absence, or a finding."""
    plain = to_json(inspect(samples / SAMPLE))
    rows = CalamineWorkbook.from_path(samples / SAMPLE).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert (plain["schema"], plain["format"]) == ("source-inspect/1", "ejournal-report")
    assert (plain["counts"]["pupils"], plain["counts"]["forms"], plain["counts"]["subjects"]) == (28, 1, 20)
    assert sum(plain["cells"].values()) == len(rows) * len(rows[0])
    assert "unexpected" not in plain["cells"]
    raws = _marks_by_hand(rows)
    entries = plain["entries"]
    assert entries["marks"] == sum(n * len(re.findall("[1-5]", raw)) for raw, n in raws.items())
    assert entries["absences"] == sum(n for raw, n in raws.items() if re.search("[НБУ]", raw) and "О" not in raw)
    assert entries["late"] == sum(n for raw, n in raws.items() if "О" in raw)
    assert entries["unread"] == len(plain["findings"])
    assert {item["raw"] for item in plain["findings"]} == {"0", "О Н"}
    assert sum(item["raw"] == "О Н" for item in plain["findings"]) == raws["О Н"]
    assert entries["finals"] + entries["unread"] - raws["0"] - raws["О Н"] == _finals_by_hand(rows)


@pytest.mark.samples
def test_the_real_report_is_read_to_the_last_cell(samples: Path) -> None:
    """28 pupils, 20 subjects each: every cell accounted for, marks and averages counted again by other means."""
    report = read_ejournal(samples / SAMPLE)
    assert report.flaws == ()
    assert (report.school_year, report.form, len(report.pupils)) == (2024, "8Ж", 28)
    assert (report.starts, report.ends) == (date(2025, 3, 24), date(2025, 5, 24))
    assert report.legend == LEGEND
    rows = CalamineWorkbook.from_path(samples / SAMPLE).get_sheet_by_index(0).to_python(skip_empty_area=False)
    filled = [(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row) if value != ""]
    blanks = sum(len(row) for row in rows) - len(filled)
    accounting = dict(report.accounting)
    assert sum(accounting.values()) == len(rows) * len(rows[0])
    empty_tails = sum(not subject.final for pupil in report.pupils for subject in pupil.subjects)
    assert accounting["blank"] + accounting["no entry"] + empty_tails == blanks
    read = Counter(cell.raw for pupil in report.pupils for subject in pupil.subjects for cell in subject.cells)
    assert read == _marks_by_hand(rows)
    assert sum(read.values()) == accounting["mark"]


def _marks_by_hand(rows: list[list[object]]) -> Counter[str]:
    """Every text between a subject's name and its average, found without our reader."""
    marks: Counter[str] = Counter()
    width = 0
    for row in rows:
        if row[0] == "Предмет":
            width = row.index("Средняя оценка")
        elif width and row[0] and row[width] != "":
            marks.update(str(value) for value in row[1:width] if value != "")
        elif not row[0] and not any(isinstance(value, float) for value in row):
            width = 0
    return marks


def _finals_by_hand(rows: list[list[object]]) -> int:
    """Filled cells under «Итоговая оценка за период», two rows below the heading and on, to the end of the table."""
    found, column = 0, 0
    for row in rows:
        if row[0] == "Предмет":
            column = row.index("Итоговая оценка за период")
        elif not row[0] and row[1] == "":
            column = 0
        elif column and row[0] and row[column] != "":
            found += 1
    return found


@pytest.mark.samples
def test_the_real_reports_averages_follow_from_its_marks(samples: Path) -> None:
    """The report's own average is that of all marks in the row («0» is none): nothing was lost or read twice."""
    report = read_ejournal(samples / SAMPLE)
    for pupil in report.pupils:
        for subject in pupil.subjects:
            digits = [int(digit) for cell in subject.cells for digit in re.findall(r"[1-5]", cell.raw)]
            average = sum(digits) / len(digits) if digits else None
            assert subject.average == pytest.approx(average, abs=1e-9)


@pytest.mark.samples
def test_the_real_reports_cells_speak_the_vocabulary(samples: Path) -> None:
    """Of some 3000 cells only «0» and two different absences in one cell stay with a person."""
    report = read_ejournal(samples / SAMPLE)
    raws = {cell.raw for pupil in report.pupils for subject in pupil.subjects for cell in subject.cells}
    odd = {raw: cell_tokens(raw, report.legend).illegal for raw in raws}
    assert {raw: illegal for raw, illegal in odd.items() if illegal} == {"0": ("0",), "О Н": ("Н",)}
    repeated = [
        subject
        for pupil in report.pupils
        for subject in pupil.subjects
        if any(cell.ordinal > 1 for cell in subject.cells)
    ]
    assert repeated
