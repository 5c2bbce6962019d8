"""Damaged timetable grids, as workbooks and as CSV: no crash, no hang, and no cell lost in silence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import examine, hunting, mutated

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from grid_files import FORMS, SCHOOL, write_book

from mappings.sources.lesson_brackets import Brackets
from mappings.sources.lesson_cells import items, joined_lines, split

CSV = "\n".join(";".join(f'"{value}"' for value in row) for row in FORMS[1:]).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("grid") / "t.xlsx"
    return write_book(path, SCHOOL, {"Классы": ["A3:A5"]}).read_bytes()


@hunting(60)
@given(data=st.data())
def test_a_damaged_workbook_is_answered(data: st.DataObject, whole: bytes, tmp_path: Path) -> None:
    """Every cell of what is read has its role."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(data.draw(mutated(whole)))
    reading = examine(path)
    assert min(reading.cells.values(), default=0) >= 0


@hunting()
@given(data=mutated(CSV))
def test_a_damaged_table_is_answered(data: bytes, tmp_path: Path) -> None:
    """Filled cells are lessons, labels or findings: nothing else remains but blanks."""
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    reading = examine(path)
    if reading.detected.format == "lesson-grid" and not reading.refusal:
        told = sum(problem.blocks for problem in reading.problems)
        named = sum(
            int(problem.raw.rpartition(": ")[2]) for problem in reading.problems if problem.code == "GRID_NO_LESSON"
        )
        lost = [
            problem
            for problem in reading.problems
            if problem.code in {"COLUMN_UNKNOWN", "GRID_DAY_UNKNOWN", "ROW_REPEATED"}
        ]
        taught = reading.cells.get("lesson", 0)
        assert lost or len(reading.parts[0].cards) + told + named >= taught


@hunting()
@given(text=st.text(alphabet="Алгебра(),;/ 215\n-зал", max_size=40))
def test_any_text_is_a_cell_or_none(text: str) -> None:
    """The grammar answers for every text; what it takes apart keeps all letters and digits."""
    lines = [line for line in text.split("\n") if line.strip()]
    brackets = Brackets([lines], ())
    found = [items(line, brackets.is_room) for line in joined_lines(lines)]
    if all(part is not None for part in found):
        told = split([item for part in found if part for item in part], lambda _: True)
        kept = sorted({sign for share in told.shares for sign in f"{share.name}{share.room}" if sign.isalnum()})
        assert told.doubt or kept == sorted({sign for sign in text if sign.isalnum()})
