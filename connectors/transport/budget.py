"""A rate shared by all threads of a run: halved when the service complains, regained slowly (AIMD)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FLOOR = 0.5
"""Requests per second we never go below: slower than that a run would not end."""
REGAIN = 0.02
"""Share of the rate regained by each answer that did not complain."""
PAUSE = 1.0
"""Seconds to stand still after a complaint that names no time (none was ever seen to name one)."""


class RateBudget:
    """`wait` returns when the next request may leave. `rate` in requests per second; None: learned from complaints."""

    def __init__(
        self,
        rate: float | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = rate
        self._rate = rate
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_free = 0.0
        self._sent: list[float] = []
        self._slowed_at = float("-inf")

    @property
    def rate(self) -> float | None:
        """The rate kept now; None while unlimited."""
        return self._rate

    def wait(self) -> float:
        """The moment the caller may send, after waiting for it."""
        with self._lock:
            moment = max(self._now(), self._next_free)
            if self._rate is not None:
                self._next_free = moment + 1 / self._rate
            self._remember(moment)
        delay = moment - self._now()
        if delay > 0:
            self._sleep(delay)
        return moment

    def complained(self, sent_at: float, retry_after: float | None) -> None:
        """The rate is halved and everybody stands still; requests sent before the last complaint do not halve again."""
        with self._lock:
            self._next_free = max(self._next_free, self._now() + (PAUSE if retry_after is None else retry_after))
            if sent_at <= self._slowed_at:
                return
            self._slowed_at = self._now()
            self._rate = max(FLOOR, (self._rate or self._recent()) / 2)

    def pleased(self) -> None:
        """A request was answered without complaint: a little of the rate comes back, never above the set limit."""
        if self._rate is None or self._rate == self._limit:
            return
        with self._lock:
            regained = self._rate * (1 + REGAIN)
            self._rate = regained if self._limit is None else min(self._limit, regained)

    def _remember(self, moment: float) -> None:
        self._sent.append(moment)
        if len(self._sent) > 256:
            del self._sent[:128]

    def _recent(self) -> float:
        """Requests of the last second: the pace that was too fast."""
        start = self._now() - 1.0
        return max(1.0, sum(1 for moment in self._sent if moment >= start))
