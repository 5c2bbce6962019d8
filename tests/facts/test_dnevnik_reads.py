"""Every read of the client against a living diary: what it brings equals the diary's own state."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_school import MONDAY, SmallSchool, Wire

from connectors import faults
from connectors.dnevnik.account import Account
from connectors.dnevnik.rest import DnevnikClient
from connectors.sandbox.nouns import ADMIN, ANSWER, ARCHIVE, HOMEWORK, PARENT, STAFF
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connectors.sandbox.nouns import Lesson, Mark
    from connectors.sandbox.world import World

ENDS = date(2026, 9, 20)
PLAYED_TO = date(2026, 10, 25)
"""The end of the first quarter: by then there are final marks."""


class Read:
    """A played school, its diary's state, and clients of the administrator and of a parent."""

    def __init__(self, sandbox: RunningSandbox, wire: Wire, transport: Transport, parent: Transport) -> None:
        self.world: World = sandbox.world
        self.play = SmallSchool(wire, weeks=2)
        wire.control("teachers/play", {"from": str(MONDAY), "to": str(PLAYED_TO)})
        self.client, self.account = DnevnikClient(transport), Account(transport)
        self.family = DnevnikClient(parent)
        self.school = str(self.world.school.id)
        self.group, self.sub = self.play.groups["7А"], self.play.groups["7А/1"]
        self.algebra = self.play.subjects["Алгебра"]
        self.pupil = str(self.world.pupils(int(self.sub))[0].id)
        self.leaver = self.world.pupils(int(self.play.groups["1Б"]))[0].id
        self.world.members[int(self.play.groups["1Б"])][self.leaver].status = ARCHIVE

    def family_children(self) -> tuple[str, ...]:
        """The children of the parent whose token it is."""
        (parent,) = self.world.with_role(PARENT)
        return tuple(map(str, self.world.children[parent.id]))

    @property
    def lessons(self) -> list[Lesson]:
        return list(self.world.lessons_in[int(self.group)].values())

    def marks(self, group: str, person: str = "", subject: str = "") -> list[Mark]:
        """Marks of the group's lessons of the two weeks, by the diary's own state."""
        works = self.world.works
        every = [
            mark for lesson in self.world.lessons_in[int(group)] for mark in self.world.marks_of_lesson[lesson].values()
        ]
        own = [mark for mark in every if person in ("", str(mark.person))]
        return [mark for mark in own if subject in ("", str(works[mark.work].subject))]


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    with (
        RunningSandbox(7) as sandbox,
        Wire(sandbox) as wire,
        Transport(sandbox.base_url, Secret(sandbox.token())) as transport,
        Transport(sandbox.base_url, Secret(sandbox.token("parent"))) as parent,
    ):
        yield Read(sandbox, wire, transport, parent)


@pytest.fixture(autouse=True)
def _nothing_strange(read: Read) -> Iterator[None]:
    """The sandbox says nothing that the evidence does not know, so the client takes nothing down."""
    yield
    assert read.client.unfamiliar.found == read.family.unfamiliar.found == ()


def keys(rows: Iterable[Any]) -> list[str]:
    return sorted(row.key for row in rows)


def ids(rows: Iterable[Any]) -> list[str]:
    return sorted(str(row.id) for row in rows)


# --- whose token, and which school ------------------------------------------------------------------------------------


def test_the_owner_their_schools_and_what_they_are_there(read: Read) -> None:
    """`users/me`, its context, its schools and its memberships tell of one person."""
    me, context = read.account.me(), read.account.context()
    (admin,) = read.world.with_role(ADMIN)
    assert (me.person, me.key, me.roles) == (str(admin.id), str(admin.user), (ADMIN,))
    assert [str(school.id) for school in context.schools or ()] == [read.school]
    assert context.roles == (ADMIN,)
    assert keys(read.account.schools()) == [read.school]
    (membership,) = read.account.memberships().schools or ()
    assert (membership.school_key, membership.roles, membership.groups) == (read.school, (ADMIN,), ())
    assert read.account.memberships().person_key == me.person


def test_staff_administrators_and_teachers(read: Read) -> None:
    """Two lists of members, and the teachers' own in PascalCase."""
    assert (
        keys(read.client.staff(read.school))
        == keys(read.client.teachers(read.school))
        == ids(read.world.with_role(STAFF))
    )
    assert keys(read.client.admins(read.school)) == ids(read.world.with_role(ADMIN))


def test_a_person_is_found_by_their_snils_alone(read: Read) -> None:
    """SNILS is written with signs or without; nobody has another's."""
    person = read.world.persons[read.leaver]
    person.snils = "112-233-445 95"
    assert read.client.search_persons(snils="11223344595") == (str(read.leaver),)
    assert read.client.search_persons(snils="00000000000") == ()


# --- groups -----------------------------------------------------------------------------------------------------------


