"""Damaged aSc exports of 2012 and 2008: no crash, no hang, and no lesson or card lost in silence."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from mutations import bare_tree, examine, hunting, mutated

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from source_files import asc_xml

if TYPE_CHECKING:
    from gateway.sync.reading import Reading

NEW = asc_xml().encode()
OLD = """<?xml version="1.0" encoding="windows-1251"?>
<timetable options="daynumbering1"><days columns="day,name"><day day="1" name="Пн"/><day day="2" name="Вт"/></days>
<periods columns="period,name,starttime,endtime"><period period="1" name="1" starttime="8:30" endtime="9:15"/></periods>
<subjects columns="id,name"><subject id="*1" name="Алгебра"/></subjects>
<teachers columns="id,name"><teacher id="*1" name="Ли Ян"/></teachers>
<classes columns="id,name"><class id="*1" name="7б"/></classes>
<lessons columns="id,subjectid,teacherid,classids,periodsperweek,durationperiods">
<lesson id="*1" subjectid="*1" teacherid="*1" classids="*1" periodsperweek="2" durationperiods="2"/></lessons>
<cards columns="lessonid,day,period,classroomid"><card lessonid="*1" day="1" period="1" classroomid=""/></cards>
<classsubjects columns="classid,subjectid"><classsubject classid="*1" subjectid="*1"/></classsubjects>
<classtimetables columns="classid,day,period,teacherids,subjectids">
<classtimetable classid="*1" day="2" period="1" subjectids="*1" teacherids="*1"/></classtimetables>
</timetable>""".encode("cp1251")


def _account(data: bytes, reading: Reading) -> None:
    """Lessons and cards of the tree are counted, or something was named as left out."""
    if reading.refusal or reading.detected.format != "asc-xml":
        return
    guessed = any(problem.code == "ENCODING_GUESSED" for problem in reading.problems)
    root = bare_tree(data, "cp1251" if guessed else None)
    left = sum(problem.blocks for problem in reading.problems)
    assert reading.counts["plan_rows"] + left >= len(root.findall("lessons/lesson"))
    assert reading.counts["lessons"] + left >= len(root.findall("cards/card"))
    homeless = sum(problem.code == "LESSON_WITHOUT_GROUP" for problem in reading.problems)
    assert homeless or len(reading.parts[0].cards) + left >= reading.counts["lessons"]


@hunting()
@given(data=st.one_of(mutated(NEW), mutated(OLD)))
def test_a_damaged_export_is_answered(data: bytes, tmp_path: Path) -> None:
    """Whatever is left of it is read, or refused."""
    path = tmp_path / "t.xml"
    path.write_bytes(data)
    _account(data, examine(path))


@hunting(50)
@given(data=mutated(gzip.compress(NEW, mtime=0)))
def test_a_damaged_packed_export_is_answered(data: bytes, tmp_path: Path) -> None:
    """Inside and outside of gzip."""
    path = tmp_path / "t.xml.gz"
    path.write_bytes(data)
    examine(path)
