"""What is so in the sandbox's own state, said in small comparable values: no wire shape of ours is used."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.living_school import LivingSchool

    from connectors.sandbox.nouns import Lesson, Mark, Person, Work

STARTS, ENDS = date(2026, 9, 7), date(2026, 9, 18)
"""Both are days of lessons, and both belong to the window; there are no lessons outside it."""


class Truth:
    """The child of the living school (`living_school.py`), its class, its algebra, and everybody around it."""

    def __init__(self, living: LivingSchool) -> None:
        self.world, self.child, self.teacher = living.world, living.child, living.teacher
        self.group, self.part = (int(living.school.groups[name]) for name in ("7А", "7А/1"))
        self.subject, self.school = int(living.school.subjects["Алгебра"]), living.world.school.id
        self.mark = self.world.marks[living.values["mark"]]
        self.marked, self.missed, self.given = living.marked, living.missed, living.given
        self.homework, self.task = living.homework, living.values["task"]
        self.period = next(iter(self.world.periods.values()))
        self.parent = self.world.persons[next(iter(self.world.guardians[self.child.id]))]

    # --- people and groups ------------------------------------------------------------------------------------------

    def members(self, group: int) -> list[Person]:
        return [self.world.persons[key] for key in self.world.members[group]]

    @staticmethod
    def named(people: Iterable[Person]) -> list[tuple[str, str, str]]:
        return sorted((str(one.id), one.family, one.given) for one in people)

    def groups(self, *keys: int) -> list[tuple[str, str, str, int]]:
        rows = (self.world.groups[key] for key in keys)
        return sorted((str(one.id), one.name, one.kind, one.parallel) for one in rows)

    @property
    def classes(self) -> list[int]:
        return [one.id for one in self.world.groups.values() if one.parent is None]

    # --- the register -----------------------------------------------------------------------------------------------

    def lessons(self, *groups: int, subject: int | None = None) -> list[Lesson]:
        every = (one for one in self.world.lessons.values() if one.group in groups and STARTS <= one.day <= ENDS)
        return [one for one in every if subject in (None, one.subject)]

    def works(self, lessons: Iterable[Lesson], kind: str = "") -> list[Work]:
        every = [self.world.works[key] for one in lessons for key in one.works]
        return [one for one in every if kind in ("", one.kind)]

    def marks(self, lessons: Iterable[Lesson], person: int | None = None) -> list[Mark]:
        every = [one for row in lessons for one in self.world.marks_of_lesson[row.id].values()]
        return [one for one in every if person in (None, one.person)]

    def own_marks(self, *groups: int, subject: int | None = None) -> list[Mark]:
        return self.marks(self.lessons(*groups, subject=subject), self.child.id)

    @staticmethod
    def told(marks: Iterable[Mark]) -> list[tuple[Any, ...]]:
        """Each mark: id, value, whose, of which work and lesson, when it was set."""
        rows = ((str(one.id), one.value, str(one.person), str(one.work), str(one.lesson), one.set_at) for one in marks)
        return sorted((*row[:5], row[5].isoformat()) for row in rows)

    def set_with(self, mark: Mark) -> list[Mark]:
        """All marks of its pupil set on the same day."""
        own = (one for one in self.world.marks.values() if one.person == mark.person)
        return [one for one in own if one.set_at.date() == mark.set_at.date()]

    def newest(self) -> list[Mark]:
        """The child's last ten marks of each subject in the class."""
        taken: Counter[int] = Counter()
        found = []
        every = self.marks(self.world.lessons_in[self.group].values(), self.child.id)
        for one in sorted(every, key=lambda mark: (mark.set_at, mark.id), reverse=True):
            subject = self.world.works[one.work].subject
            taken[subject] += 1
            found += [one] if taken[subject] <= 10 else []
        return found

    def entries(self, lessons: Iterable[Lesson], person: int | None = None) -> list[tuple[str, str, str]]:
        rows = [entry for one in lessons for entry in self.world.log[one.id].values()]
        return sorted((str(one.lesson), str(one.person), one.status) for one in rows if person in (None, one.person))

    def tasks(self, lesson: Lesson, person: int | None = None) -> list[tuple[str, str]]:
        """(work, person) of every homework of the lesson."""
        works = self.works([lesson], "Homework")
        everybody = (one.id for one in self.members(lesson.group))
        return sorted((str(work.id), str(key)) for key in everybody for work in works if person in (None, key))

    def finals(self, subject: int | None = None, person: int | None = None) -> list[tuple[str, str, str]]:
        """(person, subject, value) of the class."""
        rows = [(one, self.world.works[one.work].subject) for one in self.world.finals_in[self.group].values()]
        rows = [row for row in rows if subject in (None, row[1]) and person in (None, row[0].person)]
        return sorted((str(one.person), str(about), one.value) for one, about in rows)

    # --- figures ----------------------------------------------------------------------------------------------------

    @staticmethod
    def average(marks: Iterable[Mark]) -> str:
        """As people write it: two digits at most, after a comma."""
        values = [int(one.value) for one in marks]
        return f"{sum(values) / len(values):.2f}".rstrip("0").rstrip(".").replace(".", ",")

    def averages(self) -> list[tuple[str, str, str]]:
        """(person, subject, average) of the class."""
        table: dict[tuple[str, str], list[Mark]] = defaultdict(list)
        for one in self.marks(self.lessons(self.group)):
            table[str(one.person), str(self.world.works[one.work].subject)].append(one)
        return sorted((*key, self.average(marks)) for key, marks in table.items())

    def weighted(self) -> list[tuple[str, int, float]]:
        weights = {one.id: one.weight for one in self.world.work_types.values()}
        table: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for one in self.marks(self.lessons(self.group)):
            work = self.world.works[one.work]
            table[str(work.subject), one.person].append((int(one.value), weights[work.work_type]))
        sums = {key: sum(value * weight for value, weight in row) for key, row in table.items()}
        return sorted((*key, round(sums[key] / sum(weight for _, weight in row), 2)) for key, row in table.items())

    def histogram(self, work: int) -> list[tuple[int, str, int]]:
        """(mark number, value, how many) of one work."""
        rows = Counter((one.number, one.value) for one in self.world.marks.values() if one.work == work)
        return sorted((number, value, count) for (number, value), count in rows.items())
