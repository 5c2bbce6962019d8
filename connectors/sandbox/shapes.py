"""JSON of people, groups and the school, exactly as models.md shows it: which `*_str` twins exist, what is omitted."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moments import midnight
from connectors.sandbox.nouns import ACTIVE, PARENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sandbox.nouns import Group, Period, PeriodGroup, Person, Subject, Timetable
    from connectors.sandbox.world import World

Json = dict[str, Any]
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = timedelta(days=1)
_REGION = 12
_SOME_DAY = "2000-01-01T"
"""Bells have a time only; the wire spells it as a moment of some day."""


_NEWER_OF_SUBJECTS: Json = {"fgosSubjectId": None, "espSubjectName": None, "halfYear": False}
_NOT_KEPT_OF_STAFF: Json = {
    **dict.fromkeys(("Education", "ScientificDegree", "NameManagingPosition"), ""),
    **dict.fromkeys(("NameTeacherPosition", "NameMedicalPosition"), ""),
    **dict.fromkeys(("ManagingEmployee", "TrainingAndSupportStaff", "ServicePersonnel"), False),
    **dict.fromkeys(("MedicalWorker", "ExternalPartTime"), False),
    **dict.fromkeys(("StartDate", "PedagogicalActivityDate"), "2000-09-01T00:00:00"),
}
"""The same of everybody, and never null: models.md marks no field of SchoolTeacher so."""


def twin(name: str, value: int) -> Json:
    """An id with its string twin: `{"id": 1, "id_str": "1"}`."""
    return {name: value, f"{name}_str": str(value)}


def person(one: Person, bare: bool = False) -> Json:
    """`bare` is a parent's view of others: names are omitted, not null (models.md «Nulls vs absence»)."""
    shown: Json = {**twin("id", one.id), "shortName": one.short, "sex": one.sex or None}
    if one.user is not None:
        shown |= twin("userId", one.user)
    if not bare:
        names = {"firstName": one.given, "lastName": one.family, "middleName": one.patronymic}
        shown |= {key: value for key, value in names.items() if value}
    return shown


def user(one: Person) -> Json:
    """The account of a person; the caller has made sure that there is one."""
    shown: Json = {
        **twin("id", one.user or 0),
        **twin("personId", one.id),
        "name": one.short,
        "login": f"user{one.user}",
        "fullName": one.full,
        "fullNameInverse": " ".join(part for part in (one.given, one.patronymic, one.family) if part),
        "firstName": one.given,
        "middleName": one.patronymic,
        "lastName": one.family,
        "shortName": one.short,
        "locale": "ru-RU",
        "timezone": "+3:00",
        "sex": one.sex or None,
        "roles": sorted(one.roles),
    }
    optional = {"email": one.email, "phone": one.phone, "birthday": midnight(one.birthday) if one.birthday else ""}
    return shown | {key: value for key, value in optional.items() if value}


def school(world: World) -> Json:
    """Place and region are made up: clients that read strictly want them there, under either spelling of the region."""
    own = world.school
    return {
        **twin("id", own.id),
        "name": own.name,
        "fullName": own.name,
        "avatarSmall": "",
        "city": "Учебный",
        "municipality": "Учебный район",
        "regionId": _REGION,
        "regionid": _REGION,
        "markType": "Mark5",
        "timeZone": 3,
        "uses_avg": True,
        "uses_weighted_avg": False,
        "educationType": "Regular",
        "tsoCityId": 1,
        "tsoRegionTreePath": f"{_REGION}.",
    }


def group(world: World, one: Group, null_parents: bool = False) -> Json:
    """A class shows `parentIds: []`, or null in the lists by person and school."""
    parents: list[int] | None = [one.parent] if one.parent else None if null_parents else []
    taught = {lesson.subject for lesson in world.lessons_in.get(one.id, {}).values()}
    return {
        **twin("id", one.id),
        "parentIds": parents,
        "parentIds_str": None if parents is None else [str(parent) for parent in parents],
        "type": one.kind,
        "name": one.name,
        "fullName": one.description,
        "parallel": one.parallel,
        **twin("timetable", one.table),
        "status": ACTIVE,
        "studyyear": one.study_year,
        "educationType": "Regular",
        "subjects": [subject(world.subjects[key]) for key in sorted(taught)],
        "journaltype": None,
    }


def group_students(world: World, one: Group) -> Json:
    rows = world.members.get(one.id, {})
    students = [
        {"person": person(pupil), "membershipstatus": rows[pupil.id].status}
        for pupil in world.pupils(one.id, archived=True)
    ]
    return {"group": group(world, one), "students": students}


def subject(one: Subject, with_twin: bool = True) -> Json:
    """Schedules and mark bundles show subjects without `id_str`."""
    ids = twin("id", one.id) if with_twin else {"id": one.id}
    return {**ids, "name": one.name, "knowledgeArea": one.area, **_NEWER_OF_SUBJECTS}


