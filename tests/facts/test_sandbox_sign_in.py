"""Signing in to the sandbox as behaviour.md §1-2 tells: every flow, scopes, and how tokens die."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sandbox_school import SmallSchool, Wire

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

BACK = "http://127.0.0.1:5999/back"
TOKEN = re.compile(r"[A-Za-z0-9]{32}")
SCOPE = "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"


class Clock:
    """The diary's own clock, moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 9, 14, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def goes_on(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Door:
    """A client of one running practice diary, registered with it, and a person before its login page."""

    def __init__(self, sandbox: RunningSandbox, clock: Clock) -> None:
        self.sandbox, self.clock = sandbox, clock
        self.wire = Wire(sandbox)
        self.school = SmallSchool(self.wire, weeks=1)
        self.control = SandboxControl(sandbox.root)
        self.info = self.control.info()
        self.http = httpx.Client(base_url=sandbox.root)
        self.client = {name: self.info[name] for name in ("client_id", "client_secret")}

    def close(self) -> None:
        for one in (self.wire.http, self.http):
            one.close()
        self.control.__exit__()

    def question(self, **changed: str) -> dict[str, str]:
        asked = {"response_type": "code", "client_id": self.info["client_id"], "scope": SCOPE}
        return {**asked, "redirect_uri": BACK, "state": "Ж b&c=1#", **changed}

    def allow(self, role: str = "admin", **changed: str) -> str:
        """Where the browser goes when the person signs in."""
        answer = self.http.post("/oauth2", data={**self.question(**changed), "role": role, "decision": "allow"})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def code(self, role: str = "admin", **changed: str) -> str:
        return parse_qs(urlsplit(self.allow(role, **changed)).query)["code"][0]

    def ask(self, prefix: str = "v2.0", **said: str) -> httpx.Response:
        return self.http.post(f"/{prefix}/authorizations", json={**self.client, **said})

    def pair(self, role: str = "admin", **changed: str) -> dict[str, Any]:
        answer = self.ask(grant_type="AuthorizationCode", code=self.code(role, **changed))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self, token: str, path: str = "users/me") -> httpx.Response:
        return self.http.get(f"/v2.0/{path}", headers={"Access-Token": token})

    def refusal(self, answer: httpx.Response) -> tuple[int, str]:
        assert set(answer.json()) == {"type", "description"}
        return answer.status_code, answer.json()["type"]


@pytest.fixture(scope="module")
def running() -> Iterator[Door]:
    clock = Clock()
    with RunningSandbox(world=World(7, clock)) as sandbox:
        door = Door(sandbox, clock)
        yield door
        door.close()


@pytest.fixture
def door(running: Door) -> Iterator[Door]:
    """Whatever a test did to tokens, the next one begins with those of the first day."""
    yield running
    running.sandbox.world.book = type(running.sandbox.world.book)(7)


# --- the code grant --------------------------------------------------------------------------------------------------


def test_the_login_page_is_a_plain_russian_form(door: Door) -> None:
    """It names who may sign in and every scope, keeps the question, escapes it, and has no script."""
    page = door.http.get("/oauth2", params=door.question(state='"><script>alert(1)</script>'))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    for words in ("Вход в учебный дневник", "Админов Сергей", "Учителева Анна", "Родителева Ольга", *SCOPE.split(",")):
        assert words in page.text
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert (kept["redirect_uri"], kept["client_id"]) == (BACK, door.info["client_id"])


def test_a_code_is_exchanged_for_a_pair_of_tokens(door: Door) -> None:
    """State comes back as it was; the answer is the wire's Authorization; the token is its user's."""
    back = urlsplit(door.allow("teacher"))
    asked = parse_qs(back.query)
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert asked["state"] == ["Ж b&c=1#"]
    answer = door.ask(grant_type="AuthorizationCode", code=asked["code"][0]).json()
    assert TOKEN.fullmatch(answer["accessToken"])
    assert TOKEN.fullmatch(answer["refreshToken"])
    assert (answer["expiresIn_str"], answer["user_str"]) == (str(answer["expiresIn"]), str(answer["user"]))
    assert answer["scope"] == SCOPE
    me = door.read(answer["accessToken"]).json()
    assert (me["id"], me["lastName"]) == (answer["user"], "Учителева")


def test_both_wire_forms_exchange_a_code(door: Door) -> None:
    """JSON with the client in the body, or form fields with HTTP Basic, under every prefix."""
    basic = (door.info["client_id"], door.info["client_secret"])
    for prefix in ("v1", "v2", "v2.0"):
        assert door.ask(prefix, grant_type="AuthorizationCode", code=door.code()).status_code == 200
        fields = {"grant_type": "AuthorizationCode", "code": door.code()}
        assert door.http.post(f"/{prefix}/authorizations", data=fields, auth=basic).status_code == 200


