"""One sign-in for all threads of a run, the vault that keeps it, and the answer a browser brings."""

from __future__ import annotations

import base64
import os
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from connectors import faults
from connectors.transport.answer import Answer
from connectors.transport.errors import refuses_token
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway import settings
from gateway.auth.loopback import listening
from gateway.auth.values import Kept
from gateway.auth.vault import Vault
from gateway.errors import SettingsError, SignInNeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DEAD, LIVING, REFRESH = "canarydead00000000000000000000ab", "canaryliving000000000000000000cd", "canary-refresh-ef"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
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


# --- the vault --------------------------------------------------------------------------------------------------------

KEPT = Kept(
    access=Secret(LIVING),
    refresh=Secret(REFRESH),
    diary="http://127.0.0.1:9/v2.0",
    obtained=NOW,
    expires=NOW + timedelta(days=30),
    scopes=("CommonInfo",),
    user="9007199254740993",
)


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return tmp_path / "config" / "sverka" / "key"


def vault(tmp_path: Path, *, name: str = "diary", school: str = "school", diary: str = KEPT.diary) -> Vault:
    return Vault(tmp_path / "state", name, school_key=school, diary=diary)


def shown(kept: Kept) -> tuple[Any, ...]:
    bare = replace(kept, access=Secret(""), refresh=None)
    plain = (bare.diary, bare.obtained, bare.expires, bare.scopes, bare.user)
    return (kept.access.reveal(), kept.refresh and kept.refresh.reveal(), *plain)


def test_what_is_kept_comes_back_and_stands_nowhere_in_the_file(tmp_path: Path, own_keys: Path) -> None:
    """Both files are for their owner only, and no token can be read from the folder."""
    vault(tmp_path).write(KEPT)
    assert shown(vault(tmp_path).read()) == shown(KEPT)
    [place] = (tmp_path / "state").iterdir()
    raw = place.read_bytes()
    assert not any(word.encode() in raw for word in (LIVING, REFRESH, KEPT.user, "CommonInfo"))
    assert [path.stat().st_mode & 0o777 for path in (place, own_keys)] == [0o600, 0o600]
    assert LIVING not in repr(KEPT) + str(KEPT)


def test_equal_sign_ins_are_not_equal_files(tmp_path: Path) -> None:
    """A nonce is never used twice."""
    place = tmp_path / "state" / "diary.sign-in"
    vault(tmp_path).write(KEPT)
    first = place.read_bytes()
    vault(tmp_path).write(KEPT)
    assert place.read_bytes() != first


@pytest.mark.parametrize("changed", [{"school": "another"}, {"name": "another"}])
def test_a_file_opens_only_where_it_belongs(tmp_path: Path, changed: dict[str, str]) -> None:
    """Carried to another school or under another name it is refused."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    place.rename(place.with_name(f"{changed.get('name', 'diary')}.sign-in"))
    with pytest.raises(SettingsError) as caught:
        vault(tmp_path, **changed).read()
    assert LIVING not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("damage", [b"", b"sverka sign-in 1\n", b"x" * 200])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    """Sign in anew."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    place.write_bytes(damage)
    with pytest.raises(SettingsError) as caught:
        vault(tmp_path).read()
    assert "sverka auth login" in caught.value.next_step


def test_a_token_goes_to_its_own_diary_only(tmp_path: Path) -> None:
    """When the address in the settings changes, a person signs in there."""
    vault(tmp_path).write(KEPT)
    with pytest.raises(SignInNeeded):
        vault(tmp_path, diary="https://elsewhere.example/v2.0").read()


def test_files_that_others_can_open_are_refused(tmp_path: Path, own_keys: Path) -> None:
    """The token's and the key's alike, and the advice is the command that closes them."""
    vault(tmp_path).write(KEPT)
    for place in (tmp_path / "state" / "diary.sign-in", own_keys):
        place.chmod(0o640)
        with pytest.raises(SettingsError) as caught:
            vault(tmp_path).read()
        assert caught.value.next_step == f"chmod 600 '{place}'"
        place.chmod(0o600)
    assert vault(tmp_path).read()


