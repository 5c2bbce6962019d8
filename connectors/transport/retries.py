"""When a call that is safe to repeat is made again, and after what pause."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import tenacity

from connectors import faults
from connectors.transport.circuit import Away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

ATTEMPTS = 6
"""Of one call that meets outages."""
_MOST: Mapping[type[faults.Fault], int] = {Away: 60, faults.Throttled: 20, faults.Unavailable: ATTEMPTS}
"""By what an attempt met: one that was turned away cost nothing, one that was throttled only time."""
TOTAL_SECONDS = 120.0
"""How long one call may take with all its attempts and waits."""
BACKOFF_BASE, BACKOFF_CAP = 0.3, 20.0


class Retries:
    """Full jitter, Retry-After kept, total time capped."""

    def __init__(
        self,
        total: float = TOTAL_SECONDS,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
        standstill: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`standstill` says for how many seconds nobody may send after a complaint that named no time."""
        self.total = total
        self._standstill = standstill
        self._now = now
        self._sleep = sleep
        self._chance = chance or random.Random()

    def run(self, once: Callable[[], T]) -> T:
        """The result of `once`, which is made again while it raises Throttled or Unavailable."""
        began, met = self._now(), Counter[type[faults.Fault]]()

        def enough(state: tenacity.RetryCallState) -> bool:
            kind = _kind(state)
            met[kind] += 1
            return met[kind] >= _MOST[kind] or self._now() - began + state.upcoming_sleep >= self.total

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass), stop=enough, wait=self._pause, sleep=self._sleep, reraise=True
        )
        return attempts(once)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = _error(state)
        if isinstance(error, faults.Throttled):
            asked = error.retry_after
            return asked if asked is not None else self._standstill() + self._chance.uniform(0, BACKOFF_BASE)
        if isinstance(error, Away) and error.wait is not None:
            return error.wait * self._chance.uniform(1, 1.2)
        return self._chance.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2**state.attempt_number))


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, Away):
        return error.wait is not None
    return isinstance(error, faults.Throttled | faults.Unavailable)


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _kind(state: tenacity.RetryCallState) -> type[faults.Fault]:
    error = _error(state)
    return next(kind for kind in _MOST if isinstance(error, kind))
