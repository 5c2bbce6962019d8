"""The control door `/_sandbox/*`: what happens behind the diary's scenes. Ours, JSON, no token, loopback only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import control_weather, people, roster, sign_in
from connectors.sandbox.control_body import day, number, object_in
from connectors.sandbox.corrections import correct
from connectors.sandbox.digest import state_digest
from connectors.sandbox.moments import stamp
from connectors.sandbox.refusals import ApiRefusal, ImportRefusal, bad_parameter, missing
from connectors.sandbox.teachers import Wishes, play

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from connectors.sandbox.nouns import Group, Person
    from connectors.sandbox.world import World

    Action = Callable[[World, Request, bytes], Any]


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
    wanted = object_in(body)
    if not (which := str(wanted.get("token", ""))):
        raise bad_parameter("token", which)
    after = number("after", wanted.get("after", 0))
    return {"killed": world.book.kill(which, bool(wanted.get("refresh", False)), after)}


def _token_issue(world: World, _: Request, body: bytes) -> Any:
    """A token without a browser: {login, scope} as the sign-in page would take them."""
    wanted = object_in(body)
    return sign_in.issued(world, str(wanted.get("login", "")), str(wanted.get("scope", "")))


def _token_life(world: World, _: Request, body: bytes) -> Any:
    world.book.life = timedelta(seconds=number("seconds", object_in(body).get("seconds")))
    return {"seconds": int(world.book.life.total_seconds())}


def _school(world: World, request: Request, body: bytes) -> Any:
    wanted = object_in(body)
    world.school.key = str(wanted.get("key", ""))
    world.school.name = str(wanted.get("name") or world.school.name)
    world.school.guid = roster.well_formed(str(wanted.get("guid", "")))
    return _info(world, request, body)


def _persons(world: World, _: Request, body: bytes) -> Any:
    return people.upload(world, body).plain()


def _add_person(world: World, _: Request, body: bytes) -> Any:
    wanted = object_in(body)
    names = [str(wanted.get(key, "")).strip() for key in ("family", "given", "patronymic")]
    if not names[0] or not names[1]:
        raise bad_parameter("family", names[0])
    return {"person_id": str(people.enter_by_hand(world, _group(world, wanted), *names).id)}


def _remove_member(world: World, _: Request, body: bytes) -> Any:
    wanted = object_in(body)
    group = _group(world, wanted)
    roster.leave(world, _person(world, wanted), group)
    return {"group_id": str(group.id), "membershipstatus": "Archive"}


def _class_teacher(world: World, _: Request, body: bytes) -> Any:
    """The administrator names the class teacher."""
    wanted = object_in(body)
    group, person = _group(world, wanted), _person(world, wanted)
    world.class_teachers[group.id] = person.id
    return {"group_id": str(group.id), "person_id": str(person.id)}


def _play(world: World, _: Request, body: bytes) -> Any:
    wanted = object_in(body)
    mistakes = wanted.get("mistakes") or {}
    groups = [number("groups", one) for one in mistakes.get("groups", [])]
    for key in groups:
        _group(world, {"group_id": key})
    wishes = Wishes(groups, number("each", mistakes.get("each", 1)))
    return play(world, day(wanted, "from"), day(wanted, "to"), wishes)


def _correct(world: World, _: Request, body: bytes) -> Any:
    wanted = object_in(body) if body.strip() else {}
    return correct(world, number("mark_ids", wanted.get("mark_ids", 6)))


def _paper(world: World, request: Request, _: bytes) -> Any:
    asked = request.query_params.get("groups", "")
    return world.papers.shown([number("groups", one) for one in asked.split(",") if one])


def _counters(world: World, _: Request, __: bytes) -> Any:
    return world.counters.figures()


def _history(world: World, request: Request, _: bytes) -> Any:
    return world.counters.listed(number("after", request.query_params.get("after", "0")))


def _runs(world: World, request: Request, _: bytes) -> Any:
    """All runs, or with `n` the calls and the writes of one."""
    asked = request.query_params.get("n", "")
    if not asked:
        return world.runs.listed(world.counters)
    told = world.runs.told(number("n", asked), world.counters)
    if told is None:
        raise missing("The run")
    return told


def _reset(world: World, request: Request, body: bytes) -> Any:
    world.reset()
    return _info(world, request, body)


def _digest(world: World, _: Request, __: bytes) -> Any:
    return {"digest": state_digest(world)}


ACTIONS: dict[tuple[str, str], Action] = {
    **control_weather.ACTIONS,
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
    ("POST", "dialect"): lambda world, _, body: world.dialect.turn(object_in(body)),
    ("GET", "counters"): _counters,
    ("GET", "history"): _history,
    ("GET", "runs"): _runs,
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


def _group(world: World, wanted: dict[str, Any]) -> Group:
    found = world.groups.get(number("group_id", wanted.get("group_id")))
    if found is None:
        raise missing("The group")
    return found


def _person(world: World, wanted: dict[str, Any]) -> Person:
    found = world.persons.get(number("person_id", wanted.get("person_id")))
    if found is None:
        raise missing("The person")
    return found
