"""The desk that hands out tokens, at the HTTP edge: both wire forms, every refusal, and nothing secret in an error."""

from __future__ import annotations

import base64
import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from connectors import faults
from connectors.dnevnik.hosts import login_page
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.oauth import SCOPES, Application, TokenDesk, authorize_url
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway.auth.renewal import Renewal
from gateway.auth.values import Kept
from gateway.auth.vault import Vault
from gateway.clock import FixedClock
from gateway.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE = "http://127.0.0.1:9/v2.0"
DESK = f"{BASE}/authorizations"
CLIENT, SECRET = "canary-client-0001", "canary-secret-0002"
CODE, REFRESH, ACCESS = "canary-code-0003", "canary-refresh-0004", "canaryaccess0005canaryaccess0005"
CANARIES = (CLIENT, SECRET, CODE, REFRESH, ACCESS)
PAIR = {
    "accessToken": ACCESS,
    "expiresIn": 7,
    "expiresIn_str": "2592000",
    "refreshToken": REFRESH,
    "scope": "CommonInfo,EducationalInfo",
    "user": 9007199254740993,
    "user_str": "9007199254740993",
}


@pytest.fixture
def desk() -> Iterator[TokenDesk]:
    carrier = partial(Transport, sleep=lambda _: None)
    with TokenDesk(BASE, Application(Secret(CLIENT), Secret(SECRET)), carrier) as one:
        yield one


def typed(kind: str, status: int = 400) -> httpx.Response:
    """A refusal that quotes all we said, as a careless service might."""
    return httpx.Response(status, json={"type": kind, "description": " ".join(CANARIES)})


def refused(desk: TokenDesk, *answers: Any) -> faults.Fault:
    """What a renewal ends with after these answers; it says nothing secret, nor does its traceback."""
    with respx.mock:
        respx.post(DESK).side_effect = list(answers)
        with pytest.raises(faults.Fault) as caught:
            desk.refresh(Secret(REFRESH))
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert [canary for canary in CANARIES if canary in told] == []
    return caught.value


def test_the_address_of_a_sign_in_asks_for_a_code() -> None:
    """Scopes by commas, everything quoted, the state and the way back inside; no secret of ours."""
    address = authorize_url(
        login_page("https://api.dnevnik.ru/v2"),
        Application(Secret(CLIENT), Secret(SECRET)),
        scopes=SCOPES,
        redirect_uri="http://127.0.0.1:5/",
        state="a b&c",
    )
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://login.dnevnik.ru/oauth2"
    assert {name: value for name, [value] in parse_qs(parts.query).items()} == {
        "response_type": "code",
        "client_id": CLIENT,
        "scope": "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo",
        "redirect_uri": "http://127.0.0.1:5/",
        "state": "a b&c",
    }
    assert SECRET not in address


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("dnevnik.ru", "https://login.dnevnik.ru/oauth2"),
        ("staging", "https://login.staging.dnevnik.ru/oauth2"),
        ("https://api.kundelik.kz/v2.0", "https://login.kundelik.kz/oauth2"),
        ("http://127.0.0.1:8080/v2.0", "http://127.0.0.1:8080/oauth2"),
    ],
)
def test_each_diary_has_its_login_page(host: str, page: str) -> None:
    """Known ones by their evidence, an unknown one beside its REST base."""
    assert login_page(host) == page


def test_a_code_is_exchanged_as_the_documentation_says(desk: TokenDesk) -> None:
    """One JSON TokenRequest without any token header; text twins win over numbers."""
    with respx.mock:
        route = respx.post(DESK).mock(httpx.Response(200, json=PAIR))
        grant = desk.exchange(Secret(CODE))
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "grant_type": "AuthorizationCode",
        "code": CODE,
    }
    assert "Access-Token" not in request.headers
    assert request.headers["Content-Type"] == "application/json"
    assert grant.access.reveal() == ACCESS
    assert grant.refresh is not None
    assert grant.refresh.reveal() == REFRESH
    assert (grant.expires_in, grant.user) == (2592000, "9007199254740993")
    assert grant.scopes == ("CommonInfo", "EducationalInfo")
    assert not any(canary in repr(grant) for canary in CANARIES)


@pytest.mark.parametrize("extra", [{}, {"refreshToken": None, "expiresIn": None, "scope": None, "user": None}])
def test_a_short_answer_is_enough(desk: TokenDesk, extra: dict[str, None]) -> None:
    """Only `accessToken` is sure to be there."""
    with respx.mock:
        respx.post(DESK).mock(httpx.Response(200, json={"accessToken": ACCESS, **extra}))
        grant = desk.exchange(Secret(CODE))
    assert (grant.refresh, grant.expires_in, grant.scopes, grant.user) == (None, None, (), "")


