"""A bounded pool: many reads at once, results in order, the first fault stops the rest; and reading one step ahead."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 8
"""Requests at once per run: one connection each (design §6)."""


def map_concurrently(
    fn: Callable[[T], R],
    items: Iterable[T],
    workers: int = IN_FLIGHT,
    progress: Callable[[int, int], None] | None = None,
) -> list[R]:
    """`[fn(item) for item in items]`, `workers` at a time; raises the first fault and starts nothing after it."""
    work = list(items)
    stopped = threading.Event()

    def guarded(item: T) -> R:
        if stopped.is_set():
            raise CancelledError
        try:
            return fn(item)
        except BaseException:
            stopped.set()
            raise

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(work)))) as pool:
        futures = [pool.submit(guarded, item) for item in work]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                if progress:
                    progress(done, len(work))
        except BaseException as error:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, CancelledError):
                _raise_first(futures)
            raise
        return [future.result() for future in futures]


def one_ahead(fn: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`fn(item)` for each item in order; the next one is under way while the caller works on the last.

    A fault comes out in its item's turn, and nothing is started after it or after the caller has had enough.
    """
    reader = ThreadPoolExecutor(max_workers=1)
    pending: deque[Future[R]] = deque()
    try:
        for item in items:
            pending.append(reader.submit(fn, item))
            if len(pending) > 1:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        reader.shutdown(cancel_futures=True)


def _raise_first(futures: Iterable[Future[R]]) -> None:
    """The fault itself, where only work cancelled because of it was seen first."""
    for future in futures:
        error = future.exception() if future.done() and not future.cancelled() else None
        if error is not None and not isinstance(error, CancelledError):
            raise error
