"""The demo school's timetable as the XML file that aSc Timetables exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.school.asc_layout import Sheet, add_calendar, day_mask
from connectors.sandbox.school.curriculum import curriculum
from connectors.sandbox.school.values import FEMALE

if TYPE_CHECKING:
    from datetime import time

    from connectors.sandbox.school.values import DemoForm, DemoPlanRow, DemoSchool, DemoStaff

_WHOLE = ("Весь класс", "0")
_DEFAULT_DIVISIONS = ("1", "2")
"""Every class gets these two divisions from the program itself, used or not."""
_COLOURS = ("#FF0000", "#00CC00", "#0066FF", "#FF9900", "#9900CC", "#009999", "#CC0066", "#666600")


def asc_xml(school: DemoSchool) -> bytes:
    """The file's bytes: no pupils in it, as in every real export (formats.md §0)."""
    sheet = Sheet(school.seed)
    _add_periods(sheet, school)
    add_calendar(sheet)
    for subject in school.subjects:
        sheet.add(
            "subjects", "subject", id=sheet.id("subject", subject), name=subject, short=subject[:12], partner_id=""
        )
    for person in school.staff:
        if person.subjects:
            _add_teacher(sheet, person)
    for room in school.rooms:
        sheet.add(
            "classrooms",
            "classroom",
            id=sheet.id("room", room),
            name=room,
            short=room,
            capacity="*",
            buildingid="",
            partner_id="",
        )
    for form in school.forms:
        _add_class(sheet, school, form)
        _add_groups(sheet, school, form)
    for row in school.plan:
        _add_lesson(sheet, school, row)
    _add_cards(sheet, school)
    return sheet.bytes()


def _add_periods(sheet: Sheet, school: DemoSchool) -> None:
    for bell in school.bells:
        number = str(bell.number)
        sheet.add(
            "periods",
            "period",
            name=number,
            short=number,
            period=number,
            starttime=_clock(bell.starts),
            endtime=_clock(bell.ends),
        )


def _clock(moment: time) -> str:
    """`8:30`, without a leading zero, as the program writes it."""
    return f"{moment.hour}:{moment.minute:02d}"


def _add_teacher(sheet: Sheet, person: DemoStaff) -> None:
    family, _, rest = person.timetable_name.partition(" ")
    sheet.add(
        "teachers",
        "teacher",
        id=sheet.id("teacher", str(person.number)),
        firstname=rest,
        lastname=family,
        name=person.timetable_name,
        short=person.name.initials,
        gender="F" if person.sex == FEMALE else "M",
        color=_COLOURS[person.number % len(_COLOURS)],
        email="",
        mobile="",
        partner_id="",
    )


def _add_class(sheet: Sheet, school: DemoSchool, form: DemoForm) -> None:
    sheet.add(
        "classes",
        "class",
        id=sheet.id("class", form.name),
        name=form.name,
        short=form.name,
        teacherid=sheet.id("teacher", str(form.tutor)),
        classroomids=sheet.id("room", school.person(form.tutor).room),
        grade=str(form.grade),
        partner_id="",
    )


def _add_groups(sheet: Sheet, school: DemoSchool, form: DemoForm) -> None:
    """The whole class, the program's two default divisions, and the further ones that the form uses."""
    used = {group.division for group in school.subgroups if group.form == form.name}
    _add_group(sheet, form.name, *_WHOLE)
    for division in sorted({*_DEFAULT_DIVISIONS, *used}):
        for name in curriculum().divisions[division]:
            _add_group(sheet, form.name, name, division)


def _add_group(sheet: Sheet, form: str, name: str, division: str) -> None:
    sheet.add(
        "groups",
        "group",
        id=_group_id(sheet, form, name, division),
        name=name,
        classid=sheet.id("class", form),
        studentids="",
        entireclass="1" if division == _WHOLE[1] else "0",
        divisiontag=division,
    )


def _group_id(sheet: Sheet, form: str, name: str, division: str) -> str:
    return sheet.id("group", f"{form}/{division}/{name}")


def _lesson_id(sheet: Sheet, row: DemoPlanRow) -> str:
    return sheet.id("lesson", f"{row.form}/{row.subject}/{row.division}/{row.subgroup}")


def _add_lesson(sheet: Sheet, school: DemoSchool, row: DemoPlanRow) -> None:
    group = (row.subgroup, row.division) if row.division else _WHOLE
    sheet.add(
        "lessons",
        "lesson",
        id=_lesson_id(sheet, row),
        classids=sheet.id("class", row.form),
        subjectid=sheet.id("subject", row.subject),
        periodspercard="1",
        periodsperweek=f"{float(row.hours):.1f}",
        teacherids=sheet.id("teacher", str(row.teacher)),
        classroomids=sheet.id("room", school.person(row.teacher).room),
        groupids=_group_id(sheet, row.form, *group),
        seminargroup="",
        termsdefid=sheet.id("terms", "1"),
        weeksdefid=sheet.id("weeks", row.weeks),
        daysdefid=sheet.id("days", "any"),
        capacity="*",
        partner_id="",
    )


def _add_cards(sheet: Sheet, school: DemoSchool) -> None:
    for card in school.cards:
        row = school.plan[card.row]
        sheet.add(
            "cards",
            "card",
            lessonid=_lesson_id(sheet, row),
            classroomids=sheet.id("room", card.room),
            period=str(card.period),
            weeks=row.weeks,
            terms="1",
            days=day_mask(card.weekday),
        )
