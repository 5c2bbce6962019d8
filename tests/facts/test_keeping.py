"""How the diary is kept: in time, complete, justified, by the right teacher; no part of the correspondence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from register_side import FORM, LAST, MONDAY, PAGE, PAGES, PERSONS, PUPILS, TEACHER, Side, full_side, key, paper_frame

from gateway.register.context import Context
from gateway.register.duties import deadlines_of, teachers_of
from gateway.register.keeping import Duties, Outage, WorkingWeek, judge_keeping
from gateway.register.rules.table import RulesWrong, rules_of
from gateway.register.values import Code, Finding, Level
from state.identity import SourcedId, staff_id, subgroup_id
from state.records import Bell, BellSchedule, Form, Lesson, Membership, RecordType, Subgroup
from state.register import CellKind
from state.snapshot import Scope, Snapshot

ZONE = ZoneInfo("Asia/Yekaterinburg")
OTHER = staff_id("Другов Пётр Ильич")
STARTS = date(2026, 9, 1)
DUTIES = Duties(spans=((1, STARTS, LAST),), zone=ZONE, today=date(2026, 9, 20))


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), tzinfo=ZONE).astimezone(UTC)


def diary(side: Side, entered: dict[int, datetime], author: str = "") -> pl.DataFrame:
    moments = [entered.get(cell) for cell in side]
    return paper_frame(side).with_columns(
        author=pl.lit(author), set_at=pl.Series(moments, dtype=pl.Datetime("us", "UTC")), remote_id=pl.lit("")
    )


def judge(
    side: Side, duties: Duties = DUTIES, entered: dict[int, datetime] | None = None, **more: Any
) -> list[Finding]:
    author = more.pop("author", "")
    context = Context(**{"pages": PAGES, "persons": PERSONS, "grades": {FORM: 7}, **more})
    return list(
        judge_keeping(paper_frame(more.pop("paper", side)), diary(side, entered or {}, author), duties, context)
    )


def seen(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.code.value, one.why) for one in found]


def sound() -> Side:
    """Two lessons and no period marks yet."""
    period_marks = {key(LAST, CellKind.FINAL, who, nth=0) for who in (1, 2)}
    return {cell: said for cell, said in full_side().items() if cell not in period_marks}


ABSENCE, MARK = key(MONDAY, CellKind.MARKS, 2), key(MONDAY, CellKind.MARKS, 1)


@pytest.mark.parametrize(
    ("cell", "moment", "why"),
    [
        (ABSENCE, local(MONDAY, 23, 59), ""),
        (ABSENCE, local(MONDAY + timedelta(days=1), 0, 1), "late_cells:1; late_days:1"),
        (MARK, local(MONDAY + timedelta(days=7), 23, 59), ""),
        (MARK, local(MONDAY + timedelta(days=8), 0, 1), "late_cells:1; late_days:8"),
    ],
)
def test_an_entry_is_late_by_the_schools_own_calendar(cell: int, moment: datetime, why: str) -> None:
    """R010, R015: 23:59 local of the last day is in time, two minutes later is not; UTC has no say."""
    found = judge(sound(), entered={cell: moment})
    assert seen(found) == ([("ENTRY_LATE", why)] if why else [])
    assert all((one.level, one.day, one.page) == (Level.LESSON, MONDAY, PAGE) for one in found)


def worked(kinds: str) -> Side:
    """Monday's lesson with marks for works of these kinds."""
    return sound() | {key(MONDAY, CellKind.LESSON): (f"3|{TEACHER}", kinds)}


def late_on(side: Side, days: int, rules: dict[str, Any], **more: Any) -> bool:
    """Is a mark late that was entered so many days after Monday's lesson, at 23:00?"""
    entered = {MARK: local(MONDAY + timedelta(days=days), 23)}
    return seen(judge(side, more.pop("duties", DUTIES), entered, rules=rules_of(rules))) != []


def test_a_homework_mark_may_take_a_week() -> None:
    """R015: day 7 is in time, day 8 late; a work of a kind nobody knows has the same week."""
    for kinds in ("Homework", "", "SomethingNew"):
        assert (late_on(worked(kinds), 7, {}), late_on(worked(kinds), 8, {})) == (False, True)


def test_each_kind_of_work_has_its_own_norm() -> None:
    """R016: a composition may take ten days; three days for a test or seven, by the school: other flags."""
    assert (late_on(worked("LessonComposition"), 10, {}), late_on(worked("LessonComposition"), 11, {})) == (False, True)
    for norm in (3, 7):
        rules = {"works": {"LessonTestWork": norm, "basis": "приказ № 7"}}
        assert [late_on(worked("LessonTestWork"), day, rules) for day in (3, 4, 7, 8)] == [
            False, norm == 3, norm == 3, True,
        ]  # fmt: skip
        assert not late_on(worked("Homework"), 4, rules), "another kind keeps its own norm"