def test_a_renewal_is_tried_in_the_other_form_where_the_first_is_refused(desk: TokenDesk) -> None:
    """JSON first; then the form fields and HTTP Basic of the one client that was seen to renew."""
    with respx.mock:
        route = respx.post(DESK)
        route.side_effect = [typed("parameterInvalid"), httpx.Response(200, json=PAIR)]
        desk.refresh(Secret(REFRESH))
    first, second = (call.request for call in route.calls)
    assert json.loads(first.content) == {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "grant_type": "RefreshToken",
        "refreshToken": REFRESH,
    }
    assert second.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(second.content.decode()) == {"grant_type": ["RefreshToken"], "RefreshToken": [REFRESH]}
    assert second.headers["Authorization"] == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"


@pytest.mark.parametrize("kind", ["invalidToken", "authorizationFailed", "parameterInvalid", "invalidRequest"])
def test_a_refusal_in_both_forms_asks_for_a_person(desk: TokenDesk, kind: str) -> None:
    """Whatever the desk calls it: a person signs in, and the service's words are not repeated."""
    assert type(refused(desk, typed(kind), typed(kind))) is faults.Unauthorised


def test_an_outage_of_the_desk_is_no_refusal(desk: TokenDesk) -> None:
    """503 and lost answers are tried again and reported as what they are."""
    down = httpx.Response(503, text=CODE)
    assert type(refused(desk, *[down] * 20)) is faults.Unavailable
    with respx.mock:
        route = respx.post(DESK)
        route.side_effect = [httpx.ReadTimeout(REFRESH), down, httpx.Response(429), httpx.Response(200, json=PAIR)]
        assert desk.refresh(Secret(REFRESH)).access.reveal() == ACCESS


@pytest.mark.parametrize("body", ["{}", "[]", '{"accessToken": 5}', '{"accessToken": ""}'])
def test_an_answer_without_a_token_is_drift(desk: TokenDesk, body: str) -> None:
    """It is named by its field."""
    answer = httpx.Response(200, text=body, headers={"Content-Type": "application/json"})
    fault = refused(desk, answer, answer)
    assert type(fault) is faults.SchemaDrift
    assert "accessToken" in fault.what


# --- calls of the diary with a dead token -----------------------------------------------------------------------------

SERVICE = "http://127.0.0.1:9/ImportService.asmx"
XML = {"Content-Type": "text/xml"}
DEAD_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    "<faultstring>invalidToken: x</faultstring></s:Fault></s:Body></s:Envelope>"
)
DONE_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<deleteGroupResponse xmlns="http://dnevnik.mos.ru/"><deleteGroupResult>true</deleteGroupResult>'
    "</deleteGroupResponse></s:Body></s:Envelope>"
)
OLD = "canaryold00006canaryold00006cana"


def renewed(_: Secret) -> Secret:
    return Secret(ACCESS)


def out_of_order(_: Secret) -> Secret:
    raise faults.Unavailable("HTTP 503", "authorizations")


def speaking(renew: Callable[[Secret], Secret]) -> Transport:
    return Transport(BASE, SignIn(Secret(OLD), renew), sleep=lambda _: None)


def tokens(route: respx.Route) -> list[str]:
    return [call.request.headers["Access-Token"] for call in route.calls]


def test_a_read_is_repeated_with_the_new_token() -> None:
    """One more request, and the caller sees nothing of it."""
    with respx.mock, speaking(renewed) as transport:
        route = respx.get(f"{BASE}/schools/1")
        route.side_effect = [typed("invalidToken", 401), *[httpx.Response(200, json={"id": 1})] * 2]
        client = DnevnikClient(transport)
        assert [client.school("1").key, client.school("1").key] == ["1", "1"]
        assert tokens(route) == [OLD, ACCESS, ACCESS]
        assert transport.requests == 3


@pytest.mark.parametrize(
    "refusal", [httpx.Response(401), httpx.Response(500, text=DEAD_ENVELOPE, headers=XML), typed("tokenRequired", 403)]
)
def test_a_refused_write_was_not_done_and_is_made_once_more(refusal: httpx.Response) -> None:
    """HTTP 401 and a SOAP fault alike."""
    with respx.mock, speaking(renewed) as transport:
        route = respx.post(SERVICE)
        route.side_effect = [refusal, httpx.Response(200, text=DONE_ENVELOPE, headers=XML)]
        ImportService(transport, SERVICE, "0" * 8).delete_group("1" * 8)
        assert tokens(route) == [OLD, ACCESS]
        assert route.calls[0].request.content == route.calls[1].request.content


