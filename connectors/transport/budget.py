"""A rate shared by all threads of a run: kept ahead of a known limit, learned from complaints where nobody tells it.

Requests leave one by one at an even pace of 0.97 of the limit, and no window of a second ever holds more of them than
the limit. A missed turn may be made up for, a burst at the start is never made. Without a limit the pace begins at what
a patient client of this service would do, and grows with every answer until the first complaint: what was accepted in
the second before it is the limit, approached again from half of it, and tried again after a minute of quiet.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors import faults

if TYPE_CHECKING:
    from collections.abc import Callable

SHARE = 0.97
"""Of the limit that we use: the rest is for what reaches the service closer together than it left us."""
SECOND = 1.0
FIRST_PACE, LOWEST_START = 8.0, 5.0
"""Requests per second before the first answer, and the least we begin with once its time is known."""
GROWTH = 1 / 16
"""Of the pace, gained by each answer to a request that had to wait its turn, until the first complaint."""
REGAIN = 0.2
"""Of the way back to the limit, gained by each answer after a complaint."""
SHRINK, PROBE = 0.9, 1.05
"""Of the limit, after a complaint within it, and after a time of quiet."""
QUIET, LEAST_QUIET, MOST_QUIET = 60.0, 5.0, 600.0
"""Seconds without a complaint before the limit is tried; twice as many after a vain try, half after a good one."""
TRUST = 180.0
"""Seconds without a complaint before a limit that an earlier run has learned is tried: most runs end before that."""
PROOF = 10.0
"""Seconds without a complaint after which a limit is known to be right: too high a one meets the next within two."""
STANDSTILL, LONGEST_STANDSTILL = 0.5, 30.0
"""Seconds nobody sends after a complaint that names no time; doubled while nothing else is heard."""
LONG_REFUSED = 3
"""Complaints with nothing between that say: this service counts more than a second, the mean is its limit."""
MADE_UP_FOR, PUNCTUAL = 0.25, 0.05
"""Seconds of missed turns made up for, at twice the pace at most: within a limit that was told us, and otherwise."""
LATE, SLACK = 0.25, 0.01
"""Seconds by which an answer later than the quickest may mean that its request came late, and what is added to them."""
STUCK = 0.25
"""Seconds after its turn by which a request that is still not written counts as sent."""
FLOOR = 0.5
"""Requests per second we never go below: slower than that a run would not end."""
REMEMBERED = 512


@dataclass(slots=True, eq=False)
class Departure:
    """One request that was let go."""

    left: float
    waited: bool
    """It stood in line: the pace, not the caller, said when."""
    written: float | None = None
    answered: float | None = None
    refused: bool = False

    @property
    def sent(self) -> float:
        return self.left if self.written is None else self.written


class RateBudget:
    """`limit` in requests per second as the service or the settings tell it; None: learned, from `learned` on where an
    earlier run has learned it."""

    def __init__(
        self,
        limit: float | None = None,
        *,
        learned: float | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._told = limit
        self._now = now
        self._sleep = sleep
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._sent: deque[Departure] = deque(maxlen=REMEMBERED)
        self._next = self._still_until = self._slowed_at = -math.inf
        self._fastest = math.inf
        self._quiet_since, self._quiet = now(), QUIET if learned is None else TRUST
        self._refused_in_a_row = self._accepted = 0
        self._counted_since = now()
        self._credit = PUNCTUAL if limit is None else MADE_UP_FOR
        self._limit = learned if limit is None else limit
        self._pace = FIRST_PACE if self._limit is None else SHARE * self._limit
        self._proven = None if limit is not None else learned

    @property
    def limit(self) -> float | None:
        """Requests per second the service takes, as told or as learned; None while nothing is known."""
        return self._limit

    @property
    def learned(self) -> float | None:
        """The limit as the service's complaints have taught it, without a try still under way; None: they have not.

        One that had no time to prove itself may be a request too high, so a tenth less is told.
        """
        if self._proven is None or self._now() - self._slowed_at >= PROOF:
            return self._proven
        return max(FLOOR, SHRINK * self._proven)

    @property
    def pace(self) -> float:
        """Requests per second kept now."""
        return self._pace

    def standstill(self) -> float:
        """Seconds from now in which nobody sends, because the service complained."""
        return max(0.0, self._still_until - self._now())

    def wait(self, longest: float = math.inf, place: str = "") -> Departure:
        """Returns when the caller may send. Raises Throttled at once where the service asked for a longer pause.

        One thread waits for its turn, the others for that thread: they leave in order.
        """
        with self._turn:
            moment, waited = self._now(), False
            while (due := self._due(moment, longest, place)) > moment:
                self._sleep(due - moment)
                moment, waited = max(due, self._now()), True
            return self._leave(moment, waited)

    def written(self, departure: Departure) -> None:
        """The request is on the wire: a new connection may have taken its time before that."""
        departure.written = self._now()

    def pleased(self, departure: Departure) -> None:
        """An answer came that does not complain."""
        with self._lock:
            if self._refused_in_a_row >= LONG_REFUSED and self._limit is not None:
                self._limit = max(FLOOR, min(self._limit, self._mean(self._now())))
                self._proven = self._limit if self._told is None else None
            self._accepted, self._refused_in_a_row = self._accepted + 1, 0
            departure.answered = self._now()
            self._fastest = min(self._fastest, max(1e-3, departure.answered - departure.sent))
            if self._limit is None:
                self._pace = max(self._pace_to_begin(), self._pace * (1 + GROWTH * departure.waited))
            else:
                self._come_back(departure, self._limit)

    def complained(self, departure: Departure, retry_after: float | None = None) -> None:
        """The pace is halved and everybody stands still; requests sent before the last complaint do not halve again."""
        with self._lock:
            departure.refused, departure.answered = True, self._now()
            now = departure.answered
            if departure.left > self._slowed_at:
                self._slow_down(departure, now)
            pause = min(LONGEST_STANDSTILL, STANDSTILL * 2 ** (self._refused_in_a_row - 1))
            self._still_until = max(self._still_until, now + (pause if retry_after is None else retry_after))

    # --- when the next may leave ---

    def _due(self, moment: float, longest: float, place: str) -> float:
        with self._lock:
            still = self._still_until - moment
            if still > longest:
                raise faults.Throttled("a longer pause was asked for", place, retry_after=still)
            return max(self._still_until, self._next, self._window_free(moment))

    def _window_free(self, moment: float) -> float:
        """When as many requests as the limit allows in a second are a second old where they arrived."""
        if self._limit is None:
            return moment
        exact = self._limit if self._limit == self._told else self._limit + 0.5
        most = max(1, math.floor(exact))
        if len(self._sent) < most:
            return moment
        oldest = self._sent[-most]
        sent = min(moment, oldest.left + STUCK) if oldest.written is None else oldest.written
        late = (moment if oldest.answered is None else oldest.answered) - sent - self._fastest
        span = max(SECOND, most / self._limit)
        return sent + span + min(LATE, max(0.0, late)) + SLACK

    def _leave(self, moment: float, waited: bool) -> Departure:
        departure = Departure(moment, waited)
        with self._lock:
            turn = max(self._next, moment - self._credit if self._sent else moment)
            self._next = max(turn + 1 / self._pace, moment + 0.5 / self._pace)
            self._sent.append(departure)
        return departure

    # --- what is learned ---

    def _pace_to_begin(self) -> float:
        """Half of what one request after another would make."""
        return max(LOWEST_START, 0.5 / self._fastest)

    def _come_back(self, departure: Departure, limit: float) -> None:
        aim = SHARE * limit
        self._pace = min(aim, self._pace + max(REGAIN * (aim - self._pace), 0.01 * aim))
        if not departure.waited or self._now() - self._quiet_since < self._quiet:
            return
        self._proven = limit if self._told is None else None
        # by one at least: a try that lets no more requests into a second tries nothing
        self._limit = min(self._told or math.inf, max(limit * PROBE, math.floor(limit) + 1.0))
        self._quiet_since, self._quiet = self._now(), max(LEAST_QUIET, self._quiet / 2)

    def _mean(self, now: float) -> float:
        """What was accepted per second since the service began to count; it begins anew."""
        mean = self._accepted / max(SECOND, now - self._counted_since)
        self._accepted, self._counted_since = 0, now
        return mean

    def _slow_down(self, departure: Departure, now: float) -> None:
        """The first complaint of a wave. One that follows another with nothing between says nothing of the limit."""
        self._refused_in_a_row += 1
        if self._limit is None or self._refused_in_a_row == 1:
            self._limit = self._estimate(departure)
            self._pace = SHARE * self._limit
            self._proven = self._limit if self._told is None else None
            self._quiet = min(MOST_QUIET, 2 * self._quiet) if self._slowed_at > -math.inf else QUIET
        self._pace = max(FLOOR, self._pace / 2)
        self._slowed_at = self._quiet_since = now
        self._next = max(self._next, now)
        self._credit = 0.0

    def _estimate(self, departure: Departure) -> float:
        """What the service accepted in the second before; a limit that was wrong gives way by a tenth to a half."""
        start = departure.sent - SECOND
        accepted = sum(1 for one in self._sent if start < one.sent <= departure.sent and not one.refused)
        if self._limit is not None:
            return max(FLOOR, self._limit / 2, min(accepted, SHRINK * self._limit))
        return max(FLOOR, accepted)
