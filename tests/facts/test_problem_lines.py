"""Problems of a typed file as a person sees them: every one in a line, no flood of equal lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.problems import plain_problems, show_problems
from state.local import Problem

if TYPE_CHECKING:
    import pytest


def test_one_fault_of_many_cells_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A column without a date makes a problem of each entry; its cells stand together, by page."""
    cells = [f"a.csv!{letter}7" for letter in "CDEFGHIJKL"]
    problems = [Problem(code="ENTRY_WITHOUT_DATE", where=cell, raw="5") for cell in cells]
    problems += [Problem(code="ENTRY_WITHOUT_DATE", where="b.xlsx!7Б Алгебра!C7", raw="н")]
    problems += [Problem(code="PAGE_HELD", where="b.xlsx!7Б Алгебра")]
    show_problems(problems)
    said = " ".join(capsys.readouterr().out.split())
    assert "Замечаний: 12" in said
    assert "a.csv!C7, D7, E7, F7, G7, H7, I7, J7 и ещё 2" in said
    assert "b.xlsx!7Б Алгебра!C7" in said
    assert said.count("нет даты урока") == 2
    assert len(plain_problems(problems)) == 12


def test_no_problem_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty table would look like an answer."""
    show_problems([])
    assert capsys.readouterr().out == ""


def test_a_fault_of_the_whole_file_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a cell there is no comma and no exclamation mark."""
    show_problems([Problem(code="ENCODING_GUESSED", where="a.csv", raw="windows-1251")])
    assert "a.csv " in capsys.readouterr().out
