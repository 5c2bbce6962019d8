"""What nobody knows of the diary's answers: kept, counted by name, told once, and never a crash."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import respx
from contracts.diary_school import FORM_A, HALF, PUPIL, SCOPE, School
from structlog.testing import capture_logs

from connectors.dnevnik import unfamiliar, wire, wire_results
from connectors.dnevnik.account import Account
from connectors.dnevnik.rest import DnevnikClient
from connectors.dnevnik.shape import Wire
from connectors.dnevnik.unfamiliar import Oddity, Unfamiliar
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from mappings.dnevnik import roster
from mappings.dnevnik.register import GroupRegister, Names, cells_of
from state.identity import RemoteId, SourcedId, membership_id
from state.records import RecordType
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE = "http://127.0.0.1:9/v2.0"
DAY = date(2026, 9, 7)
NEW = "Unheard"


@pytest.fixture
def transport() -> Iterator[Transport]:
    with Transport(BASE, Secret("t" * 32), rate=1000) as one:
        yield one


def told(path: str, answer: Any, ask: Callable[[], Any]) -> Any:
    with respx.mock:
        respx.route(url__startswith=f"{BASE}/{path}").respond(200, json=answer)
        return ask()


# --- fields -----------------------------------------------------------------------------------------------------------


def test_fields_nobody_knows_are_kept_and_counted_by_name(transport: Transport) -> None:
    """At every depth; what models.md describes and we do not read is kept too, and is no news."""
    client = DnevnikClient(transport)
    work = {"id": 3, "type": "Homework", "markCount": 1, "tasks": [], "espLink": "secret"}
    rows = [
        {"id": key, "date": "2026-09-07T00:00:00", "works": [work] * 2, "resultPlaceId": 4, "room": {"name": "secret"}}
        for key in (1, 2)
    ]
    with capture_logs() as lines:
        first, _ = told("edu-groups/7/lessons", rows, lambda: client.lessons("7", DAY, DAY))
    assert first.model_extra == {"resultPlaceId": 4, "room": {"name": "secret"}}
    assert first.works[0].model_extra == {"markCount": 1, "tasks": [], "espLink": "secret"}
    place = "edu-groups/{group}/lessons/{since}/{until}"
    assert set(client.unfamiliar.found) == {
        Oddity(model="Lesson", field="room", place=place, count=2),
        Oddity(model="Work", field="espLink", place=place, count=4),
    }
    news = [line for line in lines if "unknown" in line["event"]]
    assert sorted(line["field"] for line in news) == ["Lesson.room", "Work.espLink"]
    assert "secret" not in str(client.unfamiliar.found) + str(lines)


def test_a_name_is_told_once_in_a_run(transport: Transport) -> None:
    """A thousand answers with it make one line and a count."""
    client = DnevnikClient(transport)
    with capture_logs() as lines:
        for _ in range(3):
            told("schools/1", {"id": 1, "novel": 1}, lambda: client.school("1"))
    assert [one.count for one in client.unfamiliar.found] == [3]
    assert [line["event"] for line in lines].count("unknown field of the diary") == 1


def test_a_name_that_is_none_is_not_repeated(transport: Transport) -> None:
    """Whatever stands where a name should may be a person's."""
    client = DnevnikClient(transport)
    told("schools/1", {"id": 1, "Иванов Иван": 1, "a b": 2, "x" * 65: 3}, lambda: client.school("1"))
    (found,) = client.unfamiliar.found
    assert (found.name, found.count) == ("School.…", 3)


def test_a_service_that_invents_names_does_not_fill_the_memory(transport: Transport) -> None:
    """So many are told apart, and no more."""
    client = DnevnikClient(transport)
    told("schools/1", {"id": 1, **{f"f{number}": 0 for number in range(1000)}}, lambda: client.school("1"))
    assert len(client.unfamiliar.found) == unfamiliar.MOST


def _models(root: type[Wire]) -> Iterator[type[Wire]]:
    for model in root.__subclasses__():
        yield model
        yield from _models(model)


def test_no_model_drops_a_field() -> None:
    """Of every model of the wire."""
    models = set(_models(Wire))
    assert {wire.Lesson, wire.Mark, wire_results.AverageMark} <= models
    assert {model.model_config["extra"] for model in models} == {"allow"}


# --- words ------------------------------------------------------------------------------------------------------------

