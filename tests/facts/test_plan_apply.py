"""Carrying a plan out: once, by one run, and only while it is still true."""

from __future__ import annotations

import csv
import dataclasses
import os
import stat
from datetime import time, timedelta

import pytest
from contracts.little_school import ENGLISH, FORM_A, FORM_B, MATHS, TODAY
from contracts.memory_target import CAPABILITIES, Crash, MemoryTarget
from contracts.push_bench import Bench, events, kinds

from gateway import errors
from gateway.sync.safety import policy
from gateway.sync.values import Action, Handed, Refused, Route, Step, Waiting
from state.identity import RemoteId, SourcedId, membership_id, pupil_id, subject_id
from state.records import RecordType
from state.store import Store

K2 = "К-002"
LATER = TODAY + timedelta(days=1)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


@pytest.fixture
def empty(tmp_path) -> Bench:
    return Bench.at(tmp_path)


def rival(bench: Bench) -> Store:
    """Another process on the same database."""
    return Store.open(f"sqlite:///{bench.folder / 'push.db'}", "little", bench.clock.now)


class Watched(MemoryTarget):
    """Calls `on_write` before every write."""

    def __init__(self, on_write) -> None:
        super().__init__()
        self.on_write = on_write

    def perform(self, step, refs):
        self.on_write(step)
        return super().perform(step, refs)


# --- once, and while it is true ---------------------------------------------------------------------------------------


def test_a_plan_is_applied_once(bench):
    """The second time it is used up, and nothing is written."""
    bench.school.bell_end = time(9, 15)
    plan = bench.plan()
    assert bench.apply(plan).converged
    writes = bench.diary.writes.total()
    with pytest.raises(errors.PlanConsumed):
        bench.apply(plan)
    assert bench.diary.writes.total() == writes


