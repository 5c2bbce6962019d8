"""Trouble on demand: throttling, maintenance, and answers lost on the way, for drills and for tests of recovery."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import Response

from connectors.sandbox.refusals import ApiRefusal, bad_parameter

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

THROTTLE, MAINTENANCE, DROPPED, LOST = "throttle", "maintenance", "dropped", "lost"
SLOW, LATE = "slow", "late"
KINDS = (THROTTLE, MAINTENANCE, DROPPED, LOST, SLOW, LATE)
"""429 and 503 with an HTML page, both before anything is done; a connection cut before, or after, the call is done; a
call that waits `PAUSE` seconds before it is done, or before it is answered."""
PAUSE = 0.5


@dataclass(slots=True)
class Trouble:
    kind: str
    match: str
    """Part of the path or of the SOAPAction; blank meets every request."""
    times: int


@dataclass(slots=True)
class Weather:
    """Troubles to come, the first that matches a request meets it."""

    troubles: list[Trouble] = field(default_factory=list)

    def forecast(self, kind: str, match: str, times: int) -> None:
        if kind not in KINDS:
            raise bad_parameter("kind", kind)
        self.troubles.append(Trouble(kind, match, times))

    def meet(self, request: str) -> str:
        """The kind of trouble that meets this request, blank for fair weather."""
        trouble = next((one for one in self.troubles if one.times > 0 and one.match in request), None)
        if trouble is None:
            return ""
        trouble.times -= 1
        return trouble.kind


class Outdoors:
    """The application under the weather."""

    def __init__(self, app: ASGIApp, weather: Weather) -> None:
        self._app = app
        self._weather = weather

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = self._weather.meet(_named(scope)) if self._weather.troubles else ""
        if kind == THROTTLE:
            refusal = ApiRefusal("requestLimit", "The request limit of this token is exceeded")
            body = json.dumps({"type": refusal.kind, "description": refusal.description})
            await Response(body, 429, media_type="application/json")(scope, receive, send)
        elif kind == MAINTENANCE:
            await Response("<html><body>503</body></html>", 503, media_type="text/html")(scope, receive, send)
        elif kind == DROPPED:
            await _cut(send)
        elif kind == LOST:
            await self._app(scope, receive, _into_nothing)
            await _cut(send)
        elif kind == SLOW:
            heard = await _heard(receive)
            await asyncio.sleep(PAUSE)
            await self._app(scope, heard, send)
        elif kind == LATE:
            await self._app(scope, receive, _late(send))
        else:
            await self._app(scope, receive, send)


def _named(scope: Scope) -> str:
    actions = (value.decode("latin-1") for name, value in scope["headers"] if name == b"soapaction")
    return f"{scope['path']} {next(actions, '')}"


async def _into_nothing(_: Message) -> None:
    """The answer nobody hears."""


async def _heard(receive: Receive) -> Receive:
    """The request as it came, to be read again: it counts although the client may hang up during the pause."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay


def _late(send: Send) -> Send:
    async def held_back(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(PAUSE)
        await send(message)

    return held_back


async def _cut(send: Send) -> None:
    """Promises a body and leaves: the server closes the connection in the middle of it."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