def test_a_write_whose_token_could_not_be_renewed_is_not_in_doubt() -> None:
    """It was refused: an outage of the desk leaves nothing to look at."""
    with respx.mock, speaking(out_of_order) as transport:
        route = respx.post(SERVICE).mock(httpx.Response(401))
        with pytest.raises(faults.Unavailable):
            ImportService(transport, SERVICE, "0" * 8).delete_group("1" * 8)
        assert route.call_count == 1


def test_missing_rights_are_not_renewed() -> None:
    """The token lives; another one of the same person may not do more."""
    with respx.mock, speaking(out_of_order) as transport:
        route = respx.get(f"{BASE}/schools/1").mock(typed("outOfScope", 403))
        with pytest.raises(faults.Forbidden):
            DnevnikClient(transport).school("1")
        assert tokens(route) == [OLD]


# --- a renewal beside another process ---------------------------------------------------------------------------------


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Holds a sign-in whose token is dead."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    one = Vault(tmp_path / "state", "diary", school_key="school", diary=BASE)
    one.write(KEPT)
    return one


KEPT = Kept(access=Secret(OLD), refresh=Secret(REFRESH), diary=BASE, obtained=datetime(2026, 9, 1, tzinfo=UTC))
LATER = FixedClock(datetime(2026, 9, 2, tzinfo=UTC))


def ours() -> Application:
    return Application(Secret(CLIENT), Secret(SECRET))


def test_a_new_pair_is_kept_before_it_is_used(vault: Vault) -> None:
    """The old refresh token may be dead by then; what the desk does not repeat stays."""
    with respx.mock:
        respx.post(DESK).mock(httpx.Response(200, json={"accessToken": ACCESS, "expiresIn": 3600}))
        assert Renewal(vault, ours, LATER)(Secret(OLD)).reveal() == ACCESS
    kept = vault.read()
    assert kept.access.reveal() == ACCESS
    assert kept.refresh is not None
    assert kept.refresh.reveal() == REFRESH
    assert (kept.obtained, kept.expires) == (LATER.now(), LATER.now() + timedelta(hours=1))


def test_a_renewal_asks_by_the_carrier_of_the_run(vault: Vault) -> None:
    """Its pauses are that carrier's: who sets the clock of a run's requests has that of the desk's too."""
    paused: list[float] = []
    with respx.mock:
        respx.post(DESK).side_effect = [httpx.Response(503), httpx.Response(200, json={"accessToken": ACCESS})]
        renew = Renewal(vault, ours, LATER, partial(Transport, sleep=paused.append))
        assert renew(Secret(OLD)).reveal() == ACCESS
    assert paused


def test_what_was_kept_meanwhile_is_used(vault: Vault) -> None:
    """Somebody signed in while a run was under way: the desk is not asked."""
    assert Renewal(vault, lambda: None, LATER)(Secret("another-dead-token")).reveal() == OLD


def test_a_refresh_token_spent_by_another_process_is_no_refusal(vault: Vault) -> None:
    """The pair that the other one got is used, where it is there."""

    def spent(_: httpx.Request) -> httpx.Response:
        vault.write(replace(KEPT, access=Secret(ACCESS)))
        return typed("invalidToken", 401)

    with respx.mock:
        respx.post(DESK).mock(side_effect=spent)
        assert Renewal(vault, ours, LATER)(Secret(OLD)).reveal() == ACCESS
        vault.write(KEPT)
        respx.post(DESK).mock(typed("invalidToken", 401))
        with pytest.raises(faults.Unauthorised):
            Renewal(vault, ours, LATER)(Secret(OLD))


@pytest.mark.parametrize("kept", [replace(KEPT, refresh=None), KEPT])
def test_without_a_refresh_token_or_an_application_a_person_signs_in(vault: Vault, kept: Kept) -> None:
    """A pasted token, and settings that name no application."""
    vault.write(kept)
    with pytest.raises(faults.Unauthorised):
        Renewal(vault, ours if kept.refresh is None else lambda: None, LATER)(Secret(OLD))


def test_a_refresh_token_is_not_spent_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """The error comes before the desk is asked."""
    nowhere = Vault(tmp_path / "gone", "diary", school_key="school", diary=BASE)
    with respx.mock, pytest.raises(SettingsError):
        Renewal(nowhere, ours, LATER).renewed(KEPT)