def test_an_empty_plan_may_be_applied_every_day(bench):
    """A scheduled run with nothing to do succeeds again and again."""
    assert [bench.apply().converged for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize("change", ["files", "diary", "links", "rules"])
def test_a_plan_whose_basis_changed_is_stale(bench, change):
    """Files, diary, links and rules: each of them alone makes the plan stale."""
    bench.school.bell_end = time(9, 15)
    plan = bench.plan()
    if change == "files":
        bench.school.names[K2] = "Новиков"
    elif change == "diary":
        bench.diary.add(RecordType.SUBJECT, name="Кружок")
    elif change == "links":
        with bench.store.begin() as work:
            work.drop_links([("form", FORM_B)])
            work.commit()
    else:
        bench.policy = policy(persons_percent=1000, lessons_percent=1000, floor=9_999)
    with pytest.raises(errors.PlanStale):
        bench.apply(plan)
    assert (Action.UPDATE, RecordType.BELL_SCHEDULE) not in bench.diary.writes


def test_a_consent_withdrawn_since_makes_a_plan_stale(bench):
    """What may leave the machine is part of what the plan was made from."""
    bench.school.bell_end = time(9, 15)
    plan = bench.plan()
    bench.school.unconsented.add(pupil_id(K2))
    with pytest.raises(errors.PlanStale, match="согласия"):
        bench.apply(plan)


def test_a_lesson_that_has_passed_since_makes_a_plan_stale(bench):
    """Planned the day before, applied the day after: the lesson is history now."""
    bench.school.lessons = [row for row in bench.school.lessons if row[1] != MATHS or row[2] != LATER]
    plan = bench.plan()
    bench.today = LATER + timedelta(days=1)
    with pytest.raises(errors.PlanStale, match="прошёл"):
        bench.apply(plan)


def test_a_fresh_reading_is_not_repeated(bench):
    """Who planned seconds ago does not read the diary again."""
    plan = bench.plan()
    before = bench.diary.reads
    bench.apply(plan, fresh_remote=True)
    assert bench.diary.reads == before


def test_an_open_intent_stops_everything(bench):
    """Somebody must look first."""
    bench.school.bell_end = time(9, 15)
    plan = bench.plan()
    with bench.store.begin() as work:
        work.open_intents("apply-000001", "plan-x", [{"step_id": "x"}])
        work.commit()
    with pytest.raises(errors.InDoubt):
        bench.apply(plan)


# --- what happens to steps --------------------------------------------------------------------------------------------


def test_a_refused_record_stops_nobody_else(bench):
    """One refusal, the rest done; the next plan tries the refused one again."""
    for number, subject in enumerate((MATHS, ENGLISH), start=3):
        bench.school.lessons.append((FORM_A, subject, LATER, number, (bench.school.teachers[subject],)))
    bench.diary.faults = ["holiday"]
    report = bench.apply(workers=1)
    assert (report.done, report.refused, report.converged) == (1, 1, False)
    assert [outcome.code for _step, outcome in report.refusals] == ["holiday"]
    assert bench.apply().converged


def test_what_needs_a_refused_record_waits(empty):
    """Without its subject no lesson is tried, and the report says what is missing."""
    empty.upload(empty.apply())
    empty.school.teachers["Физика"] = empty.school.teachers[MATHS]
    empty.school.lessons.append((FORM_A, "Физика", LATER, 5, (empty.school.teachers[MATHS],)))
    empty.diary.faults = ["invalidParameter"]
    report = empty.apply()
    missing = [outcome.missing for _step, outcome in report.outcomes if isinstance(outcome, Waiting)]
    assert missing == [(subject_id("Физика"),)]


def test_a_form_goes_without_its_bells(empty):
    """Refused bells do not keep the form away; they follow with the next plan."""
    empty.diary.faults = ["invalidParameter"]
    report = empty.apply()
    assert FORM_A in {step.sourced_id for step, outcome in report.outcomes if type(outcome).__name__ == "Done"}
    assert not empty.settle_in().steps
    bells = next(iter(empty.diary.objects[RecordType.BELL_SCHEDULE]))
    assert {row["bells"] for row in empty.diary.objects[RecordType.FORM].values()} == {bells}


def test_people_are_handed_over_in_one_workbook(empty):
    """Staff, pupils and guardians lie in one file; their memberships and lessons wait."""
    report = empty.apply()
    assert [path.suffix for path in report.files] == [".xlsx"]
    assert (report.handed, report.waiting) == (10, 18)
    handed = {step.record_type for step, outcome in report.outcomes if isinstance(outcome, Handed)}
    assert handed == {RecordType.STAFF, RecordType.PUPIL, RecordType.GUARDIAN}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits: the folder's list of rights holds")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_file_for_the_diary_is_nobody_elses_to_read(empty):
    """SNILS lie in the workbook: another account of the machine does not see it."""
    (file,) = empty.apply().files
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_workbook_is_whole_or_absent(empty):
    """Whatever happens while it is written: nobody uploads half of the school."""

    class Torn(MemoryTarget):
        def write_person_file(self, steps, path, refs):
            super().write_person_file(steps[:1], path, refs)
            raise Crash

    empty.diary = Torn()
    with pytest.raises(Crash):
        empty.apply()
    assert list((empty.folder / "out").glob("*.xlsx")) == []
    empty.diary = MemoryTarget()
    (file,) = empty.apply().files
    assert [path for path in file.parent.iterdir() if path.suffix == ".xlsx"] == [file]


def test_hand_work_is_a_list_for_a_person(bench):
    """What the diary takes by hand only is a line of the worklist, in Russian, safe to open in a spreadsheet."""
    by_hand = dataclasses.replace(CAPABILITIES.of(RecordType.SUBJECT), create=Route.PERSON)
    bench.diary.capabilities = dataclasses.replace(
        CAPABILITIES, types={**CAPABILITIES.types, RecordType.SUBJECT: by_hand}
    )
    bench.school.teachers["=Физика"] = bench.school.teachers[MATHS]
    report = bench.apply()
    assert os.name == "nt" or stat.S_IMODE(report.files[0].stat().st_mode) == 0o600
    with report.files[0].open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file, delimiter=";")
    assert header[:3] == ["№", "Что сделать", "Где"]
    assert row[1:3] == ["добавить", "предметы"]
    assert row[5] == "'=Физика"
    assert [step.reason for step in bench.plan().steps] == ["new"]


def test_the_report_in_figures(bench):
    """apply/1 counts outcomes; a run without steps has converged."""
    figures = bench.apply().as_json()
    assert figures == {
        "schema": "apply/1",
        "run": figures["run"],
        "done": 0,
        "refused": 0,
        "in_doubt": 0,
        "waiting": 0,
        "handed": 0,
        "converged": True,
        "orders": {"steps": 0, "lag_days": None},
    }
    with bench.store.begin() as work:
        assert work.runs("apply")[-1]["result"] == figures


