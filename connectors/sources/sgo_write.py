"""A timetable put into a TimeTableExchange file: every other byte of the file stays as it was.

The diary takes a timetable back only into the plan it gave out itself: its ids must return untouched (formats.md §2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from connectors.sources.sgo import DAYS
from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from connectors.sources.material import Material
    from connectors.sources.sgo_wire import SgoHour

_TIMETABLE = "timetable"
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_SUNDAY_FIRST = 1
"""`wd` counts from Sunday = 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SgoWeekHours:
    """A week from Monday to Sunday and its hours, in the order in which they are to be written."""

    monday: date
    sunday: date
    hours: tuple[SgoHour, ...]


def with_timetable(material: Material, weeks: Sequence[SgoWeekHours]) -> bytes:
    """The bytes of the file with these weeks as its only timetable, in its own encoding and line ends.

    Raises UnreadableFile (UNKNOWN_FORMAT, BROKEN_XML) where there is no plan to put one into.
    """
    if material.xml is None:
        raise UnreadableFile("это не файл TimeTableExchange", material.name, code="UNKNOWN_FORMAT")
    root, guessed = material.xml
    encoding = "cp1251" if guessed else str(root.getroottree().docinfo.encoding or "utf-8")
    data = material.data
    old, end = _places(data, "windows-1251" if guessed else None, material.name)
    newline = "\r\n" if b"\r\n" in data else "\n"
    new = newline.join(_lines(weeks)).encode(encoding, "xmlcharrefreplace")
    if not old:
        return data[:end] + b"  " + new + newline.encode() + data[end:]
    first = old[0][0]
    kept = bytearray(data)
    for start, stop in reversed(old):
        del kept[start:stop]
    return bytes(kept[:first]) + new + bytes(kept[first:])


def _places(data: bytes, encoding: str | None, name: str) -> tuple[list[tuple[int, int]], int]:
    """Where each timetable begins and ends, and where the closing tag of the root begins, in bytes."""
    parser = expat.ParserCreate(encoding)
    depth, begins = 0, 0
    found: list[tuple[int, int]] = []
    closing = -1

    def opened(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, begins
        depth += 1
        if depth == 2 and tag.lower() == _TIMETABLE:
            begins = parser.CurrentByteIndex

    def closed(tag: str) -> None:
        nonlocal depth, closing
        if depth == 2 and tag.lower() == _TIMETABLE:
            here = parser.CurrentByteIndex  # of a tag closed at once, its end; else where the closing tag begins
            ends = _TAG.match(data, here) if data.startswith(b"</", here) else None
            found.append((begins, ends.end() if ends else here))
        depth -= 1
        if not depth:
            closing = parser.CurrentByteIndex

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableFile("файл XML оборван или повреждён", f"{name}:{error.lineno}", code="BROKEN_XML") from error
    if not data[closing:].startswith(b"</"):
        raise UnreadableFile("это не файл TimeTableExchange с учебным планом", name, code="UNKNOWN_FORMAT")
    return found, closing


def _lines(weeks: Sequence[SgoWeekHours]) -> Iterator[str]:
    yield "<TimeTable>"
    for number, week in enumerate(weeks, start=1):
        yield f'    <Week id="{number}" name="Неделя {week.monday:%d.%m.%Y} - {week.sunday:%d.%m.%Y}">'
        for day, hours in groupby(week.hours, key=lambda hour: hour.day):
            weekday = day.isoweekday()
            name = DAYS[weekday - 1]
            yield f'      <Day id="{weekday}" name="{name}" wd="{weekday % 7 + _SUNDAY_FIRST}">'
            for bell, rows in groupby(hours, key=lambda hour: hour.bell_id):
                yield f"        <Lesson timeId={quoteattr(bell)}>"
                for row in rows:
                    room = f" roomid={quoteattr(row.room_id)}" if row.room_id else ""
                    yield f"          <csg id={quoteattr(row.course_id)}{room} />"
                yield "        </Lesson>"
            yield "      </Day>"
        yield "    </Week>"
    yield "  </TimeTable>"
