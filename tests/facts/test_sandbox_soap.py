"""The import service of the sandbox: whose GUIDs, what may repeat, what is refused, and what is counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sandbox_school import MONDAY, SCHOOL, SmallSchool, Wire, guid

from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.soap import WSDL

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def school() -> Iterator[SmallSchool]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        yield SmallSchool(wire, weeks=1)


def counted(school: SmallSchool, name: str) -> int:
    return int(school.wire.control("counters")[name])


def test_ids_are_nineteen_digits_above_two_to_the_fifty_third(school: SmallSchool) -> None:
    """Everything the import service issues has a long id that a float cannot hold."""
    for key in (*school.groups.values(), *school.subjects.values(), *school.lessons.values(), school.table):
        assert len(key) == 19
        assert int(key) > 2**53
    assert len({float(key) for key in school.groups.values()}) < len(school.groups)


def test_the_same_class_inserted_again_is_the_same_class(school: SmallSchool) -> None:
    """A repeated insertGroup returns the id it returned, and is counted as a repeat, not as a write."""
    before = counted(school, "repeats"), counted(school, "writes")
    assert school.wire.done("insertGroup", **school.form("7А")) == school.groups["7А"]
    assert (counted(school, "repeats"), counted(school, "writes")) == (before[0] + 1, before[1])


def test_a_group_guid_with_another_content_is_a_duplicate(school: SmallSchool) -> None:
    """One GUID cannot name two classes, nor a class and a subgroup."""
    assert school.wire.refused("insertGroup", **school.form("7А", name="7Ж")) == "duplicate"
    names = {"name": "1 группа", "parentGroupGuid": guid("7А"), "description": ""}
    assert school.wire.refused("insertSubGroup", guid=guid("1Б"), **names) == "duplicate"


def test_a_second_membership_is_a_duplicate_and_an_ended_one_is_archived(school: SmallSchool) -> None:
    """Leaving archives; joining again revives the same membership."""
    wire, who = school.wire, {"personGuid": guid(school.pupils["7А"][7]), "groupGuid": guid("7А")}
    assert wire.refused("insertGroupMembership", **who) == "duplicate"
    assert wire.done("deleteGroupMembership", **who) == "true"
    body = [int(school.groups["7А"])]
    rows = wire.http.post("/v2/edu-groups", json=body).json()[0]["students"]
    assert [row["membershipstatus"] for row in rows].count("Archive") == 1
    assert wire.refused("deleteGroupMembership", **who) == "unknownId"
    wire.done("insertGroupMembership", **who)
    rows = wire.http.post("/v2/edu-groups", json=body).json()[0]["students"]
    assert {row["membershipstatus"] for row in rows} == {"Active"}
    assert len(rows) == 8


@pytest.mark.parametrize(
    ("call", "fields", "code"),
    [
        ("insertSubject", {"schoolGuid": guid("other"), "name": "А", "knowledgeArea": "Art"}, "foreignSchool"),
        ("insertSubject", {"schoolGuid": SCHOOL, "name": "А", "knowledgeArea": "Magic"}, "invalidParameter"),
        ("insertSubject", {"schoolGuid": SCHOOL, "name": " ", "knowledgeArea": "Art"}, "invalidParameter"),
        ("insertGroupMembership", {"personGuid": guid("nobody"), "groupGuid": guid("7А")}, "unknownGuid"),
        ("insertGroupMembership", {"personGuid": guid("nobody")}, "unknownGuid"),
        ("deleteLesson", {"ID": "2" * 19}, "unknownId"),
        ("deleteLesson", {"ID": "x"}, "invalidParameter"),
        ("deleteTimeTable", {"ID": 1}, "unknownId"),
        ("deleteReportingPeriodGroup", {"ID": 1}, "unknownId"),
        ("insertSubGroup", {"guid": "no-guid", "name": "А", "parentGroupGuid": guid("7А")}, "invalidParameter"),
        ("insertReportingPeriodGroup", {"schoolGuid": SCHOOL, "name": "А", "type": "Weird"}, "invalidParameter"),
    ],
)
def test_a_call_that_makes_no_sense_is_a_fault_with_a_code(
    school: SmallSchool, call: str, fields: dict[str, object], code: str
) -> None:
    """Each refusal names its code before the colon, and changes nothing."""
    before = counted(school, "writes")
    assert school.wire.refused(call, **fields) == code
    assert counted(school, "writes") == before


def test_a_lesson_outside_all_periods_is_refused_as_a_holiday(school: SmallSchool) -> None:
    """Both on insert and on update; the last day of a period is a school day."""
    lesson = {"groupGuid": guid("7А"), "subjectID": school.subjects["Алгебра"], "number": 6}
    assert school.wire.refused("insertLesson", **lesson, date="2026-11-01T00:00:00") == "holiday"
    made = school.lesson("7А", "Алгебра", date(2026, 10, 25), 6)
    moved = {"ID": made, "subjectID": school.subjects["Алгебра"], "number": 6}
    assert school.wire.refused("updateLesson", **moved, date="2026-11-01T00:00:00") == "holiday"
    assert school.wire.done("updateLesson", **moved, date="2026-11-05T00:00:00") == "true"
    assert school.wire.done("deleteLesson", ID=made) == "true"


def test_a_lesson_is_taught_by_staff_only(school: SmallSchool) -> None:
    """A pupil's GUID as teacher is refused; no teacher at all is allowed."""
    lesson = {"groupGuid": guid("7А"), "subjectID": school.subjects["Алгебра"], "date": "2026-09-12T00:00:00"}
    pupil = guid(school.pupils["7А"][0])
    assert school.wire.refused("insertLesson", **lesson, number=1, teacherGuid=pupil) == "invalidParameter"
    assert school.wire.refused("insertLesson", **lesson, number=256) == "invalidParameter"
    assert "<lessonID>" in school.wire.done("insertLesson", **lesson, number=1)


