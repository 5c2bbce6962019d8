"""Which plans wait for a person."""

from __future__ import annotations

import pytest

from gateway.sync.changes import BIND, CHANGED
from gateway.sync.safety import Rule, judge, policy
from gateway.sync.values import Action, Limit, Route, Step
from state.identity import SourcedId
from state.records import RecordType


def steps(kind: RecordType, action: Action, count: int, reason: str = CHANGED) -> list[Step]:
    return [
        Step(
            step_id=f"{number:05d}",
            action=action,
            record_type=kind,
            sourced_id=SourcedId(str(number)),
            route=Route.IMPORT_SERVICE,
            reason=reason,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("of", "allowed"), [(0, 3), (10, 3), (25, 3), (40, 4), (80, 8), (100, 10), (1000, 10)])
def test_a_share_an_absolute_and_a_floor(of, allowed):
    """The lesser of 10 % and 10, but three are always everyday life."""
    assert Rule().allowed(of) == allowed


@pytest.mark.parametrize("kind", [RecordType.PUPIL, RecordType.STAFF, RecordType.FORM, RecordType.MEMBERSHIP])
@pytest.mark.parametrize("action", [Action.UPDATE, Action.SUSPEND, Action.DELETE])
def test_too_many_changes_of_people_and_forms_hold(kind, action):
    """Eleven of a thousand are a wrong file; ten pass."""
    held = {kind: 1000}
    assert judge(steps(kind, action, 10), held, policy()) is None
    hold = judge(steps(kind, action, 11), held, policy())
    assert hold is not None
    assert hold.limits == (Limit(record_type=kind, action=action, count=11, of=1000, allowed=10),)


def test_filling_an_empty_diary_needs_nobody():
    """Creating is unlimited."""
    assert judge(steps(RecordType.LESSON, Action.CREATE, 12_000), {}, policy()) is None


def test_a_promoted_class_is_judged_by_its_moves_alone():
    """25 moves of 300 pass although 25 suspensions would not; two classes need a person."""
    held = {RecordType.MEMBERSHIP: 300}
    assert judge(steps(RecordType.MEMBERSHIP, Action.MOVE, 25), held, policy()) is None
    assert judge(steps(RecordType.MEMBERSHIP, Action.SUSPEND, 25), held, policy()) is not None
    assert judge(steps(RecordType.MEMBERSHIP, Action.MOVE, 50), held, policy()) is not None


@pytest.mark.parametrize(("action", "passes"), [(Action.UPDATE, 500), (Action.DELETE, 250)])
def test_lessons_have_wider_limits(action, passes):
    """Half may change, a quarter may vanish."""
    held = {RecordType.LESSON: 1000}
    assert judge(steps(RecordType.LESSON, action, passes), held, policy()) is None
    assert judge(steps(RecordType.LESSON, action, passes + 1), held, policy()) is not None


def test_binding_a_person_is_not_a_change():
    """A thousand recognised people get their GUID without a hold."""
    assert judge(steps(RecordType.PUPIL, Action.UPDATE, 1000, BIND), {RecordType.PUPIL: 1000}, policy()) is None


def test_every_broken_limit_is_named_in_pushing_order():
    """The figures of all of them, forms before lessons."""
    both = steps(RecordType.LESSON, Action.DELETE, 9) + steps(RecordType.FORM, Action.UPDATE, 4)
    hold = judge(both, {RecordType.LESSON: 20, RecordType.FORM: 20}, policy())
    assert hold is not None
    assert [(limit.record_type, limit.allowed) for limit in hold.limits] == [
        (RecordType.FORM, 3),
        (RecordType.LESSON, 5),
    ]


def test_the_settings_steer_the_limits():
    """Shares and floor come from the school's settings."""
    strict = policy(persons_percent=1, lessons_percent=2, floor=0)
    assert judge(steps(RecordType.PUPIL, Action.UPDATE, 2), {RecordType.PUPIL: 100}, strict) is not None
    assert judge(steps(RecordType.LESSON, Action.UPDATE, 4), {RecordType.LESSON: 100}, strict) is None
    assert judge(steps(RecordType.LESSON, Action.DELETE, 3), {RecordType.LESSON: 100}, strict) is not None
    assert strict.rows() != policy().rows()
