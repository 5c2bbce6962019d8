"""What came of carrying a plan out: every figure is counted from the outcomes, none is kept by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.sync.values import Done, Handed, InDoubt, Outcome, Refused, Step, Waiting

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """`linked`: objects of the diary recognised as ours without a write. `files`: what a person now has to carry on."""

    run: str
    plan: str
    outcomes: tuple[tuple[Step, Outcome], ...]
    linked: int = 0
    files: tuple[Path, ...] = ()

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
        }
