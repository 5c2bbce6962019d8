"""The sign-in of a run: one token for all its threads, renewed once when the service says that it is dead."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from connectors import faults
from connectors.transport.errors import refuses_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.transport.answer import Answer
    from connectors.transport.secret import Secret


class SignIn:
    """`token` goes with every request, None: with none. `renew` takes the dead token and gives a living one.

    `renew` raises Unauthorised where a person must sign in again, Unavailable where it may work later.
    """

    def __init__(self, token: Secret | None, renew: Callable[[Secret], Secret] | None = None) -> None:
        self._token = token
        self._renew = renew
        self._untried: Secret | None = None
        self._refused: faults.Fault | None = None
        """What the last renewal met, None after a good one."""
        self._failures = 0
        self._lock = threading.Lock()

    def digest(self, key: bytes, host: str) -> str:
        """What this sign-in at that host is known by again, under its token of now; blank: without a token."""
        return self._token.digest(key, host) if self._token else ""

    def carry(self, exchange: Callable[[Mapping[str, str]], Answer]) -> Answer:
        """The answer to `exchange`, called with the header of our token; again with a new one where that was dead.

        A request answered so was not done, so a write is repeated as well. Raises what `renew` raises.
        """
        token = self._token
        answer = self._tried(token, exchange)
        if not refuses_token(answer):
            return answer
        fresh = self._living(token)
        return self._tried(fresh, exchange) if fresh else answer

    def _tried(self, token: Secret | None, exchange: Callable[[Mapping[str, str]], Answer]) -> Answer:
        answer = exchange({"Access-Token": token.reveal()} if token else {})
        if token is self._untried and not refuses_token(answer):
            self._untried = None
        return answer

    def _living(self, dead: Secret | None) -> Secret | None:
        """The token after `dead`: the first thread to ask renews it, the others wait here. None: there is no way."""
        seen = self._failures
        with self._lock:
            if self._token is not dead:
                return self._token
            # a new token that never worked is not renewed: the next one would not work either
            if dead is None or self._renew is None or dead is self._untried:
                return None
            self._raise_what_was_met(seen)
            try:
                self._token = self._untried = self._renew(dead)
            except faults.Fault as fault:
                self._refused = fault
                self._failures += 1
                raise
            self._refused = None
            return self._token

    def _raise_what_was_met(self, seen: int) -> None:
        """A refusal holds to the end of the run; an outage only for who waited while it was met."""
        met = self._refused
        if met and (isinstance(met, faults.Unauthorised) or self._failures != seen):
            raise type(met)(met.what, met.place, met.request_id)
