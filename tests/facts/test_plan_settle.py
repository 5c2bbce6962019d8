"""Writes whose answer was lost: looked up in the diary, never sent twice on trust."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from contracts.little_school import ENGLISH, FORM_A, FORM_B, MATHS, SCOPE, TODAY
from contracts.memory_target import Crash
from contracts.push_bench import Bench

from gateway.sync.settle import QUIET
from state.identity import SourcedId, form_id, membership_id, pupil_id, subject_id
from state.records import RecordType

LATER = TODAY + timedelta(days=1)
PHYSICS = "Физика"
ONE_AT_A_TIME = {"workers": 1, "batch": 1}


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


def link_of(bench: Bench, sourced_id: str):
    with bench.store.begin() as work:
        return next((link for link in work.links() if link.sourced_id == sourced_id), None)


def unsettled(bench: Bench) -> int:
    with bench.store.begin() as work:
        return len(work.unsettled_intents())


def add_physics(bench: Bench) -> None:
    bench.school.teachers[PHYSICS] = bench.school.teachers[MATHS]


def add_lesson(bench: Bench, number: int = 6, day=LATER) -> SourcedId:
    bench.school.lessons.append((FORM_A, MATHS, day, number, (bench.school.teachers[MATHS],)))
    return SourcedId(f"lesson:{FORM_A}|{day.isoformat()}|{number}|{subject_id(MATHS)}|1")


@pytest.mark.parametrize("fault", ["answer_lost", "late"])
def test_a_create_that_took_effect_is_ours(bench, fault):
    """The subject is in the diary once, linked as our own, and the plan is empty."""
    add_physics(bench)
    bench.diary.faults = [fault]
    assert bench.apply().in_doubt == 1
    assert unsettled(bench) == 1
    assert not bench.plan().steps
    assert unsettled(bench) == 0
    found = link_of(bench, subject_id(PHYSICS))
    assert (found.ours, found.rule) == (True, "read-back")
    assert len(bench.diary.objects[RecordType.SUBJECT]) == 3


def test_a_create_that_never_was_is_planned_again(bench):
    """Not in the diary: the next plan makes it, once."""
    add_physics(bench)
    bench.diary.faults = ["never_written"]
    bench.apply()
    assert [step.reason for step in bench.plan().steps] == ["new"]
    bench.apply()
    assert not bench.plan().steps
    assert len(bench.diary.objects[RecordType.SUBJECT]) == 3


@pytest.mark.parametrize("fault", ["crash_before", "crash_after"])
def test_a_crash_between_write_and_memory_doubles_nothing(bench, fault):
    """The machine dies before or after the diary wrote the lesson: there is one lesson in the end."""
    sourced_id = add_lesson(bench)
    bench.diary.faults = [fault]
    with pytest.raises(Crash):
        bench.apply(**ONE_AT_A_TIME)
    bench.settle_in()
    assert link_of(bench, sourced_id).ours
    assert sum(row["number"] == 6 for row in bench.diary.objects[RecordType.LESSON].values()) == 1


def test_equal_lessons_in_doubt_are_counted_not_guessed(bench):
    """Two equal lessons of one slot, one of them written: one is found, one is made."""
    teachers = (bench.school.teachers[MATHS],)
    bench.school.lessons += [(FORM_A, MATHS, LATER, 6, teachers), (FORM_A, MATHS, LATER, 6, teachers)]
    bench.diary.faults = ["answer_lost", "never_written"]
    assert bench.apply(workers=1).in_doubt == 2
    bench.settle_in()
    assert sum(row["number"] == 6 for row in bench.diary.objects[RecordType.LESSON].values()) == 2


def test_a_lesson_read_back_may_be_deleted_later(bench):
    """It was our write: when the files drop the lesson, it goes."""
    add_lesson(bench)
    bench.diary.faults = ["answer_lost"]
    bench.apply()
    bench.plan()
    bench.school.lessons.pop()
    assert [step.action.value for step in bench.plan().steps] == ["delete"]


def test_a_write_is_settled_though_the_files_have_changed(bench):
    """The lesson left the files while its answer was lost: found, known as ours, deleted, not left behind."""
    add_lesson(bench)
    bench.diary.faults = ["answer_lost"]
    bench.apply()
    bench.school.lessons.pop()
    assert not bench.settle_in().steps
    assert not [row for row in bench.diary.objects[RecordType.LESSON].values() if row["number"] == 6]


@pytest.mark.parametrize(("fault", "moves"), [("answer_lost", 0), ("never_written", 1)])
def test_a_move_in_doubt_is_looked_up(bench, fault, moves):
    """The pupil stands in the new form or is moved again; never in both."""
    bench.school.pupils["К-002"] = FORM_A
    bench.diary.faults = [fault]
    assert bench.apply().in_doubt == 1
    assert [step.action.value for step in bench.plan().steps] == ["move"] * moves
    bench.settle_in()
    groups = [row["group"] for row in bench.diary.objects[RecordType.MEMBERSHIP].values()]
    assert groups.count(link_of(bench, FORM_B).remote_id) == 1
    assert link_of(bench, membership_id(pupil_id("К-002"), FORM_A)).ours
    assert link_of(bench, membership_id(pupil_id("К-002"), FORM_B)) is None


@pytest.mark.parametrize("fault", ["answer_lost", "never_written"])
def test_an_update_in_doubt_is_simply_compared_again(bench, fault):
    """It took effect or it did not: the next plan sees which."""
    bench.school.lessons = [
        (group, subject, day, number, (bench.school.teachers[ENGLISH],) if number == 1 and day == LATER else teachers)
        for group, subject, day, number, teachers in bench.school.lessons
    ]
    bench.diary.faults = [fault, fault]
    assert bench.apply().in_doubt == 2
    assert len(bench.plan().steps) == (0 if fault == "answer_lost" else 2)
    assert not bench.settle_in().steps


@pytest.mark.parametrize("fault", ["answer_lost", "never_written"])
def test_a_delete_in_doubt_is_simply_compared_again(bench, fault):
    """Gone, or deleted once more."""
    bench.school.lessons = [row for row in bench.school.lessons if row[1] != ENGLISH]
    bench.diary.faults = [fault]
    assert bench.apply(workers=1).in_doubt == 1
    assert not bench.settle_in().steps
    assert not [row for row in bench.diary.objects[RecordType.LESSON].values() if row["number"] == 2]


def test_a_young_intent_is_waited_for_and_an_old_one_is_not(bench):
    """Only what was opened a moment ago may still take effect."""
    add_physics(bench)
    bench.diary.faults = ["never_written"]
    bench.apply()
    before = bench.clock.now()
    bench.plan()
    assert (bench.clock.now() - before).total_seconds() == 2
    bench.diary.faults = ["never_written"]
    bench.apply()
    bench.clock.sleep(QUIET)
    before = bench.clock.now()
    bench.plan()
    assert bench.clock.now() == before


def test_a_lesson_out_of_sight_stays_open_and_is_not_sent_again(bench):
    """A reading of another week proves nothing about this one."""
    sourced_id = add_lesson(bench)
    bench.diary.faults = ["never_written"]
    bench.apply()
    lessons, scope = bench.school.lessons, bench.school.scope
    next_week = timedelta(days=7)
    bench.school.lessons = []
    bench.school.scope = dataclasses.replace(
        SCOPE, lessons_from=SCOPE.lessons_from + next_week, lessons_to=SCOPE.lessons_to + next_week
    )
    plan = bench.plan()
    assert [(item.sourced_id, item.kind) for item in plan.conflicts] == [(sourced_id, "in_doubt")]
    assert unsettled(bench) == 1
    bench.school.lessons, bench.school.scope = lessons, scope
    assert [step.sourced_id for step in bench.plan().steps] == [sourced_id]
    assert unsettled(bench) == 0


def test_two_objects_that_fit_leave_the_write_open(bench):
    """Somebody made a subject of the same name meanwhile: which one is ours cannot be told, nothing is sent."""
    add_physics(bench)
    bench.diary.faults = ["answer_lost"]
    bench.apply()
    bench.diary.add(RecordType.SUBJECT, name=PHYSICS)
    plan = bench.plan()
    assert not plan.steps
    assert {item.kind for item in plan.conflicts} == {"in_doubt", "ambiguous_match"}
    assert unsettled(bench) == 1


def test_a_form_in_doubt_keeps_its_subgroups_waiting_one_round(tmp_path):
    """What hangs on it follows once it is found."""
    bench = Bench.at(tmp_path)
    bench.diary.faults = ["", "", "", "", "", "answer_lost"]
    report = bench.apply(workers=1)
    assert report.in_doubt == 1
    bench.upload(report)
    assert not bench.settle_in().steps
    assert len(bench.diary.objects[RecordType.FORM]) == 2
    assert link_of(bench, form_id(2026, "7А")).ours


def test_a_list_that_is_not_whole_proves_no_absence(bench):
    """The subject is not on a list that may be cut short: the write stays open, nothing is sent again."""
    add_physics(bench)
    bench.diary.faults = ["never_written"]
    bench.apply()
    whole, bench.diary.whole = bench.diary.whole, bench.diary.whole - {RecordType.SUBJECT}
    assert not bench.plan().steps
    assert unsettled(bench) == 1
    bench.diary.whole = whole
    assert [step.reason for step in bench.plan().steps] == ["new"]