def test_the_longest_norm_of_a_lessons_works_holds() -> None:
    """Whose mark is for which work the ledger does not keep: in doubt for the teacher."""
    rules = {"works": {"LessonTestWork": 1, "basis": "приказ № 7"}}
    assert (late_on(worked("LessonTestWork"), 2, rules), late_on(worked("Homework,LessonTestWork"), 2, rules)) == (
        True, False,
    )  # fmt: skip


def test_an_absence_has_its_day_whatever_was_written() -> None:
    """R010: the norm of a composition is for marks alone."""
    entered = {ABSENCE: local(MONDAY + timedelta(days=1), 9)}
    assert seen(judge(worked("LessonComposition"), entered=entered)) == [("ENTRY_LATE", "late_cells:1; late_days:1")]


def test_a_school_may_count_working_days() -> None:
    """R015: no Sundays, no holidays, and no Saturdays where nobody works on them; all by the settings."""
    own = {"entry": {"mark_days": 7, "working_days": True, "basis": "приказ № 7"}}
    six, five = WorkingWeek(), WorkingWeek(saturdays=False)
    rest = WorkingWeek(holidays=((MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)),))
    for week, last in ((six, 8), (five, 9), (rest, 10)):
        duties = replace(DUTIES, week=week)
        marked = [late_on(sound(), day, own, duties=duties) for day in (last, last + 1)]
        assert marked == [False, True], (week, last)
    assert late_on(sound(), 8, {}), "calendar days unless the school says otherwise"


def test_a_lesson_entered_late_is_one_finding() -> None:
    """Two absences and a mark of one lesson, a month later: one finding with their number."""
    side = sound()
    side[key(MONDAY, CellKind.MARKS, 3)] = ("н", "")
    late = {key(MONDAY, CellKind.MARKS, who): local(MONDAY + timedelta(days=30), 9) for who in (1, 2, 3)}
    assert seen(judge(side, entered=late)) == [("ENTRY_LATE", "late_cells:3; late_days:30")]


def test_a_declared_outage_excuses_what_fell_due_in_it() -> None:
    """§F: lateness is excused in a declared outage, and only then."""
    entered = {ABSENCE: local(MONDAY + timedelta(days=2), 9)}
    out = Outage(starts=MONDAY, ends=MONDAY + timedelta(days=1))
    past = Outage(starts=MONDAY - timedelta(days=3), ends=MONDAY - timedelta(days=1))
    assert judge(sound(), replace(DUTIES, outages=(out,)), entered) == []
    assert len(judge(sound(), replace(DUTIES, outages=(past,)), entered)) == 1
    homework = {key(MONDAY, CellKind.HOMEWORK): local(MONDAY + timedelta(days=2), 9)}
    assert judge(sound(), replace(DUTIES, outages=(out,)), homework) == []
    assert len(judge(sound(), replace(DUTIES, outages=(past,)), homework)) == 1


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (local(MONDAY - timedelta(days=2), 9), ""),
        (local(MONDAY, 14, 30), ""),
        (local(MONDAY, 14, 30, 1), "late_minutes:1"),
        (local(MONDAY, 15, 31), "late_minutes:61"),
    ],
)
def test_homework_is_due_an_hour_after_the_last_lesson(moment: datetime, why: str) -> None:
    """R013, R014: +60:00 is in time, +60:01 late, in advance never late."""
    duties = replace(DUTIES, deadlines={(FORM, MONDAY): local(MONDAY, 14, 30)})
    entered = {key(MONDAY, CellKind.HOMEWORK): moment}
    assert seen(judge(sound(), duties, entered)) == ([("HOMEWORK_LATE", why)] if why else [])
    assert judge(sound(), duties, entered, grades={FORM: 1}) == []


def test_homework_without_bells_is_due_on_the_day() -> None:
    """R012 where the school told no bells."""
    at = key(MONDAY, CellKind.HOMEWORK)
    assert judge(sound(), entered={at: local(MONDAY, 23, 59)}) == []
    assert len(judge(sound(), entered={at: local(MONDAY + timedelta(days=1), 0, 1)})) == 1


def finals(*marks: str) -> Side:
    return sound() | {key(LAST, CellKind.FINAL, who, nth=0): (mark, "") for who, mark in enumerate(marks, 1) if mark}


def of(code: Code, found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.code is code]


