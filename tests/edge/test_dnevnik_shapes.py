"""Each shape in which the sources disagree about one answer: read alike (models.md, Shape disagreements)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from connectors import faults
from connectors.dnevnik.account import Account
from connectors.dnevnik.hosts import KNOWN, rest_base
from connectors.dnevnik.rest import DnevnikClient
from connectors.transport.client import Transport
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "http://127.0.0.1:9/v2.0"
LONG = 2260325488551003872
DAY = date(2026, 9, 7)
ENTRY = {"person": 5, "person_str": "5", "lesson": LONG, "lesson_str": str(LONG), "status": "Ill", "comment": None}


@pytest.fixture
def transport() -> Iterator[Transport]:
    with Transport(BASE, Secret("t" * 32), rate=1000) as one:
        yield one


@pytest.fixture
def client(transport: Transport) -> DnevnikClient:
    return DnevnikClient(transport)


def told(path: str, answer: Any, ask: Callable[[], Any], verb: str = "GET", status: int = 200) -> Any:
    """What `ask` makes of `answer`, given at that path."""
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with respx.mock:
        route = respx.route(method=verb, url__startswith=f"{BASE}/{path}")
        route.respond(status, content=content, content_type="application/json")
        return ask()


def test_the_bells_of_a_group_are_an_object_or_a_list(client: DnevnikClient) -> None:
    """PX and MO read an object; JA declares a list."""
    table = {"Id": LONG, "IdStr": str(LONG), "Name": "1 смена", "Items": [{"Start": "08:30:00", "LessonNumber": 1}]}
    for answer in (table, [table]):
        (read,) = told("edu-groups/7/timetables", answer, lambda: client.group_timetables("7"))
        assert (read.key, read.name, read.items[0].number) == (str(LONG), "1 смена", 1)


def test_attendance_of_a_person_is_an_object_or_a_bare_list(client: DnevnikClient) -> None:
    """PX reads entries with their lessons; MO declares the entries alone."""
    lesson = {"id": LONG, "id_str": str(LONG), "date": "2026-09-07T00:00:00"}
    for answer, lessons in (({"logEntries": [ENTRY], "lessons": [lesson]}, 1), ([ENTRY], 0), ([], 0)):
        read = told("persons/5/lesson-log-entries", answer, lambda: client.attendance.of_person("5", DAY, DAY))
        assert [(one.lesson_key, one.status) for one in read.entries] == [(str(LONG), "Ill")] * bool(answer)
        assert len(read.lessons) == lessons


@pytest.mark.parametrize(
    "names", [{"title": "Контрольная", "abbr": "КР"}, {"name": "Контрольная", "abbreviation": "КР"}]
)
def test_kinds_of_works_are_spelt_in_two_ways(client: DnevnikClient, names: dict[str, str]) -> None:
    """`title` and `abbr` in their own list, `name` and `abbreviation` in bundles: either may come anywhere."""
    row = {"id": LONG, "kind": "LessonTestWork", "schoolId": 1, "kindId": 3, **names}
    (read,) = told("work-types/1", [row], lambda: client.schoolwork.work_types("1"))
    assert (read.key, read.title, read.abbreviation, read.weight) == (str(LONG), "Контрольная", "КР", None)
    bundle = {"marks": [], "works": [], "subjects": [], "workTypes": [{**row, "isFinal": False}]}
    seen = told("persons/5/edu-groups/7/all", bundle, lambda: client.results.all_final_marks("5", "7"))
    assert [one.title for one in seen.work_types] == ["Контрольная"]
    assert client.unfamiliar.found == ()


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (b'"4,33"', Decimal("4.33")),
        (b'"4.33"', Decimal("4.33")),
        (b"4.33", Decimal("4.33")),
        (b'"5"', Decimal(5)),
        (b'""', None),
        (b'" "', None),
        (b"null", None),
    ],
)
def test_an_average_is_a_text_with_a_comma_a_number_or_nothing(
    client: DnevnikClient, answer: bytes, value: Decimal | None
) -> None:
    """Three clients put a point for the comma; weighted averages are floats."""
    place = "persons/5/reporting-periods/9/avg-mark"
    assert told(place, answer, lambda: client.results.average("5", "9")) == value
    row = {"person": 5, "per-subject-averages": [{"subject": LONG, "avg-mark-value": json.loads(answer)}]}
    (read,) = told("edu-groups/7/avg-marks/", [row], lambda: client.results.averages("7", DAY, DAY))
    assert [(one.subject_key, one.value) for one in read.subjects] == [(str(LONG), value)]


def test_an_average_that_is_no_number_is_drift(client: DnevnikClient) -> None:
    """And the value is not repeated."""
    with pytest.raises(faults.SchemaDrift) as caught:
        told("persons/5/reporting-periods/9/avg-mark", b'"secret"', lambda: client.results.average("5", "9"))
    assert "secret" not in str(caught.value)


def test_nothing_is_an_empty_list_and_no_object(client: DnevnikClient) -> None:
    """204 says that there is nothing: no rows, no average, no such object; it is not asked again."""
    assert told("works/many", b"", lambda: client.schoolwork.works_by_id(["5"]), "POST", 204) == ()
    assert told("persons/5/reporting-periods", b"", lambda: client.results.average("5", "9"), status=204) is None
    before = client.requests
    with pytest.raises(faults.NotFound):
        told("works/5", b"", lambda: client.schoolwork.work("5"), status=204)
    assert client.requests == before + 1


def test_the_year_has_no_period_and_a_period_work_no_lesson(client: DnevnikClient) -> None:
    """null in a final mark means the year; a mark of a period belongs to no lesson."""
    mark = {"id": LONG, "value": "5", "person": 5, "work": 8, "lesson": None, "lesson_str": None}
    final = {"subject": LONG, "final-mark": mark}
    row = {"person": 5, "reportingPeriod": None, "per-subject-final-marks": [final, {"subject": 3}]}
    (read,) = told("edu-groups/7/final-marks", [row], lambda: client.final_marks("7"))
    assert (read.period_key, [one.subject_key for one in read.marks]) == ("", [str(LONG), "3"])
    assert read.marks[0].mark is not None
    assert read.marks[0].mark.lesson_key == ""
    assert read.marks[1].mark is None


def test_a_membership_names_its_school_by_id_or_holds_it(transport: Transport) -> None:
    """The Swagger's prose does not say which."""
    account = Account(transport)
    for school in (1000, {"id": 1000, "id_str": "1000", "name": "Школа"}):
        rows = [{"school": school, "roles": ["EduStaff"], "editorRoles": [], "eduGroupMemberships": [], "subjects": []}]
        read = told("users/me/school-memberships", {"person": 5, "schools": rows}, account.memberships)
        assert [(one.school_key, one.roles) for one in read.schools or ()] == [("1000", ("EduStaff",))]
    assert told("users/me/school-memberships", {"person": 5}, account.memberships).schools is None


