"""Every call in order, parted into runs: what one command asked the diary, and what came of it.

The wire says nothing of runs: a silence of some seconds ends one, as between commands that a person types.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sandbox.counters import Counters

SILENCE = 5.0
"""Seconds without a call after which the next one begins a run."""
_KEPT_RUNS, _KEPT_CALLS = 100, 20_000


@dataclass(slots=True)
class Called:
    """One call; `status` 0 until it is answered, `trouble` as `weather.KINDS` or `quota`."""

    at: str
    request: str
    status: int = 0
    trouble: str = ""


@dataclass(slots=True)
class Run:
    number: int
    after: int
    """Writes in the history before it."""
    calls: deque[Called] = field(default_factory=lambda: deque(maxlen=_KEPT_CALLS))
    asked: int = 0


@dataclass(slots=True)
class Runs:
    """The last runs with their last calls."""

    _runs: deque[Run] = field(default_factory=lambda: deque(maxlen=_KEPT_RUNS))
    _heard: float = 0.0

    def note(self, request: str, at: str, now: float, writes: int) -> Called:
        """The call is part of the run; `now` in seconds tells silences, `writes` is how many there are so far."""
        if not self._runs or now - self._heard > SILENCE:
            self._runs.append(Run(self._runs[-1].number + 1 if self._runs else 1, writes))
        self._heard = now
        run, call = self._runs[-1], Called(at, request)
        run.calls.append(call)
        run.asked += 1
        return call

    def listed(self, counters: Counters) -> list[dict[str, Any]]:
        """{n, began, ended, calls, refused, writes} of each run."""
        return [
            {
                "n": run.number,
                "began": run.calls[0].at,
                "ended": run.calls[-1].at,
                "calls": run.asked,
                "refused": sum(call.status >= 400 for call in run.calls),
                "writes": len(self._writes(run, counters.history)),
            }
            for run in self._runs
        ]

    def told(self, number: int, counters: Counters) -> dict[str, Any] | None:
        """{n, calls, writes} of one run; None for one that never was, or was long ago."""
        run = next((one for one in self._runs if one.number == number), None)
        if run is None:
            return None
        calls = [
            {"at": call.at, "request": call.request, "status": call.status, "trouble": call.trouble}
            for call in run.calls
        ]
        writes = counters.listed(run.after)[: len(self._writes(run, counters.history))]
        return {"n": run.number, "calls": calls, "writes": writes}

    def _writes(self, run: Run, history: Sequence[object]) -> Sequence[object]:
        """Those made until the next run began: what an administrator uploads in between counts to the one before."""
        later = (one.after for one in self._runs if one.number > run.number)
        return history[run.after : next(later, len(history))]
