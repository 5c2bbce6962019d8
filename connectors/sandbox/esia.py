"""The sign-in by Gosuslugi (behaviour.md §1 F), as a diary answers that belongs to no region of it: nobody is linked.

The requests and the shapes of the answers are evidenced, a whole sign-in is not: no region is offered here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from connectors.sandbox.refusals import STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

ESIA = "/authorizations/esia/v2.0"
_NOT_LINKED = {"code": "EsiaUserNotLinked", "description": "The user is not linked"}
_ANSWERS: Mapping[str, dict[str, dict[str, Any]]] = {
    "regions": {"GET": {"regions": []}},
    "users/linked": {"POST": {"users": []}},
    "": {"POST": {"status": _NOT_LINKED, "authorization": None}},
}


class EsiaDoor:
    """An ASGI application; it asks for no token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> JSONResponse:
        path = request.scope["path"].removeprefix(ESIA).strip("/").lower()
        if path not in _ANSWERS:
            return _refused("resourceUnavailable", "There is no such resource")
        if request.method not in _ANSWERS[path]:
            return _refused("methodNotSupported", "The method is not supported by this resource")
        return JSONResponse(_ANSWERS[path][request.method])


def _refused(kind: str, description: str) -> JSONResponse:
    return JSONResponse({"type": kind, "description": description}, STATUS[kind])
