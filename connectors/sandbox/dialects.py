"""Shapes in which the sources of models.md disagree: the sandbox speaks any of them on demand.

An answer is made in the usual shape and put into the chosen one here, so that no handler knows of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connectors.sandbox.refusals import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.sandbox.shapes import Json

SWITCHES = {
    "timetables": ("mixed", "object", "list"),
    "schedules": ("days", "list"),
    "person_log": ("object", "list"),
    "parents": ("mixed", "null", "empty"),
    "names": ("absent", "null"),
    "days": ("naive", "zoned"),
    "twins": ("all", "scarce", "none"),
    "numbers": ("exact", "rounded"),
    "moments": ("bare", "fraction", "zulu"),
    "nulls": ("said", "omitted"),
    "fields": ("known", "newer"),
    "work_types": ("title", "name"),
    "region": ("both", "regionId", "regionid"),
    "timezone": ("+3:00", "03:00"),
}
"""Switch → its positions; the first is the usual one.

timetables: PX and MO read an object, JA and TS a list; mixed is a list by school and an object by group.
schedules: JA and old Kundelik clients read a bare list. person_log: MO reads a bare list.
parents: Kundelik has null in one list and [] in another. names: empty ones are left out, or null.
days: those of schedules may carry an offset (JA). twins: flat lessons have none in the Swagger, some fields nowhere.
numbers: KZ's viewer rounds what exceeds 2^53 to doubles, the twins stay exact. moments: a fraction may be absent, and
the Swagger's examples end in Z. nulls: Kundelik leaves empty fields out. fields: some came after 2021, more will come.
work_types: title and abbr in their own list, name and abbreviation in schedules.
region: MO or JA alone, who spell it differently. timezone: of a user, with a sign (Kundelik) or without (BOT).
"""
_TIMETABLES = ("GET /schools/{school}/timetables", "GET /edu-groups/{eduGroup}/timetables")
_SCHEDULES = "GET /persons/{person}/groups/{group}/schedules"
_PERSON_LOG = "GET /persons/{person}/lesson-log-entries"
_NAMES = ("firstName", "lastName", "middleName")
_WORK_TYPE_NAMES = {"title": "name", "abbr": "abbreviation"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d+)?")
_DOUBLE = 2**53
_TWINS = ("_str", "IdStr")


class Dialect:
    """The position of every switch."""

    def __init__(self) -> None:
        self.positions = {name: positions[0] for name, positions in SWITCHES.items()}

    def turn(self, wanted: dict[str, Any]) -> dict[str, str]:
        """The named switches stand as wanted; all positions. Raises parameterInvalid."""
        for name, position in wanted.items():
            if position not in SWITCHES.get(name, ()):
                raise bad_parameter(name, str(position))
        self.positions |= wanted
        return dict(self.positions)

    def spoken(self, operation: str, answer: Any) -> Any:
        """The answer to this operation, in the shapes that are switched on."""
        turned = [(name, now) for name, now in self.positions.items() if now != SWITCHES[name][0]]
        for name, position in turned:
            answer = (
                _WHOLE[name](operation, answer, position) if name in _WHOLE else _everywhere(answer, name, position)
            )
        return answer


# --- of a whole answer -----------------------------------------------------------------------------------------------


def _timetables(operation: str, answer: Any, position: str) -> Any:
    """A list of one is that one, of none is 204. What an object would show of several nobody knows: they stay a list.

    ASSUMED but for the object itself: a diary that hid the others could be given none of them without a doubt.
    """
    if operation not in _TIMETABLES or isinstance(answer, list) == (position == "list"):
        return answer
    if position == "list":
        return [answer]
    return answer if len(answer) > 1 else next(iter(answer), None)


def _schedules(operation: str, answer: Any, _: str) -> Any:
    return answer["days"] if operation == _SCHEDULES else answer


def _person_log(operation: str, answer: Any, _: str) -> Any:
    return answer["logEntries"] if operation == _PERSON_LOG else answer


_WHOLE: dict[str, Callable[[str, Any, str], Any]] = {
    "timetables": _timetables,
    "schedules": _schedules,
    "person_log": _person_log,
}


# --- of every object in it -------------------------------------------------------------------------------------------


def _everywhere(answer: Any, name: str, position: str) -> Any:
    """Answers are made anew for every request, so they are changed in place."""
    for one in list(_objects(answer)):
        _CHANGES[name](one, position)
    return answer


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _objects(item)


def _parents(one: Json, position: str) -> None:
    if "parentIds" in one and not one["parentIds"]:
        one["parentIds"] = one["parentIds_str"] = None if position == "null" else []


def _names(one: Json, _: str) -> None:
    if "shortName" in one:
        one |= {name: one.get(name) for name in _NAMES}


def _days(one: Json, _: str) -> None:
    if "nextDate" in one:
        one |= {name: f"{one[name]}+03:00" for name in ("date", "nextDate")}


def _twins(one: Json, position: str) -> None:
    if position == "none":
        for name in [name for name in one if name.endswith(_TWINS)]:
            del one[name]
    elif "hours" in one:
        del one["id_str"]


def _numbers(one: Json, _: str) -> None:
    for name in [name for name in one if f"{name}_str" in one or f"{name}Str" in one]:
        one[name] = [_rounded(item) for item in one[name]] if isinstance(one[name], list) else _rounded(one[name])


def _rounded(value: Any) -> Any:
    return int(float(value)) if isinstance(value, int) and value > _DOUBLE else value


def _moments(one: Json, position: str) -> None:
    for name, value in one.items():
        found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if found and position == "zulu":
            one[name] = f"{value}Z"
        elif found and not found["fraction"]:
            one[name] = f"{value}.000000"


def _nulls(one: Json, _: str) -> None:
    for name in [name for name, value in one.items() if value is None]:
        del one[name]


def _fields(one: Json, _: str) -> None:
    if "id" in one or "Id" in one:
        one["newerField"] = {"type": "Unheard", "values": [1, None]}


def _work_types(one: Json, _: str) -> None:
    if "abbr" in one:
        for name, other in _WORK_TYPE_NAMES.items():
            one[other] = one.pop(name)


def _region(one: Json, position: str) -> None:
    if "tsoRegionTreePath" in one:
        one.pop("regionid" if position == "regionId" else "regionId")


def _timezone(one: Json, position: str) -> None:
    if "timezone" in one:
        one["timezone"] = position


_CHANGES: dict[str, Callable[[Json, str], None]] = {
    "parents": _parents,
    "names": _names,
    "days": _days,
    "twins": _twins,
    "numbers": _numbers,
    "moments": _moments,
    "nulls": _nulls,
    "fields": _fields,
    "work_types": _work_types,
    "region": _region,
    "timezone": _timezone,
}
