"""REST of the sandbox: shapes, string twins, cases, dates, errors and rights as the evidence has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_school import MONDAY, SmallSchool, Wire

from connectors.sandbox.rest import RestDoor
from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEK = "2026-09-07/2026-09-13"


class Read:
    """A played school, read only."""

    def __init__(self, sandbox: RunningSandbox, wire: Wire) -> None:
        self.sandbox, self.wire, self.school = sandbox, wire, SmallSchool(wire, weeks=2)
        wire.control("teachers/play", {"from": str(MONDAY), "to": "2026-09-20"})
        self.group, self.sub, self.first = (self.school.groups[name] for name in ("7А", "7А/1", "1Б"))
        self.school_id = wire.control("info")["school_id"]

    def as_role(self, role: str) -> dict[str, str]:
        return {"Access-Token": self.sandbox.token(role)}


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        yield Read(sandbox, wire)


def twins_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (id, id_str)-like pair anywhere in an answer."""
    if isinstance(value, dict):
        for key, text in value.items():
            if key.endswith("_str"):
                yield value[key.removesuffix("_str")], text
            yield from twins_of(text)
    if isinstance(value, list):
        for item in value:
            yield from twins_of(item)


def test_every_string_twin_repeats_its_number(read: Read) -> None:
    """`*_str` is the exact number as text, lists included, null for null."""
    paths = (f"edu-groups/{read.group}/lessons/{WEEK}", f"edu-groups/{read.group}/marks/{WEEK}", "users/me")
    pairs = [pair for path in paths for pair in twins_of(read.wire.get(path))]
    assert len(pairs) > 50
    for number, text in pairs:
        expected = [str(one) for one in number] if isinstance(number, list) else None if number is None else str(number)
        assert text == expected


def test_twins_are_absent_where_the_evidence_has_none(read: Read) -> None:
    """subjectId, workType, createdBy and schoolId have no twin; subjects of schedules have no id_str."""
    lesson = read.wire.get(f"edu-groups/{read.group}/lessons/{WEEK}")[0]
    assert not {"subjectId_str", "workType_str", "createdBy_str", "group_str"} & {*lesson, *lesson["works"][0]}
    pupil = read.wire.get(f"edu-groups/{read.group}/persons")[0]["id"]
    days = {"startDate": str(MONDAY), "endDate": str(MONDAY)}
    day = read.wire.get(f"persons/{pupil}/groups/{read.group}/schedules", **days)["days"][0]
    assert day["subjects"]
    assert "id_str" not in day["subjects"][0]
    assert "schoolId_str" not in read.wire.get(f"work-types/{read.school_id}")[0]


def test_persons_have_short_ids_and_differ_from_their_users(read: Read) -> None:
    """13 digits; person ≠ user; the administrator is no pupil and no teacher."""
    me = read.wire.get("users/me")
    assert len(me["id_str"]) == len(me["personId_str"]) == 13
    assert me["id"] != me["personId"]
    assert read.wire.get("users/me/roles") == ["EduSchoolAdministrator"]
    staff = read.wire.get(f"schools/{read.school_id}/membership", schoolMembershipType="Staff")
    admins = read.wire.get(f"schools/{read.school_id}/membership", schoolMembershipType="Admins")
    assert len(staff) == 2
    assert [one["id"] for one in admins] == [me["personId"]]


def test_bells_and_teachers_are_pascal_case(read: Read) -> None:
    """Timetables are a list for the school, an object for a group; breaks stand between lessons with number 0."""
    table = read.wire.get(f"schools/{read.school_id}/timetables")[0]
    assert table == read.wire.get(f"edu-groups/{read.group}/timetables")
    assert table["IdStr"] == read.school.table
    numbers = [item["LessonNumber"] for item in table["Items"]]
    assert numbers == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]
    assert table["Items"][0]["Start"].endswith("T09:00:00")
    teacher = read.wire.get(f"schools/{read.school_id}/teachers")[0]
    assert (teacher["LastName"], teacher["Subjects"]) == ("Педагогов", "Английский язык, Русский язык")
    assert teacher["DateBirth"] == "2013-02-01T00:00:00"


def test_parents_of_a_class_are_null_or_an_empty_list(read: Read) -> None:
    """null by person and school, [] elsewhere; a subgroup names its class."""
    pupil = read.wire.get(f"edu-groups/{read.sub}/persons")[0]["id"]
    by_school = read.wire.get(f"persons/{pupil}/schools/{read.school_id}/edu-groups")
    assert [(row["parentIds"], row["parentIds_str"]) for row in by_school] == [(None, None)]
    everything = read.wire.get(f"persons/{pupil}/edu-groups/all")
    assert [(row["type"], row["parentIds_str"]) for row in everything] == [("Group", []), ("Subgroup", [read.group])]


