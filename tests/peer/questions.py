"""Every read that pydnevnikruapi can make correctly: how it is asked, what of its answer is heard, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peer.truth import ENDS, STARTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from peer.truth import Truth

FROM, TO = {"moment": f"{STARTS}T00:00:00.000123"}, {"moment": f"{ENDS}T10:00:00.123456"}
WINDOW = (FROM, TO)
"""Datetimes with microseconds, as its own defaults are: they reach the wire with a space in the middle."""


@dataclass(frozen=True)
class Question:
    """`arguments` are made of the truth; `heard` takes the answer apart; `true` is what must have been heard."""

    arguments: Callable[[Truth], tuple[Any, ...]]
    heard: Callable[[Any], Any]
    true: Callable[[Truth], Any]
    role: str = "admin"
    method: str = ""
    """Where the name of the question is not that of the method."""


def people(rows: Any) -> Any:
    return sorted((one["id_str"], one["lastName"], one["firstName"]) for one in rows)


def groups(rows: Any) -> Any:
    return sorted((one["id_str"], one["name"], one["type"], one["parallel"]) for one in rows)


def marks(rows: Any) -> Any:
    keys = ("id_str", "value", "person_str", "work_str", "lesson_str", "date")
    return sorted(tuple(one[key] for key in keys) for one in rows)


def entries(rows: Any) -> Any:
    return sorted((one["lesson_str"], one["person_str"], one["status"]) for one in rows)


def tasks(rows: Any) -> Any:
    return sorted((one["work_str"], one["person_str"]) for one in rows)


def works(rows: Any) -> Any:
    return sorted((one["id_str"], one["type"], one["text"]) for one in rows)


def lessons(rows: Any) -> Any:
    return sorted((one["id_str"], one["date"], one["number"], one["subject"]["name"], one["title"]) for one in rows)


def numbers(answer: Any) -> Any:
    rows = ((one["markNumber"], each["value"], each["count"]) for one in answer["markNumbers"] for each in one["marks"])
    return sorted(rows)


def averages(rows: Any) -> Any:
    every = ((one["person_str"], each) for one in rows for each in one["per-subject-averages"])
    return sorted((person, each["subject_str"], each["avg-mark-value"]) for person, each in every)


def memberships(answer: Any) -> Any:
    held = [one["eduGroup"]["id_str"] for school in answer["schools"] for one in school["eduGroupMemberships"]]
    return answer["person_str"], sorted(held)


def same(answer: Any) -> Any:
    return answer


def relatives(rows: Any) -> Any:
    return [(one["type"], one["person"]["id_str"]) for one in rows]


def _true_lessons(t: Truth, *which: Any) -> Any:
    rows = which or t.lessons(t.group)
    name = t.world.subjects
    return sorted((str(o.id), f"{o.day}T00:00:00", o.number, name[o.subject].name, o.title or None) for o in rows)


def _true_works(rows: Any) -> Any:
    return sorted((str(one.id), one.kind, one.text) for one in rows)


def _final(rows: Any) -> Any:
    return sorted((one["final-mark"]["person_str"], one["subject_str"], one["final-mark"]["value"]) for one in rows)


def _finals_of_group(rows: Any) -> Any:
    every = ((row["person_str"], each) for row in rows for each in row["per-subject-final-marks"])
    return sorted((person, each["subject_str"], each["final-mark"]["value"]) for person, each in every)


def _bells(answer: Any) -> Any:
    rows = answer if isinstance(answer, list) else [answer]
    return [(one["Name"], sum(item["LessonNumber"] > 0 for item in one["Items"])) for one in rows]


def _true_memberships(t: Truth) -> Any:
    return str(t.child.id), sorted(map(str, (t.group, t.part)))


PEOPLE = {
    "get_info": Question(lambda t: (), lambda a: (a["id"], a["personId_str"], a["fullName"]), lambda t: (
        t.world.admin.user, str(t.world.admin.id), t.world.admin.full)),
    "get_user_info": Question(lambda t: (t.child.user,), lambda a: (a["personId"], a["fullName"], a["email"]),
        lambda t: (t.child.id, t.child.full, t.child.email)),
    "get_roles": Question(lambda t: (), same, lambda t: ["EduSchoolAdministrator"]),
    "get_user_roles": Question(lambda t: (t.teacher.user,), same, lambda t: ["EduStaff"]),
    "get_context": Question(lambda t: (), lambda a: (a["userId"], [one["personId"] for one in a["children"]],
        a["schoolIds"]), lambda t: (t.parent.user, [t.child.id], [t.school]), "parent"),
    "get_user_context": Question(lambda t: (t.child.user,), lambda a: (a["personId"], a["groupIds"], a["lastName"]),
        lambda t: (t.child.id, [t.group], t.child.family)),
    "get_classmates": Question(lambda t: (), sorted, lambda t: sorted(
        one.user for one in t.members(t.group) if one.id != t.child.id), "pupil"),
    "get_user_memberships": Question(lambda t: (t.child.user,), memberships, _true_memberships),
    "get_user_education": Question(lambda t: (t.child.user,), memberships, _true_memberships),
    "get_person_memberships": Question(lambda t: (t.child.id,), memberships, _true_memberships),
    "get_memberships": Question(lambda t: (), memberships, _true_memberships, "pupil"),
    "get_children": Question(lambda t: (), same, lambda t: [t.child.id], "parent"),
    "get_relatives": Question(lambda t: (), relatives, lambda t: [("мать", str(t.parent.id))], "pupil"),
    "get_children_relatives": Question(lambda t: (), relatives, lambda t: [("Child", str(t.child.id))], "parent"),
    "get_user_relatives": Question(lambda t: (t.child.user,), relatives, lambda t: [("мать", str(t.parent.id))]),
    "get_user_children": Question(lambda t: (t.parent.user,), people, lambda t: t.named([t.child])),
    # Its argument is called person_id and stands in a path of users: a user id reads the children
    "get_person_children": Question(lambda t: (t.parent.user,), people, lambda t: t.named([t.child])),
    "get_person_info": Question(lambda t: (t.child.id,), lambda a: people([a]), lambda t: t.named([t.child])),
    "get_group_persons": Question(lambda t: (t.group,), people, lambda t: t.named(t.members(t.group))),
    "get_groups_pupils": Question(lambda t: (t.part,), people, lambda t: t.named(t.members(t.part))),
    "get_friends": Question(lambda t: (), same, lambda t: []),
    "get_user_friends": Question(lambda t: (t.child.user,), same, lambda t: []),
    "get_user_groups": Question(lambda t: (t.child.user,), same, lambda t: []),
    "get_feed": Question(lambda t: (), same, lambda t: {"days": []}),
    "get_teacher_students": Question(lambda t: (t.teacher.id,), lambda a: [
        (one["id_str"], people(one["students"])) for one in a], lambda t: [
        (str(t.group), t.named(t.members(t.group)))]),
}  # fmt: skip

SCHOOL = {
    "get_school": Question(lambda t: (), lambda a: [(one["id_str"], one["name"]) for one in a], lambda t: [
        (str(t.school), t.world.school.name)]),
    "get_my_schools": Question(lambda t: (), lambda a: [one["id"] for one in a], lambda t: [t.school]),
    "get_school_profile": Question(lambda t: (t.school,), lambda a: (a["id"], a["name"]), lambda t: (
        t.school, t.world.school.name)),
    "get_schools_profiles": Question(lambda t: ([t.school, 1],), lambda a: [one["id"] for one in a], lambda t: [
        t.school]),
    "get_schools": Question(lambda t: (), same, lambda t: [t.school]),
    "get_user_schools": Question(lambda t: (t.child.user,), same, lambda t: [t.school]),
    "get_school_params": Question(lambda t: (t.school,), lambda a: a["schoolId"], lambda t: t.school),
    "get_all_schools": Question(lambda t: (), same, lambda t: []),
    "get_organizations": Question(lambda t: (), same, lambda t: [t.school]),
    "get_organization_info": Question(lambda t: (t.school,), lambda a: a["OrganizationId"], lambda t: t.school),
    "get_edu_groups": Question(lambda t: (), same, lambda t: [t.group], "pupil"),
    "get_user_edu_groups": Question(lambda t: (t.child.user,), same, lambda t: [t.group]),
    "get_group_info": Question(lambda t: (t.part,), lambda a: (groups([a]), a["parentIds_str"]), lambda t: (
        t.groups(t.part), [str(t.group)])),
    "get_groups_info": Question(lambda t: ([t.group, t.part],), groups, lambda t: t.groups(t.group, t.part)),
    "get_school_groups": Question(lambda t: (t.school,), groups, lambda t: t.groups(*t.classes)),
    "get_person_groups": Question(lambda t: (t.child.id,), groups, lambda t: t.groups(t.group, t.part)),
    "get_person_groups_all": Question(lambda t: (t.child.id,), groups, lambda t: t.groups(t.group, t.part)),
    "get_person_school_groups": Question(lambda t: (t.child.id, t.school), groups, lambda t: t.groups(t.group)),
    "get_groups_parallel": Question(lambda t: (t.group,), groups, lambda t: t.groups(t.group, t.part)),
    "get_group_subjects": Question(lambda t: (t.group,), lambda a: {one["id_str"]: one["name"] for one in a},
        lambda t: {str(one.subject): t.world.subjects[one.subject].name for one in t.lessons(t.group)}),
    "get_school_subjects": Question(lambda t: (t.school,), lambda a: {one["id_str"]: one["name"] for one in a},
        lambda t: {str(key): one.name for key, one in t.world.subjects.items()}),
    "get_school_teachers": Question(lambda t: (t.school,), lambda a: {one["IdStr"]: one["LastName"] for one in a},
        lambda t: {str(one.id): one.family for one in t.world.with_role("EduStaff")}),
    "get_school_timetable": Question(lambda t: (t.school,), _bells, lambda t: [
        (one.name, len(one.items)) for one in t.world.timetables.values()]),
    "get_group_timetable": Question(lambda t: (t.group,), _bells, lambda t: [
        (one.name, len(one.items)) for one in t.world.timetables.values()]),
    "get_group_reports": Question(lambda t: (t.group,), lambda a: [
        (one["id_str"], one["name"], one["start"][:10], one["finish"][:10], one["type"]) for one in a], lambda t: [
        (str(one.id), one.name, str(one.starts), str(one.ends), "Quarter") for one in t.world.periods.values()]),
    "get_work_types": Question(lambda t: (t.school,), lambda a: {one["kind"]: one["weight"] for one in a},
        lambda t: {one.kind: one.weight for one in t.world.work_types.values()}),
}  # fmt: skip

REGISTER = {
    "get_lesson_info": Question(lambda t: (t.marked.id,), lambda a: (lessons([a]), a["teachers"], works(a["works"])),
        lambda t: (_true_lessons(t, t.marked), [t.teacher.id], _true_works(t.works([t.marked])))),
    "get_group_lessons_info": Question(lambda t: (t.group, *WINDOW), lessons, _true_lessons),
    "get_lesson_works": Question(lambda t: (t.given.id,), works, lambda t: _true_works(t.works([t.given]))),
    "get_school_homework": Question(lambda t: (t.school, *WINDOW), lambda a: works(a["works"]), lambda t: _true_works(
        t.works(t.lessons(t.group, t.part), "Homework")), "pupil"),
    "get_person_homework": Question(lambda t: (t.school, t.child.id, *WINDOW), lambda a: works(a["works"]),
        lambda t: _true_works(t.works(t.lessons(t.group, t.part), "Homework"))),
    "get_homework_by_id": Question(lambda t: (t.homework,), lambda a: works(a["works"]), lambda t: _true_works(
        [t.world.works[t.homework]])),
    "get_lesson_log": Question(lambda t: (t.missed.id,), entries, lambda t: t.entries([t.missed])),
    "get_lesson_logs": Question(lambda t: ([one.id for one in t.lessons(t.group)],), entries, lambda t: t.entries(
        t.lessons(t.group))),
    "get_person_lesson_log": Question(lambda t: (t.child.id, t.missed.id), lambda a: (a["status"], a["comment"]),
        lambda t: ("Absent", "Болел")),
    "get_group_lesson_log": Question(lambda t: (t.group, t.subject, *WINDOW), entries, lambda t: t.entries(
        t.lessons(t.group, subject=t.subject))),
    "get_person_subject_lesson_log": Question(lambda t: (t.child.id, t.subject, *WINDOW), entries, lambda t: t.entries(
        t.lessons(t.group, subject=t.subject), t.child.id)),
    "get_person_lesson_logs": Question(lambda t: (t.child.id, *WINDOW), lambda a: entries(a["logEntries"]),
        lambda t: t.entries(t.lessons(t.group, t.part), t.child.id)),
    "get_lesson_log_statuses": Question(lambda t: (), same, lambda t: ["Attend", "Absent", "Ill", "Late", "Pass"]),
    "get_task_info": Question(lambda t: (t.task,), lambda a: (a["id"], tasks([a])), lambda t: (
        t.task, [(str(t.homework), str(t.child.id))])),
    "get_lesson_task": Question(lambda t: (t.given.id,), tasks, lambda t: t.tasks(t.given)),
    "get_lessons_task": Question(lambda t: ([t.given.id, t.missed.id],), tasks, lambda t: sorted(
        t.tasks(t.given) + t.tasks(t.missed))),
    "get_person_tasks": Question(lambda t: (t.child.id, t.subject, *WINDOW), tasks, lambda t: sorted(
        row for one in t.lessons(t.group, subject=t.subject) for row in t.tasks(one, t.child.id))),
}  # fmt: skip

MARKS = {
    "get_mark_by_id": Question(lambda t: (t.mark.id,), lambda a: marks([a]), lambda t: t.told([t.mark])),
    "get_marks_by_work": Question(lambda t: (t.mark.work,), marks, lambda t: t.told(
        one for one in t.marks([t.marked]) if one.work == t.mark.work)),
    "get_marks_by_lesson": Question(lambda t: (t.marked.id,), marks, lambda t: t.told(t.marks([t.marked]))),
    "get_group_marks_period": Question(lambda t: (t.group, *WINDOW), marks, lambda t: t.told(
        t.marks(t.lessons(t.group)))),
    "get_group_subject_marks": Question(lambda t: (t.group, t.subject, *WINDOW), marks, lambda t: t.told(
        t.marks(t.lessons(t.group, subject=t.subject)))),
    "get_person_marks": Question(lambda t: (t.child.id, t.school, *WINDOW), marks, lambda t: t.told(
        t.own_marks(t.group, t.part))),
    "get_person_lessons_marks": Question(lambda t: (t.child.id, t.marked.id), marks, lambda t: t.told(
        t.marks([t.marked], t.child.id))),
    "get_person_work_marks": Question(lambda t: (t.child.id, t.mark.work), marks, lambda t: t.told([t.mark])),
    "get_person_subject_marks": Question(lambda t: (t.child.id, t.subject, *WINDOW), marks, lambda t: t.told(
        t.own_marks(t.group, subject=t.subject))),
    "get_marks_by_date": Question(lambda t: (t.child.id, {"moment": t.mark.set_at.isoformat()}), marks,
        lambda t: t.told(t.set_with(t.mark))),
    "get_marks_values_by_type": Question(lambda t: ("mark5",), same, lambda t: [
        f"{digit}{sign}" for digit in "12345" for sign in ("-", "", "+")]),
    "get_recent_person_marks": Question(lambda t: (t.child.id, t.group), lambda a: marks(a["marks"]), lambda t: t.told(
        t.newest())),
    "get_marks_histogram": Question(lambda t: (t.mark.work,), numbers, lambda t: t.histogram(t.mark.work)),
    "get_subject_marks_histogram": Question(lambda t: (t.group, t.period.id, t.subject), lambda a: {
        one["workId"]: numbers(one) for one in a["works"]}, lambda t: {
        one.work: t.histogram(one.work) for one in t.marks(t.lessons(t.group, subject=t.subject))}),
    "get_person_average_marks": Question(lambda t: (t.child.id, t.period.id), same, lambda t: t.average(
        t.own_marks(t.group, t.part))),
    "get_person_average_marks_by_subject": Question(lambda t: (t.child.id, t.period.id, t.subject), same,
        lambda t: t.average(t.own_marks(t.group, subject=t.subject))),
    "get_group_average_marks_by_date": Question(lambda t: (t.group, t.period.id, TO), averages, lambda t: t.averages()),
    "get_group_average_marks_by_time": Question(lambda t: (t.group, *WINDOW), averages, lambda t: t.averages()),
    "get_group_average_marks": Question(lambda t: (t.group, *WINDOW), lambda a: sorted(
        (row["subject_str"], one["person"], one["value"]) for row in a["subjectMarks"] for one in row["marks"]),
        lambda t: t.weighted()),
    "get_group_marks": Question(lambda t: (t.group,), _finals_of_group, lambda t: t.finals()),
    "get_person_group_marks": Question(lambda t: (t.child.id, t.group), _final, lambda t: t.finals(person=t.child.id)),
    "get_person_group_marks_final": Question(lambda t: (t.child.id, t.group), lambda a: sorted(
        one["value"] for one in a["marks"]), lambda t: sorted(row[2] for row in t.finals(person=t.child.id))),
    "get_group_subject_final_marks": Question(lambda t: (t.group, t.subject), lambda a: sorted(
        (one["person_str"], one["value"]) for one in a), lambda t: [
        (who, value) for who, _, value in t.finals(t.subject)]),
    "get_final_group_marks": Question(lambda t: (t.group,), same, lambda t: []),
    "get_final_group_marks_by_subject": Question(lambda t: (t.group, t.subject), same, lambda t: []),
}  # fmt: skip

QUESTIONS = {**PEOPLE, **SCHOOL, **REGISTER, **MARKS}
