"""Three ways at once: what differs, who moved, and what is left to a person."""

from __future__ import annotations

import dataclasses
from datetime import date, time, timedelta

import pytest
from contracts.little_school import ENGLISH, FORM_A, FORM_B, MATHS, SCOPE, TODAY, subgroup
from contracts.push_bench import Bench

from gateway.sync.diff import Verdict, three_way
from gateway.sync.values import Action, Step
from state.identity import membership_id, pupil_id, staff_id, subject_id
from state.records import RecordType

K1, K2, K3 = "К-001", "К-002", "К-003"
"""К-001 and К-003 are in 7А, К-002 and К-004 in 7Б."""
NEW_TEACHER = "Власов Олег Юрьевич"
LATER = TODAY + timedelta(days=1)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


def told(bench: Bench) -> list[tuple[str, str, str]]:
    """(action, record type, reason) of each step of the next plan."""
    return [(step.action.value, step.record_type.value, step.reason) for step in bench.plan().steps]


def conflicts(bench: Bench) -> list[tuple[str, str]]:
    return [(item.record_type.value, item.kind) for item in bench.plan().conflicts]


def only(bench: Bench) -> Step:
    steps = bench.plan().steps
    assert len(steps) == 1, steps
    return steps[0]


def remote(bench: Bench, kind: RecordType, sourced_id: str) -> str:
    with bench.store.begin() as work:
        return next(
            link.remote_id for link in work.links() if (link.record_type, link.sourced_id) == (kind, sourced_id)
        )


def lessons_on(bench: Bench, day: date, form: str = FORM_A) -> str:
    """The diary's id of the form's maths lesson of that day."""
    return remote(bench, RecordType.LESSON, f"lesson:{form}|{day.isoformat()}|1|{subject_id(MATHS)}|1")


def teach(bench: Bench, day: date, *teachers: str) -> None:
    """From now on 7А's maths of that day is taught by these."""
    bench.school.lessons = [
        (group, subject, when, number, teachers if (group, subject, when) == (FORM_A, MATHS, day) else old)
        for group, subject, when, number, old in bench.school.lessons
    ]


def drop(bench: Bench, *days: date) -> None:
    """From now on there is no maths on these days, in neither form."""
    bench.school.lessons = [row for row in bench.school.lessons if row[1] != MATHS or row[2] not in days]


# --- the three ways ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "remote", "baseline", "verdict"),
    [
        ("x", "x", None, Verdict.SAME),
        ("x", "x", "y", Verdict.SAME),
        ("x", "y", None, Verdict.FIRST_CONTACT),
        ("x", "y", "y", Verdict.OURS_CHANGED),
        ("x", "y", "x", Verdict.DIARY_EDITED),
        ("x", "y", "z", Verdict.BOTH_CHANGED),
        ("", "y", "x", Verdict.SAME),
        (None, "y", None, Verdict.SAME),
        ([], ["y"], ["x"], Verdict.SAME),
        (0, 1, 1, Verdict.OURS_CHANGED),
    ],
)
def test_who_moved_since_both_agreed(local, remote, baseline, verdict):
    """The whole table, blank included: it is never "delete", and zero is no blank."""
    base = None if baseline is None else {"f": baseline}
    assert three_way({"f": local}, {"f": remote}, base) is verdict


def test_a_blank_part_of_a_name_says_nothing():
    """A patronymic the files do not know is not compared, even when the diary has changed it since."""
    ours = {"name": {"family": "Ким", "given": "Ян", "patronymic": ""}}
    theirs = {"name": {"family": "Ким", "given": "Ян", "patronymic": "Ли"}}
    before = {"name": {"family": "Ким", "given": "Ян", "patronymic": "Лу"}}
    assert three_way(ours, theirs, before) is Verdict.SAME
    renamed = {"name": {"family": "Пак", "given": "Ян", "patronymic": ""}}
    assert three_way(renamed, theirs, before) is Verdict.OURS_CHANGED


def test_an_edit_of_a_field_we_leave_blank_is_no_conflict():
    """Our change goes through although the diary filled a field we say nothing about."""
    assert three_way({"a": 2, "b": ""}, {"a": 1, "b": "new"}, {"a": 1, "b": "old"}) is Verdict.OURS_CHANGED


def test_a_newly_carried_field_is_ours_to_say():
    """A baseline older than the field does not make its difference a conflict."""
    assert three_way({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 1}) is Verdict.OURS_CHANGED