def test_a_grade_shows_classes_and_subgroups_and_the_school_classes_only(read: Read) -> None:
    """One call per grade finds all subgroups."""
    grade = [row["id_str"] for row in read.wire.get(f"edu-groups/{read.group}/parallel")]
    classes = [row["id_str"] for row in read.wire.get(f"schools/{read.school_id}/edu-groups")]
    assert sorted(grade) == sorted([read.group, read.sub])
    assert sorted(classes) == sorted([read.group, read.first])


def test_a_mark_belongs_to_the_lessons_group_only(read: Read) -> None:
    """A subgroup's lessons and marks are not listed under its class."""
    own = {row["id"] for row in read.wire.get(f"edu-groups/{read.sub}/lessons/{WEEK}")}
    assert own
    assert not own & {row["id"] for row in read.wire.get(f"edu-groups/{read.group}/lessons/{WEEK}")}
    assert not own & {row["lesson"] for row in read.wire.get(f"edu-groups/{read.group}/marks/{WEEK}")}


@pytest.mark.parametrize(
    "spelling",
    ["2026-09-07", "2026-9-7T0:0:0", "2026-09-07T10:00:00.123456", "2026-09-07 10:00:00.123", "2026-09-07T10:00:00.1Z"],
)
def test_all_five_spellings_of_a_day_are_read(read: Read, spelling: str) -> None:
    """And both ends are included by date."""
    lessons = read.wire.get(f"edu-groups/{read.group}/lessons/{spelling}/{spelling}")
    assert [row["date"] for row in lessons] == ["2026-09-07T00:00:00"]


@pytest.mark.parametrize("spelling", ["07.09.2026", "2026-13-01", "2026-02-30", "today", "2026-09-07T25:00:00"])
def test_other_spellings_are_parameter_invalid(read: Read, spelling: str) -> None:
    """A wrong day is refused with 400, never guessed."""
    path = f"edu-groups/{read.group}/lessons/{spelling}/2026-09-30"
    assert read.wire.error(path) == (400, "parameterInvalid")
    assert read.wire.error(f"edu-groups/{read.group}/marks/2026-09-30/{spelling}") == (400, "parameterInvalid")


def test_a_window_that_ends_before_it_starts_is_parameter_invalid(read: Read) -> None:
    """The order of the ends matters."""
    assert read.wire.error(f"edu-groups/{read.group}/marks/2026-09-30/2026-09-01") == (400, "parameterInvalid")


def test_moments_of_entry_are_utc_with_a_fraction_and_days_are_local_midnights(read: Read) -> None:
    """Mark.date and createdDate carry no zone; Lesson.date is a midnight."""
    marks = read.wire.get(f"edu-groups/{read.group}/marks/{WEEK}")
    lessons = {row["id"]: row["date"] for row in read.wire.get(f"edu-groups/{read.group}/lessons/{WEEK}")}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", day) for day in lessons.values())
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", row["date"]) for row in marks)
    assert all(row["date"][:10] >= lessons[row["lesson"]][:10] for row in marks)


def test_averages_are_text_with_a_decimal_comma(read: Read) -> None:
    """Weighted ones are floats; the mean of the marks is the mean of the marks."""
    marks = read.wire.get(f"edu-groups/{read.group}/marks/{WEEK}")
    subject = read.school.subjects["Алгебра"]
    own = read.wire.get(f"edu-groups/{read.group}/subjects/{subject}/marks/{WEEK}")
    assert {row["id"] for row in own} < {row["id"] for row in marks}
    rows = read.wire.get(f"edu-groups/{read.group}/avg-marks/{WEEK}")
    shown = {
        (row["person"], cell["subject_str"]): cell["avg-mark-value"]
        for row in rows
        for cell in row["per-subject-averages"]
    }
    for person in {row["person"] for row in own}:
        values = [int(row["value"]) for row in own if row["person"] == person]
        assert float(shown[person, subject].replace(",", ".")) == round(sum(values) / len(values), 2)
    assert all("." not in value for value in shown.values())
    weighted = read.wire.get(f"edu-groups/{read.group}/wa-marks/{WEEK}")
    assert all(isinstance(cell["value"], float) for row in weighted["subjectMarks"] for cell in row["marks"])


