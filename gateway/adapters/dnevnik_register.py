"""The hosted diary as a RegisterSource: whole registers of a few groups at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import faults
from connectors.dnevnik.rest import LESSONS_PER_CALL
from connectors.transport.pool import map_concurrently
from gateway.adapters.dnevnik_roster import chunks, windows
from gateway.ports import RegisterBatch, RegisterWindow
from mappings.dnevnik import register, roster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors.dnevnik import wire
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import Progress
    from state.identity import RemoteId, SourcedId

GROUPS_PER_BATCH = 8
"""As many as requests run at once: each group is read by one thread."""


class DnevnikRegister:
    """Lessons, marks, attendance, finals and lists of one school. It reads and never writes."""

    def __init__(self, client: DnevnikClient, *, school: str) -> None:
        self._client = client
        self._school = school
        self._teachers: dict[str, str] | None = None

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self._client.requests

    def pull(self, window: RegisterWindow, progress: Progress | None = None) -> Iterator[RegisterBatch]:
        """One batch per few groups, each over all days of the window. Raises connectors.faults between batches."""
        names = register.Names(groups=window.groups, subjects=window.subjects, persons=window.persons)
        order = sorted(window.groups)
        for done, chunk in enumerate(chunks(order, GROUPS_PER_BATCH)):
            registers = self._read(chunk, window)
            yield self._batch(registers, names, window)
            if progress:
                progress(min(len(order), (done + 1) * GROUPS_PER_BATCH), len(order))

    def _batch(
        self, registers: Sequence[register.GroupRegister], names: register.Names, window: RegisterWindow
    ) -> RegisterBatch:
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
        )

    def _read(self, groups: Sequence[RemoteId], window: RegisterWindow) -> list[register.GroupRegister]:
        lists = {row.group.key: row for row in self._client.members(groups)}
        return map_concurrently(lambda group: self._group(group, lists.get(group), window), groups)

    def _group(self, group: RemoteId, row: wire.GroupStudents | None, window: RegisterWindow) -> register.GroupRegister:
        marks: list[wire.Mark] = []
        lessons: list[wire.Lesson] = []
        for since, until in windows(window.starts, window.ends):
            # marks first: a lesson that appears in between has no marks yet, one that vanished takes its marks along
            marks.extend(self._client.marks(group, since, until))
            lessons.extend(self._client.lessons(group, since, until))
        keys = [lesson.key for lesson in lessons]
        log = [entry for part in chunks(keys, LESSONS_PER_CALL) for entry in self._client.log_entries(part)]
        finals = self._client.final_marks(group)
        return register.GroupRegister(
            group=group,
            lessons=tuple(lessons),
            marks=tuple(marks),
            log=tuple(log),
            finals=finals,
            periods=self._periods(group, row, finals),
            members=row.students if row else (),
        )

    def _periods(
        self, group: str, row: wire.GroupStudents | None, finals: Sequence[wire.PersonFinalMarks]
    ) -> tuple[wire.ReportingPeriod, ...]:
        """The periods the finals speak of; a subgroup that shows none has those of its class."""
        if not finals:
            return ()
        periods: tuple[wire.ReportingPeriod, ...] = ()
        for key in (group, *(row.group.parents if row else ())):
            try:
                periods = self._client.period_group(key).periods
            except faults.NotFound:
                continue
            if periods:
                break
        if {final.period_key for final in finals} - {"", *(period.key for period in periods)} or not periods:
            raise faults.SchemaDrift("a final mark of a period the group does not have", "final-marks")
        return periods

    def _teacher_names(self) -> Mapping[str, str]:
        if self._teachers is None:
            found = self._client.teachers(self._school)
            self._teachers = {teacher.key: roster.name_of(teacher).full for teacher in found}
        return self._teachers
