"""What the command line shows a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli import present

if TYPE_CHECKING:
    import pytest


def test_brackets_in_a_table_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A name like «[files]» is shown as it is, not taken for the terminal's markup."""
    present.table("[red]what", ("[b]column",), [("[files]",), ("[/]",)])
    assert capsys.readouterr().out.split() == ["[red]what", "[b]column", "[files]", "[/]"]
