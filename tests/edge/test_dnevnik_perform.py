"""How a step ends when the import service answers in each of its ways: outcomes are values, order is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from gateway.adapters.dnevnik import THROTTLE_REPEATS, DnevnikTarget
from gateway.sync.values import Action, Done, InDoubt, Outcome, Refused, Route, Step
from state.identity import RemoteId, SourcedId, guid
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE, URL = "http://127.0.0.1:9/v2.0", "http://127.0.0.1:9/ImportService.asmx"
OLD, NEW, PUPIL = SourcedId("form:2026:7а"), SourcedId("form:2026:7б"), SourcedId("pupil:1")
REFS = {OLD: RemoteId("11"), NEW: RemoteId("12"), PUPIL: RemoteId("5")}
MOVED = Done(remote_id=RemoteId("5@12"))

Answer = httpx.Response | Exception


def done(call: str, result: str = "7") -> httpx.Response:
    inner = f'<{call}Response xmlns="http://dnevnik.mos.ru/"><{call}Result>{result}</{call}Result></{call}Response>'
    return httpx.Response(200, text=_envelope(inner), headers={"Content-Type": "text/xml"})


def fault(text: str) -> httpx.Response:
    inner = f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{text}</faultstring></soap:Fault>"
    return httpx.Response(500, text=_envelope(inner), headers={"Content-Type": "text/xml"})


def _envelope(inner: str) -> str:
    head = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    return f"{head}{inner}</soap:Body></soap:Envelope>"


JOINED, LEFT = done("insertGroupMembership"), done("deleteGroupMembership", "true")


@pytest.fixture
def route() -> Iterator[respx.Route]:
    with respx.mock:
        yield respx.post(URL)


@pytest.fixture
def target() -> Iterator[DnevnikTarget]:
    with Transport(BASE, Secret("t" * 32), sleep=lambda _: None) as transport:
        yield DnevnikTarget(
            DnevnikClient(transport),
            ImportService(transport, URL, "school"),
            profile="dnevnik-import-service",
            school="1",
            school_key="key",
            school_year=2026,
        )


def step(action: Action, kind: RecordType = RecordType.MEMBERSHIP, route: Route = Route.IMPORT_SERVICE) -> Step:
    return Step(
        step_id="1",
        action=action,
        record_type=kind,
        sourced_id=SourcedId("member:x"),
        route=route,
        reason="transferred",
        before={"person": PUPIL, "group": OLD},
        after={"person": PUPIL, "group": NEW},
        remote_id=RemoteId("5@11"),
    )


def asked(route: respx.Route) -> list[tuple[str, str]]:
    """(call, which form) of each request, in order."""
    groups = {guid("key", OLD): "old", guid("key", NEW): "new"}
    return [
        (
            call.request.headers["SOAPAction"].strip('"').rpartition("/")[2].removesuffix("GroupMembership"),
            next(name for key, name in groups.items() if key in call.request.content.decode()),
        )
        for call in route.calls
    ]


MOVES: list[tuple[list[Answer], list[tuple[str, str]], Outcome]] = [
    ([JOINED, LEFT], [("insert", "new"), ("delete", "old")], MOVED),
    ([fault("duplicate: x"), LEFT], [("insert", "new"), ("delete", "old")], MOVED),
    ([JOINED, fault("unknownId: x")], [("insert", "new"), ("delete", "old")], MOVED),
    (
        [fault("invalidParameter: one form"), LEFT, JOINED],
        [("insert", "new"), ("delete", "old"), ("insert", "new")],
        MOVED,
    ),
    (
        [fault("invalidParameter: x"), LEFT, fault("invalidParameter: x"), JOINED],
        [("insert", "new"), ("delete", "old"), ("insert", "new"), ("insert", "old")],
        Refused(code="invalidParameter", text="x"),
    ),
    ([fault("unknownGuid: x")], [("insert", "new")], Refused(code="unknownGuid", text="x")),
    (
        [JOINED, httpx.ReadTimeout("x")],
        [("insert", "new"), ("delete", "old")],
        InDoubt(text="deleteGroupMembership: the connection was lost before the answer"),
    ),
]


@pytest.mark.parametrize(("answers", "order", "outcome"), MOVES)
def test_a_moved_pupil_is_in_a_form_at_every_moment(
    target: DnevnikTarget, route: respx.Route, answers: list[Answer], order: list[tuple[str, str]], outcome: Outcome
) -> None:
    """Join, then leave. A diary that takes one form only is served the other way, and the old form comes back."""
    route.side_effect = list(answers)
    assert target.perform(step(Action.MOVE), REFS) == outcome
    assert asked(route) == order


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "came_back"},
        {"reason": "came_back", "before": {"person": PUPIL, "group": NEW}},
        {"reason": "promoted", "before": {"person": PUPIL, "group": SourcedId("form:2025:6а")}},
    ],
)
def test_a_promotion_and_a_return_end_nothing(
    target: DnevnikTarget, route: respx.Route, change: dict[str, Any]
) -> None:
    """Last year's list keeps its pupils, and who comes back had left before: one call, which joins."""
    route.side_effect = [JOINED]
    assert target.perform(replace(step(Action.MOVE), **change), REFS) == MOVED
    assert asked(route) == [("insert", "new")]


