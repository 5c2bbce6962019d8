"""The client reads one diary, whichever shapes it speaks of those in which the sources disagree."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from facts.sandbox_school import MONDAY, SmallSchool, Wire

from connectors.dnevnik.rest import DnevnikClient
from connectors.sandbox.dialects import SWITCHES
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = date(2026, 9, 20)


class Spoken:
    """A played school, its client, and whatever the client makes of it."""

    def __init__(self, wire: Wire, transport: Transport) -> None:
        self.wire, self.school = wire, SmallSchool(wire, weeks=2)
        wire.control("teachers/play", {"from": str(MONDAY), "to": str(ENDS)})
        self.client = DnevnikClient(transport)

    def read(self) -> dict[str, Any]:
        client, group = self.client, self.school.groups["7А"]
        school = self.wire.control("info")["school_id"]
        lessons = client.lessons(group, MONDAY, ENDS)
        child = client.search_persons(last="Ученик7А0", first="Имя0")[0]
        return {
            "school": client.school(school).name,
            "bells": [(row.key, row.name, len(row.items)) for row in client.timetables(school)],
            "groups": [(row.key, row.name, row.parents, row.is_subgroup) for row in client.parallel(group)],
            "classes": [(row.key, row.parents) for row in client.classes(school)],
            "people": [
                (row.person.key, row.person.last_name) for one in client.members([group]) for row in one.students
            ],
            "child": (client.person(child).user_key, client.person(child).middle_name),
            "lessons": [(row.key, row.day, row.title, [work.key for work in row.works]) for row in lessons],
            "marks": [(row.key, row.value) for row in client.marks([row.key for row in lessons])],
        }


@pytest.fixture(scope="module")
def spoken() -> Iterator[Spoken]:
    with (
        RunningSandbox(7) as sandbox,
        Wire(sandbox) as wire,
        Transport(sandbox.base_url, Secret(sandbox.token())) as transport,
    ):
        yield Spoken(wire, transport)


@pytest.mark.parametrize(
    ("name", "position"), [(name, position) for name, positions in SWITCHES.items() for position in positions[1:]]
)
def test_the_client_reads_the_same_in_every_dialect(spoken: Spoken, name: str, position: str) -> None:
    """Roster, timetable and register are equal, value by value."""
    usual = spoken.read()
    assert all(usual.values())
    spoken.wire.control("dialect", {name: position})
    try:
        assert spoken.read() == usual
    finally:
        spoken.wire.control("dialect", {name: SWITCHES[name][0]})


def test_an_unknown_switch_or_position_is_refused(spoken: Spoken) -> None:
    """And nothing is turned."""
    before = spoken.wire.control("dialect", {})
    for wanted in ({"tongue": "list"}, {"timetables": "heap", "names": "null"}):
        answer = spoken.wire.http.post("/_sandbox/dialect", json=wanted)
        assert (answer.status_code, answer.json()["type"]) == (400, "parameterInvalid")
    assert spoken.wire.control("dialect", {}) == before == {name: first for name, (first, *_) in SWITCHES.items()}
