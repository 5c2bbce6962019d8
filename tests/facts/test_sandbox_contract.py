"""The sandbox's answers against the reconstructed OpenAPI description, in place under ../shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from sandbox_school import MONDAY, SmallSchool, Wire

from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WEEK = ("2026-09-07", "2026-09-20")


@pytest.fixture(scope="module")
def openapi(diary_facts: Path) -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load((diary_facts / "openapi.yaml").read_bytes())
    return description


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as opened:
        yield opened


@pytest.fixture(scope="module")
def values(wire: Wire) -> dict[str, Any]:
    """Real ids for every parameter name of the description."""
    school = SmallSchool(wire, weeks=2)
    group = school.groups["7А"]
    wire.control("teachers/play", {"from": str(MONDAY), "to": WEEK[1]})
    lessons = wire.get(f"edu-groups/{group}/lessons/{WEEK[0]}/{WEEK[1]}")
    entry = wire.get("lesson-log-entries", lessons=[row["id"] for row in lessons])[0]
    mark = wire.get(f"edu-groups/{group}/marks/{WEEK[0]}/{WEEK[1]}")[0]
    pupil = wire.get("persons/search", lastName="Ученик7А0")[0]
    homework = next(work["id"] for row in lessons for work in row["works"] if work["type"] == "Homework")
    ids = {
        **dict.fromkeys(("person", "personID", "personId"), pupil),
        **dict.fromkeys(("group", "groupID", "groupId", "eduGroup", "eduGroups"), group),
        **dict.fromkeys(("subject", "subjectID", "subjectgroup"), school.subjects["Алгебра"]),
        **dict.fromkeys(("work", "workID", "workId"), mark["work"]),
        **dict.fromkeys(("user", "userID"), wire.get(f"persons/{pupil}")["userId"]),
        **dict.fromkeys(("period", "periodID"), wire.get(f"edu-groups/{group}/reporting-periods")[0]["id"]),
        **dict.fromkeys(("lesson", "lessons"), mark["lesson"]),
        **dict.fromkeys(("from", "startDate", "date"), WEEK[0]),
        **dict.fromkeys(("to", "endDate"), WEEK[1]),
    }
    teacher = lessons[0]["teachers"][0]
    more = {"school": wire.control("info")["school_id"], "mark": mark["id"], "type": "mark5", "teacher": teacher}
    return {**ids, **more, "homeworkId": homework, "lastName": "Ученик7А0", "entry": entry}


BULK = {
    "/edu-groups": "group",
    "/edu-groups/students": "group",
    "/lessons/many": "lesson",
    "/lessons/many/marks": "lesson",
    "/lessons/marks": "lesson",
    "/users": "user",
    "/users/many": "user",
    "/works/many": "work",
}
NOT_KEPT = {"/tasks/{task}", "/thematic-marks/{mark}", "/edu-groups/{group}/classteacher"}
"""What the emulated school does not have: answered resourceUnavailable."""


def check(openapi: dict[str, Any], path: str, verb: str, answer: Any) -> None:
    """Raises ValidationError when the answer is not what the description promises."""
    content = openapi["paths"][path][verb]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {**content, "components": openapi["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer)


def parameters(operation: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    asked = (one for one in operation.get("parameters", []) if one.get("in") == "query")
    wanted = {one["name"] for one in asked if one.get("required") or one["name"] == "lastName"}
    return {name: values[name] for name in wanted}


def test_every_get_of_the_description_is_answered_in_its_shape(
    openapi: dict[str, Any], wire: Wire, values: dict[str, Any]
) -> None:
    """All GETs with real ids: 200 and valid, or the wire's own "not available" for what the school does not keep."""
    checked = 0
    for path, operations in openapi["paths"].items():
        if "get" not in operations or path in NOT_KEPT:
            continue
        known = {**values, "lesson": values["entry"]["lesson"], "person": values["entry"]["person"]}
        own = known if path.startswith("/lesson-log-entries/lesson/") else values
        answer = wire.http.get("/v2.0" + path.format_map(own), params=parameters(operations["get"], own))
        assert answer.status_code == 200, (path, answer.text)
        check(openapi, path, "get", answer.json())
        checked += 1
    assert checked > 80


def test_every_bulk_read_is_answered_in_its_shape(openapi: dict[str, Any], wire: Wire, values: dict[str, Any]) -> None:
    """The POSTs that only read take a bare JSON array of ids."""
    for path, name in BULK.items():
        answer = wire.http.post(f"/v2.0{path}", json=[int(values[name])])
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json()
        check(openapi, path, "post", answer.json())


def test_errors_have_the_described_shape(openapi: dict[str, Any], wire: Wire, values: dict[str, Any]) -> None:
    """What the school does not keep is an Error, with 404."""
    schema = {**openapi["components"]["schemas"]["Error"], "components": openapi["components"]}
    for path in NOT_KEPT:
        answer = wire.http.get("/v2.0" + path.format_map({**values, "task": 1}))
        assert answer.status_code == 404
        jsonschema.Draft202012Validator(schema).validate(answer.json())
