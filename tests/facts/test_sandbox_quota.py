"""The sandbox's request limit: strict, per token, in the wire's words; and answers that take their time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.faults import Rejected
from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.quota import Quota
from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


class Diary:
    """A sandbox, its control and one bare client."""

    def __init__(self, sandbox: RunningSandbox, control: SandboxControl, client: httpx.Client) -> None:
        self.sandbox, self.control, self._client = sandbox, control, client

    def ask(self, role: str = "admin", path: str = "/v2.0/users/me") -> httpx.Response:
        return self._client.get(self.sandbox.root + path, headers={"Access-Token": self.sandbox.token(role)})

    def ask_at_once(self, times: int) -> list[httpx.Response]:
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(lambda _: self.ask(), range(times)))


@pytest.fixture(scope="module")
def running() -> Iterator[Diary]:
    with (
        RunningSandbox() as sandbox,
        SandboxControl(sandbox.root) as control,
        httpx.Client(trust_env=False) as client,
    ):
        yield Diary(sandbox, control, client)


@pytest.fixture
def diary(running: Diary) -> Iterator[Diary]:
    yield running
    running.control.quota(rate=None)


def test_without_a_quota_nothing_is_refused(diary: Diary) -> None:
    """As before: the limit is a wish."""
    assert {one.status_code for one in diary.ask_at_once(20)} == {200}
    assert diary.control.quota()["rejected"] == 0


@pytest.mark.parametrize("status", [429, 433])
def test_over_the_limit_is_refused_in_the_wires_words(diary: Diary, status: int) -> None:
    """The typed error with either status, no hint how long to wait, and counted."""
    diary.control.quota(rate=3, status=status)
    answers = [diary.ask() for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, status, status]
    assert answers[-1].json()["type"] == "apiRequestLimit"
    assert answers[-1].json()["description"]
    assert "Retry-After" not in answers[-1].headers
    told = diary.control.quota()
    assert (told["accepted"], told["rejected"], told["rate"]) == (3, 2, 3)


def test_a_wait_is_named_when_asked_for(diary: Diary) -> None:
    """Nobody has seen it, a client must obey it all the same."""
    diary.control.quota(rate=1, retry_after=2)
    diary.ask()
    assert diary.ask().headers["Retry-After"] == "2"


def test_each_token_has_its_own_limit_over_all_doors(diary: Diary) -> None:
    """Both prefixes and the import service draw on one quota; another token has another, ours needs none."""
    diary.control.quota(rate=2)
    assert diary.ask().status_code == 200
    assert diary.ask(path="/v2/users/me").status_code == 200
    assert diary.ask(path="/ImportService.asmx").status_code == 429
    assert diary.ask("teacher").status_code != 429
    token = diary.sandbox.token()
    assert httpx.get(f"{diary.sandbox.base_url}/users/me?access_token={token}", trust_env=False).status_code == 429
    assert diary.control.info()["seed"] == 7


def test_after_a_second_there_is_room_again(diary: Diary) -> None:
    """What was refused does not count."""
    diary.control.quota(rate=2)
    assert [diary.ask().status_code for _ in range(4)] == [200, 200, 429, 429]
    time.sleep(1.05)
    assert [diary.ask().status_code for _ in range(2)] == [200, 200]


def test_answers_take_their_time_side_by_side(diary: Diary) -> None:
    """Eight waits at once last as long as one, and are counted as eight in flight; refusals take as long."""
    diary.control.quota(latency=0.3)
    diary.ask()
    began = time.perf_counter()
    assert {one.status_code for one in diary.ask_at_once(8)} == {200}
    assert 0.3 <= time.perf_counter() - began < 0.6
    assert diary.control.quota()["overlaps"] == 8
    diary.control.quota(latency=0.1, rate=1)
    assert min(diary.ask().elapsed.total_seconds() for _ in range(2)) >= 0.1


@pytest.mark.parametrize(
    "rules", [{"rate": 0}, {"rate": -1}, {"rate": "10"}, {"status": 500}, {"latency": 3600}, {"speed": 1}]
)
def test_a_quota_that_makes_no_sense_is_refused(diary: Diary, rules: dict[str, float]) -> None:
    """And the old one stays."""
    diary.control.quota(rate=5)
    with pytest.raises(Rejected):
        diary.control.quota(**rules)
    assert diary.control.quota()["rate"] == 5


@given(st.integers(1, 20), st.lists(st.floats(0, 0.4), min_size=40, max_size=80))
def test_no_second_holds_more_accepted_requests_than_the_limit(limit: int, gaps: list[float]) -> None:
    """A strict window, not a bucket: no burst is forgiven, and nothing is refused that fits."""
    moment = 0.0
    quota = Quota(rate=limit, now=lambda: moment)
    accepted: list[float] = []
    for gap in gaps:
        moment += gap
        recent = sum(1 for one in accepted if one > moment - 1.0)
        assert quota.admits("t") == (recent < limit)
        if recent < limit:
            accepted.append(moment)
