"""What holds over the whole of a storm: a quota for each token, shapes the sources disagree about, wide ids.

Drawn from the seed of the storm; a school that is reset, or a storm that is over, has the usual climate again. Ids that
were made wide stay wide.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sandbox.dialects import SWITCHES, Dialect
from connectors.sandbox.quota import STATUSES

if TYPE_CHECKING:
    from connectors.sandbox.world import World

_RATES = (2, 3, 5, 8, 13)
"""Requests per second and token: the first clients of this service send more (behaviour.md §4)."""
_WAITS = (None, None, 1, 3)
"""Seconds of Retry-After; None was seen, the others a client must obey."""
_QUOTA, _WIDE, _TURNED = 0.4, 0.2, 0.2
"""How often a storm has a quota and wide ids, and how often each switch is turned."""


@dataclass(frozen=True, slots=True)
class Climate:
    """`quota` as `Quota.set` takes it, empty for none; `dialect` names the switches that are turned."""

    quota: dict[str, Any] = field(default_factory=dict)
    dialect: dict[str, str] = field(default_factory=dict)
    wide: bool = False

    def plain(self) -> dict[str, Any]:
        return {"quota": self.quota or None, "dialect": self.dialect, "wide_ids": self.wide}


def climate(seed: int) -> Climate:
    """Equal for equal seeds. Numbers are never both rounded and without twins: nobody has seen such a diary."""
    draw = random.Random(f"sandbox-climate|{seed}")
    dialect = {name: draw.choice(positions[1:]) for name, positions in SWITCHES.items() if draw.random() < _TURNED}
    if "numbers" in dialect:
        dialect.pop("twins", None)
    limited = draw.random() < _QUOTA
    quota = {"rate": draw.choice(_RATES), "status": draw.choice(STATUSES), "retry_after": draw.choice(_WAITS)}
    return Climate(quota if limited else {}, dialect, draw.random() < _WIDE)


@dataclass(slots=True)
class Spell:
    """A climate that has set in, and what it displaced."""

    world: World
    climate: Climate
    _quota: dict[str, Any] = field(init=False)
    _dialect: Dialect = field(init=False)

    def __post_init__(self) -> None:
        world, wanted = self.world, self.climate
        self._quota, self._dialect = world.quota.rules(), world.dialect
        world.dialect = Dialect()
        world.dialect.turn({**self._dialect.positions, **wanted.dialect})
        if wanted.quota:
            world.quota.set({**wanted.quota, "latency": world.quota.latency})
        if wanted.wide:
            world.issue.widen()

    def end(self) -> None:
        """As it was before; what the quota has counted is kept."""
        self.world.dialect = self._dialect
        if self.climate.quota:
            self.world.quota.rule(self._quota)
