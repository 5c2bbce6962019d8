"""Pupils with their guardians: families fill the seats of the forms, siblings sit in different grades."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.sandbox.school import names
from connectors.sandbox.school.snils import synthetic_snils
from connectors.sandbox.school.values import FEMALE, LEFT, MALE, DemoGuardian, DemoName, DemoPupil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sandbox.school.curriculum import FormSeat
    from connectors.sandbox.school.draw import Draw

TERM_STARTS = date(2026, 9, 1)
_ENROLMENT_ORDER = ("37-у", date(2026, 8, 20))
_PROMOTION_ORDER = ("41-у", date(2026, 8, 28))
_FIRST_TERM_ORDER = 52
_MOVES = (date(2026, 9, 7), date(2026, 10, 19))
"""The weeks in which pupils arrive and leave."""


@dataclass(slots=True)
class _Register:
    """What has been handed out so far, so that nothing is handed out twice."""

    draw: Draw
    first: int = 0
    """Numbers of pupils and families begin above it."""
    pupils: list[DemoPupil] = field(default_factory=list)
    taken: set[tuple[str, date]] = field(default_factory=set)
    families: int = 0

    def born(self, name: DemoName, grade: int) -> date:
        """A birth date of that grade on which no namesake was born: name and birth date together tell people apart."""
        year = TERM_STARTS.year - 7 - grade
        while True:
            day = self.draw.day(date(year, 12, 1), date(year + 1, 11, 30))
            if (name.full, day) not in self.taken:
                self.taken.add((name.full, day))
                return day


def seat_pupils(
    seats: Sequence[FormSeat], draw: Draw, first: int = 0, taken: set[tuple[str, date]] | None = None
) -> tuple[DemoPupil, ...]:
    """Every seat filled as on 1 September; two pupils of one form are namesakes.

    `first` and `taken` let several calls fill one school: numbers begin above it, and nobody gets a name and birth date
    that is taken; `taken` grows.
    """
    register = _Register(draw, first, taken=set() if taken is None else taken, families=first)
    waiting = draw.shuffled([seat for seat in seats for _ in range(seat.size)])
    _namesakes(waiting, register)
    while waiting:
        _family(_siblings(waiting, draw), register)
    return tuple(register.pupils)


def in_register_order(pupils: Sequence[DemoPupil], seats: Sequence[FormSeat]) -> tuple[DemoPupil, ...]:
    """Form by form, А-Я within a form, those who have left at the end."""
    order = {seat.name: index for index, seat in enumerate(seats)}
    return tuple(sorted(pupils, key=lambda pupil: (order.get(pupil.form, len(order)), *alphabetical(pupil))))


def move_some(pupils: Sequence[DemoPupil], draw: Draw) -> tuple[DemoPupil, ...]:
    """About 8 of 1 000 arrived and 4 left within the first quarter, by numbered orders in order of time."""
    arrivals, departures = max(1, len(pupils) // 125), max(1, len(pupils) // 250)
    places = [index for index in range(2, len(pupils)) if pupils[index].admitted.year < TERM_STARTS.year]
    chosen = draw.shuffled(places)[: arrivals + departures]
    result = list(pupils)
    for turn, index in enumerate(chosen):
        day = _working_day(draw)
        came = turn < arrivals
        result[index] = replace(
            pupils[index],
            form=pupils[index].form if came else LEFT,
            admitted=day if came else pupils[index].admitted,
            moved=day,
        )
    by_day = sorted(chosen, key=lambda index: (result[index].moved, index))
    for turn, index in enumerate(by_day):
        signed = result[index].moved - timedelta(days=draw.between(0, 3))
        result[index] = replace(result[index], order_number=f"{_FIRST_TERM_ORDER + turn}-у", order_date=signed)
    return tuple(result)


def alphabetical(pupil: DemoPupil) -> tuple[str, str]:
    """The key of the register's order: ё sorts as е, namesakes by personal file."""
    return pupil.name.full.lower().replace("ё", "е"), pupil.personal_file


