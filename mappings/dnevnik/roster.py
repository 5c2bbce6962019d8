"""The diary's roster as records: references and ids stay the diary's own, the planner translates them through links."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, TypeVar

from connectors.dnevnik import wire
from mappings.dnevnik import words
from mappings.names import parse_name
from state.identity import RemoteId, SourcedId
from state.records import (
    Bell,
    BellSchedule,
    Calendar,
    Form,
    GradingPeriod,
    Guardian,
    Lesson,
    Membership,
    PersonName,
    Pupil,
    Record,
    Staff,
    Subgroup,
    Subject,
)
from state.snapshot import RemoteRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Records = tuple[RemoteRecord, ...]

K = TypeVar("K")

_OLDEST = 1900
"""Birth years before this are the diary's way of saying "unknown" (0001-01-01)."""

_NO_GUARDIANS = frozenset({"Child"})
"""Relations of an account that point the other way: its own children (ASSUMED spelling)."""


def pair_key(person: str, owner: str) -> RemoteId:
    """The id of what the diary keeps without one: a person in a group, a guardian of a pupil."""
    return RemoteId(f"{person}@{owner}")


def person_of(pair: str) -> str:
    """The person's id inside a `pair_key`; any other id as it is."""
    return pair.partition("@")[0]


def bell_schedules(timetables: Iterable[wire.Timetable]) -> Records:
    """Lessons only: items numbered 0 and less are breaks. Days of the week that differ show their first times."""
    return tuple(
        _remote(table.key, BellSchedule(sourced_id=SourcedId(table.key), name=table.name, bells=_bells(table)))
        for table in timetables
        if table.key
    )


def calendars(groups: Iterable[wire.ReportingPeriodGroup], school_year: int) -> tuple[Records, Records]:
    """(calendars, their grading periods) of one school year; the same group seen through many classes counts once."""
    distinct = {group.key: group for group in groups if group.key and _year_of(group, school_year) == school_year}
    periods: dict[str, RemoteRecord] = {}
    for key, group in distinct.items():
        periods.update((period.key, _remote(period.key, _period(period, key))) for period in group.periods)
    return tuple(_remote(key, _calendar(group, school_year)) for key, group in distinct.items()), tuple(
        periods.values()
    )


def subjects(seen: Iterable[wire.Subject]) -> Records:
    return tuple(_remote(one.key, Subject(sourced_id=SourcedId(one.key), name=one.name, area=one.area)) for one in seen)


def current(groups: Iterable[wire.EduGroup], school_year: int) -> tuple[wire.EduGroup, ...]:
    """The groups that live in this school year, each once, in a steady order."""
    distinct = {group.key: group for group in groups if not group.is_over and group.study_year in (None, school_year)}
    return tuple(distinct[key] for key in sorted(distinct))


def forms(groups: Iterable[wire.EduGroup], calendar_of: Mapping[str, str]) -> Records:
    """`calendar_of`: class id → id of its reporting period group."""
    return tuple(
        _remote(
            group.key,
            Form(
                sourced_id=SourcedId(group.key),
                name=group.name,
                grade=group.parallel or 0,
                calendar=_reference(calendar_of.get(group.key, "")),
                bells=_reference(group.timetable_key),
            ),
        )
        for group in groups
        if not group.is_subgroup
    )


def subgroups(groups: Iterable[wire.EduGroup]) -> Records:
    """A stream over several classes is shown under the first of them."""
    return tuple(
        _remote(
            group.key,
            Subgroup(
                sourced_id=SourcedId(group.key),
                name=group.name,
                form=SourcedId(group.parents[0] if group.parents else ""),
                division=group.full_name,
            ),
        )
        for group in groups
        if group.is_subgroup
    )


def memberships(members: Iterable[wire.GroupStudents]) -> Records:
    """Those that go on: an archived membership has ended."""
    return tuple(
        _remote(key, Membership(sourced_id=SourcedId(key), person=SourcedId(person), group=SourcedId(group)))
        for key, person, group in (
            (pair_key(student.person.key, row.group.key), student.person.key, row.group.key)
            for row in members
            for student in row.students
            if not student.is_over
        )
    )


def pupils(members: Iterable[wire.GroupStudents]) -> Records:
    """Everybody who is or was in one of the groups this year, each once."""
    people = {student.person.key: student.person for row in members for student in row.students}
    return tuple(
        _remote(
            key,
            Pupil(sourced_id=SourcedId(key), name=name_of(person), personal_file="", sex=_sex(person.sex)),
            person.user_key,
        )
        for key, person in people.items()
    )


