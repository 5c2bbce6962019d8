"""Facts of a roster made for somebody else's timetable."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from connectors.sandbox.school import DemoFiles, roster_for, write_all

if TYPE_CHECKING:
    from pathlib import Path

TINY = """<?xml version="1.0" encoding="UTF-8"?>
<timetable displayname="aSc Timetables 2012 XML">
  <teachers><teacher id="T1" name="Ким Ан"/><teacher id="T2" name="Ким Ан"/><teacher id="T3" name="Ли"/></teachers>
  <classes><class id="C1" name="7Б"/><class id="C2" name="Teachers Time"/></classes>
  <groups>
    <group id="G0" classid="C1" name="Весь класс" entireclass="1" divisiontag="0"/>
    <group id="G1" classid="C1" name="1 группа" entireclass="0" divisiontag="1"/>
    <group id="G2" classid="C1" name="2 группа" entireclass="0" divisiontag="1"/>
    <group id="G3" classid="C1" name="Мальчики" entireclass="0" divisiontag="2"/>
    <group id="G4" classid="gone" name="1 группа" entireclass="0" divisiontag="1"/>
  </groups>
  <lessons><lesson id="L1" groupids="G1,G2"/><lesson id="L2" groupids="G0,G4"/><lesson id="L3" groupids=""/></lessons>
</timetable>
"""


def sheet(path: Path) -> list[list[object]]:
    """The rows below the header."""
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]]


def tiny(folder: Path, text: str = TINY) -> Path:
    path = folder / "given.xml"
    path.write_bytes(text.encode())
    return path


@pytest.fixture
def roster(tmp_path: Path) -> DemoFiles:
    return roster_for(tiny(tmp_path), tmp_path / "out", 3)


def test_every_class_gets_a_full_set_of_pupils(roster: DemoFiles) -> None:
    """Classes without a grade too: they must exist as forms."""
    forms = [row[7] for row in sheet(roster.pupils)]
    assert set(forms) == {"7Б", "Teachers Time"}
    assert all(20 <= forms.count(form) <= 25 for form in set(forms))


def test_a_teachers_name_is_kept_as_it_stands_and_once(roster: DemoFiles) -> None:
    """Two teachers of one name in the file are one row; a one-word name stays one word."""
    rows = sheet(roster.staff)
    assert [row[0] for row in rows] == ["Ким Ан", "Ли"]
    assert all(row[5] for row in rows)


def test_only_divisions_that_lessons_use_are_filled(roster: DemoFiles) -> None:
    """Every pupil of the class in exactly one group; the unused division and the group of no class stay away."""
    rows = sheet(roster.subgroups)
    pupils = [row[5] for row in sheet(roster.pupils) if row[7] == "7Б"]
    assert {(row[0], row[5]) for row in rows} == {("7Б", "1")}
    assert {row[6] for row in rows} == {"1 группа", "2 группа"}
    assert sorted(str(row[4]) for row in rows) == sorted(map(str, pupils))


def test_everybody_has_consented(roster: DemoFiles) -> None:
    """One standing consent for each pupil and each member of the staff."""
    consents = sheet(roster.consents)
    assert len(consents) == len(sheet(roster.pupils)) + len(sheet(roster.staff))
    assert all(row[8] == "" for row in consents)


def test_the_timetable_itself_is_left_alone(tmp_path: Path) -> None:
    """The given file is the timetable of the set, and there are no substitutions."""
    given = tiny(tmp_path)
    files = roster_for(given, tmp_path / "out", 3)
    assert files.timetable == given
    assert given.read_bytes() == TINY.encode()
    assert files.substitutions is None
    assert given in files.all
    assert len(files.all) == 5


def test_a_gzipped_file_gives_the_same_roster(tmp_path: Path, roster: DemoFiles) -> None:
    """Compression is seen from the bytes, not from the name."""
    packed = tmp_path / "packed.bin"
    packed.write_bytes(gzip.compress(TINY.encode()))
    other = roster_for(packed, tmp_path / "other", 3)
    assert other.pupils.read_bytes() == roster.pupils.read_bytes()
    assert other.subgroups.read_bytes() == roster.subgroups.read_bytes()


def test_a_later_export_keeps_the_people_of_what_it_still_names(tmp_path: Path, roster: DemoFiles) -> None:
    """A class and a teacher more, in front: everybody else stays who they were, under the same numbers."""
    later = TINY.replace("<classes>", '<classes><class id="C0" name="6А"/>').replace(
        "<teachers>", '<teachers><teacher id="T0" name="Ан Ли"/>'
    )
    files = roster_for(tiny(tmp_path, later), tmp_path / "later", 3)
    pupils = sheet(files.pupils)
    assert [row for row in pupils if row[7] != "6А"] == sheet(roster.pupils)
    assert len({row[5] for row in pupils}) == len(pupils)
    assert sheet(files.staff)[1:] == sheet(roster.staff)


def test_entities_of_a_hostile_file_are_not_read(tmp_path: Path) -> None:
    """A file that points at another file gets nothing of its content into the roster."""
    (tmp_path / "secret.txt").write_text('<teacher id="T9" name="Secret"/>')
    hostile = TINY.replace(
        "<timetable", f'<!DOCTYPE t [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><timetable', 1
    ).replace("<teachers>", "<teachers>&x;")
    files = roster_for(tiny(tmp_path, hostile), tmp_path / "out", 3)
    assert [row[0] for row in sheet(files.staff)] == ["Ким Ан", "Ли"]


def test_a_file_without_classes_is_refused(tmp_path: Path) -> None:
    """No class means no school: nothing is written."""
    with pytest.raises(ValueError, match=r"given\.xml"):
        roster_for(tiny(tmp_path, "<timetable/>"), tmp_path / "out", 3)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_xml_is_refused(tmp_path: Path) -> None:
    """The parser's own error says where it broke."""
    with pytest.raises(etree.XMLSyntaxError):
        roster_for(tiny(tmp_path, "not xml"), tmp_path / "out", 3)


