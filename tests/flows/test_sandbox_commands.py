"""`sandbox weather | storm | calm | quota | dialect | meddle | kill-token | history`, typed by hand."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from flows.overheard import sverka

from connectors.sandbox import weather
from connectors.sandbox.climate import climate
from connectors.sandbox.counters import Write
from connectors.sandbox.dialects import SWITCHES
from connectors.sandbox.disturbances import DISTURBANCES
from connectors.sandbox.runs import SILENCE
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.storms import schedule
from connectors.sandbox.world import World
from gateway.cli.weather import kinds, meddlers

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def moment() -> list[float]:
    """What the sandbox's clock shows beyond the real one, in seconds."""
    return [0.0]


@pytest.fixture
def sandbox(moment: list[float]) -> Iterator[RunningSandbox]:
    with RunningSandbox(world=World(7, ticks=lambda: time.monotonic() + moment[0])) as running:
        yield running


def asked(sandbox: RunningSandbox) -> int:
    answer = httpx.get(f"{sandbox.base_url}/users/me", headers={"Access-Token": sandbox.token()})
    return answer.status_code


def test_every_trouble_has_its_words() -> None:
    """The list a person sees is the list the sandbox knows."""
    assert tuple(kinds()) == weather.KINDS
    said = sverka("sandbox", "weather")
    assert said.code == 0
    assert all(kind in said.out for kind in kinds())
    assert set(meddlers()) == set(DISTURBANCES)
    assert all(kind in sverka("sandbox", "meddle").out for kind in DISTURBANCES)


def test_a_trouble_is_ordered_for_the_next_requests(sandbox: RunningSandbox) -> None:
    """As many as were asked for, then fair weather; an unknown kind is a usage error."""
    assert sverka("sandbox", "weather", "throttle-433", "--times", 2, "--url", sandbox.root).code == 0
    assert [asked(sandbox) for _ in range(3)] == [433, 433, 200]
    assert sverka("sandbox", "weather", "hail", "--url", sandbox.root).code == 2


def test_a_storm_is_shown_before_and_after(sandbox: RunningSandbox) -> None:
    """The schedule of the seed, then what fell of it; `calm` ends it."""
    told = sverka("sandbox", "storm", 5, "--length", 1, "--bolts", 1, "--url", sandbox.root, "--json").told
    assert [(bolt["at"], bolt["kind"]) for bolt in told["ahead"]] == [
        (bolt.at, bolt.kind) for bolt in schedule(5, length=1, bolts=1)
    ]
    with contextlib.suppress(httpx.TransportError):
        asked(sandbox)
    over = sverka("sandbox", "calm", "--url", sandbox.root, "--json").told
    assert over["schema"] == "sandbox-storm/1"
    assert [bolt["request"] for bolt in over["fallen"]] == ["/v2.0/users/me"]
    assert asked(sandbox) == 200
    assert "Буря прошла" in sverka("sandbox", "calm", "--url", sandbox.root).out


def test_the_history_of_a_run_is_printed(sandbox: RunningSandbox) -> None:
    """Every accepted write with its effect, and the diary's own counts below."""
    sandbox.world.counters.history.append(Write("insertSubject", "created", "1", {"name": "Химия"}))
    said = sverka("sandbox", "history", "--url", sandbox.root)
    assert "insertSubject" in said.out
    assert "записей 1" in said.out
    told = json.loads(sverka("sandbox", "history", "--after", 1, "--url", sandbox.root, "--json").out)
    assert (told["schema"], told["writes"], told["counters"]["writes"]) == ("sandbox-history/1", [], 1)


def test_the_history_of_any_run_is_printed(sandbox: RunningSandbox, moment: list[float]) -> None:
    """A silence parts the runs; each call with its answer and what it met, each write of that run."""
    asked(sandbox)
    moment[0] += SILENCE + 1
    sverka("sandbox", "weather", "throttle-433", "--url", sandbox.root)
    assert asked(sandbox) == 433
    sandbox.world.counters.history.append(Write("insertSubject", "created", "1", {"name": "Химия"}))
    asked(sandbox)
    moment[0] += SILENCE + 1
    asked(sandbox)
    told = sverka("sandbox", "runs", "--url", sandbox.root, "--json").told["runs"]
    assert [(row["n"], row["calls"], row["refused"], row["writes"]) for row in told] == [
        (1, 1, 0, 0),
        (2, 2, 1, 1),
        (3, 1, 0, 0),
    ]
    second = sverka("sandbox", "history", "--run", 2, "--url", sandbox.root, "--json").told
    assert [(one["request"], one["status"], one["trouble"]) for one in second["calls"]] == [
        ("GET /v2.0/users/me", 433, "throttle-433"),
        ("GET /v2.0/users/me", 200, ""),
    ]
    assert [row["operation"] for row in second["writes"]] == ["insertSubject"]
    shown = sverka("sandbox", "history", "--run", 2, "--url", sandbox.root).out
    assert all(word in shown for word in ("throttle-433", "insertSubject", "433"))
    assert "3" in sverka("sandbox", "runs", "--url", sandbox.root).out
    assert sverka("sandbox", "history", "--run", 9, "--url", sandbox.root).code == 4


