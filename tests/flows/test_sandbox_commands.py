"""`sandbox weather | storm | calm | meddle | history`, typed by hand against a practice diary."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import httpx
import pytest
from flows.overheard import sverka

from connectors.sandbox import weather
from connectors.sandbox.counters import Write
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.storms import schedule
from gateway.cli.weather import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox(7) as running:
        yield running


def asked(sandbox: RunningSandbox) -> int:
    answer = httpx.get(f"{sandbox.base_url}/users/me", headers={"Access-Token": sandbox.token()})
    return answer.status_code


def test_every_trouble_has_its_words() -> None:
    """The list a person sees is the list the sandbox knows."""
    assert tuple(kinds()) == weather.KINDS
    said = sverka("sandbox", "weather")
    assert said.code == 0
    assert all(kind in said.out and words in said.out for kind, words in kinds().items())


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


def test_somebody_meddles(sandbox: RunningSandbox) -> None:
    """The diary's clock is wrong from then on."""
    assert sverka("sandbox", "meddle", "clock-skew", "--url", sandbox.root).code == 0
    assert sandbox.world.skew
