"""The tables FET exports: of the result row by row, an hour each; the others are known, and say nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.fet_wire import FetActivity, FetFile, FetNamed, FetPlacement, PlacedBy
from connectors.sources.wire import Content, Flaw, Layout, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "fet"
_KEYS = ("Activity Id", "Day", "Hour", "Students Sets", "Subject")
TIMETABLE = Layout(_NAME, _KEYS, ("Teachers", "Activity Tags", "Room", "Comments"))
OTHER_TABLES = (
    Layout(_NAME, ("Students Sets", "Subject", "Teachers", "Total Duration", "Split Duration")),
    Layout(_NAME, ("Year", "Number of Students per Year", "Group", "Subgroup")),
    Layout(_NAME, ("Room", "Building", "Room Capacity")),
)
"""`*_activities.csv`, `*_students.csv`, `*_rooms.csv`: all they say is in the plan."""


def parts(text: str) -> tuple[str, ...]:
    """The values of a cell: FET joins them by a plus, which no name may hold."""
    return tuple(part.strip() for part in text.split("+") if part.strip())


def read_rows(table: Table, flaws: list[Flaw]) -> tuple[FetPlacement, ...]:
    """Every row an hour of its activity, or a flaw."""
    flaws += table.flaws
    return tuple(_placement(row) for row in table.rows if _is_whole(row, flaws))


def _is_whole(row: Row, flaws: list[Flaw]) -> bool:
    if row.text("Activity Id"):
        return True
    flaws.append(Flaw(code="VALUE_MISSING", where=row.where, raw="Activity Id", blocks=True))
    return False


def _placement(row: Row) -> FetPlacement:
    return FetPlacement(
        activity=row.text("Activity Id"),
        day=row.text("Day"),
        hour=row.text("Hour"),
        hours=1,
        rooms=parts(row.text("Room")),
        where=row.where,
    )


def table_alone(source: Content, table: Table, flaws: list[Flaw]) -> FetFile:
    """The timetable as far as the table alone tells it: no set without a lesson, no activity without a place."""
    placements = read_rows(table, flaws)
    rows = [row for row in table.rows if row.text("Activity Id")]
    activities: dict[str, FetActivity] = {}
    for row in rows:
        activity = _activity(row)
        first = activities.setdefault(activity.id, activity)
        if (first.subject, first.teachers, first.students) != (activity.subject, activity.teachers, activity.students):
            flaws.append(Flaw(code="FET_ROW_DIFFERS", where=row.where, raw=activity.id))
    return FetFile(
        source=source,
        mode="",
        alone=True,
        placed_by=PlacedBy.TABLE,
        days=_named(rows, "Day"),
        hours=_named(rows, "Hour"),
        subjects=_named(rows, "Subject"),
        teachers=_named(rows, "Teachers"),
        rooms=_named(rows, "Room"),
        years=(),
        activities=tuple(activities.values()),
        placements=placements,
        flaws=tuple(flaws),
    )


def _activity(row: Row) -> FetActivity:
    return FetActivity(
        id=row.text("Activity Id"),
        subject=row.text("Subject"),
        teachers=parts(row.text("Teachers")),
        students=parts(row.text("Students Sets")),
        duration=1,
        active=True,
        where=row.where,
    )


def _named(rows: Iterable[Row], column: str) -> tuple[FetNamed, ...]:
    """The different values of a column, each where it first stands."""
    found: dict[str, str] = {}
    single = column in {"Day", "Hour", "Subject"}
    for row in rows:
        text = row.text(column)
        for name in (text,) if single and text else parts(text):
            found.setdefault(name, row.cell(column).where)
    return tuple(FetNamed(name=name, where=where) for name, where in found.items())