def test_a_code_works_once_for_a_minute_for_its_client_and_address(door: Door) -> None:
    """Used, late, another's, or with another redirect address: authorizationFailed."""
    grant = "AuthorizationCode"
    code = door.code()
    assert door.ask(grant_type=grant, code=code, redirect_uri=BACK).status_code == 200
    failed = (400, "authorizationFailed")
    assert door.refusal(door.ask(grant_type=grant, code=code)) == failed
    assert door.refusal(door.ask(grant_type=grant, code=door.code(), redirect_uri=BACK + "2")) == failed
    assert door.refusal(door.ask(grant_type=grant, code="x" * 32)) == failed
    late = door.code()
    door.clock.goes_on(seconds=61)
    assert door.refusal(door.ask(grant_type=grant, code=late)) == failed
    door.sandbox.world.book.register("b" * 32, "c" * 32)
    other = {"client_id": "b" * 32, "client_secret": "c" * 32}
    assert door.refusal(door.ask(grant_type=grant, code=door.code(), **other)) == failed


def test_a_person_may_refuse(door: Door) -> None:
    """error=access_denied with the state, and no code."""
    answer = door.http.post("/oauth2", data={**door.question(), "role": "admin", "decision": "deny"})
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"error": ["access_denied"], "state": ["Ж b&c=1#"]}


def test_nothing_is_sent_to_an_address_nobody_registered(door: Door) -> None:
    """An unknown client or an address off this machine is told to the person, not to the address."""
    addresses = ("https://evil.example/back", "http://127.0.0.1.evil.example/", "javascript:alert(1)", "http://[", "")
    for changed in ({"client_id": "a" * 32}, *({"redirect_uri": one} for one in addresses)):
        for verb in ("GET", "POST"):
            form = {**door.question(**changed), "role": "admin", "decision": "allow"}
            answer = door.http.request(verb, "/oauth2", **{"data" if verb == "POST" else "params": form})
            assert answer.status_code == 400
            assert '<div class="error__description"><p>' in answer.text
            assert "location" not in answer.headers


def test_a_question_that_cannot_be_answered_goes_back_with_its_error(door: Door) -> None:
    """An unknown response_type, or scopes nobody knows; an unknown login is asked for again."""
    for changed, error in (
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"scope": "Everything"}, "invalid_scope"),
    ):
        answer = door.http.get("/oauth2", params=door.question(**changed))
        assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]
    answer = door.http.post("/oauth2", data={**door.question(), "login": "nobody", "decision": "allow"})
    assert answer.status_code == 400
    assert "Такого логина нет" in answer.text


def test_anybody_with_an_account_signs_in_by_login(door: Door) -> None:
    """A pupil's login gives a pupil's rights: own data, no one else's."""
    pupil = door.wire.get("persons/search", lastName="Ученик7А0")[0]
    other = door.wire.get("persons/search", lastName="Ученик7А1")[0]
    login = f"user{door.wire.get(f'persons/{pupil}')['userId']}"
    answer = door.http.post("/oauth2", data={**door.question(), "login": login, "decision": "allow"})
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    token = door.ask(grant_type="AuthorizationCode", code=code).json()["accessToken"]
    assert door.read(token).json()["personId"] == pupil
    assert door.read(token, f"persons/{pupil}/edu-groups").status_code == 200
    assert door.refusal(door.read(token, f"persons/{other}/edu-groups")) == (403, "notOwner")


# --- refresh, implicit, by credentials -------------------------------------------------------------------------------


def test_a_refresh_token_gives_a_new_pair_once(door: Door) -> None:
    """Both tokens are new, user and scope stay; the old refresh token is dead; both wire forms work."""
    first = door.pair("teacher", scope="educationalinfo")
    second = door.ask(grant_type="RefreshToken", refreshToken=first["refreshToken"]).json()
    pairs = {one[name] for one in (first, second) for name in ("accessToken", "refreshToken")}
    assert len(pairs) == 4
    assert (second["user"], second["scope"]) == (first["user"], "EducationalInfo")
    assert door.read(second["accessToken"]).status_code == 200
    dead = door.ask(grant_type="RefreshToken", refreshToken=first["refreshToken"])
    assert door.refusal(dead) == (401, "invalidToken")
    fields = {"grant_type": "RefreshToken", "RefreshToken": second["refreshToken"]}
    basic = (door.info["client_id"], door.info["client_secret"])
    assert TOKEN.fullmatch(door.http.post("/v2/authorizations", data=fields, auth=basic).json()["accessToken"])


