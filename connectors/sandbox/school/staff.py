"""The people employed: a teacher for every post, tutors for every form, administration, two namesakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from connectors.sandbox.school import names
from connectors.sandbox.school.curriculum import curriculum
from connectors.sandbox.school.snils import synthetic_snils
from connectors.sandbox.school.values import FEMALE, MALE, DemoGuardian, DemoName, DemoPupil, DemoStaff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.sandbox.school.curriculum import FormSeat
    from connectors.sandbox.school.draw import Draw
    from connectors.sandbox.school.plan import Post, Staffing

_OFFICES = (
    "директор",
    "библиотекарь",
    "педагог-психолог",
    "заместитель директора по УВР",
    "социальный педагог",
    "заместитель директора по ВР",
    "учитель-логопед",
    "секретарь",
    "педагог-организатор",
)
_NAMESAKES = ("библиотекарь", "педагог-психолог")
"""Bear one full name and teach nothing, so that no lesson is ambiguous."""
_STAFF_PER_1000 = 60
_FIRST_SNILS = 500_000
_MEN = {"workshop": 1.0, "handicraft": 0.0, "defence": 1.0, "sport": 0.5, "primary": 0.0}
"""Share of men by speciality; 0.15 elsewhere."""
_SHORTENED = 8
"""Every eighth teacher stands in the timetable program as «Фамилия И.О.»."""


def draw_staff(seats: Sequence[FormSeat], staffing: Staffing, pupils: int, draw: Draw) -> tuple[DemoStaff, ...]:
    """Everybody employed, teachers first; numbers are those of the posts, then on.

    60 people for 1 000 pupils, or all the posts and three offices, whichever is more.
    """
    offices = max(3, _STAFF_PER_1000 * pupils // 1000 - len(staffing.posts))
    titles = [_OFFICES[index % len(_OFFICES)] for index in range(offices)]
    taken: set[str] = set()
    tutors = assign_tutors(seats, staffing)
    rooms = _rooms(seats, staffing.posts)
    teachers = [_teacher(post, staffing, tutors, rooms, taken, draw) for post in staffing.posts]
    first = len(teachers) + 1
    others = [_official(first + place, title, taken, draw) for place, title in enumerate(titles)]
    return tuple(_timetable_names(teachers) + _share_a_name(others))


def _teacher(
    post: Post, staffing: Staffing, tutors: Mapping[int, str], rooms: Mapping[int, str], taken: set[str], draw: Draw
) -> DemoStaff:
    rows = [row for row in staffing.plan if row.teacher == post.number]
    sex = MALE if draw.chance(_MEN.get(post.speciality, 0.15)) else FEMALE
    return replace(
        _person(post.number, curriculum().specialities[post.speciality], sex, taken, draw),
        speciality=post.speciality,
        subjects=tuple(dict.fromkeys(row.subject for row in rows)),
        forms=tuple(dict.fromkeys(row.form for row in rows)),
        leads=tutors.get(post.number, ""),
        room=rooms[post.number],
    )


def _official(number: int, title: str, taken: set[str], draw: Draw) -> DemoStaff:
    return _person(number, title, FEMALE if title in _NAMESAKES or draw.chance(0.7) else MALE, taken, draw)


def _person(number: int, position: str, sex: str, taken: set[str], draw: Draw) -> DemoStaff:
    name = _new_name(sex, taken, draw)
    return DemoStaff(
        number=number,
        name=name,
        sex=sex,
        birth_date=draw.day(date(1962, 1, 1), date(2001, 12, 31)),
        snils=synthetic_snils(_FIRST_SNILS + number),
        email=f"staff{number:03d}@example.org",
        position=position,
        timetable_name=name.full,
    )


def _new_name(sex: str, taken: set[str], draw: Draw) -> DemoName:
    """A name that nobody on the staff bears yet, nor shortens to the same initials."""
    while True:
        house = names.draw_house(draw)
        name = names.woman_of(house, draw) if sex == FEMALE else names.father_of(house, draw)
        if name.initials not in taken:
            taken.add(name.initials)
            return name


def _share_a_name(officials: Sequence[DemoStaff]) -> list[DemoStaff]:
    first = next(person for person in officials if person.position == _NAMESAKES[0])
    return [
        replace(person, name=first.name, timetable_name=first.timetable_name)
        if person.position == _NAMESAKES[1]
        else person
        for person in officials
    ]


def _timetable_names(teachers: Sequence[DemoStaff]) -> list[DemoStaff]:
    return [
        replace(person, timetable_name=person.name.initials) if person.number % _SHORTENED == 0 else person
        for person in teachers
    ]


def assign_tutors(seats: Sequence[FormSeat], staffing: Staffing) -> dict[int, str]:
    """A form per tutor's number: the primary teacher, else whoever teaches the form most and leads no other yet."""
    hours: dict[str, Counter[int]] = defaultdict(Counter)
    for row in staffing.plan:
        hours[row.form][row.teacher] += int(row.hours * 2)
    everybody = [post.number for post in staffing.posts]
    tutors: dict[int, str] = {}
    for seat in seats:
        known = sorted(everybody, key=lambda number, form=seat.name: (-hours[form][number], number))  # type: ignore[misc]
        free = [number for number in known if number not in tutors]
        tutors[free[0]] = seat.name
    return tutors


def _rooms(seats: Sequence[FormSeat], posts: Sequence[Post]) -> dict[int, str]:
    """A workplace per teacher; primary forms of the second shift sit in the rooms of the first shift's forms."""
    shift = {seat.name: seat.shift for seat in seats}
    rooms: dict[int, str] = {}
    first_shift = [post for post in posts if post.form and shift[post.form] == 1]
    for place, post in enumerate(first_shift):
        rooms[post.number] = str(101 + place)
    for place, post in enumerate(post for post in posts if post.form and shift[post.form] == 2):
        rooms[post.number] = str(101 + place)
    special = {key: list(places) for key, places in curriculum().workplaces.items()}
    numbered = iter(range(201, 201 + len(posts)))
    for post in posts:
        if post.number not in rooms:
            own = special.get(post.speciality)
            rooms[post.number] = own.pop(0) if own else str(next(numbered))
    return rooms


def employ_a_parent(
    staff: Sequence[DemoStaff], pupils: Sequence[DemoPupil]
) -> tuple[tuple[DemoStaff, ...], tuple[DemoPupil, ...]]:
    """One teacher turns out to be the mother of a pupil and of the pupil's siblings: one human, two roles."""
    teacher = next(person for person in staff if person.subjects and person.sex == FEMALE)
    mother = next(g for pupil in pupils for g in pupil.guardians if g.kinship == "мать" and len(pupil.guardians) == 2)
    employed = replace(mother, name=teacher.name, email=teacher.email)
    born = replace(teacher, birth_date=mother.birth_date)
    return (
        tuple(born if person.number == teacher.number else person for person in staff),
        tuple(replace(pupil, guardians=_with(pupil.guardians, mother, employed)) for pupil in pupils),
    )


def _with(guardians: tuple[DemoGuardian, ...], old: DemoGuardian, new: DemoGuardian) -> tuple[DemoGuardian, ...]:
    return tuple(new if guardian == old else guardian for guardian in guardians)
