"""The elements of FET's XML files: lists of names, classes with their groups, activities, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.fet_wire import FetActivity, FetGroup, FetNamed, FetPlacement, FetYear
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from connectors.sources.wire import Content

_LISTS = {
    "Days_List": "Day",
    "Hours_List": "Hour",
    "Subjects_List": "Subject",
    "Teachers_List": "Teacher",
    "Rooms_List": "Room",
}
_USED = frozenset({*_LISTS, "Students_List", "Activities_List"})
_HEADS = frozenset({"Institution_Name", "Comments", "Mode"})
_IGNORED = frozenset({"Activity_Tags_List", "Buildings_List", "Time_Constraints_List", "Space_Constraints_List"})
"""Known and not needed; the two lists of constraints only where they hold no placement."""
_STARTS = ("ConstraintActivityPreferredStartingTime", "ConstraintActivityPreferredTime")
_MOST = {
    "Days_List/*": 100,
    "Hours_List/*": 100,
    "Students_List/Year": 1000,
    "Students_List/Year/Group": 2000,
    "Activities_List/Activity": 20_000,
}
"""The largest real timetables have 50 classes and 3000 activities; these are limits of attacks, not of schools."""
_WHOLE = re.compile(r"100([.,]0*)?")
_DURATION = re.compile(r"[1-9]|1[0-9]|2[0-4]")
"""Hours of one activity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the `.fet` file itself lists."""

    mode: str
    days: tuple[FetNamed, ...]
    hours: tuple[FetNamed, ...]
    subjects: tuple[FetNamed, ...]
    teachers: tuple[FetNamed, ...]
    rooms: tuple[FetNamed, ...]
    years: tuple[FetYear, ...]
    activities: tuple[FetActivity, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Content
    flaws: list[Flaw]

    def where(self, element: _Element) -> str:
        return f"{self.source.name}:{element.sourceline}"

    def flaw(self, code: str, element: _Element, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=self.where(element), raw=raw, blocks=blocks))

    def named(self, root: _Element, table: str) -> tuple[FetNamed, ...]:
        """The names of a list, in its order; before version 5.19 days and hours are bare names in their list."""
        found: dict[str, FetNamed] = {}
        for element in root.iterfind(f"{table}/*"):
            if element.tag not in {_LISTS[table], "Name"}:
                continue
            name = _clean(element.text) if element.tag == "Name" else _text(element, "Name")
            if not name:
                self.flaw("VALUE_MISSING", element, "Name", blocks=True)
            elif name in found:
                self.flaw("ID_REPEATED", element, f"{_LISTS[table]}: {name}", blocks=True)
            else:
                found[name] = FetNamed(name=name, where=self.where(element))
        return tuple(found.values())

    def children(self, element: _Element, tag: str) -> Iterator[tuple[_Element, FetNamed]]:
        """The parts of a set that have a name, each once."""
        seen = set()
        for child in element.iterfind(tag):
            name = _text(child, "Name")
            if not name or name in seen:
                code = "ID_REPEATED" if name else "VALUE_MISSING"
                self.flaw(code, child, f"{tag}: {name}" if name else "Name", blocks=True)
            else:
                yield child, FetNamed(name=name, where=self.where(child))
            seen.add(name)


def read_plan(root: _Element, source: Content, flaws: list[Flaw]) -> Plan:
    """The lists of the file; what is in it besides them is told in a flaw of its own. Raises UnreadableFile."""
    if any(sum(1 for _ in root.iterfind(path)) > most for path, most in _MOST.items()):
        raise UnreadableFile("расписание FET неправдоподобно велико", source.name, code="TOO_LARGE")
    reader = _Reader(source, flaws)
    flaws += [
        Flaw(code="TABLE_MISSING", where=source.name, raw=table, blocks=table != "Rooms_List")
        for table in sorted(_USED)
        if root.find(table) is None
    ]
    plan = Plan(
        mode=_text(root, "Mode"),
        days=reader.named(root, "Days_List"),
        hours=reader.named(root, "Hours_List"),
        subjects=reader.named(root, "Subjects_List"),
        teachers=reader.named(root, "Teachers_List"),
        rooms=reader.named(root, "Rooms_List"),
        years=tuple(_years(reader, root)),
        activities=tuple(_activities(reader, root)),
    )
    for element in root:
        tag = str(element.tag)
        if tag in _IGNORED and len(element):
            reader.flaw("TABLE_IGNORED", element, f"{tag}: {len(element)}")
        elif tag not in _USED | _HEADS | _IGNORED:
            reader.flaw("TABLE_UNKNOWN", element, f"{tag}: {len(element)}")
    return plan


def _years(reader: _Reader, root: _Element) -> Iterator[FetYear]:
    for table in root.iterfind("Students_List"):
        for year, named in reader.children(table, "Year"):
            groups = tuple(
                FetGroup(
                    name=group.name,
                    subgroups=tuple(subgroup for _, subgroup in reader.children(element, "Subgroup")),
                    where=group.where,
                )
                for element, group in reader.children(year, "Group")
            )
            yield FetYear(name=named.name, groups=groups, where=named.where)


def _activities(reader: _Reader, root: _Element) -> Iterator[FetActivity]:
    seen = set()
    for element in root.iterfind("Activities_List/*"):
        key, duration = _text(element, "Id"), _text(element, "Duration")
        if element.tag != "Activity":
            reader.flaw("TABLE_UNKNOWN", element, str(element.tag), blocks=True)
        elif not key or not _text(element, "Subject"):
            reader.flaw("VALUE_MISSING", element, "Id" if not key else "Subject", blocks=True)
        elif key in seen:
            reader.flaw("ID_REPEATED", element, f"Activity: {key}", blocks=True)
        elif not _DURATION.fullmatch(duration):
            reader.flaw("NUMBER_BAD", element, f"Duration={duration}", blocks=True)
        else:
            seen.add(key)
            yield FetActivity(
                id=key,
                subject=_text(element, "Subject"),
                teachers=_texts(element, "Teacher"),
                students=_texts(element, "Students"),
                duration=int(duration),
                active=_text(element, "Active").casefold() not in {"false", "no", "0"},
                where=reader.where(element),
            )


def read_result(root: _Element, source: Content, plan: Plan, flaws: list[Flaw]) -> tuple[FetPlacement, ...]:
    """Every element a placement, perhaps an empty one, or a flaw."""
    reader = _Reader(source, flaws)
    lasts = {activity.id: activity.duration for activity in plan.activities}
    found: dict[str, FetPlacement] = {}
    for element in root:
        key = _text(element, "Id")
        if element.tag != "Activity" or not key:
            reader.flaw("TABLE_UNKNOWN" if key else "VALUE_MISSING", element, key or "Id", blocks=True)
        elif key in found:
            reader.flaw("ID_REPEATED", element, f"Activity: {key}", blocks=True)
        else:
            found[key] = FetPlacement(
                activity=key,
                day=_text(element, "Day"),
                hour=_text(element, "Hour"),
                hours=lasts.get(key, 1),
                rooms=_texts(element, "Real_Room") or _texts(element, "Room"),
                where=reader.where(element),
            )
    return tuple(found.values())


def read_constraints(root: _Element, source: Content, plan: Plan, flaws: list[Flaw]) -> tuple[FetPlacement, ...]:
    """Places the plan itself holds: starting times and rooms that must be kept (weight 100, in force)."""
    reader = _Reader(source, flaws)
    lasts = {activity.id: activity.duration for activity in plan.activities}
    rooms = {
        _text(element, "Activity_Id"): _texts(element, "Real_Room") or _texts(element, "Room")
        for element in root.iterfind("Space_Constraints_List/ConstraintActivityPreferredRoom")
        if _binds(element)
    }
    found: dict[str, FetPlacement] = {}
    for element in _all(root, _STARTS):
        key = _text(element, "Activity_Id")
        if not _binds(element) or key not in lasts:
            continue
        if key in found:
            reader.flaw("ID_REPEATED", element, f"Activity_Id: {key}")
            continue
        found[key] = FetPlacement(
            activity=key,
            day=_text(element, "Preferred_Day") or _text(element, "Day"),
            hour=_text(element, "Preferred_Hour") or _text(element, "Hour"),
            hours=lasts[key],
            rooms=rooms.get(key, ()),
            where=reader.where(element),
        )
    return tuple(found.values())


def _all(root: _Element, tags: Sequence[str]) -> Iterator[_Element]:
    for tag in tags:
        yield from root.iterfind(f"Time_Constraints_List/{tag}")


def _binds(element: _Element) -> bool:
    weight = _text(element, "Weight_Percentage") or "100"
    return _WHOLE.fullmatch(weight) is not None and _text(element, "Active").casefold() != "false"


def _text(element: _Element, tag: str) -> str:
    return _clean(element.findtext(tag))


def _texts(element: _Element, tag: str) -> tuple[str, ...]:
    """Different values, in order."""
    return tuple(dict.fromkeys(text for child in element.iterfind(tag) if (text := _clean(child.text))))


def _clean(text: str | bytes | None) -> str:
    return " ".join(str(text or "").split())