def test_a_final_is_missing_from_the_third_day_on() -> None:
    """R018: the period ends on the 25th, on the 27th it is in time, on the 28th missing: of one, or of everybody."""
    for today, count in ((27, 0), (28, 1)):
        duties = replace(DUTIES, today=date(2026, 10, today))
        assert len(of(Code.FINAL_MISSING, judge(finals("4", "н/а"), duties))) == count
    (one,) = of(Code.FINAL_MISSING, judge(finals("4", "н/а"), duties))
    assert (one.person, one.level, one.day) == (PUPILS[2], Level.CELL, LAST)
    (page,) = of(Code.FINAL_MISSING, judge(finals(), duties))
    assert (page.level, page.why, page.person) == (Level.PAGE, "nobody:3", None)
    assert of(Code.FINAL_MISSING, judge(finals(), duties, grades={FORM: 1})) == []


FRIDAY = date(2026, 10, 23)


@pytest.mark.parametrize(
    ("moment", "working", "late"),
    [
        (local(date(2026, 10, 25), 23, 59), False, False),
        (local(date(2026, 10, 26), 0, 1), False, True),
        (local(date(2026, 10, 26), 23, 59), True, False),
        (local(date(2026, 10, 27), 0, 1), True, True),
    ],
)
def test_a_period_that_ends_on_a_friday(moment: datetime, working: bool, late: bool) -> None:
    """R018: Sunday is in time and Monday late by the calendar; by working days Saturday and Monday are the two."""
    side = {cell: said for cell, said in sound().items() if cell != key(LAST, CellKind.FINAL, 1, nth=0)}
    cell = key(FRIDAY, CellKind.FINAL, 1, nth=0)
    side[cell] = ("4", "")
    rules = rules_of({"finals": {"working_days": working, "basis": "приказ № 7"}})
    duties = replace(DUTIES, spans=((1, STARTS, FRIDAY),))
    assert bool(of(Code.FINAL_LATE, judge(side, duties, {cell: moment}, rules=rules))) is late
    missing = replace(duties, today=moment.astimezone(ZONE).date())
    assert bool(of(Code.FINAL_MISSING, judge(sound(), missing, rules=rules))) is late


def test_finals_that_came_late_are_one_finding_for_the_page() -> None:
    """R018: set on the 27th in time, on the 29th two days late."""
    cell = key(LAST, CellKind.FINAL, 1, nth=0)
    assert of(Code.FINAL_LATE, judge(finals("4", "4", "4"), entered={cell: local(date(2026, 10, 27), 23)})) == []
    (one,) = of(Code.FINAL_LATE, judge(finals("4", "4", "4"), entered={cell: local(date(2026, 10, 29), 1)}))
    assert (one.why, one.level) == ("late_cells:1; late_days:2", Level.PAGE)


@pytest.mark.parametrize(
    ("marks", "final", "why"),
    [
        ("5 5 4 5", "5", ""),
        ("3 4 3 4 3", "5", "average:3.40"),
        ("4 5", "5", "few_marks:2"),
        ("5 5 5 5 2", "5", "average:4.40; top_after_two"),
        ("4 4 5 5", "5", ""),
        ("", "н/а", ""),
        ("н н н н 4", "4", "few_marks:1; missed:4/5"),
    ],
)
def test_a_final_that_its_marks_do_not_bear_is_in_doubt(marks: str, final: str, why: str) -> None:
    """R019, B3: few marks, another average, more than two thirds missed, a «5» beside a «2»."""
    side: Side = {key(date(2010, 1, 1), CellKind.MEMBER, 1, nth=0): ("1", "")}
    for number, mark in enumerate(marks.split()):
        side[key(MONDAY + timedelta(days=number), CellKind.LESSON)] = ("3|", "")
        side[key(MONDAY + timedelta(days=number), CellKind.MARKS, 1)] = (mark, "")
    side[key(LAST, CellKind.FINAL, 1, nth=0)] = (final, "")
    assert [one.why for one in of(Code.FINAL_UNJUSTIFIED, judge(side))] == ([why] if why else [])


def test_a_lesson_of_another_teacher_needs_a_substitution() -> None:
    """R025: the diary's teacher is neither the timetable's nor a substitute; homework by another author likewise."""
    slot = (FORM, PAGE.subject, MONDAY, 1)
    meant = replace(DUTIES, teachers={slot: frozenset({OTHER})})
    (one,) = judge(sound(), meant)
    assert (one.code, one.why, one.paper, one.diary) == (Code.SUBSTITUTION_DIFF, "other_teacher", OTHER, TEACHER)
    right = replace(DUTIES, teachers={slot: frozenset({TEACHER, OTHER})})
    assert judge(sound(), right) == []
    assert seen(judge(sound(), right, author=staff_id("Чужой"))) == [("SUBSTITUTION_DIFF", "other_author")]


