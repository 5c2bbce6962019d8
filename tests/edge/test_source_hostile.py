"""Files made to hurt: each is refused by name, quickly, and none reaches a spreadsheet or XML library unguarded."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sources import container, content
from connectors.sources.detect import detect
from connectors.sources.wire import UnreadableFile
from gateway.sync.inspect import inspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOMB = """<?xml version="1.0"?>
<!DOCTYPE timetable [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<timetable displayname="&c;"><lessons/></timetable>"""
OUTSIDE = """<!DOCTYPE timetable [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<timetable displayname="a"><lessons/></timetable>"""
EXPORT = '<timetable displayname="aSc Timetables 2012 XML"><lessons columns="id"><lesson id="1"/></lessons></timetable>'


def refusal(path: Path) -> str:
    """The code with which the file is refused."""
    started = time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        detect(path)
    assert time.monotonic() - started < 5
    assert caught.value.place.startswith(path.name)
    return caught.value.code


def workbook(path: Path, header: str = "ФИО педагога") -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Лист1")
        sheet.write_row(0, 0, [header])
        sheet.write_row(1, 0, ["Ли Ян"])
    return path


def tampered(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one of its parts changed."""
    source, target = zipfile.ZipFile(io.BytesIO(path.read_bytes())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = source.read(name)
            archive.writestr(name, change(data) if name == part else data)
    path.write_bytes(target.getvalue())
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, BOMB[:-20]], ids=["bomb", "outside", "cut bomb"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_entities_are_refused_before_parsing(text: str, encoding: str, packed: bool, tmp_path: Path) -> None:
    """An entity bomb or an outside entity, in any Unicode width, packed or not; what follows is never looked at."""
    path = tmp_path / "t.xml"
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    assert refusal(path) == "HOSTILE_XML"


def test_an_html_doctype_is_a_web_page_and_no_attack(tmp_path: Path) -> None:
    """What many diaries call an Excel export is named for what it is."""
    path = tmp_path / "Ученики.xlsx"
    path.write_bytes(b"\xef\xbb\xbf<!DOCTYPE html>\n<html><table><tr><td>1</td></tr></table></html>")
    assert [finding.code for finding in inspect(path).findings] == ["HTML_FILE"]


def test_a_gzip_bomb_is_cut_off(tmp_path: Path) -> None:
    """Unpacking stops at the limit, long before the memory does."""
    path = tmp_path / "t.xml.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(content.MAX_UNPACKED // 2**20 + 1):
            stream.write(bytes(2**20))
    assert path.stat().st_size < 2**20
    assert refusal(path) == "GZIP_BOMB"


def test_a_cut_gzip_is_named(tmp_path: Path) -> None:
    """A half-copied archive is no timetable, however little is missing."""
    whole = gzip.compress(EXPORT.encode())
    for size in (len(whole) - 1, len(whole) // 2, 5):
        path = tmp_path / "t.xml.gz"
        path.write_bytes(whole[:size])
        assert refusal(path) == "GZIP_BROKEN"


def test_a_cut_xml_is_named_with_its_line(tmp_path: Path) -> None:
    """The line where it breaks is told."""
    path = tmp_path / "t.xml"
    path.write_bytes(EXPORT.replace("><", ">\n<").encode()[:-30])
    with pytest.raises(UnreadableFile) as caught:
        detect(path)
    assert (caught.value.code, caught.value.place) == ("BROKEN_XML", "t.xml:3")


def test_a_zip_bomb_is_refused_before_the_spreadsheet_library(tmp_path: Path) -> None:
    """A sheet that unpacks beyond the limit, and a container of thousands of parts."""
    path = tampered(workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data + b" " * content.MAX_UNPACKED)
    assert path.stat().st_size < 2**20
    assert refusal(path) == "ZIP_BOMB"
    with zipfile.ZipFile(workbook(tmp_path / "b.xlsx"), "a") as archive:
        for number in range(container.MAX_PARTS):
            archive.writestr(f"x/{number}.xml", "")
    assert refusal(tmp_path / "b.xlsx") == "ZIP_BOMB"


def test_a_far_cell_does_not_allocate_the_rectangle(tmp_path: Path) -> None:
    """One cell at XFD1048576 would make a reader allocate 17 billion cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = tampered(workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data.replace(b"</sheetData>", far))
    assert refusal(path) == "ZIP_BOMB"


def test_entities_inside_a_workbook_are_refused(tmp_path: Path) -> None:
    """Any part of the container may carry the attack."""
    path = tampered(
        workbook(tmp_path / "a.xlsx"),
        "xl/sharedStrings.xml",
        lambda data: data.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY a "b">]><sst', 1),
    )
    assert refusal(path) == "HOSTILE_XML"


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_workbook_is_named(keep: float, tmp_path: Path) -> None:
    """A half-copied workbook says so."""
    path = workbook(tmp_path / "a.xlsx")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert refusal(path) == "ZIP_BROKEN"


def test_a_workbook_whose_sheet_is_not_xml_is_named(tmp_path: Path) -> None:
    """Damage inside the container is damage of the file."""
    path = tampered(workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data[:200])
    assert [finding.code for finding in inspect(path).findings] == ["ZIP_BROKEN"]


def test_a_workbook_without_a_sheet_part_is_no_source(tmp_path: Path) -> None:
    """A container that only looks like a workbook is refused, not guessed."""
    path = tampered(workbook(tmp_path / "a.xlsx"), "xl/_rels/workbook.xml.rels", lambda _: b"<Relationships/>")
    assert inspect(path).refused


def test_another_zip_is_no_source(tmp_path: Path) -> None:
    """A zip of something else is unknown."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert [finding.code for finding in inspect(path).findings] == ["UNKNOWN_FORMAT"]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """Above the limit the file is not taken into memory."""
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(content.MAX_FILE + 1)
    assert refusal(path) == "TOO_LARGE"


def test_formulas_with_planted_values_are_blank(tmp_path: Path) -> None:
    """Prefixed XML, shared formulas and cells without references do not smuggle a value in."""
    cells = b'<row r="2"><c r="A2"><f>1</f><v>7</v></c></row>'
    path = tampered(
        workbook(tmp_path / "a.xlsx"),
        SHEET,
        lambda data: data[: data.index(b'<row r="2"')] + cells + data[data.index(b"</sheetData>") :],
    )
    inspection = inspect(path)
    assert ("FORMULA", "a.xlsx!Лист1!A2") in [(finding.code, finding.where) for finding in inspection.findings]
    assert inspection.counts["staff"] == 0


@pytest.fixture
def wholes(tmp_path: Path) -> dict[str, bytes]:
    packed = gzip.compress(EXPORT.encode(), mtime=0)
    return {"xml": EXPORT.encode(), "gz": packed, "xlsx": workbook(tmp_path / "w.xlsx").read_bytes()}


@settings(max_examples=90, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["xml", "gz", "xlsx"]),
    place=st.integers(0, 999),
    cut=st.integers(0, 3) | st.just(10**6),
    put=st.binary(max_size=4),
)
def test_a_damaged_file_always_ends_in_an_answer(
    kind: str, place: int, cut: int, put: bytes, wholes: dict[str, bytes], tmp_path: Path
) -> None:
    """Whatever bytes change in a workbook, an export or its archive, inspection answers and never raises."""
    whole = wholes[kind]
    start = len(whole) * place // 1000
    path = tmp_path / "a.bin"
    path.write_bytes(whole[:start] + put + whole[start + cut :])
    inspection = inspect(path)
    assert not inspection.refused or (sum(inspection.counts.values()) == 0 and len(inspection.findings) == 1)
