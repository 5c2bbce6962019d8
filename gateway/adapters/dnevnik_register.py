"""The hosted diary as a RegisterSource: whole registers of a few groups at a time, by the calls that bring most.

Lessons are read group by group in the longest windows known to work; marks and attendance by lists of lessons, which
takes a third of the calls that groups and windows would; lists of pupils for many groups at once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from connectors import faults
from connectors.dnevnik.rest import LESSONS_PER_CALL, MEMBERS_PER_CALL
from connectors.transport.pool import map_concurrently, one_ahead
from gateway.adapters.dnevnik_roster import chunks, windows
from gateway.ports import RegisterBatch, RegisterWindow
from mappings.dnevnik import register, roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from connectors.dnevnik import wire, wire_results
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import Progress
    from state.identity import RemoteId, SourcedId

GROUPS_PER_BATCH = 16
"""Twice as many as requests run at once. What a killed pull has to read again is at most this."""
READINGS = 3
"""How often a batch is read when lessons disappear while it is read."""


class DnevnikRegister:
    """Lessons, marks, attendance, finals and lists of one school. It reads and never writes."""

    def __init__(self, client: DnevnikClient, *, school: str) -> None:
        self._client = client
        self._school = school
        self._teachers: dict[str, str] | None = None
        self._periods: dict[str, wire.ReportingPeriod] = {}
        self._whole_calls = self._lessons_seen = 0

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self._client.requests

    @property
    def minimum(self) -> int:
        """The fewest calls that bring what was brought so far, with full lists and no retry."""
        return self._whole_calls + 2 * ceil(self._lessons_seen / LESSONS_PER_CALL)

    def pull(self, window: RegisterWindow, progress: Progress | None = None) -> Iterator[RegisterBatch]:
        """One batch per few groups, each over all days of the window; a group the diary has no more is named gone.

        The next batch is being read while the caller works on one. Raises connectors.faults between batches.
        """
        names = register.Names(groups=window.groups, subjects=window.subjects, persons=window.persons)
        order = sorted(window.groups)
        lists = self._lists(order)
        parts = list(chunks(order, GROUPS_PER_BATCH))
        read = one_ahead(lambda chunk: self._read(chunk, lists, window), parts)
        for done, (chunk, registers) in enumerate(zip(parts, read, strict=True)):
            yield self._batch(registers, set(chunk), names, window)
            if progress:
                progress(min(len(order), (done + 1) * GROUPS_PER_BATCH), len(order))

    def _batch(
        self,
        registers: Sequence[register.GroupRegister],
        asked: set[RemoteId],
        names: register.Names,
        window: RegisterWindow,
    ) -> RegisterBatch:
        gone = asked.difference(one.group for one in registers)
        strangers: dict[SourcedId, str] = {}
        for one in registers:
            teachers = self._teacher_names() if register.unknown_teachers(one, names) else {}
            strangers.update(register.strangers_of(one, names, teachers))
        return RegisterBatch(
            groups=tuple(names.groups[one.group] for one in registers),
            starts=window.starts,
            ends=window.ends,
            cells=tuple(cell for one in registers for cell in register.cells_of(one, names)),
            strangers=strangers,
            gone=tuple(sorted(names.groups[group] for group in gone)),
        )

    def _lists(self, groups: Sequence[RemoteId]) -> dict[str, wire.GroupStudents]:
        parts = list(chunks(groups, MEMBERS_PER_CALL))
        self._whole_calls += len(parts)
        return {row.group.key: row for rows in map_concurrently(self._members, parts) for row in rows}

    def _members(self, groups: Sequence[RemoteId]) -> tuple[wire.GroupStudents, ...]:
        """One call for all of them; one each where a group is gone and the diary answers for none."""
        try:
            return self._client.members(groups)
        except faults.NotFound:
            return () if len(groups) == 1 else tuple(row for group in groups for row in self._members([group]))

    def _read(
        self, groups: Sequence[RemoteId], lists: Mapping[str, wire.GroupStudents], window: RegisterWindow
    ) -> list[register.GroupRegister]:
        """The registers of those groups the diary still has.

        A lesson that disappears between its list and its marks makes the marks unreadable: then all is read again.
        """
        for _ in range(READINGS - 1):
            try:
                return self._read_once(groups, lists, window)
            except faults.NotFound:
                continue
        return self._read_once(groups, lists, window)

    def _read_once(
        self, groups: Sequence[RemoteId], lists: Mapping[str, wire.GroupStudents], window: RegisterWindow
    ) -> list[register.GroupRegister]:
        lessons = self._lessons(groups, window)
        marks, log, finals = self._entries(lessons)
        self._whole_calls += len(groups) * len(list(windows(window.starts, window.ends))) + len(lessons)
        self._lessons_seen += sum(map(len, lessons.values()))
        return [
            register.GroupRegister(
                group=group,
                lessons=tuple(rows),
                marks=tuple(marks[group]),
                log=tuple(log[group]),
                finals=finals[group],
                periods=self._periods_of(group, lists.get(group), finals[group]),
                members=lists[group].students if group in lists else (),
            )
            for group, rows in lessons.items()
        ]

    def _lessons(self, groups: Sequence[RemoteId], window: RegisterWindow) -> dict[RemoteId, list[wire.Lesson]]:
        """The lessons of each group; a group the diary has no more is left out."""
        spans = list(windows(window.starts, window.ends))
        asked = [(group, since, until) for group in groups for since, until in spans]
        found: dict[RemoteId, list[wire.Lesson]] = {group: [] for group in groups}
        for (group, *_), rows in zip(
            asked, map_concurrently(lambda one: self._lessons_or_none(*one), asked), strict=True
        ):
            if rows is None:
                found.pop(group, None)
            elif group in found:
                found[group].extend(rows)
        return found

    def _lessons_or_none(self, group: RemoteId, since: date, until: date) -> tuple[wire.Lesson, ...] | None:
        try:
            return self._client.lessons(group, since, until)
        except faults.NotFound:
            return None

    def _entries(
        self, lessons: Mapping[RemoteId, Sequence[wire.Lesson]]
    ) -> tuple[
        Mapping[RemoteId | None, list[wire.Mark]],
        Mapping[RemoteId | None, list[wire.LessonLogEntry]],
        Mapping[RemoteId, tuple[wire_results.PersonFinalMarks, ...]],
    ]:
        """Marks, attendance and finals by group; None: of lessons nobody asked about.

        A class may list its subgroups' lessons too: their entries belong to the subgroup. Raises NotFound when a lesson
        or a group is there no more.
        """
        homes = {
            lesson.key: group for group, rows in lessons.items() for lesson in rows if lesson.group_key in ("", group)
        }
        parts = list(chunks(list(homes), LESSONS_PER_CALL))
        jobs: list[Callable[[], Any]] = [
            *(partial(self._client.marks, part) for part in parts),
            *(partial(self._client.log_entries, part) for part in parts),
            *(partial(self._client.final_marks, group) for group in lessons),
        ]
        answers = map_concurrently(lambda job: job(), jobs)
        marks: defaultdict[RemoteId | None, list[wire.Mark]] = defaultdict(list)
        log: defaultdict[RemoteId | None, list[wire.LessonLogEntry]] = defaultdict(list)
        for mark in (one for rows in answers[: len(parts)] for one in rows):
            marks[homes.get(mark.lesson_key)].append(mark)
        for entry in (one for rows in answers[len(parts) : 2 * len(parts)] for one in rows):
            log[homes.get(entry.lesson_key)].append(entry)
        return marks, log, dict(zip(lessons, answers[2 * len(parts) :], strict=True))

    def _periods_of(
        self, group: str, row: wire.GroupStudents | None, finals: Sequence[wire_results.PersonFinalMarks]
    ) -> tuple[wire.ReportingPeriod, ...]:
        """The periods known, those of the finals among them; a subgroup that shows none has those of its class."""
        wanted = {final.period_key for final in finals} - {""}
        for key in (group, *(row.group.parents if row else ())):
            if not finals or (self._periods and wanted <= self._periods.keys()):
                break
            self._learn_periods(key)
        if wanted - self._periods.keys() or (finals and not self._periods):
            raise faults.SchemaDrift("a final mark of a period the group does not have", "final-marks")
        return tuple(self._periods.values())

    def _learn_periods(self, group: str) -> None:
        self._whole_calls += 1
        try:
            self._periods.update((period.key, period) for period in self._client.period_group(group).periods)
        except faults.NotFound:
            return

    def _teacher_names(self) -> Mapping[str, str]:
        if self._teachers is None:
            found = self._client.teachers(self._school)
            self._teachers = {teacher.key: roster.name_of(teacher).full for teacher in found}
        return self._teachers
