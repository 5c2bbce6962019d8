"""The calls of the import service: arguments by name, one function per call, in the order of the evidence table."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from connectors.sandbox import calendars, lessons, roster
from connectors.sandbox.moments import day_of, midnight
from connectors.sandbox.nouns import BellItem, Group, Person
from connectors.sandbox.refusals import ImportRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from connectors.sandbox.roster import Written
    from connectors.sandbox.world import World

_LONG = 1 << 63


class Arguments:
    """The children of one call by local name; every reader raises `invalidParameter` for what its type cannot hold."""

    def __init__(self, call: Any) -> None:
        self._fields = {child.tag.rpartition("}")[2]: child for child in call.iterchildren("*")}

    def plain(self) -> dict[str, str]:
        """Scalar arguments as they came, for the history."""
        return {name: child.text or "" for name, child in self._fields.items() if not len(child)}

    def text(self, name: str) -> str:
        child = self._fields.get(name)
        return (child.text or "").strip() if child is not None else ""

    def whole(self, name: str, below: int = _LONG) -> int:
        return _whole(name, self.text(name), below)

    def u8(self, name: str) -> int:
        return self.whole(name, 256)

    def day(self, name: str) -> date:
        day = day_of(self.text(name))
        if day is None:
            raise ImportRefusal("invalidParameter", f"{name} is not a dateTime")
        return day

    def bells(self) -> tuple[BellItem, ...]:
        """One `DayTimeTable` holds for every day; several stand for Monday, Tuesday and so on (ASSUMED)."""
        child = self._fields.get("items")
        days = [] if child is None else list(child.iterchildren("*"))
        return tuple(
            _bell(item, weekday if len(days) > 1 else 0)
            for weekday, day in enumerate(days, start=1)
            for item in day.iter("{*}DayTimeTableItem")
        )


def _whole(name: str, text: str, below: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number < below:
        raise ImportRefusal("invalidParameter", f"{name} is not a number of its type")
    return number


def _bell(item: Any, weekday: int) -> BellItem:
    fields = Arguments(item)
    starts = _time(fields.u8("StartHours"), fields.u8("StartMinutes"))
    ends = _time(fields.u8("FinishHours"), fields.u8("FinishMinutes"))
    if ends <= starts:
        raise ImportRefusal("invalidParameter", "a lesson ends before it starts")
    return BellItem(weekday, fields.u8("LessonNumber"), starts, ends)


def _time(hour: int, minute: int) -> time:
    if hour > 23 or minute > 59:
        raise ImportRefusal("invalidParameter", "no such time of day")
    return time(hour, minute)


# --- timetables and periods ------------------------------------------------------------------------------------------


def _insert_timetable(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    return calendars.insert_timetable(world, given.text("name"), given.bells())


def _update_timetable(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    return calendars.update_timetable(world, given.whole("ID"), given.text("name"), given.bells())


def _delete_timetable(world: World, given: Arguments) -> Written:
    return calendars.delete_timetable(world, given.whole("ID"))


def _insert_period_group(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    year = given.whole("studyYear", 10_000)
    return calendars.insert_period_group(world, given.text("name"), given.text("type"), year)


def _update_period_group(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    year = given.whole("studyYear", 10_000)
    return calendars.update_period_group(world, given.whole("ID"), given.text("name"), given.text("type"), year)


def _delete_period_group(world: World, given: Arguments) -> Written:
    return calendars.delete_period_group(world, given.whole("ID"))


def _insert_period(world: World, given: Arguments) -> Written:
    days = given.day("dateStart"), given.day("dateFinish")
    return calendars.insert_period(world, given.whole("periodGroupID"), given.text("name"), given.u8("number"), *days)


def _update_period(world: World, given: Arguments) -> Written:
    days = given.day("dateStart"), given.day("dateFinish")
    group = given.whole("periodGroupID")
    return calendars.update_period(world, given.whole("ID"), group, given.text("name"), given.u8("number"), *days)


# --- groups and memberships ------------------------------------------------------------------------------------------


def _class(world: World, given: Arguments) -> Group:
    roster.own_school(world, given.text("schoolGuid"))
    return Group(
        id=0,
        guid=given.text("guid"),
        name=given.text("name"),
        parallel=given.u8("parallel"),
        study_year=given.whole("studyYear", 10_000),
        period_group=given.whole("periodGroupID"),
        table=given.whole("tableID"),
        description=given.text("description"),
    )


def _insert_group(world: World, given: Arguments) -> Written:
    return roster.insert_group(world, _class(world, given))


def _update_group(world: World, given: Arguments) -> Written:
    return roster.update_group(world, _class(world, given))


def _delete_group(world: World, given: Arguments) -> Written:
    return lessons.delete_group(world, given.text("guid"))


def _insert_subgroup(world: World, given: Arguments) -> Written:
    parent = given.text("parentGroupGuid")
    return roster.insert_subgroup(world, given.text("guid"), given.text("name"), parent, given.text("description"))


def _member(world: World, given: Arguments) -> tuple[Person, Group]:
    return roster.person_by(world, given.text("personGuid")), roster.group_by(world, given.text("groupGuid"))


def _insert_membership(world: World, given: Arguments) -> Written:
    return roster.join(world, *_member(world, given))


def _delete_membership(world: World, given: Arguments) -> Written:
    return roster.leave(world, *_member(world, given))


# --- subjects and lessons --------------------------------------------------------------------------------------------


def _insert_subject(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    return roster.insert_subject(world, given.text("name"), given.text("nameFull"), given.text("knowledgeArea"))


def _update_subject(world: World, given: Arguments) -> Written:
    roster.own_school(world, given.text("schoolGuid"))
    names = given.text("name"), given.text("nameFull")
    return roster.update_subject(world, given.whole("ID"), *names, given.text("knowledgeArea"))


def _delete_subject(world: World, given: Arguments) -> Written:
    return roster.delete_subject(world, given.whole("ID"))


def _teacher(world: World, given: Arguments) -> Person | None:
    guid = given.text("teacherGuid")
    return roster.person_by(world, guid) if guid else None


def _insert_lesson(world: World, given: Arguments) -> Written:
    group, teacher = roster.group_by(world, given.text("groupGuid")), _teacher(world, given)
    place = given.day("date"), given.u8("number")
    return lessons.insert_lesson(world, group, given.whole("subjectID"), teacher, *place)


def _update_lesson(world: World, given: Arguments) -> Written:
    place = given.day("date"), given.u8("number")
    subject = given.whole("subjectID")
    return lessons.update_lesson(world, given.whole("ID"), subject, _teacher(world, given), *place)


def _delete_lesson(world: World, given: Arguments) -> Written:
    return lessons.delete_lesson(world, given.whole("ID"))


# --- reads -----------------------------------------------------------------------------------------------------------


def _subjects(world: World, given: Arguments) -> str:
    roster.own_school(world, given.text("schoolGuid"))
    return "".join(
        f"<Subject><ID>{one.id}</ID><name>{escape(one.name)}</name><nameFull>{escape(one.full_name)}</nameFull>"
        f"<knowledgeArea>{one.area}</knowledgeArea></Subject>"
        for one in world.subjects.values()
    )


def _period_groups(world: World, given: Arguments) -> str:
    roster.own_school(world, given.text("schoolGuid"))
    year = given.whole("studyYear", 10_000)
    return "".join(
        f"<ReportingPeriodGroup><ID>{group.id}</ID><name>{escape(group.name)}</name><type>{group.kind}</type>"
        f"<studyYear>{group.study_year}</studyYear><periods>"
        + "".join(
            f"<ReportingPeriod><ID>{one.id}</ID><name>{escape(one.name)}</name><number>{one.number}</number>"
            f"<dateStart>{midnight(one.starts)}</dateStart><dateFinish>{midnight(one.ends)}</dateFinish>"
            "</ReportingPeriod>"
            for one in group.ordered()
        )
        + "</periods></ReportingPeriodGroup>"
        for group in world.period_groups.values()
        if group.study_year == year
    )


CALLS: Mapping[str, Callable[[World, Arguments], Written | str]] = {
    "insertTimeTable": _insert_timetable,
    "updateTimeTable": _update_timetable,
    "deleteTimeTable": _delete_timetable,
    "insertReportingPeriodGroup": _insert_period_group,
    "updateReportingPeriodGroup": _update_period_group,
    "deleteReportingPeriodGroup": _delete_period_group,
    "insertReportingPeriod": _insert_period,
    "updateReportingPeriod": _update_period,
    "insertGroup": _insert_group,
    "updateGroup": _update_group,
    "deleteGroup": _delete_group,
    "insertSubGroup": _insert_subgroup,
    "insertGroupMembership": _insert_membership,
    "deleteGroupMembership": _delete_membership,
    "insertSubject": _insert_subject,
    "updateSubject": _update_subject,
    "deleteSubject": _delete_subject,
    "insertLesson": _insert_lesson,
    "updateLesson": _update_lesson,
    "deleteLesson": _delete_lesson,
    "getReportingPeriodGroupCollection": _period_groups,
    "getSubjectCollection": _subjects,
}
