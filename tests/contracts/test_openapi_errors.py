"""How the sandbox refuses, for every described operation: the status, and an error as the file describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from contracts.described import Described, Operation
from contracts.living_school import NOW, LivingSchool
from facts.sandbox_school import Wire

from connectors.sandbox import scopes
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    Outcome = tuple[int, str]

NOT_LISTED = {
    "405 methodNotSupported": "behaviour.md §3: ApiMethodNotSupported is one of the thirteen documented types",
    "433 requestLimit": "behaviour.md §3: PX saw 433 for the request limit",
}
"""Errors of the evidence whose status the file lists under no operation: judged by the body alone."""
NOT_ERRORS = {
    "502": "behaviour.md §3: HTML pages",
    "503": "behaviour.md §3: in maintenance",
    "405": "behaviour.md §3: in maintenance",
}
"""Pages of the evidence whose status the file lists under no operation."""
SCOPE_OF_ALIAS = {
    "POST /users": "an alias of POST /users/many, which asks CommonInfo",
    "GET /users/{user}/context": "an alias of users/me/context, which asks three scopes",
    "GET /users/{user}/relatives": "an alias of users/me/relatives, which asks FriendsAndRelatives",
}
"""The file asks EducationalInfo of these aliases; endpoints.md has one scope for each row, aliases included."""
UNKNOWN_ID = 2_299_999_999_999_999_999


@pytest.fixture(scope="module")
def described(diary_facts: Path) -> Described:
    return Described(diary_facts / "openapi.yaml")


@pytest.fixture(scope="module")
def school() -> Iterator[LivingSchool]:
    with RunningSandbox(world=World(7, lambda: NOW)) as sandbox, Wire(sandbox) as wire:
        yield LivingSchool(sandbox, wire)


@pytest.fixture(scope="module")
def secured(described: Described) -> list[Operation]:
    return [one for one in described.operations if not one.is_open]


def outcome(answer: httpx.Response) -> Outcome:
    return answer.status_code, "" if answer.is_success else answer.json()["type"]


def ask_all(
    described: Described, questions: list[tuple[Operation, dict[str, Any]]], ask: Callable[..., httpx.Response]
) -> dict[str, Outcome]:
    """Question → its outcome; every answer is held against the file."""
    found = {}
    for operation, changed in questions:
        answer = ask(operation, **changed)
        assert described.fault(answer) == "", (str(operation), changed)
        found[" ".join([str(operation), *(key for key in changed if key not in ("role", "optional"))])] = outcome(
            answer
        )
    return found


def others(found: dict[str, Outcome], *expected: Outcome) -> dict[str, Outcome]:
    """What came out otherwise."""
    assert found
    return {question: one for question, one in found.items() if one not in expected}


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_no_token_an_unknown_one_and_a_dead_one(
    described: Described, secured: list[Operation], school: LivingSchool
) -> None:
    """401 everywhere, with the reason; the two doors of signing in need no token."""
    dead = school.wire.control("token/issue", {"login": "admin", "scope": "EducationalInfo"})["accessToken"]
    school.wire.control("token/kill", {"token": dead})
    for token, kind in (("", "tokenRequired"), ("y" * 32, "invalidToken"), (dead, "invalidToken")):
        found = ask_all(described, [(one, {"role": token}) for one in secured], school.ask)
        assert others(found, (401, kind)) == {}


def test_the_doors_of_signing_in_refuse_as_described(described: Described, school: LivingSchool) -> None:
    """400 with the wire's own word where the client or the person is wrong, and where there is no JSON."""
    doors = [one for one in described.operations if one.is_open]
    stranger = json.dumps(
        {"client_id": str(UUID(int=1)), "client_secret": str(UUID(int=2)), "grant_type": "RefreshToken"}
    )
    more = json.dumps({**json.loads(stranger), "username": "admin", "password": "x"})
    for body, kind in ((stranger, "authorizationFailed"), (more, "authorizationFailed"), ("[", "invalidRequest")):
        found = ask_all(described, [(one, {"body": body.encode()}) for one in doors], school.ask)
        assert others(found, (400, kind)) == {}


def test_each_operation_asks_the_scopes_of_the_file(secured: list[Operation], school: LivingSchool) -> None:
    """Those it names are enough, and none of them can be left out; but for three aliases."""
    tokens: dict[tuple[str, ...], str] = {}

    def token(*names: str) -> str:
        if names not in tokens:
            sent = {"login": "admin", "scope": ",".join(names) or scopes.SOCIAL}
            tokens[names] = school.wire.control("token/issue", sent)["accessToken"]
        return tokens[names]

    wrong = set()
    for operation in secured:
        asked = tuple(one for one in scopes.ALL if one in operation.said["x-scope"].split(", "))
        enough = school.ask(operation, token(*asked)).status_code
        lacking = [school.ask(operation, token(*(name for name in asked if name != one))) for one in asked]
        if enough == 403 or any(outcome(one) != (403, "outOfScope") for one in lacking):
            wrong.add(str(operation))
    assert wrong == SCOPE_OF_ALIAS.keys()


# --- questions that cannot be answered -------------------------------------------------------------------------------


