"""A workbook that comes back spoiled: every cell that is not read is named, and nothing is guessed."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from connectors.paper.layout import GUIDE_SHEET, KEYS_SHEET, lay_out
from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries, TemplatePage
from connectors.paper.workbook import read_workbook
from connectors.sources.wire import UnreadableFile
from mappings.paper.pages import page_cells
from mappings.problems import problem_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from connectors.paper.wire import PaperBook

COLUMNS = tuple((date(2026, 9, day), 1) for day in (1, 4, 8, 11))
PUPILS = (("pupil:б-1", "Азарова Анна"), ("pupil:б-2", "Быков Борис"))
PAGE = TemplatePage(
    group="form:2026:7б",
    subject="subject:алгебра",
    period="period:2026:quarter:1",
    group_label="7Б",
    subject_label="Алгебра",
    period_label="1 четверть",
    starts=date(2026, 9, 1),
    ends=date(2026, 10, 25),
    pupils=PUPILS,
    columns=COLUMNS,
)
SHEET = "7Б Алгебра"
ENTRIES = PageEntries(
    cells={(PUPILS[0][0], *COLUMNS[0]): "5", (PUPILS[1][0], *COLUMNS[1]): "н"},
    topics={COLUMNS[0]: "Дроби"},
    whole=True,
    by="Образцова О.О.",
)


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[[Callable[[Workbook], None]], PaperBook]:
    """Types the page, opens it as a person would, changes something, saves and reads."""

    def spoil(change: Callable[[Workbook], None]) -> PaperBook:
        path = tmp_path / "paper.xlsx"
        write_template([PAGE], path, {0: ENTRIES})
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
        return read_workbook(path)

    return spoil


def _setting(cell: str, value: object, sheet: str = SHEET) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet][cell].value = value

    return change


def _refusal(read: Callable[[], object]) -> str:
    """The code of a file refused as a whole; it has a text for a clerk."""
    with pytest.raises(UnreadableFile) as refused:
        read()
    assert problem_text(refused.value.code)
    return refused.value.code


def _flaws(book: PaperBook) -> list[tuple[str, str, str]]:
    found = [*book.flaws, *(flaw for page in book.pages for flaw in page.flaws)]
    return [(flaw.code, flaw.where.removeprefix(f"paper.xlsx!{SHEET}!"), flaw.raw) for flaw in found]


def _mark(book: PaperBook) -> str:
    return book.pages[0].rows[0].cells[COLUMNS[0]].text


def test_saving_by_another_program_changes_nothing(spoiled) -> None:
    """openpyxl rewrites the whole file; the page reads the same."""
    book = spoiled(lambda _: None)
    assert _flaws(book) == []
    assert _mark(book) == "5"
    assert book.pages[0].rows[1].cells[COLUMNS[1]].text == "н"
    assert book.pages[0].columns[0].topic.text == "Дроби"
    assert (book.pages[0].whole, book.pages[0].by) == (True, "Образцова О.О.")


def test_a_formula_is_refused_by_its_cell(spoiled) -> None:
    """A formula would read as blank, and blank is a statement about the paper."""
    book = spoiled(_setting("D10", "=C9"))
    assert _flaws(book) == [("FORMULA", "D10", "")]
    assert not page_cells(book.pages[0], "", {}).whole


def test_a_number_is_a_mark(spoiled) -> None:
    """5.0 is «5»: some programs write numbers where a person typed a mark."""
    assert _mark(spoiled(_setting("C9", 5))) == "5"
    assert _mark(spoiled(_setting("C9", 5.0))) == "5"


def test_a_date_in_a_mark_cell_is_refused(spoiled) -> None:
    """Excel makes the fifth of April of «4/5»; nobody knows which it was."""
    book = spoiled(_setting("C9", date(2026, 4, 5)))
    assert _flaws(book) == [("NOT_TEXT", "C9", "05.04.2026")]
    assert COLUMNS[0] not in book.pages[0].rows[0].cells


def test_a_truth_value_is_refused(spoiled) -> None:
    """TRUE is no mark."""
    assert _flaws(spoiled(_setting("C9", True))) == [("NOT_TEXT", "C9", "ИСТИНА")]


def test_an_error_value_is_refused(tmp_path: Path) -> None:
    """A pasted #N/A reads as blank in the fast reader, so it is looked for by itself."""
    path = tmp_path / "paper.xlsx"
    write_template([PAGE], path, {0: ENTRIES})
    _rewrite(path, "xl/worksheets/sheet2.xml", r'(<c r="D9" s="\d+")/>', r'\1 t="e"><v>#N/A</v></c>')
    assert _flaws(read_workbook(path)) == [("ERROR_CELL", "D9", "")]


