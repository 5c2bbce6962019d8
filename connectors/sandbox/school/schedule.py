"""The weekly timetable: every plan row placed, no teacher in two places, no hole in a form's day.

Each form has exactly as many periods as events, so only swaps within a form are tried, the best one at a time, until
no teacher is doubled; then until subjects are spread over the week or no swap helps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from connectors.sandbox.school.values import DemoCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sandbox.school.curriculum import FormSeat
    from connectors.sandbox.school.draw import Draw
    from connectors.sandbox.school.values import DemoPlanRow

Slot = tuple[int, int]
"""(weekday, period)."""
FIRST_PERIOD = {1: 1, 2: 8}
_CLASH, _CROWD = 100, 1
_ROUNDS, _POLISH = 400, 12


class TimetableNotFound(RuntimeError):
    """The search ended with teachers still in two places at once: the loads leave no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """What fills one period of a form: one row, parallel groups, or two half-rows in turns."""

    form: int
    rows: tuple[int, ...]
    teachers: tuple[int, ...]
    subject: str
    per_day: int
    """How many of this subject a day bears before it is crowded."""


@dataclass(slots=True)
class _Board:
    """Where every event stands, and who is how often where."""

    events: list[_Event]
    slots: list[Slot]
    busy: Counter[tuple[int, Slot]] = field(default_factory=Counter)
    crowd: Counter[tuple[int, str, int]] = field(default_factory=Counter)

    def put(self, event: int, slot: Slot, change: int) -> None:
        it = self.events[event]
        for teacher in it.teachers:
            self.busy[teacher, slot] += change
        self.crowd[it.form, it.subject, slot[0]] += change

    def price(self, event: int, slot: Slot) -> int:
        """What it costs to add the event there, which must not stand there now."""
        it = self.events[event]
        clashes = sum(1 for teacher in it.teachers if self.busy[teacher, slot] > 0)
        crowded = self.crowd[it.form, it.subject, slot[0]] >= it.per_day
        return _CLASH * clashes + _CROWD * crowded

    def cost(self, event: int) -> int:
        slot = self.slots[event]
        self.put(event, slot, -1)
        price = self.price(event, slot)
        self.put(event, slot, 1)
        return price

    def gain(self, one: int, other: int) -> int:
        """By how much a swap makes the timetable cheaper; the board is left as it was."""
        here, there = self.slots[one], self.slots[other]
        before = self._lift(one, here) + self._lift(other, there)
        after = self._price_and_put(one, there) + self._price_and_put(other, here)
        self.put(one, there, -1)
        self.put(other, here, -1)
        self.put(one, here, 1)
        self.put(other, there, 1)
        return before - after

    def _lift(self, event: int, slot: Slot) -> int:
        self.put(event, slot, -1)
        return self.price(event, slot)

    def _price_and_put(self, event: int, slot: Slot) -> int:
        price = self.price(event, slot)
        self.put(event, slot, 1)
        return price

    def swap(self, one: int, other: int) -> None:
        here, there = self.slots[one], self.slots[other]
        for event, slot, change in ((one, here, -1), (other, there, -1), (one, there, 1), (other, here, 1)):
            self.put(event, slot, change)
        self.slots[one], self.slots[other] = there, here


def place(
    seats: Sequence[FormSeat], plan: Sequence[DemoPlanRow], rooms: Mapping[int, str], draw: Draw
) -> tuple[DemoCard, ...]:
    """One card per plan row and lesson, in order of row, day and period; `rooms` holds each teacher's room.

    Raises TimetableNotFound when no clash-free timetable was found.
    """
    events = _events(seats, plan)
    board = _Board(events=events, slots=_first_slots(seats, events, draw))
    for event, slot in enumerate(board.slots):
        board.put(event, slot, 1)
    _search(board, draw)
    cards = (
        DemoCard(row=row, weekday=slot[0], period=slot[1], room=rooms[plan[row].teacher])
        for event, slot in zip(events, board.slots, strict=True)
        for row in event.rows
    )
    return tuple(sorted(cards, key=lambda card: (card.row, card.weekday, card.period)))


def day_lengths(events: int, days: int, turn: int) -> list[int]:
    """Periods per day, as even as can be; `turn` moves the longer days from form to form."""
    length, longer = divmod(events, days)
    return [length + (1 if (day - turn) % days < longer else 0) for day in range(days)]


def _events(seats: Sequence[FormSeat], plan: Sequence[DemoPlanRow]) -> list[_Event]:
    rows: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(plan):
        rows[row.form].append(index)
    events: list[_Event] = []
    for form, seat in enumerate(seats):
        for together in _bundles(rows[seat.name], plan):
            first = plan[together[0]]
            event = _Event(
                form=form,
                rows=together,
                teachers=tuple(sorted({plan[row].teacher for row in together})),
                subject=first.subject,
                per_day=ceil(first.hours / seat.days),
            )
            events.extend([event] * ceil(first.hours))
    return events


def _bundles(rows: Sequence[int], plan: Sequence[DemoPlanRow]) -> Iterable[tuple[int, ...]]:
    """Rows that share a period: the groups of one subject, or a week-A row with a week-B row."""
    bundles: dict[str, list[int]] = defaultdict(list)
    for index in rows:
        row = plan[index]
        bundles["in turns" if row.weeks != "11" else row.subject].append(index)
    return (tuple(bundle) for bundle in bundles.values())


def _first_slots(seats: Sequence[FormSeat], events: Sequence[_Event], draw: Draw) -> list[Slot]:
    """Each form's events on its own periods in a drawn order; days start at the shift's first period, without holes."""
    counts = Counter(event.form for event in events)
    slots: list[Slot] = []
    for form, seat in enumerate(seats):
        first = FIRST_PERIOD[seat.shift]
        lengths = day_lengths(counts[form], seat.days, form)
        own = [(day + 1, first + lesson) for day, length in enumerate(lengths) for lesson in range(length)]
        slots.extend(draw.shuffled(own))
    return slots


def _search(board: _Board, draw: Draw) -> None:
    """Swaps until nobody is doubled, then a few rounds more for the spread; raises TimetableNotFound."""
    partners: dict[int, list[int]] = defaultdict(list)
    for index, filled in enumerate(board.events):
        partners[filled.form].append(index)
    polish = 0
    for _ in range(_ROUNDS):
        costs = {event: board.cost(event) for event in range(len(board.events))}
        wrong = [event for event, cost in costs.items() if cost]
        clean = all(costs[event] < _CLASH for event in wrong)
        polish += clean
        if not wrong or polish > _POLISH:
            return
        for event in draw.shuffled(wrong):
            if board.cost(event):
                _improve(board, event, partners[board.events[event].form], draw, sideways=not clean)
    if any(board.cost(event) >= _CLASH for event in range(len(board.events))):
        raise TimetableNotFound


def _improve(board: _Board, event: int, partners: Sequence[int], draw: Draw, *, sideways: bool) -> None:
    """Makes the best swap; one that changes nothing counts while clashes remain, else the search would stick."""
    gains = [(board.gain(event, other), other) for other in partners if other != event]
    best = max(gain for gain, _ in gains)
    if best > 0 or (sideways and best == 0):
        board.swap(event, draw.pick([other for gain, other in gains if gain == best]))
