"""What pupils and teachers do beside the register: homework tasks, thematic marks, class teachers, recent marks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_school import MONDAY, SmallSchool, Wire, guid

from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

FRIDAY = datetime(2026, 9, 18, 15, 0, tzinfo=UTC)
DAYS = "2026-09-07/2026-09-20"


class Played:
    """Two weeks of a small school, kept by its teachers."""

    def __init__(self, sandbox: RunningSandbox, wire: Wire) -> None:
        self.sandbox, self.wire, self.school = sandbox, wire, SmallSchool(wire, weeks=2)
        wire.control("teachers/play", {"from": str(MONDAY), "to": "2026-09-20"})
        self.group, self.subject = self.school.groups["7А"], self.school.subjects["Алгебра"]
        self.child, self.other = (wire.get("persons/search", lastName=f"Ученик7А{n}")[0] for n in (0, 1))
        works = [work for row in wire.get(f"edu-groups/{self.group}/lessons/{DAYS}") for work in row["works"]]
        self.homeworks = [row for row in works if row["type"] == "Homework"]
        self.parent = {"Access-Token": sandbox.token("parent")}

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        answer = self.wire.http.post(f"/v2.0/{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def digest(self) -> str:
        found: str = self.wire.control("state-digest")["digest"]
        return found


@pytest.fixture
def played() -> Iterator[Played]:
    with RunningSandbox(world=World(7, lambda: FRIDAY)) as sandbox, Wire(sandbox) as wire:
        yield Played(sandbox, wire)


# --- homework tasks --------------------------------------------------------------------------------------------------


def test_each_pupil_has_one_task_of_each_homework(played: Played) -> None:
    """The same task whichever way it is asked for; other works have none; due on the day of the homework."""
    wire, work = played.wire, played.homeworks[0]
    tasks = wire.get(f"works/{work['id']}/tasks")
    pupils = {row["id"] for row in wire.get(f"edu-groups/{played.group}/persons")}
    assert [row["person"] for row in tasks] == sorted(pupils)
    assert {(row["status"], row["targetDate"]) for row in tasks} == {("New", work["targetDate"])}
    assert wire.get(f"lessons/{work['lesson']}/tasks") == tasks
    assert wire.get("tasks", lessons=work["lesson"]) == tasks
    assert wire.get(f"tasks/{tasks[0]['id']}") == tasks[0]
    assert wire.get(f"works/{work['id']}/tasks", persons=[played.child]) == [
        row for row in tasks if row["person"] == played.child
    ]
    answers = wire.get(f"lessons/{work['lesson']}")["works"][0]
    assert (answers["type"], wire.get(f"works/{answers['id']}/tasks")) == ("DefaultNewLessonWork", [])


def test_a_persons_tasks_come_by_subject_days_and_pages(played: Played) -> None:
    """Pages of the list in order of days; a page beyond the end is empty, one that is no number is refused."""
    path = f"persons/{played.child}/tasks"
    asked = {"subject": played.subject, "from": "2026-09-07", "to": "2026-09-20"}
    tasks = played.wire.get(path, **asked)
    own = [row["id"] for row in played.homeworks if str(row["subjectId"]) == played.subject]
    assert [row["work"] for row in tasks] == own
    assert len(tasks) > 2
    pages = [played.wire.get(path, **asked, pageNumber=n, pageSize=2) for n in range(1, len(tasks) // 2 + 3)]
    assert [row for page in pages for row in page] == tasks
    assert pages[-1] == []
    assert played.wire.error(path, params={**asked, "pageSize": 0}) == (400, "parameterInvalid")


def test_a_pupil_starts_working_and_the_task_is_still_undone(played: Played) -> None:
    """One task changes and no other; a second start is a repeat; the digest tells, for it is content."""
    wire, work, before = played.wire, played.homeworks[0], played.digest()
    path = f"works/{work['id']}/persons/{played.child}/status"
    assert wire.error(path, "POST", json={"action": "Fly"}) == (400, "parameterInvalid")
    assert played.digest() == before
    task = played.post(path, {"action": "StartWorking"}, played.parent)
    assert played.post(path, {"action": "StartWorking"}) == task
    assert [row for row in wire.get(f"works/{work['id']}/tasks") if row["status"] != "New"] == [task]
    assert task in wire.get(f"tasks/{played.child}/undone")
    assert [row["effect"] for row in wire.control("history")[-2:]] == ["changed", "repeat"]
    assert played.digest() != before


def test_a_family_has_its_own_tasks_only(played: Played) -> None:
    """A parent reads and starts those of the child; a homework taken back takes its tasks along."""
    wire, work = played.wire, played.homeworks[0]
    tasks = {row["person"]: row["id"] for row in wire.get(f"works/{work['id']}/tasks")}
    answer = wire.http.get(f"/v2.0/works/{work['id']}/tasks", headers=played.parent)
    assert [row["person"] for row in answer.json()] == [played.child]
    assert wire.error(f"tasks/{tasks[played.other]}", headers=played.parent) == (403, "notOwner")
    start = {"json": {"action": "StartWorking"}, "headers": played.parent}
    assert wire.error(f"works/{work['id']}/persons/{played.other}/status", "POST", **start) == (403, "notOwner")
    assert wire.http.delete(f"/v2.0/works/{work['id']}").status_code == 204
    assert wire.error(f"tasks/{tasks[played.child]}") == (404, "resourceUnavailable")


def test_reading_tasks_shifts_no_other_id() -> None:
    """Two equal worlds issue equal ids, though tasks were read in one of them."""
    marks = []
    for reads in (False, True):
        with RunningSandbox(world=World(7, lambda: FRIDAY)) as sandbox, Wire(sandbox) as wire:
            played = Played(sandbox, wire)
            if reads:
                assert wire.get(f"tasks/{played.child}/undone")
            marks.append(played.post(f"persons/{played.child}/works/{played.homeworks[0]['id']}/mark", {"value": "5"}))
    assert marks[0] == marks[1]


# --- thematic marks --------------------------------------------------------------------------------------------------


def test_a_thematic_mark_stands_apart_from_lessons_and_periods(played: Played) -> None:
    """It has a work without a lesson; it is in no list of lesson marks and in no final mark; a second one replaces."""
    wire, final = played.wire, f"edu-groups/{played.group}/final-marks"
    finals, current = wire.get(final), wire.get(f"edu-groups/{played.group}/marks/{DAYS}")
    sent = {"person": played.child, "group": played.group, "subject": played.subject, "text": "Дроби"}
    assert wire.error("thematic-marks", "POST", json={**sent, "value": "6"}) == (400, "parameterInvalid")
    mark = played.post("thematic-marks", {**sent, "value": "4"})
    assert (mark["lesson"], wire.get(f"works/{mark['work']}")["text"]) == (None, "Дроби")
    again = played.post("thematic-marks", {**sent, "value": "5"})
    assert (again["id"], again["value"]) == (mark["id"], "5")
    assert wire.get(f"thematic-marks/{mark['id']}") == again
    assert wire.get(f"edu-groups/{played.group}/subjects/{played.subject}/thematic-marks") == [again]
    own = f"persons/{played.child}/edu-groups/{played.group}/subjects/{played.subject}/thematic-marks"
    assert wire.get(f"{own}/{DAYS}") == [again]
    assert wire.get(f"{own}/2026-10-01/2026-10-20") == []
    assert wire.get(final) == finals
    assert wire.get(f"edu-groups/{played.group}/marks/{DAYS}") == current
    assert wire.error(f"thematic-marks/{current[0]['id']}") == (404, "resourceUnavailable")
    assert wire.control("counters")["mark_writes"] == 3


def test_a_group_takes_its_thematic_marks_along(played: Played) -> None:
    """Nothing of a deleted group is left to be found."""
    sent = {"person": played.child, "group": played.group, "subject": played.subject, "value": "4"}
    mark = played.post("thematic-marks", sent)
    played.wire.done("deleteGroup", guid=guid("7А"))
    assert played.wire.error(f"marks/{mark['id']}") == (404, "resourceUnavailable")
    assert played.digest()


# --- who teaches what ------------------------------------------------------------------------------------------------


def test_a_class_teacher_is_whom_the_administrator_names(played: Played) -> None:
    """Nobody before; then the person, a house master in the list of teachers."""
    wire, school = played.wire, played.wire.control("info")["school_id"]
    path = f"edu-groups/{played.group}/classteacher"
    assert wire.error(path) == (404, "resourceUnavailable")
    (teacher,) = wire.get("persons/search", lastName="Педагогов")
    wire.control("admin/class-teacher", {"group_id": played.group, "person_id": str(teacher)})
    assert wire.get(path)["id"] == teacher
    masters = {row["Id"]: row["HouseMaster"] for row in wire.get(f"schools/{school}/teachers")}
    assert {key for key, leads in masters.items() if leads} == {teacher}


def test_all_classes_are_found_by_walking_the_teachers(played: Played) -> None:
    """As one client does for want of the list of classes; a family's token is enough, but shows no birthdays."""
    wire, school = played.wire, played.wire.control("info")["school_id"]
    asked = {"headers": played.parent}
    teachers = wire.http.get(f"/v2.0/schools/{school}/teachers", **asked).json()
    assert {(row["DateBirth"], row["Email"]) for row in teachers} == {(None, None)}
    assert all(row["DateBirth"] for row in wire.get(f"schools/{school}/teachers"))
    walked = [wire.http.get(f"/v2.0/persons/{row['Id']}/edu-groups", **asked).json() for row in teachers]
    assert {group["id_str"] for groups in walked for group in groups} == set(played.school.groups.values())
    assert wire.error(f"persons/{played.other}/edu-groups", **asked) == (403, "notOwner")


# --- recent marks ----------------------------------------------------------------------------------------------------


def test_recent_marks_are_cut_by_day_and_subject_and_counted_per_subject(played: Played) -> None:
    """Newest first, with the pupil's attendance of the same lessons."""
    path = f"persons/{played.child}/group/{played.group}/recentmarks"
    everything = played.wire.get(path, limit=100)
    assert len({row["subjectId"] for row in everything["lessons"]}) > 1
    dates = [row["date"] for row in everything["marks"]]
    assert dates == sorted(dates, reverse=True)
    one = played.wire.get(path, limit=100, subject=played.subject)
    assert {str(row["subjectId"]) for row in one["lessons"]} == {played.subject}
    late = played.wire.get(path, limit=100, fromDate=dates[0][:10])
    assert 0 < len(late["marks"]) < len(dates)
    assert min(row["date"][:10] for row in late["marks"]) == dates[0][:10]
    newest = played.wire.get(path, limit=1)
    assert len(newest["marks"]) == len(newest["subjects"]) == len(everything["subjects"])
    assert played.wire.error(f"{path}?limit=101") == (400, "parameterInvalid")