def test_an_id_that_is_no_number_is_refused(
    described: Described, secured: list[Operation], school: LivingSchool
) -> None:
    """400 for each id of each path, one at a time."""
    found = ask_all(described, [(one, {"role": "admin", name: "abc"}) for one, name in ids(secured)], school.ask)
    assert others(found, (400, "parameterInvalid")) == {}


def test_an_id_of_nothing_is_not_found(described: Described, secured: list[Operation], school: LivingSchool) -> None:
    """404 for each id of each path, one at a time; a subject group is of no kind that could be looked for."""
    questions = [(one, {"role": "admin", name: UNKNOWN_ID}) for one, name in ids(secured) if name != "subjectgroup"]
    found = ask_all(described, questions, school.ask)
    assert others(found, (404, "resourceUnavailable")) == {}


def test_a_day_that_is_no_day_is_refused(described: Described, secured: list[Operation], school: LivingSchool) -> None:
    """400 for each day of each path and query, one at a time."""
    days = {"from", "to", "date", "startDate", "endDate", "fromDate", "birthday"}
    asked = [(one, said["name"]) for one in secured for said in one.said.get("parameters", []) if said["name"] in days]
    questions = [(one, {"role": "admin", "optional": True, name: "07.09.2026"}) for one, name in asked]
    found = ask_all(described, questions, school.ask)
    assert others(found, (400, "parameterInvalid")) == {}


def test_a_question_without_what_it_needs_is_refused(
    described: Described, secured: list[Operation], school: LivingSchool
) -> None:
    """400 for each required parameter left out, one at a time; 400 for a body that is no JSON."""
    asked = [(one, said["name"]) for one in secured for said in one.parameters("query", required=True)]
    found = ask_all(described, [(one, {"role": "admin", name: None}) for one, name in asked], school.ask)
    assert others(found, (400, "parameterInvalid")) == {}
    broken = ask_all(described, [(one, {"role": "admin", "body": b"["}) for one in secured if one.body], school.ask)
    assert others(broken, (400, "invalidRequest")) == {}


def ids(operations: list[Operation]) -> list[tuple[Operation, str]]:
    paths = [(one, said) for one in operations for said in one.parameters("path")]
    return [(one, said["name"]) for one, said in paths if said["schema"]["type"] == "integer"]


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_a_parent_asks_in_vain_for_another_child(
    described: Described, secured: list[Operation], school: LivingSchool
) -> None:
    """403 wherever a person or a user is named; only the bare name of a classmate is shown."""
    other = next(one for one in school.world.persons.values() if one.full == school.school.pupils["7А"][1])
    named = {
        **dict.fromkeys(("person", "personID", "personId"), other.id),
        **dict.fromkeys(("user", "userID"), other.user),
    }
    questions = [(one, {"role": "parent", name: named[name]}) for one, name in ids(secured) if name in named]
    found = ask_all(described, questions, school.ask)
    assert found.pop("GET /persons/{person} person")[0] == 200
    assert others(found, (403, "notOwner")) == {}
    mark = next(one for one in school.world.marks.values() if one.person == other.id)
    shown = next(one for one in secured if str(one) == "GET /marks/{mark}")
    assert outcome(school.ask(shown, "parent", mark=mark.id)) == (403, "notOwner")


# --- what the file does not list -------------------------------------------------------------------------------------


def test_a_wrong_verb_is_an_error_all_the_same(described: Described, school: LivingSchool) -> None:
    """405 methodNotSupported on every path, for a verb that none of its operations has."""
    by_path = {one.path: one for one in described.operations}
    for path, known in by_path.items():
        answer = school.wire.http.request("PATCH", f"/v2.0{path.format_map(school.about(known))}")
        assert outcome(answer) == (405, "methodNotSupported"), path
        assert described.fault(answer) != ""
        assert described.fault(answer, instead=known, status=400) == ""


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ("throttle", "429 requestLimit"),
        ("throttle-433", "433 requestLimit"),
        ("dead-token", "401 invalidToken"),
        ("vanished", "404 resourceUnavailable"),
        ("error", "500 serverError"),
        ("bad-gateway", "502"),
        ("maintenance", "503"),
        ("closed", "405"),
    ],
)
def test_troubles_of_the_service_are_described_or_excepted(
    described: Described, secured: list[Operation], school: LivingSchool, trouble: str, expected: str
) -> None:
    """An error where the service still speaks, an HTML page where it does not."""
    school.wire.control("weather", {"kind": trouble, "times": 1})
    answer = school.ask(next(one for one in secured if one.path == "/users/me"), "admin")
    status, _, kind = expected.partition(" ")
    assert answer.status_code == int(status)
    if kind:
        assert answer.json()["type"].casefold().removeprefix("api") == kind.casefold()
    else:
        assert answer.headers["content-type"].startswith("text/html")
    assert (described.fault(answer) != "") == (expected in {**NOT_LISTED, **NOT_ERRORS})
    assert described.fault(answer, status=400) == ""


def test_who_asks_for_html_gets_the_described_page(
    described: Described, secured: list[Operation], school: LivingSchool
) -> None:
    """An error page, as an error's text/html is described."""
    answer = school.wire.http.get("/v2.0/lessons/1", headers={"Accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert described.fault(answer) == ""
