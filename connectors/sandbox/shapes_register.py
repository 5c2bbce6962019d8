"""JSON of lessons, works, marks and attendance, exactly as models.md shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.moments import midnight, stamp
from connectors.sandbox.nouns import ANSWER, HOMEWORK, PERIOD_MARK, TEST, YEAR_MARK
from connectors.sandbox.shapes import Json, subject, twin

if TYPE_CHECKING:
    from connectors.sandbox.nouns import Lesson, LogEntry, Mark, Task, Work, WorkType
    from connectors.sandbox.world import World

_MOODS = {"5": "Good", "4": "Good", "3": "Average", "2": "Bad", "1": "Bad"}


def lesson(world: World, one: Lesson) -> Json:
    """The full lesson: subject and works embedded."""
    return {
        **twin("id", one.id),
        "title": one.title or None,
        "date": midnight(one.day),
        "number": one.number,
        "subject": subject(world.subjects[one.subject]),
        "group": one.group,
        "status": None,
        "resultPlaceId": None,
        "works": [work(world.works[key]) for key in one.works],
        "teachers": list(one.teachers),
        "teachers_str": [str(teacher) for teacher in one.teachers],
    }


def lesson_flat(world: World, one: Lesson) -> Json:
    """The lesson of schedules and bundles: ids instead of embedded objects, hours from the group's bells.

    Nothing in it is null (models.md marks no field of it so); what the school does not keep is blank.
    """
    return {
        **twin("id", one.id),
        "title": one.title,
        "date": midnight(one.day),
        "number": one.number,
        "subjectId": one.subject,
        "status": "",
        "resultPlaceId": 0,
        **dict.fromkeys(("building", "place", "floor"), ""),
        "hours": _hours(world, one),
        "works": list(one.works),
        "teachers": list(one.teachers),
    }


def _hours(world: World, one: Lesson) -> str:
    table = world.timetables.get(world.groups[one.group].table)
    for bell in table.items if table else ():
        if bell.number == one.number and bell.weekday in (0, one.day.isoweekday()):
            return f"{bell.starts:%H:%M} - {bell.ends:%H:%M}"
    return ""


def work(one: Work) -> Json:
    """A work; period works have no lesson. `workType`, `subjectId` and `createdBy` have no twins.

    Tasks are read by their own resources and never embedded: which ones the service embeds is not evidenced.
    """
    return {
        **twin("id", one.id),
        "type": one.kind,
        "workType": one.work_type,
        "markType": "Mark5",
        "markCount": one.mark_count,
        "lesson": one.lesson,
        "lesson_str": str(one.lesson) if one.lesson else None,
        "displayInJournal": one.kind != HOMEWORK,
        "status": "Sent" if one.sent else "New",
        **twin("eduGroup", one.group),
        "tasks": [],
        "text": one.text,
        "periodNumber": one.period_number,
        "periodType": one.period_kind,
        "subjectId": one.subject,
        "isImportant": one.kind == TEST,
        "targetDate": midnight(one.day),
        "sentDate": stamp(one.sent) if one.sent else None,
        "createdBy": one.author,
        "files": [],
        "oneDriveLinks": [],
    }


def mark(world: World, one: Mark) -> Json:
    """A mark; `date` is when it was set, UTC without a zone."""
    return {
        **twin("id", one.id),
        "type": "Mark5",
        "value": one.value,
        "textValue": one.value,
        **twin("person", one.person),
        **twin("work", one.work),
        "lesson": one.lesson,
        "lesson_str": str(one.lesson) if one.lesson else None,
        "number": one.number,
        "date": stamp(one.set_at),
        "workType": world.works[one.work].work_type,
        "mood": _MOODS.get(one.value[:1], "NotSet"),
        "use_avg_calc": one.lesson is not None,
    }


def task(world: World, one: Task) -> Json:
    """One pupil's task; it is due on the day of its homework."""
    return {
        **twin("id", one.id),
        **twin("person", one.person),
        **twin("work", one.work),
        "status": one.status,
        "targetDate": midnight(world.works[one.work].day),
    }


def log_entry(one: LogEntry) -> Json:
    """Attendance has no id: its key is (lesson, person)."""
    return {
        **twin("person", one.person),
        **twin("lesson", one.lesson),
        "comment": one.comment,
        "status": one.status,
        "createdDate": stamp(one.created),
    }


def work_type(world: World, one: WorkType) -> Json:
    """As `/work-types/{school}` names the fields."""
    return {
        **twin("id", one.id),
        "schoolId": world.school.id,
        "kindId": _kind_id(world, one),
        "kind": one.kind,
        "title": one.title,
        "abbr": one.abbr,
        "weight": one.weight,
    }


def work_type_ref(world: World, one: WorkType) -> Json:
    """As schedules and final marks name the same fields."""
    return {
        "id": one.id,
        "schoolId": world.school.id,
        "abbreviation": one.abbr,
        "name": one.title,
        "isFinal": one.kind in (PERIOD_MARK, YEAR_MARK),
        "isImportant": one.kind == TEST,
        "kindId": _kind_id(world, one),
        "kind": one.kind,
    }


def _kind_id(world: World, one: WorkType) -> int:
    return list(world.work_types).index(one.kind) + 1


def work_types_of(world: World, works: list[Work]) -> list[Json]:
    kinds = {one.kind for one in works} or {ANSWER}
    return [work_type_ref(world, world.work_types[kind]) for kind in sorted(kinds)]


def final_mark(world: World, one: Mark) -> Json:
    """SubjectFinalMark, kebab-case."""
    return {**twin("subject", world.works[one.work].subject), "final-mark": mark(world, one)}


def decimal_comma(value: float) -> str:
    """Averages are text with a decimal comma: «4,33»."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")


def average(values: list[str]) -> float | None:
    numbers: list[Any] = [int(value) for value in values if value.isdecimal()]
    return sum(numbers) / len(numbers) if numbers else None
