"""The REST door: `/v2` and `/v2.0` are one. Admission, routing by table, errors as `{type, description}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox import (
    rest_marks,
    rest_more,
    rest_people,
    rest_register,
    rest_results,
    rest_school,
    rest_tasks,
    rest_thematic,
    rest_writes,
)
from connectors.sandbox.call import Call, admitted
from connectors.sandbox.refusals import STATUS, ApiRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.types import Receive, Scope, Send

    from connectors.sandbox.world import World

    Handler = Callable[[Call], Any]
    Entry = tuple[str, tuple[str, ...], str, Handler]

_MODULES = (
    *(rest_people, rest_school, rest_register, rest_marks, rest_results),
    *(rest_tasks, rest_thematic, rest_writes, rest_more),
)


class Router:
    """Finds the handler of a path; literal segments win over parameters.

    The case of letters does not matter, in names of the query neither: ASSUMED, for `.asmx`, PascalCase and the names
    of the operations (`Users_Get`) are those of a framework that does not heed it.
    """

    def __init__(self, routes: Iterable[tuple[str, str, Handler]]) -> None:
        self._by_length: dict[int, list[Entry]] = {}
        for verb, pattern, handler in sorted(routes, key=lambda route: route[1].count("{")):
            segments = tuple(pattern.strip("/").split("/"))
            self._by_length.setdefault(len(segments), []).append((verb, segments, pattern, handler))

    def find(self, verb: str, path: str) -> tuple[str, Handler, dict[str, str]]:
        """(«VERB pattern», handler, path parameters). Raises resourceUnavailable or methodNotSupported."""
        given = path.strip("/").split("/")
        known = False
        for entry_verb, segments, pattern, handler in self._by_length.get(len(given), ()):
            parameters = _match(segments, given)
            if parameters is None:
                continue
            if entry_verb == verb:
                return f"{verb} {pattern}", handler, parameters
            known = True
        if known:
            raise ApiRefusal("methodNotSupported", "The method is not supported by this resource")
        raise ApiRefusal("resourceUnavailable", "There is no such resource")


def _match(segments: tuple[str, ...], given: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for pattern, value in zip(segments, given, strict=True):
        if pattern[0] == "{":
            parameters[pattern[1:-1]] = value
        elif pattern != value.lower():
            return None
    return parameters


class Query(Mapping[str, list[str]]):
    """Parameters by name, however its letters are written."""

    def __init__(self, asked: dict[str, list[str]]) -> None:
        self._asked: dict[str, list[str]] = {}
        for name, values in asked.items():
            self._asked.setdefault(name.lower(), []).extend(values)

    def __getitem__(self, name: str) -> list[str]:
        return self._asked[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._asked)

    def __len__(self) -> int:
        return len(self._asked)


V1 = frozenset(
    f"GET /users/{who}" for who in ("me", "{user}", "me/context", "me/roles", "me/schools", "{user}/edu-groups")
)
"""What running clients read of the old generation (endpoints.md «v1»)."""


class RestDoor:
    """An ASGI application over one world, mounted under both prefixes; `only` these routes where some are named."""

    def __init__(self, world: World, only: frozenset[str] = frozenset()) -> None:
        self._world = world
        routes = (route for module in _MODULES for route in module.ROUTES)
        self._router = Router(route for route in routes if not only or f"{route[0]} {route[1]}" in only)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        response = self._answer(request, body)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        try:
            return _json(self._perform(request, body), 200)
        except ApiRefusal as refusal:
            return self._refuse(request, refusal)
        except Exception as error:  # noqa: BLE001 - a bug of ours must reach the client as the wire's error, no traceback
            return self._refuse(request, ApiRefusal("serverError", type(error).__name__))

    def _perform(self, request: Request, body: bytes) -> Any:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        query = Query(parse_qs(request.url.query, keep_blank_values=True))
        try:
            name, handler, parameters = self._router.find(request.method, path)
        except ApiRefusal:
            self._world.counters.asked[f"{request.method} unknown"] += 1
            raise
        self._world.counters.asked[name] += 1
        # Whether `Authorization: Bearer` would do alone is unproven: it is not read (behaviour.md §2)
        token = request.headers.get("access-token") or query.get("access_token", [""])[-1]
        viewer = admitted(self._world, token, name.partition(" ")[2])
        answer = handler(Call(self._world, viewer, parameters, query, body))
        return self._world.dialect.spoken(name, answer)

    def _refuse(self, request: Request, refusal: ApiRefusal) -> Response:
        self._world.counters.refused[refusal.kind] += 1
        status = STATUS[refusal.kind]
        if "text/html" in request.headers.get("accept", ""):
            return _page(refusal, status)
        return _json({"type": refusal.kind, "description": refusal.description}, status)


def _page(refusal: ApiRefusal, status: int) -> Response:
    """The HTML form of an error, as one client takes it apart: the first paragraph of the description, no charset."""
    page = f'<div class="error__description"><p>{escape(refusal.description)}</p><p>{refusal.kind}</p></div>'
    return Response(page.encode(), status_code=status, headers={"content-type": "text/html"})


def _json(value: Any, status: int) -> Response:
    if value is None:
        return Response(status_code=204)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status_code=status, media_type="application/json; charset=utf-8")