# --- records ----------------------------------------------------------------------------------------------------------


def test_an_agreed_diary_calls_for_nothing(bench):
    """After everything is pushed the plan is empty."""
    plan = bench.plan()
    assert (plan.steps, plan.conflicts, plan.matched, plan.agreed, plan.foreign) == ((), (), (), (), {})


def test_our_change_is_an_update_with_both_values(bench):
    """The step says what the diary holds and what it shall hold."""
    bench.school.bell_end = time(9, 15)
    step = only(bench)
    assert (step.action, step.record_type, step.reason) == (Action.UPDATE, RecordType.BELL_SCHEDULE, "changed")
    assert step.before["bells"][0]["ends"] == "09:10:00"
    assert step.after["bells"][0]["ends"] == "09:15:00"
    assert step.remote_id == remote(bench, RecordType.BELL_SCHEDULE, step.sourced_id)


def test_a_hand_edit_of_the_diary_is_kept(bench):
    """Somebody renamed a form in the diary: a conflict, nothing is pushed."""
    bench.diary.edit(RecordType.FORM, remote(bench, RecordType.FORM, FORM_A), name="7А (мат.)")
    assert told(bench) == []
    assert conflicts(bench) == [("form", "diary_edited")]


def test_two_different_edits_are_a_conflict(bench):
    """Both sides changed the same record differently."""
    bench.school.bell_end = time(9, 15)
    only_one = next(iter(bench.diary.objects[RecordType.BELL_SCHEDULE]))
    bench.diary.edit(RecordType.BELL_SCHEDULE, only_one, name="Смена 1")
    assert told(bench) == []
    assert conflicts(bench) == [("bell_schedule", "both_changed")]


def test_the_same_edit_on_both_sides_is_agreement(bench):
    """Nothing to push; the new baseline is written down on apply, so a later hand edit is seen as one."""
    bench.school.names[K1] = "Новикова"
    key = remote(bench, RecordType.PUPIL, pupil_id(K1))
    name = {**bench.diary.objects[RecordType.PUPIL][key]["name"], "family": "Новикова"}
    bench.diary.edit(RecordType.PUPIL, key, name=name)
    plan = bench.plan()
    assert not plan.steps
    assert [item.sourced_id for item in plan.agreed] == [pupil_id(K1)]
    bench.apply(plan)
    bench.diary.edit(RecordType.PUPIL, key, name={**name, "family": "Старикова"})
    assert conflicts(bench) == [("pupil", "diary_edited")]


def test_first_contact_gives_the_schools_own_data(tmp_path):
    """A recognised object that differs and never was agreed on is updated."""
    bench = Bench.at(tmp_path)
    bench.diary.add(RecordType.FORM, name='7 "а"', grade=7)
    step = next(step for step in bench.plan().steps if step.sourced_id == FORM_A)
    assert (step.action, step.reason) == (Action.UPDATE, "first_contact")


def test_a_blank_never_overwrites(tmp_path):
    """The diary's patronymic stays when the files have none, even in an update of the family name."""
    bench = Bench.settled(tmp_path)
    key = remote(bench, RecordType.PUPIL, pupil_id(K1))
    name = bench.diary.objects[RecordType.PUPIL][key]["name"]
    bench.diary.edit(RecordType.PUPIL, key, name={**name, "patronymic": "Ильич"})
    assert told(bench) == []
    bench.school.names[K1] = "Новиков"
    step = only(bench)
    assert (step.reason, step.after["name"]["family"], step.after["name"]["patronymic"]) == (
        "renamed",
        "Новиков",
        "Ильич",
    )


@pytest.mark.parametrize(("kind", "sourced_id"), [(RecordType.FORM, FORM_A), (RecordType.SUBJECT, subject_id(ENGLISH))])
def test_a_vanished_form_or_subject_is_a_question(bench, kind, sourced_id):
    """Somebody deleted it in the diary: nothing is made again by itself."""
    bench.diary.remove(kind, remote(bench, kind, sourced_id))
    assert told(bench) == []
    assert (kind.value, "vanished_remote") in conflicts(bench)


# --- memberships ------------------------------------------------------------------------------------------------------


