"""The few errors of the outside world, named by what recovers from them.

Fault
  Unauthorised     the token is dead: a person signs in
  Forbidden        the token lives and has not this right: the diary's administrator gives it
  Throttled        over the limit: wait
  Unavailable      outage, maintenance, HTML instead of JSON: wait and try again
  NotFound         no such resource
  Rejected         the service refused these data: fix the data
  SchemaDrift      the answer has a shape we do not know: fix the setup (call us)
  InDoubt          a write whose answer was lost: look first
  Unreadable       a file that is not what it should be: fix the data
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class Fault(Exception):
    """Root. `what` is one plain sentence without personal data; `place` names the endpoint, or file, sheet and cell."""

    what: str
    place: str = ""
    request_id: str = ""

    def __str__(self) -> str:
        parts = [self.place, self.what, f"request {self.request_id}" if self.request_id else ""]
        return ": ".join(part for part in parts if part)


class Unauthorised(Fault):
    """401, or the error types about a token that is missing, dead or not given out."""


@dataclass
class Forbidden(Fault):
    """403, or the error types about scope, ownership and access rules; `code` is the service's own word for it."""

    code: str = ""

    @property
    def is_of_scope(self) -> bool:
        """The right was not asked for when the owner signed in, whatever rights they have themselves."""
        return "outofscope" in self.code.casefold()


@dataclass
class Throttled(Fault):
    """429, 433 or `requestLimit`; `retry_after` in seconds where the service said so."""

    retry_after: float | None = None


@dataclass
class Unavailable(Fault):
    """5xx, 405 in maintenance, HTML, a cut body on a read, no connection; `since` when nothing has been answered."""

    since: datetime | None = None


class NotFound(Fault):
    """404 or `resourceUnavailable`."""


@dataclass
class Rejected(Fault):
    """The service understood and refused; `code` is its own word for why, where it gave one."""

    code: str = ""


class SchemaDrift(Fault):
    """The answer does not fit any shape the evidence knows."""


class InDoubt(Fault):
    """A write may or may not have happened."""


class Unreadable(Fault):
    """A local file cannot be read as what it claims to be."""
