"""Bytes of JSON into wire models: what does not fit is SchemaDrift, what is cut off is Unavailable."""

from __future__ import annotations

import functools
import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from connectors import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")
BIG = 256 * 1024
"""Bytes from which the collector's passes over the new objects cost more than they could free."""


class _Collector:
    """Holds the collector back while any thread decodes a big batch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._was_on = False

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._holders == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0 and self._was_on:
                    gc.enable()


_COLLECTOR = _Collector()


def one(model: type[M], place: str, *, bare: str = "") -> Callable[[bytes], M]:
    """A decoder of one object; an empty 204 says that there is none. `bare`: the field a bare list stands for."""

    def decode(body: bytes) -> M:
        if not body.strip():
            raise faults.NotFound("an empty answer", place)
        if bare and body.lstrip()[:1] == b"[":
            body = b'{"%s":%s}' % (bare.encode(), body)
        return _validate(model.model_validate_json, body, place)

    return decode


def many(model: type[M], place: str, *, or_one: bool = False) -> Callable[[bytes], tuple[M, ...]]:
    """A decoder of a list; an empty 204 is an empty list. `or_one`: clients disagree whether it is a list at all."""

    def decode(body: bytes) -> tuple[M, ...]:
        if not body.strip():
            return ()
        if or_one and body.lstrip()[:1] == b"{":
            return (_validate(model.model_validate_json, body, place),)
        return _validate(_list_of(model).validate_json, body, place)

    return decode


def _list_of(model: type[M]) -> TypeAdapter[tuple[M, ...]]:
    return _of(tuple[model, ...])  # type: ignore[valid-type]


@functools.cache
def _of(shape: Any) -> TypeAdapter[Any]:
    """Built once for a shape: it takes as long as an answer, and a run asks for a dozen."""
    return TypeAdapter(shape)


def keys(place: str) -> Callable[[bytes], tuple[str, ...]]:
    """A decoder of a bare list of ids."""
    return lambda body: tuple(
        map(str, _validate(_of(tuple[int | str, ...]).validate_json, body, place) if body.strip() else ())
    )


def bare(shape: Any, place: str) -> Callable[[bytes], Any]:
    """A decoder of a value that is no object: a text or a number by itself; an empty 204 is None."""
    return lambda body: _validate(_of(shape).validate_json, body, place) if body.strip() else None


def _validate(validate: Callable[[bytes], V], body: bytes, place: str) -> V:
    try:
        if len(body) < BIG:
            return validate(body)
        with _COLLECTOR.held():
            return validate(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise faults.Unavailable("the answer is not whole JSON", place) from None
        raise faults.SchemaDrift(misfit(error), place) from None


def misfit(error: ValidationError) -> str:
    """Which field does not fit and how; never the input: it holds people."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
    return f"{where or 'the answer'}: {first['type']}"
