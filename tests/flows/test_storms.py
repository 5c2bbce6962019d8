"""A push and a pull under seeded storms end where a fault-free run ends.

A storm mixes, by its seed: single faults of every kind, outages, maintenance by the clock, a quota for the token,
shapes the sources disagree about, wide ids, people who meddle, tokens that die, and a process that is killed. 100
storms, 1 000 under `ops/check --full`. To look at one: `pytest tests/flows/test_storms.py -k "seed41-"`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from flows.drill import BOLTS, LENGTHS, PAUSE, WINDOW, Drill, drill

from connectors.sandbox import weather
from connectors.sandbox.dialects import SWITCHES
from connectors.sandbox.disturbances import DISTURBANCES, REMOVER, TOKEN_DIES, TOKEN_REVOKED
from connectors.sandbox.storms import WINDOWS
from gateway.errors import SignInNeeded
from gateway.jobs.run import push

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(1000 if os.environ.get("SVERKA_FULL") else 100)
NEVER = ("duplicates", "repeats", "overlaps", "mark_writes", "marks_destroyed")
KILLS = 20
"""Among so many storms the running command is killed in two: in the push of one, in the pull of the other."""
KILL_PUSH, KILL_PULL = "kill -9 in the push", "kill -9 in the pull"
EXPECTED = {
    *(set(weather.KINDS) | set(WINDOWS) | set(DISTURBANCES) - {REMOVER}),
    *(f"dialect {name}" for name in SWITCHES),
    *("quota 429", "quota 433", "quota with Retry-After", "quota without a hint", "wide ids"),
    *(KILL_PUSH, KILL_PULL),
}
ENDS = {0, 3, 4, 5, 6, 75, 78}
"""Exit codes of the design's table: neither a usage error nor a bug."""
DEATHS = (0, 8, 14, 16, 18)
"""Requests until the token dies: before the plan, in it, and among the writes of the first push."""
_NOT_BY_RENEWAL = (TOKEN_REVOKED, weather.DEAD_TOKEN, KILL_PUSH, KILL_PULL)


@dataclass
class Sea:
    """The tiny school, where a fault-free push and pull leave it, and in how many storms each kind was met."""

    case: Drill
    expected: dict[str, Any]
    met: dict[int, set[str]] = field(default_factory=dict)
    """Seed → kinds."""

    @property
    def composition(self) -> Counter[str]:
        return Counter(kind for kinds in self.met.values() for kind in kinds)


@pytest.fixture(scope="class")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sea]:
    with drill(tmp_path_factory.mktemp("drill") / "school") as case:
        case.begin()
        case.push()
        case.live()
        case.run()
        yield Sea(case, case.state())


@dataclass
class Weathered:
    """What one storm was."""

    kinds: set[str] = field(default_factory=set)
    fallen: list[dict[str, Any]] = field(default_factory=list)

    def note(self, told: dict[str, Any]) -> None:
        """What the sandbox told of one of the two halves of the storm."""
        climate, quota = told["climate"], told["climate"]["quota"]
        self.fallen.extend(told["fallen"])
        self.kinds.update(bolt["kind"] for bolt in told["fallen"])
        self.kinds.update(f"dialect {name}" for name in climate["dialect"])
        if climate["wide_ids"]:
            self.kinds.add("wide ids")
        if quota and told["rejected"]:
            self.kinds.add(f"quota {quota['status']}")
            self.kinds.add("quota without a hint" if quota["retry_after"] is None else "quota with Retry-After")


def weathered(case: Drill, seed: int) -> Weathered:
    """Push and pull under the two storms of the seed, the last pull in fair weather."""
    storm, draw = Weathered(), random.Random(f"storms|{seed}")
    case.begin()
    case.control.storm(2 * seed, seconds=PAUSE, window=WINDOW, length=LENGTHS[0], bolts=BOLTS[0])
    if seed % (2 * KILLS) in (0, KILLS + 1):
        storm.kinds.add(killed(case, KILL_PUSH, draw.randint(1, 60)))
    case.push()
    storm.note(case.calm())
    case.live()
    case.control.storm(2 * seed + 1, seconds=PAUSE, window=WINDOW, length=LENGTHS[1], bolts=BOLTS[1])
    if seed % (2 * KILLS) in (KILLS, 1):
        storm.kinds.add(killed(case, KILL_PULL, draw.randint(1, 30)))
    case.run()
    storm.note(case.calm())
    case.pull()
    return storm


