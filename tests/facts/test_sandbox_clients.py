"""What clients nobody here wrote may send, by the evidence: paths, parameters, dates, tokens and bodies as they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sandbox_school import MONDAY, SmallSchool, Wire

from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = ("2026-09-01", "2026-09-12")


class Client:
    """The small school and the bare HTTP of somebody else's client."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.root = str(wire.http.base_url).rstrip("/")
        self.school = SmallSchool(wire, weeks=2)
        self.group = self.school.groups["7А"]
        self.school_id = wire.control("info")["school_id"]
        self.pupil = wire.get(f"edu-groups/{self.group}/persons")[0]["id_str"]

    def ask(self, address: str, verb: str = "GET", **options: Any) -> Any:
        """The address as it stands: nothing is encoded anew."""
        answer = self.wire.http.request(verb, httpx.URL(self.root + address), **options)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        yield Client(wire)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/v2/users/me",
        "/v2.0/users/me",
        "/v2.0/users/me/",
        "/v2.0//users/me",
        "/v2.0/Users/Me",
        "/v1/users/me",
        "/v1/users/me/",
    ],
)
def test_one_resource_under_every_spelling_of_its_address(client: Client, address: str) -> None:
    """Both prefixes and the old one, a slash too many, letters of any case."""
    assert client.ask(address) == client.ask("/v2.0/users/me")


@pytest.mark.parametrize(
    "path",
    [
        *("roles", "context", "schools", "edu-groups", "school-memberships", "education", "relatives", "friends"),
        *("groups", "children", "classmates", "organizations"),
    ],
)
def test_me_stands_for_the_viewer_wherever_a_user_may_stand(client: Client, path: str) -> None:
    """`users/me/education` as `users/{user}/education`; `persons/me` does not work (behaviour.md §4)."""
    client.ask(f"/v2.0/users/me/{path}")
    assert client.wire.error("persons/me")[0] == 400


def test_names_of_parameters_are_read_in_any_case(client: Client) -> None:
    """`eduGroup` and `edugroup`, repeated ones among them; values of an enumeration too."""
    whole = client.ask(f"/v2.0/persons?eduGroup={client.group}")
    assert client.ask(f"/v2.0/persons?edugroup={client.group}") == whole
    lessons = [row["id_str"] for row in client.ask(f"/v2.0/edu-groups/{client.group}/lessons/{DAYS[0]}/{DAYS[1]}")][:2]
    client.ask(f"/v2.0/lesson-log-entries?lessons={lessons[0]}&Lessons={lessons[1]}")
    staff = client.ask(f"/v2.0/schools/{client.school_id}/membership?schoolMembershipType=Staff")
    assert client.ask(f"/v2.0/schools/{client.school_id}/membership?schoolmembershiptype=staff") == staff != []
    name = client.wire.get(f"persons/{client.pupil}")["lastName"]
    assert client.wire.get("persons/search", lastname=name.upper()) == client.wire.get("persons/search", lastName=name)


# --- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["v1", "v2", "v2.0"])
def test_a_token_comes_in_any_of_the_ways_seen(client: Client, prefix: str) -> None:
    """The header in any case, beside a Bearer or not, or in the query; a Bearer alone is unproven and not read."""
    token = client.wire.http.headers["Access-Token"]
    address = f"{client.root}/{prefix}/users/me"
    ways: list[dict[str, Any]] = [
        {"headers": {"access-token": token}},
        {"headers": {"ACCESS-TOKEN": token, "Authorization": f"Bearer {token}"}},
        {"params": {"access_token": token}},
    ]
    assert [httpx.get(address, **way).status_code for way in ways] == [200, 200, 200]
    assert httpx.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_token_desk_is_found_with_a_slash_behind_it(client: Client) -> None:
    """Not a redirect, after which some clients send a GET."""
    for path in ("authorizations", "authorizations/bycredentials"):
        answer = client.wire.http.post(f"/v2.0/{path}/", json={})
        assert (answer.status_code, answer.json()["type"]) == (400, "authorizationFailed")


def test_gosuslugi_know_nobody_here(client: Client) -> None:
    """The three calls answer in their shapes, without a prefix and without a token: no region, nobody linked."""
    root = f"{client.root}/authorizations/esia/v2.0"
    assert httpx.get(f"{root}/regions").json() == {"regions": []}
    assert httpx.post(f"{root}/users/linked", json={"TaskId": "x", "RegionId": 1}).json() == {"users": []}
    assert httpx.post(root, json={"TaskId": "x"}).json()["status"]["code"] == "EsiaUserNotLinked"
    assert httpx.post(f"{root}/regions").json()["type"] == "methodNotSupported"
    assert httpx.get(f"{root}/cities").json()["type"] == "resourceUnavailable"


# --- days -------------------------------------------------------------------------------------------------------------

SPELLINGS = [
    ("2026-09-01", "2026-09-12"),
    ("2026-9-1T0:0:0", "2026-9-12T0:0:0"),
    ("2026-09-01T00:00:00.000000", "2026-09-12T10:00:00.123456"),
    ("2026-09-01%2000:00:00.000", "2026-09-12%2010:00:00.123"),
    ("2026-09-01T00:00:00.0000000Z", "2026-09-12T00:00:00.0000000Z"),
    ("2026-09-01T00:00:00%2B03:00", "2026-09-12T00:00:00%2B03:00"),
    ("2026-09-01T00:00:00+03:00", "2026-09-12T00:00:00+03:00"),
]


