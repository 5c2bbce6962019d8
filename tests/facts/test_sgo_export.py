"""The exchange file of «Сетевой Город» with the school's timetable in it: nothing else moves, nothing is guessed."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sgo_files import TABLE, csg, sgo_xml
from source_files import YEAR

from connectors.sources.material import Material
from connectors.sources.sgo_wire import SgoHour
from connectors.sources.sgo_write import SgoWeekHours, with_timetable
from connectors.sources.wire import UnreadableFile
from gateway.errors import DataError, FileUnreadable
from gateway.sync.export_sgo import export_sgo, whole_weeks
from gateway.sync.reading import read_file
from mappings.sources.assemble import assemble
from state.identity import form_id, lesson_id, staff_id, subgroup_id, subject_id
from state.records import Form, Lesson, PersonName, RecordType, Staff, Subgroup, Subject
from state.snapshot import Scope, Snapshot
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.sync.export_sgo import Exported
    from mappings.sources.assemble import Assembled
    from state.local import LocalPart
    from state.records import Record

MONDAY = date(2026, 9, 14)
WEEK = Scope(school_year=2026, lessons_from=MONDAY, lessons_to=date(2026, 9, 20))
DAYS = dataclasses.replace(YEAR, holidays=())
SECTIONS = re.compile(rb"<TimeTable>.*</TimeTable>", re.DOTALL)
FORM, ENGLISH = form_id(2026, "7Б"), subject_id("Английский язык")


@pytest.fixture
def store(sqlite_url: str) -> Store:
    return Store.open(sqlite_url, "school-1", lambda: datetime(2026, 9, 14, tzinfo=UTC))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "ExportCm.xml"
    path.write_bytes(sgo_xml(table="").encode("cp1251"))
    return path


def part(path: Path) -> LocalPart:
    return read_file(path).parts[0]


def school(*lessons: Lesson, like: Assembled | None = None) -> Assembled:
    """A form with two subgroups named as a timetable program names them, and these lessons."""
    groups = [
        Subgroup(sourced_id=subgroup_id(FORM, "1", name), name=name, form=FORM, division="1")
        for name in ("1 группа", "2 группа")
    ]
    records: dict[RecordType, tuple[Record, ...]] = {
        RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7),),
        RecordType.SUBGROUP: tuple(groups),
        RecordType.SUBJECT: tuple(
            Subject(sourced_id=subject_id(name), name=name) for name in ("Алгебра", "Английский язык", "Химия")
        ),
        RecordType.STAFF: (
            Staff(sourced_id=staff_id("Ли Я.В."), name=PersonName(family="Ли", given="Я.", patronymic="В.")),
            Staff(sourced_id=staff_id("Ким Ын"), name=PersonName(family="Ким", given="Ын")),
        ),
        RecordType.LESSON: lessons,
    }
    made = assemble([], DAYS, WEEK)
    return dataclasses.replace(made, snapshot=Snapshot(scope=WEEK, records=records))


def lesson(
    group: str = "", subject: str = "Алгебра", number: int = 1, teachers: Sequence[str] = ("Ли Я.В.",), room: str = ""
) -> Lesson:
    taught = subgroup_id(FORM, "1", group) if group else FORM
    return Lesson(
        sourced_id=lesson_id(taught, MONDAY, number, subject_id(subject), 1),
        group=taught,
        subject=subject_id(subject),
        day=MONDAY,
        number=number,
        teachers=tuple(staff_id(name) for name in teachers),
        room=room,
    )


def hours(exported: Exported) -> list[str]:
    return re.findall(r'<csg id="(\w+)"(?: roomid="\w+")? />', exported.path.read_bytes().decode("cp1251"))


def told(exported: Exported) -> list[tuple[str, str]]:
    return [(problem.code, problem.raw) for problem in exported.problems]


def test_read_written_and_read_again(store: Store, base: Path, tmp_path: Path) -> None:
    """The timetable of a file, assembled and written into a file without one, is the same timetable, byte for byte."""
    full = tmp_path / "full.xml"
    full.write_bytes(sgo_xml().encode("cp1251"))
    exported = export_sgo(store, assemble([part(full)], DAYS, WEEK), base, tmp_path / "out.xml", "clerk")
    assert (exported.lessons, exported.hours, exported.weeks, told(exported)) == (3, 3, 1, [])
    again = part(exported.path)
    assert (again.records, again.cards, again.covers) == (part(full).records, part(full).cards, part(full).covers)
    assert SECTIONS.sub(b"", exported.path.read_bytes()) == SECTIONS.sub(b"", base.read_bytes())


def test_home_tuition_finds_its_way_back(store: Store, tmp_path: Path) -> None:
    """A subgroup whose label may be a surname is known by its number here, and is the same course there."""
    full = tmp_path / "full.xml"
    full.write_bytes(
        sgo_xml(more=csg("Алгебра/Щукина", pupils="1"), table=TABLE.replace('id="3"', 'id="9"')).encode("cp1251")
    )
    exported = export_sgo(store, assemble([part(full)], DAYS, WEEK), full, tmp_path / "out.xml", "clerk")
    assert hours(exported) == ["1", "2", "9"]
    with store.begin() as work:
        assert "Щукин" not in str(work.runs())


def test_lessons_of_another_program_are_found(store: Store, base: Path, tmp_path: Path) -> None:
    """Initials are their teacher, «2 группа» is «(п.2)», the room goes by its name; days and hours in order."""
    local = school(
        lesson("2 группа", "Английский язык", teachers=["Ким Ын"]),
        lesson("1 группа", "Английский язык", room="215"),
        lesson(number=0),
    )
    exported = export_sgo(store, local, base, tmp_path / "out.xml", "clerk")
    assert told(exported) == []
    assert hours(exported) == ["1", "2", "3"]
    assert [card.room for card in part(exported.path).cards] == ["", "215", ""]


LEFT = [
    (lesson(subject="Химия"), "EXPORT_NO_COURSE", "7Б, Химия, Ли Я.В.: 1"),
    (lesson(teachers=["Ким Ын"]), "EXPORT_NO_COURSE", "7Б, Алгебра, Ким Ы.: 1"),
    (lesson("1 группа", teachers=["Ли Я.В."]), "EXPORT_NO_COURSE", "7Б, 1 группа, Алгебра, Ли Я.В.: 1"),
    (
        lesson("2 группа", "Английский язык"),
        "EXPORT_NO_COURSE",
        "7Б, 2 группа, Английский язык, Ли Я.В.: 1",
    ),
    (lesson(subject="Английский язык"), "EXPORT_NO_COURSE", "7Б, Английский язык, Ли Я.В.: 1"),
    (lesson(number=7), "EXPORT_NO_BELL", "7: 1"),
]


@pytest.mark.parametrize(("left", "code", "raw"), LEFT, ids=[f"{code} {raw}" for _, code, raw in LEFT])
def test_what_the_plan_does_not_have_is_told_and_left_out(
    left: Lesson, code: str, raw: str, store: Store, base: Path, tmp_path: Path
) -> None:
    """Another teacher, subgroup, subject, hour: no course is taken in its place, and how many lessons is said."""
    exported = export_sgo(store, school(lesson(number=0), left), base, tmp_path / "out.xml", "clerk")
    assert told(exported) == [(code, raw)]
    assert (hours(exported), exported.lessons) == (["1"], 2)


def test_an_unknown_room_costs_the_room_only(store: Store, base: Path, tmp_path: Path) -> None:
    """The lesson is written without it."""
    exported = export_sgo(store, school(lesson(room="Актовый зал")), base, tmp_path / "out.xml", "clerk")
    assert told(exported) == [("EXPORT_ROOM_UNKNOWN", "Актовый зал: 1")]
    assert hours(exported) == ["1"]


def test_two_courses_that_fit_are_not_chosen_between(store: Store, tmp_path: Path) -> None:
    """The same class, subject and teacher twice in the plan is a question; two teachers are two courses."""
    base = tmp_path / "base.xml"
    same = '<csg id="8" tid="10" sid="30" name="Алгебра" groupid="" hrsweek="1" studcnt="0" />'
    base.write_bytes(sgo_xml(more=same).encode("cp1251"))
    unclear = export_sgo(store, school(lesson()), base, tmp_path / "one.xml", "clerk")
    assert (told(unclear), hours(unclear)) == ([("EXPORT_COURSE_UNCLEAR", "7Б, Алгебра, Ли Я.В.: 1")], [])
    base.write_bytes(sgo_xml(more=same.replace('tid="10"', 'tid="11"')).encode("cp1251"))
    both = export_sgo(store, school(lesson(teachers=["Ли Я.В.", "Ким Ын"])), base, tmp_path / "two.xml", "clerk")
    assert (told(both), hours(both)) == ([], ["1", "8"])


@pytest.mark.samples
def test_the_real_excerpt_survives_byte_for_byte(samples: Path, store: Store, tmp_path: Path) -> None:
    """The excerpt's own timetable, taken in and written back, is the file it was."""
    path = samples / "sgo-xml" / "ExportCm_excerpt.anon.xml"
    exported = export_sgo(store, assemble([part(path)], DAYS, WEEK), path, tmp_path / "out.xml", "clerk")
    assert told(exported) == []
    assert exported.path.read_bytes() == path.read_bytes()