def test_a_pupil_who_changes_form_moves(bench):
    """One step from 7Б to 7А, not a delete and a create."""
    bench.school.pupils[K2] = FORM_A
    step = only(bench)
    assert (step.action, step.reason) == (Action.MOVE, "transferred")
    assert step.sourced_id == membership_id(pupil_id(K2), FORM_A)
    assert (step.before["group"], step.after["group"]) == (FORM_B, FORM_A)
    bench.apply()
    assert told(bench) == []
    assert len(bench.diary.objects[RecordType.MEMBERSHIP]) == 6


def test_a_pupil_may_move_there_and_back(bench):
    """The old membership's memory does not stand in the way."""
    for form in (FORM_A, FORM_B, FORM_A):
        bench.school.pupils[K2] = form
        assert [step[0] for step in told(bench)] == ["move"]
        bench.apply()
    assert told(bench) == []


def test_a_pupil_who_left_is_suspended(bench):
    """His memberships end, in the form and in the subgroup; the person stays."""
    del bench.school.pupils[K1]
    assert told(bench) == [("suspend", "membership", "left_school")] * 2
    bench.apply()
    assert told(bench) == []
    assert len(bench.diary.objects[RecordType.PUPIL]) == 4


def test_leaving_a_subgroup_is_not_leaving_school(bench):
    """Only the subgroup's membership ends."""
    del bench.school.subgroups[K1]
    bench.school.subgroups[K3] = "Группа 1"
    assert ("suspend", "membership", "left_group") in told(bench)
    assert "left_school" not in {reason for _, _, reason in told(bench)}


@pytest.mark.parametrize("missing", [RecordType.MEMBERSHIP, RecordType.PUPIL])
def test_incomplete_files_end_nothing(bench, missing):
    """A list that may be cut short is no reason to send anybody away."""
    bench.school.complete -= {missing}
    del bench.school.pupils[K2]
    assert told(bench) == []


def test_a_foreign_membership_is_left_alone(bench):
    """A secretary's own pupil is counted, never suspended."""
    stranger = bench.diary.add(RecordType.PUPIL, name={"family": "Гость", "given": "Гусь", "patronymic": ""})
    form = remote(bench, RecordType.FORM, FORM_A)
    bench.diary.add(RecordType.MEMBERSHIP, person=stranger, group=form)
    assert told(bench) == []
    assert bench.plan().foreign == {RecordType.MEMBERSHIP: 1, RecordType.PUPIL: 1}


def test_a_pupil_the_diary_has_elsewhere_is_a_question(bench):
    """The secretary moved the pupil by hand to a form the files do not name: no second form is opened."""
    old = remote(bench, RecordType.MEMBERSHIP, membership_id(pupil_id(K2), FORM_B))
    person = remote(bench, RecordType.PUPIL, pupil_id(K2))
    bench.diary.remove(RecordType.MEMBERSHIP, old)
    bench.diary.add(RecordType.MEMBERSHIP, person=person, group=remote(bench, RecordType.FORM, FORM_A))
    assert told(bench) == []
    assert conflicts(bench) == [("membership", "diary_edited")]


def test_a_membership_of_ours_that_vanished_is_made_again(bench):
    """Nobody put the pupil elsewhere: the list of the form is restored."""
    bench.diary.remove(RecordType.MEMBERSHIP, remote(bench, RecordType.MEMBERSHIP, membership_id(pupil_id(K2), FORM_B)))
    assert told(bench) == [("create", "membership", "vanished")]
    bench.apply()
    assert told(bench) == []


# --- lessons ----------------------------------------------------------------------------------------------------------


def test_a_new_teacher_is_an_update(bench):
    """The lesson stays, its teacher changes."""
    bench.school.teachers["Физика"] = NEW_TEACHER
    bench.settle_in()
    teach(bench, LATER, NEW_TEACHER)
    step = only(bench)
    assert (step.action, step.reason) == (Action.UPDATE, "teacher_changed")
    assert (step.before["lead_teacher"], step.after["teachers"]) == (
        staff_id(bench.school.teachers[MATHS]),
        [staff_id(NEW_TEACHER)],
    )


def test_only_the_first_teacher_is_compared(bench):
    """A second teacher behind the first changes nothing in a diary that keeps one."""
    second = "Яшина Вера Глебовна"
    bench.school.teachers["Физика"] = second
    bench.settle_in()
    teach(bench, LATER, bench.school.teachers[MATHS], second)
    assert told(bench) == []


