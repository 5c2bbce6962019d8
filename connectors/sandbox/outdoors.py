"""The diary's doors under the weather: answers that never come, come broken, or come before the work is done."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connectors.sandbox import weather as kinds
from connectors.sandbox.quota import TROUBLE
from connectors.sandbox.refusals import STATUS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from connectors.sandbox.weather import Trouble
    from connectors.sandbox.world import World

    Happening = Callable[[ASGIApp, Trouble, Scope, Receive, Send], Awaitable[None]]

_WRITES = ("insert", "update", "delete")


def _wire_error(kind: str, text: str, status: int | None = None) -> tuple[int, str, str]:
    body = json.dumps({"type": kind, "description": text})
    return status or STATUS[kind], body, "application/json"


def _page(status: int) -> tuple[int, str, str]:
    return status, f"<html><body><h1>{status}</h1></body></html>", "text/html"


_ANSWERS: Mapping[str, tuple[int, str, str]] = {
    kinds.THROTTLE: _wire_error("requestLimit", "The request limit of this token is exceeded"),
    kinds.THROTTLE_433: _wire_error("apiRequestLimit", "The request limit of this token is exceeded", 433),
    kinds.DEAD_TOKEN: _wire_error("invalidToken", "Access token is invalid"),
    kinds.VANISHED: _wire_error("resourceUnavailable", "The resource is not available"),
    kinds.ERROR: _wire_error("apiServerError", "Object reference not set to an instance of an object", 500),
    kinds.MAINTENANCE: _page(503),
    kinds.CLOSED: _page(405),
    kinds.BAD_GATEWAY: _page(502),
    kinds.PAGE: _page(200),
    kinds.EMPTY: (200, "", "application/json"),
}


class Outdoors:
    """The application under the weather; it counts what is in flight and tells the diary's own time."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world
        self._later: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _named(scope)
        trouble = self._world.weather.meet(request)
        if trouble is not None:
            scope[TROUBLE] = trouble.kind
        heard, body = await _heard(receive)
        write = f"{request} {body!r}" if _writes(request) else ""
        dated = self._dated(send)
        if trouble is not None and trouble.kind in (kinds.LATE_APPLY, kinds.LATE_SILENT):
            self._do_later(trouble.seconds, scope, heard, write)
            await (_cut(dated) if trouble.kind == kinds.LATE_SILENT else _say(_page(502), scope, heard, dated))
            return
        with self._world.counters.in_flight(write):
            if trouble is None:
                await self._app(scope, heard, dated)
            elif trouble.kind in _ANSWERS:
                await _say(_ANSWERS[trouble.kind], scope, heard, dated)
            else:
                await _HAPPENINGS[trouble.kind](self._app, trouble, scope, heard, dated)

    def _do_later(self, seconds: float, scope: Scope, heard: Receive, write: str) -> None:
        """The call is done after its answer; until then it is in flight."""
        flight = ExitStack()
        flight.enter_context(self._world.counters.in_flight(write))

        async def do() -> None:
            with flight:
                await asyncio.sleep(seconds)
                await self._app(scope, heard, _into_nothing)

        def done(task: asyncio.Task[None]) -> None:
            self._later.discard(task)
            self._world.weather.pending -= 1

        self._world.weather.pending += 1
        task = asyncio.create_task(do())
        self._later.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(done)

    def _dated(self, send: Send) -> Send:
        """Every answer carries the time the diary believes it is."""

        async def dating(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = format_datetime(self._world.moment(), usegmt=True)
                message = {**message, "headers": [*message["headers"], (b"date", now.encode())]}
            await send(message)

        return dating


def _named(scope: Scope) -> str:
    actions = (value.decode("latin-1") for name, value in scope["headers"] if name == b"soapaction")
    return f"{scope['path']} {next(actions, '')}"


def _writes(request: str) -> bool:
    """A call of the import service that changes something."""
    return request.rpartition("/")[2].startswith(_WRITES)


async def _heard(receive: Receive) -> tuple[Receive, bytes]:
    """The request as it came, to be read again: it counts although the client may hang up during a pause."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    body = b"".join(message.get("body", b"") for message in messages)

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay, body


async def _say(answer: tuple[int, str, str], scope: Scope, receive: Receive, send: Send) -> None:
    status, body, media = answer
    await Response(body, status, media_type=media)(scope, receive, send)


async def _into_nothing(_: Message) -> None:
    """The answer nobody hears."""


async def _answered(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """The whole answer, kept back: its start without a length, and its body."""
    said: list[Message] = []

    async def keep(message: Message) -> None:
        said.append(message)

    await app(scope, receive, keep)
    headers = [pair for pair in said[0]["headers"] if pair[0] != b"content-length"]
    return {**said[0], "headers": headers}, b"".join(message.get("body", b"") for message in said[1:])


async def _send(start: Message, length: int, parts: tuple[bytes, ...], send: Send, pause: float = 0.0) -> None:
    """Promises `length` bytes and sends the parts; fewer bytes than promised leave the client with a broken answer."""
    headers = [*start["headers"], (b"content-length", str(length).encode())]
    await send({**start, "headers": headers})
    whole = length == sum(map(len, parts))
    for number, part in enumerate(parts, start=1):
        more = not whole or number < len(parts)
        await send({"type": "http.response.body", "body": part, "more_body": more})
        if more:
            await asyncio.sleep(pause)


async def _cut(send: Send) -> None:
    """Promises a body and leaves: the server closes the connection in the middle of it."""
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    await _send(start, 1000, (b"{",), send)


async def _dropped(_app: ASGIApp, _: Trouble, _scope: Scope, _receive: Receive, send: Send) -> None:
    await _cut(send)


async def _lost(app: ASGIApp, _: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, _into_nothing)
    await _cut(send)


async def _reset(app: ASGIApp, _: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answered(app, scope, receive)
    await _send(start, len(body) + 1, (body[: len(body) // 2],), send)


async def _cut_json(app: ASGIApp, _: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answered(app, scope, receive)
    half = body[: len(body) // 2]
    await _send(start, len(half), (half,), send)


async def _twice(app: ASGIApp, _: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answered(app, scope, receive)
    if body.startswith((b"[{", b'{"days":')):
        body = json.dumps(_doubled(json.loads(body)), ensure_ascii=False).encode()
    await _send(start, len(body), (body,), send)


def _doubled(answer: Any) -> Any:
    """A list with its first rows once more; a schedule with such lessons on each of its days (behaviour.md §4)."""
    if isinstance(answer, dict):
        return {**answer, "days": [_doubled_day(day) for day in answer["days"]]}
    if "nextDate" in answer[0]:
        return [_doubled_day(day) for day in answer]
    return [*answer, *answer[: (len(answer) + 1) // 2]]


def _doubled_day(day: dict[str, Any]) -> dict[str, Any]:
    lessons = day["lessons"]
    return {**day, "lessons": _doubled(lessons) if lessons else lessons}


async def _slow(app: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(trouble.seconds)
    await app(scope, receive, send)


async def _late(app: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answered(app, scope, receive)
    await asyncio.sleep(trouble.seconds)
    await _send(start, len(body), (body,), send)


async def _stalled(app: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answered(app, scope, receive)
    half = len(body) // 2
    await _send(start, len(body), (body[:half], body[half:]), send, trouble.seconds)


_HAPPENINGS: Mapping[str, Happening] = {
    kinds.DROPPED: _dropped,
    kinds.LOST: _lost,
    kinds.RESET: _reset,
    kinds.CUT: _cut_json,
    kinds.TWICE: _twice,
    kinds.SLOW: _slow,
    kinds.LATE: _late,
    kinds.STALLED: _stalled,
}
