"""`sverka doctor data` on the command line: the table, the workbook, the object for a program, the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from facts.source_files import pupil, write_table
from flows.overheard import sverka
from flows.test_school_folder import ANSWERS
from python_calamine import CalamineWorkbook

from connectors.sources import layouts
from gateway.jobs.setup import init_school

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A school with one pupil who has consented to nothing and has no birth date."""
    path = init_school(tmp_path, ANSWERS)
    pupils = write_table(tmp_path / "pupils.xlsx", layouts.PUPILS, [pupil("1", "Цой Инна", "7Б")])
    assert sverka("-c", path, "import", pupils).code == 0
    return path


def test_the_report_names_what_blocks_first(config: Path) -> None:
    """A person sees kinds and remarks and the next command; a blocked push is exit code 4."""
    said = sverka("-c", config, "doctor", "data", "--period", "1")
    assert said.code == 4
    assert said.out.index("Нет действующего согласия") < said.out.index("нет даты рождения")
    assert "Цой Инна, 7Б" in said.out
    assert "--xlsx" in said.err


def test_the_workbook_and_the_object_hold_the_same(config: Path, tmp_path: Path) -> None:
    """As many lines in the sheet of all remarks as remarks in JSON, in the same order."""
    path = tmp_path / "reports" / "data.xlsx"
    told = sverka("-c", config, "doctor", "data", "--period", "1", "--xlsx", path, "--json").told
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Все замечания").to_python()
    top = next(number for number, row in enumerate(rows) if row[0] == "Важность")
    assert [row[1] for row in rows[top + 1 :]] == [item["who"] for item in told["remarks"]]
    assert (told["schema"], told["codes"]["CONSENT_MISSING"]) == ("doctor-data/1", 1)
    assert sum(told["counts"].values()) == len(told["remarks"])