def test_a_cancelled_lesson_of_ours_is_deleted(bench):
    """Both forms lose tomorrow's maths; what is deleted is forgotten."""
    drop(bench, LATER)
    assert told(bench) == [("delete", "lesson", "cancelled")] * 2
    bench.apply()
    assert told(bench) == []


def test_todays_lesson_may_still_change_but_not_yesterdays(bench):
    """Past lessons are history: neither updated nor deleted."""
    drop(bench, TODAY - timedelta(days=1), TODAY)
    assert told(bench) == [("delete", "lesson", "cancelled")] * 2
    bench.today = TODAY + timedelta(days=5)
    assert told(bench) == []


def test_a_past_lessons_teacher_stays(bench):
    """A change of a lesson that has been held is not pushed."""
    bench.school.teachers["Физика"] = NEW_TEACHER
    bench.settle_in()
    teach(bench, TODAY - timedelta(days=1), NEW_TEACHER)
    assert told(bench) == []


def test_a_past_lesson_may_be_created(bench):
    """What was forgotten yesterday may be entered today."""
    bench.school.lessons.append((FORM_A, ENGLISH, TODAY - timedelta(days=1), 5, (bench.school.teachers[ENGLISH],)))
    assert told(bench) == [("create", "lesson", "new")]


def test_a_foreign_lesson_is_counted_and_kept(bench):
    """A lesson somebody entered by hand is never deleted."""
    bench.diary.add(
        RecordType.LESSON,
        group=remote(bench, RecordType.FORM, FORM_A),
        subject=remote(bench, RecordType.SUBJECT, subject_id(MATHS)),
        day=LATER.isoformat(),
        number=6,
        teachers=[],
    )
    plan = bench.plan()
    assert not plan.steps
    assert plan.foreign == {RecordType.LESSON: 1}


def test_a_recognised_lesson_is_never_deleted(bench):
    """We linked it, we did not make it: when the files drop it, it is foreign again."""
    bench.diary.add(
        RecordType.LESSON,
        group=remote(bench, RecordType.FORM, FORM_A),
        subject=remote(bench, RecordType.SUBJECT, subject_id(MATHS)),
        day=LATER.isoformat(),
        number=6,
        teachers=[remote(bench, RecordType.STAFF, staff_id(bench.school.teachers[MATHS]))],
    )
    row = (FORM_A, MATHS, LATER, 6, (bench.school.teachers[MATHS],))
    bench.school.lessons.append(row)
    plan = bench.plan()
    assert (plan.steps, len(plan.matched)) == ((), 1)
    bench.apply(plan)
    bench.school.lessons.remove(row)
    plan = bench.plan()
    assert (plan.steps, plan.foreign) == ((), {RecordType.LESSON: 1})


def test_an_incomplete_timetable_deletes_nothing(bench):
    """A file of one week cannot remove the others."""
    bench.school.complete -= {RecordType.LESSON}
    drop(bench, LATER)
    assert told(bench) == []


def test_lessons_outside_the_scope_are_not_judged(bench):
    """A later week is out of sight, neither deleted nor foreign."""
    bench.school.scope = dataclasses.replace(
        SCOPE, lessons_from=SCOPE.lessons_to + timedelta(days=1), lessons_to=SCOPE.lessons_to + timedelta(days=7)
    )
    bench.school.lessons = []
    plan = bench.plan()
    assert (plan.steps, plan.foreign) == ((), {})


def test_a_lesson_edited_in_the_diary_is_not_deleted(bench):
    """The files dropped it, somebody changed it in the diary: a person decides."""
    bench.diary.edit(RecordType.LESSON, lessons_on(bench, LATER), number=4)
    drop(bench, LATER)
    assert told(bench) == [("delete", "lesson", "cancelled")]
    assert conflicts(bench) == [("lesson", "both_changed")]


def test_a_vanished_lesson_of_ours_is_made_again(bench):
    """Restored, and known under its new id."""
    bench.diary.remove(RecordType.LESSON, lessons_on(bench, LATER))
    assert told(bench) == [("create", "lesson", "vanished")]
    bench.apply()
    assert told(bench) == []


def test_subgroups_have_lessons_of_their_own(bench):
    """Both halves of the form have English at once."""
    halves = [row for row in bench.diary.objects[RecordType.LESSON].values() if row["number"] == 2]
    assert {row["group"] for row in halves} == {
        remote(bench, RecordType.SUBGROUP, subgroup(name)) for name in ("Группа 1", "Группа 2")
    }
