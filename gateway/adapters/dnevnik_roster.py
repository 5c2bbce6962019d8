"""Reads the whole roster of a school from the diary, concurrently, as one snapshot."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from connectors import faults
from connectors.dnevnik.rest import DAYS_PER_CALL, MEMBERS_PER_CALL
from connectors.transport.pool import map_concurrently
from mappings.dnevnik import roster
from state.records import RecordType
from state.snapshot import RemoteRecord, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connectors.dnevnik import wire
    from connectors.dnevnik.imports import ImportService
    from connectors.dnevnik.rest import DnevnikClient
    from gateway.ports import Progress
    from state.snapshot import Scope

T = TypeVar("T")
R = TypeVar("R")

_ALWAYS_WHOLE = frozenset(
    {
        *(RecordType.BELL_SCHEDULE, RecordType.SUBJECT, RecordType.STAFF, RecordType.FORM),
        *(RecordType.SUBGROUP, RecordType.MEMBERSHIP, RecordType.LESSON),
    }
)
"""Pupils outside every group and relatives of pupils without an account are not shown, so those lists are not whole."""


def windows(starts: date, ends: date, days: int = DAYS_PER_CALL) -> Iterator[tuple[date, date]]:
    """[starts, ends] cut into pieces of at most `days` days, both ends included."""
    while starts <= ends:
        until = min(ends, starts + timedelta(days=days - 1))
        yield starts, until
        starts = until + timedelta(days=1)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class RosterReader:
    """One reading of one school. With the import service it sees period groups and subjects that nobody uses yet."""

    def __init__(
        self, client: DnevnikClient, imports: ImportService | None, school: str, progress: Progress | None
    ) -> None:
        self._client = client
        self._imports = imports
        self._school = school
        self._progress = progress
        self._done = 0
        self._total = 0

    def read(self, scope: Scope) -> Snapshot[RemoteRecord]:
        """Everything the diary shows of the school in scope. Raises connectors.faults."""
        year = scope.school_year
        groups = self._groups(year)
        classes = [group for group in groups if not group.is_subgroup]
        members = self._members([group.key for group in groups])
        period_groups = self._period_groups(classes)
        known = (*period_groups.values(), *(self._imports.reporting_period_groups(year) if self._imports else ()))
        calendars, periods = roster.calendars(known, year)
        pupils = roster.pupils(members)
        records: Mapping[RecordType, tuple[RemoteRecord, ...]] = {
            RecordType.BELL_SCHEDULE: roster.bell_schedules(self._client.timetables(self._school)),
            RecordType.CALENDAR: calendars,
            RecordType.GRADING_PERIOD: periods,
            RecordType.SUBJECT: roster.subjects(self._subjects()),
            RecordType.STAFF: roster.staff(self._client.teachers(self._school), self._client.staff(self._school)),
            RecordType.PUPIL: pupils,
            RecordType.GUARDIAN: roster.guardians(self._relatives(pupils)),
            RecordType.FORM: roster.forms(classes, {key: group.key for key, group in period_groups.items()}),
            RecordType.SUBGROUP: roster.subgroups(groups),
            RecordType.MEMBERSHIP: roster.memberships(members),
            RecordType.LESSON: roster.lessons(self._lessons(groups, scope)),
        }
        whole = {RecordType.CALENDAR, RecordType.GRADING_PERIOD} if self._imports else set()
        return Snapshot(scope=scope, records=records, complete=_ALWAYS_WHOLE | whole)

    def _groups(self, year: int) -> tuple[wire.EduGroup, ...]:
        """Classes by the school's list, subgroups by one call per grade: the list holds none of them."""
        classes = roster.current(self._client.classes(self._school), year)
        grades = {(group.parallel or group.key): group.key for group in classes}
        found = self._all(self._client.parallel, grades.values())
        return roster.current([*classes, *(group for row in found for group in row)], year)

    def _members(self, groups: Sequence[str]) -> list[wire.GroupStudents]:
        found = self._all(self._client.members, chunks(groups, MEMBERS_PER_CALL))
        return [row for rows in found for row in rows]

    def _period_groups(self, classes: Iterable[wire.EduGroup]) -> dict[str, wire.ReportingPeriodGroup]:
        """Class id → its reporting periods; a class without any is left out."""
        keys = [group.key for group in classes]
        found = self._all(lambda key: _or_none(self._client.period_group, key), keys)
        return {key: group for key, group in zip(keys, found, strict=True) if group is not None}

    def _subjects(self) -> tuple[wire.Subject, ...]:
        return self._imports.subjects() if self._imports else self._client.subjects(self._school)

    def _relatives(self, pupils: Iterable[RemoteRecord]) -> dict[str, tuple[wire.UserRelative, ...]]:
        with_account = [pupil for pupil in pupils if pupil.user_id]
        found = self._all(lambda pupil: _or_none(self._client.relatives, pupil.user_id), with_account)
        return {pupil.remote_id: rows or () for pupil, rows in zip(with_account, found, strict=True)}

    def _lessons(self, groups: Iterable[wire.EduGroup], scope: Scope) -> list[tuple[str, wire.Lesson]]:
        spans = list(windows(scope.lessons_from, scope.lessons_to))
        asked = [(group.key, since, until) for group in groups for since, until in spans]
        found = self._all(lambda one: self._client.lessons(*one), asked)
        return [(one[0], lesson) for one, lessons in zip(asked, found, strict=True) for lesson in lessons]

    def _all(self, fn: Callable[[T], R], items: Iterable[T]) -> list[R]:
        work = list(items)
        self._total += len(work)
        before = self._done

        def tell(done: int, _: int) -> None:
            self._done = before + done
            if self._progress:
                self._progress(self._done, self._total)

        return map_concurrently(fn, work, progress=tell)


def _or_none(call: Callable[[str], R], key: str) -> R | None:
    try:
        return call(key)
    except faults.NotFound:
        return None
