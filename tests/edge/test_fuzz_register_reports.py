"""Damaged reports of electronic registers, both layouts: no crash, no hang, and every cell in the account."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import examine, hunting, mutated
from xlsxwriter import Workbook

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from card_files import CARDS, write_cards

if TYPE_CHECKING:
    from gateway.sync.readers.values import Reading

BLOCK = (
    ("Школа",),
    ("Отчет об успеваемости и посещаемости ученика",),
    ("Учебный год: 2024/2025",),
    ("Класс: 8Ж",),
    ("Период: с 24.12.24 по 20.01.25",),
    ("Ученик: Азарова Анна",),
    (),
    ("Предмет", "Декабрь", "", "", "Январь", "Средняя оценка", "Средневзвешенный балл", "Итоговая оценка за период"),
    ("", 25.0, 31.0, 31.0, 13.0),
    ("Алгебра", "5", "", "О 2", "2  3", 3.0, 0.0, "3"),
    ("Музыка", "", "Н Н", "3/3", "", 0.0, 0.0, ""),
    (),
    ("Н", "Неуважительная"),
    ("О", "Опоздание"),
)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("reports")
    with Workbook(folder / "a.xlsx") as book:
        book.set_properties({"created": _created()})
        sheet = book.add_worksheet("Лист1")
        for number, row in enumerate(BLOCK):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    return {"a": (folder / "a.xlsx").read_bytes(), "b": write_cards(folder / "b.xlsx", CARDS).read_bytes()}


def _created() -> object:
    from datetime import datetime

    return datetime(2026, 9, 1)  # noqa: DTZ001  # a workbook knows no time zone


def _account(reading: Reading) -> None:
    if reading.cells:
        unread = sum(problem.blocks for problem in reading.problems)
        assert min(reading.cells.values()) >= 0
        assert unread >= reading.cells.get("unexpected", 0)


@pytest.mark.parametrize("layout", ["a", "b"])
@hunting(500)
@given(data=st.data())
def test_a_damaged_report_is_answered(
    layout: str, data: st.DataObject, reports: dict[str, bytes], tmp_path: Path
) -> None:
    """What is unexpected in it is named, cell by cell."""
    path = tmp_path / "r.xlsx"
    path.write_bytes(data.draw(mutated(reports[layout])))
    _account(examine(path))
