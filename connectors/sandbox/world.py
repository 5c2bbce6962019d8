"""The whole state of the emulated diary, in memory: rows by id, and the indexes that keep every look-up cheap.

No HTTP here. The rules of writing live beside it: `roster`, `lessons`, `people` and `teachers` change a World,
`digest` and the doors read it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.counters import Counters
from connectors.sandbox.dialects import Dialect
from connectors.sandbox.ids import Issuer, tokens_of
from connectors.sandbox.moments import stamp
from connectors.sandbox.nouns import (
    ACTIVE,
    ADMIN,
    ANSWER,
    COMMON,
    HOMEWORK,
    PERIOD_MARK,
    STAFF,
    TEST,
    YEAR_MARK,
    Group,
    Lesson,
    LogEntry,
    Mark,
    Membership,
    Period,
    PeriodGroup,
    Person,
    School,
    Subject,
    Task,
    Timetable,
    Work,
    WorkType,
)
from connectors.sandbox.papers import Papers
from connectors.sandbox.quota import Quota
from connectors.sandbox.runs import Runs
from connectors.sandbox.tokens import TokenBook
from connectors.sandbox.weather import Weather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from connectors.sandbox.runs import Called

_WORK_TYPES = (
    (ANSWER, "Ответ на уроке", "ОТВ", 1),
    (COMMON, "Работа на уроке", "РАБ", 1),
    (TEST, "Контрольная работа", "КР", 3),
    (HOMEWORK, "Домашняя работа", "ДЗ", 1),
    (PERIOD_MARK, "Отметка за период", "ПЕР", 0),
    (YEAR_MARK, "Годовая отметка", "ГОД", 0),
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """One school's diary. Equal seeds and equal writes give equal ids."""

    def __init__(
        self,
        seed: int = 7,
        clock: Callable[[], datetime] = _utc_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks` in seconds is the clock of quotas and of windows of maintenance."""
        self.seed = seed
        self.tokens = tokens_of(seed)
        self.weather = Weather(ticks)
        self.quota = Quota(now=ticks)
        self._clock = clock
        self._ticks = ticks
        self.reset()

    def reset(self) -> None:
        """Back to the first day: the school, one administrator, the work types, no people, no groups."""
        self.issue = Issuer(self.seed)
        self.counters = Counters()
        self.runs = Runs()
        self.papers = Papers()
        self.book = TokenBook(self.seed)
        if self.weather.storm is not None:
            self.weather.storm.end()
        self.weather.clear()
        self.dialect = Dialect()
        self.skew = timedelta()
        self.school = School(self.issue.school, "Учебная школа")
        self.persons: dict[int, Person] = {}
        self.users: dict[int, int] = {}
        self.persons_by_guid: dict[str, int] = {}
        self.persons_by_family: dict[str, list[int]] = defaultdict(list)
        self.guardians: dict[int, dict[int, str]] = defaultdict(dict)
        self.children: dict[int, dict[int, str]] = defaultdict(dict)
        self.groups: dict[int, Group] = {}
        self.groups_by_guid: dict[str, int] = {}
        self.class_teachers: dict[int, int] = {}
        self.members: dict[int, dict[int, Membership]] = defaultdict(dict)
        self.groups_of: dict[int, set[int]] = defaultdict(set)
        self.subjects: dict[int, Subject] = {}
        self.timetables: dict[int, Timetable] = {}
        self.period_groups: dict[int, PeriodGroup] = {}
        self.periods: dict[int, Period] = {}
        self.lessons: dict[int, Lesson] = {}
        self.lessons_in: dict[int, dict[int, Lesson]] = defaultdict(dict)
        self.lesson_keys: dict[tuple[object, ...], int] = defaultdict(int)
        self.works: dict[int, Work] = {}
        self.marks: dict[int, Mark] = {}
        self.marks_of_lesson: dict[int, dict[int, Mark]] = defaultdict(dict)
        self.finals_in: dict[int, dict[int, Mark]] = defaultdict(dict)
        self.thematic_in: dict[int, dict[int, Mark]] = defaultdict(dict)
        self.tasks: dict[int, Task] = {}
        self.task_keys: dict[tuple[int, int], int] = {}
        self.log: dict[int, dict[int, LogEntry]] = defaultdict(dict)
        self.work_types = {row[0]: WorkType(self.issue.long(), *row) for row in _WORK_TYPES}
        self.admin = self.add_person(Person(self.issue.person(), "Админов", "Сергей", "Петрович", "Male"))
        self.admin.roles.add(ADMIN)
        self.give_user(self.admin)

    def now(self) -> datetime:
        """The sandbox's moment, naive UTC as the wire has it."""
        return self.moment().replace(tzinfo=None)

    def moment(self) -> datetime:
        """What the diary's clock shows, right or wrong."""
        return self._clock().astimezone(UTC) + self.skew

    def heard(self, scope: Mapping[str, Any]) -> Called:
        """The call is noted in its run: the verb and the path, of the import service the name of the call."""
        action = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"soapaction"), "")
        request = f"{scope['method']} {scope['path']} {action.strip(chr(34)).rpartition('/')[2]}".strip()
        return self.runs.note(request, stamp(self.now()), self._ticks(), len(self.counters.history))

    def near(self) -> tuple[date, date]:
        """From 7 days ago to 30 days ahead: all that the teachers' lists see (behaviour.md §4)."""
        today = self.now().date()
        return today - timedelta(days=7), today + timedelta(days=30)

    # --- people -----------------------------------------------------------------------------------------------------

    def add_person(self, person: Person) -> Person:
        self.persons[person.id] = person
        self.persons_by_family[person.family.casefold()].append(person.id)
        return person

    def rename(self, person: Person, family: str) -> None:
        """The person is found under the new family name, and no longer under the old one."""
        if person.family != family:
            self.persons_by_family[person.family.casefold()].remove(person.id)
            self.persons_by_family[family.casefold()].append(person.id)
            person.family = family

    def give_user(self, person: Person) -> None:
        if person.user is None:
            person.user = self.issue.user()
            self.users[person.user] = person.id

    def with_role(self, role: str) -> list[Person]:
        return [person for person in self.persons.values() if role in person.roles]

    # --- groups -----------------------------------------------------------------------------------------------------

    def subgroups_of(self, group: Group) -> list[Group]:
        return [other for other in self.groups.values() if other.parent == group.id]

    def pupils(self, group_id: int, archived: bool = False) -> list[Person]:
        """Members by name; active ones unless `archived` asks for all."""
        rows = self.members.get(group_id, {}).values()
        people = [self.persons[row.person] for row in rows if archived or row.status == ACTIVE]
        return sorted(people, key=lambda person: (person.full, person.id))

    def groups_with(self, person_id: int, archived: bool = False) -> list[Group]:
        ids = sorted(self.groups_of.get(person_id, ()))
        return [self.groups[one] for one in ids if archived or self.members[one][person_id].status == ACTIVE]

    def own_groups(self, person_id: int, archived: bool = False) -> list[Group]:
        """The groups of a person: as a member, and of staff those they teach or lead.

        One client finds all classes by walking teachers → persons/{t}/edu-groups (behaviour.md §4).
        """
        ids = {group.id for group in self.groups_with(person_id, archived)}
        if STAFF in self.persons[person_id].roles:
            ids |= {lesson.group for lesson in self.lessons.values() if person_id in lesson.teachers}
            ids |= {group for group, teacher in self.class_teachers.items() if teacher == person_id}
        return [self.groups[one] for one in sorted(ids)]

    def period_group_of(self, group: Group) -> PeriodGroup | None:
        return self.period_groups.get(group.period_group)

    # --- lessons ----------------------------------------------------------------------------------------------------

    def lessons_between(self, group_id: int, starts: date, ends: date, subject: int | None = None) -> list[Lesson]:
        """Lessons of one group, both days included, in the order of the school day."""
        found = [
            lesson
            for lesson in self.lessons_in.get(group_id, {}).values()
            if starts <= lesson.day <= ends and (subject is None or lesson.subject == subject)
        ]
        return sorted(found, key=lambda lesson: (lesson.day, lesson.number, lesson.id))

    def subjects_in(self, group_id: int, starts: date, ends: date) -> list[Subject]:
        ids = {lesson.subject for lesson in self.lessons_in.get(group_id, {}).values() if starts <= lesson.day <= ends}
        return sorted((self.subjects[one] for one in ids), key=lambda subject: (subject.name, subject.id))

    def subjects_by_teacher(self) -> dict[int, set[int]]:
        taught: dict[int, set[int]] = defaultdict(set)
        for lesson in self.lessons.values():
            for teacher in lesson.teachers:
                taught[teacher].add(lesson.subject)
        return taught

    def taught_by(self, person_id: int, starts: date, ends: date) -> set[int]:
        """The groups this person teaches in those days."""
        return {
            lesson.group
            for lesson in self.lessons.values()
            if starts <= lesson.day <= ends and person_id in lesson.teachers
        }
