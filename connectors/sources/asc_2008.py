"""What is different in an aSc export of 2008: days are numbers, and a plan may come without lessons of its own.

`classsubjects`, `groupsubjects` and `classtimetables` are tables other programs write for aSc to import; each of their
rows is read as a lesson, and one of a timetable as its card too (formats.md §1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.asc_tables import BadRow
from connectors.sources.asc_values import ids, number
from connectors.sources.asc_wire import AscCard, AscLesson, AscMask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectors.sources.asc_tables import Tables

COLUMNS_2008: Mapping[str, tuple[str, ...]] = {
    "days": ("day", "name"),
    "dayperiods": ("period", "name", "starttime", "endtime"),
    "cards": ("lessonid", "period", "day", "weeks", "terms", "classroomids", "durationperiods"),
    "classsubjects": ("classid", "subjectid", "teacherids", "periodsperweek"),
    "groupsubjects": ("groupid", "subjectid", "teacherids", "periodsperweek"),
    "classtimetables": ("classid", "day", "period", "subjectids", "teacherids", "classroomids"),
}
"""The columns of the tables that 2012 has not, or has otherwise."""
_DAYS_A_WEEK = 7


def first_day(tables: Tables) -> int:
    """0 or 1, as the option `daynumbering1` says; a table of days that says otherwise is a flaw that blocks."""
    told = 1 if "daynumbering1" in str(tables.root.get("options", "")).replace(" ", "").split(",") else 0
    numbers = [int(str(row.get("day"))) for row in tables.root.iterfind("days/day") if _is_day(row.get("day", ""))]
    if numbers and (min(numbers) < told or max(numbers) >= told + _DAYS_A_WEEK):
        shown = f"daynumbering1={told}, day={min(numbers)}-{max(numbers)}"
        tables.flaw("DAY_NUMBERING_UNCLEAR", tables.root, shown, blocks=True)
    return told


def named_days(tables: Tables, base: int) -> tuple[AscMask, ...]:
    """The days of the week as masks, like those of 2012."""

    def make(values: Mapping[str, str], where: str) -> AscMask:
        return AscMask(id=values["day"], name=values["name"], mask=_mask(values, base), where=where)

    return tables.rows_if_any("days", make)


def numbered_cards(tables: Tables, lessons: Mapping[str, AscLesson], base: int) -> tuple[AscCard, ...]:
    """The cards; one without weeks has those of its lesson, where 2008 keeps them."""

    def make(values: Mapping[str, str], where: str) -> AscCard:
        lesson = lessons.get(values["lessonid"])
        return AscCard(
            lesson_id=values["lessonid"],
            period=number(values, "period"),
            days=_mask(values, base),
            weeks=values["weeks"] or (lesson.weeks if lesson else ""),
            terms=values["terms"],
            room_ids=ids(values, "classroomids"),
            where=where,
        )

    return tables.rows("cards", make)


def import_tables(tables: Tables, base: int) -> tuple[tuple[AscLesson, ...], tuple[AscCard, ...]]:
    """Lessons and cards of the tables that only 2008 has."""
    found: list[AscLesson] = []
    cards: list[AscCard] = []

    def plan(values: Mapping[str, str], where: str) -> None:
        group, form = values.get("groupid", ""), values.get("classid", "")
        if not group and not form:
            raise BadRow("VALUE_MISSING", "groupid")
        found.append(_lesson(where, form, group, values["subjectid"], ids(values, "teacherids"), values))

    def timetable(values: Mapping[str, str], where: str) -> None:
        period, day = number(values, "period"), _mask(values, base)
        taught = list(_taught(values, where, tables))
        if not taught:
            raise BadRow("VALUE_MISSING", "subjectids")
        for index, (subject, teachers) in enumerate(taught):
            lesson = _lesson(f"{where}#{index}", values["classid"], "", subject, teachers, values)
            rooms = ids(values, "classroomids")
            found.append(lesson)
            cards.append(
                AscCard(lesson_id=lesson.id, period=period, days=day, weeks="", terms="", room_ids=rooms, where=where)
            )

    tables.rows_if_any("classsubjects", plan)
    tables.rows_if_any("groupsubjects", plan)
    tables.rows_if_any("classtimetables", timetable)
    return tuple(found), tuple(cards)


def _taught(values: Mapping[str, str], where: str, tables: Tables) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who teaches what in one hour of a class: all one subject, or each their own, pair by pair."""
    subjects, teachers = ids(values, "subjectids"), ids(values, "teacherids")
    if len(subjects) == 1:
        yield subjects[0], teachers
    elif len(subjects) == len(teachers):
        yield from ((subject, (teacher,)) for subject, teacher in zip(subjects, teachers, strict=True))
    else:
        if subjects:
            tables.note("PAIRS_UNEQUAL", where, f"subjectids={len(subjects)}, teacherids={len(teachers)}")
        yield from ((subject, ()) for subject in subjects)


def _lesson(
    key: str, form: str, group: str, subject: str, teachers: tuple[str, ...], values: Mapping[str, str]
) -> AscLesson:
    return AscLesson(
        id=key,
        subject_id=subject,
        class_ids=(form,) if form else (),
        group_ids=(group,) if group else (),
        teacher_ids=teachers,
        periods_per_week=values.get("periodsperweek", ""),
        where=key.partition("#")[0],
    )


def _is_day(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) == 1


def _mask(values: Mapping[str, str], base: int) -> str:
    """A day's number as a mask of the week."""
    day = number(values, "day") - base
    if not 0 <= day < _DAYS_A_WEEK:
        raise BadRow("NUMBER_BAD", f"day={values['day']}")
    return "0" * day + "1" + "0" * (_DAYS_A_WEEK - 1 - day)
