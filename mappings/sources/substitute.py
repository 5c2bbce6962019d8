"""Substitutions applied to the lessons of the day: another teacher, or no lesson (R025)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from mappings.sources.provisional import ANY_DIVISION, dated
from mappings.sources.substitutions import NO_SUBJECT, NOBODY
from state.identity import SourcedId, subgroup_id
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from mappings.sources.staffing import Staffing
    from state.local import LocalPart
    from state.records import Form, Lesson, Subgroup, Substitution
    from state.snapshot import Scope


class Substituting:
    """The lessons, changed in place by one substitution after another. Ids stay: a lesson keeps who it is."""

    def __init__(
        self,
        lessons: Sequence[Lesson],
        subgroups: Mapping[SourcedId, Subgroup],
        forms: Mapping[SourcedId, Form],
        staffing: Staffing,
    ) -> None:
        self.problems: list[Problem] = []
        self._lessons = {lesson.sourced_id: lesson for lesson in lessons}
        self._slots: dict[tuple[date, int], list[SourcedId]] = defaultdict(list)
        for lesson in lessons:
            self._slots[lesson.day, lesson.number].append(lesson.sourced_id)
        self._staffing = staffing
        self._groups: dict[SourcedId, set[SourcedId]] = {form: {form} for form in forms}
        for group in subgroups.values():
            self._groups.setdefault(group.form, set()).add(group.sourced_id)
            unnamed = subgroup_id(group.form, ANY_DIVISION, group.name)
            self._groups.setdefault(unnamed, set()).add(group.sourced_id)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(self._lessons.values())

    def apply(self, part: LocalPart, scope: Scope) -> None:
        """Every substitution of the scope is applied to the one lesson it means, or becomes a problem."""
        for item in part.substitutions:
            if not scope.lessons_from <= item.day <= scope.lessons_to:
                continue
            meant = self._meant(dataclasses.replace(item, group=dated(item.group, scope.school_year)))
            if len(meant) == 1:
                self._change(meant[0], item)
            else:
                code = "SUBSTITUTION_AMBIGUOUS" if meant else "SUBSTITUTION_WITHOUT_LESSON"
                self.problems.append(Problem(code=code, where=part.source, raw=f"{item.day:%d.%m.%Y}, {item.number}"))

    def _meant(self, item: Substitution) -> list[SourcedId]:
        """The lessons a row can mean; a form without a subgroup means the whole form before its subgroups."""
        groups = self._groups.get(item.group, set())
        absent = self._staffing.of(item.absent)
        found = [
            lesson
            for key in self._slots[item.day, item.number]
            if (lesson := self._lessons.get(key))
            and lesson.group in groups
            and item.subject in (NO_SUBJECT, lesson.subject)
            and (item.absent == NOBODY or absent in lesson.teachers)
        ]
        exact = [lesson for lesson in found if lesson.group == item.group]
        return [lesson.sourced_id for lesson in exact or found]

    def _change(self, key: SourcedId, item: Substitution) -> None:
        lesson = self._lessons[key]
        if item.substitute is None:
            del self._lessons[key]
            return
        absent, substitute = self._staffing.of(item.absent), self._staffing.of(item.substitute)
        stay = () if item.absent == NOBODY else (one for one in lesson.teachers if one != absent)
        teachers = tuple(sorted({*stay, *((substitute,) if substitute else ())}))
        self._lessons[key] = dataclasses.replace(lesson, teachers=teachers)