def test_whatever_stands_beside_the_page_is_named(spoiled) -> None:
    """A mark typed one column too far to the right is not lost silently."""
    assert _flaws(spoiled(_setting("Z9", "5"))) == [("STRAY_CELL", "Z9", "5")]
    assert _flaws(spoiled(_setting("C40", "5"))) == [("STRAY_CELL", "C40", "5")]


@pytest.mark.parametrize("remove", ["delete_cols", "insert_cols", "delete_rows", "insert_rows"])
def test_a_moved_column_or_row_refuses_the_page(spoiled, remove: str) -> None:
    """Marks under the wrong date or beside the wrong pupil would be read as somebody else's."""
    place = 3 if remove.endswith("cols") else 9

    def change(book: Workbook) -> None:
        for area in list(book[SHEET].merged_cells.ranges):
            book[SHEET].unmerge_cells(str(area))
        getattr(book[SHEET], remove)(place)

    book = spoiled(change)
    page = book.pages[0]
    assert (page.rows, page.columns, page.whole) == ((), (), False)
    assert {"LABEL_CHANGED", "PAGE_MOVED"} <= {code for code, _, _ in _flaws(book)}


def test_a_renamed_pupil_refuses_the_page(spoiled) -> None:
    """The row may be another pupil's now."""
    book = spoiled(_setting("B9", "Чужова Инна"))
    assert _flaws(book) == [("LABEL_CHANGED", "B9", "Чужова Инна"), ("PAGE_MOVED", f"paper.xlsx!{SHEET}", "")]


def test_a_changed_heading_is_named_and_harmless(spoiled) -> None:
    """The title carries no key."""
    book = spoiled(_setting("A1", "Моя страница"))
    assert _flaws(book) == [("LABEL_CHANGED", "A1", "Моя страница")]
    assert page_cells(book.pages[0], "", {}).whole


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("15.09", date(2026, 9, 15)),
        ("15.9.", date(2026, 9, 15)),
        ("15.09.26", date(2026, 9, 15)),
        ("15.09.2026", date(2026, 9, 15)),
        (date(2026, 9, 15), date(2026, 9, 15)),
    ],
)
def test_a_date_may_be_written_in_several_ways(spoiled, typed: object, day: date) -> None:
    """Over a spare column a true date is as good as a text."""
    assert [column.day for column in spoiled(_setting("G7", typed)).pages[0].columns][-1] == day


@pytest.mark.parametrize("typed", ["31.09", "15.12", "15.09.2025", "завтра", "15/09", 15.09])
def test_a_date_that_is_no_day_of_the_period_is_named(spoiled, typed: object) -> None:
    """A day outside the period belongs to another page; 12.10 typed as a number is 12.1, which may mean either."""
    assert _flaws(spoiled(_setting("G7", typed))) == [("COLUMN_DATE_BAD", "G7", str(typed))]


def test_entries_without_a_date_are_named_one_by_one(spoiled) -> None:
    """A spare column with marks but no date over it: mark, topic and homework are each named."""

    def change(book: Workbook) -> None:
        for cell, text in (("G9", "4"), ("G10", "н"), ("O13", "Тема"), ("P13", "№ 5")):
            book[SHEET][cell].value = text

    assert _flaws(spoiled(change)) == [
        ("ENTRY_WITHOUT_DATE", "G9", "4"),
        ("ENTRY_WITHOUT_DATE", "G10", "н"),
        ("ENTRY_WITHOUT_DATE", "O13", "Тема"),
        ("ENTRY_WITHOUT_DATE", "P13", "№ 5"),
    ]


def test_entries_without_a_name_are_named_one_by_one(spoiled) -> None:
    """A spare row with marks but nobody's name."""

    def change(book: Workbook) -> None:
        book[SHEET]["C11"].value, book[SHEET]["K11"].value = "4", "5"

    assert _flaws(spoiled(change)) == [("ENTRY_WITHOUT_NAME", "C11", "4"), ("ENTRY_WITHOUT_NAME", "K11", "5")]


def test_a_struck_date_with_marks_under_it_is_a_contradiction(spoiled) -> None:
    """The marks are kept, the answer is named, and the page waits."""
    book = spoiled(_setting("C8", "нет"))
    assert _flaws(book) == [("STRUCK_BUT_FILLED", "C8", "нет")]
    assert _mark(book) == "5"
    assert not page_cells(book.pages[0], "", {}).whole


@pytest.mark.parametrize(("cell", "typed"), [("C4", "почти"), ("D8", "может быть")])
def test_an_answer_that_is_neither_yes_nor_no_is_named(spoiled, cell: str, typed: str) -> None:
    """Drop-downs do not stop a pasted word."""
    assert _flaws(spoiled(_setting(cell, typed))) == [("ANSWER_BAD", cell, typed)]


