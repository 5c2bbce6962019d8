"""An outage seen by a run: who still asks, who waits, what is said at the end, and how it goes on when it is over."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from connectors import faults
from connectors.sandbox.server import RunningSandbox
from connectors.transport.circuit import GIVES_UP_AFTER, LONGEST_PAUSE, OPENS_AFTER, PAUSE, Away, Circuit
from connectors.transport.client import Transport
from connectors.transport.pool import IN_FLIGHT, map_concurrently
from connectors.transport.retries import ATTEMPTS
from connectors.transport.secret import Secret
from gateway.faultmap import from_fault

BASE = "http://127.0.0.1:9/v2.0"
NOON = datetime(2026, 9, 1, 12, 3, tzinfo=UTC)


class Time:
    """A clock that sleeps by moving on, for many threads."""

    def __init__(self) -> None:
        self.moment = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self.moment

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.moment)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.moment += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def circuit(time: Time) -> Circuit:
    return Circuit(now=time.now, clock=time.clock)


def opened(circuit: Circuit) -> Circuit:
    for _ in range(OPENS_AFTER):
        circuit.admit("a")
        circuit.failed()
    return circuit


def away(circuit: Circuit) -> Away:
    with pytest.raises(Away) as caught:
        circuit.admit("a")
    return caught.value


def carrier(time: Time) -> Transport:
    return Transport(BASE, Secret("t" * 32), rate=1000, now=time.now, sleep=time.sleep, chance=random.Random(1))


def test_one_call_with_all_its_attempts_opens_nothing(circuit: Circuit) -> None:
    """Nor does one cut of all connections: a single broken resource or moment is no outage."""
    assert max(ATTEMPTS, IN_FLIGHT) < OPENS_AFTER
    for _ in range(5):
        for _ in range(OPENS_AFTER - 1):
            circuit.failed()
        circuit.answered()
        circuit.admit("a")
    assert circuit.since is None


def test_an_open_circuit_says_since_when_and_how_long_to_wait(circuit: Circuit, time: Time) -> None:
    """Since the first failure of those in a row, not since the last."""
    circuit.failed()
    time.moment = 100
    for _ in range(OPENS_AFTER - 1):
        circuit.failed()
    assert (away(circuit).since, away(circuit).wait) == (NOON, PAUSE)


def test_one_probe_passes_after_each_pause(circuit: Circuit, time: Time) -> None:
    """The pauses double up to their longest; while a probe is out, all others wait."""
    opened(circuit)
    pauses = []
    while time.moment < GIVES_UP_AFTER - LONGEST_PAUSE:
        time.moment += (wait := away(circuit).wait or 0)
        circuit.admit("a")
        assert away(circuit).wait
        circuit.failed()
        pauses.append(wait)
    assert pauses[:4] == [PAUSE, 2 * PAUSE, 4 * PAUSE, 8 * PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_an_answered_probe_closes_the_circuit(circuit: Circuit, time: Time) -> None:
    """Everybody may ask again, and the next outage begins anew."""
    opened(circuit)
    time.moment += PAUSE
    circuit.admit("a")
    circuit.answered()
    for _ in range(3):
        circuit.admit("a")
    assert circuit.since is None
    time.moment = 500
    assert away(opened(circuit)).since == time.clock()


def test_an_outage_that_lasts_turns_everybody_away_for_good(circuit: Circuit, time: Time) -> None:
    """No more waiting in this run."""
    opened(circuit)
    time.moment += GIVES_UP_AFTER
    assert away(circuit).wait is None


def test_a_run_ends_by_itself_when_nobody_answers(time: Time) -> None:
    """Two hundred reads of eight threads cost a few probes and one patience, not 120 seconds each."""
    with carrier(time) as transport:
        with pytest.raises(faults.Unavailable) as caught:
            map_concurrently(lambda _: transport.read("users/me", bytes), range(200))
        with pytest.raises(faults.Unavailable):  # whoever comes later shares the patience that is left
            transport.read("users/me", bytes)
        asked = transport.requests
    assert caught.value.since is not None
    assert OPENS_AFTER <= asked <= OPENS_AFTER + IN_FLIGHT + 12


def test_a_read_that_gives_up_says_since_when(time: Time) -> None:
    """Also where its own attempts were too few to open the circuit; a cut body is no outage and says nothing."""
    with carrier(time) as transport, respx.mock:
        route = respx.get(f"{BASE}/a")
        route.respond(503, text="<html>", headers={"Content-Type": "text/html"})
        with pytest.raises(faults.Unavailable) as caught:
            transport.read("a", bytes)
        assert caught.value.since is not None
        route.respond(200, text='{"a": ', headers={"Content-Type": "application/json"})
        with pytest.raises(faults.Unavailable) as caught:
            transport.read("a", bytes)
        assert caught.value.since is None


def test_a_person_is_told_since_when_and_to_try_again() -> None:
    """«Wait and try again», by the clock on the machine's wall."""
    error = from_fault(Away("x", "schools/{school}", since=NOON, wait=None))
    assert error.exit_code == 75
    assert error.what == f"Дневник не отвечает с {NOON.astimezone():%H:%M} (schools/{{school}})"
    assert from_fault(faults.Unavailable("x")).what == "Дневник не отвечает"