def test_the_people_of_a_group_with_and_without_those_who_left(read: Read) -> None:
    """The archive holds who left; the bulk read says the status of each."""
    group = read.play.groups["1Б"]
    present, everybody = read.client.persons(group), read.client.persons(group, archived=True)
    assert keys(everybody) == ids(read.world.pupils(int(group), archived=True))
    assert set(keys(everybody)) - set(keys(present)) == {str(read.leaver)}
    (row,) = read.client.members([group])
    assert {one.person.key for one in row.students if one.is_over} == {str(read.leaver)}


def test_the_groups_of_a_person_hold_subgroups(read: Read) -> None:
    """The school's list holds classes only."""
    groups = read.client.groups_of(read.pupil)
    assert keys(groups) == sorted([read.group, read.sub])
    assert [(one.key, one.parents) for one in groups if one.is_subgroup] == [(read.sub, (read.group,))]
    assert read.sub not in keys(read.client.classes(read.school))


def test_bells_of_a_group_are_those_of_the_school(read: Read) -> None:
    """An object for a group, a list for a school: read alike."""
    assert read.client.group_timetables(read.group) == read.client.timetables(read.school)
    with pytest.raises(faults.NotFound):
        read.client.group_timetables("1")


def test_periods_with_the_holidays_between_them(read: Read) -> None:
    """The group of periods is the list of periods, and the gap between the quarters."""
    group = read.client.period_group(read.group)
    assert group.periods == read.client.periods(read.group)
    assert [(one.number, one.start.date(), one.finish.date()) for one in group.periods] == [
        (1, date(2026, 9, 1), date(2026, 10, 25)),
        (2, date(2026, 11, 5), date(2026, 12, 28)),
    ]
    assert [(one.starts.date(), one.ends.date(), one.name) for one in group.holidays] == [
        (date(2026, 10, 26), date(2026, 11, 4), "Каникулы")
    ]


# --- the register -----------------------------------------------------------------------------------------------------


def test_lessons_by_their_ids_are_those_of_the_window(read: Read) -> None:
    """The bulk read takes a bare array; works come with the lessons."""
    window = read.client.lessons(read.group, MONDAY, ENDS)
    wanted = [one.key for one in window]
    assert sorted(wanted) == ids(read.lessons)
    assert sorted(read.client.lessons_by_id(wanted), key=lambda one: one.key) == sorted(window, key=lambda one: one.key)


def test_works_of_a_lesson_one_by_one_and_many_at_once(read: Read) -> None:
    """Three ways to the same works; homework is one of them."""
    lesson = next(one for one in read.lessons if len(one.works) > 1)
    works = read.client.schoolwork.works(str(lesson.id))
    assert keys(works) == sorted(map(str, lesson.works))
    assert works == tuple(read.client.schoolwork.work(one.key) for one in works)
    assert works == read.client.schoolwork.works_by_id([one.key for one in works])
    assert {one.type for one in works} >= {ANSWER}
    assert {one.lesson_key for one in works} == {str(lesson.id)}


def test_the_schools_kinds_of_works_with_their_weights(read: Read) -> None:
    """By title, abbreviation and weight."""
    told = {
        (one.kind, one.title, one.abbreviation, one.weight) for one in read.client.schoolwork.work_types(read.school)
    }
    assert told == {(one.kind, one.title, one.abbr, one.weight) for one in read.world.work_types.values()}


def test_marks_by_group_and_by_lessons_are_the_same(read: Read) -> None:
    """A window of a group, a list of lessons, one lesson after another."""
    by_group = read.client.group_marks(read.group, MONDAY, ENDS)
    assert by_group
    assert keys(by_group) == ids(read.marks(read.group))
    lessons = [str(one.id) for one in read.lessons]
    assert keys(read.client.marks(lessons)) == keys(by_group)
    assert sorted(key for one in lessons for key in keys(read.client.lesson_marks(one))) == keys(by_group)


def test_attendance_by_group_by_person_and_by_lessons_is_the_same(read: Read) -> None:
    """Each key brings its part of the same entries; by person the lessons come along."""
    lessons = [one for one in read.lessons if str(one.subject) == read.algebra]
    entries = [entry for one in lessons for entry in read.world.log.get(one.id, {}).values()]
    expected = sorted((str(one.lesson), str(one.person), one.status) for one in entries)
    assert expected
    of_group = read.client.attendance.of_group(read.group, read.algebra, MONDAY, ENDS)
    assert sorted((one.lesson_key, one.person_key, one.status) for one in of_group) == expected
    person = str(entries[0].person)
    in_subject = read.client.attendance.of_person_in(person, read.algebra, MONDAY, ENDS)
    own = [row for row in expected if row[1] == person]
    assert sorted((one.lesson_key, one.person_key, one.status) for one in in_subject) == own
    whole = read.client.attendance.of_person(person, MONDAY, ENDS)
    assert {one.lesson_key for one in whole.entries} >= {row[0] for row in own}
    assert {one.key for one in whole.lessons} == {one.lesson_key for one in whole.entries}


