"""What is taught, in typed form: hours by grade, who may teach a subject, which forms exist and how large they are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sandbox.school.draw import Draw

LETTERS = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ"
PUPILS_PER_FORM = 25
SMALL_FORM = 18
"""Pupils in the last form of grades 8 and 9: too few to be split."""
_GRADE_SHARES = {1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: 4, 7: 4, 8: 4, 9: 4, 10: 2, 11: 2}
"""Forms of each grade in a school of 40; half of the pupils leave after grade 9."""
_FIRST_KEPT = (5, 8, 6, 9, 7, 10, 2, 4, 1, 3, 11)
"""Which grades a very small school keeps first: those that show the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRule:
    """A row of `[subjects]`: who teaches the groups, and the division by which the named grades are split."""

    teachers: tuple[str, ...]
    division: str = ""
    split: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    split_from: int
    second_shift: tuple[int, ...]
    six_days: tuple[int, ...]
    specialities: Mapping[str, str]
    workplaces: Mapping[str, tuple[str, ...]]
    divisions: Mapping[str, tuple[str, str]]
    subjects: Mapping[str, SubjectRule]
    primary_grades: tuple[int, ...]
    primary_others: tuple[str, ...]
    hours: Mapping[int, Mapping[str, float]]

    def speciality(self, grade: int, subject: str, part: int) -> str:
        """Who teaches the subject in that grade to the whole form (part 0) or to its n-th group."""
        if grade in self.primary_grades and subject not in self.primary_others:
            return "primary"
        teachers = self.subjects[subject].teachers
        return teachers[part % len(teachers)]

    def division(self, grade: int, subject: str, size: int) -> str:
        """The division by which a form of that size is split for the subject; blank when it stays whole."""
        rule = self.subjects[subject]
        return rule.division if size >= self.split_from and grade in rule.split else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSeat:
    """A form before anybody sits in it."""

    name: str
    grade: int
    shift: int
    days: int
    size: int


@cache
def curriculum() -> Curriculum:
    """The parsed `curriculum.toml`."""
    raw: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("curriculum.toml").read_text("utf-8"))
    return Curriculum(
        split_from=raw["split_from"],
        second_shift=tuple(raw["second_shift"]),
        six_days=tuple(raw["six_days"]),
        specialities=raw["specialities"],
        workplaces={key: tuple(rooms) for key, rooms in raw["workplaces"].items()},
        divisions={tag: (groups[0], groups[1]) for tag, groups in raw["divisions"].items()},
        subjects={name: _rule(row) for name, row in raw["subjects"].items()},
        primary_grades=tuple(raw["primary"]["grades"]),
        primary_others=tuple(raw["primary"]["others"]),
        hours={int(grade): hours for grade, hours in raw["hours"].items()},
    )


def _rule(row: dict[str, Any]) -> SubjectRule:
    return SubjectRule(
        teachers=tuple(row["teachers"]), division=row.get("division", ""), split=tuple(row.get("split", ()))
    )


def form_seats(pupils: int, draw: Draw) -> tuple[FormSeat, ...]:
    """The forms of a school of that many pupils, grade by grade; the sizes add up to `pupils`.

    Raises ValueError when the school is smaller than one form or needs more letters than there are.
    """
    if pupils < PUPILS_PER_FORM:
        raise ValueError(f"a demo school has at least {PUPILS_PER_FORM} pupils")
    per_grade = _forms_per_grade(pupils // PUPILS_PER_FORM)
    if max(per_grade.values()) > len(LETTERS):
        raise ValueError("too many forms in one grade for the letters there are")
    names = [(grade, LETTERS[index]) for grade, count in per_grade.items() for index in range(count)]
    small = {(grade, LETTERS[per_grade[grade] - 1]) for grade in (8, 9) if per_grade[grade] > 1}
    sizes = _sizes(len(names), [index for index, name in enumerate(names) if name in small], pupils, draw)
    return tuple(_seat(grade, letter, size) for (grade, letter), size in zip(names, sizes, strict=True))


def _seat(grade: int, letter: str, size: int) -> FormSeat:
    rules = curriculum()
    return FormSeat(
        name=f"{grade}{letter}",
        grade=grade,
        shift=2 if grade in rules.second_shift else 1,
        days=6 if grade in rules.six_days else 5,
        size=size,
    )


def _forms_per_grade(forms: int) -> dict[int, int]:
    """Forms by grade in the shares of a school of 40; what does not divide goes to the largest remainders."""
    whole = sum(_GRADE_SHARES.values())
    counts = {grade: forms * share // whole for grade, share in _GRADE_SHARES.items()}
    by_remainder = sorted(
        _GRADE_SHARES, key=lambda grade: (-(forms * _GRADE_SHARES[grade] % whole), _FIRST_KEPT.index(grade))
    )
    for grade in by_remainder[: forms - sum(counts.values())]:
        counts[grade] += 1
    return counts


def _sizes(forms: int, small: list[int], pupils: int, draw: Draw) -> list[int]:
    """Sizes that add up to `pupils`: small forms of 18, the others around their mean and never far from it."""
    others = [index for index in range(forms) if index not in small]
    mean, extra = divmod(pupils - SMALL_FORM * len(small), len(others))
    sizes = [SMALL_FORM] * forms
    for place, index in enumerate(others):
        sizes[index] = mean + (1 if place < extra else 0)
    for one, other in zip(others[::2], others[1::2], strict=False):
        shift = draw.between(-2, 2)
        sizes[one] += shift
        sizes[other] -= shift
    return sizes
