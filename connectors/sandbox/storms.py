"""A storm: a schedule of troubles and disturbances by the number of the request, drawn from a seed.

Equal seeds give equal schedules on any machine. Which request comes n-th depends on the client, so equal schedules may
hit different requests: that is what a sweep over many seeds is for.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sandbox import disturbances, weather
from connectors.sandbox.weather import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.sandbox.world import World

LENGTH = 240
"""Requests until a storm has passed."""
_LASTS = 25
"""Requests until a person puts right what they did wrong."""
_OUTAGE = (3, 14)
"""Requests in a row that an outage takes."""
_OUTAGES = (weather.MAINTENANCE, weather.CLOSED, weather.BAD_GATEWAY, weather.THROTTLE, weather.THROTTLE_433)

_SINGLE: Mapping[str, int] = {
    **dict.fromkeys(weather.KINDS, 2),
    weather.DEAD_TOKEN: 1,
    weather.VANISHED: 1,
    weather.LOST: 4,
    weather.LATE_APPLY: 4,
    weather.LATE_SILENT: 4,
    disturbances.TEACHER: 2,
    disturbances.RENAMER: 1,
    disturbances.CLOCK: 1,
}
"""How often each kind is drawn. Nobody deletes a group by chance: that is done by name."""


@dataclass(frozen=True, slots=True)
class Bolt:
    """What happens to the `at`-th request of the storm."""

    at: int
    kind: str
    seconds: float


def schedule(seed: int, *, length: int = LENGTH, bolts: int = 16, seconds: float = weather.PAUSE) -> tuple[Bolt, ...]:
    """The bolts of a seed in order: single ones, and often an outage of several requests in a row.

    `seconds` is the longest pause. At most one bolt falls on a request.
    """
    draw = random.Random(f"sandbox-storm|{seed}")
    kinds, weights = zip(*_SINGLE.items(), strict=True)
    fallen = {draw.randrange(length): draw.choices(kinds, weights)[0] for _ in range(bolts)}
    if draw.random() < 0.5:
        kind, first = draw.choice(_OUTAGES), draw.randrange(length)
        fallen |= dict.fromkeys(range(first, first + draw.randint(*_OUTAGE)), kind)
    return tuple(Bolt(at, kind, round(draw.uniform(0.5, 1.0) * seconds, 3)) for at, kind in sorted(fallen.items()))


@dataclass(slots=True)
class Storm:
    """One storm over one world; `turn` is asked once for every request."""

    world: World
    seed: int
    bolts: tuple[Bolt, ...]
    asked: int = 0
    fallen: list[dict[str, Any]] = field(default_factory=list)
    _due: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def turn(self, request: str) -> Trouble | None:
        """What meets this request; people's mistakes are made, and put right, on the way."""
        number, self.asked = self.asked, self.asked + 1
        for _, undo in [one for one in self._due if one[0] <= number]:
            undo()
        self._due = [one for one in self._due if one[0] > number]
        bolt = next((one for one in self.bolts if one.at == number), None)
        if bolt is None:
            return None
        self.fallen.append({**asdict(bolt), "request": request.strip()})
        if bolt.kind in disturbances.DISTURBANCES:
            draw = random.Random(f"{self.seed}|{number}")
            self._due.append((number + _LASTS, disturbances.DISTURBANCES[bolt.kind](self.world, draw)))
            return None
        return Trouble(bolt.kind, "", 1, bolt.seconds)

    def end(self) -> None:
        """Whatever is not put right yet is put right now, and nothing more falls."""
        for _, undo in self._due:
            undo()
        self._due.clear()
        self.bolts = ()

    def plain(self) -> dict[str, Any]:
        """The body of `/_sandbox/storm`: the rest of the schedule and what has fallen."""
        ahead = [asdict(bolt) for bolt in self.bolts if bolt.at >= self.asked]
        return {"seed": self.seed, "asked": self.asked, "fallen": self.fallen, "ahead": ahead}