def killed(case: Drill, kind: str, after: int) -> str:
    """The kind, where the command lived long enough; else how it ended by itself, which was no bug either."""
    code, said = case.killed(after)
    assert code in (*ENDS, -9), said
    assert "Traceback" not in said
    return kind if code == -9 else "ended before it was killed"


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


def is_as_if_it_never_was(sea: Sea, seed: int) -> None:
    case = sea.case
    storm = weathered(case, seed)
    assert differences(case.state(), sea.expected) == {}, storm
    counted = case.control.counters()
    assert {name: counted[name] for name in NEVER} == dict.fromkeys(NEVER, 0), storm
    assert made_twice(case) == [], storm
    assert all(error.what and error.next_step and error.exit_code in ENDS - {0} for error in case.errors)
    a_person_signs_in_where_nothing_else_helps(case, storm, counted["by_operation"])
    sea.met[seed] = storm.kinds


def a_person_signs_in_where_nothing_else_helps(case: Drill, storm: Weathered, asked: dict[str, int]) -> None:
    """A token dead beyond renewal stops the run with exit code 3; a renewable one is renewed, once for each death."""
    asked_for = [error for error in case.errors if isinstance(error, SignInNeeded)]
    assert all(error.exit_code == 3 for error in asked_for)
    if TOKEN_REVOKED in storm.kinds:
        assert asked_for, storm
    elif not storm.kinds & {*_NOT_BY_RENEWAL} and not any(
        "/authorizations" in bolt["request"] for bolt in storm.fallen
    ):
        deaths = sum(bolt["kind"] == TOKEN_DIES for bolt in storm.fallen)
        # One request is renewed for once: if the next token dies under the same request, a person is asked.
        assert asked_for == [] or deaths > 1, storm
        assert asked.get("POST /authorizations", 0) <= deaths, storm


def every_kind_was_met(sea: Sea, seeds: range, capsys: pytest.CaptureFixture[str]) -> None:
    if set(sea.met) != set(seeds):
        pytest.skip("only some of the storms were played")
    with capsys.disabled():
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(sea.composition.items()))
        print(f"\n{len(seeds)} storms: {told}")  # noqa: T201 - what a storm was made of is part of the result
    assert EXPECTED - set(sea.composition) == set()


# two classes, for tests of one class stay on one worker


@pytest.mark.slow
class TestStormsOfEvenSeeds:
    @pytest.mark.parametrize("seed", SEEDS[::2], ids=lambda seed: f"seed{seed}-")
    def test_a_storm_leaves_no_trace(self, sea: Sea, seed: int) -> None:
        """Diary, ledger and links as after a fault-free run; nothing twice; every error is one of the tree."""
        is_as_if_it_never_was(sea, seed)

    def test_no_kind_is_silently_absent(self, sea: Sea, capsys: pytest.CaptureFixture[str]) -> None:
        """Each kind of trouble was met in at least one of these storms; in how many is printed."""
        every_kind_was_met(sea, SEEDS[::2], capsys)


@pytest.mark.slow
class TestStormsOfOddSeeds:
    @pytest.mark.parametrize("seed", SEEDS[1::2], ids=lambda seed: f"seed{seed}-")
    def test_a_storm_leaves_no_trace(self, sea: Sea, seed: int) -> None:
        """Diary, ledger and links as after a fault-free run; nothing twice; every error is one of the tree."""
        is_as_if_it_never_was(sea, seed)

    def test_no_kind_is_silently_absent(self, sea: Sea, capsys: pytest.CaptureFixture[str]) -> None:
        """Each kind of trouble was met in at least one of these storms; in how many is printed."""
        every_kind_was_met(sea, SEEDS[1::2], capsys)


class TestMeddling:
    def test_a_group_deleted_behind_our_back_is_a_question(self, sea: Sea) -> None:
        """It is not made again, nothing that names it is sent, and the job ends well each time; the rest goes on."""
        case = sea.case
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


class TestSignIn:
    def test_a_token_dead_for_good_asks_a_person_wherever_it_dies(self, sea: Sea) -> None:
        """Exit code 3 at once, also between two writes of one batch; after a new sign-in the rest follows."""
        case = sea.case
        for after in DEATHS:
            case.begin()
            case.control.kill_token("issued", refresh_too=True, after=after)
            with pytest.raises(SignInNeeded) as stopped:
                push(case.office, "drill", lambda _sentence: None)
            assert stopped.value.exit_code == 3
            case.sign_in()
            case.push()
            assert (case.errors, made_twice(case)) == ([], []), after
        case.live()
        case.run()
        assert differences(case.state(), sea.expected) == {}