def test_calls_without_a_caller_guid_make_a_second_object() -> None:
    """insertSubject, insertTimeTable, insertReportingPeriod and insertLesson are not idempotent: each repeat counts."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=1)
        assert counted(school, "duplicates") == 0
        assert school.lesson("7А", "Алгебра", MONDAY, 1) != school.lessons["7А", "Алгебра", MONDAY, 1]
        wire.done("insertSubject", schoolGuid=SCHOOL, name="алгебра", nameFull="", knowledgeArea="Mathematics")
        wire.done("insertTimeTable", schoolGuid=SCHOOL, name="Звонки")
        days = {"dateStart": "2027-01-10T00:00:00", "dateFinish": "2027-03-20T00:00:00"}
        wire.done("insertReportingPeriod", periodGroupID=school.periods, name="ещё", number=1, **days)
        assert counted(school, "duplicates") == 4


def test_deleting_a_lesson_destroys_its_marks_without_asking() -> None:
    """The platform does not guard marks, so the gateway must; the counter tells what was lost."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=1)
        wire.control("teachers/play", {"from": str(MONDAY), "to": str(MONDAY + timedelta(days=4))})
        world = sandbox.world
        entered = {key: len(rows) + len(world.log.get(key, ())) for key, rows in world.marks_of_lesson.items() if rows}
        victim, lost = max(entered.items(), key=lambda row: row[1])
        wire.done("deleteLesson", ID=victim)
        assert lost > 0
        assert counted(school, "marks_destroyed") == lost
        assert wire.error(f"lessons/{victim}") == (404, "resourceUnavailable")
        wire.done("deleteGroup", guid=guid("7А"))
        assert not [one for one in world.lessons.values() if str(one.group) != school.groups["1Б"]]
        assert not [one for one in world.finals_in.values() if one]


def test_marks_do_not_enter_through_the_import_service(school: SmallSchool) -> None:
    """Every mark call is a methodNotSupported fault and stands in the mark_writes counter."""
    before = counted(school, "mark_writes")
    assert school.wire.http.post("/ImportService.asmx", content=b"").status_code == 500
    for call in ("insertMark", "updateLessonLogEntry", "insertFinalMark"):
        assert school.wire.refused(call) == "methodNotSupported"
    assert school.wire.refused("insertPerson") == "methodNotSupported"
    assert counted(school, "mark_writes") == before + 3


def test_collections_show_subjects_and_periods_of_the_year(school: SmallSchool) -> None:
    """Arrays of typed rows, periods in the order of their days."""
    _, subjects = school.wire.soap("getSubjectCollection", schoolGuid=SCHOOL)
    key = school.subjects["Алгебра"]
    assert f"<Subject><ID>{key}</ID><name>Алгебра</name><nameFull>Алгебра</nameFull>" in subjects
    _, groups = school.wire.soap("getReportingPeriodGroupCollection", schoolGuid=SCHOOL, studyYear=2026)
    assert groups.index("1 четверть") < groups.index("2 четверть")
    assert "<dateFinish>2026-10-25T00:00:00</dateFinish>" in groups
    assert school.wire.soap("getReportingPeriodGroupCollection", schoolGuid=SCHOOL, studyYear=2025) == (200, "")


