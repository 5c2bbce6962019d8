"""Every operation of the described API, answered by the sandbox and judged by openapi-core.

The file is ../shared/dnevnik-api/openapi.yaml. Where it says UNKNOWN the body is not judged; where it errs by the
evidence beside it, the sandbox keeps to the evidence, and the exception stands here with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from contracts.described import Described, Operation
from contracts.living_school import NOW, ROLES, LivingSchool
from facts.sandbox_school import Wire

from connectors.sandbox.dialects import SWITCHES
from connectors.sandbox.ids import client_of
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTHING_TO_LIST = {
    "GET /persons/{person}/subject-groups/{subjectgroup}/marks/{from}/{to}": "no source says what a subject group is",
}
NOT_SHOWN = {
    **{("User", f"photo{size}"): "the emulated people have no pictures" for size in ("Small", "Medium", "Large")},
    **{
        ("HomeworkBundle.files", field): "the emulated homeworks have no files"
        for field in ("id", "id_str", "name", "type", "downloadUrl", "size")
    },
}
"""Described fields that no answer has: models.md has them all as optional."""

ADMIN_ONLY = {"GET /persons/search", "GET /schools/{school}/membership"}
STAFF_ONLY = {
    *("POST /users", "POST /users/many", "POST /edu-groups", "POST /edu-groups/students"),
    *("GET /schools/{school}/edu-groups", "GET /teacher/{teacher}/students"),
    *("GET /lessons/{lesson}/marks", "POST /lessons/many/marks", "POST /lessons/marks", "GET /works/{work}/marks"),
    *("GET /edu-groups/{group}/marks/{from}/{to}", "GET /edu-groups/{group}/subjects/{subject}/marks/{from}/{to}"),
    *("GET /edu-groups/{group}/final-marks", "GET /edu-groups/{group}/subjects/{subject}/final-marks"),
    *("GET /edu-groups/{group}/avg-marks/{from}/{to}", "GET /edu-groups/{group}/wa-marks/{from}/{to}"),
    "GET /edu-groups/{group}/reporting-periods/{period}/avg-marks/{date}",
    *("GET /edu-groups/{group}/subjects/{subject}/thematic-marks", "POST /thematic-marks"),
    *("GET /lessons/{lesson}/log-entries", "GET /lesson-log-entries", "GET /lesson-log-entries/group/{eduGroup}"),
    *(f"{verb} /lessons/{{lesson}}/log-entries" for verb in ("POST", "PUT", "DELETE")),
    *(f"{verb} /lesson-log-entries" for verb in ("POST", "PUT", "DELETE")),
    *("POST /works", "PUT /works/{work}", "DELETE /works/{work}", "POST /persons/{personId}/works/{workId}/mark"),
}
"""Everything about other people's children, and every write into the register."""
NOT_THE_PUPILS = {"GET /user/{userID}/children", "GET /person/{personID}/children"}
REFUSED = {
    "admin": set(),
    "teacher": ADMIN_ONLY,
    "parent": ADMIN_ONLY | STAFF_ONLY,
    "pupil": ADMIN_ONLY | STAFF_ONLY | NOT_THE_PUPILS,
}


@dataclass(frozen=True)
class Heard:
    """One answer of the living school."""

    operation: Operation
    role: str
    answer: httpx.Response

    @property
    def name(self) -> str:
        return str(self.operation)

    @property
    def body(self) -> Any:
        return self.answer.json() if self.answer.content else None


@pytest.fixture(scope="module")
def described(diary_facts: Path) -> Described:
    return Described(diary_facts / "openapi.yaml")


@pytest.fixture(scope="module")
def heard(described: Described) -> list[Heard]:
    """Every operation by every role, with the required parameters and with the optional ones; reads come first."""
    with RunningSandbox(world=World(7, lambda: NOW)) as sandbox, Wire(sandbox) as wire:
        return list(_conversation(described, LivingSchool(sandbox, wire)))


def _conversation(described: Described, school: LivingSchool) -> Iterator[Heard]:
    for operation in sorted(described.operations, key=lambda one: one.verb != "get"):
        fully = operation.parameters("query") != operation.parameters("query", required=True)
        for role in ("",) if operation.is_open else ROLES:
            yield from (Heard(operation, role, school.ask(operation, role, more)) for more in {False, fully})


