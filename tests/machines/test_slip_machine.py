"""Whatever teachers, the deputy, the pulls and the checks do in whatever order: no path closes a slip by itself."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import date, timedelta
from pathlib import Path

import hypothesis.strategies as st
from facts.test_reconcile_store import LIST, PAGE, PUPILS, School, cell, members
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.errors import DataError
from gateway.register.decide import decide
from gateway.register.slips import confirm, issue
from state.decisions import Verdict
from state.register import CellKind
from state.slips import Standing

CHILD = st.sampled_from(PUPILS[:2])
MARK = st.sampled_from(["5", "4", ""])
FULL = bool(os.environ.get("SVERKA_FULL"))
MARKS = ("MARK_DIFF", "MARK_ONLY_PAPER", "MARK_ONLY_DIARY")


class Slips(RuleBasedStateMachine):
    """One page, one lesson, two pupils whose marks anybody may change at any time."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.school = School(Path(self.folder.name))
        self.paper = dict.fromkeys(PUPILS[:2], "5")
        self.diary = dict.fromkeys(PUPILS[:2], "4")
        self.typed = 0
        self.shown: list[tuple] = []
        """(moment, pupil → mark) of every pull."""
        self.type_over()
        self.pull()
        self.check()

    def pass_time(self) -> None:
        self.school.now += timedelta(minutes=10)

    # --- what people and the diary do ---------------------------------------------------------------------------------

    @rule(child=CHILD, mark=MARK)
    def teacher_writes(self, child, mark):
        self.diary[child] = mark

    @rule(child=CHILD)
    def a_fault_is_found(self, child):
        self.diary[child] = "4" if self.paper[child] == "5" else "5"
        self.pull_and_check()

    @rule()
    def teacher_corrects_everything(self):
        self.diary = dict(self.paper)

    @rule(child=CHILD, mark=MARK)
    def paper_is_typed_anew(self, child, mark):
        self.paper[child] = mark
        self.type_over()

    def type_over(self):
        self.typed += 1
        self.school.paper(self.side(self.paper, PAGE))

    @rule(given=st.booleans(), child=CHILD)
    def consent_comes_or_goes(self, given, child):
        self.school.consents(*(one for one in PUPILS if given or one != child))

    @rule()
    def pull(self):
        self.pass_time()
        store = self.school.store
        with store.begin() as work:
            run = work.start_run("pull")
            work.commit()
        self.shown.append((self.school.now, dict(self.diary)))
        self.pass_time()
        self.school.diary(self.side(self.diary, LIST))
        with store.begin() as work:
            work.end_run(run, {})
            work.commit()

    @rule()
    def check(self):
        self.pass_time()
        self.school.check()

    @rule()
    def pull_and_check(self):
        self.pull()
        self.check()

    @rule()
    def decide_for_the_paper_and_issue(self):
        with self.school.store.begin() as work:
            found = [row["finding_id"] for row in work.findings(open_only=True) if row["code"] in MARKS]
        if found:
            decide(self.school.store, found, Verdict.PAPER, why="", who="завуч")
        self.pass_time()
        with contextlib.suppress(DataError):
            issue(self.school.store, due=date(2026, 11, 1), who="завуч")

    @rule()
    def a_slip_is_issued_after_the_correction_was_pulled(self):
        """Nobody has checked since, so the deputy does not know."""
        self.a_fault_is_found(PUPILS[0])
        self.teacher_corrects_everything()
        self.pull()
        self.decide_for_the_paper_and_issue()

    @rule()
    def decide_that_all_is_well(self):
        with self.school.store.begin() as work:
            found = [row["finding_id"] for row in work.findings(open_only=True)]
        if found:
            decide(self.school.store, found, Verdict.EXPLAINED, why="так надо", who="завуч")

    @rule()
    def teacher_confirms(self):
        for slip in self.slips():
            confirm(self.school.store, slip.number, who="учитель")

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def what_is_closed_was_shown_by_a_later_pull(self):
        """The pull began after the slip was issued and brought the very mark that stood on paper then."""
        for slip in self.slips():
            for item in slip.items:
                if item.standing is Standing.CORRECTED:
                    child, wanted = item.body["person"], item.body["paper"]
                    assert any(at > slip.issued_at and marks[child] == wanted for at, marks in self.shown), item

    @invariant()
    def no_remark_is_on_two_open_slips(self):
        pending = [item.finding_id for slip in self.slips() for item in slip.items if item.standing is Standing.OPEN]
        assert len(pending) == len(set(pending))

    def slips(self):
        with self.school.store.begin() as work:
            return work.control.slips()

    @staticmethod
    def side(marks, listed):
        written = [cell(CellKind.MARKS, child, mark) for child, mark in marks.items() if mark]
        return [cell(CellKind.LESSON, None, "|"), cell(CellKind.TOPIC, None, "Степень"), *written, *members(listed)]

    def teardown(self):
        if hasattr(self, "school"):
            self.school.store.close()
            self.folder.cleanup()


TestSlips = Slips.TestCase
TestSlips.settings = settings(
    max_examples=200 if FULL else 40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
