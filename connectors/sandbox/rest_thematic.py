"""REST of thematic marks: marks of a pupil on a theme of a subject, which belong to no lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox import lessons, shapes_register
from connectors.sandbox.counters import Write
from connectors.sandbox.moments import day_of
from connectors.sandbox.refusals import bad_parameter, missing
from connectors.sandbox.rest_marks import MARK5, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Group, Mark, Subject, Work
    from connectors.sandbox.shapes import Json


def _in_group(call: Call, group: Group, subject: int) -> Iterable[Mark]:
    marks = call.world.thematic_in.get(group.id, {}).values()
    return (one for one in marks if call.world.works[one.work].subject == subject)


def thematic_mark(call: Call) -> Json:
    found = call.world.marks.get(call.number("mark"))
    work = None if found is None else call.world.works[found.work]
    if found is None or work is None or found.id not in call.world.thematic_in.get(work.group, {}):
        raise missing("The thematic mark")
    call.person_by(found.person)
    return shapes_register.mark(call.world, found)


def group_thematic(call: Call) -> list[Json]:
    call.staff_only()
    return shown(call, _in_group(call, call.group(), call.subject().id))


def person_thematic(call: Call) -> list[Json]:
    """Of one pupil, by the day of the theme."""
    person, (starts, ends) = call.person(), call.window()
    marks = _in_group(call, call.group(), call.subject().id)
    works = call.world.works
    return shown(call, (one for one in marks if one.person == person.id and starts <= works[one.work].day <= ends))


def _of_pupil(call: Call, groups: Iterable[Group]) -> list[Json]:
    """Of one pupil in every subject, by the day of the theme."""
    person, (starts, ends) = call.person(), call.window()
    world = call.world
    marks = (mark for group in groups for mark in world.thematic_in.get(group.id, {}).values())
    return shown(
        call, (one for one in marks if one.person == person.id and starts <= world.works[one.work].day <= ends)
    )


def person_group_thematic(call: Call) -> list[Json]:
    return _of_pupil(call, [call.group()])


def person_school_thematic(call: Call) -> list[Json]:
    """In every group the pupil was ever in."""
    call.own_school()
    return _of_pupil(call, call.world.groups_with(call.person().id, archived=True))


def set_thematic(call: Call) -> Json:
    """Body `{"person", "group", "subject", "value", "text"?, "date"?}`: ASSUMED, no public source has it.

    One mark per pupil and theme (its text and day): a second one replaces the first.
    """
    call.staff_only()
    body = call.body_object()
    person = call.person_by(call.number_in(body, "person"))
    group, subject = call.group_by(call.number_in(body, "group")), call.subject_by(call.number_in(body, "subject"))
    value, text = str(body.get("value", "")), str(body.get("text") or "")
    if value not in MARK5:
        raise bad_parameter("value", value)
    now = call.world.now()
    day = day_of(str(body.get("date") or now.date()))
    if day is None:
        raise bad_parameter("date", str(body["date"]))
    mark = lessons.set_mark(call.world, _theme(call, group, subject, day, text), person.id, value, now)
    call.world.counters.history.append(Write("POST /thematic-marks", "created", str(mark.id), {}))
    return shapes_register.mark(call.world, mark)


def _theme(call: Call, group: Group, subject: Subject, day: date, text: str) -> Work:
    """The work that carries the theme's marks."""
    known = (call.world.works[one.work] for one in _in_group(call, group, subject.id))
    found = next((one for one in known if (one.day, one.text) == (day, text)), None)
    return found or lessons.add_theme(call.world, group.id, subject.id, day, call.viewer.person.id, text)


ROUTES = (
    ("GET", "/thematic-marks/{mark}", thematic_mark),
    ("POST", "/thematic-marks", set_thematic),
    ("GET", "/edu-groups/{group}/subjects/{subject}/thematic-marks", group_thematic),
    ("GET", "/persons/{person}/edu-groups/{group}/subjects/{subject}/thematic-marks/{from}/{to}", person_thematic),
    ("GET", "/persons/{person}/edu-groups/{group}/thematic-marks/{from}/{to}", person_group_thematic),
    ("GET", "/persons/{person}/schools/{school}/thematic-marks/{from}/{to}", person_school_thematic),
)
