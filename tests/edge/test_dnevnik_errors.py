"""The transport at its edge: which fault each answer is, what is tried again, and what is never said."""

from __future__ import annotations

import logging
import pickle
import random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx
import structlog

from connectors import faults
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.budget import RateBudget
from connectors.transport.client import ATTEMPTS, Transport
from connectors.transport.pool import map_concurrently
from connectors.transport.redaction import redact
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "http://127.0.0.1:9/v2.0"
TOKEN = "t" * 32
JSON, HTML = {"Content-Type": "application/json"}, {"Content-Type": "text/html; charset=utf-8"}


def typed(kind: str, description: str = "x") -> str:
    return f'{{"type":"{kind}","description":"{description}"}}'


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def transport(naps: list[float]) -> Iterator[Transport]:
    with Transport(BASE, Secret(TOKEN), sleep=naps.append, chance=random.Random(1)) as one:
        yield one


def answer(transport: Transport, status: int, text: str, headers: dict[str, str]) -> Any:
    with respx.mock:
        respx.get(f"{BASE}/schools/1").mock(httpx.Response(status, text=text, headers=headers))
        return DnevnikClient(transport).school("1")


TABLE = [
    (401, "", JSON, faults.Unauthorised),
    (403, "<html>", HTML, faults.Unauthorised),
    (404, "", JSON, faults.NotFound),
    (404, "<html>no such page</html>", HTML, faults.Unavailable),
    (405, "<html>maintenance</html>", HTML, faults.Unavailable),
    (429, "", JSON, faults.Throttled),
    (433, "<html>", HTML, faults.Throttled),
    (400, "", JSON, faults.Rejected),
    (500, "", JSON, faults.Unavailable),
    (502, "<!DOCTYPE html><p>bad gateway", HTML, faults.Unavailable),
    (503, "", {"Content-Type": "text/plain"}, faults.Unavailable),
    (302, "", JSON, faults.SchemaDrift),
    (200, "<html>sign in</html>", HTML, faults.Unavailable),
    (200, "  <!doctype html>", JSON, faults.Unavailable),
    (200, "", JSON, faults.Unavailable),
    (200, '{"id": 1, "name": "x', JSON, faults.Unavailable),
    (200, '{"id": 1, "name": {"a": 1}', JSON, faults.Unavailable),
    (200, "ok", {"Content-Type": "text/plain"}, faults.SchemaDrift),
    (200, "[1]", JSON, faults.SchemaDrift),
    (200, typed("ApiRequestLimit"), JSON, faults.Throttled),
    (400, typed("requestLimit"), JSON, faults.Throttled),
    (400, typed("invalidRequest"), JSON, faults.Rejected),
    (400, typed("parameterInvalid"), JSON, faults.Rejected),
    (404, typed("apiResourceUnavailable"), JSON, faults.NotFound),
    (405, typed("apiMethodNotSupported"), JSON, faults.SchemaDrift),
    (500, typed("apiServerError"), JSON, faults.Unavailable),
    (500, typed("apiUnknownError"), JSON, faults.Unavailable),
    (403, typed("apiHttpsRequired"), JSON, faults.SchemaDrift),
    (200, typed("invalidToken"), JSON, faults.Unauthorised),
    (400, typed("AuthorizationInvalidToken"), JSON, faults.Unauthorised),
    (400, typed("authorizationFailed"), JSON, faults.Unauthorised),
    *((403, typed(kind), JSON, faults.Unauthorised) for kind in ("tokenRequired", "outOfScope", "notOwner")),
    *((403, typed(kind), JSON, faults.Unauthorised) for kind in ("ownerForbidden", "systemForbidden")),
    (200, typed("somethingNew"), JSON, faults.Rejected),
    (418, typed("somethingNew"), JSON, faults.Rejected),
]


@pytest.mark.parametrize(("status", "text", "headers", "fault"), TABLE)
def test_each_answer_is_one_fault(
    transport: Transport, status: int, text: str, headers: dict[str, str], fault: type[faults.Fault]
) -> None:
    """Status, typed body, HTML page, cut or empty body and wrong content type: one table (behaviour.md §3)."""
    with pytest.raises(faults.Fault) as caught:
        answer(transport, status, text, headers)
    assert type(caught.value) is fault
    assert caught.value.place == "schools/{school}"


