"""How each teacher keeps the diary, in counts of lessons: the sum of the flags on single lessons (R011, R014, R021)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gateway.register import keys
from gateway.register.duties import teachers_in
from gateway.register.values import Code, Finding
from state.identity import SourcedId
from state.register import CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from gateway.register.context import Context
    from gateway.register.keeping import Duties

    Lesson = tuple[Page, date, int]

_FIRST_GRADE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherTotals:
    """One teacher's lessons on the compared pages up to the day of the check; two teachers of one both count it."""

    teacher: SourcedId
    """Blank: nobody knows whose lessons these are."""
    lessons: int
    """By the timetable with its substitutions; those of the diary where a page has no timetable."""
    entered_late: int
    """Of them with an ENTRY_LATE."""
    homework_base: int
    """Of them those that are to have homework: grade 1 is exempt where the rules say so."""
    homework: int
    homework_late: int
    """With a HOMEWORK_LATE."""
    homework_ahead: int
    """Entered before the lesson began."""

    @property
    def coverage(self) -> float | None:
        """Percent of lessons with homework; None without lessons that are to have any."""
        return 100 * self.homework / self.homework_base if self.homework_base else None


def teacher_totals(
    diary: pl.DataFrame, found: Iterable[Finding], duties: Duties, context: Context
) -> tuple[TeacherTotals, ...]:
    """A line for each teacher, by id. `diary` as `judge_keeping` takes it, `found` what that function gave."""
    kept = _lessons(diary, context)
    planned = set(_planned(duties, context))
    timetabled = {page for page, *_ in planned}
    spans = {context.pages[page]: (first, last) for page, first, last in duties.spans}
    shown = {
        lesson for lesson in kept if lesson[0] in spans and lesson[0] not in timetabled and lesson[1] <= duties.today
    }
    given = _homework(diary, context)
    flags: dict[Code, set[Lesson]] = defaultdict(set)
    for one in found:
        if one.day:
            flags[one.code].add((one.page, one.day, one.nth))
    counted: dict[SourcedId, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for lesson in planned | shown | flags[Code.ENTRY_LATE] | flags[Code.HOMEWORK_LATE]:
        base = lesson in planned or lesson in shown
        due = base and not _is_exempt(lesson[0], context)
        told = {
            "lessons": base,
            "entered_late": lesson in flags[Code.ENTRY_LATE],
            "homework_base": due,
            "homework": due and lesson in given,
            "homework_late": lesson in flags[Code.HOMEWORK_LATE],
            "homework_ahead": due and _is_ahead(lesson, given.get(lesson), duties),
        }
        meant = duties.teachers.get((lesson[0].group, lesson[0].subject, lesson[1], lesson[2]))
        for teacher in meant or kept.get(lesson) or {SourcedId("")}:
            for name, yes in told.items():
                counted[teacher][name] += yes
    return tuple(TeacherTotals(teacher=teacher, **counts) for teacher, counts in sorted(counted.items()))


_COUNTS = ("lessons", "entered_late", "homework_base", "homework", "homework_late", "homework_ahead")


def _planned(duties: Duties, context: Context) -> Iterator[Lesson]:
    """The timetable's lessons on the compared pages and days, up to today."""
    spans: dict[Page, list[tuple[date, date]]] = defaultdict(list)
    for number, first, last in duties.spans:
        spans[context.pages[number]].append((first, min(last, duties.today)))
    for group, subject, day, nth in duties.teachers:
        page = Page(group=group, subject=subject)
        if any(first <= day <= last for first, last in spans.get(page, ())):
            yield page, day, nth


def _lessons(diary: pl.DataFrame, context: Context) -> Mapping[Lesson, frozenset[SourcedId]]:
    rows = diary.filter(keys.is_kind(CellKind.LESSON)).select("key", "value").iter_rows()
    return {_place(key, context): teachers_in(value) for key, value in rows}


def _homework(diary: pl.DataFrame, context: Context) -> Mapping[Lesson, datetime | None]:
    rows = diary.filter(keys.is_kind(CellKind.HOMEWORK) & (pl.col("value") != "")).select("key", "set_at").iter_rows()
    return {_place(key, context): moment for key, moment in rows}


def _place(key: int, context: Context) -> Lesson:
    page, day, nth, *_ = unpack(key)
    return context.pages[page], day, nth


def _is_exempt(page: Page, context: Context) -> bool:
    exempt = context.rules.of("homework", "first_grade_exempt")
    return bool(exempt) and context.grades.get(page.group) == _FIRST_GRADE


def _is_ahead(lesson: Lesson, entered: datetime | None, duties: Duties) -> bool:
    """Before the lesson began; before its day where no bells are known."""
    if entered is None:
        return False
    begins = duties.begins.get((lesson[0].group, lesson[0].subject, lesson[1], lesson[2]))
    return entered < begins if begins else entered.astimezone(duties.zone).date() < lesson[1]
