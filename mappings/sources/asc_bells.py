"""The periods of an aSc timetable as one bell schedule; shifts are cut out of it later, by the school's settings."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING

from state.identity import bell_schedule_id
from state.records import Bell, BellSchedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.asc_wire import AscFile, AscPeriod
    from mappings.sources.notes import Notes

WHOLE_DAY = "Расписание звонков"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")


def bell_schedules(file: AscFile, notes: Notes) -> tuple[BellSchedule, ...]:
    """One schedule with every period that has readable times, or none; lessons outside it are reported once each."""
    bells: dict[int, Bell] = {}
    for period in file.periods:
        bell = _bell(period, notes)
        if bell is None:
            continue
        if bell.number in bells:
            notes.add("PERIOD_REPEATED", period.where, str(bell.number), blocks=True)
        bells.setdefault(bell.number, bell)
    for number in sorted({card.period for card in file.cards} - bells.keys()):
        notes.add("PERIOD_WITHOUT_BELL", file.source.name, str(number))
    return whole_day(bells)


def whole_day(bells: Mapping[int, Bell]) -> tuple[BellSchedule, ...]:
    """All bells of the school as one schedule, or none where there are none."""
    if not bells:
        return ()
    ordered = tuple(bells[number] for number in sorted(bells))
    return (BellSchedule(sourced_id=bell_schedule_id(WHOLE_DAY), name=WHOLE_DAY, bells=ordered),)


def _bell(period: AscPeriod, notes: Notes) -> Bell | None:
    starts, ends = clock(period.starts), clock(period.ends)
    if starts is None or ends is None or ends <= starts:
        notes.add("TIME_BAD", period.where, f"{period.starts}-{period.ends}", blocks=True)
        return None
    return Bell(number=period.number, starts=starts, ends=ends)


def clock(text: str) -> time | None:
    """«8:30» or «08:30:00»; None for anything else."""
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))