def test_answers_may_be_in_capitals(spoiled) -> None:
    """«ДА» is yes."""
    assert spoiled(_setting("C4", "ДА")).pages[0].whole


def test_a_missing_key_sheet_is_explained(spoiled) -> None:
    """Without the keys no cell has an owner."""
    assert _refusal(lambda: spoiled(lambda book: book.remove(book[KEYS_SHEET]))) == "PAPER_NOT_A_TEMPLATE"


def test_a_renamed_key_sheet_is_explained(spoiled) -> None:
    """It is looked for by name only."""

    def change(book: Workbook) -> None:
        book[KEYS_SHEET].title = "ключи"

    assert _refusal(lambda: spoiled(change)) == "PAPER_NOT_A_TEMPLATE"


@pytest.mark.parametrize(
    ("cell", "value"), [("A1", "иное"), ("C1", "7"), ("B2", "{"), ("B2", "{}"), ("A1", None), ("B2", '"текст"')]
)
def test_a_damaged_key_sheet_is_explained(spoiled, cell: str, value: object) -> None:
    """Half a key is no key."""
    assert _refusal(lambda: spoiled(_setting(cell, value, KEYS_SHEET))) == "PAPER_KEYS_DAMAGED"


def test_another_version_of_the_template_is_explained(spoiled) -> None:
    """The places of cells may have changed since."""
    assert _refusal(lambda: spoiled(_setting("B1", "999", KEYS_SHEET))) == "PAPER_OTHER_VERSION"


def test_a_renamed_page_is_missing_and_the_new_sheet_unknown(spoiled) -> None:
    """Both are named; nothing is read from either."""

    def change(book: Workbook) -> None:
        book[SHEET].title = "Лист"

    book = spoiled(change)
    assert book.pages == ()
    assert [(code, where) for code, where, _ in _flaws(book)] == [
        ("SHEET_UNKNOWN", "paper.xlsx!Лист"),
        ("PAGE_MISSING", f"paper.xlsx!{SHEET}"),
    ]


def test_a_note_on_the_guide_is_named(spoiled) -> None:
    """It may have been meant for a page; the page itself is read."""
    book = spoiled(_setting("D2", "7Б: у Быкова 5", GUIDE_SHEET))
    assert _flaws(book) == [("STRAY_CELL", f"paper.xlsx!{GUIDE_SHEET}!D2", "7Б: у Быкова 5")]
    assert _mark(book) == "5"


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 broken", b"<html></html>"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, body: bytes) -> None:
    """A renamed web page or a cut download."""
    path = tmp_path / "paper.xlsx"
    path.write_bytes(body)
    assert _refusal(lambda: read_workbook(path)) in ("NOT_XLSX", "ZIP_BROKEN")


def test_merged_cells_are_named_and_not_read(spoiled) -> None:
    """«н» over three dates may be one absence or three; our own merged boxes are no such thing."""

    def change(book: Workbook) -> None:
        book[SHEET]["C9"].value = "н"
        book[SHEET].merge_cells("C9:E9")
        book[SHEET].merge_cells("C10:D10")

    book = spoiled(change)
    assert _flaws(book) == [("MERGED_CELLS", "C9:E9", "н")]
    assert not book.pages[0].rows[0].cells


def test_every_typed_cell_is_read_or_named(spoiled) -> None:
    """One text into every cell of the sheet and around it: none of them vanishes."""
    layout = lay_out(PAGE)
    spots = [(row, column) for row in range(30) for column in range(20) if (row, column) not in layout.labels]
    merged = {spot for first, last in layout.spans.items() for spot in _area(first, last) if spot != first}

    def change(book: Workbook) -> None:
        for row, column in spots:
            if (row, column) not in merged:
                book[SHEET].cell(row + 1, column + 1).value = f"т{row}-{column}"

    book = spoiled(change)
    seen = {raw for _, _, raw in _flaws(book)}
    page = book.pages[0]
    seen |= {text.text for row in page.rows for text in row.cells.values()} | {row.name for row in page.rows}
    seen |= {row.final.text for row in page.rows if row.final} | {page.by}
    seen |= {text.text for column in page.columns for text in (column.topic, column.homework) if text}
    assert {f"т{row}-{column}" for row, column in spots if (row, column) not in merged} <= seen


def _area(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    return [(row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1)]


def _rewrite(path: Path, part: str, pattern: str, replacement: str) -> None:
    with zipfile.ZipFile(path) as archive:
        bodies = {name: archive.read(name) for name in archive.namelist()}
    text, count = re.subn(pattern, replacement, bodies[part].decode(), count=1)
    assert count == 1
    bodies[part] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in bodies.items():
            archive.writestr(name, body)
