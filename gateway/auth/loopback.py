"""The other end of a sign-in in the browser: a server on 127.0.0.1 that hears one answer and is gone (RFC 8252)."""

from __future__ import annotations

import hmac
import os
import queue
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from connectors.transport.secret import Secret
from gateway.errors import SettingsError, SignInNeeded
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
STALLED_SECONDS = 10.0
"""How long a browser may take to say what it wants."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere it would let another program take the port from us

    def server_bind(self) -> None:
        """Bound without asking for the machine's name, which may take a resolver's patience."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]


class Loopback:
    """`redirect_uri` is where the browser must be sent; `code` waits for what it brings."""

    def __init__(self, port: int, answers: queue.Queue[Secret | None]) -> None:
        self.redirect_uri = f"http://{HOST}:{port}/"
        self._answers = answers

    def code(self, seconds: float) -> Secret:
        """The code of the diary. Raises SignInNeeded when the person refused, or nobody came within `seconds`."""
        try:
            code = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise SignInNeeded(_("Входа в дневник не дождались"), _("Повторите: sverka auth login")) from None
        if code is None:
            raise SignInNeeded(_("Дневник не разрешил вход"), _("Повторите: sverka auth login"))
        return code


@contextmanager
def listening(port: int, state: str) -> Iterator[Loopback]:
    """A server that believes only who brings `state`; 0 takes any free port. Raises SettingsError for a taken one."""
    answers: queue.Queue[Secret | None] = queue.Queue()
    try:
        server = _Server((HOST, port), _handler(state, answers))
    except OSError as error:
        raise SettingsError(
            _("Порт {port} на этой машине занят").format(port=port),
            _("Освободите его или смените port в разделе [sign_in]"),
        ) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="sign-in", daemon=True)
    thread.start()
    try:
        yield Loopback(server.server_port, answers)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: str, answers: queue.Queue[Secret | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = STALLED_SECONDS

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            brought = {name: values[-1] for name, values in parse_qs(address.query).items()}
            if address.path != "/" or not brought:
                self._page(404, _("Здесь ничего нет"))
            elif not hmac.compare_digest(brought.get("state", "").encode(), state.encode()):
                self._page(400, _("Это ответ не на наш вход. Начните заново: sverka auth login"))
            else:
                self._end(brought)

        def _end(self, brought: Mapping[str, str]) -> None:
            code = brought.get("code")
            if code:
                self._page(200, _("Вход выполнен. Можно закрыть окно."))
            else:
                self._page(200, _("Дневник не разрешил вход. Можно закрыть окно."))
            answers.put(Secret(code) if code else None)

        def _page(self, status: int, sentence: str) -> None:
            body = f'<!doctype html><meta charset="utf-8"><title>Sverka</title><h1>{sentence}</h1>\n'.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the line of a request holds the code."""

    return Handler
