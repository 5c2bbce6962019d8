"""TimeTableExchange of «Сетевой Город»: both generations, dated weeks, subgroups by label, and no pupil's surname."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from sgo_files import BELLS, TABLE, csg, sgo_xml

from connectors.sources.material import Material
from connectors.sources.sgo import read_sgo
from gateway.sync.inspect import inspect
from gateway.sync.reading import read_file
from mappings.sources.provisional import undated_form, undated_subgroup
from state.identity import staff_id, subject_id
from state.local import Coverage, part_from_plain, part_to_plain
from state.records import RecordType, Subgroup

if TYPE_CHECKING:
    from pathlib import Path

    from state.local import LocalPart

WEEK = (date(2026, 9, 14), date(2026, 9, 20))
ENGLISH = "Английский язык"


def part_of(tmp_path: Path, text: str) -> LocalPart:
    path = tmp_path / "ExportCm.xml"
    path.write_bytes(text.encode("cp1251"))
    reading = read_file(path)
    assert reading.detected.format == "sgo-xml"
    (part,) = reading.parts
    assert part_from_plain(part_to_plain(part)) == part
    return part


def told(part: LocalPart, *but: str) -> list[tuple[str, str]]:
    usual = {"COLUMNS_IGNORED", *but}
    return [(problem.code, problem.raw) for problem in part.problems if problem.code not in usual]


def labels(part: LocalPart) -> list[str]:
    known = [group for group in part.records[RecordType.SUBGROUP] if isinstance(group, Subgroup)]
    return [group.name for group in known if group.division == "Алгебра"]


def test_a_usual_file(tmp_path: Path) -> None:
    """Whole classes and subgroups, the day from `wd`, the number from the bell, rooms by name, and only one week."""
    part = part_of(tmp_path, sgo_xml())
    assert told(part) == []
    whole, first, second = part.cards
    assert (whole.groups, whole.subject, whole.number) == ((undated_form("7Б"),), subject_id("Алгебра"), 0)
    assert (whole.weekdays, whole.weeks, whole.room) == ((1,), "1", "215")
    assert whole.teachers == (staff_id("Ли Ян Вахтан кызы"),)
    assert (whole.starts, whole.ends) == WEEK
    assert first.groups == (undated_subgroup("7Б", ENGLISH, "Англ. яз. (п.1)"),)
    assert (second.teachers, second.room, second.number) == ((staff_id("Ким Ын"),), "", 1)
    assert part.covers == (Coverage(*WEEK),)
    assert RecordType.LESSON in part.complete


def test_what_is_not_used_is_named_once_for_each_kind(tmp_path: Path) -> None:
    """Seats, floors, numbers of boys and girls: one finding each; a telephone is personal and said to be dropped."""
    text = sgo_xml().replace('middlename=""', 'middlename="" mobilephone="+79030000000"')
    part = part_of(tmp_path, text)
    assert [(problem.code, problem.raw) for problem in part.problems] == [
        ("COLUMNS_IGNORED", "class: boys, girls, grade"),
        ("COLUMNS_IGNORED", "lessontime: sm"),
        ("PERSONAL_DROPPED", "teacher.mobilephone"),
        ("COLUMNS_IGNORED", "room: floor, seats"),
    ]
    assert "+7903" not in str(part_to_plain(part))


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (csg("Алгебра/п.2"), ["п.2"]),
        (csg("Алгебра/(1гр.)"), ["(1гр.)"]),
        (csg("Алгебра/Алгебра (профильная)/Алг. (техн. м.)"), ["Алг. (техн. м.)"]),
        (csg("Алгебра/7 «Б»"), []),
        (csg("Алгебра/-", pupils="0"), []),
        (csg("Алгебра/-"), ["группа 72"]),
        (csg("Алгебра", pupils="5"), ["группа 72"]),
        (csg("Алгебра", group="", pupils="0"), []),
        (csg("Алгебра/Щукина"), ["группа 72"]),
        (csg("Алгебра/Щукина Марья", group="", pupils="0"), ["группа 9"]),
        (csg("Алгебра/Мальчики", pupils="1"), ["группа 72"]),
    ],
)
def test_labels(course: str, expected: list[str], tmp_path: Path) -> None:
    """Groups by their label, whole classes however they are called, and a number for whatever may be a name."""
    assert labels(part_of(tmp_path, sgo_xml(more=course))) == expected


def test_a_pupils_surname_goes_nowhere(tmp_path: Path) -> None:
    """Home tuition bears the pupil's surname in the plan: not in a record, not in a finding, only that there is one."""
    part = part_of(tmp_path, sgo_xml(more=csg("Русский язык/Щукина", pupils="1")))
    assert told(part, "LESSON_NOT_PLACED") == [("SUBGROUP_LABEL_HIDDEN", "1")]
    assert "Щукин" not in str(part_to_plain(part))
    assert "Щукин" not in str(inspect(tmp_path / "ExportCm.xml"))