def test_the_service_takes_an_administrators_token_only(school: SmallSchool) -> None:
    """No token, a strange one, a teacher's one."""
    wire = school.wire
    tokens = wire.control("info")["tokens"]
    for token, code in (("", "tokenRequired"), ("x" * 32, "invalidToken"), (tokens["teacher"], "invalidToken")):
        status, text = wire.soap("getSubjectCollection", headers={"Access-Token": token}, schoolGuid=SCHOOL)
        assert (status, text.partition(":")[0]) == (500, code)


def test_a_soap_action_that_names_another_call_is_refused(school: SmallSchool) -> None:
    """asmx dispatches by SOAPAction, so the two must agree."""
    headers = {"SOAPAction": '"http://dnevnik.mos.ru/deleteGroup"'}
    status, text = school.wire.soap("getSubjectCollection", headers=headers, schoolGuid=SCHOOL)
    assert (status, text.partition(":")[0]) == (500, "invalidParameter")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hosts">]><a>&e;</a>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><insertGroup/></s:Body></s:Envelope>',
    ],
)
def test_a_hostile_or_broken_envelope_is_a_fault(school: SmallSchool, body: bytes) -> None:
    """No entity is resolved, nothing is guessed, no traceback leaves."""
    answer = school.wire.http.post("/ImportService.asmx", content=body)
    assert answer.status_code == 500
    assert "<faultstring>invalidParameter:" in answer.text


def test_text_with_markup_comes_back_as_text(school: SmallSchool) -> None:
    """Escaping holds on the way in and on the way out."""
    name = 'История «<б> & "в"»'
    key = school.wire.done("insertSubject", schoolGuid=SCHOOL, name=name, nameFull=name, knowledgeArea="Common")
    shown = {row["id_str"]: row["name"] for row in school.wire.get(f"schools/{sandbox_id(school)}/subjects")}
    assert shown[key] == name
    _, subjects = school.wire.soap("getSubjectCollection", schoolGuid=SCHOOL)
    assert "&lt;б&gt; &amp;" in subjects
    assert school.wire.done("deleteSubject", ID=key) == "true"


def sandbox_id(school: SmallSchool) -> str:
    return str(school.wire.control("info")["school_id"])


def test_subjects_bells_and_periods_in_use_are_not_deleted(school: SmallSchool) -> None:
    """A reference from a lesson or a class protects them."""
    assert school.wire.refused("deleteSubject", ID=school.subjects["Алгебра"]) == "invalidParameter"
    assert school.wire.refused("deleteTimeTable", ID=school.table) == "invalidParameter"
    assert school.wire.refused("deleteReportingPeriodGroup", ID=school.periods) == "invalidParameter"


def test_an_updated_class_takes_its_subgroups_along(school: SmallSchool) -> None:
    """A subgroup has no update of its own: grade and bells follow the class, names do not."""
    school.wire.done("updateGroup", **school.form("7А", description="Математический"))
    group = school.wire.get(f"edu-groups/{school.groups['7А/1']}")
    assert (group["name"], group["parallel"], group["timetable_str"]) == ("1 группа", 7, school.table)
    assert group["parentIds_str"] == [school.groups["7А"]]
    assert school.wire.refused("updateGroup", **school.form("7А", guid=guid("7А/1"))) == "invalidParameter"


def test_the_description_of_the_service_is_served(school: SmallSchool) -> None:
    """?wsdl answers with the same file our client is built from."""
    answer = school.wire.http.get("/ImportService.asmx?wsdl")
    assert answer.status_code == (200 if WSDL.exists() else 404)
    assert answer.content == (WSDL.read_bytes() if WSDL.exists() else b"")
    assert school.wire.http.get("/ImportService.asmx").status_code == 404


def test_the_history_lists_writes_in_their_order(school: SmallSchool) -> None:
    """Numbers from 1, names of the calls, ids as text: R092's order can be checked on it."""
    history = school.wire.control("history")
    assert [row["n"] for row in history] == list(range(1, len(history) + 1))
    calls = [row["operation"] for row in history]
    order = ["persons-workbook", "insertTimeTable", "insertGroup", "insertGroupMembership", "insertLesson"]
    assert sorted(order, key=calls.index) == order
    first_lesson = next(row for row in history if row["operation"] == "insertLesson")
    assert first_lesson["what"]["groupGuid"] == guid("7А")
    assert first_lesson["id"] in school.lessons.values()
