"""A diary that is away, or answers with a fault, while a plan is made or carried out."""

from __future__ import annotations

from datetime import time

import pytest
from contracts.memory_target import MemoryTarget
from contracts.push_bench import Bench, kinds

from connectors import faults
from gateway import errors
from gateway.faultmap import from_fault
from state.records import RecordType


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


@pytest.fixture
def empty(tmp_path) -> Bench:
    return Bench.at(tmp_path)


@pytest.mark.parametrize(
    ("fault", "error"), [("unauthorised", errors.SignInNeeded), ("forbidden", errors.RightMissing)]
)
def test_a_dead_token_or_a_missing_right_stops_the_run_and_keeps_what_was_done(empty, fault, error):
    """The first batch stands, the second is refused for who we are: a person acts, and the rest follows."""
    empty.diary.faults = ["", fault]
    with pytest.raises(error):
        empty.apply(workers=1, batch=1)
    assert empty.diary.writes.total() == 1
    assert "apply_stopped" in kinds(empty)
    assert not empty.settle_in().steps
    assert len(empty.diary.objects[RecordType.BELL_SCHEDULE]) == 1


def test_one_outage_is_a_refusal_and_a_row_of_them_stops(empty):
    """A single 503 costs one record; a whole batch of them means that the diary is away."""
    empty.diary.faults = ["", "", "", "unavailable"]
    assert empty.apply(workers=2).refused == 1
    empty.upload(empty.apply())
    empty.diary.faults = ["unavailable"] * 6
    with pytest.raises(errors.Unavailable):
        empty.apply(workers=2)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.Unauthorised("x"), errors.SignInNeeded),
        (faults.Forbidden("x"), errors.RightMissing),
        (faults.Throttled("x"), errors.Throttled),
        (faults.Unavailable("x"), errors.Unavailable),
        (faults.SchemaDrift("x"), errors.SchemaDrift),
        (faults.Rejected("x"), errors.RecordRejected),
        (faults.InDoubt("x"), errors.InDoubt),
    ],
)
def test_a_fault_of_a_reading_comes_out_in_our_words(bench, fault, error):
    """Planning stops with the error that says what to do, and the request id is kept."""
    fault.request_id = "r-7"

    class Away(MemoryTarget):
        def snapshot(self, scope, progress=None):
            raise fault

    bench.diary = Away()
    with pytest.raises(error) as caught:
        bench.plan()
    assert caught.value.request_id == "r-7"
    assert type(from_fault(fault)) is error


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (faults.Rejected("x", code="duplicate"), "Refused"),
        (faults.Throttled("x"), "Refused"),
        (faults.Unavailable("x"), "InDoubt"),
        (faults.SchemaDrift("x"), "InDoubt"),
    ],
)
def test_a_fault_of_a_write_is_judged_by_what_it_proves(bench, fault, outcome):
    """Certainly not written: refused. Anything else: in doubt."""

    class Faulty(MemoryTarget):
        def perform(self, step, refs):
            raise fault

    diary = Faulty()
    vars(diary).update({name: value for name, value in vars(bench.diary).items() if name != "_lock"})
    bench.diary = diary
    bench.school.bell_end = time(9, 15)
    report = bench.apply()
    assert [type(result).__name__ for _step, result in report.outcomes] == [outcome]
