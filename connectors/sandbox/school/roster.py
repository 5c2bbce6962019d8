"""People for somebody else's timetable: real aSc files hold classes, groups and teachers, and never a pupil."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zlib import crc32

from lxml import etree

from connectors.sandbox.school import workbooks
from connectors.sandbox.school.consents import draw_consents
from connectors.sandbox.school.curriculum import FormSeat
from connectors.sandbox.school.draw import Draw
from connectors.sandbox.school.families import in_register_order, seat_pupils
from connectors.sandbox.school.snils import synthetic_snils
from connectors.sandbox.school.values import FEMALE, MALE, DemoFiles, DemoName, DemoPupil, DemoStaff, DemoSubgroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GZIP_MAGIC = b"\x1f\x8b"
_CLASS_SIZE = (20, 25)
_GRADES = range(1, 12)
_GRADE_OF_OTHERS = 10
_BLOCK = 25
"""Numbers kept for one class: no class is larger."""
_BLOCKS = 20_000
_FIRST_STAFF = _BLOCK * _BLOCKS + 1
_STAFF = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timetable:
    """What a roster needs of an aSc file; names as they stand there, each once, in the order of the file."""

    classes: tuple[str, ...]
    teachers: tuple[str, ...]
    divisions: Mapping[tuple[str, str], tuple[str, ...]]
    """(class, divisiontag) → the names of its groups that lessons use."""


def roster_for(asc_path: Path, folder: Path, seed: int, sizes: tuple[int, int] = _CLASS_SIZE) -> DemoFiles:
    """Pupils, staff, subgroups and consents that make the timetable whole, with pupils in every class it names.

    `asc_path` is an aSc Timetables 2012 XML file, plain or gzipped, and is left as it is; the other files are written
    to `folder`, which is made. Every pupil is in exactly one group of each division that the class's lessons use, and
    everybody has consented. People hang on the names of classes and teachers: a later export of the same school gets
    the same pupils in the classes it still names. `sizes` are the fewest and the most pupils of a class, 2 to 25.
    Raises lxml.etree.XMLSyntaxError when it is no XML, ValueError when it names no class.
    """
    timetable = _read(asc_path)
    if not timetable.classes:
        raise ValueError(f"{asc_path.name} names no class")
    pupils = _pupils(timetable.classes, sizes, seed)
    numbers = _numbers(timetable.teachers, _STAFF)
    staff = [_teacher(_FIRST_STAFF + number, name, Draw(seed, f"roster/{name}")) for name, number in numbers.items()]
    return _write(asc_path, folder, pupils, staff, _subgroups(timetable, pupils), Draw(seed, "roster"))


def _write(
    asc_path: Path,
    folder: Path,
    pupils: Sequence[DemoPupil],
    staff: Sequence[DemoStaff],
    subgroups: Sequence[DemoSubgroup],
    draw: Draw,
) -> DemoFiles:
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(
        pupils=folder / "pupils.xlsx",
        staff=folder / "staff.xlsx",
        timetable=asc_path,
        subgroups=folder / "subgroups.xlsx",
        consents=folder / "consents.xlsx",
    )
    workbooks.write_pupils(files.pupils, pupils)
    workbooks.write_staff(files.staff, staff)
    workbooks.write_subgroups(files.subgroups, subgroups, {pupil.personal_file: pupil for pupil in pupils})
    workbooks.write_consents(files.consents, draw_consents(pupils, staff, 0, draw))
    return files


def _read(path: Path) -> _Timetable:
    raw = path.read_bytes()
    if raw.startswith(_GZIP_MAGIC):
        raw = gzip.decompress(raw)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(raw, parser)
    names = {_text(node, "id"): _text(node, "name") for node in root.iterfind("classes/class")}
    used = {
        group for lesson in root.iterfind("lessons/lesson") for group in _text(lesson, "groupids").split(",") if group
    }
    divisions: dict[tuple[str, str], dict[str, None]] = {}
    for group in root.iterfind("groups/group"):
        form = names.get(_text(group, "classid"), "")
        if form and _text(group, "id") in used and _text(group, "entireclass") != "1":
            key = (form, _text(group, "divisiontag"))
            divisions.setdefault(key, {})[_text(group, "name")] = None
    teachers = (_text(node, "name") for node in root.iterfind("teachers/teacher"))
    return _Timetable(
        classes=tuple(name for name in dict.fromkeys(names.values()) if name),
        teachers=tuple(name for name in dict.fromkeys(teachers) if name),
        divisions={key: tuple(groups) for key, groups in divisions.items()},
    )


def _text(node: etree._Element, attribute: str) -> str:
    return str(node.get(attribute, "")).strip()


def _pupils(classes: Sequence[str], sizes: tuple[int, int], seed: int) -> tuple[DemoPupil, ...]:
    """Class by class, each from a stream and a block of numbers of its own."""
    seats: list[FormSeat] = []
    pupils: list[DemoPupil] = []
    taken: set[tuple[str, date]] = set()
    for name, block in _numbers(classes, _BLOCKS).items():
        draw = Draw(seed, f"roster/{name}")
        seats.append(_seat(name, draw.between(*sizes)))
        pupils += seat_pupils(seats[-1:], draw, block * _BLOCK, taken)
    return in_register_order(pupils, seats)


def _numbers(names: Sequence[str], room: int) -> dict[str, int]:
    """A number below `room` for every name: its own, whatever other names there are, but for the rare clash."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for name in names:
        number = crc32(name.encode()) % room
        while number in taken:
            number = (number + 1) % room
        taken.add(number)
        numbers[name] = number
    return numbers


def _seat(name: str, size: int) -> FormSeat:
    """A class of the file; where its name tells no grade, the pupils are as old as tenth-graders."""
    digits = re.match(r"\d+", name)
    grade = int(digits[0]) if digits and int(digits[0]) in _GRADES else _GRADE_OF_OTHERS
    return FormSeat(name=name, grade=grade, shift=1, days=5, size=size)


def _teacher(number: int, text: str, draw: Draw) -> DemoStaff:
    """Somebody who bears exactly the name that stands in the file."""
    family, _, rest = text.partition(" ")
    return DemoStaff(
        number=number,
        name=DemoName(family=family, given=rest),
        sex=MALE if draw.chance(0.3) else FEMALE,
        birth_date=draw.day(date(1962, 1, 1), date(2001, 12, 31)),
        snils=synthetic_snils(number),
        email=f"staff{number:03d}@example.org",
        position="учитель",
        timetable_name=text,
    )


def _subgroups(timetable: _Timetable, pupils: Sequence[DemoPupil]) -> list[DemoSubgroup]:
    """The pupils of a class dealt out over the groups of each division like cards."""
    members: dict[str, list[str]] = {}
    for pupil in pupils:
        members.setdefault(pupil.form, []).append(pupil.personal_file)
    return [
        DemoSubgroup(form=form, division=division, name=name, pupils=tuple(members[form][place :: len(groups)]))
        for (form, division), groups in timetable.divisions.items()
        for place, name in enumerate(groups)
    ]