LESSON = {"id": 4, "date": "2026-09-07T00:00:00", "number": 1, "subject": {"id": 20}}
GROUP = {"id": 7, "name": "7А"}
WORDS: dict[str, tuple[str, Any, Callable[[DnevnikClient], Any], str]] = {
    "School.markType": ("schools/1", {"id": 1, "markType": NEW}, lambda ask: ask.school("1"), "1"),
    "School.educationType": ("schools/1", {"id": 1, "educationType": NEW}, lambda ask: ask.school("1"), "1"),
    "EduGroup.type": ("schools/1/edu-groups", [{**GROUP, "type": NEW}], lambda ask: ask.classes("1"), "7"),
    "EduGroup.status": ("schools/1/edu-groups", [{**GROUP, "status": NEW}], lambda ask: ask.classes("1"), "7"),
    "EduGroup.journaltype": (
        "schools/1/edu-groups",
        [{**GROUP, "journaltype": NEW}],
        lambda ask: ask.classes("1"),
        "7",
    ),
    "Student.membershipstatus": (
        "edu-groups",
        [{"group": GROUP, "students": [{"person": {"id": 5}, "membershipstatus": NEW}]}],
        lambda ask: ask.members(["7"]),
        "5",
    ),
    "Person.sex": ("persons/5", {"id": 5, "sex": NEW}, lambda ask: ask.person("5"), "5"),
    "ReportingPeriod.type": (
        "edu-groups/7/reporting-periods",
        [{"id": 9, "start": "2026-09-01T00:00:00", "finish": "2026-10-25T00:00:00", "type": NEW}],
        lambda ask: ask.periods("7"),
        "9",
    ),
    "Lesson.status": ("lessons/many", [{**LESSON, "status": NEW}], lambda ask: ask.lessons_by_id(["4"]), "4"),
    "Work.type": ("works/3", {"id": 3, "type": NEW}, lambda ask: ask.schoolwork.work("3"), "3"),
    "Work.markType": ("works/3", {"id": 3, "markType": NEW}, lambda ask: ask.schoolwork.work("3"), "3"),
    "Work.status": ("works/3", {"id": 3, "status": NEW}, lambda ask: ask.schoolwork.work("3"), "3"),
    "Work.periodType": ("works/3", {"id": 3, "periodType": NEW}, lambda ask: ask.schoolwork.work("3"), "3"),
    "WorkType.kind": ("work-types/1", [{"id": 6, "kind": NEW}], lambda ask: ask.schoolwork.work_types("1"), "6"),
    "Mark.type": ("lessons/4/marks", [{"id": 8, "type": NEW}], lambda ask: ask.lesson_marks("4"), "8"),
    "Mark.mood": ("lessons/4/marks", [{"id": 8, "mood": NEW}], lambda ask: ask.lesson_marks("4"), "8"),
    "LessonLogEntry.status": (
        "lesson-log-entries",
        [{"lesson": 4, "person": 5, "status": NEW}],
        lambda ask: ask.log_entries(["4"]),
        "4/5",
    ),
}
"""Vocabulary → where an unknown word of it comes from, and the id of what carries it."""


@pytest.mark.parametrize("name", WORDS)
def test_a_word_nobody_knows_is_a_finding_with_its_place(transport: Transport, name: str) -> None:
    """Endpoint and id; the answer is read, and the words that are known are no news."""
    path, answer, ask, key = WORDS[name]
    client = DnevnikClient(transport)
    with capture_logs() as lines:
        assert told(path, answer, lambda: ask(client))
    (found,) = client.unfamiliar.found
    assert (found.name, found.word, found.key, found.count) == (name, NEW, key, 1)
    assert found.place.split("/")[0] == path.split("/")[0]
    assert [line["code"] for line in lines if line["event"] == "unknown word of the diary"] == [NEW]


def test_every_vocabulary_of_the_wire_is_tried() -> None:
    """A field with a vocabulary that is in no test would be found by nobody."""
    fields = {f"{model.__name__}.{one.alias}" for model in _models(Wire) for one in unfamiliar._view(model).words}
    same = {"SchoolTeacher.Sex": "Person.sex", "EduGroup.educationType": "School.educationType"}
    same |= {"ReportingPeriodGroup.type": "ReportingPeriod.type", "LessonFlat.status": "Lesson.status"}
    same |= {"User.sex": "Person.sex", "ContextSchool.type": "School.educationType"}
    of_owner = {"User.roles", "Context.roles", "SchoolMembership.roles"}
    assert {same.get(name, name) for name in fields} - of_owner == WORDS.keys()


def test_a_role_nobody_knows_is_told_by_itself(transport: Transport) -> None:
    """Of several roles only that one."""
    seen = Unfamiliar()
    user = told("users/me", {"id": 1, "roles": ["EduStaff", NEW]}, lambda: Account(transport, seen).me())
    assert user.roles == ("EduStaff", NEW)
    assert [(one.name, one.word, one.key) for one in seen.found] == [("User.roles", NEW, "1")]


@pytest.mark.parametrize(
    ("value", "word"), [(77, "77"), ("Иванова Анна", "… …"), ("x" * 500, "x" * unfamiliar.LONGEST)]
)
def test_a_word_is_shown_tamed(transport: Transport, value: Any, word: str) -> None:
    """A number is a word too; what may be a name is not repeated."""
    client = DnevnikClient(transport)
    told("lessons/4/marks", [{"id": 8, "mood": value}], lambda: client.lesson_marks("4"))
    assert [one.word for one in client.unfamiliar.found] == [word]


# --- what the rooms above make of unknown words -----------------------------------------------------------------------


