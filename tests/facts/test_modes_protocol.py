"""The protocol names each page's reference and scans, and speaks of a copy where the diary is the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from facts.protocol_case import ALGEBRA, ANNA, PHYSICS, SEVENTH, check, figures, finding, page
from facts.test_protocol_files import pdf_text, table

from gateway.reports.protocol_csv import write_pages_csv
from gateway.reports.protocol_pdf import write_protocol_pdf
from gateway.reports.protocol_xlsx import write_protocol_xlsx
from gateway.reports.words import words

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures, Section

SCAN, OTHER = "ab12" * 16, "cd34" * 16


def span(mode: str, first: str = "2026-09-01", last: str = "2026-10-25", *, whole: bool = True) -> dict[str, Any]:
    return {"first": first, "last": last, "mode": mode, "whole": whole}


PARALLEL, ELECTRONIC = span("parallel"), span("electronic-only")
SWITCHED = (
    span("parallel", last="2026-09-30", whole=False),
    span("electronic-only", first="2026-10-01", whole=False),
)


def told(*spans: dict[str, Any], found: tuple[dict[str, Any], ...] = (), scans: tuple[str, ...] = ()) -> dict[str, Any]:
    row = page(SEVENTH, ALGEBRA, 10, 9 if found else 10)
    return {**row, "spans": list(spans), "papers": [{**row["papers"][0], "scans": list(scans)}]}


def made(*spans: dict[str, Any], found: tuple[dict[str, Any], ...] = (), scans: tuple[str, ...] = ()) -> Section:
    (section,) = protocol(*spans, found=found, scans=scans).pages
    return section


def protocol(
    *spans: dict[str, Any], found: tuple[dict[str, Any], ...] = (), scans: tuple[str, ...] = (), lang: str = "ru"
) -> ProtocolFigures:
    return figures(check(found, told(*spans, found=found, scans=scans)), lang)


def test_a_page_kept_in_parallel_is_judged_by_paper() -> None:
    """R002; a check made before modes were kept is one of those."""
    assert made(PARALLEL).reference == "бумажный журнал"
    assert figures(check((), page(SEVENTH, ALGEBRA, 10, 10))).pages[0].reference == "бумажный журнал"


def test_a_page_without_paper_is_judged_by_the_diary() -> None:
    """R009: the paper page is a copy of it."""
    assert made(ELECTRONIC).reference == "электронный журнал"


def test_a_switch_within_the_period_is_told_with_its_days() -> None:
    """R003: so is a pilot that covers only a part of it."""
    assert made(*SWITCHED).reference == (
        "бумажный журнал (01.09.2026–30.09.2026), электронный журнал (01.10.2026–25.10.2026)"
    )
    begun = span("parallel", first="2026-09-15", whole=False)
    assert made(begun).reference == "бумажный журнал (15.09.2026–25.10.2026)"


def mark(code: str = "MARK_ONLY_PAPER", day: str | None = "2026-09-07", **more: Any) -> dict[str, Any]:
    return finding(code, person=ANNA, paper="5", day=day, **more)


def test_the_words_change_with_the_reference() -> None:
    """What is missing in the diary beside a paper register is too much in a copy of the diary."""
    assert made(PARALLEL, found=(mark(),)).rows[0].kind == "Отметки нет в ЭЖ"
    assert made(ELECTRONIC, found=(mark(),)).rows[0].kind == "Лишняя отметка в бумажной копии"
    kinds = protocol(ELECTRONIC, found=(mark(), mark("MARK_ONLY_DIARY", "2026-09-09"))).kinds
    assert sorted(one.kind for one in kinds) == ["Лишняя отметка в бумажной копии", "Отметки нет в бумажной копии"]


def test_a_lesson_is_told_by_the_reference_of_its_day() -> None:
    """R003: the last day before the switch, and the first after it; a finding about the page by its last days."""
    found = (mark(day="2026-09-30"), mark(day="2026-10-01"), finding("DATE_ONLY_PAPER", why="entries:3", day=None))
    rows = {row.day: row.kind for row in made(*SWITCHED, found=found).rows}
    assert rows == {
        "30.09.2026": "Отметки нет в ЭЖ",
        "01.10.2026": "Лишняя отметка в бумажной копии",
        "": "Лишний урок в бумажной копии",
    }


def test_what_is_the_same_in_both_modes_keeps_its_words() -> None:
    """An illegal symbol is one wherever it stands; another page's mode is no concern."""
    assert made(ELECTRONIC, found=(mark("ILLEGAL_SYMBOL"),)).rows[0].kind == "Недопустимый знак"
    other = mark(subject=PHYSICS)
    both = figures(check((mark(), other), told(ELECTRONIC, found=(mark(),)), page(SEVENTH, PHYSICS, 10, 9)))
    assert {one.subject: one.rows[0].kind for one in both.pages} == {
        "Алгебра": "Лишняя отметка в бумажной копии",
        "Физика": "Отметки нет в ЭЖ",
    }


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_words_of_copies_are_words_of_known_codes(lang: str) -> None:
    """Each stands beside the ordinary words of the same code, and says something else."""
    tables = words(lang).tables
    assert tables["codes_of_copies"].keys() <= tables["codes"].keys()
    assert all(text != tables["codes"][code] for code, text in tables["codes_of_copies"].items())
    assert tables["codes_of_copies"].keys() == words("ru").tables["codes_of_copies"].keys()


def test_every_file_names_reference_and_scans(tmp_path: Path) -> None:
    """G1, the head of a page: which register, and the hashes of its scans, each once."""
    whole = protocol(ELECTRONIC, found=(mark(),), scans=(SCAN, OTHER, SCAN))
    assert whole.pages[0].scans == ("ab12ab12ab12", "cd34cd34cd34")
    write_pages_csv(whole, tmp_path / "pages.csv")
    head, line = table(tmp_path / "pages.csv")
    assert dict(zip(head, line, strict=True))["Скан страницы"] == "ab12ab12ab12, cd34cd34cd34"
    assert dict(zip(head, line, strict=True))["Эталон"] == "электронный журнал"
    write_protocol_xlsx(whole, tmp_path / "p.xlsx")
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[1].rows]
    assert rows[-1][4:6] == ["электронный журнал", "ab12ab12ab12, cd34cd34cd34"]
    write_protocol_pdf(whole, tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    for said in ("Эталон: электронный журнал", "Скан страницы: ab12ab12ab12, cd34cd34cd34"):
        assert said in text


def test_a_page_without_a_scan_says_nothing_of_one(tmp_path: Path) -> None:
    """No line with nothing behind it."""
    write_protocol_pdf(protocol(PARALLEL, found=(mark(),)), tmp_path / "p.pdf")
    assert "Скан страницы:" not in pdf_text(tmp_path / "p.pdf")
