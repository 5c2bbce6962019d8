"""Trouble on demand: each kind does to a request what it says, storms are equal for equal seeds, people put right."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sandbox_school import MONDAY, SCHOOL, SmallSchool, Wire, guid

from connectors.sandbox import weather
from connectors.sandbox.climate import climate
from connectors.sandbox.dialects import SWITCHES
from connectors.sandbox.disturbances import DISTURBANCES
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.storms import WINDOWS, schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBJECT = {"schoolGuid": SCHOOL, "name": "Алгебра", "nameFull": "", "knowledgeArea": "Mathematics"}


@pytest.fixture(scope="module")
def running() -> Iterator[Wire]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as opened:
        yield opened


@pytest.fixture
def wire(running: Wire) -> Wire:
    """The sandbox on its first day, with a school and fair weather."""
    running.control("weather/fair", {})
    running.control("reset", {})
    running.control("school", {"key": "demo", "name": "Школа", "guid": SCHOOL})
    return running


def forecast(wire: Wire, kind: str, match: str = "", **more: Any) -> None:
    wire.control("weather", {"kind": kind, "match": match, **more})


def subjects(wire: Wire) -> int:
    return len(wire.get(f"schools/{wire.control('info')['school_id']}/subjects"))


# --- what the client sees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("throttle", 429, "requestLimit"),
        ("throttle-433", 433, "apiRequestLimit"),
        ("dead-token", 401, "invalidToken"),
        ("vanished", 404, "resourceUnavailable"),
        ("error", 500, "apiServerError"),
    ],
)
def test_a_refusal_is_the_wires_error(wire: Wire, kind: str, status: int, body: str) -> None:
    """{type, description} with the status, once; then fair weather."""
    forecast(wire, kind)
    assert wire.error("users/me") == (status, body)
    assert wire.http.get("/v2.0/users/me").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("maintenance", 503), ("closed", 405), ("bad-gateway", 502), ("page", 200)]
)
def test_a_page_stands_where_json_should(wire: Wire, kind: str, status: int) -> None:
    """A proxy's or a maintenance page: HTML, whatever was asked."""
    forecast(wire, kind)
    answer = wire.http.get("/v2.0/users/me")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, "text/html")


@pytest.mark.parametrize("kind", weather.REFUSING)
def test_a_refused_write_is_not_done(wire: Wire, kind: str) -> None:
    """Neither now nor later."""
    forecast(wire, kind, "insertSubject")
    wire.http.post("/ImportService.asmx", headers={"SOAPAction": '"http://dnevnik.mos.ru/insertSubject"'})
    assert (subjects(wire), wire.control("weather")) == (0, {"troubles": 0, "pending": 0})


def test_an_empty_answer_is_200_and_nothing(wire: Wire) -> None:
    """No body at all, and no 204 that would say so."""
    forecast(wire, "empty")
    answer = wire.http.get("/v2.0/users/me")
    assert (answer.status_code, answer.content) == (200, b"")


