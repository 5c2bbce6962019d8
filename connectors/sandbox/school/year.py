"""The school year 2026/27 of the demo school: quarters, holidays, the bells of its two shifts."""

from __future__ import annotations

from datetime import date, time

from connectors.sandbox.school.values import DemoBell, DemoCalendar, DemoSpan

_BELLS = (
    (1, 1, time(8, 30), time(9, 10)),
    (2, 1, time(9, 15), time(9, 55)),
    (3, 1, time(10, 5), time(10, 45)),
    (4, 1, time(11, 0), time(11, 40)),
    (5, 1, time(11, 50), time(12, 30)),
    (6, 1, time(12, 35), time(13, 15)),
    (7, 1, time(13, 20), time(14, 0)),
    (8, 2, time(14, 0), time(14, 40)),
    (9, 2, time(14, 50), time(15, 30)),
    (10, 2, time(15, 45), time(16, 25)),
    (11, 2, time(16, 35), time(17, 15)),
    (12, 2, time(17, 20), time(18, 0)),
    (13, 2, time(18, 5), time(18, 45)),
)

_QUARTERS = (
    ("1 четверть", date(2026, 9, 1), date(2026, 10, 25)),
    ("2 четверть", date(2026, 11, 5), date(2026, 12, 30)),
    ("3 четверть", date(2027, 1, 11), date(2027, 3, 26)),
    ("4 четверть", date(2027, 4, 5), date(2027, 5, 26)),
)

_HOLIDAYS = (
    ("Осенние каникулы", date(2026, 10, 26), date(2026, 11, 4)),
    ("Зимние каникулы", date(2026, 12, 31), date(2027, 1, 10)),
    ("День защитника Отечества", date(2027, 2, 23), date(2027, 2, 23)),
    ("Международный женский день", date(2027, 3, 8), date(2027, 3, 8)),
    ("Весенние каникулы", date(2027, 3, 27), date(2027, 4, 4)),
    ("Праздник Весны и Труда", date(2027, 5, 1), date(2027, 5, 3)),
    ("День Победы", date(2027, 5, 8), date(2027, 5, 10)),
)

WEEK_A = date(2026, 8, 31)


def bells() -> tuple[DemoBell, ...]:
    """Periods 1-7 of the first shift and 8-13 of the second; no two overlap, so that a teacher can teach in both."""
    return tuple(DemoBell(number=n, shift=shift, starts=starts, ends=ends) for n, shift, starts, ends in _BELLS)


def calendar() -> DemoCalendar:
    """The quarters and holidays; the week of 31 August 2026 is a week A."""
    return DemoCalendar(school_year=2026, quarters=_spans(_QUARTERS), holidays=_spans(_HOLIDAYS), week_a=WEEK_A)


def _spans(rows: tuple[tuple[str, date, date], ...]) -> tuple[DemoSpan, ...]:
    return tuple(DemoSpan(name=name, starts=starts, ends=ends) for name, starts, ends in rows)