def test_the_demo_schools_own_timetable_gets_a_roster_too(tmp_path: Path) -> None:
    """What `write_files` writes is an aSc file like any other."""
    own = write_all(5, tmp_path / "school", pupils=200)
    files = roster_for(own.timetable, tmp_path / "out", 3)
    assert len({row[7] for row in sheet(files.pupils)}) == 8


@pytest.mark.samples
@pytest.mark.parametrize("name", ["sg-Term1_W10", "sg-Term1_W3_onwards"])
def test_a_real_timetable_is_covered_whole(samples: Path, tmp_path: Path, name: str) -> None:
    """Every class and every teacher of the real file, and one group per pupil in each division its lessons use."""
    path = samples / "asc-xml" / f"{name}.xml.gz"
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    files = roster_for(path, tmp_path, 3)
    pupils = sheet(files.pupils)
    classes = {node.get("id"): node.get("name") for node in root.iterfind("classes/class")}
    assert {row[7] for row in pupils} == set(classes.values())
    assert {row[0] for row in sheet(files.staff)} == {node.get("name") for node in root.iterfind("teachers/teacher")}
    used = {key for lesson in root.iterfind("lessons/lesson") for key in str(lesson.get("groupids")).split(",")}
    wanted: dict[tuple[str, str], set[str]] = {}
    for group in root.iterfind("groups/group"):
        if group.get("id") in used and group.get("entireclass") == "0":
            key = (str(classes[group.get("classid")]), str(group.get("divisiontag")))
            wanted.setdefault(key, set()).add(str(group.get("name")))
    got: dict[tuple[str, str], dict[str, str]] = {}
    for row in sheet(files.subgroups):
        assert got.setdefault((str(row[0]), str(row[5])), {}).setdefault(str(row[4]), str(row[6])) == row[6]
    assert {key: set(groups.values()) for key, groups in got.items()} == wanted
    for (form, _), members in got.items():
        assert set(members) == {row[5] for row in pupils if row[7] == form}
