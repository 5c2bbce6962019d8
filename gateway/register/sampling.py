"""How many units to compare, and what the compared ones prove of all: exact hypergeometric bounds, no approximation.

A unit is a lesson column or a cell of the register; it differs or it does not. Units are drawn without replacement
from a frame of N, so the number of differing units among n drawn is hypergeometric. Everything is counted in whole
numbers of any size: no rounding enters a claim.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

CONFIDENCE = Fraction(95, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """«With `confidence`, at most `most` of `population` units differ», from `drawn` compared, `differing` found."""

    population: int
    drawn: int
    differing: int
    most: int
    confidence: Fraction = CONFIDENCE

    @property
    def share(self) -> Fraction:
        """The bound as a part of all units; 0 of an empty register."""
        return Fraction(self.most, self.population) if self.population else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawNotFollowed:
    """No claim: these drawn units were not compared, so those compared are not the ones chance chose."""

    missing: tuple[str, ...]


def judge_draw(
    population: int,
    drawn: Sequence[str],
    compared: Collection[str],
    differing: Collection[str],
    confidence: Fraction = CONFIDENCE,
) -> Assurance | DrawNotFollowed:
    """What the drawn units prove. Units compared beyond the draw prove nothing and are not counted.

    Leaving a drawn unit out, for whatever reason, takes the claim away: the pages that cannot be found are the ones
    a register would rather not show.
    """
    missing = tuple(unit for unit in drawn if unit not in compared)
    if missing:
        return DrawNotFollowed(missing=missing)
    found = sum(unit in differing for unit in drawn)
    return assure(population, len(drawn), found, confidence)


def assure(population: int, drawn: int, differing: int, confidence: Fraction = CONFIDENCE) -> Assurance:
    """The tightest claim: the most differing units of which so few are found by chance with more than 1 - confidence.

    Raises ValueError for figures no register can have.
    """
    if not 0 <= differing <= drawn <= population:
        raise ValueError(f"{differing} differing of {drawn} drawn of {population} cannot be")
    return Assurance(
        population=population,
        drawn=drawn,
        differing=differing,
        most=_most(population, drawn, differing, confidence),
        confidence=confidence,
    )


def units_needed(population: int, share: Fraction, differing: int = 0, confidence: Fraction = CONFIDENCE) -> int | None:
    """The fewest drawn units that prove fewer than `share` of all differ, when `differing` of them do.

    None when not even all units could: so many differ already. With 0 differing it is the table of discovery sampling:
    284 of 3 000 for 1 %.
    """
    refuted = -(-share.numerator * population // share.denominator)  # the smallest number that is no longer «fewer»
    if refuted <= differing:
        return None
    low, high = differing, min(population, differing + 1)
    while high < population and not _is_unlikely(population, refuted, high, differing, confidence):
        low, high = high, min(population, 2 * high)
    while low < high:
        middle = (low + high) // 2
        if _is_unlikely(population, refuted, middle, differing, confidence):
            high = middle
        else:
            low = middle + 1
    return low


def draw(units: Iterable[str], count: int, seed: str) -> tuple[str, ...]:
    """The first `count` units by a keyed digest of their names: anybody with the seed draws the same ones.

    The order of the units does not matter. Each set of `count` is as likely as any other to whoever has not seen the
    digests, so the seed must be fixed before the register is looked at. Raises ValueError for repeated units.
    """
    named = list(units)
    if len(set(named)) != len(named):
        raise ValueError("a frame names each unit once")
    return tuple(sorted(named, key=lambda unit: _rank(seed, unit))[:count])


def _rank(seed: str, unit: str) -> bytes:
    return hmac.digest(seed.encode(), unit.encode(), sha256)


@lru_cache(maxsize=1 << 14)
def _most(population: int, drawn: int, differing: int, confidence: Fraction) -> int:
    low, high = differing, population - (drawn - differing)
    while low < high:  # the last number that is not unlikely; likelihood falls as the number grows
        middle = (low + high + 1) // 2
        if _is_unlikely(population, middle, drawn, differing, confidence):
            high = middle - 1
        else:
            low = middle
    return low


def _is_unlikely(population: int, wrong: int, drawn: int, differing: int, confidence: Fraction) -> bool:
    """With `wrong` of all units differing, at most `differing` of `drawn` differ with chance ≤ 1 - confidence."""
    ways = _ways_of_at_most(population, wrong, drawn, differing)
    spare = 1 - confidence
    return ways * spare.denominator <= spare.numerator * comb(population, drawn)


def _ways_of_at_most(population: int, wrong: int, drawn: int, differing: int) -> int:
    """In how many draws at most `differing` differ: Σ C(wrong, x)·C(population - wrong, drawn - x)."""
    right = population - wrong
    first = max(0, drawn - right)
    if first > differing:
        return 0
    term = comb(wrong, first) * comb(right, drawn - first)
    total = term
    for found in range(first, min(differing, wrong, drawn)):
        term = term * (wrong - found) * (drawn - found) // ((found + 1) * (right - drawn + found + 1))
        total += term
    return total