def test_somebody_meddles(sandbox: RunningSandbox) -> None:
    """The diary's clock is wrong from then on."""
    assert sverka("sandbox", "meddle", "clock-skew", "--url", sandbox.root).code == 0
    assert sandbox.world.skew
    assert sverka("sandbox", "meddle", "earthquake", "--url", sandbox.root).code == 2


def test_maintenance_lasts_as_long_as_it_was_told_to(sandbox: RunningSandbox) -> None:
    """By the clock, not by the number of requests; `calm` ends it early."""
    said = sverka("sandbox", "weather", "maintenance", "--for", 600, "--url", sandbox.root)
    assert (said.code, [asked(sandbox) for _ in range(3)]) == (0, [503, 503, 503])
    sverka("sandbox", "calm", "--url", sandbox.root)
    assert asked(sandbox) == 200


def test_a_storm_tells_its_climate(sandbox: RunningSandbox) -> None:
    """The limit of a token and the shapes that are switched, before anybody meets them."""
    seed = next(n for n in range(1000) if (one := climate(n)).quota and one.dialect and one.wide)
    said = sverka("sandbox", "storm", seed, "--window", 1, "--url", sandbox.root)
    assert f"на токен: {climate(seed).quota['rate']}" in said.out
    assert all(f"{name}={position}" in " ".join(said.out.split()) for name, position in climate(seed).dialect.items())
    assert "53" in said.out


def quota_now(sandbox: RunningSandbox, *words: object) -> dict[str, Any]:
    said = sverka("sandbox", "quota", *words, "--url", sandbox.root, "--json")
    assert said.told.pop("schema") == "sandbox-quota/1"
    return {name: said.told[name] for name in ("rate", "latency", "status", "retry_after")}


def test_a_quota_is_set_shown_and_cleared(sandbox: RunningSandbox) -> None:
    """What is not named stays as it was; the figures are shown to a person and to a program."""
    free = {"rate": None, "latency": 0, "status": 429, "retry_after": None}
    assert quota_now(sandbox) == free
    assert quota_now(sandbox, "--rate", 2, "--status", 433) == {**free, "rate": 2, "status": 433}
    assert quota_now(sandbox, "--retry-after", 3) == {**free, "rate": 2, "status": 433, "retry_after": 3}
    assert [asked(sandbox) for _ in range(4)] == [200, 200, 433, 433]
    shown = sverka("sandbox", "quota", "--url", sandbox.root)
    assert all(word in shown.out for word in ("433", "Отказано", "Принято"))
    assert quota_now(sandbox, "--clear") == free
    assert asked(sandbox) == 200


@pytest.mark.parametrize("words", [("--status", 500), ("--rate", 0), ("--clear", "--rate", 3)])
def test_a_quota_that_makes_no_sense_is_a_usage_error(sandbox: RunningSandbox, words: tuple[object, ...]) -> None:
    """And nothing is changed."""
    assert sverka("sandbox", "quota", *words, "--url", sandbox.root).code == 2
    assert quota_now(sandbox)["rate"] is None


def test_the_shapes_of_answers_are_switched(sandbox: RunningSandbox) -> None:
    """Named switches turn, `--usual` turns all back; an unknown one is a usage error."""

    def positions(*words: str) -> dict[str, str]:
        told: dict[str, str] = sverka("sandbox", "dialect", *words, "--url", sandbox.root, "--json").told["positions"]
        return told

    usual = {name: known[0] for name, known in SWITCHES.items()}
    assert positions() == usual
    assert positions("names=null", "days=zoned") == {**usual, "names": "null", "days": "zoned"}
    assert positions("--usual", "twins=none") == {**usual, "twins": "none"}
    assert all(name in sverka("sandbox", "dialect", "--url", sandbox.root).out for name in SWITCHES)
    assert sverka("sandbox", "dialect", "names=upper", "--url", sandbox.root).code == 2


def test_a_token_dies_and_a_new_one_is_given(sandbox: RunningSandbox) -> None:
    """The ready one after so many requests; what `token --new` prints lives, until its owner takes it back."""
    killed = sverka("sandbox", "kill-token", "admin", "--after", 1, "--url", sandbox.root, "--json").told
    assert killed == {"schema": "sandbox-kill-token/1", "killed": 1}
    assert [asked(sandbox) for _ in range(2)] == [200, 401]
    fresh = sverka("sandbox", "token", "--new", "--url", sandbox.root).out.strip()
    headers = {"Access-Token": fresh}
    assert httpx.get(f"{sandbox.base_url}/users/me", headers=headers).status_code == 200
    assert "1" in sverka("sandbox", "kill-token", "issued", "--for-good", "--url", sandbox.root).out
    assert httpx.get(f"{sandbox.base_url}/users/me", headers=headers).status_code == 401
