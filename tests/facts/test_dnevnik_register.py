"""Lessons, marks, attendance and finals of one group as register cells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from connectors.dnevnik import wire, wire_results
from mappings.dnevnik.register import GroupRegister, Names, cells_of, strangers_of, unknown_teachers
from state.identity import RemoteId, SourcedId
from state.register import EPOCH, CellKind, RegisterCell

G, S, P = SourcedId("form:2026:7б"), SourcedId("subject:алгебра"), SourcedId("pupil:1")
NAMES = Names(
    groups={RemoteId("10"): G},
    subjects={RemoteId("20"): S},
    persons={RemoteId("1"): P, RemoteId("5"): SourcedId("staff:б"), RemoteId("6"): SourcedId("staff:а")},
)
DAY = date(2026, 9, 1)


def lesson(key: int, number: int, **fields: Any) -> wire.Lesson:
    plain = {"id": key, "date": "2026-09-01T00:00:00", "number": number, "subject": {"id": 20}, "group": 10}
    return wire.Lesson.model_validate({**plain, **fields})


def mark(text: str, **fields: Any) -> wire.Mark:
    plain = {"id": 1, "value": text, "textValue": text, "person": 1, "work": 7, "lesson": 100, "number": 1}
    return wire.Mark.model_validate({**plain, **fields})


def entry(status: str, **fields: Any) -> wire.LessonLogEntry:
    return wire.LessonLogEntry.model_validate({"person": 1, "lesson": 100, "status": status, **fields})


def cells(**parts: Any) -> tuple[RegisterCell, ...]:
    return cells_of(GroupRegister(group=RemoteId("10"), **parts), NAMES)


def of(kind: CellKind, found: tuple[RegisterCell, ...]) -> list[RegisterCell]:
    return [cell for cell in found if cell.kind is kind]


def test_a_column_holds_number_and_teachers_in_our_order() -> None:
    """«number|teachers» with our ids sorted, so that both sides compare as text."""
    (cell,) = cells(lessons=(lesson(100, 3, teachers=[5, 6]),))
    assert (cell.kind, cell.value, cell.nth, cell.day) == (CellKind.LESSON, "3|staff:а,staff:б", 1, DAY)
    assert (cell.page.group, cell.page.subject, cell.remote_id) == (G, S, "100")


def test_lessons_of_a_subject_are_counted_by_number_within_the_day() -> None:
    """The second algebra of a day is nth 2, whatever order the diary lists them in."""
    found = cells(lessons=(lesson(101, 6), lesson(100, 2), lesson(102, 4, subject={"id": 21})))
    assert [(cell.remote_id, cell.nth) for cell in found] == [("100", 1), ("102", 1), ("101", 2)]


def test_several_marks_stand_in_the_order_of_work_and_number() -> None:
    """«4 5» is not «5 4»; ids of works are numbers, not texts, so 9 comes before 10."""
    marks = (mark("3", id=3, work=10), mark("5", id=2, work=9, number=2), mark("4", id=1, work=9, number=1))
    (cell,) = of(CellKind.MARKS, cells(lessons=(lesson(100, 1),), marks=marks))
    assert (cell.value, cell.raw, cell.person) == ("4 5 3", "", P)


def test_a_mark_and_an_absence_share_the_cell() -> None:
    """The diary keeps them apart, the register in one cell; the later entry tells when."""
    moments = {"date": "2026-09-01T10:00:00"}, {"createdDate": "2026-09-01T11:30:00.5"}
    found = cells(lessons=(lesson(100, 1),), marks=(mark("4", **moments[0]),), log=(entry("Absent", **moments[1]),))
    (cell,) = of(CellKind.MARKS, found)
    assert (cell.value, cell.set_at) == ("4 н", datetime(2026, 9, 1, 11, 30, 0, 500_000, tzinfo=UTC))


def test_statuses_of_the_diary_are_words_of_the_register() -> None:
    """Presence is no entry."""
    words = {
        status: [cell.value for cell in of(CellKind.MARKS, cells(lessons=(lesson(100, 1),), log=(entry(status),)))]
        for status in ("Absent", "Ill", "Pass", "Late", "Attend", "NotSet")
    }
    assert words == {"Absent": ["н"], "Ill": ["б"], "Pass": ["уп"], "Late": ["оп"], "Attend": [], "NotSet": []}


def test_what_nobody_knows_stays_as_written() -> None:
    """An unknown status or mark is kept raw: neither lost nor guessed, and never an exception."""
    found = cells(lessons=(lesson(100, 1),), marks=(mark("5-"),), log=(entry("Quarantine"),))
    (cell,) = of(CellKind.MARKS, found)
    assert (cell.value, cell.raw) == ("", "5- Quarantine")


def test_topic_and_homework_belong_to_the_column() -> None:
    """The topic is the lesson's title; homework is a work of that type, its author and moment known."""
    works = [
        {"id": 8, "type": "Homework", "text": " № 5 ", "createdBy": 5, "sentDate": "2026-09-01T12:00:00"},
        {"id": 7, "type": "DefaultNewLessonWork", "text": "не задание"},
        {"id": 9, "type": "Homework", "text": ""},
    ]
    found = cells(lessons=(lesson(100, 1, title=" Дроби ", works=works),))
    assert [(cell.kind, cell.value) for cell in found[1:]] == [(CellKind.TOPIC, "Дроби"), (CellKind.HOMEWORK, "№ 5")]
    assert found[2].author == "staff:б"
    assert found[2].set_at == datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_column_knows_what_kinds_of_works_its_marks_are_for() -> None:
    """R015, R016: kept beside the column, each kind once; a work without a mark says nothing, neither does no mark."""
    works = [
        {"id": 7, "type": "LessonTestWork"},
        {"id": 8, "type": "Homework", "text": "№ 5"},
        {"id": 9, "type": "DefaultNewLessonWork"},
    ]
    taught = lesson(100, 1, works=works)
    both = cells(lessons=(taught,), marks=(mark("5", work=8), mark("4", id=2, work=7), mark("3", id=3, work=7)))
    assert [(cell.value, cell.raw) for cell in of(CellKind.LESSON, both)] == [("1|", "Homework,LessonTestWork")]
    assert [cell.raw for cell in of(CellKind.LESSON, cells(lessons=(taught,)))] == [""]


