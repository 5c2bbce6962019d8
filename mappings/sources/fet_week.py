"""Days and hours of a FET timetable, which are names: which weekday of which week, and which lesson of the day.

A two-week timetable is written as twelve days («А-Понедельник» … «В-Суббота», formats.md §6).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mappings.sources.asc_bells import WHOLE_DAY
from mappings.sources.hours import find_clocks, find_number
from mappings.sources.weekdays import find_weekday
from state.identity import bell_schedule_id
from state.records import Bell, BellSchedule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.sources.fet_wire import FetFile, FetNamed
    from mappings.sources.notes import Notes

_WEEK = re.compile(
    r"(?:[а-гa-d]|\d|i{1,3}|1-я|2-я|(?:не)?ч[её]т\w*|числ\w*|знам\w*|верх\w*|нижн\w*|перв\w*|втор\w*|week|недел\w*|нед)"
)
_WORD = re.compile(r"\w[\w-]*")
_A_WEEK = 7


class WeekDay(NamedTuple):
    weekday: int
    """ISO, Monday = 1."""
    week: int
    """0-based place in the cycle."""


class Week(NamedTuple):
    """`days` and `hours` by their names; what is in neither could not be told, and is a problem already."""

    days: Mapping[str, WeekDay]
    cycle: int
    hours: Sequence[str]
    """Names in the order of the day."""
    numbers: Mapping[str, int]
    """Lesson numbers by the name of the hour."""


def read_week(file: FetFile, notes: Notes) -> Week:
    days, cycle = _days(file, notes)
    return Week(days, cycle, *_hours(file, notes))


def _days(file: FetFile, notes: Notes) -> tuple[dict[str, WeekDay], int]:
    """By the weekday in the name, the rest of it being the week; nameless days are the days of one week in order."""
    if file.mode.casefold() not in {"", "official"}:
        notes.add("FET_MODE_UNKNOWN", file.source.name, file.mode, blocks=True)
        return {}, 1
    told = {day.name: _weekday(day.name) for day in file.days}
    if not any(told.values()) and len(told) <= _A_WEEK and not file.alone:
        for day in file.days:
            notes.add("FET_DAY_GUESSED", day.where, day.name)
        return {day.name: WeekDay(number, 0) for number, day in enumerate(file.days, 1)}, 1
    labels = list(dict.fromkeys(found[1] for found in told.values() if found))
    days: dict[str, WeekDay] = {}
    for day in file.days:
        found = told[day.name]
        place = WeekDay(found[0], labels.index(found[1])) if found else None
        if place is None or place in days.values():
            notes.add("FET_DAY_UNKNOWN", day.where, day.name, blocks=True)
        else:
            days[day.name] = place
    return days, max(len(labels), 1)


def _weekday(name: str) -> tuple[int, str] | None:
    """(weekday, label of the week) of «А-Понедельник»; None without a weekday, or where the rest is no week."""
    found = find_weekday(name)
    if found is None:
        return None
    words = [word.strip("-") for word in _WORD.findall(found[1])]
    return (found[0], " ".join(words)) if all(map(_WEEK.fullmatch, words)) else None


def _hours(file: FetFile, notes: Notes) -> tuple[list[str], dict[str, int]]:
    """By the number in the name where every name has one («1», «2 урок»), else by the order of the day."""
    names = [hour.name for hour in file.hours]
    numbers = {name: find_number(name) for name in names}
    given = [number for number in numbers.values() if number is not None]
    if file.alone:
        names.sort(key=lambda name: (numbers[name] or 0, find_clocks(name), name))
    if len(given) == len(names) == len(set(given)):
        return names, {name: number for name, number in numbers.items() if number is not None}
    if file.alone:
        for hour in file.hours:
            notes.add("FET_HOUR_GUESSED", hour.where, hour.name)
    return names, {name: index for index, name in enumerate(names, 1)}


def bell_schedules(file: FetFile, week: Week, notes: Notes) -> tuple[BellSchedule, ...]:
    """One schedule of the hours whose names tell both times; any other hour is no bell (PERIOD_WITHOUT_BELL)."""
    bells = [bell for hour in file.hours if (bell := _bell(hour, week, notes))]
    if not bells:
        return ()
    ordered = tuple(sorted(bells, key=lambda bell: bell.number))
    return (BellSchedule(sourced_id=bell_schedule_id(WHOLE_DAY), name=WHOLE_DAY, bells=ordered),)


def _bell(hour: FetNamed, week: Week, notes: Notes) -> Bell | None:
    clocks = find_clocks(hour.name)
    if len(clocks) != 2 or clocks[0] >= clocks[1]:
        notes.add("PERIOD_WITHOUT_BELL", hour.where, hour.name)
        return None
    return Bell(number=week.numbers[hour.name], starts=clocks[0], ends=clocks[1])
