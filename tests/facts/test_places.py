"""Several lessons of one place: the multiset decides who changed, not the order of names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from contracts.little_school import FORM_A, MATHS, SCOPE
from contracts.push_bench import Bench

from gateway.sync.values import Action, Plan
from state.records import Lesson, RecordType

if TYPE_CHECKING:
    from pathlib import Path

DAY = SCOPE.lessons_to
ANNA, BORIS, VERA = "Алова Анна Ильична", "Боков Борис Ильич", "Вялова Вера Ильична"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench.settled(tmp_path)


def taught_by(bench: Bench, *teachers: str) -> None:
    """From now on maths of 7А is taught in the third period by each of them, in parallel."""
    bench.school.lessons = [row for row in bench.school.lessons if row[3] != 3]
    bench.school.lessons += [(FORM_A, MATHS, DAY, 3, (name,)) for name in teachers]


def actions(plan: Plan) -> Counter[Action]:
    return Counter(step.action for step in plan.steps if step.record_type is RecordType.LESSON)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((ANNA, BORIS), (BORIS,), {Action.DELETE: 1}),
        ((BORIS,), (ANNA, BORIS), {Action.CREATE: 1}),
        ((ANNA, VERA), (BORIS, VERA), {Action.UPDATE: 1}),
        ((BORIS, VERA), (ANNA, BORIS), {Action.UPDATE: 1}),
        ((ANNA, BORIS, VERA), (VERA,), {Action.DELETE: 2}),
        ((VERA,), (ANNA, BORIS, VERA), {Action.CREATE: 2}),
        ((ANNA, BORIS), (VERA,), {Action.UPDATE: 1, Action.DELETE: 1}),
        ((ANNA, BORIS), (BORIS, ANNA), {}),
    ],
)
def test_only_what_the_multisets_differ_in_is_planned(
    bench: Bench, before: tuple[str, ...], after: tuple[str, ...], expected: dict[Action, int]
) -> None:
    """A colleague who goes or comes does not shift the others, and once it is done nothing is left to do."""
    bench.school.teachers |= {name: name for name in (ANNA, BORIS, VERA)}
    taught_by(bench, *before)
    assert not bench.settle_in().steps
    taught_by(bench, *after)
    assert actions(bench.plan()) == expected
    assert not bench.settle_in().steps


def test_a_place_may_be_emptied_and_filled_again(bench: Bench) -> None:
    """After the first of two lessons went, the second keeps its id, and a third gets the one that is free."""
    bench.school.teachers |= {name: name for name in (ANNA, BORIS, VERA)}
    for teachers in ((ANNA, BORIS), (BORIS,), (BORIS, VERA), (VERA,), (ANNA, VERA)):
        taught_by(bench, *teachers)
        assert not bench.settle_in().steps
        held = bench.diary.snapshot(SCOPE).of(RecordType.LESSON)
        numbers = [seen.record.number for seen in held if isinstance(seen.record, Lesson)]
        assert numbers.count(3) == len(teachers)
