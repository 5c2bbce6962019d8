"""The tables of an aSc Timetables 2012 XML file: columns, calendar masks and grades as real exports have them."""

from __future__ import annotations

import hashlib

from lxml import etree

OPTIONS = "canadd,export:silent"
ROOT = {
    "importtype": "database",
    "options": "export:idprefix:%CHRID,import:idprefix:%TEMPID,groupstype1,decimalseparatordot,"
    "lessonsincludeclasseswithoutstudents,handlestudentsafterlessons",
    "defaultexport": "1",
    "displayname": "aSc Timetables 2012 XML",
    "displaycountries": "",
}
TABLES = {
    "periods": "period,name,short,starttime,endtime",
    "breaks": "break,name,short,starttime,endtime",
    "daysdefs": "id,days,name,short",
    "weeksdefs": "id,weeks,name,short",
    "termsdefs": "id,terms,name,short",
    "subjects": "id,name,short,partner_id",
    "teachers": "id,name,short,gender,color,email,mobile,partner_id,firstname,lastname",
    "buildings": "id,name,partner_id",
    "classrooms": "id,name,short,capacity,buildingid,partner_id",
    "grades": "grade,name,short",
    "classes": "id,name,short,classroomids,teacherid,grade,partner_id",
    "groups": "id,classid,name,entireclass,divisiontag,studentcount,studentids",
    "students": "id,classid,name,number,email,mobile,partner_id,firstname,lastname",
    "studentsubjects": "studentid,subjectid,seminargroup,importance,alternatefor",
    "lessons": "id,subjectid,classids,groupids,teacherids,classroomids,periodspercard,periodsperweek,daysdefid,"
    "weeksdefid,termsdefid,seminargroup,capacity,partner_id",
    "cards": "lessonid,period,days,weeks,terms,classroomids",
    "classroomsupervisions": "classroomid,teacherid,day,week,term,period,break",
}
"""Table and columns, in the order of the file (formats.md §1)."""
DAYS = (
    ("Понедельник", "Пн"),
    ("Вторник", "Вт"),
    ("Среда", "Ср"),
    ("Четверг", "Чт"),
    ("Пятница", "Пт"),
    ("Суббота", "Сб"),
)
WEEKS = (
    ("Неделя А", "А", "10"),
    ("Неделя Б", "Б", "01"),
    ("Любая неделя", "Люб", "10,01"),
    ("Все недели", "Все", "11"),
)
_GRADES = 20
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
"""lxml's own has single quotes, which the program never writes."""


class Sheet:
    """One XML file while it is being filled; ids are made from the seed and what they name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.root = etree.Element("timetable", ROOT)
        self._tables = {
            name: etree.SubElement(self.root, name, {"options": OPTIONS, "columns": columns})
            for name, columns in TABLES.items()
        }

    def id(self, kind: str, key: str) -> str:
        """Sixteen upper-case hexadecimal digits, equal for equal seeds."""
        return hashlib.sha256(f"{self._seed}/{kind}/{key}".encode()).hexdigest()[:16].upper()

    def add(self, table: str, singular: str, **attributes: str) -> None:
        etree.SubElement(self._tables[table], singular, attributes)

    def bytes(self) -> bytes:
        """The file: UTF-8 with its declaration, indented as aSc does."""
        etree.indent(self.root)
        return _DECLARATION + etree.tostring(self.root, encoding="UTF-8") + b"\n"


def day_mask(weekday: int) -> str:
    """ "001000" for Wednesday: as many digits as the week has school days."""
    return "".join("1" if day == weekday else "0" for day in range(1, len(DAYS) + 1))


def add_calendar(sheet: Sheet) -> None:
    """Fills the tables of days, weeks, terms and grades."""
    masks = [day_mask(day) for day in range(1, len(DAYS) + 1)]
    for (name, short), mask in zip(DAYS, masks, strict=True):
        sheet.add("daysdefs", "daysdef", id=sheet.id("days", mask), name=name, short=short, days=mask)
    every = "1" * len(DAYS)
    anyday = ",".join(masks)
    sheet.add("daysdefs", "daysdef", id=sheet.id("days", "any"), name="Любой день", short="X", days=anyday)
    sheet.add("daysdefs", "daysdef", id=sheet.id("days", every), name="Каждый день", short="E", days=every)
    for name, short, weeks in WEEKS:
        sheet.add("weeksdefs", "weeksdef", id=sheet.id("weeks", weeks), name=name, short=short, weeks=weeks)
    sheet.add("termsdefs", "termsdef", id=sheet.id("terms", "1"), name="Весь год", short="Год", terms="1")
    for grade in range(1, _GRADES + 1):
        sheet.add("grades", "grade", name=f"{grade} класс", short=f"{grade} кл", grade=str(grade))