def test_homework_of_a_pupil_of_the_owner_and_by_id(read: Read) -> None:
    """A bundle holds the works with their lessons, subjects and teachers; a parent reads the child's alone."""
    bundle = read.client.schoolwork.homework(read.pupil, read.school, MONDAY, ENDS)
    groups = {int(read.group), int(read.sub)}
    expected = [one for one in read.world.works.values() if one.kind == HOMEWORK and one.group in groups]
    assert expected
    assert keys(bundle.works) == ids(expected)
    assert keys(bundle.lessons) == sorted({str(one.lesson) for one in expected})
    assert keys(bundle.subjects) == sorted({str(one.subject) for one in expected})
    teachers = {key for one in expected if one.lesson for key in read.world.lessons[one.lesson].teachers}
    assert keys(bundle.teachers) == sorted(map(str, teachers))
    assert read.client.schoolwork.homework_by_id([one.key for one in bundle.works]) == bundle
    assert read.client.schoolwork.own_homework(read.school, MONDAY, ENDS).works == ()
    (child,) = read.family_children()
    assert read.family.schoolwork.homework(child, read.school, MONDAY, ENDS).works


# --- what marks add up to ---------------------------------------------------------------------------------------------


def _finals(read: Read, person: str = "", subject: str = "") -> list[Mark]:
    works = read.world.works
    found = read.world.finals_in[int(read.group)].values()
    return [one for one in found if person in ("", str(one.person)) and subject in ("", str(works[one.work].subject))]


def test_final_marks_by_group_by_pupil_and_by_subject(read: Read) -> None:
    """The same marks by each of their keys; the bundle says of which period each is."""
    everything = [final.mark.key for row in read.client.final_marks(read.group) for final in row.marks if final.mark]
    assert everything
    assert sorted(everything) == ids(_finals(read))
    results = read.client.results
    own = results.final_marks(read.pupil, read.group)
    assert sorted(one.mark.key for one in own if one.mark) == ids(_finals(read, read.pupil))
    assert keys(results.subject_final_marks(read.group, read.algebra)) == ids(_finals(read, subject=read.algebra))
    bundle = results.all_final_marks(read.pupil, read.group)
    assert keys(bundle.marks) == ids(_finals(read, read.pupil))
    assert {one.work_key for one in bundle.marks} == {one.key for one in bundle.works}
    assert {(one.period_number, one.period_type) for one in bundle.works} == {(1, "Quarter")}
    assert {one.title for one in bundle.work_types} == {"Отметка за период"}
    assert {one.subject_key for one in own} == {one.key for one in bundle.subjects}


def average(marks: Iterable[Mark]) -> Decimal | None:
    values = [int(one.value) for one in marks if one.value.isdecimal()]
    return round(Decimal(sum(values)) / len(values), 2).normalize() if values else None


def near(left: Decimal | None, right: Decimal | None) -> bool:
    """Equal but for how a half is rounded."""
    return left == right or (left is not None and right is not None and abs(left - right) <= Decimal("0.01"))


def test_averages_of_a_pupil_are_exact_numbers(read: Read) -> None:
    """«4,33» is 4.33; a subject without marks has none."""
    period = read.client.periods(read.group)[0].key
    marks = [*read.marks(read.group, read.pupil), *read.marks(read.sub, read.pupil)]
    assert near(read.client.results.average(read.pupil, period), average(marks))
    algebra = average(read.marks(read.group, read.pupil, read.algebra))
    assert algebra
    assert near(read.client.results.average(read.pupil, period, read.algebra), algebra)
    later = read.client.periods(read.group)[1].key
    assert read.client.results.average(read.pupil, later) is None


def test_averages_of_a_group_by_window_and_by_period(read: Read) -> None:
    """One row for each pupil, one value for each subject."""
    expected: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in read.marks(read.group):
        expected[str(mark.person), str(read.world.works[mark.work].subject)].append(mark)
    period = read.client.periods(read.group)[0].key
    by_window = read.client.results.averages(read.group, MONDAY, ENDS)
    by_period = read.client.results.period_averages(read.group, period, ENDS + timedelta(days=1))
    for rows in (by_window, by_period):
        told = {(row.person_key, one.subject_key): one.value for row in rows for one in row.subjects}
        assert told.keys() == expected.keys()
        assert all(near(told[key], average(marks)) for key, marks in expected.items())
    assert {(row.group_key, row.period_key) for row in by_period} == {(read.group, period)}
    assert {(row.group_key, row.period_key) for row in by_window} == {("", "")}


def test_weighted_averages_of_a_group(read: Read) -> None:
    """By subject and pupil; a test weighs more than an answer."""
    weights = {one.id: one.weight for one in read.world.work_types.values()}
    told = {
        (row.subject_key, one.person_key): one.value
        for row in read.client.results.weighted_averages(read.group, MONDAY, ENDS).subjects
        for one in row.marks
    }
    assert told
    for (subject, person), value in told.items():
        marks = [one for one in read.marks(read.group, person, subject) if one.value.isdecimal()]
        heavy = [weights[read.world.works[one.work].work_type] for one in marks]
        total = sum(int(one.value) * weight for one, weight in zip(marks, heavy, strict=True))
        assert near(value, round(Decimal(total) / sum(heavy), 2))