def test_a_resource_with_a_type_is_no_error(transport: Transport) -> None:
    """Works, marks and groups have a field `type` too: only `type` with `description` is an error."""
    school = answer(transport, 200, '{"id":1,"id_str":"1","type":"Regular","name":"Школа"}', JSON)
    assert (school.key, school.name) == ("1", "Школа")


def test_json_under_a_wrong_content_type_is_read(transport: Transport) -> None:
    """What looks like the resource and reads like it is the resource."""
    assert answer(transport, 200, '{"id":7}', {"Content-Type": "text/plain"}).key == "7"


def test_an_empty_204_is_an_empty_list(transport: Transport) -> None:
    """Nothing to list is not a fault."""
    with respx.mock:
        respx.get(f"{BASE}/schools/1/subjects").respond(204)
        assert DnevnikClient(transport).subjects("1") == ()


def test_a_read_is_tried_again_and_counted(transport: Transport, naps: list[float]) -> None:
    """An outage shorter than the attempts is not seen by the caller; `requests` tells how often we asked."""
    with respx.mock:
        route = respx.get(f"{BASE}/schools/1")
        route.side_effect = [httpx.ConnectError("x"), httpx.Response(503), httpx.Response(200, json={"id": 1})]
        assert DnevnikClient(transport).school("1").key == "1"
    assert transport.requests == 3
    assert len(naps) == 2


def test_a_read_gives_up_after_its_attempts(transport: Transport) -> None:
    """An outage is reported as one, with the number of attempts bounded."""
    with pytest.raises(faults.Unavailable):
        answer(transport, 503, "", JSON)
    assert transport.requests == ATTEMPTS


def test_what_would_take_longer_than_the_total_is_not_waited_for(naps: list[float]) -> None:
    """A service that asks for an hour gets one request, and the caller the hour."""
    with Transport(BASE, Secret(TOKEN), total_seconds=60, sleep=naps.append) as transport:
        with pytest.raises(faults.Throttled) as caught:
            answer(transport, 429, "", {**JSON, "Retry-After": "3600"})
        assert (transport.requests, naps) == (1, [])
    assert caught.value.retry_after == 3600


def test_the_wait_is_the_one_the_service_asks_for(transport: Transport, naps: list[float]) -> None:
    """Retry-After counts, as seconds and as a date judged by the service's own clock."""
    date = {"Date": "Tue, 01 Sep 2026 10:00:00 GMT", "Retry-After": "Tue, 01 Sep 2026 10:00:07 GMT"}
    with respx.mock:
        route = respx.get(f"{BASE}/schools/1")
        route.side_effect = [
            httpx.Response(429, headers={"Retry-After": "3"}),
            httpx.Response(433, headers=date),
            httpx.Response(200, json={"id": 1}),
        ]
        DnevnikClient(transport).school("1")
    assert {3.0, 7.0} <= set(naps)


def test_a_refused_read_is_not_repeated(transport: Transport) -> None:
    """A dead token or a wrong parameter does not get better."""
    with pytest.raises(faults.Unauthorised):
        answer(transport, 401, "", JSON)
    assert transport.requests == 1


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError])
def test_a_write_without_an_answer_is_in_doubt_and_sent_once(
    transport: Transport, error: type[httpx.TransportError]
) -> None:
    """It may have happened: only reading back can tell."""
    with respx.mock:
        route = respx.post("http://127.0.0.1:9/x")
        route.side_effect = error("lost")
        with pytest.raises(faults.InDoubt):
            transport.send("http://127.0.0.1:9/x", "call", b"", {})
        assert route.call_count == 1


def test_a_write_that_never_left_is_not_in_doubt(transport: Transport) -> None:
    """Nobody listened: nothing happened."""
    with respx.mock:
        respx.post("http://127.0.0.1:9/x").mock(side_effect=httpx.ConnectError("refused"))
        with pytest.raises(faults.Unavailable):
            transport.send("http://127.0.0.1:9/x", "call", b"", {})