HOURS = (
    SgoWeekHours(monday=MONDAY, sunday=date(2026, 9, 20), hours=(SgoHour(day=MONDAY, bell_id="2", course_id="1"),)),
)


@pytest.mark.parametrize(
    "old",
    [
        "<TimeTable></TimeTable>",
        "<TimeTable/>",
        "<TimeTable a='>' />",
        "<!-- <TimeTable> --><TimeTable><Week/></TimeTable>",
        "<TimeTable/><TimeTable><Week/></TimeTable>",
        "",
    ],
)
@pytest.mark.parametrize(("encoding", "newline"), [("windows-1251", "\n"), ("utf-8", "\r\n"), ("", "\n")])
def test_wherever_the_old_timetable_stood(old: str, encoding: str, newline: str, tmp_path: Path) -> None:
    """Empty, closed at once, beside a comment about it, doubled or absent; in the file's own encoding and line ends."""
    text = sgo_xml(table="").replace("<TimeTable></TimeTable>", old).replace("\n", newline)
    text = text.replace('encoding="windows-1251"', f'encoding="{encoding}"' if encoding else "").replace(" ?>", "?>")
    path = tmp_path / "base.xml"
    path.write_bytes(text.encode(encoding or "cp1251"))
    data = with_timetable(Material(path), HOURS)
    path.write_bytes(data)
    assert [card.number for card in part(path).cards] == [1]
    assert data.count(b"<TimeTable>") == 1 + (b"<!--" in data)
    assert b"\r\n" not in data or data.count(b"\n") == data.count(b"\r\n")
    head = text[: text.index("</Plan>")].encode(encoding or "cp1251")
    assert data.startswith(head)