def test_tokens_are_given_to_no_other_client(door: Door) -> None:
    """A wrong secret, an unknown client, another client's refresh token; and what is no request at all."""
    refresh = door.pair()["refreshToken"]
    failed = (400, "authorizationFailed")
    for wrong in ({"client_secret": "0" * 32}, {"client_id": "0" * 32}, {"client_secret": ""}):
        assert door.refusal(door.ask(grant_type="RefreshToken", refreshToken=refresh, **wrong)) == failed
    door.sandbox.world.book.register("b" * 32, "c" * 32)
    other = {"client_id": "b" * 32, "client_secret": "c" * 32}
    assert door.refusal(door.ask(grant_type="RefreshToken", refreshToken=refresh, **other)) == failed
    assert door.refusal(door.ask(grant_type="NotSet")) == (400, "parameterInvalid")
    assert door.refusal(door.http.post("/v2/authorizations", content=b"[1]")) == (400, "invalidRequest")
    assert door.refusal(door.http.get("/v2/authorizations")) == (405, "methodNotSupported")
    assert door.ask(grant_type="RefreshToken", refreshToken=refresh).status_code == 200


def test_the_client_id_may_be_spelt_without_dashes(door: Door) -> None:
    """Hobby clients send the UUID as 32 hexadecimal digits."""
    plain = {name: value.replace("-", "") for name, value in door.client.items()}
    code = door.code(client_id=plain["client_id"])
    assert door.ask(grant_type="AuthorizationCode", code=code, **plain).status_code == 200


def test_an_implicit_token_comes_in_the_fragment_and_cannot_be_refreshed(door: Door) -> None:
    """Exactly `#access_token=<32>&state=`, as clients cut it; without an address, on the diary's own page."""
    back = door.allow(response_type="token", state="s1")
    assert re.fullmatch(re.escape(BACK) + r"#access_token=[A-Za-z0-9]{32}&state=s1", back)
    own = urlsplit(door.allow(response_type="token", redirect_uri="", state=""))
    assert parse_qs(own.query)["result"] == ["success"]
    token = own.fragment[13:-7]
    assert door.read(token).json()["roles"] == ["EduSchoolAdministrator"]
    assert "Вход выполнен" in door.http.get(f"{own.path}?{own.query}").text
    assert door.sandbox.world.book.grants[token].refresh == ""


@pytest.mark.parametrize("prefix", ["v1", "v2", "v2.0"])
def test_a_login_and_a_password_give_a_token(door: Door, prefix: str) -> None:
    """Old fine-grained scopes are understood; failure is the wire's own sentence."""
    said = {**door.client, "username": "teacher", "password": door.info["password"], "scope": "Schools,marks,FullName"}
    answer = door.http.post(f"/{prefix}/authorizations/bycredentials", json=said).json()
    assert answer["refreshToken"] is None
    assert answer["scope"] == "CommonInfo,EducationalInfo"
    assert door.read(answer["accessToken"]).json()["lastName"] == "Учителева"
    for wrong in ({"password": "x"}, {"username": "nobody"}, {"client_secret": "x"}):
        refused = door.http.post(f"/{prefix}/authorizations/bycredentials", json={**said, **wrong})
        assert refused.json() == {"type": "authorizationFailed", "description": "Can't authorize"}


# --- scopes ----------------------------------------------------------------------------------------------------------


def test_a_token_opens_only_what_its_scopes_cover(door: Door) -> None:
    """Educational reads want EducationalInfo, relatives FriendsAndRelatives, the context all three."""
    school = door.info["school_id"]
    wants = {
        f"schools/{school}/edu-groups": {"EducationalInfo"},
        "users/me/schools": {"EducationalInfo"},
        f"edu-groups/{door.school.groups['7А']}/lessons/2026-09-07/2026-09-13": {"EducationalInfo"},
        "users/me/relatives": {"FriendsAndRelatives"},
        "users/me/context": {"CommonInfo", "FriendsAndRelatives", "EducationalInfo"},
        "users/me/roles": {"CommonInfo"},
        f"schools/{school}": set(),
        "lesson-log-entries/statuses": set(),
        "users/me": set(),
    }
    for scope in (*SCOPE.split(","), SCOPE):
        token = door.control.issue_token("admin", scope)["accessToken"]
        for path, needs in wants.items():
            answer = door.read(token, path)
            if needs <= set(scope.split(",")):
                assert answer.status_code == 200, (scope, path)
            else:
                assert door.refusal(answer) == (403, "outOfScope"), (scope, path)


