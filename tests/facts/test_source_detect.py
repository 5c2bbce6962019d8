"""A file is what it holds, whatever it is called."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from source_files import HEADERS, asc_xml, write_grid, write_table

from connectors.sources import layouts
from connectors.sources.content import load
from connectors.sources.detect import detect
from connectors.sources.formats import Detected
from connectors.sources.sheets import find_header, read_grid, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.sources.grid import Grid
    from connectors.sources.wire import Layout


@pytest.mark.parametrize("layout", layouts.LAYOUTS, ids=lambda layout: layout.format)
def test_every_sheet_is_known_by_its_headers(layout: Layout, tmp_path: Path) -> None:
    """A workbook with a wrong name is still recognised, with the header anywhere in the first 20 rows."""
    rows = [["Школа № 1"], [], [f" {header.upper()} _" for header in HEADERS[layout]]]
    assert detect(write_grid(tmp_path / "отчёт.dat", rows)) == Detected(layout.format)
    deep = [["Школа № 1"]] * 20 + [list(HEADERS[layout])]
    assert detect(write_grid(tmp_path / "deep.xlsx", deep)).format == "unknown"


@pytest.mark.parametrize("packed", [False, True])
def test_an_asc_export_is_known_packed_or_not(packed: bool, tmp_path: Path) -> None:
    """Both .xml and .xml.gz are aSc 2012."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(gzip.compress(asc_xml().encode()) if packed else asc_xml().encode())
    assert detect(path) == Detected("asc-xml", "2012")


@pytest.mark.parametrize(
    "text",
    [
        '<timetable displayname="aSc Timetables 2008 XML"><lessons/></timetable>',
        "<timetable><days/><dayperiods/><lessons/></timetable>",
    ],
)
def test_the_2008_variant_is_known(text: str, tmp_path: Path) -> None:
    """Its name or, where there is none, its tables tell the old variant."""
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")
    assert detect(path) == Detected("asc-xml", "2008")


def test_a_register_page_in_csv_is_known_by_its_head(tmp_path: Path) -> None:
    """Empty or typed; a table that merely has such columns is another thing."""
    path = tmp_path / "page.csv"
    path.write_text("Класс;7Б\nПредмет;Алгебра\nПериод;1\nПеренесена полностью;\n", encoding="utf-8")
    assert detect(path) == Detected("register-page", "csv")
    path.write_text("Класс;Предмет;Период;Перенесена полностью\n7Б;Алгебра;1;да\n", encoding="utf-8")
    assert detect(path).format != "register-page"


def test_our_own_register_pages_are_known_by_their_hidden_sheet(tmp_path: Path) -> None:
    """The template we print carries a hidden sheet with its keys."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("7Б Алгебра")
        book.add_worksheet("_sverka").hide()
    assert detect(path) == Detected("register-page")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b" \n", "EMPTY_FILE"),
        (b"<!DOCTYPE html><html><body><table>", "HTML_FILE"),
        (b"\xef\xbb\xbf  <HTML>", "HTML_FILE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "OLD_XLS"),
        (b"name;class\r\n", "UNKNOWN_FORMAT"),
        (b"<timetables version='5'/>", "UNKNOWN_FORMAT"),
    ],
)
def test_what_is_no_source_says_why(content: bytes, code: str, tmp_path: Path) -> None:
    """An unknown file is named unknown, with the reason a clerk can act on."""
    path = tmp_path / "pupils.xlsx"
    path.write_bytes(content)
    assert detect(path) == Detected("unknown", code=code)


@pytest.mark.samples
def test_real_files_are_told_apart(samples: Path) -> None:
    """Every file is what the folder it is kept in says, and nothing else is taken for one of ours."""
    kinds = {"asc-xml": "asc-xml", "fet": "fet", "register-xlsx": "ejournal-report", "sgo-xml": "sgo-xml"}
    for path in (path for path in samples.rglob("*") if path.is_file()):
        assert detect(path).format == kinds.get(path.relative_to(samples).parts[0], "unknown"), path.name


def _grid(path: Path) -> Grid:
    grid = read_grid(load(path))
    assert grid is not None
    return grid


def test_cells_read_as_people_see_them(tmp_path: Path) -> None:
    """Whole numbers lose their tail, dates show as dates, every kind of space is one, a closing «_» goes."""
    values = [24, 0.5, date(2014, 9, 1), "a\u00a0\n b ", "7Б_", True]
    cells = _grid(write_grid(tmp_path / "a.xlsx", [values])).rows[0]
    assert [cell.text for cell in cells] == ["24", "0.5", "01.09.2014", "a b", "7Б", "ИСТИНА"]
    assert cells[2].day == date(2014, 9, 1)
    assert cells[3].where == "a.xlsx!Лист1!D1"


@pytest.mark.parametrize(("since_1904", "serial"), [(False, 41883), (True, 40421)])
def test_a_bare_number_is_counted_from_the_workbooks_own_epoch(since_1904: bool, serial: int, tmp_path: Path) -> None:
    """The same day is another number in a workbook of the 1904 system; a year is no date."""
    path = write_grid(tmp_path / "a.xlsx", [[serial, 2014, date(2014, 9, 1)]], since_1904=since_1904)
    cells = _grid(path).rows[0]
    assert [cell.day for cell in cells] == [date(2014, 9, 1), None, date(2014, 9, 1)]


def test_a_table_gives_every_row_or_a_flaw(tmp_path: Path) -> None:
    """Blank rows are skipped; unknown, repeated and missing columns and a repeated header are named with places."""
    rows = [
        ["ФИО педагога", "Предмет", "Любимый цвет", "Предмет"],
        ["Ли Ян", "Физика", "синий", "Химия"],
        [None, "", None],
        ["ФИО педагога", "Предмет"],
    ]
    table = read_table(_grid(write_grid(tmp_path / "a.xlsx", rows)), layouts.STAFF, ("ФИО педагога", "Класс"))
    assert [(row.where, row.text("Предмет"), row.text("Класс")) for row in table.rows] == [
        ("a.xlsx!Лист1!2", "Физика", "")
    ]
    assert [(flaw.code, flaw.where, flaw.raw) for flaw in table.flaws] == [
        ("COLUMN_UNKNOWN", "a.xlsx!Лист1!C1", "Любимый цвет"),
        ("COLUMN_REPEATED", "a.xlsx!Лист1!D1", "Предмет"),
        ("COLUMN_MISSING", "a.xlsx!Лист1!1", "Класс"),
        ("HEADER_REPEATED", "a.xlsx!Лист1!4", ""),
    ]


def test_a_formula_is_never_believed(tmp_path: Path) -> None:
    """The cached value of a formula is not the school's word: the cell is blank and named, in any column."""
    path = write_table(tmp_path / "a.xlsx", layouts.STAFF, [{"ФИО педагога": "Ли Ян", "Предмет": "=1+1"}])
    table = read_table(_grid(path), layouts.STAFF)
    assert table.rows[0].text("Предмет") == ""
    assert [(flaw.code, flaw.where) for flaw in table.flaws] == [("FORMULA", "a.xlsx!Лист1!C2")]


def test_places_past_column_z_are_named_as_excel_does(tmp_path: Path) -> None:
    """The 29th column is AC."""
    grid = _grid(write_grid(tmp_path / "a.xlsx", [["x"] * 29]))
    assert [grid.rows[0][index].where[-3:] for index in (25, 26, 28)] == ["!Z1", "AA1", "AC1"]
    assert find_header(grid, layouts.PUPILS) is None