@pytest.mark.parametrize(("starts", "ends"), SPELLINGS)
def test_days_are_read_however_they_are_spelt(client: Client, starts: str, ends: str) -> None:
    """In a path and in a query: the five forms clients send, and offsets, whose plus may be a plain one."""
    path = f"/v2.0/edu-groups/{client.group}/lessons"
    assert client.ask(f"{path}/{starts}/{ends}") == client.ask(f"{path}/{DAYS[0]}/{DAYS[1]}") != []
    path = f"/v2.0/persons/{client.pupil}/groups/{client.group}/schedules"
    plain = client.ask(f"{path}?startDate={DAYS[0]}&endDate={DAYS[1]}")
    assert client.ask(f"{path}?startDate={starts}&endDate={ends}") == plain
    assert len(plain["days"]) == 12


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_bulk_reads_take_numbers_and_their_text_twins(client: Client) -> None:
    """A bare array of either, under every alias of the call."""
    lessons = client.ask(f"/v2.0/edu-groups/{client.group}/lessons/{DAYS[0]}/{DAYS[1]}")[:2]
    numbers, texts = [one["id"] for one in lessons], [one["id_str"] for one in lessons]
    assert client.ask("/v2.0/lessons/many", "POST", json=numbers) == lessons
    assert client.ask("/v2.0/lessons/many", "POST", json=texts) == lessons
    for first, second in (("lessons/many/marks", "lessons/marks"), ("edu-groups", "edu-groups/students")):
        body = numbers if first.startswith("lessons") else [int(client.group)]
        assert client.ask(f"/v2.0/{first}", "POST", json=body) == client.ask(f"/v2.0/{second}", "POST", json=body)


def test_a_work_is_taken_bare_and_as_one_client_wraps_it(client: Client) -> None:
    """The documentation names the parameter `work`; the lesson may be told by its number or its text."""
    lesson = client.ask(f"/v2.0/edu-groups/{client.group}/lessons/{MONDAY}/{MONDAY}")[0]
    bare = {"type": "Homework", "lesson": lesson["id"], "text": "§ 1"}
    wrapped = {"work": {"type": "Homework", "lesson_str": lesson["id_str"], "text": "§ 2"}}
    made = [client.ask("/v2.0/works", "POST", json=body) for body in (bare, wrapped)]
    assert [(one["text"], one["lesson_str"]) for one in made] == [("§ 1", lesson["id_str"]), ("§ 2", lesson["id_str"])]
    client.ask(f"/v2.0/works/{made[1]['id_str']}", "PUT", json={"work": {"text": "§ 3"}})
    assert client.ask(f"/v2.0/works/{made[1]['id_str']}")["text"] == "§ 3"
    for one in made:
        client.ask(f"/v2.0/works/{one['id_str']}", "DELETE")


def test_attendance_is_written_under_every_alias(client: Client) -> None:
    """Lesson and pupil by the path, by the query or in the body, as numbers or as text."""
    lesson = client.ask(f"/v2.0/edu-groups/{client.group}/lessons/{MONDAY}/{MONDAY}")[0]["id_str"]
    entry = {"person_str": client.pupil, "lesson_str": lesson, "status": "Ill", "comment": ""}
    assert client.ask("/v2.0/lesson-log-entries", "POST", json=entry)["status"] == "Ill"
    query = f"lesson={lesson}&person={client.pupil}"
    client.ask(f"/v2.0/lesson-log-entries?{query}", "PUT", json={"status": "Late"})
    client.ask(f"/v2.0/lessons/{lesson}/log-entries?person={client.pupil}", "PUT", json={"status": "Absent"})
    assert [row["status"] for row in client.ask(f"/v2.0/lessons/{lesson}/log-entries")] == ["Absent"]
    client.ask(f"/v2.0/lesson-log-entries?{query}", "DELETE")
    assert client.ask(f"/v2.0/lessons/{lesson}/log-entries") == []


# --- resources --------------------------------------------------------------------------------------------------------


def test_thematic_marks_are_read_by_subject_by_group_and_by_school(client: Client) -> None:
    """The two shorter paths hold every subject (endpoints.md «thematic marks»)."""
    subject = client.school.subjects["Алгебра"]
    body = {"person": client.pupil, "group": client.group, "subject": subject, "value": "5", "date": str(MONDAY)}
    mark = client.ask("/v2.0/thematic-marks", "POST", json=body)
    days = f"thematic-marks/{DAYS[0]}/{DAYS[1]}"
    person = f"/v2.0/persons/{client.pupil}"
    for path in (f"edu-groups/{client.group}/subjects/{subject}", f"edu-groups/{client.group}"):
        assert client.ask(f"{person}/{path}/{days}") == [mark]
    assert client.ask(f"{person}/schools/{client.school_id}/{days}") == [mark]
    assert client.ask(f"{person}/edu-groups/{client.group}/thematic-marks/2026-10-01/2026-10-02") == []
