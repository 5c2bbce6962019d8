"""The wire itself: how many requests at once, what becomes of a broken connection, whose proxy is used."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from connectors import faults
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from connectors.transport.connections import Connections, proxy_for
from connectors.transport.pool import IN_FLIGHT
from connectors.transport.secret import Secret

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Turnstile:
    """Stands before the sandbox and counts who is inside at once."""

    def __init__(self, app) -> None:
        self._app = app
        self.inside = self.most = 0

    async def __call__(self, scope, receive, send) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0.05)
        try:
            await self._app(scope, receive, send)
        finally:
            self.inside -= 1


def test_at_most_eight_requests_are_in_flight() -> None:
    turnstiles = []

    def around(app):
        turnstiles.append(Turnstile(app))
        return turnstiles[0]

    with (
        RunningSandbox(around=around) as sandbox,
        Transport(sandbox.base_url, Secret(sandbox.token()), rate=1000) as transport,
        ThreadPoolExecutor(24) as pool,
    ):
        list(pool.map(lambda _: transport.read("users/me", bytes), range(24)))
    assert turnstiles[0].most == IN_FLIGHT == 8
    assert transport.requests == 24


def test_a_broken_connection_is_opened_again_and_given_back() -> None:
    """More failures than connections: one that was not given back would stop the run for ever."""
    with RunningSandbox() as sandbox, Transport(sandbox.base_url, Secret(sandbox.token())) as transport:
        for _ in range(IN_FLIGHT + 1):
            sandbox.world.weather.forecast("dropped", "users/me", 1)
            with pytest.raises(faults.InDoubt):
                transport.send(f"{sandbox.base_url}/users/me", "users/me", b"", {})
        assert transport.read("users/me", bytes)


def test_it_is_said_when_a_request_is_on_the_wire() -> None:
    """Once for each, before its answer: from then on it counts, not from when its connection was asked for."""
    arrived, written = [], []

    def around(app):
        async def noting(scope, receive, send) -> None:
            arrived.append(time.monotonic())
            await app(scope, receive, send)

        return noting

    with RunningSandbox(around=around) as sandbox:
        connections = Connections(sandbox.base_url, {}, timeout=5)
        with connections.lend() as connection:
            for body in (None, b"[]"):
                connection.exchange(
                    "GET", f"{sandbox.base_url}/x", {}, (), body, lambda: written.append(time.monotonic())
                )
        connections.close()
    assert len(written) == len(arrived) == 2
    assert all(abs(one - other) < 0.05 for one, other in zip(written, arrived, strict=True))


def test_a_quiet_run_keeps_one_connection() -> None:
    connections = Connections("http://127.0.0.1:9", {}, timeout=1)
    with connections.lend() as first:
        pass
    with connections.lend() as second, connections.lend() as third:
        assert second is first
        assert third is not first
    connections.close()


def test_nobody_else_has_a_lent_connection() -> None:
    connections = Connections("http://127.0.0.1:9", {}, timeout=1)
    lent, ready = [], threading.Barrier(IN_FLIGHT)

    def take(_: int) -> None:
        with connections.lend() as connection:
            lent.append(connection)
            ready.wait(5)

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(take, range(IN_FLIGHT)))
    assert len(set(map(id, lent))) == IN_FLIGHT
    connections.close()


@pytest.mark.parametrize(
    ("environment", "address", "proxy"),
    [
        ({}, "https://api.dnevnik.ru/v2.0", None),
        ({"HTTPS_PROXY": "http://proxy.school:3128"}, "https://api.dnevnik.ru/v2.0", "http://proxy.school:3128"),
        ({"HTTPS_PROXY": "proxy.school:3128"}, "https://api.dnevnik.ru/v2.0", "http://proxy.school:3128"),
        ({"ALL_PROXY": "http://proxy.school:3128"}, "https://api.dnevnik.ru/v2.0", "http://proxy.school:3128"),
        ({"HTTP_PROXY": "http://proxy.school:3128"}, "https://api.dnevnik.ru/v2.0", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "dnevnik.ru"}, "https://api.dnevnik.ru/v2.0", None),
        ({"ALL_PROXY": "http://proxy.school:3128"}, "http://127.0.0.1:8080/v2.0", None),
        ({"ALL_PROXY": "http://proxy.school:3128"}, "http://localhost:8080/v2.0", None),
    ],
)
def test_the_proxy_of_the_environment(monkeypatch, environment: dict[str, str], address: str, proxy: str) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(httpx.URL(address)) == proxy
