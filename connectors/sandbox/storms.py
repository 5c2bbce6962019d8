"""A storm: a schedule of troubles and disturbances by the number of the request, drawn from a seed, and its climate.

Equal seeds give equal storms on any machine. Which request comes n-th depends on the client, so equal schedules may
hit different requests: that is what a sweep over many seeds is for.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.sandbox import disturbances, weather
from connectors.sandbox.climate import Climate, Spell
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
WINDOW = 20.0
"""Seconds that a maintenance window lasts at most."""
WINDOWS: Mapping[str, str] = {
    f"{kind}-window": kind for kind in (weather.MAINTENANCE, weather.CLOSED, weather.BAD_GATEWAY)
}
"""The diary is away by the clock, however often it is asked."""

_SINGLE: Mapping[str, int] = {
    **dict.fromkeys(weather.KINDS, 4),
    weather.DEAD_TOKEN: 2,
    weather.VANISHED: 2,
    weather.LOST: 8,
    weather.LATE_APPLY: 8,
    weather.LATE_SILENT: 8,
    disturbances.TEACHER: 4,
    disturbances.RENAMER: 2,
    disturbances.CLOCK: 2,
    disturbances.TOKEN_DIES: 3,
    disturbances.TOKEN_REVOKED: 1,
    disturbances.WIDE_IDS: 1,
    **dict.fromkeys(WINDOWS, 1),
}
"""How often each kind is drawn. Nobody deletes a group by chance: that is done by name."""


@dataclass(frozen=True, slots=True)
class Bolt:
    """What happens to the `at`-th request of the storm."""

    at: int
    kind: str
    seconds: float


def schedule(
    seed: int, *, length: int = LENGTH, bolts: int = 16, seconds: float = weather.PAUSE, window: float = WINDOW
) -> tuple[Bolt, ...]:
    """The bolts of a seed in order: single ones, and often an outage of several requests in a row.

    `seconds` is the longest pause, `window` the longest window. At most one bolt falls on a request.
    """
    draw = random.Random(f"sandbox-storm|{seed}")
    kinds, weights = zip(*_SINGLE.items(), strict=True)
    fallen = {draw.randrange(length): draw.choices(kinds, weights)[0] for _ in range(bolts)}
    if draw.random() < 0.5:
        kind, first = draw.choice(_OUTAGES), draw.randrange(length)
        fallen |= dict.fromkeys(range(first, first + draw.randint(*_OUTAGE)), kind)
    longest = {kind: window if kind in WINDOWS else seconds for kind in fallen.values()}
    return tuple(
        Bolt(at, kind, round(draw.uniform(0.5, 1.0) * longest[kind], 3)) for at, kind in sorted(fallen.items())
    )


@dataclass(slots=True)
class Storm:
    """One storm over one world; `turn` is asked once for every request. Its climate holds for `length` of them."""

    world: World
    seed: int
    bolts: tuple[Bolt, ...]
    climate: Climate = field(default_factory=Climate)
    length: int = LENGTH
    asked: int = 0
    fallen: list[dict[str, Any]] = field(default_factory=list)
    _due: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._due.append((self.length, Spell(self.world, self.climate).end))

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
        if bolt.kind in WINDOWS:
            self.world.weather.open_window(WINDOWS[bolt.kind], "", bolt.seconds)
            return Trouble(WINDOWS[bolt.kind], "", 1)
        return Trouble(bolt.kind, "", 1, bolt.seconds)

    def end(self) -> None:
        """Whatever is not put right yet is put right now, and nothing more falls."""
        for _, undo in self._due:
            undo()
        self._due.clear()
        self.bolts = ()

    def plain(self) -> dict[str, Any]:
        """The body of `/_sandbox/storm`: the climate, the rest of the schedule and what has fallen."""
        ahead = [asdict(bolt) for bolt in self.bolts if bolt.at >= self.asked]
        told = {"climate": self.climate.plain(), "rejected": self.world.quota.rejected if self.climate.quota else 0}
        return {"seed": self.seed, "asked": self.asked, **told, "fallen": self.fallen, "ahead": ahead}