def test_what_users_me_shows_depends_on_the_scopes(door: Door) -> None:
    """Names by CommonInfo, a telephone by ContactInfo, ids always; without any scope asked CommonInfo is given."""
    shown = {
        scope: door.control.issue_token("parent", scope) for scope in ("", "ContactInfo", "EducationalInfo", SCOPE)
    }
    keys = {scope: set(door.read(issued["accessToken"]).json()) for scope, issued in shown.items()}
    ids = {"id", "id_str", "personId", "personId_str"}
    assert keys["EducationalInfo"] == ids
    assert keys["ContactInfo"] == {*ids, "phone"}
    assert "phone" not in keys[""]
    assert {"lastName", "phone"} <= keys[SCOPE]
    assert shown[""]["scope"] == "CommonInfo"


# --- how tokens are sent, and how they die ---------------------------------------------------------------------------


def test_a_token_is_sent_by_header_or_query_and_not_as_bearer_alone(door: Door) -> None:
    """`Authorization: Bearer` works beside `Access-Token`; that it works alone is unproven, so it does not."""
    token = door.pair()["accessToken"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert door.http.get("/v2/users/me", params={"access_token": token}).status_code == 200
    assert door.http.get("/v2/users/me", headers={**bearer, "ACCESS-TOKEN": token}).status_code == 200
    assert door.refusal(door.http.get("/v2/users/me", headers=bearer)) == (401, "tokenRequired")


def test_a_token_ends_with_its_time_and_its_refresh_token_does_not(door: Door) -> None:
    """`expiresIn` seconds after it was issued it is invalid; a new pair is still to be had."""
    door.control.token_life(90)
    pair = door.pair()
    assert pair["expiresIn"] == 90
    door.clock.goes_on(seconds=89)
    assert door.read(pair["accessToken"]).status_code == 200
    door.clock.goes_on(seconds=1)
    assert door.refusal(door.read(pair["accessToken"])) == (401, "invalidToken")
    renewed = door.ask(grant_type="RefreshToken", refreshToken=pair["refreshToken"]).json()
    assert door.read(renewed["accessToken"]).status_code == 200


def test_a_token_is_killed_at_once_or_after_some_requests(door: Door) -> None:
    """By its value or its refresh token's, alone or together with the refresh token."""
    pair, other = door.pair(), door.pair()
    assert door.control.kill_token(pair["accessToken"], after=2) == 1
    statuses = [door.read(pair["accessToken"]).status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 401]
    renewed = door.ask(grant_type="RefreshToken", refreshToken=pair["refreshToken"]).json()
    assert door.read(renewed["accessToken"]).status_code == 200
    assert door.control.kill_token(renewed["refreshToken"], refresh_too=True) == 1
    assert door.refusal(door.read(renewed["accessToken"])) == (401, "invalidToken")
    dead = door.ask(grant_type="RefreshToken", refreshToken=renewed["refreshToken"])
    assert door.refusal(dead) == (401, "invalidToken")
    assert door.read(other["accessToken"]).status_code == 200


def test_all_tokens_die_together_by_either_door(door: Door) -> None:
    """A ready token by its role; `all` leaves none alive, and the import service knows it too."""
    assert door.control.kill_token("teacher") == 1
    tokens = door.info["tokens"]
    assert door.read(tokens["teacher"]).status_code == 401
    assert door.read(tokens["admin"]).status_code == 200
    door.pair()
    assert door.control.kill_token("all") == 4
    assert door.read(tokens["admin"]).status_code == 401
    assert door.wire.refused("getSubjectCollection") == "invalidToken"
    assert door.http.post("/_sandbox/token/kill", json={}).status_code == 400


def test_the_import_service_takes_an_administrator_who_signed_in(door: Door) -> None:
    """A token of the code grant is as good as the ready one; a teacher's is not."""
    known = {role: {"Access-Token": door.pair(role)["accessToken"]} for role in ("admin", "teacher")}
    inner = "<schoolGuid>no</schoolGuid>"
    answers = {role: door.wire.soap("getSubjectCollection", inner, header)[1] for role, header in known.items()}
    assert answers["admin"].startswith("foreignSchool")
    assert answers["teacher"].startswith("invalidToken")


def test_equal_seeds_give_equal_tokens_and_reset_forgets_the_issued_ones() -> None:
    """The registered client, the ready tokens and every issued one come from the seed."""
    told = []
    for seed in (7, 7, 8):
        with RunningSandbox(seed) as sandbox, SandboxControl(sandbox.root) as control:
            issued = control.issue_token("admin", SCOPE)
            header = {"Access-Token": issued["accessToken"]}
            assert httpx.get(f"{sandbox.base_url}/users/me", headers=header).status_code == 200
            httpx.post(f"{sandbox.root}/_sandbox/reset", json={})
            assert httpx.get(f"{sandbox.base_url}/users/me", headers=header).status_code == 401
            info = control.info()
            told.append((info["client_id"], info["client_secret"], info["tokens"], issued["accessToken"]))
    assert told[0] == told[1]
    assert not {str(one) for one in told[0]} & {str(one) for one in told[2]}
