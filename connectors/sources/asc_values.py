"""What a value of an aSc row may look like; anything else makes the row a bad one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from connectors.sources.asc_tables import BadRow

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS = 3


def number(values: Mapping[str, str], name: str) -> int:
    """A whole number of at most three digits. Raises BadRow (NUMBER_BAD)."""
    text = values[name]
    if len(text) > _DIGITS or not text.isascii() or not text.isdigit():
        raise BadRow("NUMBER_BAD", f"{name}={text}")
    return int(text)


def bits(values: Mapping[str, str], name: str) -> str:
    """A mask of 0 and 1, alternatives joined by commas; may be blank. Raises BadRow (MASK_BAD)."""
    if not (text := values[name]):
        return ""
    mask = _mask(text)
    if mask is None:
        raise BadRow("MASK_BAD", f"{name}={text}")
    return mask


def ids(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The ids of a list joined by commas."""
    text = values[name]
    if "," not in text:
        return (text,) if text else ()
    return tuple(part.strip() for part in text.split(",") if part.strip())


def span(values: Mapping[str, str], name: str) -> int:
    """How many periods a card takes; 1 where the file does not say it in a small whole number."""
    return _span(values[name]) if values[name] else 1


@lru_cache(maxsize=1 << 7)
def _span(text: str) -> int:
    whole = text.removesuffix(".0")
    return int(whole) if whole.isascii() and whole.isdigit() and len(whole) <= _DIGITS and int(whole) else 1


@lru_cache(maxsize=1 << 10)
def _mask(text: str) -> str | None:
    plain = text.replace(" ", "")
    return None if plain.strip("01,") else plain