def test_every_operation_is_answered_to_whoever_may_ask(described: Described, heard: list[Heard]) -> None:
    """All of the file, each in its own way of success; what a role may not do is exactly the table above."""
    refused: dict[str, set[str]] = {role: set() for role in REFUSED}
    wrong, done = {}, set()
    for one in heard:
        if one.answer.status_code == 403:
            refused[one.role].add(one.name)
        elif one.answer.status_code in (one.operation.success or (200,)):
            done.add(one.name)
        else:
            wrong[one.name, one.role] = one.answer.text[:200]
    assert wrong == {}
    assert done == {str(one) for one in described.operations}
    assert refused == REFUSED


def test_every_answer_is_as_described(described: Described, heard: list[Heard]) -> None:
    """Question, status, content type and body, refusals included."""
    assert {(one.name, one.role): fault for one in heard if (fault := described.fault(one.answer))} == {}


def test_only_what_the_file_does_not_know_is_exempt(described: Described, heard: list[Heard]) -> None:
    """The replies to the two writes of marks: they show the mark (ASSUMED). Everything else has a schema or no body."""
    unknown = {str(one) for one in described.operations if one.is_unknown}
    assert unknown == {"POST /persons/{personId}/works/{workId}/mark", "POST /thematic-marks"}
    mark = described.text["components"]["schemas"]["Mark"]["properties"]
    for one in heard:
        schemas = one.operation.success
        if one.answer.is_success and one.name in unknown:
            assert mark.keys() == one.body.keys(), one.name
        elif one.answer.is_success:
            assert (schemas[one.answer.status_code] is None) == (one.body is None), one.name


def test_no_list_is_empty(heard: list[Heard]) -> None:
    """Somebody sees something wherever the answer is a list, but for the reasons given."""
    lists: dict[str, int] = defaultdict(int)
    for one in heard:
        if one.answer.is_success and isinstance(one.body, list):
            lists[one.name] += len(one.body)
    assert len(lists) > 60
    assert {name for name, rows in lists.items() if not rows} == NOTHING_TO_LIST.keys()


def test_every_described_field_is_shown_by_some_answer(described: Described, heard: list[Heard]) -> None:
    """An answer of nothing but the required fields would be valid too: so each field is looked for."""
    shown, known = set(), set()
    for one in heard:
        for status, schema in one.operation.success.items():
            known |= described.fields(schema or {})
            if one.answer.status_code == status and schema:
                shown |= set(described.shown(schema, one.body))
    assert len(known) > 300
    assert known - shown == NOT_SHOWN.keys()


# --- ids -------------------------------------------------------------------------------------------------------------


def _twins(value: Any) -> Iterator[tuple[str, Any, Any]]:
    """(field, number, its twin) of every `*_str` and `*Str` anywhere in an answer."""
    if isinstance(value, list):
        for item in value:
            yield from _twins(item)
    if isinstance(value, dict):
        for field, text in value.items():
            plain = field.removesuffix("_str") if field.endswith("_str") else field.removesuffix("Str")
            if plain != field:
                yield plain, value[plain], text
            yield from _twins(text)


def test_every_id_has_its_exact_twin(heard: list[Heard]) -> None:
    """`*_str` (and `IdStr`) is the number's own digits, in every answer; lists have lists, null has null."""
    pairs = [pair for one in heard if one.answer.is_success for pair in _twins(one.body)]
    assert len(pairs) > 5_000
    wrong = {(field, text) for field, number, text in pairs if text != _digits(number)}
    assert wrong == set()


def _digits(number: Any) -> Any:
    if isinstance(number, list):
        return [str(one) for one in number]
    return None if number is None else str(number)


def test_ids_of_the_register_pass_the_exact_range_of_floats(heard: list[Heard]) -> None:
    """Neighbours collapse in a client that reads numbers as doubles; people, users and schools stay short."""
    long: dict[str, set[int]] = defaultdict(set)
    for one in heard:
        for field, number, _ in _twins(one.body) if one.answer.is_success else ():
            long[field] |= set(number if isinstance(number, list) else [number]) - {None}
    for field in ("lesson", "work", "group", "subject", "eduGroup", "timetable", "reportingPeriod", "parentIds"):
        assert min(long[field]) > 2**53, field
    assert len({float(one) for one in long["work"]}) < len(long["work"])
    assert max(*long["person"], *long["userId"], *long["personId"]) < 10**13


