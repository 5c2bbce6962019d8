"""Which characters our fonts can draw: a character without a glyph would vanish from a printed document unseen."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from importlib import resources

FONTS = ("PTS55F.ttf", "PTS56F.ttf", "PTS75F.ttf", "PTS76F.ttf")
_SPACES, _UNSEEN = ("Zs", "Zl", "Zp"), ("Cc", "Cf")
_UNICODE = {(0, 3), (3, 1)}
"""(platform, encoding) of the tables that map the basic plane, in format 4."""


def drawable(text: str) -> str:
    """The text on one line, every character our fonts lack named instead: «[U+1F600]»; odd spaces become plain."""
    known = _characters()
    if known.issuperset(text):
        return text
    return "".join(mark if mark in known else _named(mark) for mark in text)


def _named(mark: str) -> str:
    kind = unicodedata.category(mark)
    if kind in _SPACES or mark in "\t\r\n":
        return " "
    return "" if kind in _UNSEEN else f"[U+{ord(mark):04X}]"


@cache
def _characters() -> frozenset[str]:
    """What all four faces can draw."""
    folder = resources.files("gateway.reports") / "fonts"
    sets = [frozenset(_of((folder / name).read_bytes())) for name in FONTS]
    return frozenset.intersection(*sets)


def _of(font: bytes) -> set[str]:
    """The characters of an OpenType font, from its `cmap` table of format 4 (OpenType specification, cmap)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = {name: offset for name, _, offset, _ in struct.iter_unpack(">4sLLL", font[12 : 12 + 16 * tables])}
    cmap = records[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    found: set[str] = set()
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * index)
        if (platform, encoding) in _UNICODE:
            found |= _format_4(font, cmap + offset)
    return found


def _format_4(font: bytes, start: int) -> set[str]:
    _, _, _, twice = struct.unpack_from(">HHHH", font, start)
    half = twice // 2
    ends = struct.unpack_from(f">{half}H", font, start + 14)
    firsts, deltas, offsets = (struct.unpack_from(f">{half}H", font, start + 16 + twice * part) for part in (1, 2, 3))
    found = set()
    for segment, (first, last, delta, offset) in enumerate(zip(firsts, ends, deltas, offsets, strict=True)):
        here = start + 16 + 3 * twice + 2 * segment
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + delta if not offset else _indirect(font, here + offset + 2 * (code - first), delta)
            if glyph & 0xFFFF:
                found.add(chr(code))
    return found


def _indirect(font: bytes, place: int, delta: int) -> int:
    (glyph,) = struct.unpack_from(">H", font, place)
    return glyph + delta if glyph else 0