def test_a_throttled_write_is_not_repeated_here(transport: Transport) -> None:
    """The transport repeats reads only; the caller knows what may be sent again."""
    with respx.mock:
        route = respx.post("http://127.0.0.1:9/x").respond(429)
        with pytest.raises(faults.Throttled):
            transport.send("http://127.0.0.1:9/x", "call", b"", {})
        assert route.call_count == 1


def test_logs_hold_the_template_and_never_the_query(transport: Transport) -> None:
    """A search asks by name; neither the name nor the token reaches a log line or a fault."""
    with respx.mock, structlog.testing.capture_logs() as lines:
        respx.get(f"{BASE}/persons/search").respond(400, json={"type": "parameterInvalid", "description": "Иванов 5"})
        with pytest.raises(faults.Rejected) as caught:
            DnevnikClient(transport).search_persons(last="Иванов", first="Лев", snils="112-233-445 95")
    assert lines
    text = f"{lines} {caught.value!s} {caught.value!r}"
    for secret in ("Иванов", "%D0", "112", TOKEN):
        assert secret not in text
    assert set(lines[0]) == {"event", "log_level", "method", "template", "status", "ms", "request_id"}


def test_a_fault_names_the_request(transport: Transport) -> None:
    """The diary's support asks for the request id."""
    with pytest.raises(faults.NotFound) as caught:
        answer(transport, 404, "", {**JSON, "X-Request-Id": "abc-1"})
    assert caught.value.request_id == "abc-1"


def test_a_secret_never_prints_itself() -> None:
    """Not in text, not in reprs, not in formats, not in pickles."""
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("lastName 'Петров' is wrong", "lastName … is wrong"),
        ("Ученик Анна-Мария Петрова, СНИЛС 112-233-445 95", "… … …, СНИЛС …"),
        (f"token {TOKEN} of a@b.ru", "token … of …"),
        ("id 2260325488551003872", "id …"),
        ("number is not 0..255", "number is not 0..255"),
    ],
)
def test_a_services_words_are_shown_without_people(text: str, left: str) -> None:
    """Names, numbers of documents, tokens and addresses are taken out, the sense stays."""
    assert redact(text) == left


def test_the_pool_keeps_order_and_stops_at_the_first_fault() -> None:
    """Results come in the order of the questions; after a fault nothing new is started."""
    assert map_concurrently(lambda number: number * 2, range(50)) == [number * 2 for number in range(50)]
    started: list[int] = []

    def ask(number: int) -> None:
        started.append(number)
        if number == 1:
            raise faults.NotFound("x")

    with pytest.raises(faults.NotFound):
        map_concurrently(ask, range(5_000), workers=2)
    assert len(started) < 5_000


class Time:
    """A clock that sleeps by moving on."""

    def __init__(self) -> None:
        self.moment = 0.0

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds


def test_the_rate_is_kept() -> None:
    """Ten requests at five per second take the time of nine gaps."""
    time = Time()
    budget = RateBudget(5, now=time.now, sleep=time.sleep)
    for _ in range(10):
        budget.wait()
    assert time.moment == pytest.approx(1.8)


def test_a_complaint_halves_the_rate_once_per_wave() -> None:
    """Eight threads complaining about one moment halve once; the pace comes back slowly and not above the limit."""
    time = Time()
    budget = RateBudget(8, now=time.now, sleep=time.sleep)
    sent = budget.wait()
    time.moment += 1
    for _ in range(8):
        budget.complained(sent, None)
    assert budget.rate == 4
    for _ in range(200):
        budget.pleased()
    assert budget.rate == 8


def test_without_a_limit_the_pace_is_learned_from_the_first_complaint() -> None:
    """Unlimited until the service complains, then half of what was sent in the last second."""
    time = Time()
    budget = RateBudget(now=time.now, sleep=time.sleep)
    sent = [budget.wait() for _ in range(100)]
    assert (time.moment, budget.rate) == (0, None)
    budget.complained(sent[-1], 2)
    assert budget.rate == 50
    budget.wait()
    assert time.moment == 2


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.reset_defaults()
