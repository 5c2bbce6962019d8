"""Each teacher's counts are the sum of the flags on single lessons (R011, R014, R021)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from register_side import FORM, LAST, MONDAY, PAGE, PAGES, PERSONS, TEACHER, TUESDAY, Side, column, key
from test_keeping import DUTIES, OTHER, STARTS, diary, lesson, local

from gateway.register.context import Context
from gateway.register.duties import begins_of
from gateway.register.keeping import judge_keeping
from gateway.register.totals import TeacherTotals, teacher_totals
from gateway.register.values import Code
from state.identity import SourcedId
from state.records import Bell, BellSchedule, Form, RecordType
from state.register import CellKind
from state.snapshot import Scope, Snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.register.keeping import Duties

WEDNESDAY = TUESDAY + timedelta(days=1)
SUBJECT = PAGE.subject


def taught(*days: date, by: SourcedId = TEACHER) -> dict[Any, frozenset[SourcedId]]:
    return {(FORM, SUBJECT, day, 1): frozenset({by}) for day in days}


def totals(side: Side, entered: dict[int, datetime], duties: Duties, grade: int = 7) -> tuple[TeacherTotals, ...]:
    context = Context(pages=PAGES, persons=PERSONS, grades={FORM: grade})
    frame = diary(side, entered)
    return teacher_totals(frame, judge_keeping(frame, frame, duties, context), duties, context)


def kept(*days: date, homework: str = "§ 3") -> Side:
    side: Side = {}
    for day in days:
        column(side, day, {1: "5", 2: "н"}, homework=homework)
    return side


def test_each_flag_of_a_lesson_is_counted_once_for_its_teacher() -> None:
    """Three lessons of one, one of another: late entries, homework given, late and in advance, by hand."""
    side = kept(MONDAY, TUESDAY, WEDNESDAY)
    del side[key(WEDNESDAY, CellKind.HOMEWORK)]
    late = MONDAY + timedelta(days=9)
    entered = {
        key(MONDAY, CellKind.MARKS, 1): local(late, 9),
        key(MONDAY, CellKind.MARKS, 2): local(late, 9),
        key(MONDAY, CellKind.HOMEWORK): local(late, 9),
        key(TUESDAY, CellKind.HOMEWORK): local(MONDAY, 9),
    }
    thursday = WEDNESDAY + timedelta(days=1)
    meant = taught(MONDAY, TUESDAY, WEDNESDAY) | taught(thursday, by=OTHER)
    mine, other = sorted(totals(side, entered, replace(DUTIES, teachers=meant)), key=lambda one: one.teacher != TEACHER)
    assert mine == TeacherTotals(
        teacher=TEACHER, lessons=3, entered_late=1, homework_base=3, homework=2, homework_late=1, homework_ahead=1,
    )  # fmt: skip
    assert mine.coverage == 200 / 3
    assert (other.teacher, other.lessons, other.homework, other.coverage) == (OTHER, 1, 0, 0)


def test_the_counts_add_up_to_the_flags() -> None:
    """R011: over all teachers as many late lessons as findings, whoever stands there in the diary."""
    side = kept(MONDAY, TUESDAY, WEDNESDAY)
    entered = {key(day, CellKind.MARKS, 2): local(day + timedelta(days=3), 9) for day in (MONDAY, TUESDAY, WEDNESDAY)}
    duties = replace(DUTIES, teachers=taught(MONDAY) | taught(TUESDAY, by=OTHER))
    context = Context(pages=PAGES, persons=PERSONS, grades={FORM: 7})
    frame = diary(side, entered)
    flags = [one for one in judge_keeping(frame, frame, duties, context) if one.code is Code.ENTRY_LATE]
    told = totals(side, entered, duties)
    assert sum(one.entered_late for one in told) == len(flags) == 3


def test_lessons_to_come_and_of_other_days_are_not_counted() -> None:
    """A timetable stands in the diary for weeks ahead."""
    duties = replace(DUTIES, today=MONDAY, teachers=taught(STARTS - timedelta(days=1), MONDAY, TUESDAY, LAST))
    assert [one.lessons for one in totals(kept(MONDAY), {}, duties)] == [1]


def test_a_page_without_a_timetable_has_the_diarys_lessons() -> None:
    """And their teacher; a lesson of nobody's is counted under no name."""
    side = kept(MONDAY, TUESDAY)
    side[key(TUESDAY, CellKind.LESSON)] = ("3|", "")
    assert [(one.teacher, one.lessons) for one in totals(side, {}, DUTIES)] == [("", 1), (TEACHER, 1)]


def test_grade_one_owes_no_homework() -> None:
    """R012: exempt, so there is nothing to take a share of."""
    (one,) = totals(kept(MONDAY, homework=""), {}, replace(DUTIES, teachers=taught(MONDAY)), grade=1)
    assert (one.lessons, one.homework_base, one.coverage) == (1, 0, None)


def test_homework_is_in_advance_until_the_lesson_begins() -> None:
    """R014: 8:59:59 before a lesson at nine is in advance, nine o'clock is not."""
    slot = (FORM, SUBJECT, MONDAY, 1)
    duties = replace(DUTIES, teachers=taught(MONDAY), begins={slot: local(MONDAY, 9)})
    at = key(MONDAY, CellKind.HOMEWORK)
    assert [
        totals(kept(MONDAY), {at: moment}, duties)[0].homework_ahead
        for moment in (local(MONDAY, 8, 59, 59), local(MONDAY, 9))
    ] == [1, 0]


def test_a_lesson_begins_with_its_bell() -> None:
    """The second lesson of the form on Monday, by the bells of its shift."""
    bells = BellSchedule(
        sourced_id=SourcedId("b"),
        name="1 смена",
        bells=tuple(
            Bell(
                number=n,
                starts=local(MONDAY, 8 + n).astimezone(DUTIES.zone).time(),
                ends=local(MONDAY, 8 + n, 45).time(),
            )
            for n in (1, 2)
        ),
    )
    school: Snapshot[Any] = Snapshot(
        scope=Scope(school_year=2026, lessons_from=STARTS, lessons_to=LAST),
        records={
            RecordType.BELL_SCHEDULE: (bells,),
            RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7, bells=SourcedId("b")),),
            RecordType.LESSON: (lesson(FORM, 2),),
        },
    )
    assert begins_of(school, DUTIES.zone) == {(FORM, SUBJECT, MONDAY, 1): local(MONDAY, 10)}
