"""The sandbox as a server on loopback: in this process, in a background thread, or as a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from connectors.sandbox.control import ControlDoor
from connectors.sandbox.esia import ESIA, EsiaDoor
from connectors.sandbox.outdoors import Outdoors
from connectors.sandbox.quota import Metered, QuotaDoor
from connectors.sandbox.rest import V1, RestDoor
from connectors.sandbox.sign_in import LoginDoor, TokenDoor
from connectors.sandbox.soap import SoapDoor
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"
_STOP_SECONDS = 10
_AUTHORIZATIONS = tuple(f"authorizations{way}{slash}" for way in ("", "/bycredentials") for slash in ("", "/"))


def build_app(world: World) -> Starlette:
    """The diary's doors over one world: sign-in, SOAP import, REST under both prefixes, and ours for the control."""
    rest = Outdoors(RestDoor(world), world)
    login, tokens = LoginDoor(world), Outdoors(TokenDoor(world), world)
    return Starlette(
        middleware=[Middleware(Metered, world.quota, world.heard)],
        routes=[
            *(Route(path, login) for path in ("/oauth2", "/oauth2/done")),
            *(Route(f"/{version}/{path}", tokens) for version in ("v1", "v2", "v2.0") for path in _AUTHORIZATIONS),
            Route(f"{ESIA}{{rest:path}}", EsiaDoor()),
            Route("/ImportService.asmx", Outdoors(SoapDoor(world), world)),
            Mount("/v2.0", rest),
            Mount("/v2", rest),
            Mount("/v1", Outdoors(RestDoor(world, V1), world)),
            Route("/_sandbox/quota", QuotaDoor(world.quota)),
            Mount("/_sandbox", ControlDoor(world)),
        ],
    )


def serve(host: str = LOOPBACK, port: int = 0, seed: int = 7) -> None:
    """Serves until interrupted; prints one JSON line `{"base_url": …}` when the port is open."""
    listener = _listen(host, port)
    print(json.dumps({"base_url": _base_url(listener)}), flush=True)  # noqa: T201 - the line is the contract
    _server(build_app(World(seed))).run(sockets=[listener])


class RunningSandbox:
    """A sandbox in a background thread on a free port, for as long as the `with` block lasts.

    `world` is its state, to be read and arranged directly; `root` has no path, `base_url` ends in `/v2.0`. `around`
    puts an application of the caller's before the doors, to see or change what passes.
    """

    def __init__(
        self, seed: int = 7, world: World | None = None, around: Callable[[ASGIApp], ASGIApp] | None = None
    ) -> None:
        self.world = world or World(seed)
        app = build_app(self.world)
        self._app = around(app) if around else app

    def __enter__(self) -> RunningSandbox:
        listener = _listen(LOOPBACK, 0)
        self.base_url = _base_url(listener)
        self.root = self.base_url.removesuffix("/v2.0")
        self._server = _server(self._app)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)

    def token(self, role: str = "admin") -> str:
        return self.world.tokens[role]


@contextmanager
def sandbox_process(seed: int = 7, port: int = 0) -> Iterator[str]:
    """A sandbox in a process of its own; yields its base URL, stops it at the end."""
    command = [sys.executable, "-m", "connectors.sandbox", "--port", str(port), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield _announced(process)
        finally:
            process.terminate()


def _announced(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("the sandbox process ended before it was ready")
    base_url: str = json.loads(line)["base_url"]
    return base_url


def _listen(host: str, port: int) -> socket.socket:
    # asyncio switches Nagle off only where the protocol is named; without it every answer waits 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}/v2.0"


def _server(app: ASGIApp) -> uvicorn.Server:
    settings = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        date_header=False,  # the diary tells its own time
        proxy_headers=False,
        access_log=False,
        log_level="critical",
    )
    return uvicorn.Server(settings)
