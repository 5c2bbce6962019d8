"""The part of the control door that makes trouble: single faults, storms, people who meddle, wide ids."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from connectors.sandbox.climate import climate
from connectors.sandbox.control_body import number, object_in
from connectors.sandbox.disturbances import DISTURBANCES
from connectors.sandbox.refusals import bad_parameter
from connectors.sandbox.storms import LENGTH, WINDOW, Storm, schedule
from connectors.sandbox.weather import PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from connectors.sandbox.world import World

    Action = Callable[[World, Request, bytes], Any]

_LONGEST = 600.0
"""Seconds a trouble may wait."""


def _weather(world: World, _: Request, body: bytes) -> Any:
    """For so many requests, or with `lasts` for so many seconds."""
    wanted = object_in(body)
    times, seconds = number("times", wanted.get("times", 1)), _seconds(wanted)
    kind, match = str(wanted.get("kind", "")), str(wanted.get("match", ""))
    if wanted.get("lasts") is not None:
        world.weather.open_window(kind, match, _seconds(wanted, "lasts"), seconds)
    else:
        world.weather.forecast(kind, match, times, seconds)
    return {"troubles": world.weather.ahead}


def _to_come(world: World, *_: object) -> dict[str, int]:
    """Troubles still forecast, and writes answered with a trouble that have yet to take effect."""
    return {"troubles": world.weather.ahead, "pending": world.weather.pending}


def _fair(world: World, _: Request, __: bytes) -> Any:
    _calm(world)
    return _to_come(world)


def _calm(world: World) -> None:
    if world.weather.storm is not None:
        world.weather.storm.end()
    world.weather.clear()


def _storm(world: World, _: Request, body: bytes) -> Any:
    wanted = object_in(body)
    sizes = {name: number(name, wanted[name]) for name in ("length", "bolts") if name in wanted}
    if sizes.get("length") == 0:
        raise bad_parameter("length", "0")
    _calm(world)
    seed, seconds, window = number("seed", wanted.get("seed")), _seconds(wanted), _seconds(wanted, "window", WINDOW)
    bolts = schedule(seed, seconds=seconds, window=window, **sizes)
    world.weather.storm = Storm(world, seed, bolts, climate(seed), sizes.get("length", LENGTH))
    return world.weather.storm.plain()


def _fallen(world: World, _: Request, __: bytes) -> Any:
    storm = world.weather.storm
    none: dict[str, Any] = {"seed": None, "asked": 0, "climate": None, "rejected": 0, "fallen": [], "ahead": []}
    return {**(storm.plain() if storm else none), **_to_come(world)}


def _disturb(world: World, _: Request, body: bytes) -> Any:
    kind = str(object_in(body).get("kind", ""))
    if kind not in DISTURBANCES:
        raise bad_parameter("kind", kind)
    DISTURBANCES[kind](world, random.Random(f"{world.seed}|{kind}"))
    return {"kind": kind}


def _wide_ids(world: World, _: Request, __: bytes) -> Any:
    """Persons and accounts from now on have numbers above 2^53, too."""
    world.issue.widen()
    return {"wide": True}


def _seconds(wanted: dict[str, Any], name: str = "seconds", usual: float = PAUSE) -> float:
    value = wanted.get(name, usual)
    if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise bad_parameter(name, str(value))
    return float(value)


ACTIONS: dict[tuple[str, str], Action] = {
    ("POST", "weather"): _weather,
    ("GET", "weather"): _to_come,
    ("POST", "weather/fair"): _fair,
    ("POST", "storm"): _storm,
    ("GET", "storm"): _fallen,
    ("POST", "disturb"): _disturb,
    ("POST", "ids/wide"): _wide_ids,
}
