"""The curriculum plan: every form's subjects, split into subgroups, given to teachers with feasible loads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

from connectors.sandbox.school.curriculum import curriculum
from connectors.sandbox.school.values import MALE, DemoPlanRow, DemoPupil, DemoSubgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sandbox.school.curriculum import FormSeat

USUAL_LOAD = 27
"""Lessons a week a teacher is given before another one is hired (1.5 rates of 18 hours)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A teacher's place before anybody is hired for it."""

    number: int
    speciality: str
    form: str = ""
    """The form of a primary teacher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What goes to one teacher together: one speciality's subjects in one form or one of its groups."""

    form: FormSeat
    speciality: str
    division: str
    group: str
    hours: tuple[tuple[str, float], ...]
    """(subject, hours a week)."""

    @property
    def load(self) -> float:
        return sum(hours for _, hours in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    posts: tuple[Post, ...]
    plan: tuple[DemoPlanRow, ...]
    """Form by form, subject by subject, group by group."""


def draw_subgroups(seats: Sequence[FormSeat], members: Mapping[str, Sequence[DemoPupil]]) -> tuple[DemoSubgroup, ...]:
    """The groups of every division a form uses; each pupil of the form is in exactly one of each."""
    rules = curriculum()
    result: list[DemoSubgroup] = []
    for seat in seats:
        subjects = rules.hours[seat.grade]
        used = {rules.division(seat.grade, subject, seat.size) for subject in subjects} - {""}
        for division in sorted(used):
            parts = _parts(division, members[seat.name])
            result.extend(
                DemoSubgroup(form=seat.name, division=division, name=name, pupils=tuple(p.personal_file for p in part))
                for name, part in zip(rules.divisions[division], parts, strict=True)
            )
    return tuple(result)


def _parts(division: str, pupils: Sequence[DemoPupil]) -> tuple[list[DemoPupil], list[DemoPupil]]:
    """Boys and girls, alphabetical halves, or every other pupil: divisions of one form cut across each other."""
    if division == "2":
        return [p for p in pupils if p.sex == MALE], [p for p in pupils if p.sex != MALE]
    if division == "1":
        half = (len(pupils) + 1) // 2
        return list(pupils[:half]), list(pupils[half:])
    return list(pupils[::2]), list(pupils[1::2])


def draw_plan(seats: Sequence[FormSeat]) -> Staffing:
    """Enough posts for all lessons and every lesson given to one; two groups of a form never share a teacher."""
    shares = [share for seat in seats for share in _shares(seat)]
    posts = _posts(seats, shares)
    given = _assign(shares, posts)
    rows = [row for share, teacher in zip(shares, given, strict=True) for row in _rows(share, teacher)]
    places = {seat.name: index for index, seat in enumerate(seats)}
    rows.sort(key=lambda row: (places[row.form], _subject_place(row.subject), row.subgroup))
    return Staffing(posts=posts, plan=tuple(rows))


def _subject_place(subject: str) -> int:
    return list(curriculum().subjects).index(subject)


def _shares(seat: FormSeat) -> list[_Share]:
    rules = curriculum()
    found: dict[tuple[str, str, str], list[tuple[str, float]]] = {}
    for subject, hours in rules.hours[seat.grade].items():
        division = rules.division(seat.grade, subject, seat.size)
        for part, group in enumerate(rules.divisions[division] if division else ("",)):
            key = (rules.speciality(seat.grade, subject, part), division, group)
            found.setdefault(key, []).append((subject, hours))
    return [
        _Share(form=seat, speciality=speciality, division=division, group=group, hours=tuple(hours))
        for (speciality, division, group), hours in found.items()
    ]


def _posts(seats: Sequence[FormSeat], shares: Sequence[_Share]) -> tuple[Post, ...]:
    """One primary teacher a form, then as many of each speciality as its hours need (at least two for a split)."""
    numbers = count(1)
    primary = [seat for seat in seats if seat.grade in curriculum().primary_grades]
    posts = [Post(number=next(numbers), speciality="primary", form=seat.name) for seat in primary]
    for speciality in curriculum().specialities:
        own = [share for share in shares if share.speciality == speciality]
        if speciality == "primary" or not own:
            continue
        needed = ceil(sum(share.load for share in own) / USUAL_LOAD)
        parallel = len({share.group for share in own if share.group})
        posts.extend(Post(number=next(numbers), speciality=speciality) for _ in range(max(needed, parallel, 1)))
    return tuple(posts)


def _assign(shares: Sequence[_Share], posts: Sequence[Post]) -> list[int]:
    """A teacher's number per share: the heaviest shares first, each to the least loaded who is free of the form."""
    load = dict.fromkeys((post.number for post in posts), 0.0)
    result = [0] * len(shares)
    busy: dict[tuple[str, str], set[int]] = {}
    for index in sorted(range(len(shares)), key=lambda place: (-shares[place].load, place)):
        share = shares[index]
        taken = busy.setdefault((share.form.name, share.division), set()) if share.division else set()
        fit = [p.number for p in posts if _may_teach(p, share) and p.number not in taken]
        chosen = min(fit, key=lambda number: (load[number], number))
        taken.add(chosen)
        load[chosen] += share.load
        result[index] = chosen
    return result


def _may_teach(post: Post, share: _Share) -> bool:
    return post.speciality == share.speciality and post.form in ("", share.form.name)


def _rows(share: _Share, teacher: int) -> Iterable[DemoPlanRow]:
    halves = count()
    for subject, hours in share.hours:
        yield DemoPlanRow(
            form=share.form.name,
            subject=subject,
            division=share.division,
            subgroup=share.group,
            teacher=teacher,
            hours=hours,
            weeks="11" if hours >= 1 else "10" if next(halves) % 2 == 0 else "01",
        )