def test_a_subgroup_is_class_group_and_subject(tmp_path: Path) -> None:
    """One group number serves classes and subjects; two groups of one label in a class and subject stay two."""
    more = csg("Алгебра/п.1", group="70") + csg("Алгебра/п.1", group="77", key="8") + csg("Алгебра/п.1", "70", key="7")
    part = part_of(tmp_path, sgo_xml(more=more))
    assert labels(part) == ["п.1", "п.1 (77)"]
    assert len(part.records[RecordType.SUBGROUP]) == 4
    assert inspect(tmp_path / "ExportCm.xml").counts["subgroups"] == 4


def test_the_older_generation_in_small_letters(tmp_path: Path) -> None:
    """Tags and attributes in any case; a course is called `lesson` there, without groups and numbers of pupils."""
    text = """<timetableexchange><lessontimes>
    <lessontime id="1" number="0" starttime="8:00" endtime="8:40"/></lessontimes>
    <TEACHERS><teacher TID="1" lastname="Ли" firstname="Ян"/></TEACHERS>
    <subjects><subject sid="3" name="Труд"/></subjects>
    <plan><class id="2" name="11и (техн.)" boys="1" girls="2"><lesson id="5" name="Труд" tid="1" sid="3"/></class>
    </plan><timetable><week name="Неделя 14.09.2026 - 20.09.2026"><day wd="7"><lesson timeid="1"><csg id="5"/></lesson>
    </day></week></timetable></timetableexchange>"""
    part = part_of(tmp_path, text)
    assert read_file(tmp_path / "ExportCm.xml").detected.version == "1"
    assert told(part) == [("ENCODING_GUESSED", "windows-1251"), ("TABLE_MISSING", "rooms")]
    (card,) = part.cards
    assert (card.groups, card.weekdays, card.number) == ((undated_form("11И (техн.)"),), (6,), 0)


def test_a_plan_without_a_timetable_says_so(tmp_path: Path) -> None:
    """An empty TimeTable is a plan that is not yet placed: no lesson is deleted for it, and courses are not listed."""
    for table in ("", '<Week id="1" name="Неделя 14.09.2026 - 20.09.2026" />'):
        part = part_of(tmp_path, sgo_xml(table=table))
        assert told(part) == [("NO_TIMETABLE", "3")]
        assert part.complete >= {RecordType.SUBJECT, RecordType.SUBGROUP}
        assert RecordType.LESSON not in part.complete
    scope = inspect(tmp_path / "ExportCm.xml").scope
    assert scope is not None
    assert scope.weeks == 0


def test_weeks_without_dates_are_a_cycle(tmp_path: Path) -> None:
    """Their order is the cycle, and each is named; a dated one beside them holds for its own days."""
    week = '<Week id="{0}" name="{1}"><Day wd="3"><Lesson timeId="2"><csg id="1" /></Lesson></Day></Week>'
    table = week.format(1, "Чётная") + week.format(2, "Нечётная") + week.format(3, "14.09.2026-20.09.2026")
    part = part_of(tmp_path, sgo_xml(table=table))
    assert [(card.weeks, card.starts) for card in part.cards] == [("10", None), ("01", None), ("1", WEEK[0])]
    assert [raw for code, raw in told(part) if code == "WEEK_UNDATED"] == ["Чётная", "Нечётная"]
    assert part.week_cycle == 2