@pytest.mark.parametrize("text", ["<TimeTableExchange/>", "нет", "<timetable/>"])
def test_no_file_of_that_kind_takes_a_timetable(text: str, store: Store, tmp_path: Path) -> None:
    """Another format, or one without a plan, is refused, and nothing is left behind."""
    base, out = tmp_path / "base.xml", tmp_path / "out.xml"
    base.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadable):
        export_sgo(store, school(lesson()), base, out, "clerk")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".xml"] == ["base.xml"]


def test_the_older_generation_and_a_taken_place_are_refused(store: Store, base: Path, tmp_path: Path) -> None:
    """Nobody has seen a timetable of the older generation; the base itself and other files are never overwritten."""
    before = base.read_bytes()
    with pytest.raises(DataError):
        export_sgo(store, school(), base, base, "clerk")
    assert base.read_bytes() == before
    base.write_bytes(before.replace(b"<csg ", b"<lesson "))
    with pytest.raises(DataError):
        export_sgo(store, school(), base, tmp_path / "out.xml", "clerk")
    with pytest.raises(DataError):
        export_sgo(store, school(), base, tmp_path / "none" / "out.xml", "clerk")


def test_half_weeks_become_whole_ones() -> None:
    """A week of the file is Monday to Sunday: a Wednesday alone asks for its week."""
    wednesday = Scope(school_year=2026, lessons_from=date(2026, 9, 16), lessons_to=date(2026, 9, 16))
    assert whole_weeks(wednesday) == WEEK
    assert whole_weeks(WEEK) == WEEK


def test_a_hostile_name_cannot_leave_its_attribute(tmp_path: Path) -> None:
    """Ids of the base are written as attribute values, whatever is in them."""
    path = tmp_path / "base.xml"
    path.write_bytes(sgo_xml(table="").encode("cp1251"))
    hour = SgoHour(day=MONDAY, bell_id='1"><x/>', course_id="ё", room_id="<&'")
    week = dataclasses.replace(HOURS[0], hours=(hour,))
    path.write_bytes(with_timetable(Material(path), [week]))
    root = Material(path).xml
    assert root is not None
    assert not root[0].findall(".//x")
    with pytest.raises(UnreadableFile):
        with_timetable(Material(tmp_path / "absent.xml"), [week])
