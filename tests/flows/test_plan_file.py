"""A plan written into a file of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from flows.drill import HURRIED, drill
from flows.overheard import sverka

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.drill import Drill


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with drill(tmp_path_factory.mktemp("plan") / "school") as one:
        one.begin()
        one.close()
        yield one


def test_a_plan_lies_whole_in_its_file(case: Drill, tmp_path: Path) -> None:
    """Nothing is left beside it."""
    said = sverka("-c", case.folder / HURRIED, "plan", "-o", tmp_path / "plan.json", "--json")
    assert json.loads((tmp_path / "plan.json").read_bytes())["steps"]
    assert said.told["counts"]
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_a_place_that_cannot_be_written_is_told(case: Drill, tmp_path: Path) -> None:
    """Not a bug of Sverka: the person hears which file and why."""
    place = tmp_path / "nowhere" / "plan.json"
    said = sverka("-c", case.folder / HURRIED, "plan", "-o", place)
    assert said.code == 4
    assert str(place) in said.err