def test_a_substitute_entered_after_the_lesson_is_told() -> None:
    """R025: marks stood there while the diary still showed the main teacher; the right name now comes too late."""
    slot = (FORM, PAGE.subject, MONDAY, 1)
    column = key(MONDAY, CellKind.LESSON) >> 25
    seen_at = local(MONDAY + timedelta(days=1), 6)
    duties = replace(DUTIES, teachers={slot: frozenset({TEACHER})}, replaced={column: (frozenset({OTHER}), seen_at)})
    (one,) = judge(sound(), duties, {MARK: local(MONDAY, 14)})
    assert (one.code, one.why, one.paper, one.diary) == (Code.SUBSTITUTION_DIFF, "late_substitution", TEACHER, OTHER)
    assert judge(sound(), duties, {MARK: local(MONDAY + timedelta(days=1), 7)}) == [], "nobody looked in between"
    assert judge(sound(), duties) == [], "nothing entered yet"
    both = replace(duties, teachers={slot: frozenset({TEACHER, OTHER})})
    assert judge(sound(), both, {MARK: local(MONDAY, 14)}) == [], "the first one was right, too"


def test_a_changed_mark_is_told_with_what_was_seen_first() -> None:
    """§F CORRECTION_UNEXPLAINED: old on the left, new on the right."""
    (one,) = judge(sound(), replace(DUTIES, changed={MARK: ("3", 2)}))
    assert (one.code, one.why, one.paper, one.diary, one.person) == (
        *(Code.CORRECTION_UNEXPLAINED, "changed:2", "3", "5"), PUPILS[0],
    )  # fmt: skip


# --- what the school's files say ------------------------------------------------------------------------------------

GIRLS, BOYS = subgroup_id(FORM, "1", "девочки"), subgroup_id(FORM, "1", "мальчики")
SUBJECT = PAGE.subject


def lesson(group: SourcedId, number: int, teacher: str = "a") -> Lesson:
    return Lesson(
        sourced_id=SourcedId(f"{group} {number}"), group=group, subject=SUBJECT, day=MONDAY, number=number,
        teachers=(SourcedId(teacher),),
    )  # fmt: skip


def seat(person: str, group: SourcedId) -> Membership:
    return Membership(sourced_id=SourcedId(f"{person} {group}"), person=SourcedId(person), group=group)


def test_each_subgroup_has_its_own_deadline() -> None:
    """R013: the last lesson of the group's pupils, the form's lessons included; the form waits for its last pupil."""
    bells = BellSchedule(
        sourced_id=SourcedId("b"),
        name="1 смена",
        bells=tuple(Bell(number=n, starts=time(8 + n), ends=time(8 + n, 45)) for n in range(1, 8)),
    )
    school: Snapshot[Any] = Snapshot(
        scope=Scope(school_year=2026, lessons_from=STARTS, lessons_to=LAST),
        records={
            RecordType.BELL_SCHEDULE: (bells,),
            RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7, bells=SourcedId("b")),),
            RecordType.SUBGROUP: tuple(
                Subgroup(sourced_id=one, name="x", form=FORM, division="1") for one in (GIRLS, BOYS)
            ),
            RecordType.MEMBERSHIP: (seat("a", FORM), seat("a", GIRLS), seat("b", FORM), seat("b", BOYS)),
            RecordType.LESSON: (lesson(FORM, 2), lesson(FORM, 4), lesson(GIRLS, 3), lesson(BOYS, 6)),
        },
    )
    due = deadlines_of(school, ZONE, timedelta(minutes=60))
    assert {group: moment.astimezone(ZONE).time() for (group, _day), moment in due.items()} == {
        FORM: time(15, 45),
        GIRLS: time(13, 45),
        BOYS: time(15, 45),
    }


def test_lessons_of_a_day_are_counted_by_their_number() -> None:
    """The second lesson of the subject that day is the second column, whatever order the file has."""
    meant = teachers_of([lesson(FORM, 5, "late"), lesson(FORM, 2, "early")])
    assert [meant[FORM, SUBJECT, MONDAY, nth] for nth in (1, 2)] == [{"early"}, {"late"}]


def test_a_school_may_have_its_own_figures_with_their_basis() -> None:
    """R043: a figure of one's own names what it rests on, and the version of the rules tells them apart."""
    own = rules_of({"finals": {"days": 5, "basis": "приказ № 7"}})
    assert (own.of("finals", "days"), own.of("shift", "days")) == (5, 7)
    assert own.version != rules_of().version
    for wrong in ({"finals": {"days": 5}}, {"finals": {"day": 5, "basis": "x"}}, {"final": {"basis": "x"}},
                  {"finals": {"days": "5", "basis": "x"}}, {"finals": {"days": -1, "basis": "x"}}):  # fmt: skip
        with pytest.raises(RulesWrong):
            rules_of(wrong)
