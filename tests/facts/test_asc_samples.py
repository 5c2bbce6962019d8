"""Three real aSc exports of one school, against counts made with bare lxml."""

from __future__ import annotations

import gzip
import time
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from source_files import TWO_WEEKS, YEAR

from connectors.sources.asc import COLUMNS, read_asc
from connectors.sources.material import Material
from gateway.sync.inspect import inspect
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from state.identity import form_id, subgroup_id, subject_id
from state.records import Lesson, RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

    from state.local import LocalPart

pytestmark = pytest.mark.samples
NAMES = ("sg-Term1_W3_onwards", "sg-Term1_W8_onwards", "sg-Term1_W10")


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, samples: Path) -> Path:
    return samples / "asc-xml" / f"{request.param}.xml.gz"


def bare(path: Path) -> _Element:
    return etree.fromstring(gzip.decompress(path.read_bytes()))


def part_of(path: Path) -> LocalPart:
    part = read_file(path).parts[0]
    assert part is not None
    return part


def laid(path: Path) -> Assembled:
    return assemble([part_of(path)], YEAR, TWO_WEEKS)


def test_every_element_is_counted(path: Path) -> None:
    """The counts of `inspect` equal a plain count of elements; nothing is blocked."""
    root, inspection = bare(path), inspect(path)
    groups = root.findall("groups/group")
    assert inspection.counts == {
        "staff": len(root.findall("teachers/teacher")),
        "pupils": 0,
        "guardians": 0,
        "forms": len(root.findall("classes/class")),
        "divisions": len({(g.get("classid"), g.get("divisiontag")) for g in groups if g.get("divisiontag") != "0"}),
        "subgroups": sum(g.get("entireclass") == "0" for g in groups),
        "subjects": len(root.findall("subjects/subject")),
        "rooms": len(root.findall("classrooms/classroom")),
        "plan_rows": len(root.findall("lessons/lesson")),
        "lessons": len(root.findall("cards/card")),
    }
    assert (inspection.format, inspection.version) == ("asc-xml", "2012")
    assert not [finding for finding in inspection.findings if finding.blocks]


def test_every_element_and_attribute_is_taken_or_named(path: Path) -> None:
    """Table by table: rows of the XML are rows of ours, attributes are read or named, an unread table is named."""
    root, file = bare(path), read_asc(Material(path))
    rows = {
        "periods": file.periods,
        "daysdefs": file.days,
        "weeksdefs": file.weeks,
        "termsdefs": file.terms,
        "subjects": file.subjects,
        "teachers": file.teachers,
        "classrooms": file.rooms,
        "classes": file.classes,
        "groups": file.groups,
        "lessons": file.lessons,
        "cards": file.cards,
    }
    told = {(flaw.code, flaw.raw) for flaw in file.flaws}
    for table in root:
        tag, filled = str(table.tag), {name for row in table for name, text in row.items() if str(text).strip()}
        if tag in rows:
            assert len(table) == len(rows[tag])  # type: ignore[arg-type]  # tuples and dictionaries alike
            named = ", ".join(sorted(str(name) for name in filled - set(COLUMNS[tag])))
            assert not named or ("COLUMNS_IGNORED", f"{tag}: {named}") in told
        else:
            assert not len(table) or ("TABLE_IGNORED", f"{tag}: {len(table)}") in told
    assert {row.get("id") for row in root.iter("lesson")} == set(file.lessons)
    assert [card.lesson_id for card in file.cards] == [row.get("lessonid") for row in root.iter("card")]


def test_lessons_that_lack_cards_are_named(path: Path) -> None:
    """Rows of the plan with fewer cards than periods a week, by a sum made with bare lxml; in W10 a third of them."""
    placed: defaultdict[str | None, Fraction] = defaultdict(Fraction)
    root = bare(path)
    for card in root.iter("card"):
        weeks = str(card.get("weeks"))
        placed[card.get("lessonid")] += Fraction(str(card.get("days")).count("1") * weeks.count("1"), len(weeks))
    short = sum(
        not placed[row.get("id")] or placed[row.get("id")] < Fraction(str(row.get("periodsperweek") or 0))
        for row in root.iter("lesson")
        if row.get("groupids")
    )
    assert Counter(problem.code for problem in part_of(path).problems)["LESSON_NOT_PLACED"] == short > 20


