"""The doors between the rooms, as pyproject.toml draws them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from checkout import CHECKOUT, ROOMS
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

if TYPE_CHECKING:
    import pytest


def test_no_import_goes_through_a_wall(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """import-linter keeps all contracts, read afresh, without its cache."""
    monkeypatch.chdir(CHECKOUT)
    ended = lint_imports(config_filename=str(CHECKOUT / "pyproject.toml"), no_cache=True)
    assert ended == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_contracts_speak_of_every_room() -> None:
    """The four rooms are what import-linter looks at, and thinking is fenced off from the world."""
    drawn = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(drawn["root_packages"]) == set(ROOMS)
    thinking = next(contract for contract in drawn["contracts"] if contract["name"] == "Thinking touches nothing")
    assert {"mappings", "gateway.sync.plan", "gateway.sync.diff", "gateway.register.reconcile"} <= set(
        thinking["source_modules"]
    )
    assert {"httpx", "sqlalchemy", "structlog"} <= set(thinking["forbidden_modules"])