def test_what_is_not_said_to_be_over_goes_on() -> None:
    """A class, a subgroup and a membership of a status nobody knows are there: nothing is made a second time."""
    groups = [
        wire.EduGroup(id=7, name="7А", status=NEW),
        wire.EduGroup(id=8, type=NEW, name="1 группа", parent_ids=(7,)),
        wire.EduGroup(id=9, name="9А", status="Archive"),
    ]
    students = [wire.Student(person=wire.Person(id=key), status=status) for key, status in ((1, NEW), (2, "Archive"))]
    kept = roster.current(groups, 2026)
    assert [one.remote_id for one in roster.forms(kept, {})] == ["7"]
    assert [one.remote_id for one in roster.subgroups(kept)] == ["8"]
    members = [wire.GroupStudents(group=groups[0], students=tuple(students))]
    assert [one.remote_id for one in roster.memberships(members)] == ["1@7"]


def test_an_unknown_attendance_stays_as_written_and_an_unknown_work_is_no_homework() -> None:
    """The cell keeps the word raw, which reconciliation shows as an illegal sign; nothing is guessed."""
    lesson = wire.Lesson.model_validate(
        {**LESSON, "works": [{"id": 3, "type": NEW, "text": "прочесть"}], "status": NEW}
    )
    register = GroupRegister(
        group=RemoteId("7"),
        lessons=(lesson,),
        marks=(wire.Mark(id=8, value="5", person=5, lesson=4, work=3, type=NEW, mood=NEW),),
        log=(wire.LessonLogEntry(person=5, lesson=4, status=NEW),),
        members=(wire.Student(person=wire.Person(id=5), status=NEW),),
    )
    names = Names(groups={RemoteId("7"): SourcedId("form:7")}, subjects={}, persons={RemoteId("5"): SourcedId("p")})
    cells = {cell.kind: cell for cell in cells_of(register, names)}
    assert set(cells) == {CellKind.LESSON, CellKind.MARKS, CellKind.MEMBER}
    assert (cells[CellKind.MARKS].raw, cells[CellKind.MARKS].value) == (f"5 {NEW}", "5")


STRANGE = {
    "membershipstatus": NEW,
    "journaltype": NEW,
    "markType": NEW,
    "mood": NEW,
    "educationType": NEW,
    "periodType": NEW,
    "sex": NEW,
}


class Stranger:
    """A diary whose vocabularies have all got a new word; `status` and `type` of everything but what decides."""

    def __init__(self, app: Any) -> None:
        self._app, self.on = app, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self.on or "/v2.0/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        said: list[dict[str, Any]] = []

        async def heard(message: dict[str, Any]) -> None:
            said.append(message)

        await self._app(scope, receive, heard)
        body = b"".join(one.get("body", b"") for one in said)
        changed = json.dumps(_changed(json.loads(body))).encode() if body else b""
        head = [(name, value) for name, value in said[0]["headers"] if name != b"content-length"]
        head.append((b"content-length", str(len(changed)).encode()))
        await send({**said[0], "headers": head})
        await send({"type": "http.response.body", "body": changed})


def _changed(value: Any) -> Any:
    if isinstance(value, list):
        return [_changed(one) for one in value]
    if not isinstance(value, dict):
        return value
    new = {name: STRANGE.get(name, _changed(one)) for name, one in value.items()}
    new |= {name: NEW for name in ("status", "type") if name in value and "description" not in value}
    return {**new, "newerField": NEW}


@pytest.fixture
def strange(tmp_path: Path) -> Iterator[tuple[School, Stranger]]:
    doors: list[Stranger] = []

    def around(app: Any) -> Any:
        doors.append(Stranger(app))
        return doors[0]

    with RunningSandbox(7, around=around) as sandbox:
        school = School(sandbox, tmp_path)
        with school.control, school.transport:
            school.furnish()
            school.lesson("2026-09-07", 1)
            yield school, doors[0]


def test_a_diary_of_new_words_is_read_whole(strange: tuple[School, Stranger]) -> None:
    """Snapshot and pull of a diary whose every vocabulary has a new word: nothing is lost, every word is found."""
    school, door = strange
    before, window = school.target.snapshot(SCOPE), school.window(date(2026, 9, 1), date(2026, 9, 30))
    (batch,) = school.register.pull(window)
    door.on = True
    after = school.target.snapshot(SCOPE)
    (again,) = school.register.pull(window)
    kinds = (RecordType.FORM, RecordType.SUBGROUP, RecordType.MEMBERSHIP, RecordType.LESSON, RecordType.GRADING_PERIOD)
    for kind in kinds:
        assert before.of(kind)
        assert [one.record for one in after.of(kind)] == [one.record for one in before.of(kind)]
    assert after.complete == before.complete
    assert again.cells == batch.cells
    found = school.client.unfamiliar.found
    assert {one.name for one in found if one.word} >= {
        *("EduGroup.type", "EduGroup.status", "EduGroup.journaltype", "Student.membershipstatus"),
        *("Lesson.status", "ReportingPeriod.type", "Work.type", "Work.markType", "Person.sex"),
    }
    assert {one.name for one in found if not one.word} >= {
        "EduGroup.newerField",
        "Work.newerField",
        "Person.newerField",
    }
    assert membership_id(PUPIL, FORM_A) in school.refs
    assert school.refs[HALF] in {one.remote_id for one in after.of(RecordType.SUBGROUP)}
    assert all(dataclasses.astuple(one) and one.place for one in found)