def test_lessons_without_a_group_are_the_only_ones_left_out(path: Path) -> None:
    """Staff meetings have neither class nor group; each is a finding, and every other card is a card."""
    root, part = bare(path), part_of(path)
    homeless = {row.get("id") for row in root.findall("lessons/lesson") if not row.get("groupids")}
    assert Counter(problem.code for problem in part.problems)["LESSON_WITHOUT_GROUP"] == len(homeless)
    placed = [card for card in root.findall("cards/card") if card.get("lessonid") not in homeless]
    assert len(part.cards) == len(placed)


def test_duplicate_subject_names_are_one_subject(path: Path) -> None:
    """Two subjects of the school share their names under different ids."""
    names = [str(row.get("name")) for row in bare(path).findall("subjects/subject")]
    part = part_of(path)
    assert len(part.records[RecordType.SUBJECT]) == len({subject_id(name) for name in names})
    assert [problem.code for problem in part.problems].count("SUBJECT_REPEATED") == 2


def test_two_weeks_of_lessons_match_a_plain_expansion(path: Path) -> None:
    """Group, day, period and subject of every lesson equal an expansion done by hand with bare lxml."""
    root = bare(path)
    classes = {str(row.get("id")): form_id(2026, _cyrillic(str(row.get("name")))) for row in root.iter("class")}
    groups = {
        row.get("id"): classes[str(row.get("classid"))]
        if row.get("entireclass") == "1"
        else subgroup_id(classes[str(row.get("classid"))], str(row.get("divisiontag")), str(row.get("name")))
        for row in root.iter("group")
    }
    subjects = {row.get("id"): subject_id(str(row.get("name"))) for row in root.iter("subject")}
    teachers = {row.get("id"): str(row.get("name")) for row in root.iter("teacher")}
    lessons = {row.get("id"): row for row in root.iter("lesson")}
    expected = set()
    for card in root.iter("card"):
        lesson = lessons[card.get("lessonid")]
        taught_by = tuple(sorted({teachers[key] for key in str(lesson.get("teacherids")).split(",") if key}))
        for day in (date(2026, 9, number) for number in range(7, 21)):
            bit = day.weekday()
            days, weeks = str(card.get("days")), str(card.get("weeks"))
            week = 1 if day < date(2026, 9, 14) else 0
            if day == date(2026, 9, 14) or bit > 4 or days[bit] != "1" or weeks[week] != "1":
                continue
            for key in str(lesson.get("groupids")).split(","):
                if key:
                    expected.add(
                        (groups[key], day, int(str(card.get("period"))), subjects[lesson.get("subjectid")], taught_by)
                    )
    snapshot = laid(path).snapshot
    names = {staff.sourced_id: staff.name.full for staff in snapshot.of(RecordType.STAFF)}
    found = Counter(
        (item.group, item.day, item.number, item.subject, tuple(sorted(names[one] for one in item.teachers)))
        for item in snapshot.of(RecordType.LESSON)
        if isinstance(item, Lesson)
    )
    assert set(found) == expected
    assert set(found.values()) == {1}
    assert len(expected) > 7000


def test_a_real_timetable_assembles_in_about_a_second(path: Path) -> None:
    """Two weeks of up to 12 000 lessons: generous fivefold, because machines are shared."""
    part, started = part_of(path), time.monotonic()
    assert len(assemble([part], YEAR, TWO_WEEKS).snapshot.of(RecordType.LESSON)) > 7000
    assert time.monotonic() - started < 5


def test_ids_outlive_an_export(samples: Path) -> None:
    """Classes kept over the term keep their ids, though teachers and lessons were re-created between exports."""
    first, last = (part_of(samples / "asc-xml" / f"{name}.xml.gz") for name in (NAMES[0], NAMES[2]))
    forms = [{form.sourced_id for form in part.records[RecordType.FORM]} for part in (first, last)]
    assert forms[0] <= forms[1]
    staff = [{person.sourced_id for person in part.records[RecordType.STAFF]} for part in (first, last)]
    assert len(staff[0] & staff[1]) > 0.9 * len(staff[0])


def _cyrillic(name: str) -> str:
    """The rule for «1A», spelled out by hand."""
    if len(name) == 2 and name[0].isdigit() and name[1].isalpha():
        return name[0] + {"A": "А", "B": "В", "C": "С", "E": "Е"}.get(name[1], name[1])
    return name
