"""The pace of a run against services that count: what is never exceeded, what is learned, how much is refused."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import faults
from connectors.transport.budget import FIRST_PACE, FLOOR, SHARE, SHRINK, Departure, RateBudget
from connectors.transport.pool import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Time:
    """A clock that moves only by sleeping; what is due on the way happens on the way."""

    moment: float = 0.0
    agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=itertools.count)

    def now(self) -> float:
        return self.moment

    def at(self, moment: float, happening: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (moment, next(self.order), happening))

    def sleep(self, seconds: float) -> None:
        self.until(self.moment + seconds)

    def until(self, moment: float) -> None:
        while self.agenda and self.agenda[0][0] <= moment:
            due, _, happening = heapq.heappop(self.agenda)
            self.moment = max(self.moment, due)
            happening()
        self.moment = max(self.moment, moment)


class Sliding:
    """At most `limit` accepted requests in any second (or `span` of seconds)."""

    def __init__(self, limit: int, span: float = 1.0) -> None:
        self.limit, self.span, self.accepted = limit, span, list[float]()

    def accepts(self, moment: float) -> bool:
        if sum(1 for one in self.accepted[-self.limit :] if one > moment - self.span) >= self.limit:
            return False
        self.accepted.append(moment)
        return True


class Bucket:
    """Tokens that flow in evenly, so many kept at most."""

    def __init__(self, rate: float, most: float) -> None:
        self.rate, self.most, self.left, self.then = rate, most, most, 0.0

    def accepts(self, moment: float) -> bool:
        self.left = min(self.most, self.left + (moment - self.then) * self.rate)
        self.then = moment
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Run:
    """`served` requests through a budget, eight in flight, each refused one asked again."""

    time: Time
    budget: RateBudget
    service: Sliding | Bucket
    latency: float
    jitter: float
    served: int = 0
    rejected: int = 0
    in_flight: int = 0
    arrivals: list[float] = field(default_factory=list)

    def serve(self, wanted: int, chance: random.Random) -> float:
        """Seconds until so many were served."""
        began = self.time.moment
        while self.served + self.in_flight < wanted or self.in_flight:
            if self.in_flight == IN_FLIGHT or self.served + self.in_flight >= wanted:
                self.time.until(self.time.agenda[0][0])
                continue
            self._send(self.budget.wait(), chance)
        return self.time.moment - began

    def _send(self, departure: Departure, chance: random.Random) -> None:
        self.budget.written(departure)
        self.in_flight += 1
        arrival = self.time.moment + chance.uniform(0, self.jitter)
        self.time.at(arrival, lambda: self._arrive(departure))

    def _arrive(self, departure: Departure) -> None:
        self.arrivals.append(self.time.moment)
        good = self.service.accepts(self.time.moment)
        self.time.at(self.time.moment + self.latency, lambda: self._answered(departure, good=good))

    def _answered(self, departure: Departure, *, good: bool) -> None:
        self.in_flight -= 1
        self.served += good
        self.rejected += not good
        if good:
            self.budget.pleased(departure)
        else:
            self.budget.complained(departure)


def run_against(
    service: Sliding | Bucket,
    limit: float | None,
    *,
    learned: float | None = None,
    latency: float = 0.1,
    jitter: float = 0.0,
) -> Run:
    time = Time()
    return Run(time, RateBudget(limit, learned=learned, now=time.now, sleep=time.sleep), service, latency, jitter)


@given(
    limit=st.integers(1, 60),
    pauses=st.lists(st.tuples(st.integers(0, 80), st.floats(0, 3)), max_size=8),
    slow=st.lists(st.floats(0, 0.2), min_size=1, max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_no_second_ever_holds_more_requests_than_the_limit(
    limit: int, pauses: list[tuple[int, float]], slow: list[float]
) -> None:
    """Neither at the start, nor after idle times, nor when some requests take their time to get on the wire."""
    time = Time()
    budget, sent = RateBudget(limit, now=time.now, sleep=time.sleep), list[float]()
    for number in range(4 * limit):
        time.moment += sum(length for place, length in pauses if place == number)
        departure = budget.wait()
        time.moment += slow[number % len(slow)]
        budget.written(departure)
        sent.append(time.moment)
    crowded = [one for one, later in zip(sent, sent[limit:], strict=False) if later - one < 1.0]
    assert not crowded


def test_the_start_is_no_burst() -> None:
    """The first requests go out as evenly as all others: a service that counts finely is not startled."""
    time = Time()
    budget, sent = RateBudget(10, now=time.now, sleep=time.sleep), list[float]()
    for _ in range(30):
        budget.written(budget.wait())
        sent.append(time.moment)
    gaps = [later - one for one, later in itertools.pairwise(sent)]
    assert min(gaps) == pytest.approx(max(gaps)) == pytest.approx(1 / (SHARE * 10))


def test_missed_turns_are_made_up_for() -> None:
    """Batches that are stored between two reads cost the length of one of them at most, not of all."""
    time = Time()
    budget = RateBudget(10, now=time.now, sleep=time.sleep)
    for number in range(100):
        if number in {24, 49, 74}:
            time.moment += 0.25
        budget.written(budget.wait())
    assert time.moment <= 99 / (SHARE * 10) + 0.3


@pytest.mark.parametrize(
    ("limit", "jitter"),
    [
        *((limit, jitter) for limit in (1, 2, 5, 10, 50) for jitter in (0.0, 0.025)),
        (5, 0.09),
        (10, 0.09),
        (10, 0.2),
        (50, 0.09),
    ],
)
def test_a_known_limit_is_used_whole_and_never_exceeded(limit: int, jitter: float) -> None:
    """Nothing is rejected by a service that counts every second strictly, whatever comes late: at most 0.97 is used."""
    run = run_against(Sliding(limit), limit, jitter=jitter)
    wall = run.serve(limit * 60, random.Random(3))
    assert run.rejected == 0
    assert 60 <= wall + 1 / limit <= 60 / SHARE * (1.02 + jitter)


@pytest.mark.parametrize("idle", [0.0, 0.4, 5.0])
def test_a_small_token_bucket_never_runs_dry_of_a_known_limit(idle: float) -> None:
    """An even pace needs hardly any reserve, also where turns were missed."""
    run = run_against(Bucket(10, 4), 10)
    for batch in range(1, 11):
        run.serve(37 * batch, random.Random(3))
        run.time.until(run.time.moment + idle)
    assert run.rejected == 0


@pytest.mark.parametrize("limit", [2, 5, 10, 25, 60])
@pytest.mark.parametrize("seed", range(5))
def test_an_unknown_limit_is_found_with_few_rejected(limit: int, seed: int) -> None:
    """Ninety seconds' worth of requests: under 1.4 of the bound, under a hundredth (or five) rejected."""
    run = run_against(Sliding(limit), None, jitter=0.01)
    wall = run.serve(limit * 90, random.Random(seed))
    assert wall <= 1.4 * max(90, limit * 90 * run.latency / IN_FLIGHT)
    assert run.rejected < max(5.01, 0.01 * limit * 90)


