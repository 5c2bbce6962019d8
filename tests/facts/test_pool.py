"""Many reads at once and one step ahead: the order, the first fault, and what is not started any more."""

from __future__ import annotations

import threading

import pytest

from connectors import faults
from connectors.transport.pool import map_concurrently, one_ahead


def test_the_pool_keeps_order_and_stops_at_the_first_fault() -> None:
    """Results come in the order of the questions; after a fault nothing new is started."""
    assert map_concurrently(lambda number: number * 2, range(50)) == [number * 2 for number in range(50)]
    started: list[int] = []

    def ask(number: int) -> None:
        started.append(number)
        if number == 1:
            raise faults.NotFound("x")

    with pytest.raises(faults.NotFound):
        map_concurrently(ask, range(5_000), workers=2)
    assert len(started) < 5_000


def test_the_next_step_is_taken_while_the_last_is_worked_on() -> None:
    """One step ahead and no more, in order."""
    begun: list[int] = []
    second = threading.Event()

    def step(number: int) -> int:
        begun.append(number)
        if number == 1:
            second.set()
        return number

    steps = one_ahead(step, range(4))
    assert next(steps) == 0
    assert second.wait(5)
    assert begun == [0, 1]
    assert list(steps) == [1, 2, 3]
    assert list(one_ahead(step, [])) == []


def test_a_fault_ahead_waits_for_its_turn() -> None:
    """What came before it is handed over; nothing is begun after it."""
    begun: list[int] = []

    def step(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise faults.NotFound("x")
        return number

    steps = one_ahead(step, range(5))
    assert next(steps) == 0
    with pytest.raises(faults.NotFound):
        next(steps)
    assert len(begun) <= 3
    given_up = one_ahead(step, [0] * 100)
    next(given_up)
    del given_up
    assert len(begun) <= 6