def teacher(world: World, one: Person, subjects: Iterable[str]) -> Json:
    shown: Json = {
        "Id": one.id,
        "IdStr": str(one.id),
        "UserId": one.user,
        "UserIdStr": str(one.user) if one.user else None,
        "FirstName": one.given,
        "LastName": one.family,
        "MiddleName": one.patronymic,
        "ShortName": one.short,
        "Sex": one.sex or None,
        "DateBirth": midnight(one.birthday) if one.birthday else None,
        "Email": one.email,
        "Subjects": ", ".join(subjects),
        "HouseMaster": one.id in world.class_teachers.values(),
        "TeachingStaff": STAFF in one.roles,
    }
    return shown | _NOT_KEPT_OF_STAFF


def relative(one: Person, kinship: str) -> Json:
    return {"type": kinship or None, "person": person(one)}


def period(world: World, one: Period) -> Json:
    """ReportingPeriod: days are local midnights."""
    home = world.period_groups[one.group]
    return {
        **twin("id", one.id),
        "start": midnight(one.starts),
        "finish": midnight(one.ends),
        "number": one.number,
        "type": home.kind,
        "name": one.name,
        "year": home.study_year,
    }


def period_group(world: World, one: PeriodGroup) -> Json:
    """The gaps between periods are shown as holidays: the import service has no call for holidays themselves."""
    ordered = one.ordered()
    gaps = pairwise(ordered)
    holidays = [
        {
            "id": before.id,
            "reportingPeriodGroupId": one.id,
            "dateStart": midnight(before.ends + _DAY),
            "dateFinish": midnight(after.starts - _DAY),
            "name": "Каникулы",
            "description": None,
        }
        for before, after in gaps
        if after.starts - before.ends > _DAY
    ]
    return {"id": one.id, "reportingPeriods": [period(world, row) for row in ordered], "holidays": holidays}


def timetable(one: Timetable) -> Json:
    """Bells in PascalCase (`Id`, `IdStr` are ASSUMED); breaks stand between lessons under number 0, as on the wire."""
    rows = sorted(one.items, key=lambda item: (item.weekday, item.starts))
    items: list[Json] = []
    for number, item in enumerate(rows):
        before = rows[number - 1] if number else None
        if before is not None and before.weekday == item.weekday and before.ends < item.starts:
            items.append(_bell(one.id, before.ends, item.starts, item.weekday, 0))
        items.append(_bell(one.id, item.starts, item.ends, item.weekday, item.number))
    return {
        "Id": one.id,
        "IdStr": str(one.id),
        "Name": one.name,
        "Start": f"{_SOME_DAY}00:00:00",
        "FirstLessonNumber": min((item.number for item in rows), default=1),
        "Items": items,
    }


def _bell(table: int, starts: Any, ends: Any, weekday: int, number: int) -> Json:
    return {
        "Id": table,
        "Start": f"{_SOME_DAY}{starts.isoformat()}",
        "Finish": f"{_SOME_DAY}{ends.isoformat()}",
        "Name": f"{number} урок" if number else "Перемена",
        "Type": "Lesson" if number else "Break",
        "DaysOfWeek": [_DAYS[weekday - 1]] if weekday else list(_DAYS[:6]),
        "LessonNumber": number,
    }


def context(world: World, one: Person) -> Json:
    own = [row for row in world.own_groups(one.id) if row.parent is None]
    return {
        "userId": one.user,
        "avatarUrl": "",
        "roles": sorted(one.roles),
        "children": [_child(world, world.persons[child]) for child in world.children.get(one.id, {})],
        "schools": [{**_school_ref(world), "groupIds": [row.id for row in own]}],
        "eduGroups": [group(world, row) for row in own],
        "splitId": "",
        "personId": one.id,
        **_names(one),
        "schoolIds": [world.school.id],
        "groupIds": [row.id for row in own],
    }


def _child(world: World, one: Person) -> Json:
    groups = [row.id for row in world.groups_with(one.id) if row.parent is None]
    return {"personId": one.id, **_names(one), "schoolIds": [world.school.id], "groupIds": groups}


def _names(one: Person) -> Json:
    names = {"firstName": one.given, "lastName": one.family, "middleName": one.patronymic}
    return {**names, "shortName": one.short}


def _school_ref(world: World) -> Json:
    return {"id": world.school.id, "name": world.school.name, "type": "Regular"}


def school_memberships(world: World, one: Person) -> Json:
    groups = [{"eduGroup": group(world, row)} for row in world.own_groups(one.id)]
    roles = sorted(one.roles - {PARENT})
    row = {"school": school(world), "roles": roles, "editorRoles": [], "eduGroupMemberships": groups, "subjects": []}
    return {**twin("person", one.id), "schools": [row]}
