"""The wire of a run: at most eight kept connections to one host, each lent to one request at a time.

`httpx.Client` over one pool of eight takes 1.5 times the CPU of this: it looks through its whole pool for every
request, and sees to redirects, cookies and sign-in schemes that the diary does not have. Nor does this write addresses,
which may hold a name, into a log, as the client does.
"""

from __future__ import annotations

import functools
import queue
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from connectors.transport.pool import IN_FLIGHT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping, Sequence

USER_AGENT = "sverka"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ON_THE_WIRE = "http11.send_request_body.complete"
_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class Connection:
    """One connection, opened when first used and opened again when the service has closed it."""

    def __init__(self, transport: httpx.BaseTransport, headers: Mapping[str, str], timeout: float) -> None:
        self._transport = transport
        self._headers = {
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
            **headers,
        }
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        body: bytes | None,
        written: Callable[[], None] = lambda: None,
    ) -> httpx.Response:
        """The whole answer to one request; `written` is called when the request is on the wire. Raises httpx.HTTPError.

        A new connection takes its time before that.
        """

        def trace(event: str, _: object) -> None:
            if event == _ON_THE_WIRE:
                written()

        request = httpx.Request(
            method,
            url,
            params=list(query) or None,
            headers={**self._headers, **headers},
            content=body,
            extensions={**self._extensions, "trace": trace},
        )
        response = self._transport.handle_request(request)
        response.request = request
        try:
            response.read()
        finally:
            response.close()
        return response

    def close(self) -> None:
        self._transport.close()


class Connections:
    """Connections to the host of `base_url`, through the proxy of the environment if it names one."""

    def __init__(self, base_url: str, headers: Mapping[str, str], timeout: float) -> None:
        """`headers` go with every request; `timeout` in seconds for each of connecting, sending and reading."""
        trusted, proxy = _trusted(), proxy_for(httpx.URL(base_url))
        transports = [httpx.HTTPTransport(verify=trusted, proxy=proxy, limits=_ONE) for _ in range(IN_FLIGHT)]
        self._all = [Connection(transport, headers, timeout) for transport in transports]
        # the last one used is lent first: a quiet run keeps few connections open
        self._free: queue.LifoQueue[Connection] = queue.LifoQueue()
        for connection in reversed(self._all):
            self._free.put(connection)

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection nobody else uses; waits for one while all are taken."""
        connection = self._free.get()
        try:
            yield connection
        finally:
            self._free.put(connection)

    def close(self) -> None:
        for connection in self._all:
            connection.close()


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are believed, read once: it takes 60 ms and a run connects three times."""
    return httpx.create_ssl_context()


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment (HTTPS_PROXY, NO_PROXY, the system's settings) names for this address."""
    if url.host in _LOOPBACK or urllib.request.proxy_bypass(url.host):
        return None
    known = urllib.request.getproxies()
    proxy = known.get(url.scheme) or known.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
