"""Somebody deleted in the diary what other records stand on: a person decides, and nothing is sent meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contracts.little_school import FORM_A, FORM_B, MATHS, TODAY
from contracts.push_bench import Bench

from state.identity import membership_id, pupil_id, subject_id
from state.records import RecordType

if TYPE_CHECKING:
    from gateway.sync.values import Plan

PUPIL = membership_id(pupil_id("К-001"), FORM_A)
LATER = TODAY + timedelta(days=1)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


def vanish(bench: Bench, kind: RecordType, sourced_id: str) -> None:
    with bench.store.begin() as work:
        known = {(link.record_type, link.sourced_id): link.remote_id for link in work.links()}
    bench.diary.remove(kind, known[kind, sourced_id])


def lesson(form: str) -> str:
    return f"lesson:{form}|{LATER.isoformat()}|1|{subject_id(MATHS)}|1"


def told(plan: Plan) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Steps as (action, record), conflicts as (kind, record)."""
    steps = [(step.action.value, step.sourced_id) for step in plan.steps]
    return steps, [(item.kind, item.sourced_id) for item in plan.conflicts]


def test_what_names_a_vanished_form_waits_for_the_answer(bench):
    """Its lists and lessons went with it: the diary would refuse every one of them; another form's lesson is made."""
    vanish(bench, RecordType.FORM, FORM_A)
    vanish(bench, RecordType.MEMBERSHIP, PUPIL)
    vanish(bench, RecordType.LESSON, lesson(FORM_A))
    vanish(bench, RecordType.LESSON, lesson(FORM_B))
    assert told(bench.plan()) == ([("create", lesson(FORM_B))], [("vanished_remote", FORM_A)])


def test_what_names_a_vanished_subject_waits_for_the_answer(bench):
    """A lesson of a subject that is not there cannot be made."""
    vanish(bench, RecordType.SUBJECT, subject_id(MATHS))
    vanish(bench, RecordType.LESSON, lesson(FORM_A))
    assert told(bench.plan()) == ([], [("vanished_remote", subject_id(MATHS))])