def test_without_the_key_nothing_opens(tmp_path: Path, own_keys: Path) -> None:
    """A copy of the school's folder alone is worth nothing; a wrong key is told from a lost one."""
    vault(tmp_path).write(KEPT)
    own_keys.write_bytes(base64.b64encode(os.urandom(32)))
    with pytest.raises(SettingsError, match="не открывается ключом"):
        vault(tmp_path).read()
    for damage in (b"", b"%%%", base64.b64encode(b"short")):
        own_keys.write_bytes(damage)
        with pytest.raises(SettingsError, match="не читается"):
            vault(tmp_path).read()
    own_keys.unlink()
    with pytest.raises(SettingsError, match="не читается"):
        vault(tmp_path).read()


def test_a_credential_of_the_service_is_the_key(
    tmp_path: Path, own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`$CREDENTIALS_DIRECTORY/sverka-key` comes first, whatever its mode; without it the user's own key counts."""
    vault(tmp_path).write(KEPT)
    given = tmp_path / "credentials"
    given.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert vault(tmp_path).read()
    own_keys.rename(given / "sverka-key")
    (given / "sverka-key").chmod(0o440)
    assert shown(vault(tmp_path).read()) == shown(KEPT)
    assert not own_keys.exists()


def test_a_write_is_whole_or_was_not(tmp_path: Path) -> None:
    """Where the file cannot be replaced, what was kept before stays and no pieces lie about."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    before = place.read_bytes()
    place.unlink()
    place.mkdir()
    with pytest.raises(SettingsError):
        vault(tmp_path).write(KEPT)
    assert list((tmp_path / "state").iterdir()) == [place]
    place.rmdir()
    place.touch(0o600)
    place.write_bytes(before)
    assert vault(tmp_path).read()


def test_forgotten_is_gone(tmp_path: Path) -> None:
    """After that a person must sign in."""
    vault(tmp_path).write(KEPT)
    assert (vault(tmp_path).forget(), vault(tmp_path).forget()) == (True, False)
    with pytest.raises(SignInNeeded) as caught:
        vault(tmp_path).read()
    assert caught.value.next_step == "sverka auth login"


@pytest.mark.parametrize(
    ("kept", "soon"),
    [
        (KEPT, False),
        (replace(KEPT, refresh=None), False),
        (replace(KEPT, refresh=None, expires=NOW + timedelta(days=2)), True),
        (replace(KEPT, refresh=None, expires=NOW - timedelta(days=2)), True),
        (replace(KEPT, refresh=None, expires=None), False),
        (replace(KEPT, expires=NOW), False),
    ],
)
def test_only_what_cannot_renew_itself_ends_soon(kept: Kept, soon: bool) -> None:
    """Three days before its end somebody is told."""
    assert kept.ends_soon(NOW) is soon


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["env:T", "file:/t", "cred:t", "store:diary"])
def test_a_token_is_named_by_a_reference(reference: str) -> None:
    """Four kinds; only the kept one renews itself."""
    section = settings.DiarySection(base_url="http://127.0.0.1/v2.0", token=reference, school_id="1")
    assert section.token == reference


@pytest.mark.parametrize("reference", [LIVING, "store:", "store:../key", "store:Diary", "keys:x"])
def test_a_token_itself_is_no_reference(reference: str) -> None:
    """Nor is a name that leads out of the folder."""
    with pytest.raises(ValueError, match="store:"):
        settings.DiarySection(base_url="http://127.0.0.1/v2.0", token=reference, school_id="1")


def test_the_application_is_not_kept_in_the_store() -> None:
    """What the store needs to renew itself cannot come from it."""
    with pytest.raises(ValueError, match="env:"):
        settings.SignInSection(client_id="store:x", client_secret="env:X")


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