# --- dialects --------------------------------------------------------------------------------------------------------

NOT_IN_THE_FILE = {
    ("schedules", "list"): "models.md: JA and old Kundelik clients read a bare list; the file has the object only",
    ("twins", "none"): "models.md: twins are not universal; the file requires most of the `id_str`",
    ("work_types", "name"): "models.md: the same work types are spelt in two ways; the file has one for each resource",
}
EVERY_POSITION = [(name, position) for name, positions in SWITCHES.items() for position in positions[1:]]


@pytest.fixture(scope="module")
def school() -> Iterator[LivingSchool]:
    with RunningSandbox(world=World(7, lambda: NOW)) as sandbox, Wire(sandbox) as wire:
        yield LivingSchool(sandbox, wire)


@pytest.fixture(scope="module")
def usual(described: Described, school: LivingSchool) -> dict[Operation, bytes]:
    """What the administrator reads in the usual dialect."""
    return {one: school.ask(one, "admin").content for one in described.operations if one.verb == "get"}


@pytest.mark.parametrize(("name", "position"), EVERY_POSITION)
def test_every_dialect_is_as_described_too(
    described: Described, school: LivingSchool, usual: dict[Operation, bytes], name: str, position: str
) -> None:
    """Each switch changes some answer, and every changed answer is as described, but where the file lacks the shape."""
    school.wire.control("dialect", {name: position})
    changed = [answer for one, was in usual.items() if (answer := school.ask(one, "admin")).content != was]
    school.wire.control("dialect", {name: SWITCHES[name][0]})
    assert changed
    assert all(answer.status_code == 200 for answer in changed)
    faults = {answer.url.path: fault for answer in changed if (fault := described.fault(answer))}
    assert bool(faults) == ((name, position) in NOT_IN_THE_FILE), faults


def test_a_switch_turned_back_leaves_no_trace(school: LivingSchool, usual: dict[Operation, bytes]) -> None:
    """Answers are put into a dialect, the diary itself is not."""
    school.wire.control("dialect", {name: positions[-1] for name, positions in SWITCHES.items()})
    assert all(school.ask(one, "admin").status_code == 200 for one in usual)
    school.wire.control("dialect", {name: positions[0] for name, positions in SWITCHES.items()})
    assert {one: school.ask(one, "admin").content for one in usual} == usual


def test_what_the_file_has_no_room_for_is_answered_all_the_same(described: Described, school: LivingSchool) -> None:
    """YP renews by a form with HTTP Basic (endpoints.md), where the file has JSON alone; and `/v2` is `/v2.0`
    (behaviour.md, endpoints.md), where the file gives the emulator the longer prefix alone."""
    signing_in = next(one for one in described.operations if str(one) == "POST /authorizations")
    form = {"grant_type": "RefreshToken", "RefreshToken": school.ask(signing_in).json()["refreshToken"]}
    client = client_of(school.world.seed)
    renewed = school.wire.http.post("/v2.0/authorizations", data=form, auth=client)
    assert renewed.json().keys() == school.ask(signing_in).json().keys()
    assert "form-urlencoded" in described.fault(renewed)
    longer, shorter = (school.wire.http.get(f"/{prefix}/users/me") for prefix in ("v2.0", "v2"))
    assert longer.content == shorter.content
    assert described.fault(longer) == ""
    assert "ServerNotFound" in described.fault(shorter)


# --- the judge -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "application/json", '{"id": "1", "id_str": "1"}'),
        (200, "application/json", '{"id": 1}'),
        (200, "application/json", "[]"),
        (200, "text/html", '{"id": 1, "id_str": "1"}'),
        (201, "application/json", '{"id": 1, "id_str": "1"}'),
        (401, "application/json", '{"type": "invalidToken"}'),
    ],
)
def test_the_judge_sees_what_is_wrong(described: Described, status: int, kind: str, body: str) -> None:
    """A wrong type, a missing field, a list for an object, another content type, another status, half an error."""
    asked = httpx.Request("GET", "http://127.0.0.1:8080/v2.0/users/me", headers={"Access-Token": "x"})
    right = httpx.Response(200, json={"id": 1, "id_str": "1"}, request=asked)
    assert described.fault(right) == ""
    assert described.fault(httpx.Response(status, text=body, headers={"Content-Type": kind}, request=asked))
