"""One read of the diary: where it is asked, how its answer is decoded, and what in it nobody knew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from connectors.dnevnik.decode import keys, many, one
from connectors.dnevnik.unfamiliar import Unfamiliar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from connectors.dnevnik.shape import Wire
    from connectors.transport.client import Transport

T = TypeVar("T")
M = TypeVar("M", bound="Wire")


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T]):
    """`place`: its path with {names}, the only part of the address that is ever told."""

    place: str
    decode: Callable[[bytes], T]


def single(place: str, model: type[M], *, bare: str = "") -> Endpoint[M]:
    """It answers with one object. `bare`: some clients are told the list of that field and nothing around it."""
    return Endpoint(place, one(model, place, bare=bare))


def listing(place: str, model: type[M], *, or_one: bool = False) -> Endpoint[tuple[M, ...]]:
    """It answers with a list. `or_one`: clients disagree whether it is one."""
    return Endpoint(place, many(model, place, or_one=or_one))


def bare_ids(place: str) -> Endpoint[tuple[str, ...]]:
    """It answers with ids alone."""
    return Endpoint(place, keys(place))


class Reader:
    """Asks one diary. What its answers hold that nobody knows is taken down in `unfamiliar`."""

    def __init__(self, transport: Transport, unfamiliar: Unfamiliar | None = None) -> None:
        self._transport = transport
        self.unfamiliar = unfamiliar or Unfamiliar()

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self._transport.requests

    def ask(
        self,
        endpoint: Endpoint[T],
        *,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        **path: str,
    ) -> T:
        """The answer; `path` fills the names of the place, `body` makes it a POST that reads. Raises faults."""

        def decode(content: bytes) -> T:
            answer = endpoint.decode(content)
            self.unfamiliar.look(answer, endpoint.place)
            return answer

        return self._transport.read(endpoint.place, decode, path=path, query=query, body=body)


def between(first: str, since: date, last: str, until: date) -> list[tuple[str, str]]:
    """A window as it stands in a query, under the names this endpoint has for its ends."""
    return [(first, str(since)), (last, str(until))]


def bare_array(ids: Iterable[str]) -> bytes:
    """The body of a bulk read: numbers, and nothing around them (models.md)."""
    return json.dumps([int(key) for key in ids]).encode()
