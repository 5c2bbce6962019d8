"""The school's calendar as `assemble` needs it: which days are taught, in which week of the timetable's cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from state.identity import calendar_id, period_id
from state.records import Calendar, GradingPeriod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from state.records import Holiday
    from state.snapshot import Scope

_KINDS = {"quarter": "Четверти", "trimester": "Триместры", "half_year": "Полугодия", "year": "Учебный год"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    number: int
    name: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Lessons `first` to `last` make one bell schedule of that name."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingDay:
    day: date
    weekday: int
    """ISO, Monday = 1."""
    week: int
    """Whole weeks since week A; negative before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeframe:
    """`week_a` is a Monday of the first week of the cycle; weeks are counted through holidays."""

    school_year: int
    kind: str
    """`quarter`, `trimester`, `half_year` or `year`."""
    periods: tuple[Period, ...]
    week_a: date
    holidays: tuple[Holiday, ...] = ()
    shifts: tuple[Shift, ...] = ()

    def calendar(self) -> Calendar:
        name = f"{_KINDS.get(self.kind, self.kind)} {self.school_year}/{(self.school_year + 1) % 100:02d}"
        return Calendar(
            sourced_id=calendar_id(self.school_year, self.kind),
            name=name,
            kind=self.kind,
            school_year=self.school_year,
        )

    def grading_periods(self) -> tuple[GradingPeriod, ...]:
        calendar = calendar_id(self.school_year, self.kind)
        return tuple(
            GradingPeriod(
                sourced_id=period_id(calendar, period.number),
                calendar=calendar,
                name=period.name,
                number=period.number,
                starts=period.starts,
                ends=period.ends,
            )
            for period in self.periods
        )

    def teaching_days(self, scope: Scope) -> Iterator[TeachingDay]:
        """Days of the scope, both ends included, inside a period and outside every holiday, in order."""
        for offset in range((scope.lessons_to - scope.lessons_from).days + 1):
            day = scope.lessons_from + timedelta(days=offset)
            if self._is_taught(day):
                yield TeachingDay(day=day, weekday=day.isoweekday(), week=(day - self.week_a).days // 7)

    def _is_taught(self, day: date) -> bool:
        return any(period.starts <= day <= period.ends for period in self.periods) and not any(
            holiday.starts <= day <= holiday.ends for holiday in self.holidays
        )
