"""Whatever changes between two checks: judging only what changed says what judging everything says."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
from facts.test_reconcile_store import PUPILS
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from machines.check_school import FORM, GROUPS, PAGES, STRANGER, CheckSchool, list_cells, page_cells

from gateway.register.modes import set_mode
from state.modes import EVERYTHING, Mode, ModeRecord
from state.register import CellKind

FULL = bool(os.environ.get("SVERKA_FULL"))
PAGE = st.sampled_from(PAGES)
MARKS = st.dictionaries(st.sampled_from(PUPILS), st.sampled_from(["5", "4", "н", "2 н"]), max_size=3) | st.just(
    dict.fromkeys(PUPILS, "5")
)
PEOPLE = st.sets(st.sampled_from(PUPILS))
SOME = st.sampled_from([PUPILS, PUPILS[:2], PUPILS[1:]])
DAY = st.sampled_from([date(2026, 9, 7), date(2026, 9, 8), date(2026, 11, 9)])
PERIOD = st.sampled_from([0, 1])


class Checks(RuleBasedStateMachine):
    """A form of three pupils with two subjects, one of them taught to two subgroups as well."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.school = CheckSchool(Path(self.folder.name))
        for page in PAGES:
            self.school.shown[page] = page_cells(page, date(2026, 9, 7), {PUPILS[0]: "5"})
            self.school.type_over(page, 0, page_cells(page, date(2026, 9, 7), {PUPILS[0]: "5"}))
        self.school.pull()

    # --- the diary and the paper --------------------------------------------------------------------------------------

    @rule(page=PAGE, day=DAY, marks=MARKS)
    def teacher_writes(self, page, day, marks):
        self.school.shown[page] = page_cells(page, day, marks)
        self.school.pull()

    @rule(page=PAGE, hour=st.integers(1, 9))
    def teacher_enters_the_same_again(self, page, hour):
        entered = datetime(2026, 10, 1, hour, tzinfo=UTC)
        self.school.shown[page] = page_cells(page, date(2026, 9, 7), {PUPILS[0]: "4"}, set_at=entered)
        self.school.pull()

    @rule(group=st.sampled_from(GROUPS), people=PEOPLE)
    def the_diary_lists(self, group, people):
        self.school.lists[group] = list_cells(group, people)
        self.school.pull()

    @rule(named=st.booleans())
    def a_stranger_is_listed(self, named):
        self.school.name(STRANGER, "Ким Яна" if named else "Орлов Иван")
        self.school.lists[FORM] = list_cells(FORM, {*PUPILS[:2], STRANGER})
        self.school.pull()

    @rule(page=PAGE, day=DAY, marks=MARKS, people=SOME, period=PERIOD, silent=st.booleans())
    def paper_is_typed_over(self, page, day, marks, people, period, silent):
        kinds = frozenset({CellKind.MARKS} if silent else ())
        self.school.type_over(page, period, page_cells(page, day, marks, people), silent=kinds)

    # --- the school ---------------------------------------------------------------------------------------------------

    @rule(people=PEOPLE)
    def consents_are(self, people):
        self.school.consents(*sorted(people))

    @rule(grade=st.sampled_from([1, 7]))
    def the_form_is_of_grade(self, grade):
        self.school.grade = grade

    @rule(divided=st.booleans())
    def the_files_know_the_subgroups(self, divided):
        self.school.divided = divided

    @rule(scale=st.sampled_from([("5", "4", "3", "2"), ("4", "3", "2")]))
    def the_scale_is(self, scale):
        self.school.scale = scale

    @rule(count=st.sampled_from([1, 2]))
    def periods_are_known(self, count):
        self.school.known = count

    @rule(page=st.sampled_from([None, *PAGES]), starts=DAY, length=st.sampled_from([None, 0, 30]))
    def a_pilot_begins_or_ends(self, page, starts, length):
        ends = None if length is None else starts + timedelta(days=length)
        subject = page.subject if page else EVERYTHING
        set_mode(
            self.school.store,
            ModeRecord(mode=Mode.PARALLEL, starts=starts, ends=ends, form=FORM, subject=subject),
            who="завуч",
        )

    # --- what must hold -----------------------------------------------------------------------------------------------

    @rule()
    def nothing_changes(self):
        self.school.check()
        assert self.school.check().judged == 0

    @invariant()
    def judging_what_changed_says_it_all(self):
        if not hasattr(self, "school"):
            return
        told, kept = self.school.check(), self.school.summary()
        afresh, whole = self.school.check(afresh=True), self.school.summary()
        assert told.result == afresh.result
        assert kept["page_results"] == whole["page_results"]
        assert kept["digests"] == whole["digests"]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


Checks.TestCase.settings = settings(
    max_examples=400 if FULL else 20,
    stateful_step_count=25 if FULL else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestChecks = Checks.TestCase
