"""What the command line shows a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli import present
from gateway.cli.check import show_reconciliation

if TYPE_CHECKING:
    import pytest


def test_brackets_in_a_table_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A name like «[files]» is shown as it is, not taken for the terminal's markup."""
    present.table("[red]what", ("[b]column",), [("[files]",), ("[/]",)])
    assert capsys.readouterr().out.split() == ["[red]what", "[b]column", "[files]", "[/]"]


def test_the_share_of_equal_cells_is_never_rounded_up(capsys: pytest.CaptureFixture[str]) -> None:
    """One cell of a hundred thousand differs: the terminal says 99,99 as the protocol does, not 100,00."""
    plain = {"pages": 1, "agreement": 99.999, "cells_equal": 99_999, "cells_compared": 100_000}
    show_reconciliation({**plain, "findings": {"MARK_DIFF": 1}}, 0)
    told = capsys.readouterr().out
    assert "(99,99 %)" in told
    assert "Отметки различаются" in told