def test_bulk_reads_send_bare_arrays_of_numbers(client: DnevnikClient) -> None:
    """`[1,2]` and nothing around it, also of ids above 2^53 (KE wraps them, probably wrongly)."""
    reads = {
        "lessons/many": client.lessons_by_id,
        "lessons/many/marks": client.marks,
        "works/many": client.schoolwork.works_by_id,
        "edu-groups": client.members,
    }
    for path, read in reads.items():
        with respx.mock:
            route = respx.post(f"{BASE}/{path}").respond(json=[])
            assert read([str(LONG), "7"]) == ()
            assert json.loads(route.calls.last.request.content) == [LONG, 7]


@pytest.mark.parametrize("address", [*KNOWN, *KNOWN.values(), "https://diary.example/api", "http://127.0.0.1:8/v2"])
def test_every_host_of_the_family_is_asked_under_its_prefix(address: str) -> None:
    """Dnevnik.ru, Kundelik and staging by name, any other by its address; `/v2` is kept where it is given."""
    base = rest_base(address)
    assert base.endswith(("/v2", "/v2.0"))
    with respx.mock, Transport(base, Secret("t" * 32)) as transport:
        route = respx.get(f"{base}/schools/1").mock(httpx.Response(200, json={"id": 1}))
        assert DnevnikClient(transport).school("1").key == "1"
    assert route.call_count == 1
