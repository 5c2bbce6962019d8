"""Files taken in one after another, so that one bad file need not stop the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gateway.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gateway.ports import Progress

    Skip = Callable[[Path, DataError], None]
    """Told of a file that could not be taken in, and why."""

T = TypeVar("T")


def each(paths: Sequence[Path], take: Callable[[Path], T], progress: Progress | None, skip: Skip | None) -> list[T]:
    """What came of each file, in order; those told to `skip` are left out, without it the first bad one is raised."""
    done: list[T] = []
    for number, path in enumerate(paths, start=1):
        try:
            done.append(take(path))
        except DataError as error:
            if skip is None:
                raise
            skip(path, error)
        if progress:
            progress(number, len(paths))
    return done
