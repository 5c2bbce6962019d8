"""Draws that are the same on every machine and every Python: they rest on `Random.random` alone."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

T = TypeVar("T")


class Draw:
    """A stream of draws for one topic of one seed.

    Topics are separate streams, so that a change in how staff are drawn leaves the pupils as they were. Only
    `Random.random` is promised to stay the same between Python versions; `choice` and `shuffle` are not.
    """

    def __init__(self, seed: int, topic: str) -> None:
        self._random = Random(f"{seed}/{topic}")

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        return int(self._random.random() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list with the same items in a drawn order (Fisher and Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def day(self, first: date, last: date) -> date:
        """A day from first to last, both included."""
        return type(first).fromordinal(self.between(first.toordinal(), last.toordinal()))