def test_the_demo_pull_finds_its_limit() -> None:
    """The case of the promise: 903 requests, ten a second, a tenth of a second each."""
    for seed in range(20):
        run = run_against(Sliding(10), None, jitter=0.01)
        wall = run.serve(903, random.Random(seed))
        assert wall <= 1.15 * 90.3
        assert run.rejected < 9.03
        assert run.budget.limit == pytest.approx(10, rel=0.12)


@pytest.mark.parametrize("limit", [2, 5, 10, 25, 60])
@pytest.mark.parametrize("seed", range(5))
def test_a_second_run_starts_with_what_the_first_has_learned(limit: int, seed: int) -> None:
    """None of its requests is rejected, and it takes the time of a limit that was told."""
    first = run_against(Sliding(limit), None, jitter=0.01)
    first.serve(limit * 90, random.Random(seed))
    second = run_against(Sliding(limit), None, learned=first.budget.learned, jitter=0.01)
    wall = second.serve(limit * 90, random.Random(seed))
    assert second.rejected == 0
    assert wall <= 1.25 * max(90, limit * 90 * second.latency / IN_FLIGHT)
    assert second.budget.learned == first.budget.learned


def test_a_short_first_run_teaches_too() -> None:
    """Four seconds at ten a second: one wave of complaints is enough. What had no time to prove itself is told less."""
    first = run_against(Sliding(10), None, jitter=0.01)
    first.serve(40, random.Random(1))
    assert first.rejected > 0
    assert first.budget.learned == pytest.approx(SHRINK * (first.budget.limit or 0))
    second = run_against(Sliding(10), None, learned=first.budget.learned, jitter=0.01)
    assert second.budget.pace == pytest.approx(SHARE * (first.budget.learned or 0))
    second.serve(300, random.Random(2))
    assert second.rejected == 0


def test_a_try_under_way_is_not_learned() -> None:
    """A run that ends while it tries more than it knows leaves what it knows."""
    run = run_against(Sliding(10), None, learned=8.0)
    run.serve(8 * 200, random.Random(1))
    assert (run.budget.limit or 0) > 8.0
    assert run.budget.learned == 8.0