def _siblings(waiting: list[FormSeat], draw: Draw) -> list[FormSeat]:
    """Takes the seats of the children of one family: mostly one, of different grades."""
    lot = draw.below(100)
    wanted = 3 if lot < 2 else 2 if lot < 14 else 1
    taken = [waiting.pop()]
    for index in range(len(waiting) - 1, -1, -1):
        if len(taken) == wanted:
            break
        if all(waiting[index].grade != seat.grade for seat in taken):
            taken.append(waiting.pop(index))
    return taken


def _namesakes(waiting: list[FormSeat], register: _Register) -> None:
    """Two pupils of one form with equal full names, from two families."""
    seat = waiting.pop()
    twin = waiting.pop(next(index for index, other in enumerate(waiting) if other.name == seat.name))
    house = names.draw_house(register.draw)
    name = names.child_of(house, MALE, register.draw)
    for place in (seat, twin):
        register.families += 1
        _enter(place, name, MALE, _guardians(house, register), register)


def _family(seats: list[FormSeat], register: _Register) -> None:
    register.families += 1
    house = names.draw_house(register.draw)
    guardians = _guardians(house, register)
    for seat in seats:
        sex = MALE if register.draw.chance(0.5) else FEMALE
        _enter(seat, names.child_of(house, sex, register.draw), sex, guardians, register)


def _enter(seat: FormSeat, name: DemoName, sex: str, guardians: tuple[DemoGuardian, ...], register: _Register) -> None:
    number = register.first + len(register.pupils) + 1
    order_number, order_date = _ENROLMENT_ORDER if seat.grade == 1 else _PROMOTION_ORDER
    register.pupils.append(
        DemoPupil(
            personal_file=f"{name.family[0]}-{number:04d}",
            name=name,
            sex=sex,
            birth_date=register.born(name, seat.grade),
            snils=synthetic_snils(number),
            form=seat.name,
            admitted=date(TERM_STARTS.year - seat.grade + 1, 9, 1),
            moved=TERM_STARTS,
            order_number=order_number,
            order_date=order_date,
            guardians=guardians,
        )
    )


def _guardians(house: names.House, register: _Register) -> tuple[DemoGuardian, ...]:
    """Mother and father; in 18 of 100 families mother and grandmother."""
    draw, number = register.draw, register.families
    home = f"+7 000 2{draw.between(10, 99)}-{draw.between(10, 99)}-{draw.between(10, 99)}" if draw.chance(0.1) else ""
    mother = _guardian(names.woman_of(house, draw), FEMALE, "мать", (1974, 1988), home, number, draw)
    father = _guardian(names.father_of(house, draw), MALE, "отец", (1970, 1987), home, number, draw)
    elder = _guardian(names.woman_of(house, draw), FEMALE, "бабушка", (1948, 1964), home, number, draw)
    return (mother, elder) if draw.chance(0.18) else (mother, father)


def _guardian(
    name: DemoName, sex: str, kinship: str, years: tuple[int, int], home: str, family: int, draw: Draw
) -> DemoGuardian:
    tail = f"{draw.between(100, 999)}-{draw.between(10, 99)}-{draw.between(10, 99)}"
    mailbox = {"мать": "m", "отец": "f"}.get(kinship, "g")
    return DemoGuardian(
        name=name,
        sex=sex,
        birth_date=draw.day(date(years[0], 1, 1), date(years[1], 12, 31)),
        kinship=kinship,
        home_phone=home,
        mobile_phone=f"+7 000 {tail}",
        email=f"family{family:04d}{mailbox}@example.org" if draw.chance(0.8) else "",
    )


def _working_day(draw: Draw) -> date:
    day = draw.day(*_MOVES)
    return day - timedelta(days=max(0, day.isoweekday() - 5))