def test_a_write_is_not_sent_into_an_outage(time: Time) -> None:
    """What was turned away did not happen: it is no doubt, and nothing to read back."""
    with carrier(time) as transport, respx.mock:
        route = respx.post("http://127.0.0.1:9/x").mock(side_effect=httpx.ReadTimeout("x"))
        for _ in range(OPENS_AFTER):
            with pytest.raises(faults.InDoubt):
                transport.send("http://127.0.0.1:9/x", "call", b"", {})
        with pytest.raises(faults.Unavailable):
            transport.send("http://127.0.0.1:9/x", "call", b"", {})
        assert route.call_count == OPENS_AFTER


@pytest.mark.parametrize(
    ("status", "text", "media", "outage"),
    [
        (503, "<html>", "text/html", True),
        (405, "<html>", "text/html", True),
        (405, '{"message":"maintenance"}', "application/json", True),
        (502, "<html>", "text/html", True),
        (200, "<html>", "text/html", True),
        (500, "<html>", "text/html", True),
        (405, '{"type":"apiMethodNotSupported","description":"x"}', "application/json", False),
        (503, '{"type":"apiServerError","description":"x"}', "application/json", False),
        (500, "<soap:Fault/>", "text/xml", False),
        (500, "", "application/json", False),
        (404, "<html>", "text/html", False),
        (429, "<html>", "text/html", False),
        (200, "{}", "application/json", False),
    ],
)
def test_only_what_stands_for_the_whole_service_is_an_outage(
    time: Time, status: int, text: str, media: str, outage: bool
) -> None:
    """A typed error, a refusal or a fault of one call is an answer."""
    with carrier(time) as transport, respx.mock:
        respx.post("http://127.0.0.1:9/x").respond(status, text=text, headers={"Content-Type": media})
        sent = sum(_sent(transport) for _ in range(OPENS_AFTER + 3))
    assert sent == (OPENS_AFTER if outage else OPENS_AFTER + 3)


def _sent(transport: Transport) -> bool:
    try:
        transport.send("http://127.0.0.1:9/x", "call", b"", {})
    except faults.Throttled:
        return True
    except faults.Unavailable:
        return False
    return True


def test_a_short_outage_is_outlived() -> None:
    """Every thread waits for the one probe; nothing of the run is lost."""
    with RunningSandbox() as sandbox, Transport(sandbox.base_url, Secret(sandbox.token()), rate=1000) as transport:
        sandbox.world.weather.forecast("maintenance", "users/me", OPENS_AFTER)
        read = map_concurrently(lambda _: transport.read("users/me", bytes), range(40))
        assert len(read) == 40
        assert transport.requests == 40 + OPENS_AFTER
