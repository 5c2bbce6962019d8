"""What came of carrying a plan out: every figure is counted from the outcomes, none is kept by hand."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from gateway.sync.values import Done, Handed, InDoubt, Outcome, Refused, Step, Waiting

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """`linked`: objects of the diary recognised as ours without a write. `files`: what a person now has to carry on."""

    run: str
    plan: str
    outcomes: tuple[tuple[Step, Outcome], ...]
    linked: int = 0
    files: tuple[Path, ...] = ()
    today: date | None = None

    def count(self, kind: type[Any]) -> int:
        return sum(isinstance(outcome, kind) for _step, outcome in self.outcomes)

    @property
    def done(self) -> int:
        return self.count(Done)

    @property
    def refused(self) -> int:
        return self.count(Refused)

    @property
    def in_doubt(self) -> int:
        return self.count(InDoubt)

    @property
    def waiting(self) -> int:
        return self.count(Waiting)

    @property
    def handed(self) -> int:
        return self.count(Handed)

    @property
    def converged(self) -> bool:
        """True when every step took effect: with unchanged files the next plan is empty."""
        return self.done == len(self.outcomes)

    @property
    def refusals(self) -> tuple[tuple[Step, Refused], ...]:
        return tuple((step, outcome) for step, outcome in self.outcomes if isinstance(outcome, Refused))

    @property
    def lags(self) -> tuple[int, ...]:
        """Days from the order to the push, of every step that took effect or was handed over (R022), ascending."""
        went = (step.order for step, outcome in self.outcomes if isinstance(outcome, (Done, Handed)))
        days = (order.day for order in went if order is not None)
        return tuple(sorted((self.today - day).days for day in days if day is not None and self.today is not None))

    def as_json(self) -> dict[str, Any]:
        """`apply/1`: figures only, no names."""
        return {
            "schema": "apply/1",
            "run": self.run,
            "done": self.done,
            "refused": self.refused,
            "in_doubt": self.in_doubt,
            "waiting": self.waiting,
            "handed": self.handed,
            "converged": self.converged,
            "orders": _lag_json(self.lags),
        }


def _lag_json(lags: tuple[int, ...]) -> dict[str, Any]:
    """How many steps rest on an order, and the days that passed since."""
    days = {"least": lags[0], "median": int(median(lags)), "most": lags[-1]} if lags else None
    return {"steps": len(lags), "lag_days": days}
