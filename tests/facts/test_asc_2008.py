"""aSc exports of 2008: numbers for days, one id for lists, plans and timetables written for aSc to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.sync.reading import read_file
from mappings.sources.provisional import undated_form, undated_subgroup
from state.identity import staff_id, subject_id
from state.local import part_from_plain, part_to_plain
from state.records import RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from state.local import LocalPart

SMALL = """<?xml version="1.0" encoding="windows-1251"?>
<timetable ascttversion="2008.1" importtype="database" options="idprefix:X{options}" {name}>
<days columns="day,name,short">{days}</days>
<periods columns="period,starttime,endtime"><period period="1" starttime="8:30" endtime="9:15"/>
<period period="2" starttime="9:25" endtime="10:10"/></periods>
<grades columns="id,name"><grade id="*1" name="7"/></grades>
<subjects columns="id,name,short"><subject id="*1" name="Алгебра" short="Алг"/>
<subject id="*2" name="Труд" short="Труд"/></subjects>
<teachers columns="id,name,short,gender,color"><teacher id="*1" name="Ли Ян" short="Ли" gender="M" color="#FFFFFF"/>
<teacher id="*2" name="Ким Ын" short="Ким"/></teachers>
<classes columns="id,name,short,teacherid,gradeid"><class id="*1" name="7б" teacherid="*1" gradeid="*1"/></classes>
{more}
</timetable>"""
LESSONS = """<lessons columns="id,periodsperweek,subjectid,teacherid,classids,studentids,weeks,durationperiods">
<lesson id="*1" classids="*1" subjectid="*1" periodsperweek="1.0" teacherid="*1" studentids="*5,*6" weeks="10"/>
<lesson id="*2" classids="*1" subjectid="*2" periodsperweek="2" teacherid="*2" weeks="" durationperiods="2"/></lessons>
<cards columns="day,period,classroomid,lessonid">
<card lessonid="*1" day="{first}" period="1" classroomid=""/><card lessonid="*2" day="{last}" period="1"/></cards>"""


def days(base: int) -> str:
    names = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")
    return "".join(f'<day name="{name}" short="{name[:2]}" day="{base + i}"/>' for i, name in enumerate(names))


def part_of(tmp_path: Path, more: str, *, base: int = 1, table: int | None = None) -> LocalPart:
    options = ",daynumbering1" if base else ""
    text = SMALL.format(options=options, name="", days=days(base if table is None else table), more=more)
    path = tmp_path / "t.xml"
    path.write_bytes(text.encode("cp1251"))
    reading = read_file(path)
    assert (reading.detected.format, reading.detected.version, reading.detected.code) == ("asc-xml", "2008", "")
    (part,) = reading.parts
    assert part_from_plain(part_to_plain(part)) == part
    return part


def told(part: LocalPart) -> list[tuple[str, str]]:
    return [(problem.code, problem.raw) for problem in part.problems]


@pytest.mark.parametrize("base", [0, 1])
def test_days_are_counted_from_where_the_option_says(base: int, tmp_path: Path) -> None:
    """Monday is 1 with `daynumbering1`, else 0; lessons without groups are their classes'; weeks are the lesson's."""
    part = part_of(tmp_path, LESSONS.format(first=base, last=base + 5), base=base)
    algebra, work, again = part.cards
    assert (algebra.groups, algebra.subject, algebra.teachers) == (
        (undated_form("7Б"),),
        subject_id("Алгебра"),
        (staff_id("Ли Ян"),),
    )
    assert (algebra.weekdays, algebra.weeks, algebra.number) == ((1,), "10", 1)
    assert [(card.weekdays, card.weeks, card.number) for card in (work, again)] == [((6,), "1", 1), ((6,), "1", 2)]
    assert RecordType.LESSON in part.complete


def test_whatever_is_not_taken_is_named(tmp_path: Path) -> None:
    """Parallels, pupils of a lesson, colours and short names: one finding each table, no value of them."""
    part = part_of(tmp_path, LESSONS.format(first=1, last=6))
    assert told(part) == [
        ("COLUMN_MISSING", "periods.name"),
        ("TABLE_MISSING", "weeksdefs"),
        ("TABLE_MISSING", "termsdefs"),
        ("COLUMNS_IGNORED", "subjects: short"),
        ("COLUMNS_IGNORED", "teachers: color, gender, short"),
        ("TABLE_MISSING", "classrooms"),
        ("COLUMNS_IGNORED", "classes: gradeid"),
        ("TABLE_MISSING", "groups"),
        ("PERSONAL_DROPPED", "lessons.studentids"),
        ("COLUMNS_IGNORED", "days: short"),
        ("TABLE_IGNORED", "grades: 1"),
        ("LESSON_NOT_PLACED", "0.5 / 1.0"),
    ]


def test_days_that_contradict_the_option_stop_deletions(tmp_path: Path) -> None:
    """A table of days from 0 under an option that says 1 is a question, and no card of day 0 is guessed."""
    part = part_of(tmp_path, LESSONS.format(first=0, last=5), base=1, table=0)
    assert ("DAY_NUMBERING_UNCLEAR", "daynumbering1=1, day=0-5") in told(part)
    assert ("NUMBER_BAD", "day=0") in told(part)
    assert part.complete == frozenset()


def test_a_timetable_written_for_import_is_read(tmp_path: Path) -> None:
    """Rows of `classtimetables` are lessons with their cards; several subjects go with their teachers pair by pair."""
    rows = """<classtimetables columns="classid,day,period,teacherids,subjectids,classroomids">
    <classtimetable classid="*1" day="1" period="1" subjectids="*1" teacherids="*1,*2" classroomids=""/>
    <classtimetable classid="*1" day="2" period="2" subjectids="*1,*2" teacherids="*1,*2" classroomids=""/>
    <classtimetable classid="*1" day="3" period="2" subjectids="*1,*2" teacherids="*1" classroomids=""/>
    <classtimetable classid="*1" day="3" period="2" subjectids="" teacherids="*1" classroomids=""/></classtimetables>"""
    part = part_of(tmp_path, rows)
    ours, theirs = staff_id("Ли Ян"), staff_id("Ким Ын")
    assert [(card.weekdays, card.number, card.subject, card.teachers) for card in part.cards] == [
        ((1,), 1, subject_id("Алгебра"), tuple(sorted((ours, theirs)))),
        ((2,), 2, subject_id("Алгебра"), (ours,)),
        ((2,), 2, subject_id("Труд"), (theirs,)),
        ((3,), 2, subject_id("Алгебра"), ()),
        ((3,), 2, subject_id("Труд"), ()),
    ]
    assert ("PAIRS_UNEQUAL", "subjectids=2, teacherids=1") in told(part)
    assert ("VALUE_MISSING", "subjectids") in told(part)


def test_a_plan_without_a_timetable_deletes_nothing(tmp_path: Path) -> None:
    """`classsubjects` and `groupsubjects` are rows of the plan: counted, named as not placed, never an empty week."""
    rows = """<groups columns="id,classid,name,entireclass,divisiontag">
    <group id="*8" classid="*1" name="1 группа" entireclass="0" divisiontag="1"/></groups>
    <classsubjects columns="classid,subjectid,periodsperweek,teacherid">
    <classsubject classid="*1" subjectid="*1" periodsperweek="5" teacherid="*1"/></classsubjects>
    <groupsubjects columns="groupid,subjectid,periodsperweek,teacherid">
    <groupsubject groupid="*8" subjectid="*2" periodsperweek="1" teacherid="*2"/>
    <groupsubject groupid="" subjectid="*2" periodsperweek="1" teacherid="*2"/></groupsubjects>"""
    part = part_of(tmp_path, rows)
    assert [raw for code, raw in told(part) if code == "LESSON_NOT_PLACED"] == ["0 / 5", "0 / 1"]
    assert ("VALUE_MISSING", "groupid") in told(part)
    assert RecordType.LESSON not in part.complete
    assert [group.sourced_id for group in part.records[RecordType.SUBGROUP]] == [
        undated_subgroup("7Б", "1", "1 группа")
    ]
    assert read_file(tmp_path / "t.xml").counts["plan_rows"] == 2


def test_times_kept_by_day_are_the_bells(tmp_path: Path) -> None:
    """`dayperiods` that agree between days are the periods; where they differ the first is taken, and it is said."""
    same = """<dayperiods columns="day,period,starttime,endtime"><dayperiod day="1" period="1" starttime="8:00"
    endtime="8:45"/><dayperiod day="2" period="1" starttime="8:00" endtime="8:45"/>{more}</dayperiods>"""
    text = SMALL.format(options="", name="", days=days(0), more=same)
    head, tail = text.index("<periods"), text.index("</periods>") + 10
    path = tmp_path / "t.xml"
    for more, code in (("", False), ('<dayperiod day="3" period="1" starttime="9:00" endtime="9:45"/>', True)):
        path.write_bytes((text[:head] + text[tail:]).format(more=more).encode("cp1251"))
        (part,) = read_file(path).parts
        (bells,) = part.records[RecordType.BELL_SCHEDULE]
        assert [bell.starts.isoformat() for bell in bells.bells] == ["08:00:00"]  # type: ignore[union-attr]
        assert ("PERIOD_REPEATED" in [problem.code for problem in part.problems]) is code


def test_the_words_of_a_card_come_before_the_name_of_the_version(tmp_path: Path) -> None:
    """A file called 2012 whose cards have numbered days is read as 2008."""
    text = SMALL.format(
        options="",
        name='displayname="aSc Timetables 2012 XML"',
        days=days(0),
        more=LESSONS.format(first=0, last=1),
    )
    path = tmp_path / "t.xml"
    path.write_bytes(text.encode("cp1251"))
    assert read_file(path).detected.version == "2008"
    assert [card.weekdays for card in read_file(path).parts[0].cards] == [(1,), (2,), (2,)]
