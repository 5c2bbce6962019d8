"""Workbooks and CSV files made to exhaust a reader: each is answered within two seconds and half a gigabyte."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from mutations import examine

from connectors.sources import container, extent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADERS = ["Фамилия ученика", "Имя ученика", "Номер личного дела", "Класс"]
ROW = ["Ли", "Ян", "А-1", "7Б"]
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def roster(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Лист1")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ROW)
    return path


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one part changed; a part it lacks is added."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        names = source.namelist()
        for name in dict.fromkeys([*names, part]):
            data = source.read(name) if name in names else b""
            packed.writestr(name, change(data) if name == part else data)
    path.write_bytes(target.getvalue())
    return path


def with_cells(path: Path, cells: bytes) -> Path:
    """Further cells after the first two rows of the roster."""
    return changed(roster(path), SHEET, lambda data: data.replace(b"</sheetData>", cells + b"</sheetData>"))


def code_of(path: Path) -> str:
    reading = examine(path)
    assert reading.refusal
    return reading.refusal.code


def many_cells() -> bytes:
    return b'<row r="3">' + b'<c r="A3"><v>1</v></c>' * 2_500_000 + b"</row>"


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="3"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='3'><c\tr = 'XFD1048576' ><v>1</v></c></row>",
        b'<x:row r="3"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
        b'<row r="4000000000"><c><v>1</v></c></row>',
        b'<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>',
        b'<row r="3"><c r="a99999999999"><v>1</v></c></row>',
        b'<row r="3"><c r="&#88;FD1048576" t="inlineStr"><is><t>\n r="A1"</t></is></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 20_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 20_000,
    ],
    ids=[
        "far cell",
        "loose quotes",
        "prefix",
        "far row",
        "no such column",
        "no such row",
        "entity",
        "cells without places",
    ],
)
def test_a_sheet_that_asks_for_a_huge_rectangle_is_refused(cells: bytes, tmp_path: Path) -> None:
    """However the place is spelled, the rectangle is known before a reader lays it out."""
    assert code_of(with_cells(tmp_path / "a.xlsx", cells)) in {"ZIP_BOMB", "ZIP_BROKEN"}


def test_one_sheet_named_a_thousand_times_is_refused(tmp_path: Path) -> None:
    """Every name would be read again; what they ask for together is limited too."""
    cells = b"".join(b'<row r="%d"><c r="CV%d"><v>1</v></c></row>' % (n, n) for n in range(3, 3_000))
    path = with_cells(tmp_path / "a.xlsx", cells)
    one = b'<sheet name="%d" sheetId="%d" r:id="rId1"/>'
    more = b"".join(one % (n, n) for n in range(2, 1_000))
    assert (
        code_of(changed(path, "xl/workbook.xml", lambda data: data.replace(b"</sheets>", more + b"</sheets>")))
        == "ZIP_BOMB"
    )


def test_merged_cells_without_end_are_damage(tmp_path: Path) -> None:
    """Ten thousand ranges over the same thousand rows fill ten million cells."""
    cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, 1_000))
    merges = b'<mergeCells count="10000">' + b'<mergeCell ref="A2:B1000"/>' * 10_000 + b"</mergeCells>"
    path = with_cells(tmp_path / "a.xlsx", cells)
    assert (
        code_of(changed(path, SHEET, lambda data: data.replace(b"</sheetData>", b"</sheetData>" + merges)))
        == "ZIP_BROKEN"
    )


def test_a_lying_dimension_changes_nothing(tmp_path: Path) -> None:
    """The range a sheet claims is no reason to lay it out, and none to refuse it."""
    path = changed(
        roster(tmp_path / "a.xlsx"), SHEET, lambda data: data.replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"')
    )
    assert examine(path).counts["pupils"] == 1


def test_ten_million_cells_are_refused_by_their_number(tmp_path: Path) -> None:
    """The number is counted in the bytes; a sheet of 55 MB is not even parsed."""
    assert code_of(with_cells(tmp_path / "a.xlsx", many_cells())) == "ZIP_BOMB"


def test_one_long_text_in_every_cell_is_refused(tmp_path: Path) -> None:
    """A megabyte of text shown forty thousand times would be forty gigabytes; shown once it is a long text."""
    long = b"<si><t>" + b"A" * 2**20 + b"</t></si></sst>"
    once = with_cells(tmp_path / "a.xlsx", b"")
    once = changed(once, STRINGS, lambda data: data.replace(b"</sst>", long))
    assert examine(once).counts["pupils"] == 1
    index = b"8"
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%s</v></c></row>' % (n, n, index) for n in range(3, 40_000))
    often = with_cells(tmp_path / "b.xlsx", cells)
    often = changed(often, STRINGS, lambda data: data.replace(b"</sst>", long))
    assert code_of(often) == "ZIP_BOMB"


def test_formats_painted_to_the_last_row_and_column_are_no_data(tmp_path: Path) -> None:
    """Excel writes styled empty cells to the edge of the sheet; such a roster is read like any other."""
    cells = b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (n, n) for n in range(3, 2_000))
    reading = examine(with_cells(tmp_path / "a.xlsx", cells + b'<row r="1048576"><c r="A1048576" s="1"/></row>'))
    assert (reading.refusal, reading.counts["pupils"]) == (None, 1)


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    """The sizes in the directory are believed where they refuse, and checked where they promise."""
    path = changed(roster(tmp_path / "a.xlsx"), "xl/x.xml", lambda _: b" " * (container.MAX_UNPACKED + 1))
    assert code_of(path) == "ZIP_BOMB"


def test_nesting_without_end_is_damage(tmp_path: Path) -> None:
    """A hundred thousand elements inside each other end in an answer."""
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    for part in ("xl/workbook.xml", SHEET, STRINGS):
        path = changed(roster(tmp_path / "a.xlsx"), part, lambda data: data.replace(b">", b">" + deep, 2))
        examine(path)


def test_a_file_cut_at_any_tenth_is_answered(tmp_path: Path) -> None:
    """A half-written workbook is refused; nothing of it is believed."""
    whole = roster(tmp_path / "a.xlsx").read_bytes()
    for tenth in range(1, 10):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[: len(whole) * tenth // 10])
        assert code_of(path) in {"ZIP_BROKEN", "UNKNOWN_FORMAT"}


def test_workbooks_nobody_can_measure_are_named_with_what_to_do(tmp_path: Path) -> None:
    """Old, binary and open-document workbooks, and one with a password: each says what to save it as."""
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    found = {}
    for name, data in {"old.xls": ole, "locked.xlsx": ole + "EncryptedPackage".encode("utf-16-le")}.items():
        (tmp_path / name).write_bytes(data)
        found[name] = code_of(tmp_path / name)
    for name, first in {
        "a.ods": ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        "b.xlsb": ("a", ""),
    }.items():
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.writestr(*first)
            packed.writestr("xl/workbook.bin" if name == "b.xlsb" else "content.xml", "x")
        found[name] = code_of(tmp_path / name)
    assert found == {
        "old.xls": "OLD_XLS",
        "locked.xlsx": "PASSWORD_SET",
        "a.ods": "OTHER_WORKBOOK",
        "b.xlsb": "OTHER_WORKBOOK",
    }


# --- CSV -------------------------------------------------------------------------------------------------------------


def csv_of(path: Path, *lines: str) -> Path:
    path.write_bytes("\r\n".join([";".join(HEADERS), *lines]).encode())
    return path


@pytest.mark.parametrize(
    "line",
    [";" * (extent.MAX_CELLS + 1), "x;" * 300_000 + "\n" + "y\n" * 2_000, "\n".join(["a;b;c;d;e;f"] * 100_000)],
    ids=["one line", "wide and high", "high"],
)
def test_a_csv_file_of_too_many_cells_is_refused(line: str, tmp_path: Path) -> None:
    """The rectangle counts, as in a workbook."""
    assert code_of(csv_of(tmp_path / "a.csv", line)) == "TOO_LARGE"


def test_a_csv_file_of_separators_alone_is_refused_unread(tmp_path: Path) -> None:
    """Thirty megabytes of separators would be thirty million cells."""
    path = tmp_path / "a.csv"
    path.write_bytes(b";" * 30 * 2**20)
    assert code_of(path) == "TOO_LARGE"


def test_an_open_quote_swallows_no_other_row(tmp_path: Path) -> None:
    """A quote that is never closed makes one huge cell of the rest: the file is refused, not half read."""
    lines = ["Ли;Ян;А-1;7Б", 'Цой;"Инна;А-2;7Б', *["Ким;Лев;А-3;7Б"] * 10_000]
    assert code_of(csv_of(tmp_path / "a.csv", *lines)) == "CSV_BROKEN"


def test_nul_and_marks_inside_are_not_kept(tmp_path: Path) -> None:
    """A mark of byte order inside a joined file is no part of a name; NUL makes the file no table at all."""
    reading = examine(csv_of(tmp_path / "a.csv", "\ufeffЛи;Я\u200bн;А-1;7Б"))
    pupil = next(iter(next(iter(reading.parts)).records.values()))[0]
    assert pupil.name.full == "Ли Ян"
    assert code_of(csv_of(tmp_path / "b.csv", "Ли;Я\x00н;А-1;7Б")) == "UNKNOWN_FORMAT"
