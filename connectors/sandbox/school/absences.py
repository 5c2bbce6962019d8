"""Substitutions of the first quarter: teachers fall ill, colleagues who are free take the lessons, a few fall out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.school.values import DemoSubstitution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.sandbox.school.draw import Draw
    from connectors.sandbox.school.values import DemoCalendar, DemoCard, DemoPlanRow, DemoStaff

_REASONS = ("болезнь", "болезнь", "болезнь", "курсы повышения квалификации", "семейные обстоятельства")
_CANCELLED_EVERY = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leave:
    teacher: int
    starts: date
    ends: date
    reason: str


class _Desk:
    """Who stands where on a day, as the deputy head's desk knows it while substitutes are sought."""

    def __init__(
        self, calendar: DemoCalendar, plan: Sequence[DemoPlanRow], cards: Sequence[DemoCard], leaves: Sequence[_Leave]
    ) -> None:
        self._week_a = calendar.week_a
        self._plan = plan
        self._leaves = leaves
        self._cards: dict[tuple[int, int], list[DemoCard]] = defaultdict(list)
        self._standing_in: set[tuple[date, int, int]] = set()
        for card in cards:
            self._cards[card.weekday, card.period].append(card)

    def lessons(self, day: date, teacher: int) -> Iterable[tuple[DemoPlanRow, int]]:
        """The rows and periods the teacher has on that day, by period."""
        for period in range(1, 14):
            for row in self._rows(day, period):
                if row.teacher == teacher:
                    yield row, period

    def away(self, day: date, teacher: int) -> bool:
        return any(leave.teacher == teacher and leave.starts <= day <= leave.ends for leave in self._leaves)

    def free(self, day: date, period: int, teacher: int) -> bool:
        busy = any(row.teacher == teacher for row in self._rows(day, period))
        return not busy and not self.away(day, teacher) and (day, period, teacher) not in self._standing_in

    def send(self, day: date, period: int, teacher: int) -> None:
        self._standing_in.add((day, period, teacher))

    def _rows(self, day: date, period: int) -> Iterable[DemoPlanRow]:
        week = (day - self._week_a).days // 7 % 2
        for card in self._cards[day.isoweekday(), period]:
            if self._plan[card.row].weeks[week] == "1":
                yield self._plan[card.row]


def draw_substitutions(
    calendar: DemoCalendar,
    staff: Sequence[DemoStaff],
    plan: Sequence[DemoPlanRow],
    cards: Sequence[DemoCard],
    draw: Draw,
) -> tuple[DemoSubstitution, ...]:
    """Every lesson of an absent teacher given to a free colleague or cancelled, in order of day and period."""
    quarter = calendar.quarters[0]
    teachers = [person for person in staff if person.subjects]
    leaves = _leaves(teachers, quarter.starts + timedelta(days=6), quarter.ends, draw)
    desk = _Desk(calendar, plan, cards, leaves)
    lost = [
        (day, period, row, leave.reason)
        for leave in leaves
        for day in _days(leave.starts, leave.ends)
        for row, period in desk.lessons(day, leave.teacher)
    ]
    lost.sort(key=lambda item: (item[0], item[1], item[2].form, item[2].subgroup))
    result: list[DemoSubstitution] = []
    for turn, (day, period, row, reason) in enumerate(lost, start=1):
        chosen = None if turn % _CANCELLED_EVERY == 0 else _substitute(desk, teachers, row, day, period)
        if chosen is not None:
            desk.send(day, period, chosen)
        result.append(_entry(day, period, row, chosen, reason))
    return tuple(result)


def _entry(day: date, period: int, row: DemoPlanRow, substitute: int | None, reason: str) -> DemoSubstitution:
    return DemoSubstitution(
        day=day,
        period=period,
        form=row.form,
        subgroup=row.subgroup,
        subject=row.subject,
        absent=row.teacher,
        substitute=substitute,
        reason=reason,
    )


def _leaves(teachers: Sequence[DemoStaff], first: date, last: date, draw: Draw) -> list[_Leave]:
    """One teacher of six is away once, for three to six days."""
    away = draw.shuffled(teachers)[: max(1, len(teachers) // 6)]
    leaves = []
    for person in away:
        starts = draw.day(first, last - timedelta(days=7))
        ends = starts + timedelta(days=draw.between(2, 5))
        leaves.append(_Leave(teacher=person.number, starts=starts, ends=ends, reason=draw.pick(_REASONS)))
    return leaves


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


def _substitute(desk: _Desk, teachers: Sequence[DemoStaff], row: DemoPlanRow, day: date, period: int) -> int | None:
    """A free colleague: of the same speciality first, then one who knows the form; None when nobody is free."""
    speciality = next(person.speciality for person in teachers if person.number == row.teacher)
    ranked = sorted(
        (person.speciality != speciality, row.form not in person.forms, person.number)
        for person in teachers
        if desk.free(day, period, person.number)
    )
    return ranked[0][2] if ranked else None
