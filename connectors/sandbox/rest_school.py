"""REST reads about the school: groups, subjects, bells, periods, teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox import shapes, shapes_register
from connectors.sandbox.nouns import ADMIN, STAFF
from connectors.sandbox.refusals import bad_parameter, missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Group, PeriodGroup, Person
    from connectors.sandbox.shapes import Json


def school(call: Call) -> Json:
    call.own_school()
    return shapes.school(call.world)


def schools(call: Call) -> list[Json]:
    """Without `schools=` the viewer's own organisation."""
    asked = call.asked_numbers("schools")
    return [shapes.school(call.world)] if not asked or call.world.school.id in asked else []


def membership(call: Call) -> list[Json]:
    """Staff by default, or the administrators."""
    call.admin_only()
    call.own_school()
    kind = call.asked("schoolMembershipType", "Staff").lower()
    if kind not in ("staff", "admins"):
        raise bad_parameter("schoolMembershipType", kind)
    return _persons(_by_name(call.world.with_role(STAFF if kind == "staff" else ADMIN)))


def teachers(call: Call) -> list[Json]:
    """PascalCase. Families read it too: one client walks from here to all classes (behaviour.md §4).

    That they see neither birthdays nor addresses is ASSUMED.
    """
    call.own_school()
    world = call.world
    taught = world.subjects_by_teacher()
    hidden = dict.fromkeys(("DateBirth", "Email")) if call.viewer.is_parent else {}
    return [
        shapes.teacher(world, one, sorted({world.subjects[key].name for key in taught.get(one.id, ())})) | hidden
        for one in _by_name(world.with_role(STAFF))
    ]


def _by_name(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda one: (one.full, one.id))


def _persons(people: Iterable[Person]) -> list[Json]:
    return [shapes.person(one) for one in people]


# --- groups ----------------------------------------------------------------------------------------------------------


def _groups(call: Call, groups: Iterable[Group], null_parents: bool = False) -> list[Json]:
    return [shapes.group(call.world, one, null_parents) for one in groups]


def school_groups(call: Call) -> list[Json]:
    """Classes only."""
    call.staff_only()
    call.own_school()
    return _groups(call, (one for one in call.world.groups.values() if one.parent is None))


def group(call: Call) -> Json:
    return shapes.group(call.world, call.group("eduGroup"))


def groups_many(call: Call) -> list[Json]:
    return _groups(call, [call.group_by(key) for key in call.wanted_numbers("eduGroups")])


def groups_students(call: Call) -> list[Json]:
    """The read that looks like a write: members of many groups with their status."""
    call.staff_only()
    return [shapes.group_students(call.world, call.group_by(key)) for key in call.id_list()]


def group_persons(call: Call) -> list[Json]:
    archived = call.asked("includeArchive").lower() == "true"
    found = call.world.pupils(call.group().id, archived)
    return [shapes.person(one, bare=call.viewer.is_parent) for one in found]


def group_pupils(call: Call) -> list[Json]:
    found = call.world.pupils(call.group("eduGroup").id)
    return [shapes.person(one, bare=call.viewer.is_parent) for one in found]


def parallel(call: Call) -> list[Json]:
    """Classes and subgroups of the grade, itself included."""
    own = call.group("groupId")
    same = (own.parallel, own.study_year)
    return _groups(call, (one for one in call.world.groups.values() if (one.parallel, one.study_year) == same))


def _member(call: Call) -> Person:
    """Whose groups are asked for: anybody may know those of the staff."""
    found = call.world.persons.get(call.number("person"))
    return found if found is not None and STAFF in found.roles else call.person()


def person_groups(call: Call) -> list[Json]:
    """With subgroups; `all` adds archived memberships."""
    return _groups(call, call.world.own_groups(_member(call).id))


def person_groups_all(call: Call) -> list[Json]:
    return _groups(call, call.world.own_groups(_member(call).id, archived=True))


def person_school_groups(call: Call) -> list[Json]:
    """Classes only, with `parentIds: null` as observed."""
    call.own_school()
    own = call.world.own_groups(_member(call).id)
    return _groups(call, (one for one in own if one.parent is None), null_parents=True)


