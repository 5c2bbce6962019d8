"""The client of a run: one pool, at most eight requests in flight, safe calls retried, writes sent once."""

from __future__ import annotations

import codecs
import email.utils
import threading
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import httpx
import structlog

from connectors import faults
from connectors.transport.answer import Answer
from connectors.transport.budget import RateBudget
from connectors.transport.circuit import Away, Circuit
from connectors.transport.connections import Connections
from connectors.transport.errors import THROTTLED_STATUSES, complains, fault_of, is_outage
from connectors.transport.retries import TOTAL_SECONDS, Retries
from connectors.transport.sign_in import SignIn

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from connectors.transport.budget import Departure
    from connectors.transport.secret import Secret

T = TypeVar("T")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Transport:
    """Speaks HTTP to one host with one sign-in (None: without).

    `rate` in requests per second, None: learned from complaints, from `learned` on where an earlier run knows it.
    """

    def __init__(
        self,
        base_url: str,
        token: Secret | SignIn | None,
        *,
        rate: float | None = None,
        learned: float | None = None,
        timeout: float = 30.0,
        total_seconds: float = TOTAL_SECONDS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._budget = RateBudget(rate, learned=learned, now=now, sleep=sleep)
        self._circuit = Circuit(now=now)
        self._retries = Retries(total_seconds, now=now, sleep=sleep, chance=chance, standstill=self._budget.standstill)
        self._count = 0
        self._count_lock = threading.Lock()
        self._log = structlog.get_logger()
        self._sign_in = token if isinstance(token, SignIn) else SignIn(token)
        self._connections = Connections(base_url, {"Accept": "application/json"}, timeout)

    @property
    def requests(self) -> int:
        """Requests sent so far, retries included."""
        return self._count

    @property
    def learned(self) -> float | None:
        """Requests per second that the service takes, as its complaints have taught; None: nothing was learned."""
        return self._budget.learned

    def close(self) -> None:
        self._connections.close()

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def read(
        self,
        template: str,
        decode: Callable[[bytes], T],
        *,
        path: Mapping[str, str] | None = None,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> T:
        """What `decode` makes of the answer: a GET, or the POST of `body` where the diary reads by POST.

        `template` is the path with {names}, the only part of the address that is ever logged. Throttled and
        Unavailable are tried again, also when raised by `decode`; other faults come out at once.
        """
        filled = {name: quote(value, safe="") for name, value in (path or {}).items()}
        url = f"{self._base}/{template.format(**filled)}"
        method = "GET" if body is None else "POST"
        headers = {} if body is None else {"Content-Type": "application/json"}

        def once() -> T:
            answer = self._sign_in.carry(
                lambda token: self._exchange(method, url, template, {**headers, **token}, query, body)
            )
            fault = fault_of(answer, template)
            if fault:
                raise fault
            try:
                return decode(answer.body)
            except faults.Fault as undecoded:
                undecoded.request_id = answer.request_id  # only the transport knows it
                raise

        return self.retrying(once)

    def retrying(self, once: Callable[[], T]) -> T:
        """The result of `once`, which is safe to repeat; an outage comes out with the moment it began."""
        try:
            return self._retries.run(once)
        except faults.Unavailable as fault:
            fault.since = fault.since or self._circuit.since
            raise

    def send(self, url: str, place: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to one POST to an absolute address, whatever its status; never repeated here.

        Raises Throttled for 429/433 (the service did not look at it), Unavailable when nothing could be sent, and
        InDoubt when the request left and no whole answer came back.
        """

        def once(token: Mapping[str, str]) -> Answer:
            try:
                return self._exchange("POST", url, place, {**headers, **token}, (), body)
            except faults.Unavailable as error:
                if isinstance(error, Away) or isinstance(error.__cause__, _NEVER_SENT):
                    raise
                raise faults.InDoubt("the connection was lost before the answer", place) from error

        answer = self._sign_in.carry(once)
        if answer.status in THROTTLED_STATUSES:
            raise faults.Throttled(f"HTTP {answer.status}", place, answer.request_id, retry_after=answer.retry_after)
        return answer

    def _exchange(
        self,
        method: str,
        url: str,
        template: str,
        headers: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        body: bytes | None,
    ) -> Answer:
        with self._connections.lend() as connection:
            departure = self._budget.wait(self._retries.total, template)
            self._circuit.admit(template)
            with self._count_lock:
                self._count += 1
            started = time.perf_counter()
            try:
                response = connection.exchange(
                    method, url, headers, query, body, written=lambda: self._budget.written(departure)
                )
                outcome: Answer | faults.Unavailable = _answer(response)
            except httpx.HTTPError as error:
                outcome = _no_answer(error, template)
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
        status, request_id = (outcome.status, outcome.request_id) if isinstance(outcome, Answer) else (0, "")
        self._log.debug(
            "request", method=method, template=template, status=status, ms=milliseconds, request_id=request_id
        )
        return self._learned(departure, outcome)

    def _learned(self, departure: Departure, outcome: Answer | faults.Unavailable) -> Answer:
        """The answer, after the circuit and the budget have learned from it. Raises what stands for no answer."""
        if isinstance(outcome, faults.Unavailable):
            self._circuit.failed()
            raise outcome
        if is_outage(outcome):
            self._circuit.failed()
        else:
            self._circuit.answered()
        if complains(outcome):
            self._budget.complained(departure, outcome.retry_after)
        else:
            self._budget.pleased(departure)
        return outcome


def _no_answer(error: httpx.HTTPError, template: str) -> faults.Unavailable:
    """The library's own text may hold the address with its query, and a query may hold a name."""
    fault = faults.Unavailable(f"no answer ({type(error).__name__})", template)
    fault.__cause__ = error
    return fault


def _answer(response: httpx.Response) -> Answer:
    headers = response.headers
    return Answer(
        status=response.status_code,
        content_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        body=response.content.removeprefix(codecs.BOM_UTF8),
        request_id=headers.get("X-Request-Id", ""),
        retry_after=_seconds(headers.get("Retry-After", ""), headers.get("Date", "")),
    )


def _seconds(text: str, date: str) -> float | None:
    """Retry-After in seconds: a number, or a date judged by the service's own clock."""
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        until, now = email.utils.parsedate_to_datetime(text), email.utils.parsedate_to_datetime(date)
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return None
