"""The transport at its edge: which fault each answer is, what is tried again, and what is never said."""

from __future__ import annotations

import logging
import pickle
import random
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx
import structlog

from connectors import faults
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.budget import FLOOR, STANDSTILL
from connectors.transport.client import Transport, _answer
from connectors.transport.errors import fault_of
from connectors.transport.redaction import redact
from connectors.transport.retries import ATTEMPTS
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.transport.answer import Answer

BASE = "http://127.0.0.1:9/v2.0"
TOKEN = "t" * 32
JSON, HTML = {"Content-Type": "application/json"}, {"Content-Type": "text/html; charset=utf-8"}


def typed(kind: str, description: str = "x") -> str:
    return f'{{"type":"{kind}","description":"{description}"}}'


class Time:
    """A clock that sleeps by moving on, and notes for how long."""

    def __init__(self) -> None:
        self.moment = 0.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.moment += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def transport(time: Time) -> Iterator[Transport]:
    with Transport(BASE, Secret(TOKEN), rate=1000, now=time.now, sleep=time.sleep, chance=random.Random(1)) as one:
        yield one


def answer(transport: Transport, status: int, text: str, headers: dict[str, str]) -> Any:
    with respx.mock:
        respx.get(f"{BASE}/schools/1").mock(httpx.Response(status, text=text, headers=headers))
        return DnevnikClient(transport).school("1")


UNTYPED = """
     json          empty         html          cut           text
200  -             Unavailable   Unavailable   Unavailable   SchemaDrift
204  -             -             -             -             -
302  SchemaDrift   SchemaDrift   Unavailable   SchemaDrift   SchemaDrift
400  Rejected      Rejected      Unavailable   Rejected      Rejected
401  Unauthorised  Unauthorised  Unauthorised  Unauthorised  Unauthorised
403  Forbidden     Forbidden     Forbidden     Forbidden     Forbidden
404  NotFound      NotFound      Unavailable   NotFound      NotFound
405  Unavailable   Unavailable   Unavailable   Unavailable   Unavailable
408  Unavailable   Unavailable   Unavailable   Unavailable   Unavailable
418  Rejected      Rejected      Unavailable   Rejected      Rejected
429  Throttled     Throttled     Throttled     Throttled     Throttled
433  Throttled     Throttled     Throttled     Throttled     Throttled
500  Unavailable   Unavailable   Unavailable   Unavailable   Unavailable
502  Unavailable   Unavailable   Unavailable   Unavailable   Unavailable
503  Unavailable   Unavailable   Unavailable   Unavailable   Unavailable
"""
"""An error page of what stands before the service says nothing of the resource; 503 and 405 are its maintenance."""
BODIES = {
    "json": ('{"id": 1, "id_str": "1", "type": "Regular"}', JSON),
    "empty": ("", JSON),
    "html": ("<!DOCTYPE html><p>bad gateway", HTML),
    "cut": ('{"id": 1, "name": "x', JSON),
    "text": ("ok", {"Content-Type": "text/plain"}),
}
TYPED = {
    "InvalidRequest": "Rejected",
    "ParameterInvalid": "Rejected",
    "ApiResourceUnavailable": "NotFound",
    "ApiMethodNotSupported": "SchemaDrift",
    "ApiRequestLimit": "Throttled",
    "ApiServerError": "Unavailable",
    "ApiHttpsRequired": "SchemaDrift",
    "AuthorizationInvalidToken": "Unauthorised",
    "AuthorizationTokenRequired": "Unauthorised",
    "AuthorizationOutOfScope": "Forbidden",
    "AuthorizationNotOwner": "Forbidden",
    "AuthorizationOwnerForbidden": "Forbidden",
    "AuthorizationSystemForbidden": "Forbidden",
    # undocumented but seen
    "apiUnknownError": "Unavailable",
    "authorizationFailed": "Unauthorised",
}
"""The thirteen documented types and two that were seen."""
STATUSES = (200, 400, 401, 403, 404, 405, 429, 433, 500, 502, 503)
WRAPPINGS: dict[str, Callable[[str], tuple[bytes, dict[str, str]]]] = {
    "plain": lambda text: (text.encode(), JSON),
    "byte order mark": lambda text: (b"\xef\xbb\xbf" + text.encode(), JSON),
    "blank space": lambda text: (f" \r\n{text}\n".encode(), JSON),
    "wrong content type": lambda text: (text.encode(), HTML),
}


def _untyped_rows() -> Iterator[tuple[int, str, str]]:
    head, *lines = (line.split() for line in UNTYPED.strip().splitlines())
    for status, *cells in lines:
        yield from ((int(status), body, fault) for body, fault in zip(head, cells, strict=True))


def _forms(kind: str) -> set[str]:
    """As documented, as camel case with the prefix, and as the wire has it."""
    bare = re.sub("^(?:Api|api|Authorization|authorization)", "", kind)
    camel = kind[0].lower() + kind[1:]
    return {kind, camel, bare[0].lower() + bare[1:]} if bare != "Failed" else {camel}


TYPED_ROWS = [
    (status, form, "Throttled" if status in {429, 433} else fault)
    for kind, fault in TYPED.items()
    for form in sorted(_forms(kind))
    for status in STATUSES
]


def fault_name(answer: Answer) -> str:
    found = fault_of(answer, "a/{b}")
    if found is None:
        return "-"
    assert (found.place, found.request_id) == ("a/{b}", "r-1")
    return type(found).__name__