def test_a_limit_that_has_sunk_is_learned_anew() -> None:
    """What an earlier run knew gives way to the first complaints."""
    run = run_against(Sliding(10), None, learned=40.0, jitter=0.01)
    run.serve(600, random.Random(1))
    assert run.budget.learned == pytest.approx(10, rel=0.25)


def test_nothing_is_learned_from_silence_or_from_a_told_limit() -> None:
    """Without a complaint nobody knows the limit; one that was told stays with whoever told it."""
    quiet = run_against(Sliding(1000), None)
    quiet.serve(100, random.Random(1))
    told = run_against(Sliding(5), 10)
    told.serve(100, random.Random(1))
    assert told.rejected > 0
    assert quiet.budget.learned is told.budget.learned is None


@pytest.mark.parametrize("most", [1.5, 5, 20])
def test_a_bucket_is_learned_too(most: float) -> None:
    """Its reserve hides the limit at first; the learned one settles near it."""
    run = run_against(Bucket(10, most), None)
    wall = run.serve(1800, random.Random(1))
    assert wall <= 1.4 * 180
    assert run.rejected < 18


@pytest.mark.parametrize(("limit", "span"), [(100, 10.0), (300, 60.0)])
def test_a_quota_of_more_than_a_second_is_learned_by_its_mean(limit: int, span: float) -> None:
    """The first time it is waited for with growing pauses; from then on the pace is what it allows."""
    run = run_against(Sliding(limit, span), None)
    wall = run.serve(5 * limit, random.Random(1))
    assert wall <= 5 * span * 1.2
    assert run.rejected < 30
    assert run.budget.limit == pytest.approx(limit / span, rel=0.3)


def test_a_service_without_a_limit_is_asked_as_fast_as_it_answers() -> None:
    """Nothing is lost to caution: the pace is out of the way within a few seconds, at once where answers are quick."""
    slow, quick = run_against(Sliding(10_000), None), run_against(Sliding(10_000), None, latency=0.002)
    assert slow.serve(2000, random.Random(1)) < 2000 * 0.1 / IN_FLIGHT + 4
    assert quick.serve(2000, random.Random(1)) < 2000 * 0.002 / IN_FLIGHT + 0.4


def test_a_complaint_halves_the_pace_once_per_wave() -> None:
    """Eight threads complaining about one moment halve once; quiet brings it back, never above the limit."""
    time = Time()
    budget = RateBudget(8, now=time.now, sleep=time.sleep)
    for _ in range(16):
        budget.pleased(budget.wait())
    wave = [budget.wait() for _ in range(8)]
    for departure in wave:
        budget.complained(departure)
    lowered = budget.pace
    assert SHARE * 8 / 4 <= lowered <= SHARE * 8 / 2
    highest = max(_paces(budget, 3000))
    assert highest == budget.pace == pytest.approx(SHARE * 8)


def _paces(budget: RateBudget, requests: int) -> Iterator[float]:
    for _ in range(requests):
        budget.pleased(budget.wait())
        yield budget.pace


def test_the_pause_the_service_asks_for_is_kept_by_all() -> None:
    """Retry-After stands above the pace."""
    time = Time()
    budget = RateBudget(10, now=time.now, sleep=time.sleep)
    budget.complained(budget.wait(), 7.0)
    budget.wait()
    assert time.moment == pytest.approx(7.0)


def test_a_pause_longer_than_the_patience_is_said_at_once() -> None:
    """Nobody sleeps for an hour with a run in hand."""
    time = Time()
    budget = RateBudget(10, now=time.now, sleep=time.sleep)
    budget.complained(budget.wait(), 3600.0)
    with pytest.raises(faults.Throttled) as caught:
        budget.wait(longest=120)
    assert caught.value.retry_after == pytest.approx(3600)
    assert time.moment == 0


def test_the_pace_never_falls_below_the_floor() -> None:
    """A service that refuses everything is still asked now and then."""
    time = Time()
    budget = RateBudget(None, now=time.now, sleep=time.sleep)
    for _ in range(50):
        budget.complained(budget.wait(), 0)
    assert budget.pace == FLOOR


def test_a_quiet_caller_does_not_raise_the_pace() -> None:
    """What was never used says nothing about the limit."""
    time = Time()
    budget = RateBudget(None, now=time.now, sleep=time.sleep)
    for _ in range(100):
        departure = budget.wait()
        time.moment += 1.0
        budget.pleased(departure)
    assert budget.pace == FIRST_PACE
