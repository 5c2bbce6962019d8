"""A file is written whole or not at all, and what cannot be written says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from gateway.errors import DataError
from gateway.whole import fresh, whole

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A workbook and plain bytes alike: the person hears of a folder, not of a fault of the program."""
    path = tmp_path / "нет" / "page.xlsx"
    with pytest.raises(DataError, match="такой папки нет"), whole(path) as unfinished:
        unfinished.write_bytes(b"")
    with pytest.raises(DataError, match="такой папки нет"), whole(path) as unfinished:
        xlsxwriter.Workbook(unfinished).close()


def test_a_folder_of_that_name_is_told(tmp_path: Path) -> None:
    """`-o reports` where a file was meant; nothing is left behind."""
    (tmp_path / "reports").mkdir()
    with pytest.raises(DataError, match="это папка"), whole(tmp_path / "reports") as unfinished:
        unfinished.write_bytes(b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """The former file stays and the half-written one goes."""
    path = tmp_path / "page.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), whole(path) as unfinished:
        unfinished.write_text(str(unfinished.write_bytes(b"half") / 0))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("page.csv", "before")]


def test_a_file_that_somebody_typed_into_is_not_written_over(tmp_path: Path) -> None:
    """An hour's typing lies there."""
    path = tmp_path / "page.xlsx"
    assert fresh(path) == path
    path.write_bytes(b"typed")
    with pytest.raises(DataError, match="уже есть"):
        fresh(path)
