"""The school's timetable written into an exchange file of «Сетевой Город», for that diary to take back.

Only the timetable is new; the plan with its ids goes back as it came, or the diary would not know its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from connectors.sources.material import Material
from connectors.sources.sgo import read_sgo, recognise
from connectors.sources.sgo_write import SgoWeekHours, with_timetable
from gateway.errors import DataError
from gateway.faultmap import in_our_words, refused_file
from gateway.i18n import _
from gateway.whole import whole
from mappings.sources.sgo_match import find_hours
from state.records import RecordType

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from connectors.sources.sgo_wire import SgoFile, SgoHour
    from mappings.sources.assemble import Assembled
    from state.local import Problem
    from state.snapshot import Scope
    from state.store import Store

SCHEMA = "export-sgo/1"
JOURNAL_KIND = "timetable.exported"
_OLD = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """`lessons` stand in the school's timetable on those days; `hours` were written, one for each course and hour."""

    path: Path
    weeks: int
    lessons: int
    hours: int
    problems: tuple[Problem, ...]
    """What has no place in the file: lessons without a course or bell, rooms it does not know."""
    sha256: str

    def figures(self) -> dict[str, Any]:
        """The same as JSON values, without names."""
        return {"weeks": self.weeks, "lessons": self.lessons, "hours": self.hours, "sha256": self.sha256}


def whole_weeks(scope: Scope) -> Scope:
    """The scope widened to Mondays and Sundays: the file knows no half weeks."""
    first, last = scope.lessons_from, scope.lessons_to
    return dataclasses.replace(
        scope,
        lessons_from=first - timedelta(days=first.weekday()),
        lessons_to=last + timedelta(days=6 - last.weekday()),
    )


def export_sgo(store: Store, local: Assembled, base: Path, path: Path, actor: str) -> Exported:
    """`path` holds the base file with the lessons of `local` as its timetable; the journal says so.

    Raises FileUnreadable for a base that cannot be read; DataError where it is of the older generation, whose
    timetable nobody has seen, where something lies at `path` already, and where the place cannot be written.
    """
    if path.exists():
        raise DataError(_("{path}: здесь уже что-то лежит").format(path=path), _("Назовите новый файл"))
    material, file = _read(base)
    found = find_hours(file, local.snapshot, base.name)
    weeks = tuple(_weeks(found.hours))
    with in_our_words():
        data = with_timetable(material, weeks)
    _write(data, path)
    exported = Exported(
        path=path,
        weeks=len(weeks),
        lessons=len(local.snapshot.of(RecordType.LESSON)),
        hours=len(found.hours),
        problems=found.problems,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    with in_our_words(), store.begin() as work:
        work.record(JOURNAL_KIND, {"format": SCHEMA, "base": file.source.sha256, **exported.figures()}, actor)
        work.commit()
    return exported


def _write(data: bytes, path: Path) -> None:
    """The file is whole or absent. Raises DataError."""
    with whole(path, private=True) as unfinished:
        unfinished.write_bytes(data)


def _read(base: Path) -> tuple[Material, SgoFile]:
    with in_our_words():
        material = Material(base)
        known = recognise(material)
        file = read_sgo(material) if known else None
    if known is None or file is None:
        raise refused_file("UNKNOWN_FORMAT", base.name)
    if known.version == _OLD:
        raise DataError(
            _("Файл старого образца: расписание в него не записать"),
            _("Выгрузите файл из «Сетевого города» заново и укажите его"),
        )
    return material, file


def _weeks(hours: tuple[SgoHour, ...]) -> list[SgoWeekHours]:
    def monday(hour: SgoHour) -> date:
        return hour.day - timedelta(days=hour.day.weekday())

    return [
        SgoWeekHours(monday=start, sunday=start + timedelta(days=6), hours=tuple(week))
        for start, week in groupby(hours, key=monday)
    ]
