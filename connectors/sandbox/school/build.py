"""A whole demo school from a seed: the steps in order, each with its own stream of draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.school import year
from connectors.sandbox.school.absences import draw_substitutions
from connectors.sandbox.school.consents import draw_consents
from connectors.sandbox.school.curriculum import curriculum, form_seats
from connectors.sandbox.school.draw import Draw
from connectors.sandbox.school.families import in_register_order, move_some, seat_pupils
from connectors.sandbox.school.plan import draw_plan, draw_subgroups
from connectors.sandbox.school.schedule import place
from connectors.sandbox.school.staff import draw_staff, employ_a_parent
from connectors.sandbox.school.values import DemoForm, DemoPupil, DemoSchool, DemoStaff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.sandbox.school.curriculum import FormSeat

SCHOOL_NAME = "МБОУ «Демонстрационная школа № 0»"
WITHOUT_CONSENT = 0.01
"""The share of pupils who gave no consent."""


def generate(seed: int, *, pupils: int = 1000) -> DemoSchool:
    """The demo school of that seed: equal on every machine, clash-free, nobody in it is real.

    `pupils` counts the rows of the pupils' file, those who have left included. Raises ValueError below 25.
    """
    seats = form_seats(pupils, Draw(seed, "forms"))
    seated = seat_pupils(seats, Draw(seed, "pupils"))
    children = in_register_order(move_some(seated, Draw(seed, "moves")), seats)
    staffing = draw_plan(seats)
    hired = draw_staff(seats, staffing, pupils, Draw(seed, "staff"))
    staff, children = employ_a_parent(hired, children)
    members = _members(seats, children)
    calendar = year.calendar()
    cards = place(seats, staffing.plan, {person.number: person.room for person in staff}, Draw(seed, "timetable"))
    taught = {row.subject for row in staffing.plan}
    return DemoSchool(
        name=SCHOOL_NAME,
        seed=seed,
        calendar=calendar,
        bells=year.bells(),
        rooms=tuple(dict.fromkeys(person.room for person in staff if person.room)),
        subjects=tuple(subject for subject in curriculum().subjects if subject in taught),
        staff=staff,
        pupils=children,
        forms=_forms(seats, members, staff),
        subgroups=draw_subgroups(seats, members),
        plan=staffing.plan,
        cards=cards,
        substitutions=draw_substitutions(calendar, staff, staffing.plan, cards, Draw(seed, "substitutions")),
        consents=draw_consents(children, staff, WITHOUT_CONSENT, Draw(seed, "consents")),
    )


def _members(seats: Sequence[FormSeat], pupils: Sequence[DemoPupil]) -> dict[str, list[DemoPupil]]:
    members: dict[str, list[DemoPupil]] = {seat.name: [] for seat in seats}
    for pupil in pupils:
        if not pupil.has_left:
            members[pupil.form].append(pupil)
    return members


def _forms(
    seats: Sequence[FormSeat], members: Mapping[str, Sequence[DemoPupil]], staff: Sequence[DemoStaff]
) -> tuple[DemoForm, ...]:
    tutors = {person.leads: person.number for person in staff if person.leads}
    return tuple(
        DemoForm(
            name=seat.name,
            grade=seat.grade,
            shift=seat.shift,
            days=seat.days,
            pupils=tuple(pupil.personal_file for pupil in members[seat.name]),
            tutor=tutors[seat.name],
        )
        for seat in seats
    )