def test_persons_are_found_by_name_birthday_and_snils_as_ids_only(read: Read) -> None:
    """Every given question must hold; case is folded; no question at all is refused."""
    query = {"lastName": "учителева", "firstName": "АННА"}
    found = read.wire.get("persons/search", **query)
    assert len(found) == 1
    assert read.wire.get(f"persons/{found[0]}")["middleName"] == "Ивановна"
    assert read.wire.get("persons/search", **query, birthday="2013-02-01") == found
    assert read.wire.get("persons/search", **query, birthday="2013-02-02") == []
    assert read.wire.get("persons/search", **query, snils="123") == []
    assert read.wire.error("persons/search") == (400, "parameterInvalid")
    assert read.wire.error("persons/search?birthday=soon") == (400, "parameterInvalid")


def test_relatives_lead_from_the_pupil_to_the_parent_and_back(read: Read) -> None:
    """The kinship is as it was entered; the other way it is Child."""
    wire = read.wire
    pupil = wire.get("persons/search", lastName="Ученик7А0")[0]
    user = wire.get(f"persons/{pupil}")["userId"]
    (mother,) = wire.get(f"users/{user}/relatives")
    assert (mother["type"], mother["person"]["firstName"]) == ("мать", "Ольга")
    (child,) = wire.get(f"users/{mother['person']['userId']}/relatives")
    assert (child["type"], child["person"]["id"]) == ("Child", pupil)
    assert [one["id"] for one in wire.get(f"person/{mother['person']['id']}/children")] == [pupil]


def test_attendance_of_many_lessons_comes_in_one_call(read: Read) -> None:
    """Repeated `lessons=`; the same rows one by one; statuses from the vocabulary."""
    lessons = [row["id"] for row in read.wire.get(f"edu-groups/{read.group}/lessons/2026-09-07/2026-09-20")]
    many = read.wire.get("lesson-log-entries", lessons=lessons)
    singly = [row for key in lessons for row in read.wire.get(f"lessons/{key}/log-entries")]
    assert many == singly
    assert many
    assert {row["status"] for row in many} <= set(read.wire.get("lesson-log-entries/statuses"))
    entry = many[0]
    assert read.wire.get(f"lesson-log-entries/lesson/{entry['lesson']}/person/{entry['person']}") == entry


def test_finals_stand_by_pupil_and_period_and_grade_one_has_none(read: Read) -> None:
    """One row per pupil and period, a mark per subject; the work is a PeriodMark without a lesson."""
    rows = read.wire.get(f"edu-groups/{read.group}/final-marks")
    periods = {row["id"] for row in read.wire.get(f"edu-groups/{read.group}/reporting-periods")}
    assert len(rows) == 8
    assert {row["reportingPeriod"] for row in rows} < periods
    mark = rows[0]["per-subject-final-marks"][0]["final-mark"]
    work = read.wire.get(f"works/{mark['work']}")
    assert (mark["lesson"], work["type"], work["periodType"], work["periodNumber"]) == (
        None,
        "PeriodMark",
        "Quarter",
        1,
    )
    assert read.wire.get(f"edu-groups/{read.first}/final-marks") == []
    assert read.wire.get(f"edu-groups/{read.first}/marks/2026-09-01/2026-10-01") == []


def test_errors_are_type_and_description(read: Read) -> None:
    """Exactly those two, in the wire's own names; HTML only to those who ask for HTML."""
    answer = read.wire.http.get("/v2.0/lessons/1", headers={"Accept": "application/json"})
    assert set(answer.json()) == {"type", "description"}
    assert read.wire.error("lessons/1") == (404, "resourceUnavailable")
    assert read.wire.error("no/such/thing/at/all") == (404, "resourceUnavailable")
    assert read.wire.error("lessons/abc") == (400, "parameterInvalid")
    assert read.wire.error("users/me", "DELETE") == (405, "methodNotSupported")
    assert read.wire.error("lessons/many", "POST", content=b"{}") == (400, "invalidRequest")
    assert read.wire.error("lessons/many", "POST", content=b"[") == (400, "invalidRequest")
    page = read.wire.http.get("/v2.0/lessons/1", headers={"Accept": "text/html"})
    assert 'class="error__description"' in page.text


def test_a_bug_of_the_sandbox_is_a_server_error_without_a_traceback() -> None:
    """Even our own mistakes speak the wire's language."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        del sandbox.world.work_types
        status, kind = wire.error(f"work-types/{sandbox.world.school.id}")
        assert (status, kind) == (500, "serverError")


def test_a_token_is_required_and_must_be_known(read: Read) -> None:
    """401 for both; the header's case does not matter; ?access_token= works as well."""
    wire = read.wire
    assert wire.error("users/me", headers={"Access-Token": ""}) == (401, "tokenRequired")
    assert wire.error("users/me", headers={"Access-Token": "y" * 32}) == (401, "invalidToken")
    query = {"access_token": read.sandbox.token()}
    assert wire.http.get("/v2/users/me", params=query, headers={"Access-Token": ""}).status_code == 200
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", token) for token in wire.control("info")["tokens"].values())


