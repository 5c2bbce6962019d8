"""The control door `/_sandbox/*`: what happens behind the diary's scenes. Ours, JSON, no token, loopback only."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import people, roster, sign_in
from connectors.sandbox.corrections import correct
from connectors.sandbox.digest import state_digest
from connectors.sandbox.disturbances import DISTURBANCES
from connectors.sandbox.moments import day_of, stamp
from connectors.sandbox.refusals import ApiRefusal, ImportRefusal, bad_parameter, missing
from connectors.sandbox.storms import Storm, schedule
from connectors.sandbox.teachers import Wishes, play
from connectors.sandbox.weather import PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from starlette.types import Receive, Scope, Send

    from connectors.sandbox.nouns import Group, Person
    from connectors.sandbox.world import World

    Action = Callable[[World, Request, bytes], Any]


_LONGEST = 600.0
"""Seconds a trouble may wait."""


def _info(world: World, request: Request, _: bytes) -> Any:
    return {
        "school_id": str(world.school.id),
        "school_guid": world.school.guid or None,
        "school_name": world.school.name,
        "tokens": world.tokens,
        **sign_in.told(world),
        "base_url": f"{request.url.scheme}://{request.url.netloc}/v2.0",
        "seed": world.seed,
        "now": stamp(world.now()),
    }


def _token_kill(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    if not (which := str(wanted.get("token", ""))):
        raise bad_parameter("token", which)
    after = _number("after", wanted.get("after", 0))
    return {"killed": world.book.kill(which, bool(wanted.get("refresh", False)), after)}


def _token_issue(world: World, _: Request, body: bytes) -> Any:
    """A token without a browser: {login, scope} as the sign-in page would take them."""
    wanted = _object(body)
    return sign_in.issued(world, str(wanted.get("login", "")), str(wanted.get("scope", "")))


def _token_life(world: World, _: Request, body: bytes) -> Any:
    world.book.life = timedelta(seconds=_number("seconds", _object(body).get("seconds")))
    return {"seconds": int(world.book.life.total_seconds())}


def _school(world: World, request: Request, body: bytes) -> Any:
    wanted = _object(body)
    world.school.key = str(wanted.get("key", ""))
    world.school.name = str(wanted.get("name") or world.school.name)
    world.school.guid = roster.well_formed(str(wanted.get("guid", "")))
    return _info(world, request, body)


def _persons(world: World, _: Request, body: bytes) -> Any:
    return people.upload(world, body).plain()


def _add_person(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    names = [str(wanted.get(key, "")).strip() for key in ("family", "given", "patronymic")]
    if not names[0] or not names[1]:
        raise bad_parameter("family", names[0])
    return {"person_id": str(people.enter_by_hand(world, _group(world, wanted), *names).id)}


def _remove_member(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    group = _group(world, wanted)
    roster.leave(world, _person(world, wanted), group)
    return {"group_id": str(group.id), "membershipstatus": "Archive"}


def _class_teacher(world: World, _: Request, body: bytes) -> Any:
    """The administrator names the class teacher."""
    wanted = _object(body)
    group, person = _group(world, wanted), _person(world, wanted)
    world.class_teachers[group.id] = person.id
    return {"group_id": str(group.id), "person_id": str(person.id)}


def _play(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    mistakes = wanted.get("mistakes") or {}
    groups = [_number("groups", one) for one in mistakes.get("groups", [])]
    for key in groups:
        _group(world, {"group_id": key})
    wishes = Wishes(groups, _number("each", mistakes.get("each", 1)))
    return play(world, _day(wanted, "from"), _day(wanted, "to"), wishes)


def _correct(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body) if body.strip() else {}
    return correct(world, _number("mark_ids", wanted.get("mark_ids", 6)))


def _paper(world: World, request: Request, _: bytes) -> Any:
    asked = request.query_params.get("groups", "")
    return world.papers.shown([_number("groups", one) for one in asked.split(",") if one])


def _weather(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    times, seconds = _number("times", wanted.get("times", 1)), _seconds(wanted)
    world.weather.forecast(str(wanted.get("kind", "")), str(wanted.get("match", "")), times, seconds)
    return {"troubles": sum(one.times for one in world.weather.troubles)}


def _storm(world: World, _: Request, body: bytes) -> Any:
    wanted = _object(body)
    sizes = {name: _number(name, wanted[name]) for name in ("length", "bolts") if name in wanted}
    if sizes.get("length") == 0:
        raise bad_parameter("length", "0")
    _calm(world)
    seed = _number("seed", wanted.get("seed"))
    world.weather.storm = Storm(world, seed, schedule(seed, seconds=_seconds(wanted), **sizes))
    return world.weather.storm.plain()


def _fallen(world: World, _: Request, __: bytes) -> Any:
    storm = world.weather.storm
    return {**(storm.plain() if storm else {"seed": None, "fallen": [], "ahead": []}), **_to_come(world)}


def _calm(world: World) -> None:
    if world.weather.storm is not None:
        world.weather.storm.end()
    world.weather.clear()


def _fair(world: World, _: Request, __: bytes) -> Any:
    _calm(world)
    return _to_come(world)


def _to_come(world: World) -> dict[str, int]:
    """Troubles still forecast, and writes answered with a trouble that have yet to take effect."""
    return {"troubles": sum(one.times for one in world.weather.troubles), "pending": world.weather.pending}


def _disturb(world: World, _: Request, body: bytes) -> Any:
    kind = str(_object(body).get("kind", ""))
    if kind not in DISTURBANCES:
        raise bad_parameter("kind", kind)
    DISTURBANCES[kind](world, random.Random(f"{world.seed}|{kind}"))
    return {"kind": kind}


def _seconds(wanted: dict[str, Any]) -> float:
    value = wanted.get("seconds", PAUSE)
    if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise bad_parameter("seconds", str(value))
    return float(value)


def _counters(world: World, _: Request, __: bytes) -> Any:
    return world.counters.figures()


def _history(world: World, request: Request, _: bytes) -> Any:
    return world.counters.listed(_number("after", request.query_params.get("after", "0")))


def _reset(world: World, request: Request, body: bytes) -> Any:
    world.reset()
    return _info(world, request, body)


def _digest(world: World, _: Request, __: bytes) -> Any:
    return {"digest": state_digest(world)}


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "info"): _info,
    ("POST", "school"): _school,
    ("POST", "persons"): _persons,
    ("POST", "admin/add-person"): _add_person,
    ("POST", "admin/remove-member"): _remove_member,
    ("POST", "admin/class-teacher"): _class_teacher,
    ("POST", "teachers/play"): _play,
    ("POST", "teachers/correct"): _correct,
    ("GET", "paper"): _paper,
    ("POST", "token/issue"): _token_issue,
    ("POST", "token/kill"): _token_kill,
    ("POST", "token/life"): _token_life,
    ("POST", "weather"): _weather,
    ("GET", "weather"): lambda world, *_: _to_come(world),
    ("POST", "weather/fair"): _fair,
    ("POST", "storm"): _storm,
    ("GET", "storm"): _fallen,
    ("POST", "disturb"): _disturb,
    ("GET", "counters"): _counters,
    ("GET", "history"): _history,
    ("POST", "reset"): _reset,
    ("GET", "state-digest"): _digest,
}


class ControlDoor:
    """An ASGI application over one world; ids are strings in its answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._answer(request, await request.body())
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", "")).strip("/")
        action = ACTIONS.get((request.method, path))
        if action is None:
            return _refused(404, "resourceUnavailable", path)
        try:
            return JSONResponse(action(self._world, request, body))
        except ApiRefusal as refusal:
            return _refused(404 if refusal.kind == "resourceUnavailable" else 400, refusal.kind, refusal.description)
        except ImportRefusal as refusal:
            return _refused(400, refusal.code, refusal.text)
        except Exception as error:  # noqa: BLE001 - a bug of ours is an answer too, never a traceback
            return _refused(500, "serverError", type(error).__name__)


def _refused(status: int, kind: str, description: str) -> Response:
    return JSONResponse({"type": kind, "description": description}, status_code=status)


def _object(body: bytes) -> dict[str, Any]:
    try:
        wanted = json.loads(body)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise ApiRefusal("invalidRequest", "The body is not a JSON object")
    return wanted


def _number(name: str, value: object) -> int:
    if not str(value).isdecimal():
        raise bad_parameter(name, str(value))
    return int(str(value))


def _day(wanted: dict[str, Any], name: str) -> date:
    day = day_of(str(wanted.get(name, "")))
    if day is None:
        raise bad_parameter(name, str(wanted.get(name)))
    return day


def _group(world: World, wanted: dict[str, Any]) -> Group:
    found = world.groups.get(_number("group_id", wanted.get("group_id")))
    if found is None:
        raise missing("The group")
    return found


def _person(world: World, wanted: dict[str, Any]) -> Person:
    found = world.persons.get(_number("person_id", wanted.get("person_id")))
    if found is None:
        raise missing("The person")
    return found
