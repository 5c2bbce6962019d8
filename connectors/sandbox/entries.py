"""What a teacher decides to enter for one lesson: drawn from the seed and the lesson's natural key, never from ids.

So the same school played twice, or built in another order, gets the same register.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.moments import SCHOOL_OFFSET
from connectors.sandbox.topics import course_of, write_homework, write_topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_ATTENDANCE = ((0.030, "Absent"), (0.045, "Ill"), (0.055, "Pass"), (0.065, "Late"), (0.068, "Attend"))
"""Cumulated shares of pupil-lessons; the rest has no entry, which also means present."""
PAPER_SIGNS = {"Absent": "н", "Ill": "Б", "Pass": "УП", "Late": "ОП", "Attend": ""}
_MARKED = 0.20
_MARKED_IN_TEST = 0.90
_PAIR = 0.04
_TEST = 0.05
_LATE = 0.12
_HOMEWORK = 0.70


@dataclass(slots=True)
class Entries:
    """One lesson's register: pupils by their place in the given list."""

    topic: str
    homework: str
    entered: datetime
    """When the marks were entered, naive UTC: mostly the same day."""
    attended: datetime
    test: bool = False
    """Marks stand on a test work instead of the default one."""
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    attendance: dict[int, str] = field(default_factory=dict)

    def paper(self, place: int) -> str:
        """The same cell by hand: «4/5», «н», or blank."""
        return "/".join(self.marks.get(place, ())) or PAPER_SIGNS[self.attendance.get(place, "Attend")]


def keep_register(seed: int, lesson: Sequence[object], subject: str, grade: int, day: date, pupils: int) -> Entries:
    """Everything entered for the lesson with this natural key; grade 1 has neither marks nor homework."""
    draw = random.Random(f"{seed}|{lesson}")
    course = course_of(subject)
    topic = write_topic(course, draw)
    homework = write_homework(course, draw) if draw.random() < _HOMEWORK and grade > 1 else ""
    attended = _lesson_end(day, draw)
    late = timedelta(days=draw.randrange(1, 7)) if draw.random() < _LATE else timedelta()
    test = grade > 1 and draw.random() < _TEST
    entries = Entries(topic, homework, attended + late + timedelta(minutes=draw.randrange(1, 90)), attended, test)
    share = 0.0 if grade <= 1 else _MARKED_IN_TEST if test else _MARKED
    for place in range(pupils):
        _enter(entries, place, share, draw)
    return entries


def _enter(entries: Entries, place: int, share: float, draw: random.Random) -> None:
    chance = draw.random()
    for limit, status in _ATTENDANCE:
        if chance < limit:
            entries.attendance[place] = status
            return
    if draw.random() < share:
        pair = draw.random() < _PAIR
        entries.marks[place] = (_mark(draw), _mark(draw)) if pair else (_mark(draw),)


def _mark(draw: random.Random) -> str:
    chance = draw.random()
    return "5" if chance < 0.31 else "4" if chance < 0.72 else "3" if chance < 0.96 else "2"


def _lesson_end(day: date, draw: random.Random) -> datetime:
    minutes = timedelta(minutes=draw.randrange(0, 420), seconds=draw.randrange(60), microseconds=draw.randrange(10**6))
    return datetime.combine(day, time(9, 15)) + minutes - SCHOOL_OFFSET