def test_teachers_and_parents_read_less(read: Read) -> None:
    """A teacher may not search people, a parent may read their own child only, and sees bare names of others."""
    wire, parent, teacher = read.wire, read.as_role("parent"), read.as_role("teacher")
    child, other = (wire.get("persons/search", lastName=f"Ученик7А{n}")[0] for n in (0, 1))
    assert wire.error("persons/search?lastName=А", headers=teacher) == (403, "outOfScope")
    assert wire.error(f"schools/{read.school_id}/edu-groups", headers=parent) == (403, "notOwner")
    assert wire.error(f"edu-groups/{read.first}/persons", headers=parent) == (403, "notOwner")
    assert wire.error(f"edu-groups/{read.group}/marks/{WEEK}", headers=parent) == (403, "notOwner")
    assert wire.error(f"persons/{other}/schools/{read.school_id}/marks/{WEEK}", headers=parent) == (403, "notOwner")
    own = wire.http.get(f"/v2/persons/{child}/schools/{read.school_id}/marks/{WEEK}", headers=parent)
    assert own.status_code == 200
    assert {row["person"] for row in own.json()} <= {child}
    bare = wire.http.get(f"/v2/persons/{other}", headers=parent).json()
    assert bare["shortName"] == "Ученик7А1 И.О."
    assert not {"firstName", "lastName", "middleName"} & bare.keys()
    assert wire.http.get(f"/v2/schools/{read.school_id}/edu-groups", headers=teacher).status_code == 200


def test_a_token_without_an_owner_is_invalid() -> None:
    """Before the first upload there is no teacher and no parent to own one."""
    with RunningSandbox(7) as sandbox, Wire(sandbox, "teacher") as wire:
        assert wire.error("users/me") == (401, "invalidToken")


