"""The protocol as files: CSV, workbook, PDF and pictures say the same, safely, and the same bytes every time."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import openpyxl
import pypdf
import pytest
import typst
from protocol_case import ALGEBRA, ROOT, SEVENTH, check, figures, finding, page

from gateway.reports.glyphs import drawable
from gateway.reports.protocol_csv import write_pages_csv, write_protocol_csv
from gateway.reports.protocol_pdf import protocol_png, write_protocol_pdf
from gateway.reports.protocol_xlsx import write_protocol_xlsx
from gateway.reports.typeset import Unprintable, refuse

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    "Класс", "Предмет", "Учитель", "№", "Дата урока", "№ урока", "Ученик", "В бумажном журнале", "В ЭЖ",
    "Вид расхождения", "Внёс в ЭЖ / когда", "Решение", "№ талона", "Срок",
]  # fmt: skip


def table(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to see UTF-8"
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))


def pdf_text(path: Path) -> str:
    return " ".join("\n".join(one.extract_text() for one in pypdf.PdfReader(path).pages).split())


def test_the_csv_has_a_line_per_discrepancy(tmp_path: Path) -> None:
    """The columns of G1 behind form, subject and teacher; one line per finding."""
    write_protocol_csv(figures(), tmp_path / "p.csv")
    head, *lines = table(tmp_path / "p.csv")
    assert head == COLUMNS
    assert len(lines) == 8
    assert lines[2] == [
        "7Б", "Алгебра", "Образцова Анна Ивановна", "1", "07.09.2026", "3", "Абрамова Дарья", "5", "4",
        "Отметки различаются", "Образцова А.И., 07.09.2026 12:31", "", "", "",
    ]  # fmt: skip


def test_a_full_match_has_no_lines(tmp_path: Path) -> None:
    """R001: identical pages give zero rows, and the pages file says so in words."""
    made = figures(check((), page(SEVENTH, ALGEBRA, 10, 10)))
    write_protocol_csv(made, tmp_path / "p.csv")
    write_pages_csv(made, tmp_path / "pages.csv")
    assert table(tmp_path / "p.csv") == [COLUMNS]
    assert table(tmp_path / "pages.csv")[1][-4:] == ["10", "10", "100,00", "полное соответствие"]


@pytest.mark.parametrize("evil", ["=1+1", "+7", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(tmp_path: Path, evil: str) -> None:
    """What a teacher typed is never run by the program that opens the file."""
    made = figures(check((finding("TOPIC_DIFF", paper=evil, diary=';\n"x'),)))
    write_protocol_csv(made, tmp_path / "p.csv")
    write_protocol_xlsx(made, tmp_path / "p.xlsx")
    line = table(tmp_path / "p.csv")[1]
    assert line[7] == f"'{evil}"
    assert line[8] == ';\n"x'
    for row in openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0].iter_rows():
        assert all(cell.data_type != "f" for cell in row)


def test_the_workbook_is_ready_to_print(tmp_path: Path) -> None:
    """Two sheets on A4 landscape, one page wide, head frozen, filtered and repeated; every finding and page in it."""
    write_protocol_xlsx(figures(), tmp_path / "p.xlsx")
    rows, pages = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets
    for sheet in (rows, pages):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows
        assert int(sheet.freeze_panes[1:]) == int(sheet.print_title_rows.split("$")[-1]) + 1
    values = [[cell.value for cell in row] for row in rows.iter_rows()]
    assert [*COLUMNS, "Значимость"] in values
    assert len(values) - values.index([*COLUMNS, "Значимость"]) - 1 == 8
    assert [row[-1].value for row in pages.iter_rows()][-3:] == [
        "расхождений: 6", "расхождения в списке класса", "полное соответствие",
    ]  # fmt: skip
    assert any(ROOT in str(value) for row in values for value in row)


def test_the_printed_protocol_says_everything(tmp_path: Path) -> None:
    """Head, anchor, columns, every row, page numbers and the places to sign are in the PDF, on A4 landscape."""
    write_protocol_pdf(figures(), tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    for wanted in (
        "МБОУ «СОШ № 17»", "ПРОТОКОЛ СВЕРКИ", "27.10.2026 01:30", "97,27", "расхождений: 8", ROOT, "№ 12 от 27.10.2026",
        "Дата урока", "№ талона", "Срок", "Абрамова Дарья", "Итоговая отметка различается", "7Б. Список класса",
        "Образцова Анна Ивановна", "7Б.xlsx", "9f2c" * 16, "Заместитель директора по УВР", "полное соответствие",
    ):  # fmt: skip
        assert wanted in text, wanted
    pages = pypdf.PdfReader(tmp_path / "p.pdf").pages
    assert f"стр. {len(pages)} из {len(pages)}" in text
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [297, 210]


def test_the_same_check_gives_the_same_bytes(tmp_path: Path) -> None:
    """Written twice, each file is byte for byte the same."""
    writers = {"csv": write_protocol_csv, "xlsx": write_protocol_xlsx, "pdf": write_protocol_pdf}
    for kind, write in writers.items():
        first, second = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
        write(figures(), first)
        write(figures(), second)
        assert first.read_bytes() == second.read_bytes(), kind
    made = figures().moment
    assert openpyxl.load_workbook(tmp_path / "1.xlsx").properties.created == made.replace(tzinfo=None)
    assert pypdf.PdfReader(tmp_path / "1.pdf").metadata.creation_date == made


def test_typed_text_is_never_markup(tmp_path: Path) -> None:
    """Template language in a topic is printed as it stands."""
    made = figures(check((finding("TOPIC_DIFF", paper='#panic("x") *a* $b$', diary="{page} & <b>"),)))
    write_protocol_pdf(made, tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    assert '#panic("x") *a* $b$' in text
    assert "{page} & <b>" in text


def test_a_word_wider_than_its_column_breaks(tmp_path: Path) -> None:
    """A long address stays inside its cell, whole."""
    address = "https://example.org/a/very-long-address/without-any-space?in=it"
    made = figures(check((finding("HOMEWORK_DIFF", paper=address, diary=""),)))
    write_protocol_pdf(made, tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    assert address not in text, "it would run over the next column"
    assert address in text.replace(" ", "").replace("\u200b", "")


def test_a_character_without_a_glyph_is_named(tmp_path: Path) -> None:
    """Nothing vanishes from paper: an emoji in homework is printed by its number, odd spaces become plain."""
    made = figures(check((finding("HOMEWORK_DIFF", paper="слова 😀", diary="слова\u202f1\u200b"),)))
    write_protocol_pdf(made, tmp_path / "p.pdf")
    assert "слова [U+1F600]" in pdf_text(tmp_path / "p.pdf")
    assert drawable("слова\u202f1\u200b\n2") == "слова 1 2"
    ordinary = "Съешь ещё этих мягких французских булок, да выпей чаю. ЁЙ №§«»—–…²·°’ ABC xyz 0123456789 %"
    assert drawable(ordinary) == ordinary


def test_a_warning_of_the_typesetter_fails() -> None:
    """A font that is not there is only a warning of typst, and would print empty boxes: it is refused."""
    page = b'#set text(font: "No Such Face")\nx'
    _, warnings = typst.compile_with_warnings(page, format="pdf", ignore_system_fonts=True)
    with pytest.raises(Unprintable, match="no such face"):
        refuse([str(warning) for warning in warnings])
    refuse([])


def test_a_thousand_discrepancies_are_printed_soon(tmp_path: Path) -> None:
    """A bad quarter still prints, with the table's head on every page."""
    rows = tuple(
        finding("MARK_DIFF", person=f"pupil:{number}", paper="5", diary="4", day=f"2026-09-{1 + number % 28:02d}")
        for number in range(1000)
    )
    write_protocol_pdf(figures(check(rows)), tmp_path / "p.pdf")
    pages = pypdf.PdfReader(tmp_path / "p.pdf").pages
    assert len(pages) > 10
    assert "Дата урока" in pages[5].extract_text()


def test_the_protocol_as_pictures() -> None:
    """One PNG per printed page."""
    pictures = protocol_png(figures())
    assert len(pictures) >= 2
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_an_english_protocol_prints(tmp_path: Path) -> None:
    """The words change, the figures stay."""
    write_protocol_pdf(figures(lang="en"), tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    assert "RECONCILIATION PROTOCOL" in text
    assert "97.27" in text
