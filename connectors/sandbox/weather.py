"""Trouble on demand: which request meets which trouble, for drills and for tests of recovery.

`Weather` only says what happens; `outdoors` makes it happen. A request meets the first forecast trouble that fits it,
else what a storm has for its turn.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sandbox.refusals import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.sandbox.storms import Storm

THROTTLE, THROTTLE_433, DEAD_TOKEN, VANISHED = "throttle", "throttle-433", "dead-token", "vanished"
MAINTENANCE, CLOSED, ERROR, BAD_GATEWAY = "maintenance", "closed", "error", "bad-gateway"
PAGE, EMPTY = "page", "empty"
REFUSING = (THROTTLE, THROTTLE_433, DEAD_TOKEN, VANISHED, MAINTENANCE, CLOSED, ERROR, BAD_GATEWAY, PAGE, EMPTY)
"""The call is not done. 429, 433, 401 and 404 with the wire's error; 503 and 405 with an HTML page, as in maintenance;
500 with the wire's error; 502 with an HTML page; 200 with an HTML page, and 200 with nothing."""

DROPPED, LOST, RESET, CUT, TWICE = "dropped", "lost", "reset", "cut", "twice"
"""The connection ends in the middle of the answer: before the call is done, after it, and after half the real answer;
the call is done and half the answer comes as if it were whole; a list, or the lessons of a schedule's days, come with
their first rows once more."""

SLOW, LATE, STALLED = "slow", "late", "stalled"
"""The call waits `seconds` before it is done, before it is answered, or in the middle of its answer."""

LATE_APPLY, LATE_SILENT = "late-apply", "late-silent"
"""A 502 at once, or a cut connection, and the call is done `seconds` later all the same."""

KINDS = (*REFUSING, DROPPED, LOST, RESET, CUT, TWICE, SLOW, LATE, STALLED, LATE_APPLY, LATE_SILENT)
PAUSE = 0.5


@dataclass(slots=True)
class Trouble:
    kind: str
    match: str
    """Part of the path or of the SOAPAction; blank meets every request."""
    times: int
    seconds: float = PAUSE
    """How long the kinds that wait do wait."""
    until: float | None = None
    """The moment on the weather's clock when a window closes that meets every request before it; None: no window."""


@dataclass(slots=True)
class Weather:
    """Troubles to come, those met so far, and the writes that have yet to take effect."""

    now: Callable[[], float] = time.monotonic
    """The clock of windows, in seconds."""
    troubles: list[Trouble] = field(default_factory=list)
    storm: Storm | None = None
    met: list[tuple[str, str]] = field(default_factory=list)
    """(kind, request) in order."""
    pending: int = 0
    """Calls answered with a trouble that will still be done."""

    def clear(self) -> None:
        self.troubles.clear()
        self.met.clear()
        self.storm = None

    def forecast(self, kind: str, match: str, times: int, seconds: float = PAUSE) -> None:
        if kind not in KINDS:
            raise bad_parameter("kind", kind)
        self.troubles.append(Trouble(kind, match, times, seconds))

    def open_window(self, kind: str, match: str, lasts: float, seconds: float = PAUSE) -> None:
        """Every request that fits meets this trouble for so many seconds: a maintenance window, for one."""
        if kind not in KINDS:
            raise bad_parameter("kind", kind)
        self.troubles.append(Trouble(kind, match, 0, seconds, self.now() + lasts))

    @property
    def ahead(self) -> int:
        """Troubles still forecast; an open window counts as one."""
        return sum(one.times if one.until is None else one.until > self.now() for one in self.troubles)

    def meet(self, request: str) -> Trouble | None:
        """The trouble that meets this request, None for fair weather."""
        trouble = next((one for one in self.troubles if self._stands(one) and one.match in request), None)
        if trouble is not None:
            trouble.times -= trouble.until is None
        elif self.storm is not None:
            trouble = self.storm.turn(request)
        if trouble is not None:
            self.met.append((trouble.kind, request))
        return trouble

    def _stands(self, trouble: Trouble) -> bool:
        return trouble.times > 0 if trouble.until is None else self.now() < trouble.until
