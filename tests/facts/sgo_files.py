"""A small TimeTableExchange file, made as «Сетевой Город» makes them."""

from __future__ import annotations

BELLS = """<LessonTime id="1" starttime="07:50" endtime="08:25" sm="1" number="0" />
<LessonTime id="2" starttime="08:30" endtime="09:10" sm="1" number="1" />"""
PLAN = """<class id="20" name="7б" grade="7" studcnt="25" boys="12" girls="13">
<csg pclassid="20" id="1" tid="10" sid="30" name="Алгебра" groupid="" hrsweek="1" studcnt="0" />
<csg id="2" tid="10" sid="31" name="Английский язык/Англ. яз. (п.1)" groupid="70" hrsweek="1" studcnt="12" />
<csg id="3" tid="11" sid="31" name="Английский язык/Англ. яз. (п.2)" groupid="71" hrsweek="1" studcnt="13" />
{more}</class>"""
TABLE = """<Week id="1" name="Неделя 14.09.2026 - 20.09.2026"><Day id="1" name="понедельник" wd="2">
<Lesson timeId="1"><csg id="1" roomid="50" /></Lesson>
<Lesson timeId="2"><csg id="2" roomid="50" /><csg id="3" /></Lesson></Day></Week>"""
FILE = """<?xml version="1.0" encoding="windows-1251"?>
<TimeTableExchange noNamespaceSchemaLocation="TimeTableWeek.xsd">
<LessonTimes>{bells}</LessonTimes>
<teachers><teacher tid="10" lastname="Ли" firstname="Ян" middlename="Вахтан кызы" />
<teacher tid="11" lastname="Ким" firstname="Ын" middlename="" /></teachers>
<subjects><subject sid="30" name="Алгебра" abbr="Алг." ><teacher tid="10"/></subject>
<subject sid="31" name="Английский язык" abbr="Англ. яз." /></subjects>
<Rooms><room id="50" name="215" seats="30" floor="2" /></Rooms>
<Plan>{plan}</Plan>
<TimeTable>{table}</TimeTable>
</TimeTableExchange>
"""


def sgo_xml(*, bells: str = BELLS, more: str = "", plan: str = PLAN, table: str = TABLE) -> str:
    return FILE.format(bells=bells, plan=plan.format(more=more), table=table)


def csg(name: str, group: str = "72", pupils: str = "5", key: str = "9") -> str:
    return f'<csg id="{key}" tid="10" sid="30" name="{name}" groupid="{group}" hrsweek="1" studcnt="{pupils}" />'