def final(value: str, period: int | None, subject: int = 20) -> wire_results.PersonFinalMarks:
    marks = [{"subject": subject, "final-mark": {"id": 50, "value": value}}, {"subject": 21, "final-mark": None}]
    return wire_results.PersonFinalMarks.model_validate(
        {"person": 1, "reportingPeriod": period, "per-subject-final-marks": marks}
    )


def test_a_final_sits_on_the_last_day_of_its_period() -> None:
    """The mark of the year sits on 31 August, where no period can end."""
    plain = {"id": 30, "start": "2026-09-01T00:00:00", "finish": "2026-10-25T00:00:00", "number": 1}
    periods = (wire.ReportingPeriod.model_validate(plain),)
    found = cells(finals=(final("5", 30), final("4", None)), periods=periods)
    assert [(cell.kind, cell.day, cell.nth, cell.value) for cell in found] == [
        (CellKind.FINAL, date(2026, 10, 25), 0, "5"),
        (CellKind.FINAL, date(2027, 8, 31), 0, "4"),
    ]


def student(key: int, status: str = "Active") -> wire.Student:
    person = {"id": key, "lastName": "Гостев", "firstName": "Лев"}
    return wire.Student.model_validate({"person": person, "membershipstatus": status})


def test_the_list_page_carries_active_members() -> None:
    """Once for the group, without a subject; who has left is on no list."""
    found = cells(members=(student(1), student(2, "Archive")))
    assert [(cell.page.subject, cell.day, cell.person) for cell in found] == [("", EPOCH, P)]


def test_people_without_a_link_are_strangers_by_name() -> None:
    """Teachers, members and whoever has entries; the name is what the diary shows."""
    register = GroupRegister(
        group=RemoteId("10"), lessons=(lesson(100, 1, teachers=[5, 77]),), marks=(mark("5", person=88),),
        members=(student(1), student(9)),
    )  # fmt: skip
    assert unknown_teachers(register, NAMES)
    assert strangers_of(register, NAMES, {"77": "Орлова Анна"}) == {
        SourcedId("remote:77"): "Орлова Анна",
        SourcedId("remote:88"): "",
        SourcedId("remote:9"): "Гостев Лев",
    }
    assert "remote:88" in {cell.person for cell in cells_of(register, NAMES)}


def test_a_subject_without_a_link_is_named_by_its_id() -> None:
    """Its page is compared with nothing and lost by nobody."""
    (cell,) = cells(lessons=(lesson(100, 1, subject={"id": 21, "name": "Астрономия"}),))
    assert cell.page.subject == "remote:subject:21"


def test_a_lesson_of_another_group_is_not_this_groups() -> None:
    """A class whose list shows its subgroups' lessons does not get their columns."""
    assert cells(lessons=(lesson(100, 1, group=11),)) == ()


def test_every_cell_is_given_once() -> None:
    """A lesson listed by two windows, a mark repeated in a second period row: one cell each."""
    found = cells(lessons=(lesson(100, 1, title="x"), lesson(100, 1, title="x")), marks=(mark("5"),))
    keys = [(cell.page, cell.day, cell.nth, cell.kind, cell.person) for cell in found]
    assert len(keys) == len(set(keys)) == 3
