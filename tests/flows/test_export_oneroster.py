"""`sverka export oneroster` on the command line: what it says, what it refuses, and that changes go back in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from facts.source_files import write_grid
from flows.overheard import sverka
from flows.test_school_folder import ANSWERS
from python_calamine import CalamineWorkbook

from connectors.sandbox.school.files import write_all
from gateway.jobs.setup import init_school

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small demo school whose files were taken in."""
    path = init_school(tmp_path / "school", ANSWERS)
    files = write_all(7, tmp_path / "files", pupils=60)
    taken = (files.staff, files.pupils, files.timetable, files.subgroups, files.consents)
    assert sverka("-c", path, "import", *taken).code == 0
    return path


def test_an_export_says_what_is_in_it_and_who_is_not(config: Path, tmp_path: Path) -> None:
    """Records by file and people kept back for want of a consent; the same as one object."""
    said = sverka("-c", config, "export", "oneroster", tmp_path / "out.zip")
    assert said.code == 0
    assert "users.csv" in said.out
    assert "Без согласия остаётся на этой машине" in said.out
    told = sverka("-c", config, "export", "oneroster", tmp_path / "out", "--version", "1.1", "--json").told
    assert (told["schema"], told["version"], told["mode"]) == ("export-oneroster/1", "1.1", "bulk")
    assert told["counts"]["users"] == len((tmp_path / "out" / "users.csv").read_bytes().splitlines()) - 1


def test_changes_are_written_and_taken_back_in(config: Path, tmp_path: Path) -> None:
    """A pupil renamed in the school's own file is one changed record, which another school's Sverka lays over."""
    assert sverka("-c", config, "export", "oneroster", tmp_path / "whole.zip").code == 0
    same = sverka("-c", config, "export", "oneroster", tmp_path / "none.zip", "--delta", tmp_path / "whole.zip")
    assert "ничего не изменилось" in same.out
    rows = CalamineWorkbook.from_path(str(tmp_path / "files" / "staff.xlsx")).get_sheet_by_index(0).to_python()
    column = rows[0].index("E-mail")
    rows[1][column] = "new@example.org"
    changed = write_grid(tmp_path / "staff.xlsx", rows)
    assert sverka("-c", config, "import", changed).code == 0
    delta = sverka("-c", config, "export", "oneroster", tmp_path / "d.zip", "--delta", tmp_path / "whole.zip", "--json")
    assert (delta.told["mode"], delta.told["counts"], delta.told["gone"]) == ("delta", {"users": 1}, 0)
    other = init_school(tmp_path / "other", ANSWERS)
    alone = sverka("-c", other, "import", tmp_path / "d.zip")
    assert (alone.code, "полн" in alone.err) == (4, True)
    assert sverka("-c", other, "import", tmp_path / "whole.zip", tmp_path / "d.zip").code == 0


def test_what_cannot_be_exported_is_refused_in_words(config: Path, tmp_path: Path) -> None:
    """A version nobody knows is a usage error; a full folder and a school without consents are errors of the data."""
    assert sverka("-c", config, "export", "oneroster", tmp_path / "out.zip", "--version", "2.0").code == 2
    assert sverka("-c", config, "export", "oneroster", tmp_path / "files").code == 4
    empty = init_school(tmp_path / "empty", ANSWERS)
    said = sverka("-c", empty, "export", "oneroster", tmp_path / "out.zip")
    assert (said.code, "согласия" in said.err) == (4, True)
    assert not (tmp_path / "out.zip").exists()