# --- memory -----------------------------------------------------------------------------------------------------------


def test_every_write_is_noted_before_it_is_made(empty):
    """While a write is under way, another process sees its intent."""
    seen = []

    def look(step: Step) -> None:
        with other.begin() as work:
            seen.append(step.step_id in {row["step"]["step_id"] for row in work.unsettled_intents()})

    other = rival(empty)
    empty.diary = Watched(look)
    empty.apply(workers=1)
    assert seen
    assert all(seen)
    with empty.store.begin() as work:
        assert work.unsettled_intents() == []


def test_nobody_else_works_on_the_school_meanwhile(empty):
    """At every write, however long it takes, a rival is turned away; afterwards the lease is given back."""
    refused = []

    def intrude(_step: Step) -> None:
        empty.clock.sleep(4500)
        try:
            with other.lease("rival"):
                refused.append("nobody")
        except Exception as error:  # noqa: BLE001 - the kind is what is looked at
            refused.append(type(error).__name__)

    other = rival(empty)
    empty.diary = Watched(intrude)
    empty.apply(workers=1, batch=1)
    assert set(refused) == {"LeaseHeld"}
    assert len(refused) == empty.diary.writes.total()
    with other.lease("rival"), pytest.raises(errors.LeaseHeld, match="rival"):
        empty.apply()


def test_a_batch_takes_two_transactions(bench):
    """Ten lessons in batches of four: three notes, three results, whatever their number."""
    for number in range(3, 13):
        bench.school.lessons.append((FORM_A, MATHS, LATER, number, (bench.school.teachers[MATHS],)))
    before = len(kinds(bench))
    bench.apply(batch=4)
    assert kinds(bench)[before + 2 : -1] == ["batch_opened", "batch_done"] * 3
    assert kinds(bench)[before:][:2] == ["plan_made", "apply_started"]


def test_the_journal_names_nobody(empty):
    """Ids of steps and staff hold names; the journal holds counts and digests."""
    empty.diary.faults = ["", "holiday", "answer_lost"]
    empty.settle_in()
    empty.school.names[K2] = "Новиков"
    empty.settle_in()
    text = "\n".join(events(empty)).casefold()
    for name in ("орлов", "белова", "ученик", "новиков", "мать", "к-002", "пётр"):
        assert name not in text


def test_what_was_made_is_ours_and_what_was_found_is_not(empty):
    """Only what an answer or a reading proved to be our own making may ever be deleted."""
    empty.diary.add(RecordType.SUBJECT, name="МАТЕМАТИКА")
    empty.settle_in()
    with empty.store.begin() as work:
        ours = {link.sourced_id: (link.ours, link.rule) for link in work.links() if link.record_type == "subject"}
    assert ours == {subject_id(MATHS): (False, "subject-name"), subject_id(ENGLISH): (True, "created")}


def test_a_move_forgets_the_old_membership(bench):
    """Its link and its baseline go with it."""
    bench.school.pupils[K2] = FORM_A
    bench.apply()
    old, new = (membership_id(pupil_id(K2), form) for form in (FORM_B, FORM_A))
    with bench.store.begin() as work:
        links = {link.sourced_id for link in work.links()}
        baselines = {sourced_id for _kind, sourced_id in work.baselines()}
    assert (old in links, old in baselines) == (False, False)
    assert (new in links, new in baselines) == (True, True)


def test_a_write_without_an_id_is_in_doubt(bench):
    """A create whose answer names nothing is looked up, not believed."""

    class Mute(MemoryTarget):
        def perform(self, step, refs):
            done = super().perform(step, refs)
            return done if isinstance(done, Refused) else dataclasses.replace(done, remote_id=RemoteId(""))

    diary = Mute()
    vars(diary).update({name: value for name, value in vars(bench.diary).items() if name != "_lock"})
    bench.diary = diary
    bench.school.teachers["Физика"] = bench.school.teachers[MATHS]
    assert bench.apply().in_doubt == 1
    plan = bench.plan()
    assert not plan.steps
    with bench.store.begin() as work:
        found = next(link for link in work.links() if link.sourced_id == SourcedId("subject:физика"))
    assert (found.ours, found.rule) == (True, "read-back")