def test_a_throttled_write_is_sent_until_the_diary_looks_at_it(target: DnevnikTarget, route: respx.Route) -> None:
    """429 says that nothing was read, so sending again doubles nothing."""
    route.side_effect = [httpx.Response(429, headers={"Retry-After": "0"})] * 3 + [JOINED]
    assert target.perform(step(Action.CREATE), REFS) == MOVED
    assert route.call_count == 4


def test_a_diary_that_never_has_time_refuses(target: DnevnikTarget, route: respx.Route) -> None:
    """The repeats are bounded, and the end is an outcome."""
    route.mock(return_value=httpx.Response(433, headers={"Retry-After": "0"}))
    outcome = target.perform(step(Action.CREATE), REFS)
    assert isinstance(outcome, Refused)
    assert outcome.code == "throttled"
    assert route.call_count == THROTTLE_REPEATS + 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(401), "unauthorised"),
        (httpx.Response(404, text="<html>"), "no_import_service"),
        (httpx.ConnectError("x"), "unavailable"),
        (fault("holiday: x"), "holiday"),
        (fault("words without a code"), "rejected"),
    ],
)
def test_each_known_end_of_a_write_is_a_refusal_with_a_code(
    target: DnevnikTarget, route: respx.Route, answer: Answer, code: str
) -> None:
    """Nothing was written for certain; why is said by code."""
    route.side_effect = [answer]
    outcome = target.perform(step(Action.CREATE), REFS)
    assert isinstance(outcome, Refused)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (step(Action.CREATE, route=Route.PERSON), "route_not_available"),
        (step(Action.UPDATE), "no_such_call"),
        (step(Action.CREATE, RecordType.PUPIL), "no_such_call"),
        (step(Action.DELETE, RecordType.GRADING_PERIOD), "no_such_call"),
    ],
)
def test_what_the_service_cannot_do_is_refused_unsent(
    target: DnevnikTarget, route: respx.Route, wanted: Step, code: str
) -> None:
    """A step for a person, or one no call carries out, reaches nobody."""
    assert target.perform(wanted, REFS) == Refused(code=code)
    assert not route.called


def test_a_profile_without_the_service_writes_nothing() -> None:
    """The public REST API creates nothing we push."""
    with Transport(BASE, Secret("t" * 32)) as transport:
        client = DnevnikClient(transport)
        bare = DnevnikTarget(client, None, profile="dnevnik-rest", school="1", school_key="key", school_year=2026)
        assert bare.perform(step(Action.CREATE), REFS) == Refused(code="route_not_available")
