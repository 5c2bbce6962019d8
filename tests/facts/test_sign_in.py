"""One sign-in for all threads of a run, and the answer a browser brings."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from connectors import faults
from connectors.transport.answer import Answer
from connectors.transport.errors import refuses_token
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway.auth.loopback import listening
from gateway.errors import SettingsError, SignInNeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEAD, LIVING = "canarydead00000000000000000000ab", "canaryliving000000000000000000cd"
THREADS = 8


def answer(status: int = 200, body: str = "{}", kind: str = "application/json") -> Answer:
    return Answer(status=status, content_type=kind, body=body.encode())


def service(*living: str) -> Callable[[Mapping[str, str]], Answer]:
    """A service that accepts only these tokens."""
    return lambda headers: answer(200 if headers.get("Access-Token") in living else 401, "")


# --- one renewal for all threads --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "dead"),
    [
        (answer(401, ""), True),
        (answer(400, '{"type":"invalidToken","description":"x"}'), True),
        (answer(200, '{"type":"AuthorizationTokenRequired","description":"x"}'), True),
        (answer(500, "<soap:Fault><faultstring>invalidToken: dead</faultstring></soap:Fault>", "text/xml"), True),
        (answer(500, '<f><faultstring xml:lang="en">\n tokenRequired: x</faultstring></f>', "text/xml"), True),
        (answer(401, '{"type":"outOfScope","description":"x"}'), False),
        (answer(403, '{"type":"notOwner","description":"x"}'), False),
        (answer(403, "<html>", "text/html"), False),
        (answer(500, "<f><faultstring>invalidParameter: invalidToken</faultstring></f>", "text/xml"), False),
        (answer(200, "<faultstring>invalidToken: a topic of a lesson</faultstring>", "text/xml"), False),
    ],
)
def test_a_dead_token_is_told_from_a_missing_right(given: Answer, dead: bool) -> None:
    """Only a dead or missing token is renewed; rights do not grow by that."""
    assert refuses_token(given) is dead


def test_the_first_thread_renews_and_the_others_use_it() -> None:
    """Eight threads meet the refusal together: one renewal, and every request is answered with the new token."""
    renewals, met = [], threading.Barrier(THREADS)

    def exchange(headers: Mapping[str, str]) -> Answer:
        if headers["Access-Token"] == DEAD:
            met.wait(5)
            return answer(401)
        return answer()

    def renew(dead: Secret) -> Secret:
        renewals.append(dead.reveal())
        return Secret(LIVING)

    shared = SignIn(Secret(DEAD), renew)
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: shared.carry(exchange), range(THREADS)))
    assert [one.status for one in answers] == [200] * THREADS
    assert renewals == [DEAD]


def test_a_token_without_a_renewal_is_refused_at_once() -> None:
    """The answer of the service comes through, asked once."""
    asked: list[Any] = []

    def exchange(headers: Mapping[str, str]) -> Answer:
        asked.append(headers)
        return answer(401)

    assert SignIn(Secret(DEAD)).carry(exchange).status == 401
    assert SignIn(None).carry(exchange).status == 401
    assert asked == [{"Access-Token": DEAD}, {}]


def test_a_refused_renewal_is_not_repeated() -> None:
    """Every later request of the run gets the same answer without asking the desk again."""
    asked = []

    def renew(dead: Secret) -> Secret:
        asked.append(dead)
        raise faults.Unauthorised("HTTP 400", "authorizations")

    shared = SignIn(Secret(DEAD), renew)
    for _ in range(3):
        with pytest.raises(faults.Unauthorised):
            shared.carry(service())
    assert len(asked) == 1


def test_an_outage_of_the_desk_leaves_the_way_open() -> None:
    """The next request tries again: nothing has been decided."""
    answers: list[Any] = [faults.Unavailable("HTTP 503"), Secret(LIVING)]

    def renew(_: Secret) -> Secret:
        came = answers.pop(0)
        if isinstance(came, faults.Fault):
            raise came
        assert isinstance(came, Secret)
        return came

    shared = SignIn(Secret(DEAD), renew)
    with pytest.raises(faults.Unavailable):
        shared.carry(service(LIVING))
    assert shared.carry(service(LIVING)).status == 200


def test_an_outage_of_the_desk_is_met_once_by_all_who_wait() -> None:
    """Eight threads do not wait for it one after another."""
    renewals, met = [], threading.Barrier(THREADS)

    def exchange(_: Mapping[str, str]) -> Answer:
        met.wait(5)
        return answer(401)

    def renew(dead: Secret) -> Secret:
        renewals.append(dead)
        time.sleep(0.2)  # until the others wait as well
        raise faults.Unavailable("HTTP 503", "authorizations")

    shared = SignIn(Secret(DEAD), renew)
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [pool.submit(shared.carry, exchange) for _ in range(THREADS)]
        assert [type(one.exception(5)) for one in answers] == [faults.Unavailable] * THREADS
    assert len(renewals) == 1


def test_a_new_token_that_never_works_is_not_renewed() -> None:
    """Otherwise a service that refuses everybody would be asked for tokens without an end."""
    renewals = []

    def renew(dead: Secret) -> Secret:
        renewals.append(dead)
        return Secret(f"{len(renewals)}" * 32)

    shared = SignIn(Secret(DEAD), renew)
    assert [shared.carry(service()).status for _ in range(5)] == [401] * 5
    assert len(renewals) == 1


def test_each_death_of_a_working_token_has_its_renewal() -> None:
    """A long run outlives several tokens."""
    tokens = [str(number) * 32 for number in range(1, 5)]
    left = list(tokens)
    shared = SignIn(Secret(DEAD), lambda _: Secret(left.pop(0)))
    assert [shared.carry(service(token)).status for token in tokens] == [200] * 4


# --- the browser comes back -------------------------------------------------------------------------------------------


def test_the_browser_brings_a_code_once() -> None:
    """Only who brings our state is believed; strangers and lost requests do not end the waiting."""
    with listening(0, "our-state") as loopback:
        for path, status in (("favicon.ico", 404), ("", 404), ("?code=evil&state=other", 400), ("?code=evil", 400)):
            assert httpx.get(loopback.redirect_uri + path).status_code == status
        page = httpx.get(f"{loopback.redirect_uri}?code=canary-code&state=our-state")
        assert loopback.code(1).reveal() == "canary-code"
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Можно закрыть окно" in page.text
    assert "canary-code" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    with pytest.raises(httpx.ConnectError):
        httpx.get(loopback.redirect_uri)


def test_a_refusal_in_the_browser_is_told_at_once() -> None:
    """The page says so too."""
    with listening(0, "s") as loopback:
        page = httpx.get(f"{loopback.redirect_uri}?error=access_denied&state=s")
        with pytest.raises(SignInNeeded, match="не разрешил"):
            loopback.code(1)
    assert "не разрешил" in page.text


def test_nobody_comes() -> None:
    """The waiting has an end, and the next step is the same command."""
    with listening(0, "s") as loopback, pytest.raises(SignInNeeded) as caught:
        loopback.code(0.01)
    assert "sverka auth login" in caught.value.next_step


def test_a_taken_port_is_told() -> None:
    """The settings may name one, and somebody may sit on it."""
    with listening(0, "s") as loopback:
        port = int(loopback.redirect_uri.rsplit(":", 1)[1].rstrip("/"))
        with pytest.raises(SettingsError, match=str(port)), listening(port, "s"):
            pass


def test_nothing_of_the_answer_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    """The line of the request holds the code."""
    with listening(0, "s") as loopback:
        httpx.get(f"{loopback.redirect_uri}?code=canary-code&state=s")
        assert "canary" not in repr(loopback.code(1))
    told = capfd.readouterr()
    assert "canary" not in told.out + told.err
