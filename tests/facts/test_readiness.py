"""R007: three conditions for giving up paper; each of them missing alone forbids it and is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from facts.test_reconcile_store import FORM, HALF, MOSCOW, PAGE, PERIODS, PUPILS, School, cell, lesson

from gateway.register.readiness import BACKUPS, COMPLETENESS, CORRECTIONS, Evidence, Missing, gather, judge_readiness
from state.identity import form_id, subject_id
from state.records import Lesson
from state.register import CellKind, Page
from state.store import LogCheck

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.register.readiness import Condition

TODAY = date(2026, 11, 10)
SINCE = date(2026, 9, 1)
WHOLE_LOG = LogCheck(ok=True, size=12, root="00" * 32)


def evidence(**more: Any) -> Evidence:
    """A form that may give up paper."""
    seen: dict[str, Any] = {
        "today": TODAY, "lessons": 40, "missing": (), "copies": (date(2026, 10, 20),), "since": SINCE,
        "log": WHOLE_LOG, "pulls": (date(2026, 11, 9),), "corrections": 3, **more,
    }  # fmt: skip
    return Evidence(**seen)


def lacking(seen: Evidence) -> list[str]:
    return [one.code for one in judge_readiness(seen) if not one.holds]


def said(seen: Evidence, code: str) -> Condition:
    (one,) = [one for one in judge_readiness(seen) if one.code == code]
    return one


def test_all_three_hold() -> None:
    """Each with its figures."""
    assert lacking(evidence()) == []
    told = " ".join(one.says for one in judge_readiness(evidence()))
    for figure in ("40 из 40", "100 %", "20.10.2026", "09.11.2026", "исправлений: 3"):
        assert figure in told


ONE = Missing(page=PAGE, day=date(2026, 9, 7), nth=1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"missing": (ONE,)}, COMPLETENESS, id="one lesson of forty without a topic"),
        pytest.param({"lessons": 0}, COMPLETENESS, id="no lesson at all proves nothing"),
        pytest.param({"copies": ()}, BACKUPS, id="no copy"),
        pytest.param({"copies": (SINCE - timedelta(days=1),)}, BACKUPS, id="a copy of the period before the last"),
        pytest.param({"log": LogCheck(ok=False, size=3, root="", first_bad=3)}, CORRECTIONS, id="a broken log"),
        pytest.param({"pulls": ()}, CORRECTIONS, id="never pulled"),
        pytest.param({"pulls": (TODAY - timedelta(days=8),)}, CORRECTIONS, id="not pulled for a week"),
    ],
)
def test_each_condition_alone_forbids_it(more: dict[str, Any], code: str) -> None:
    """And no other is named; it says what to do."""
    assert lacking(evidence(**more)) == [code]
    assert said(evidence(**more), code).advice


def test_without_a_copy_it_is_said_so() -> None:
    """Honestly: nothing is on record, whatever lies elsewhere."""
    assert said(evidence(copies=()), BACKUPS).says == "нет записи о резервной копии"


def test_the_edges_of_the_schedule_hold() -> None:
    """A copy of the first day of the last finished period, a pull of a week ago."""
    assert lacking(evidence(copies=(SINCE,), pulls=(TODAY - timedelta(days=7),))) == []


def test_a_percent_is_cut_never_rounded_up() -> None:
    """One lesson of 30 000 is not 100 %."""
    assert "(99 %)" in said(evidence(lessons=30_000, missing=(ONE,)), COMPLETENESS).says


# --- what is seen -----------------------------------------------------------------------------------------------------


def held(day: date, number: int = 1, **more: Any) -> Lesson:
    fields = {"sourced_id": f"lesson:{day}:{number}:{more}", "group": FORM, "subject": PAGE.subject, **more}
    return Lesson(day=day, number=number, **fields)  # type: ignore[arg-type]


MONDAY, TUESDAY, WEDNESDAY = (date(2026, 9, day) for day in (7, 8, 9))


def seen(school: School, *lessons: Lesson, today: date = TODAY, copies: tuple[datetime, ...] = ()) -> Evidence:
    with school.store.begin() as work:
        return gather(
            work, FORM, lessons, PERIODS, copies=copies, log=WHOLE_LOG, today=today, zone=MOSCOW
        )  # fmt: skip


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


def test_lessons_of_the_timetable_and_of_the_diary_count_once(school: School) -> None:
    """Monday stands on both, Tuesday in the diary without a topic, Wednesday in the timetable alone."""
    school.diary([*lesson({PUPILS[0]: "5"}, day=MONDAY), cell(CellKind.LESSON, None, "|", day=TUESDAY)])
    found = seen(school, held(MONDAY), held(WEDNESDAY, 3))
    assert found.lessons == 3
    assert [(one.day, one.nth) for one in found.missing] == [(TUESDAY, 1), (WEDNESDAY, 1)]
    assert found.percent == pytest.approx(100 / 3)


def test_a_mark_is_no_topic(school: School) -> None:
    """What was taught is not told by whom it was asked of."""
    school.diary([cell(CellKind.LESSON, None, "|"), cell(CellKind.MARKS, PUPILS[0], "5")])
    assert len(seen(school).missing) == 1


def test_two_lessons_of_a_day_are_two(school: School) -> None:
    """The second is the one without a topic."""
    school.diary(lesson({}, day=MONDAY))
    assert [one.nth for one in seen(school, held(MONDAY, 5), held(MONDAY, 6)).missing] == [2]


def test_a_forms_subgroups_count_and_other_forms_do_not(school: School) -> None:
    """The subgroup's lesson has no topic; 7А's is nobody's business here."""
    other = form_id(2026, "7А")
    with school.store.begin() as work:
        foreign = cell(CellKind.LESSON, None, "|", page=Page(group=other, subject=PAGE.subject))
        work.absorb("pull-1", [foreign], [other], date(2026, 9, 1), date(2026, 12, 30))
        work.commit()
    english = subject_id("Английский язык")
    found = seen(school, held(MONDAY, group=HALF, subject=english), held(MONDAY, group=other))
    assert (found.lessons, [one.page.group for one in found.missing]) == (1, [HALF])


def test_today_and_later_do_not_count_yet(school: School) -> None:
    """A lesson is due when its day is over; before the first period has ended, its own days count."""
    assert seen(school, held(MONDAY), held(TUESDAY), today=TUESDAY).lessons == 1


def test_the_last_finished_period_is_where_counting_begins(school: School) -> None:
    """After the second quarter the first is history."""
    found = seen(school, held(MONDAY), held(date(2026, 11, 9)), today=date(2027, 1, 11))
    assert (found.since, found.lessons) == (PERIODS[1].starts, 1)
    assert seen(school, today=TODAY).since == PERIODS[0].starts


def test_pulls_and_corrections_are_counted_from_the_ledger(school: School) -> None:
    """A mark seen as 4 and then as 5 is one correction; only finished pulls count; days are the school's."""
    school.now = datetime(2026, 9, 8, 22, tzinfo=UTC)
    school.diary(lesson({PUPILS[0]: "4"}))
    with school.store.begin() as work:
        work.end_run(work.start_run("pull"), {})
        work.start_run("pull")
        work.commit()
    school.diary(lesson({PUPILS[0]: "5"}))
    made = (datetime(2026, 9, 30, 22, tzinfo=UTC),)
    found = seen(school, copies=made)
    assert (found.corrections, found.pulls, found.copies) == (1, (date(2026, 9, 9),), (date(2026, 10, 1),))
