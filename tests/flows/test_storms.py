"""A push and a pull under seeded storms of faults and meddling people end where a fault-free run ends.

100 schedules, 1 000 under `ops/check --full`. To look at one: `pytest tests/flows/test_storms.py -k "seed41-"`.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from flows.drill import BOLTS, LENGTHS, PAUSE, Drill, drill

from connectors.sandbox.disturbances import REMOVER

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(1000 if os.environ.get("SVERKA_FULL") else 100)
NEVER = ("duplicates", "repeats", "overlaps", "mark_writes", "marks_destroyed")


@pytest.fixture(scope="class")
def seas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Drill, dict[str, Any]]]:
    """The tiny school, and where a fault-free push and pull leave it."""
    with drill(tmp_path_factory.mktemp("drill") / "school") as case:
        case.begin()
        case.push()
        case.live()
        case.run()
        yield case, case.state()


def weathered(case: Drill, seed: int) -> list[dict[str, Any]]:
    """Push and pull under the two storms of the seed, the last pull in fair weather; what fell on the way."""
    case.begin()
    case.control.storm(2 * seed, seconds=PAUSE, length=LENGTHS[0], bolts=BOLTS[0])
    case.push()
    fallen = case.calm()
    case.live()
    case.control.storm(2 * seed + 1, seconds=PAUSE, length=LENGTHS[1], bolts=BOLTS[1])
    case.run()
    fallen.extend(case.calm())
    case.pull()
    return fallen


def differences(state: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value ^ expected[name] if isinstance(value, set) else value
        for name, value in state.items()
        if value != expected[name]
    }


def made_twice(case: Drill) -> list[Any]:
    """Writes that made an object the same write had made before."""
    made = [row for row in case.control.history() if row["effect"] == "created"]
    counted = Counter((row["operation"], *sorted(row["what"].items())) for row in made)
    return [write for write, times in counted.items() if times > 1]


def is_as_if_it_never_was(seas: tuple[Drill, dict[str, Any]], seed: int) -> None:
    case, expected = seas
    fallen = weathered(case, seed)
    assert differences(case.state(), expected) == {}, fallen
    counted = case.control.counters()
    assert {name: counted[name] for name in NEVER} == dict.fromkeys(NEVER, 0), fallen
    assert made_twice(case) == [], fallen
    assert all(error.what and error.next_step and error.exit_code > 1 for error in case.errors)


# two classes, for tests of one class stay on one worker


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[::2], ids=lambda seed: f"seed{seed}-")
class TestStormsOfEvenSeeds:
    def test_a_storm_leaves_no_trace(self, seas: tuple[Drill, dict[str, Any]], seed: int) -> None:
        """Diary, ledger and links as after a fault-free run; nothing twice; every error is one of the tree."""
        is_as_if_it_never_was(seas, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[1::2], ids=lambda seed: f"seed{seed}-")
class TestStormsOfOddSeeds:
    def test_a_storm_leaves_no_trace(self, seas: tuple[Drill, dict[str, Any]], seed: int) -> None:
        """Diary, ledger and links as after a fault-free run; nothing twice; every error is one of the tree."""
        is_as_if_it_never_was(seas, seed)


class TestMeddling:
    def test_a_group_deleted_behind_our_back_is_a_question(self, seas: tuple[Drill, dict[str, Any]]) -> None:
        """It is not made again, nothing that names it is sent, and the job ends well each time; the rest goes on."""
        case, _ = seas
        case.begin()
        case.push()
        case.control.disturb(REMOVER)
        case.push()
        case.run()
        plan = case.office.stored_plan()
        assert {conflict.kind for conflict in plan.conflicts} == {"vanished_remote"}
        assert plan.steps == ()
        assert "unknownGuid" not in case.control.counters()["refused"]
        case.live()
        case.run()
