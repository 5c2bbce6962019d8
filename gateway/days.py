"""The days of a school: its today, its grading periods, and the days a verb speaks about when nobody names them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.i18n import _
from mappings.sources.timeframe import Period, Shift, Timeframe
from state.records import Holiday
from state.snapshot import Scope

if TYPE_CHECKING:
    from datetime import date

    from gateway.ports import Clock
    from gateway.settings import Settings
    from state.records import GradingPeriod

LOOK_BACK = timedelta(days=60)
"""How far back late marks and corrections are looked for; nothing in the diary tells of them (behaviour.md §4)."""


class SchoolDays:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def today(self) -> date:
        """The day on the school's wall calendar."""
        return self._clock.now().astimezone(self._settings.zone).date()

    def periods(self) -> tuple[GradingPeriod, ...]:
        """The grading periods of the settings, in order."""
        return self.timeframe().grading_periods()

    def period(self, number: int | None = None) -> GradingPeriod:
        """That period; without a number the one going on, else the last that has begun, else the first."""
        known = self.periods()
        if number is None:
            begun = [item for item in known if item.starts <= self.today]
            return begun[-1] if begun else known[0]
        for item in known:
            if item.number == number:
                return item
        raise DataError(
            _("В настройках нет учебного периода № {number}").format(number=number),
            _("Есть: {periods}").format(periods=", ".join(str(item.number) for item in known)),
        )

    def scope(self, number: int | None = None, starts: date | None = None, ends: date | None = None) -> Scope:
        """The days a verb speaks about: given dates, or a period."""
        year = self._settings.school.year
        if starts and ends:
            return Scope(school_year=year, lessons_from=starts, lessons_to=ends)
        period = self.period(number)
        return Scope(school_year=year, lessons_from=period.starts, lessons_to=period.ends)

    def pull_scope(self) -> Scope:
        """The period going on, and whatever lies within the look-back before today: marks are entered late."""
        period, first = self.period(), self.periods()[0]
        since = max(first.starts, min(period.starts, self.today - LOOK_BACK))
        return self.scope(starts=since, ends=period.ends)

    def timeframe(self) -> Timeframe:
        """What lays a timetable over the calendar: periods, holidays, the first week A, shifts."""
        section = self._settings.calendar
        return Timeframe(
            school_year=self._settings.school.year,
            kind=section.kind,
            periods=tuple(
                Period(number=item.number, name=item.name, starts=item.starts, ends=item.ends)
                for item in section.periods
            ),
            holidays=tuple(Holiday(starts=item.starts, ends=item.ends, name=item.name) for item in section.holidays),
            week_a=section.first_monday,
            shifts=tuple(Shift(name=item.name, first=item.first, last=item.last) for item in self._settings.shifts),
        )
