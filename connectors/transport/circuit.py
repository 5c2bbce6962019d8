"""Whether the service answers at all: after several outages in a row nobody asks but one probe at a time.

Closed: every request passes. Open: requests are turned away unsent with `Away`, which says how long to wait; after each
pause one passes as a probe, its answer closes the circuit, its failure doubles the pause. An outage that outlasts the
run's patience turns everybody away for good.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors import faults

if TYPE_CHECKING:
    from collections.abc import Callable

OPENS_AFTER = 12
"""Outages in a row over all threads: more than one read meets by itself, and than one cut of all connections is."""
PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds before the first probe, and at most between two."""
GIVES_UP_AFTER = 60.0
"""Seconds from the opening on."""


@dataclass
class Away(faults.Unavailable):
    """Turned away unsent: the service has not answered `since`. `wait` in seconds; None: not in this run."""

    wait: float | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Circuit:
    """Shared by all threads of a run."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic, clock: Callable[[], datetime] = _utc_now) -> None:
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._in_a_row = 0
        self._opened_at: float | None = None
        self._probe_at = 0.0
        self._pause = PAUSE
        self._probing = False

    @property
    def since(self) -> datetime | None:
        """When the first request failed of those in a row that failed; None while the service answers."""
        return self._since

    def admit(self, place: str) -> None:
        """Returns when the request may be sent. Raises Away while the circuit is open."""
        with self._lock:
            if self._opened_at is None:
                return
            now = self._now()
            if now - self._opened_at >= GIVES_UP_AFTER:
                raise self._away(place, None)
            if self._probing or now < self._probe_at:
                raise self._away(place, max(PAUSE, self._probe_at - now))
            self._probing = True

    def answered(self) -> None:
        """The service spoke, whatever it said: the circuit is closed."""
        with self._lock:
            self._since = self._opened_at = None
            self._in_a_row, self._pause, self._probing = 0, PAUSE, False

    def failed(self) -> None:
        """A request met an outage: no answer, or a page that stands for the whole service."""
        with self._lock:
            self._in_a_row += 1
            self._since = self._since or self._clock()
            if self._opened_at is None and self._in_a_row >= OPENS_AFTER:
                self._opened_at = self._now()
                self._probe_at = self._opened_at + self._pause
            elif self._probing:
                self._pause = min(LONGEST_PAUSE, 2 * self._pause)
                self._probe_at = self._now() + self._pause
            self._probing = False

    def _away(self, place: str, wait: float | None) -> Away:
        return Away("the service does not answer", place, since=self._since, wait=wait)
