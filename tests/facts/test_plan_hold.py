"""A plan that exceeds a limit: it waits until a person releases it, by name and with a reason."""

from __future__ import annotations

import pytest
from contracts.little_school import FORM_A, FORM_B
from contracts.push_bench import Bench, events

from gateway import errors
from gateway.sync.approve import approve
from gateway.sync.safety import policy
from gateway.sync.values import Action
from state.records import RecordType

K2 = "К-002"


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


@pytest.fixture
def held(bench) -> Bench:
    bench.policy = policy(floor=0)
    bench.school.pupils[K2] = FORM_A
    return bench


def test_a_held_plan_waits_for_a_person(held):
    """The refusal tells the figures and the one command."""
    plan = held.plan()
    with pytest.raises(errors.Hold) as caught:
        held.apply(plan)
    assert "1 из 6" in caught.value.what
    assert f"sverka approve {plan.plan_id}" in caught.value.next_step
    assert (Action.MOVE, RecordType.MEMBERSHIP) not in held.diary.writes


def test_an_approval_releases_this_plan_only(held):
    """Who and why stand in the journal; the next plan needs its own approval."""
    plan = held.plan()
    approval = approve(held.store, plan.plan_id, who="Завуч", why="приказ 12")
    assert (approval.checksum, approval.who, approval.why) == (plan.checksum, "Завуч", "приказ 12")
    assert "приказ 12" in next(line for line in events(held) if "plan_approved" in line)
    assert held.apply(plan).converged
    held.school.pupils[K2] = FORM_B
    with pytest.raises(errors.Hold):
        held.apply()


def test_an_approval_needs_a_reason_and_a_living_plan(held):
    """No blank reason, no unknown plan, no plan that is used up."""
    plan = held.plan()
    with pytest.raises(errors.Hold, match="обоснования"):
        approve(held.store, plan.plan_id, who="Завуч", why=" ")
    with pytest.raises(errors.PlanStale):
        approve(held.store, "plan-unknown", who="Завуч", why="приказ 12")
    approve(held.store, plan.plan_id, who="Завуч", why="приказ 12")
    held.apply(plan)
    with pytest.raises(errors.PlanConsumed):
        approve(held.store, plan.plan_id, who="Завуч", why="ещё раз")
