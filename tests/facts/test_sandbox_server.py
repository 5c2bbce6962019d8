"""The sandbox as a server: a process of its own, counters, digest, reset, and trouble on demand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_school import MONDAY, SCHOOL, SmallSchool, Wire, guid

from connectors.sandbox.server import RunningSandbox, sandbox_process
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running() -> Iterator[Wire]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as opened:
        yield opened


@pytest.fixture
def wire(running: Wire) -> Wire:
    """The sandbox on its first day."""
    running.control("reset", {})
    return running


def test_a_process_announces_its_address_and_serves_there() -> None:
    """One JSON line with base_url on stdout; the same seed has the same school and tokens as in a thread."""
    with sandbox_process(seed=9) as base_url:
        info = httpx.get(f"{base_url.removesuffix('/v2.0')}/_sandbox/info").json()
        assert info["base_url"] == base_url
        assert info["tokens"] == World(9).tokens
        assert info["school_id"] == str(World(9).school.id)
        answer = httpx.get(f"{base_url}/users/me", headers={"Access-Token": info["tokens"]["admin"]})
        assert answer.status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/users/me")


def test_both_prefixes_are_one_api(wire: Wire) -> None:
    """`/v2` and `/v2.0` are interchangeable (endpoints.md)."""
    assert wire.http.get("/v2/users/me").json() == wire.get("users/me")
    assert wire.http.get("/v3/users/me").status_code == 404


def test_the_school_takes_its_name_and_guid_once_they_are_given(wire: Wire) -> None:
    """Before that every school GUID is foreign."""
    subject = {"schoolGuid": SCHOOL, "name": "Алгебра", "knowledgeArea": "Mathematics"}
    assert wire.refused("insertSubject", **subject) == "foreignSchool"
    assert wire.control("info")["school_guid"] is None
    info = wire.control("school", {"key": "demo", "name": "Гимназия", "guid": SCHOOL.upper()})
    assert (info["school_name"], info["school_guid"]) == ("Гимназия", SCHOOL)
    assert wire.get(f"schools/{info['school_id']}")["name"] == "Гимназия"
    assert wire.done("insertSubject", **subject)


def test_counters_tell_requests_writes_and_operations_and_leave_control_out(wire: Wire) -> None:
    """Control calls are not the diary's wire and do not count."""
    school = SmallSchool(wire, weeks=1)
    wire.get(f"edu-groups/{school.groups['7А']}/persons")
    wire.error("lessons/1")
    figures = wire.control("counters")
    assert figures["by_operation"]["insertLesson"] == len(school.lessons)
    assert figures["by_operation"]["GET /edu-groups/{group}/persons"] == 1
    assert figures["requests"] == sum(figures["by_operation"].values()) == figures["writes"] + 2
    assert figures["refused"] == {"resourceUnavailable": 1}
    assert (figures["duplicates"], figures["mark_writes"]) == (0, 0)


def test_the_digest_sees_content_and_neither_ids_nor_order() -> None:
    """Built backwards the school is the same; a double lesson, a mark or an archived pupil makes it another."""
    digests = []
    for backwards in (False, True):
        with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
            school = SmallSchool(wire, backwards=backwards, weeks=1)
            digests.append(wire.control("state-digest")["digest"])
    assert digests[0] == digests[1]
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=1)
        double = school.lesson("7А", "Алгебра", MONDAY, 1)
        assert wire.control("state-digest")["digest"] != digests[0]
        wire.done("deleteLesson", ID=double)
        assert wire.control("state-digest")["digest"] == digests[0]
        who = {"personGuid": guid(school.pupils["7А"][0]), "groupGuid": guid("7А")}
        wire.done("deleteGroupMembership", **who)
        assert wire.control("state-digest")["digest"] != digests[0]