def test_register_writes_work_and_are_counted() -> None:
    """A teacher's client can write; so a gateway that did would be seen."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=1)
        lesson = wire.get(f"edu-groups/{school.groups['7А']}/lessons/{WEEK}")[0]
        pupil = wire.get(f"edu-groups/{school.groups['7А']}/persons")[0]["id"]
        path = f"/v2.0/persons/{pupil}/works/{lesson['works'][0]['id']}/mark"
        mark = wire.http.post(path, json={"value": "4"}).json()
        assert wire.http.post(path, json={"value": "5"}).json()["id"] == mark["id"]
        assert wire.get(f"marks/{mark['id']}")["textValue"] == "5"
        assert wire.error(path.removeprefix("/v2.0/"), "POST", json={"value": "11"}) == (400, "parameterInvalid")
        entries = f"/v2.0/lessons/{lesson['id']}/log-entries"
        assert wire.http.post(entries, json={"person": pupil, "status": "Absent"}).json()["status"] == "Absent"
        assert wire.http.put(f"{entries}?person={pupil}", json={"status": "Ill"}).status_code == 204
        assert wire.get(f"lessons/{lesson['id']}/log-entries")[0]["status"] == "Ill"
        by_query = f"/v2.0/lesson-log-entries?lesson={lesson['id']}&person={pupil}"
        assert wire.http.delete(by_query).status_code == 204
        assert wire.http.delete(by_query).status_code == 404
        work = wire.http.post("/v2.0/works", json={"lesson": lesson["id"], "type": "Homework", "text": "§ 1"}).json()
        assert wire.http.put(f"/v2.0/works/{work['id']}", json={"text": "§ 2"}).status_code == 204
        assert wire.get(f"works/{work['id']}")["text"] == "§ 2"
        assert wire.http.delete(f"/v2.0/works/{work['id']}").status_code == 204
        assert wire.get("works", lesson=lesson["id"]) == lesson["works"]
        assert wire.control("counters")["mark_writes"] == 10


def test_every_read_of_the_table_answers(read: Read) -> None:
    """No route of the door ends in serverError, whatever it is asked with real ids."""
    wire, school = read.wire, read.school
    mark = wire.get(f"edu-groups/{read.group}/marks/{WEEK}")[0]
    pupil = wire.get("persons/search", lastName="Ученик7А0")[0]
    user = wire.get(f"persons/{pupil}")["userId"]
    period = wire.get(f"edu-groups/{read.group}/reporting-periods")[0]["id"]
    values = {
        **dict.fromkeys(("person", "personID", "personId", "teacher"), pupil),
        **dict.fromkeys(("group", "groupID", "groupId", "eduGroup"), read.group),
        **dict.fromkeys(("subject", "subjectID", "subjectgroup"), school.subjects["Алгебра"]),
        **dict.fromkeys(("work", "workID", "workId"), mark["work"]),
        **dict.fromkeys(("user", "userID"), user),
        **dict.fromkeys(("period", "periodID"), period),
        "lesson": mark["lesson"],
        "school": read.school_id,
        "mark": mark["id"],
        "type": "mark5",
        "task": 1,
        "section": 1,
        "organizationId": read.school_id,
        "key": f"person={pupil}&subject={school.subjects['Алгебра']}&from=2026-09-07&to=2026-09-20",
        "from": "2026-09-07",
        "to": "2026-09-20",
        "date": "2026-09-07",
    }
    query = {**values, "startDate": "2026-09-07", "endDate": "2026-09-20", "lessons": mark["lesson"]}
    query |= {"eduGroups": read.group, "birthday": "2013-02-01", "homeworkId": mark["work"], "limit": 5, "users": user}
    routes = [entry for entries in RestDoor(read.sandbox.world)._router._by_length.values() for entry in entries]
    answers = {}
    for verb, _, pattern, _ in routes:
        if verb == "GET":
            answers[pattern] = wire.http.get("/v2.0" + pattern.format_map(values), params=query)
    assert len(answers) > 100
    unavailable = {pattern for pattern, answer in answers.items() if answer.status_code != 200}
    assert unavailable <= {
        *("/tasks/{task}", "/thematic-marks/{mark}", "/edu-groups/{group}/classteacher"),
        "/lesson-log-entries/lesson/{lesson}/person/{person}",
    }
    assert all(answers[pattern].json()["type"] == "resourceUnavailable" for pattern in unavailable)


def test_reads_of_other_public_clients_are_answered(read: Read) -> None:
    """Users by query, organisations, the old generation's five reads, and the literal path of a person's entries."""
    wire = read.wire
    me = wire.get("users/me")
    assert wire.get("users", users=[me["id"], 1]) == [me]
    assert wire.get("users/me/organizations") == [int(read.school_id)]
    assert wire.get(f"users/me/organizations/{read.school_id}")["OrganizationId"] == int(read.school_id)
    for path in ("me", "me/context", "me/roles", "me/schools", f"{me['id']}/edu-groups", f"{me['id']}"):
        assert wire.http.get(f"/v1/users/{path}").json() == wire.get(f"users/{path}")
    assert wire.http.get(f"/v1/edu-groups/{read.group}").status_code == 404
    entries = wire.get("lesson-log-entries", lessons=list(read.sandbox.world.lessons))
    entry = next(row for row in entries if row["status"] != "Attend")
    subject = read.sandbox.world.lessons[entry["lesson"]].subject
    asked = f"person={entry['person']}&subject={subject}&from=2026-9-1T0:0:0&to=2026-09-30 10:00:00.123"
    own = wire.get(f"lesson-log-entries/{asked}")
    assert entry in own
    window = {"from": "2026-09-01", "to": "2026-09-30"}
    assert own == wire.get(f"lesson-log-entries/person/{entry['person']}/subject/{subject}", **window)
    assert wire.error("lesson-log-entries/person=1") == (400, "parameterInvalid")


def test_an_error_page_is_what_clients_take_apart(read: Read) -> None:
    """The text stands in the first paragraph after `error__description`; the content type is text/html and no more."""
    page = read.wire.http.get("/v2.0/lessons/x", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html"
    text = page.text.split('<div class="error__description">')[-1].split("<p>")[1].strip()[:-4]
    assert text == "Parameter lesson has an invalid value: x"


def test_what_strict_clients_read_is_not_null(read: Read) -> None:
    """Lessons of schedules, teachers, school, parameters, context: as models.md marks them, or as MO declares them."""
    wire, pupil = read.wire, read.wire.get("persons/search", lastName="Ученик7А0")[0]
    days = {"startDate": str(MONDAY), "endDate": "2026-09-13"}
    schedule = wire.get(f"persons/{pupil}/groups/{read.group}/schedules", **days)["days"]
    strict = [lesson for day in schedule for lesson in day["lessons"]]
    strict += [entry for day in schedule for entry in day["lessonLogEntries"]]
    strict += wire.get(f"schools/{read.school_id}/teachers")
    paths = (f"schools/{read.school_id}", "users/me/context", f"users/me/organizations/{read.school_id}")
    strict += [wire.get(path) for path in (*paths, f"schools/{read.school_id}/parameters")]
    assert len(strict) > 10
    nulls = {key for row in strict for key, value in row.items() if value is None}
    assert nulls == set()