def groups_taught(call: Call) -> list[Json]:
    call.own_school()
    world, person = call.world, _member(call)
    taught = sorted({lesson.group for lesson in world.lessons.values() if person.id in lesson.teachers})
    return _groups(call, (world.groups[key] for key in taught))


def group_teachers(call: Call) -> list[Json]:
    """Teachers of lessons from 7 days ago to 30 days ahead."""
    world = call.world
    lessons = world.lessons_between(call.group().id, *world.near())
    people = {teacher for lesson in lessons for teacher in lesson.teachers}
    return _persons(_by_name(world.persons[key] for key in people))


def class_teacher(call: Call) -> Json:
    """Whom the administrator has named: the import service has no call for it, so a new class has none."""
    found = call.world.class_teachers.get(call.group().id)
    if found is None:
        raise missing("The class teacher")
    return shapes.person(call.world.persons[found])


# --- subjects, bells, periods ----------------------------------------------------------------------------------------


def school_subjects(call: Call) -> list[Json]:
    call.own_school()
    return [shapes.subject(one) for one in call.world.subjects.values()]


def group_subjects(call: Call) -> list[Json]:
    """Of the current reporting period only: empty in the holidays."""
    own = call.group("eduGroup")
    periods = call.world.period_group_of(own)
    current = periods.at(call.world.now().date()) if periods else None
    if current is None:
        return []
    return [shapes.subject(one) for one in call.world.subjects_in(own.id, current.starts, current.ends)]


def school_timetables(call: Call) -> list[Json]:
    call.own_school()
    return [shapes.timetable(one) for one in call.world.timetables.values()]


def group_timetable(call: Call) -> Json:
    found = call.world.timetables.get(call.group("eduGroup").table)
    if found is None:
        raise missing("The timetable")
    return shapes.timetable(found)


def _period_group(call: Call) -> PeriodGroup:
    found = call.world.period_group_of(call.group("eduGroup"))
    if found is None:
        raise missing("The reporting periods")
    return found


def reporting_periods(call: Call) -> list[Json]:
    return [shapes.period(call.world, one) for one in _period_group(call).ordered()]


def reporting_period_group(call: Call) -> Json:
    return shapes.period_group(call.world, _period_group(call))


def work_types(call: Call) -> list[Json]:
    call.own_school()
    return [shapes_register.work_type(call.world, one) for one in call.world.work_types.values()]


ROUTES = (
    ("GET", "/schools", schools),
    ("GET", "/schools/person-schools", schools),
    ("GET", "/schools/{school}", school),
    ("GET", "/schools/{school}/membership", membership),
    ("GET", "/schools/{school}/teachers", teachers),
    ("GET", "/schools/{school}/edu-groups", school_groups),
    ("GET", "/schools/{school}/subjects", school_subjects),
    ("GET", "/schools/{school}/timetables", school_timetables),
    ("GET", "/edu-groups", groups_many),
    ("POST", "/edu-groups", groups_students),
    ("POST", "/edu-groups/students", groups_students),
    ("GET", "/edu-groups/{eduGroup}", group),
    ("GET", "/edu-groups/{group}/persons", group_persons),
    ("GET", "/edu-groups/{eduGroup}/students", group_pupils),
    ("GET", "/edu-groups/{groupId}/parallel", parallel),
    ("GET", "/edu-groups/{group}/teachers", group_teachers),
    ("GET", "/edu-groups/{group}/classteacher", class_teacher),
    ("GET", "/edu-groups/{eduGroup}/subjects", group_subjects),
    ("GET", "/edu-groups/{eduGroup}/timetables", group_timetable),
    ("GET", "/edu-groups/{eduGroup}/reporting-periods", reporting_periods),
    ("GET", "/edu-groups/{eduGroup}/reporting-period-group", reporting_period_group),
    ("GET", "/persons/{person}/edu-groups", person_groups),
    ("GET", "/persons/{person}/edu-groups/all", person_groups_all),
    ("GET", "/persons/{person}/schools/{school}/edu-groups", person_school_groups),
    ("GET", "/persons/{person}/schools/{school}/edu-groups/teacher", groups_taught),
    ("GET", "/work-types/{school}", work_types),
)