def told(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    """The answer as the transport reads it."""
    return _answer(httpx.Response(status, content=body, headers={**headers, "X-Request-Id": "r-1"}))


@pytest.mark.parametrize(("status", "body", "fault"), list(_untyped_rows()))
def test_an_answer_without_a_typed_error_is_judged_by_status_and_form(status: int, body: str, fault: str) -> None:
    """Status by form of the body: one table; the request and the endpoint are kept."""
    text, headers = BODIES[body]
    assert fault_name(told(status, text.encode(), headers)) == fault


@pytest.mark.parametrize(("status", "kind", "fault"), TYPED_ROWS)
def test_a_typed_error_is_judged_by_its_type(status: int, kind: str, fault: str) -> None:
    """Every documented type in every form seen means the same under every status (behaviour.md §3)."""
    for wrap in WRAPPINGS.values():
        assert fault_name(told(status, *wrap(typed(kind)))) == fault


@pytest.mark.parametrize("status", STATUSES)
def test_a_type_nobody_knows_is_judged_by_its_status(status: int) -> None:
    """A new word of the service is not a crash; under 200 it is a refusal."""
    untyped = {row[0]: row[2] for row in _untyped_rows() if row[1] == "empty"}
    expected = "Rejected" if status == 200 else untyped[status]
    assert fault_name(told(status, typed("somethingNew").encode(), JSON)) == expected


def test_a_fault_of_a_huge_answer_is_short() -> None:
    """A page of half a megabyte in a description is an error still, and is not carried along."""
    found = fault_of(told(500, typed("apiServerError", "x " * 250_000).encode(), JSON), "a")
    assert isinstance(found, faults.Unavailable)
    assert len(str(found)) < 300
    assert fault_name(told(502, b"<html>" + b"x" * 5_000_000, HTML)) == "Unavailable"
    assert fault_name(told(200, b'{"id":1,"note":"' + b"x" * 5_000_000 + b'"}', JSON)) == "-"


@pytest.mark.parametrize(
    ("status", "text", "fault"),
    [
        (200, "[1]", faults.SchemaDrift),
        (200, '{"id": 1, "name": {"a": 1}', faults.Unavailable),
        (200, typed("invalidToken"), faults.Unauthorised),
        (503, "", faults.Unavailable),
    ],
)
def test_a_read_raises_the_fault_of_its_answer(
    transport: Transport, status: int, text: str, fault: type[faults.Fault]
) -> None:
    """Also what only the decoder sees: another shape, a body cut behind an inner bracket."""
    with pytest.raises(faults.Fault) as caught:
        answer(transport, status, text, JSON)
    assert type(caught.value) is fault
    assert caught.value.place == "schools/{school}"


RESOURCES = [
    '{"id":1,"id_str":"1","type":"Regular","name":"Школа"}',
    '{"id":1,"type":"Regular","name":"Школа","description":"Школа у реки"}',
]


@pytest.mark.parametrize("text", RESOURCES)
def test_a_resource_with_a_type_is_no_error(transport: Transport, text: str) -> None:
    """Works, marks and groups have a field `type` too: only `type` with `description`, and no id, is an error."""
    school = answer(transport, 200, text, JSON)
    assert (school.key, school.name) == ("1", "Школа")


def test_json_under_a_wrong_content_type_is_read(transport: Transport) -> None:
    """What looks like the resource and reads like it is the resource."""
    assert answer(transport, 200, '{"id":7}', {"Content-Type": "text/plain"}).key == "7"


def test_an_empty_204_is_an_empty_list(transport: Transport) -> None:
    """Nothing to list is not a fault."""
    with respx.mock:
        respx.get(f"{BASE}/schools/1/subjects").respond(204)
        assert DnevnikClient(transport).subjects("1") == ()


def test_a_read_is_tried_again_and_counted(transport: Transport, time: Time) -> None:
    """An outage shorter than the attempts is not seen by the caller; `requests` tells how often we asked."""
    with respx.mock:
        route = respx.get(f"{BASE}/schools/1")
        route.side_effect = [httpx.ConnectError("x"), httpx.Response(503), httpx.Response(200, json={"id": 1})]
        assert DnevnikClient(transport).school("1").key == "1"
    assert transport.requests == 3
    assert len(time.naps) == 2


def test_a_read_gives_up_after_its_attempts(transport: Transport) -> None:
    """An outage is reported as one, with the number of attempts bounded."""
    with pytest.raises(faults.Unavailable):
        answer(transport, 503, "", JSON)
    assert transport.requests == ATTEMPTS


def test_what_would_take_longer_than_the_total_is_not_waited_for(transport: Transport, time: Time) -> None:
    """A service that asks for an hour gets one request, and the caller the hour: at once, and at the next read."""
    for _ in range(2):
        with pytest.raises(faults.Throttled) as caught:
            answer(transport, 429, "", {**JSON, "Retry-After": "3600"})
        assert (caught.value.retry_after, caught.value.place) == (3600, "schools/{school}")
    assert (transport.requests, time.naps) == (1, [])


def test_a_read_is_throttled_only_so_long(transport: Transport, time: Time) -> None:
    """A limit that is never free again ends the read within its total, as what it is."""
    with pytest.raises(faults.Throttled):
        answer(transport, 433, "", HTML)
    assert time.moment <= 120 + 1 / FLOOR
    assert transport.requests > ATTEMPTS
    assert time.naps[0] >= STANDSTILL, "the pause of the budget counts into the total"


def test_the_wait_is_the_one_the_service_asks_for(transport: Transport, time: Time) -> None:
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
    assert {3.0, 7.0} <= set(time.naps)


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
    """The diary's support asks for the request id, also where only the decoder saw that something is wrong."""
    told = {**JSON, "X-Request-Id": "abc-1"}
    cases = {faults.NotFound: (404, ""), faults.SchemaDrift: (200, "[1]"), faults.Unavailable: (200, '{"a": [1}')}
    for kind, (status, text) in cases.items():
        with pytest.raises(kind) as caught:
            answer(transport, status, text, told)
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


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.reset_defaults()
