"""The request limit of a token, counted strictly, and how long every answer takes; set and read at `/_sandbox/quota`.

No second holds more accepted requests of one token than its limit; what is over is refused in the wire's words with
429, or the 433 that was seen, and without Retry-After unless that is asked for (behaviour.md §3, §4: none was seen).
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from connectors.sandbox.runs import Called

    Heard = Callable[[Scope], Called]

STATUSES = (429, 433)
_BODY = {"type": "apiRequestLimit", "description": "The request limit of this token is exceeded"}
_UNMETERED = ("/_sandbox", "/oauth2")
_LONGEST = 30.0


@dataclass(slots=True)
class Quota:
    """What is allowed and what came of it."""

    rate: float | None = None
    """Requests per second and token; None: as many as come."""
    latency: float = 0.0
    """Seconds from the arrival of a request to the start of its answer."""
    status: int = STATUSES[0]
    retry_after: int | None = None
    """Seconds, said with every refusal."""
    accepted: int = 0
    rejected: int = 0
    overlaps: int = 0
    """Most requests in flight at once."""
    in_flight: int = 0
    now: Callable[[], float] = time.monotonic
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def set(self, wanted: dict[str, Any]) -> None:
        """The named rules hold from now on, the others as at the start; counting begins anew. Raises ValueError."""
        self.rule(wanted)
        self.accepted = self.rejected = 0
        self.overlaps = self.in_flight

    def rule(self, wanted: dict[str, Any]) -> None:
        """As `set`, and the counting goes on."""
        rate, latency = _number(wanted.get("rate")), _number(wanted.get("latency")) or 0.0
        status, retry_after = wanted.get("status", STATUSES[0]), _number(wanted.get("retry_after"))
        if status not in STATUSES or rate == 0 or latency > _LONGEST or wanted.keys() - _RULES:
            raise ValueError("no such quota")
        self.rate, self.latency, self.status = rate, latency, status
        self.retry_after = None if retry_after is None else math.ceil(retry_after)
        self._taken.clear()

    def admits(self, token: str) -> bool:
        """Whether one more request of this token is within its limit; an accepted one is counted, a refused is not."""
        if self.rate is None or not token:
            self.accepted += 1
            return True
        most = max(1, math.floor(self.rate))
        taken, now = self._taken[token], self.now()
        while taken and taken[0] <= now - max(1.0, most / self.rate):
            taken.popleft()
        good = len(taken) < most
        if good:
            taken.append(now)
        self.accepted += good
        self.rejected += not good
        return good

    def rules(self) -> dict[str, Any]:
        """What `set` was told, to be told again."""
        return {name: getattr(self, name) for name in _RULES}

    def told(self) -> dict[str, Any]:
        """The body of `/_sandbox/quota`."""
        names = (*_RULES, "accepted", "rejected", "overlaps")
        return {name: getattr(self, name) for name in names}


TROUBLE = "sandbox.trouble"
"""Where in the scope of a call stands what it met."""
_RULES = ("rate", "latency", "status", "retry_after")


class Metered:
    """The diary's doors behind the quota; ours and the sign-in pages stand outside."""

    def __init__(self, app: ASGIApp, quota: Quota, heard: Heard) -> None:
        """`heard` is told of every call and gives what is to be told of its answer: the status, and of a refusal."""
        self._app = app
        self._quota = quota
        self._heard = heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_UNMETERED):
            await self._app(scope, receive, send)
            return
        quota = self._quota
        call = self._heard(scope)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status, call.trouble = message["status"], scope.get(TROUBLE, call.trouble)
            await send(message)

        quota.in_flight += 1
        quota.overlaps = max(quota.overlaps, quota.in_flight)
        try:
            app = self._app
            if not quota.admits(_token(scope)):
                app, call.trouble = self._refusal(), "quota"
            # the work is done at once and its answer kept back, so that the wait holds nobody else up
            await app(scope, receive, _held_back(answered, quota.latency) if quota.latency else answered)
        finally:
            quota.in_flight -= 1

    def _refusal(self) -> Response:
        quota = self._quota
        headers = {} if quota.retry_after is None else {"Retry-After": str(quota.retry_after)}
        return Response(json.dumps(_BODY), quota.status, headers, "application/json")


class QuotaDoor:
    """An ASGI application: GET tells the quota, POST sets it."""

    def __init__(self, quota: Quota) -> None:
        self._quota = quota

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = JSONResponse(self._quota.told())
        if request.method == "POST":
            response = self._set(await request.body())
        await response(scope, receive, send)

    def _set(self, body: bytes) -> JSONResponse:
        try:
            self._quota.set(json.loads(body))
        except (ValueError, AttributeError):
            said = f"One of {', '.join(_RULES)} is none"
            return JSONResponse({"type": "parameterInvalid", "description": said}, 400)
        return JSONResponse(self._quota.told())


def _token(scope: Scope) -> str:
    header = next((value for name, value in scope["headers"] if name == b"access-token"), b"")
    return str(
        header.decode("latin-1") or parse_qs(scope["query_string"].decode("latin-1")).get("access_token", [""])[0]
    )


def _held_back(send: Send, seconds: float) -> Send:
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds

    async def later(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(due - loop.time())
        await send(message)

    return later


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError("not a number")
    return float(value)