def staff(teachers: Iterable[wire.SchoolTeacher], members: Iterable[wire.Person]) -> Records:
    """Teachers with what only their list shows, then the rest of the staff."""
    people: dict[str, wire.SchoolTeacher | wire.Person] = {person.key: person for person in members}
    people.update((teacher.key, teacher) for teacher in teachers)
    return tuple(_remote(key, _staff(key, people[key]), people[key].user_key) for key in sorted(people))


def guardians(relatives: Mapping[str, Iterable[wire.UserRelative]]) -> Records:
    """`relatives`: pupil's person id → relatives. The same human may stand behind several guardians."""
    return tuple(
        _remote(
            pair_key(relative.person.key, pupil),
            Guardian(
                sourced_id=SourcedId(pair_key(relative.person.key, pupil)),
                pupil=SourcedId(pupil),
                name=name_of(relative.person),
                kinship=words.kinship(relative.type),
                sex=_sex(relative.person.sex),
            ),
            relative.person.user_key,
        )
        for pupil, rows in relatives.items()
        for relative in rows
        if relative.type not in _NO_GUARDIANS
    )


def lessons(seen: Iterable[tuple[str, wire.Lesson]]) -> Records:
    """(asked group, lesson) pairs as lessons, each once and under its own group; one without a subject is not ours."""
    distinct = {
        lesson.key: lesson
        for group, lesson in seen
        if lesson.group_key in ("", group) and lesson.subject is not None and lesson.number is not None
    }
    homes = {lesson.key: lesson.group_key or group for group, lesson in seen if lesson.key in distinct}
    return tuple(_remote(key, _lesson(lesson, homes[key])) for key, lesson in distinct.items())


def name_of(person: wire.Person | wire.SchoolTeacher) -> PersonName:
    """The name's parts; where the diary omits them (a parent's view), what its short name tells."""
    if not (person.last_name or person.first_name):
        return parse_name(person.short_name)
    return PersonName(family=person.last_name, given=person.first_name, patronymic=person.middle_name)


def birth_date_of(teacher: wire.SchoolTeacher) -> date | None:
    born = teacher.birth.date() if teacher.birth else None
    return born if born and born.year >= _OLDEST else None


def _remote(key: str, record: Record, user_id: str = "") -> RemoteRecord:
    return RemoteRecord(remote_id=RemoteId(key), record=record, user_id=user_id)


def _reference(key: str) -> SourcedId | None:
    return SourcedId(key) if key else None


def _sex(word: str) -> str:
    return words.SEXES.get(word, "")


def _bells(table: wire.Timetable) -> tuple[Bell, ...]:
    bells: dict[int, Bell] = {}
    for item in table.items:
        starts, ends = _time(item.start), _time(item.finish)
        if item.number > 0 and starts is not None and ends is not None:
            bells.setdefault(item.number, Bell(number=item.number, starts=starts, ends=ends))
    return tuple(bells[number] for number in sorted(bells))


def _time(moment: datetime | time | None) -> time | None:
    return moment.time() if isinstance(moment, datetime) else moment


def _year_of(group: wire.ReportingPeriodGroup, default: int) -> int:
    years = [period.year for period in group.periods if period.year]
    return group.study_year or (years[0] if years else default)


def _calendar(group: wire.ReportingPeriodGroup, school_year: int) -> Calendar:
    kind = group.type or next((period.type for period in group.periods), "")
    return Calendar(
        sourced_id=SourcedId(group.key),
        name=group.name,
        kind=words.PERIOD_KINDS.get(kind, kind),
        school_year=school_year,
    )


def _period(period: wire.ReportingPeriod, calendar: str) -> GradingPeriod:
    return GradingPeriod(
        sourced_id=SourcedId(period.key),
        calendar=SourcedId(calendar),
        name=period.name,
        number=period.number,
        starts=period.start.date(),
        ends=period.finish.date(),
    )


def _staff(key: str, person: wire.SchoolTeacher | wire.Person) -> Staff:
    plain = Staff(sourced_id=SourcedId(key), name=name_of(person), sex=_sex(person.sex))
    if isinstance(person, wire.Person):
        return plain
    return Staff(
        sourced_id=plain.sourced_id,
        name=plain.name,
        sex=plain.sex,
        birth_date=birth_date_of(person),
        email=person.email,
        position=person.position,
    )


def _lesson(lesson: wire.Lesson, group: str) -> Lesson:
    return Lesson(
        sourced_id=SourcedId(lesson.key),
        group=SourcedId(group),
        subject=SourcedId(lesson.subject.key if lesson.subject else ""),
        day=lesson.day,
        number=lesson.number or 0,
        teachers=tuple(SourcedId(key) for key in sorted(lesson.teacher_keys)),
    )
