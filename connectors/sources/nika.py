"""A NIKA data file (`var NIKA={…};`), read as it stands: bad values as flaws, nothing resolved (formats.md §3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connectors.sources.formats import NIKA, Detected
from connectors.sources.nika_cells import Reader, is_cancelled
from connectors.sources.nika_json import looks, parse
from connectors.sources.nika_wire import NikaBell, NikaCell, NikaExchange, NikaFile, NikaPeriod, NikaTaught

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectors.sources.material import Material

_REQUIRED = ("TEACHERS", "SUBJECTS", "CLASSES", "PERIODS", "CLASS_SCHEDULE")
TABLES = frozenset(
    {
        *_REQUIRED,
        *("ROOMS", "CLASSGROUPS", "CLASS_COURSES", "LESSON_TIMES", "CLASS_EXCHANGE"),
        *("TEACH_SCHEDULE", "TEACH_EXCHANGE", "HOLIDAY_TRANSFER", "EXPORT_DATE", "EXPORT_TIME"),
    }
)
"""What we know of the object; anything else in it is named."""
_HOUR = re.compile(r"([1-7])(\d\d)", re.ASCII)
_VACATION = "vacation"


def recognise(material: Material) -> Detected | None:
    """By the assignment it begins with."""
    return Detected(NIKA) if looks(material.data) else None


def read_nika(material: Material) -> NikaFile:
    """The file as typed rows. Raises UnreadableFile; a bad value never raises, it becomes a flaw with its path."""
    parsed = parse(material.source, material.data)
    told, reader = parsed.value, Reader(material.name, parsed.flaws)
    for name in _REQUIRED:
        if name not in told:
            reader.flaw("TABLE_MISSING", name, name, blocks=True)
    for name in sorted(told.keys() - TABLES):
        if told[name] not in (None, "", [], {}):
            reader.flaw("TABLE_IGNORED", name, name)
    cells, exchanges = tuple(_cells(reader, told)), tuple(_exchanges(reader, told))
    return NikaFile(
        source=material.source,
        digest=parsed.digest,
        teachers=reader.names(told.get("TEACHERS"), "TEACHERS"),
        subjects=reader.names(told.get("SUBJECTS"), "SUBJECTS"),
        classes=reader.names(told.get("CLASSES"), "CLASSES"),
        rooms=reader.names(told.get("ROOMS"), "ROOMS"),
        groups=reader.names(told.get("CLASSGROUPS"), "CLASSGROUPS"),
        grades=_grades(reader, told),
        periods={period.id: period for period in _periods(reader, told)},
        bells=tuple(_bells(reader, told)),
        cells=cells,
        exchanges=exchanges,
        vacations=tuple(_vacations(reader, told)),
        by_teachers=_by_teachers(reader, told),
        flaws=tuple(reader.flaws),
    )


def _grades(reader: Reader, told: Mapping[str, Any]) -> dict[str, str]:
    found = reader.table(told.get("CLASS_COURSES"), "CLASS_COURSES")
    return {key: reader.text(value, "CLASS_COURSES", key) for key, value in found.items()}


def _periods(reader: Reader, told: Mapping[str, Any]) -> Iterator[NikaPeriod]:
    for key, value in reader.table(told.get("PERIODS"), "PERIODS").items():
        row = reader.table(value, "PERIODS", key)
        starts, ends = (reader.text(row.get(name), "PERIODS", key, name) for name in ("b", "e"))
        yield NikaPeriod(id=key, starts=starts, ends=ends, where=reader.where("PERIODS", key))


def _bells(reader: Reader, told: Mapping[str, Any]) -> Iterator[NikaBell]:
    for key, value in reader.table(told.get("LESSON_TIMES"), "LESSON_TIMES").items():
        path = ("LESSON_TIMES", key)
        number = _number(reader, key, *path)
        if number is None:
            continue
        if not isinstance(value, list) or len(value) != 2:
            reader.flaw("SHAPE_BAD", type(value).__name__, *path, blocks=True)
            continue
        starts, ends = (reader.text(item, *path) for item in value)
        yield NikaBell(number=number, starts=starts, ends=ends, where=reader.where(*path))


def _number(reader: Reader, text: str, *path: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return int(text)
    reader.flaw("NUMBER_BAD", text, *path, blocks=True)
    return None


def _cells(reader: Reader, told: Mapping[str, Any]) -> Iterator[NikaCell]:
    for period, classes in reader.table(told.get("CLASS_SCHEDULE"), "CLASS_SCHEDULE").items():
        for class_id, hours in reader.table(classes, "CLASS_SCHEDULE", period).items():
            path = ("CLASS_SCHEDULE", period, class_id)
            for key, entries in reader.hours(hours, *path):
                hour = _HOUR.fullmatch(key)
                if hour is None:
                    reader.flaw("NUMBER_BAD", key, *path, key, blocks=True)
                    continue
                yield NikaCell(
                    period=period,
                    class_id=class_id,
                    weekday=int(hour[1]),
                    number=int(hour[2]),
                    entries=entries,
                    where=reader.where(*path, key),
                )


def _exchanges(reader: Reader, told: Mapping[str, Any]) -> Iterator[NikaExchange]:
    for class_id, days in reader.table(told.get("CLASS_EXCHANGE"), "CLASS_EXCHANGE").items():
        for day, hours in reader.table(days, "CLASS_EXCHANGE", class_id).items():
            path = ("CLASS_EXCHANGE", class_id, day)
            for key, entries in reader.hours(hours, *path):
                number = _number(reader, key, *path, key)
                if number is not None:
                    where = reader.where(*path, key)
                    yield NikaExchange(class_id=class_id, day=day, number=number, entries=entries, where=where)


def _vacations(reader: Reader, told: Mapping[str, Any]) -> Iterator[str]:
    for day, value in reader.table(told.get("HOLIDAY_TRANSFER"), "HOLIDAY_TRANSFER").items():
        row = reader.table(value, "HOLIDAY_TRANSFER", day) if not isinstance(value, str) else {"type": value}
        kind = reader.text(row.get("type"), "HOLIDAY_TRANSFER", day)
        if kind == _VACATION:
            yield day
        else:
            reader.flaw("DAY_TRANSFERRED", f"{day}: {kind}", "HOLIDAY_TRANSFER", day, blocks=True)


def _by_teachers(reader: Reader, told: Mapping[str, Any]) -> frozenset[NikaTaught] | None:
    """What the teachers' own tables say; their shapes are the classes' with `c` for the classes."""
    if not told.get("TEACH_SCHEDULE"):
        return None
    found = set()
    for period, teachers in reader.table(told["TEACH_SCHEDULE"], "TEACH_SCHEDULE").items():
        for teacher, hours in reader.table(teachers, "TEACH_SCHEDULE", period).items():
            found |= _taught(reader, hours, period, teacher, "TEACH_SCHEDULE", period, teacher)
    for teacher, days in reader.table(told.get("TEACH_EXCHANGE"), "TEACH_EXCHANGE").items():
        for day, hours in reader.table(days, "TEACH_EXCHANGE", teacher).items():
            found |= _taught(reader, hours, day, teacher, "TEACH_EXCHANGE", teacher, day)
    if not found:  # another shape than the one we know: nothing to compare with
        reader.flaw("TABLE_IGNORED", "TEACH_SCHEDULE", "TEACH_SCHEDULE")
    return frozenset(found) or None


def _taught(reader: Reader, hours: Any, when: str, teacher: str, *path: str) -> set[NikaTaught]:
    found = set()
    for hour, cell in reader.table(hours, *path).items():
        if not isinstance(cell, dict) or any(map(is_cancelled, reader.entries(cell, *path, hour))):
            continue
        classes = cell.get("c")
        for class_id in classes if isinstance(classes, list) else [classes]:
            if text := reader.text(class_id, *path, hour):
                found.add(NikaTaught(when, hour, teacher, text))
    return found
