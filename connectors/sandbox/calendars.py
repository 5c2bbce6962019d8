"""The rules of the import service for bell timetables and reporting periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.nouns import BellItem, Period, PeriodGroup, Timetable
from connectors.sandbox.refusals import ImportRefusal
from connectors.sandbox.roster import Written, named

if TYPE_CHECKING:
    from datetime import date

    from connectors.sandbox.world import World

PERIOD_KINDS = frozenset({"NotSet", "Year", "HalfYear", "Semester", "Trimester", "Quarter", "Module"})


def insert_timetable(world: World, name: str, items: tuple[BellItem, ...]) -> Written:
    """A new bell schedule every time: a repeated call makes a second one of the same name."""
    twin = any(one.name == name for one in world.timetables.values())
    table = Timetable(world.issue.long(), named(name), items)
    world.timetables[table.id] = table
    return Written(table.id, duplicate=twin)


def update_timetable(world: World, table_id: int, name: str, items: tuple[BellItem, ...]) -> Written:
    table = timetable_by(world, table_id)
    table.name, table.items = named(name), items
    return Written(table_id, "changed")


def delete_timetable(world: World, table_id: int) -> Written:
    timetable_by(world, table_id)
    if any(group.table == table_id for group in world.groups.values()):
        raise ImportRefusal("invalidParameter", "groups use this timetable")
    del world.timetables[table_id]
    return Written(table_id, "deleted")


def timetable_by(world: World, table_id: int) -> Timetable:
    if table_id not in world.timetables:
        raise ImportRefusal("unknownId", "no timetable has this ID")
    return world.timetables[table_id]


def insert_period_group(world: World, name: str, kind: str, study_year: int) -> Written:
    """A new, empty group of reporting periods every time."""
    _check_kind(kind)
    twin = any((one.name, one.kind, one.study_year) == (name, kind, study_year) for one in world.period_groups.values())
    group = PeriodGroup(world.issue.long(), named(name), kind, study_year)
    world.period_groups[group.id] = group
    return Written(group.id, duplicate=twin)


def update_period_group(world: World, group_id: int, name: str, kind: str, study_year: int) -> Written:
    _check_kind(kind)
    group = period_group_by(world, group_id)
    group.name, group.kind, group.study_year = named(name), kind, study_year
    return Written(group_id, "changed")


def delete_period_group(world: World, group_id: int) -> Written:
    group = period_group_by(world, group_id)
    if any(one.period_group == group_id for one in world.groups.values()):
        raise ImportRefusal("invalidParameter", "groups use these periods")
    for period in group.periods:
        del world.periods[period]
    del world.period_groups[group_id]
    return Written(group_id, "deleted")


def period_group_by(world: World, group_id: int) -> PeriodGroup:
    if group_id not in world.period_groups:
        raise ImportRefusal("unknownId", "no reporting period group has this ID")
    return world.period_groups[group_id]


def insert_period(world: World, group_id: int, name: str, number: int, starts: date, ends: date) -> Written:
    """A new period every time; a second one with the same number is counted as a duplicate."""
    group = period_group_by(world, group_id)
    _check_order(starts, ends)
    twin = any(period.number == number for period in group.periods.values())
    period = Period(world.issue.long(), group_id, named(name), number, starts, ends)
    group.periods[period.id] = world.periods[period.id] = period
    return Written(period.id, duplicate=twin)


def update_period(
    world: World, period_id: int, group_id: int, name: str, number: int, starts: date, ends: date
) -> Written:
    period = world.periods.get(period_id)
    if period is None or period.group != group_id:
        raise ImportRefusal("unknownId", "no reporting period has this ID in this group")
    _check_order(starts, ends)
    period.name, period.number, period.starts, period.ends = named(name), number, starts, ends
    return Written(period_id, "changed")


def _check_order(starts: date, ends: date) -> None:
    if ends < starts:
        raise ImportRefusal("invalidParameter", "dateFinish is before dateStart")


def _check_kind(kind: str) -> None:
    if kind not in PERIOD_KINDS:
        raise ImportRefusal("invalidParameter", "type is unknown")