def test_cut_json_looks_whole_to_http(wire: Wire) -> None:
    """200, half the body, and a content-length that agrees with the half."""
    whole = wire.http.get("/v2.0/users/me").content
    forecast(wire, "cut")
    half = wire.http.get("/v2.0/users/me")
    assert (half.status_code, half.content) == (200, whole[: len(whole) // 2])
    assert int(half.headers["content-length"]) == len(half.content)


@pytest.mark.parametrize(("kind", "done"), [("dropped", 0), ("lost", 1), ("reset", 1)])
def test_a_broken_connection_may_or_may_not_have_done_the_write(wire: Wire, kind: str, done: int) -> None:
    """The client sees the same break in the middle of a body."""
    forecast(wire, kind, "insertSubject")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        wire.soap("insertSubject", **SUBJECT)
    assert subjects(wire) == done


@pytest.mark.parametrize(("kind", "before"), [("slow", 0), ("late", 1), ("stalled", 1)])
def test_a_pause_longer_than_the_clients_patience(wire: Wire, kind: str, before: int) -> None:
    """The client leaves; the write is there in the end, before its leaving or after."""
    forecast(wire, kind, "insertSubject", seconds=0.4)
    wire.http.timeout = 0.15
    with pytest.raises(httpx.ReadTimeout):
        wire.soap("insertSubject", **SUBJECT)
    wire.http.timeout = 5
    assert subjects(wire) == before
    time.sleep(0.5)
    assert subjects(wire) == 1


@pytest.mark.parametrize("kind", ["late-apply", "late-silent"])
def test_a_late_write_answers_an_error_and_takes_effect_later(wire: Wire, kind: str) -> None:
    """A 502 page, or nothing at all; until it lands it is pending."""
    forecast(wire, kind, "insertSubject", seconds=0.2)
    body, action = {"content": b"x"}, {"SOAPAction": '"http://dnevnik.mos.ru/insertSubject"'}
    if kind == "late-apply":
        assert wire.http.post("/ImportService.asmx", headers=action, **body).status_code == 502
        forecast(wire, kind, "insertSubject", seconds=0.2)
    with pytest.raises((AssertionError, httpx.RemoteProtocolError, httpx.ReadError)):
        wire.soap("insertSubject", **SUBJECT)
    assert (subjects(wire), wire.control("weather")["pending"] > 0) == (0, True)
    time.sleep(0.3)
    assert (subjects(wire), wire.control("weather")["pending"]) == (1, 0)


def test_a_list_comes_with_rows_twice(wire: Wire) -> None:
    """Duplicate lessons can occur in schedules (behaviour.md §4): equal ids, equal rows."""
    school = SmallSchool(wire, weeks=1)
    path = f"edu-groups/{school.groups['7А']}/lessons/2026-09-01/2026-09-12"
    whole = wire.get(path)
    forecast(wire, "twice", "lessons")
    assert wire.get(path) == [*whole, *whole[: (len(whole) + 1) // 2]]


def test_the_clock_of_the_diary_may_be_wrong(wire: Wire) -> None:
    """`Date` and `now` move by hours, together."""

    def shown() -> float:
        return parsedate_to_datetime(wire.http.get("/v2.0/users/me").headers["Date"]).timestamp()

    assert abs(shown() - time.time()) < 60
    wire.control("disturb", {"kind": "clock-skew"})
    assert abs(shown() - time.time()) > 3600
    wire.control("reset", {})
    assert abs(shown() - time.time()) < 60


def test_numbers_of_persons_may_be_wide_too(wire: Wire) -> None:
    """Above 2^53 and next to each other, so that a client that takes them for doubles mixes people up."""
    wire.control("ids/wide", {})
    school = SmallSchool(wire, weeks=0)
    members = wire.get(f"edu-groups/{school.groups['7А']}/persons")
    numbers = {one["id"] for one in members}
    assert min(numbers) > 2**53
    assert len({float(number) for number in numbers}) < len(numbers) == 8


# --- storms -----------------------------------------------------------------------------------------------------------


def test_equal_seeds_give_equal_schedules() -> None:
    """Whatever came before; another seed is another storm, and every kind falls in some of a few hundred."""
    storms = {seed: schedule(seed) for seed in range(300)}
    assert {seed: schedule(seed) for seed in reversed(range(300))} == storms
    assert len(set(storms.values())) == 300
    kinds = {bolt.kind for storm in storms.values() for bolt in storm}
    assert kinds == {*weather.KINDS, *DISTURBANCES, *WINDOWS} - {"group-deleted"}


def test_a_storm_falls_by_the_number_of_the_request(wire: Wire) -> None:
    """What fell is told with the request it met; control calls are not counted; fair weather ends it."""
    seed = next(seed for seed in range(100) if not climate(seed).quota)
    expected = [bolt.at for bolt in schedule(seed, length=20, bolts=5, seconds=0.0)]
    wire.control("storm", {"seed": seed, "length": 20, "bolts": 5, "seconds": 0, "window": 0})
    for _ in range(max(expected) + 1):
        try:
            wire.http.get("/v2.0/users/me")
        except httpx.TransportError:
            continue
    told = wire.control("storm")
    assert ([one["at"] for one in told["fallen"]], told["ahead"]) == (expected, [])
    assert {one["request"] for one in told["fallen"]} == {"/v2.0/users/me"}
    wire.control("storm", {"seed": 3, "length": 1, "bolts": 1})
    wire.control("weather/fair", {})
    assert wire.http.get("/v2.0/users/me").status_code == 200


def test_a_storm_has_a_climate_of_its_own_seed() -> None:
    """Equal for equal seeds; every switch is turned in some, and no diary is without both twins and exact numbers."""
    climates = [climate(seed) for seed in range(300)]
    assert [climate(seed) for seed in range(300)] == climates
    assert {name for one in climates for name in one.dialect} == set(SWITCHES)
    assert not [one for one in climates if {"numbers", "twins"} <= one.dialect.keys()]
    quotas = [one.quota for one in climates if one.quota]
    assert {(one["status"], one["retry_after"] is None) for one in quotas} == {
        (status, silent) for status in (429, 433) for silent in (True, False)
    }
    assert {one.wide for one in climates} == {True, False}


def test_a_climate_holds_as_long_as_its_storm(wire: Wire) -> None:
    """The quota, the dialect: they pass with the last request of the storm, or when it is called off."""
    seed = next(n for n in range(1000) if climate(n).quota.get("rate") == 13 and "names" in climate(n).dialect)
    wanted = climate(seed).plain()
    storm = {"seed": seed, "length": 3, "bolts": 0, "seconds": 0, "window": 0}
    usual = wire.control("dialect", {})
    assert wire.control("storm", storm)["climate"] == wanted
    assert (wire.control("dialect", {}), wire.http.get("/_sandbox/quota").json()["rate"]) == (
        {**usual, **wanted["dialect"]},
        13,
    )
    wire.control("weather/fair", {})
    assert (wire.control("dialect", {}), wire.http.get("/_sandbox/quota").json()["rate"]) == (usual, None)
    wire.control("storm", storm)
    for _ in range(4 + 14):  # an outage may follow the last bolt
        wire.http.get("/v2.0/users/me")
    assert (wire.control("dialect", {}), wire.http.get("/_sandbox/quota").json()["rate"]) == (usual, None)


def test_a_window_is_open_by_the_clock(wire: Wire) -> None:
    """However often it is asked: 503 until the time is over, then fair weather by itself."""
    wire.control("weather", {"kind": "maintenance", "lasts": 0.3})
    assert wire.control("weather")["troubles"] == 1
    assert {wire.http.get("/v2.0/users/me").status_code for _ in range(20)} == {503}
    time.sleep(0.35)
    assert wire.http.get("/v2.0/users/me").status_code == 200
    assert wire.control("weather")["troubles"] == 0


@pytest.mark.parametrize("kind", ["token-dies", "token-revoked"])
def test_a_sign_in_dies_and_the_ready_tokens_live(wire: Wire, kind: str) -> None:
    """A new pair can be had by the refresh token, or by a new sign-in only."""
    pair = wire.control("token/issue", {"login": "admin", "scope": "CommonInfo"})
    wire.control("disturb", {"kind": kind})
    dead = wire.http.get("/v2.0/users/me", headers={"Access-Token": pair["accessToken"]})
    assert (dead.status_code, wire.http.get("/v2.0/users/me").status_code) == (401, 200)
    told = wire.control("info")
    client = {"client_id": told["client_id"], "client_secret": told["client_secret"]}
    asked = {**client, "grant_type": "RefreshToken", "refreshToken": pair["refreshToken"]}
    status = wire.http.post("/v2.0/authorizations", json=asked).status_code
    assert status == (200 if kind == "token-dies" else 401)


def test_lessons_of_a_schedule_come_twice(wire: Wire) -> None:
    """The very place where duplicates were seen (behaviour.md §4), in both shapes of a schedule."""
    school = SmallSchool(wire, weeks=1)
    group = school.groups["7А"]
    pupil = wire.get(f"edu-groups/{group}/persons")[0]["id"]
    path = f"persons/{pupil}/groups/{group}/schedules"
    days = {"startDate": "2026-09-01", "endDate": "2026-09-07"}
    whole = wire.get(path, **days)["days"]
    assert any(day["lessons"] for day in whole)
    forecast(wire, "twice", "schedules", times=2)
    twice = wire.get(path, **days)["days"]
    wire.control("dialect", {"schedules": "list"})
    assert wire.get(path, **days) == twice
    for day, doubled in zip(whole, twice, strict=True):
        rows = day["lessons"]
        assert doubled == {**day, "lessons": [*rows, *rows[: (len(rows) + 1) // 2]]}


@pytest.mark.parametrize("kind", ["teacher-edits", "form-renamed"])
def test_people_put_right_what_they_did_wrong(wire: Wire, kind: str) -> None:
    """The content differs meanwhile, and is what it was when the storm is over."""
    SmallSchool(wire, weeks=1)
    wire.control("teachers/play", {"from": "2026-09-01", "to": "2026-09-12"})
    before = wire.control("state-digest")
    seed = next(
        seed
        for seed in range(10**5)
        if [bolt.kind for bolt in schedule(seed, length=1, bolts=1)] == [kind] and not climate(seed).quota
    )
    wire.control("storm", {"seed": seed, "length": 1, "bolts": 1})
    wire.http.get("/v2.0/users/me")
    assert wire.control("state-digest") != before
    wire.control("weather/fair", {})
    assert wire.control("state-digest") == before


def test_a_deleted_group_is_gone_for_good(wire: Wire) -> None:
    """Only one without marks is taken; its number is unknown from then on."""
    school = SmallSchool(wire, weeks=1)
    wire.control("disturb", {"kind": "group-deleted"})
    seen = {key: wire.http.get(f"/v2.0/edu-groups/{one}").status_code for key, one in school.groups.items()}
    assert 404 in seen.values()


# --- what the diary counts --------------------------------------------------------------------------------------------


def test_the_same_write_sent_before_the_first_has_landed_is_an_overlap(wire: Wire) -> None:
    """Afterwards it is a duplicate only; another write beside it is neither."""
    forecast(wire, "late-apply", "insertSubject", seconds=0.2)
    with pytest.raises(AssertionError):
        wire.soap("insertSubject", **SUBJECT)
    wire.done("insertSubject", **{**SUBJECT, "name": "Химия", "knowledgeArea": "NaturalScience"})
    assert wire.control("counters")["overlaps"] == 0
    wire.done("insertSubject", **SUBJECT)
    assert wire.control("counters")["overlaps"] == 1
    time.sleep(0.3)
    wire.done("insertSubject", **SUBJECT)
    counted = wire.control("counters")
    assert (counted["overlaps"], counted["duplicates"]) == (1, 2)
    assert counted["most_at_once"] >= 2


def test_the_history_is_printed_from_any_point(wire: Wire) -> None:
    """`after` names the last write already known."""
    SmallSchool(wire, weeks=1)
    whole = wire.control("history")
    assert [row["n"] for row in whole] == list(range(1, len(whole) + 1))
    assert wire.http.get("/_sandbox/history", params={"after": len(whole) - 2}).json() == whole[-2:]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("weather", {"kind": "hail"}),
        ("weather", {"kind": "slow", "seconds": -1}),
        ("weather", {"kind": "slow", "seconds": "long"}),
        ("weather", {"kind": "hail", "lasts": 1}),
        ("weather", {"kind": "closed", "lasts": -1}),
        ("storm", {"seed": 1, "window": "long"}),
        ("storm", {}),
        ("storm", {"seed": 1, "length": 0}),
        ("disturb", {"kind": "earthquake"}),
    ],
)
def test_nobody_orders_weather_that_is_not_there(wire: Wire, path: str, body: dict[str, object]) -> None:
    """Refused with a reason."""
    answer = wire.http.post(f"/_sandbox/{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "parameterInvalid")


# --- the rules of the diary -------------------------------------------------------------------------------------------


def test_the_diary_enforces_its_own_rules(wire: Wire) -> None:
    """An unknown GUID, a foreign school, a second membership, a lesson on a holiday: each is refused by its code."""
    school = SmallSchool(wire, weeks=1)
    pupil = guid(school.pupils["7А"][0])
    member = {"personGuid": pupil, "groupGuid": guid("7А")}
    assert wire.refused("insertGroupMembership", **member) == "duplicate"
    assert wire.refused("insertGroupMembership", **{**member, "personGuid": guid("никто")}) == "unknownGuid"
    assert wire.refused("insertGroupMembership", **{**member, "groupGuid": guid("нигде")}) == "unknownGuid"
    assert wire.refused("insertSubject", **{**SUBJECT, "schoolGuid": guid("чужая")}) == "foreignSchool"
    lesson = {
        "groupGuid": guid("7А"),
        "subjectID": school.subjects["Алгебра"],
        "teacherGuid": guid(school.teachers[0]),
        "number": 1,
    }
    assert wire.refused("insertLesson", **lesson, date="2026-10-30T00:00:00") == "holiday"
    assert wire.done("insertLesson", **lesson, date=f"{MONDAY}T00:00:00")
