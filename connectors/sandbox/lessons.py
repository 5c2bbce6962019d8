"""The rules of writing lessons, and of entering marks and attendance into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.nouns import ANSWER, COMMON, PERIOD_MARK, STAFF, YEAR_MARK, Lesson, LogEntry, Mark, Person, Work
from connectors.sandbox.refusals import ImportRefusal
from connectors.sandbox.roster import Written, group_by, subject_by

if TYPE_CHECKING:
    from datetime import date, datetime

    from connectors.sandbox.nouns import Group
    from connectors.sandbox.world import World


def insert_lesson(
    world: World, group: Group, subject_id: int, teacher: Person | None, day: date, number: int
) -> Written:
    """A new lesson with its default work, every time: a repeated call makes a second lesson."""
    subject_by(world, subject_id)
    _check_teacher(teacher)
    _check_day(world, group, day)
    lesson = Lesson(world.issue.long(), group.id, subject_id, _ids(teacher), day, number)
    work = add_work(world, lesson, ANSWER, author=lesson.teachers[0] if lesson.teachers else None)
    world.lessons[lesson.id] = world.lessons_in[group.id][lesson.id] = lesson
    key = _natural_key(lesson)
    world.lesson_keys[key] += 1
    return Written(lesson.id, work=work.id, duplicate=world.lesson_keys[key] > 1)


def update_lesson(
    world: World, lesson_id: int, subject_id: int, teacher: Person | None, day: date, number: int
) -> Written:
    """The lesson is moved, re-staffed or re-titled; its works, marks and topic stay with it."""
    lesson = lesson_by(world, lesson_id)
    subject_by(world, subject_id)
    _check_teacher(teacher)
    _check_day(world, world.groups[lesson.group], day)
    world.lesson_keys[_natural_key(lesson)] -= 1
    lesson.subject, lesson.teachers, lesson.day, lesson.number = subject_id, _ids(teacher), day, number
    world.lesson_keys[_natural_key(lesson)] += 1
    for work in (world.works[one] for one in lesson.works):
        work.subject, work.day = subject_id, day
    return Written(lesson_id, "changed")


def delete_lesson(world: World, lesson_id: int) -> Written:
    """The lesson is gone with everything entered in it: the platform does not ask, so its clients must."""
    lesson = lesson_by(world, lesson_id)
    del world.lessons_in[lesson.group][lesson_id]
    return Written(lesson_id, "deleted", marks_destroyed=forget_lesson(world, lesson))


def forget_lesson(world: World, lesson: Lesson) -> int:
    """Drops the lesson's works, marks and attendance; how many marks and entries were destroyed."""
    marks = world.marks_of_lesson.pop(lesson.id, {})
    entries = world.log.pop(lesson.id, {})
    for mark in marks:
        del world.marks[mark]
    for work in lesson.works:
        del world.works[work]
    del world.lessons[lesson.id]
    world.lesson_keys[_natural_key(lesson)] -= 1
    return len(marks) + len(entries)


def delete_group(world: World, guid: str) -> Written:
    """The group, its subgroups, memberships and lessons are gone, marks included: the platform does not ask."""
    group = group_by(world, guid)
    destroyed = 0
    for one in (*world.subgroups_of(group), group):
        for lesson in list(world.lessons_in.pop(one.id, {}).values()):
            destroyed += forget_lesson(world, lesson)
        for mark in (*world.finals_in.pop(one.id, {}).values(), *world.thematic_in.pop(one.id, {}).values()):
            del world.marks[mark.id]
            world.works.pop(mark.work, None)
            destroyed += 1
        for person in world.members.pop(one.id, {}):
            world.groups_of[person].discard(one.id)
        world.class_teachers.pop(one.id, None)
        del world.groups[one.id], world.groups_by_guid[one.guid]
    return Written(group.id, "deleted", marks_destroyed=destroyed)


def lesson_by(world: World, lesson_id: int) -> Lesson:
    if lesson_id not in world.lessons:
        raise ImportRefusal("unknownId", "no lesson has this ID")
    return world.lessons[lesson_id]


def add_work(world: World, lesson: Lesson, kind: str, author: int | None, text: str = "") -> Work:
    """One more work on the lesson."""
    work = Work(
        id=world.issue.long(),
        kind=kind,
        work_type=world.work_types[kind].id,
        group=lesson.group,
        subject=lesson.subject,
        lesson=lesson.id,
        day=lesson.day,
        author=author,
        text=text,
    )
    world.works[work.id] = work
    lesson.works.append(work.id)
    return work


def add_theme(world: World, group: int, subject: int, day: date, author: int | None, text: str) -> Work:
    """A theme of the group's subject that ends on that day: a work without a lesson, for thematic marks."""
    kind = world.work_types[COMMON].id
    work = Work(world.issue.long(), COMMON, kind, group, subject, None, day, author, text)
    world.works[work.id] = work
    return work


def set_mark(world: World, work: Work, person: int, value: str, set_at: datetime, number: int = 1) -> Mark:
    """The person has this mark on this work under this number: (work, person, number) is the key (behaviour.md §5)."""
    work.mark_count = max(work.mark_count, number)
    for mark in home_of(world, work).values():
        if mark.work == work.id and mark.person == person and mark.number == number:
            mark.value, mark.set_at = value, set_at
            return mark
    return new_mark(world, work, person, value, set_at, number)


def new_mark(world: World, work: Work, person: int, value: str, set_at: datetime, number: int = 1) -> Mark:
    """A mark where the caller knows there is none."""
    mark = Mark(world.issue.long(), work.id, work.lesson, person, value, number, set_at)
    world.marks[mark.id] = home_of(world, work)[mark.id] = mark
    return mark


def home_of(world: World, work: Work) -> dict[int, Mark]:
    """Where the marks of this work lie: with its lesson, among the group's period marks, or among its thematic ones."""
    if work.lesson is not None:
        return world.marks_of_lesson[work.lesson]
    return (world.finals_in if work.kind in (PERIOD_MARK, YEAR_MARK) else world.thematic_in)[work.group]


def drop_mark(world: World, mark: Mark) -> None:
    """The mark vanishes without a trace, as deleted marks do."""
    del world.marks[mark.id]
    del home_of(world, world.works[mark.work])[mark.id]


def log(world: World, lesson: int, person: int, status: str, created: datetime, comment: str = "") -> LogEntry:
    """The pupil's attendance at the lesson is `status`: one entry per (lesson, person)."""
    entry = LogEntry(lesson, person, status, created, comment)
    world.log[lesson][person] = entry
    return entry


def _natural_key(lesson: Lesson) -> tuple[object, ...]:
    return (lesson.group, lesson.subject, lesson.day, lesson.number, lesson.teachers)


def _ids(teacher: Person | None) -> tuple[int, ...]:
    return (teacher.id,) if teacher else ()


def _check_teacher(teacher: Person | None) -> None:
    if teacher is not None and STAFF not in teacher.roles:
        raise ImportRefusal("invalidParameter", "the teacher is not on the school's staff")


def _check_day(world: World, group: Group, day: date) -> None:
    periods = world.period_group_of(group)
    if periods is not None and periods.periods and periods.at(day) is None:
        raise ImportRefusal("holiday", f"{day.isoformat()} is outside the group's reporting periods")