def test_reset_is_the_first_day_again(wire: Wire) -> None:
    """Same ids, same tokens, nothing counted."""
    fresh = wire.control("state-digest")
    first = SmallSchool(wire, weeks=1)
    wire.control("reset", {})
    assert wire.control("state-digest") == fresh
    assert wire.control("counters")["requests"] == 0
    assert SmallSchool(wire, weeks=1).lessons == first.lessons


def test_a_throttled_or_closed_diary_does_nothing(wire: Wire) -> None:
    """429 with the wire's error, 503 with an HTML page; then fair weather again."""
    wire.control("weather", {"kind": "throttle", "times": 2, "match": "users"})
    assert wire.http.get("/v2/schools").status_code == 200
    assert [wire.error("users/me") for _ in range(2)] == [(429, "requestLimit")] * 2
    wire.control("weather", {"kind": "maintenance"})
    answer = wire.http.get("/v2/users/me")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (503, "text/html")
    assert wire.http.get("/v2/users/me").status_code == 200
    assert wire.http.post("/_sandbox/weather", json={"kind": "hail"}).status_code == 400


@pytest.mark.parametrize(("kind", "made"), [("lost", 1), ("dropped", 0)])
def test_a_cut_connection_may_or_may_not_have_done_the_write(wire: Wire, kind: str, made: int) -> None:
    """The client sees the same broken answer; only reading back tells."""
    wire.control("school", {"key": "demo", "name": "Школа", "guid": SCHOOL})
    wire.control("weather", {"kind": kind, "match": "insertSubject"})
    subject = {"schoolGuid": SCHOOL, "name": "Алгебра", "nameFull": "", "knowledgeArea": "Mathematics"}
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # a promise of more, or a reset: as TCP has it
        wire.soap("insertSubject", **subject)
    assert len(wire.get(f"schools/{wire.control('info')['school_id']}/subjects")) == made


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("school", {"guid": "no"}, 400),
        ("teachers/play", {"from": "soon", "to": "2026-09-10"}, 400),
        ("teachers/play", {"from": "2026-09-01", "to": "2026-09-10", "mistakes": {"groups": [1]}}, 404),
        ("admin/remove-member", {"group_id": "1", "person_id": "1"}, 404),
        ("admin/add-person", {"group_id": "x"}, 400),
        ("nothing", {}, 404),
    ],
)
def test_a_wrong_control_call_is_answered_with_a_reason(
    wire: Wire, path: str, body: dict[str, object], status: int
) -> None:
    """{type, description} here too, never a traceback."""
    answer = wire.http.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"type", "description"}


def test_an_answer_does_not_wait_for_a_delayed_acknowledgement(wire: Wire) -> None:
    """Fifteen thousand writes of a demo cannot afford 40 ms each: the quickest of twenty is far below that."""
    school = SmallSchool(wire, weeks=0)
    spans = []
    for number in range(20):
        started = time.perf_counter()
        school.lesson("7А", "Алгебра", MONDAY, number)
        spans.append(time.perf_counter() - started)
    assert min(spans) < 0.03


@pytest.mark.parametrize("kind", ["slow", "late"])
def test_a_slow_diary_does_what_nobody_waits_for(wire: Wire, kind: str) -> None:
    """The client has gone before the answer, and the write is there all the same: before its leaving, or after."""
    wire.control("school", {"key": "demo", "name": "Школа", "guid": SCHOOL})
    wire.control("weather", {"kind": kind, "match": "insertSubject"})
    subject = {"schoolGuid": SCHOOL, "name": "Алгебра", "nameFull": "", "knowledgeArea": "Mathematics"}
    wire.http.timeout = 0.2
    with pytest.raises(httpx.ReadTimeout):
        wire.soap("insertSubject", **subject)
    wire.http.timeout = 5
    known = f"schools/{wire.control('info')['school_id']}/subjects"
    assert len(wire.get(known)) == (0 if kind == "slow" else 1)
    time.sleep(0.8)
    assert len(wire.get(known)) == 1
