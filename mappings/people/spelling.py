"""How two spellings of one part of a name compare, and two dates of birth: equal, alike, or another's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from mappings.dates import swapped
from mappings.names import look_alike, normalise_name
from mappings.tables import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Grade(IntEnum):
    """How far two values agree."""

    OTHER = 0
    UNKNOWN = 1
    """One side or both say nothing."""
    ALIKE = 2
    """Not equal, and one may well be a slip of the pen for the other."""
    SAME = 3


@dataclass(frozen=True, slots=True)
class Trait:
    """The grade, and in a word how it came about (`same`, `typo`, `initial`, `day_month`, …)."""

    grade: Grade
    how: str


SAME, OTHER = Trait(Grade.SAME, "same"), Trait(Grade.OTHER, "other")
SAME_INITIAL = Trait(Grade.ALIKE, "same_initial")
"""Both sides know the first letter only: they agree, and prove little."""
NOWHERE, ONE_SIDE = Trait(Grade.UNKNOWN, "nowhere"), Trait(Grade.UNKNOWN, "one_side")
_SHORT, _LONG = 3, 6
"""Letters of a word below which no slip is believed, and from which two are."""
_DIGIT_SLIPS = 1


@lru_cache(maxsize=1 << 16)
def spelt(part: str) -> str:
    """The part of a name as it is compared: normalised, look-alikes read as Cyrillic."""
    return " ".join("-".join(map(look_alike, word.split("-"))) for word in normalise_name(part).split())


def presence(one: object, other: object) -> Trait | None:
    """UNKNOWN where a side says nothing, None where both speak."""
    if not one and not other:
        return NOWHERE
    return None if one and other else ONE_SIDE


@lru_cache(maxsize=1 << 18)
def families(one: str, other: str) -> Trait:
    """Two spelt surnames: `order` and `half` are about double ones."""
    known = presence(one, other)
    if known is not None or one == other:
        return known or SAME
    halves, others = set(one.split("-")), set(other.split("-"))
    if halves == others:
        return Trait(Grade.ALIKE, "order")
    if halves & others and (halves < others or others < halves):
        return Trait(Grade.ALIKE, "half")
    return slip(one, other)


@lru_cache(maxsize=1 << 16)
def givens(one: str, other: str) -> Trait:
    """Two spelt given names: two names that are both in use are two people's, «Наталья» and «Наталия» one person's."""
    if (told := _at_a_glance(one, other)) is not None:
        return told
    names, groups = _given_names(), _variants()
    if groups.get(one, one) == groups.get(other, other):
        return Trait(Grade.ALIKE, "variant")
    return OTHER if one in names and other in names else slip(one, other)


@lru_cache(maxsize=1 << 16)
def patronymics(one: str, other: str) -> Trait:
    """Two spelt patronymics; only one slip is believed, for «-ович» and «-овна» lie two apart."""
    if (told := _at_a_glance(one, other)) is not None:
        return told
    found = slip(one, other)
    return OTHER if found.how == "typos" else found


def births(one: date | None, other: date | None) -> Trait:
    """Two dates of birth: day and month exchanged, one wrong figure or two exchanged, a year beside."""
    known = presence(one, other)
    if known is not None or one is None or other is None:
        return known or NOWHERE
    if one == other:
        return SAME
    if swapped(one) == other:
        return Trait(Grade.ALIKE, "day_month")
    if OSA.distance(f"{one:%d%m%Y}", f"{other:%d%m%Y}") == _DIGIT_SLIPS:
        return Trait(Grade.ALIKE, "figure")
    if (one.day, one.month) == (other.day, other.month) and abs(one.year - other.year) == 1:
        return Trait(Grade.ALIKE, "figure")
    return OTHER


def is_initial(part: str) -> bool:
    """True of «т», «т.» and «вл.»."""
    return part.endswith(".") or len(part) == 1


@lru_cache(maxsize=1 << 18)
def slip(one: str, other: str) -> Trait:
    """`typo` for one wrong, missing, added letter or two exchanged; `typos` for two in a long word. A figure in a name
    is no letter: «Петров2» is not «Петров1»."""
    if any(map(str.isdigit, one + other)) or min(len(one), len(other)) < _SHORT:
        return OTHER
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips == 1:
        return Trait(Grade.ALIKE, "typo")
    return Trait(Grade.ALIKE, "typos") if slips == 2 and min(len(one), len(other)) >= _LONG else OTHER


def _at_a_glance(one: str, other: str) -> Trait | None:
    """How they compare where one is missing, both are equal, or one is an initial; None for two different words."""
    known = presence(one, other)
    if known is not None or one == other:
        return known or (SAME_INITIAL if is_initial(one) else SAME)
    return _initials(one, other) if is_initial(one) or is_initial(other) else None


def _initials(one: str, other: str) -> Trait:
    short, whole = sorted((one, other), key=lambda part: (not is_initial(part), len(part)))
    return Trait(Grade.ALIKE, "initial") if whole.startswith(short.rstrip(". ")) else OTHER


@cache
def _given_names() -> frozenset[str]:
    return frozenset(read("names")["given"]["known"].split())


@cache
def _variants() -> Mapping[str, str]:
    """A given name → the first of its spellings."""
    return {name: group[0] for group in read("names")["given"]["variants"] for name in group}