def test_a_second_shift_that_counts_from_the_start_is_counted_through(tmp_path: Path) -> None:
    """Where numbers repeat, the id of the bell tells: it is the number plus one."""
    more = '<LessonTime id="3" starttime="13:00" endtime="13:40" sm="2" number="0" />'
    part = part_of(tmp_path, sgo_xml(bells=BELLS + more, table=TABLE.replace('timeId="1"', 'timeId="3"')))
    assert ("PERIODS_RESTART", "0-2") in told(part)
    assert part.cards[0].number == 2


BAD = [
    ('<csg id="1" roomid="50" />', '<csg id="99" roomid="50" />', ("REFERENCE_BAD", "csg=99")),
    ('timeId="1"', 'timeId="9"', ("REFERENCE_BAD", "timeId=9")),
    ('timeId="1"', 'timeId=""', ("VALUE_MISSING", "timeid")),
    ('wd="2"', 'wd="0"', ("DAY_UNKNOWN", "0")),
    ('wd="2"', 'wd="x"', ("NUMBER_BAD", "wd=x")),
    ('tid="10" sid="30"', 'tid="99" sid="30"', ("REFERENCE_BAD", "tid=99")),
    ('tid="10" sid="30"', 'tid="10" sid="99"', ("REFERENCE_BAD", "sid=99")),
    ('tid="10" sid="30"', 'tid="10" sid=""', ("VALUE_MISSING", "sid")),
    ('number="0"', 'number="-1"', ("NUMBER_BAD", "number=-1")),
    ('starttime="07:50"', 'starttime="25:50"', ("TIME_BAD", "25:50-08:25")),
    ('<teacher tid="11"', '<teacher tid="10"', ("ID_REPEATED", "10")),
    ('lastname="Ким"', 'lastname=""', ("VALUE_MISSING", "lastname")),
    ("<Rooms>", "<Rooms><novelty a='1'/>", ("TABLE_UNKNOWN", "rooms/novelty: 0")),
    ("<Plan>", "<Novelties><x/></Novelties><Plan>", ("TABLE_UNKNOWN", "timetableexchange/novelties: 1")),
    ('<class id="20"', '<class id=""', ("REFERENCE_BAD", "class")),
]


@pytest.mark.parametrize(("old", "new", "expected"), BAD, ids=[f"{code} {raw}" for _, _, (code, raw) in BAD])
def test_what_cannot_be_read_is_named_and_stops_deletions(
    old: str, new: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    """The rest is read; the finding has its line; the file is no longer the whole truth of anything."""
    part = part_of(tmp_path, sgo_xml().replace(old, new, 1))
    found = [problem for problem in part.problems if (problem.code, problem.raw) == expected]
    assert found
    assert all(problem.where.removeprefix("ExportCm.xml:").isdigit() for problem in found)
    assert part.complete == frozenset()


@pytest.mark.samples
def test_the_real_excerpt_counted_by_other_means(samples: Path) -> None:
    """Counts equal bare lxml's; every element of the tree is a row of ours or a heading of rows."""
    path = samples / "sgo-xml" / "ExportCm_excerpt.anon.xml"
    root = etree.fromstring(path.read_bytes())
    counts, file = inspect(path).counts, read_sgo(Material(path))
    plan = root.findall("Plan/class/csg")
    assert counts == {
        "staff": len(root.findall("teachers/teacher")),
        "pupils": 0,
        "guardians": 0,
        "forms": len(root.findall("Plan/class")),
        "divisions": 2,
        "subgroups": sum(bool(course.get("groupid")) for course in plan),
        "subjects": len(root.findall("subjects/subject")),
        "rooms": len(root.findall("Rooms/room")),
        "plan_rows": len(plan),
        "lessons": len(root.findall(".//Lesson/csg")),
    }
    named = sum(len(subject.teacher_ids) for subject in file.subjects.values())
    hours = len({(slot.week, slot.weekday, slot.bell_id) for slot in file.slots})
    days = len({(slot.week, slot.weekday) for slot in file.slots})
    ours = sum(counts.values()) - counts["divisions"] - counts["subgroups"] + len(file.bells) + named + len(file.weeks)
    headings = 1 + len(root)
    assert ours + hours + days + headings == sum(1 for _ in root.iter())
    assert not [finding for finding in inspect(path).findings if finding.blocks]
