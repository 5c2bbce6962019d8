"""The real FET timetable in Russian, with what the program exported of it, against counts with bare lxml and csv."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from gateway.sync.reading import read_file
from state.records import RecordType, Subgroup

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

    from gateway.sync.readers.values import Reading

pytestmark = pytest.mark.samples
DAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")


@pytest.fixture
def folder(samples: Path) -> Path:
    return samples / "fet"


def bare(folder: Path, name: str) -> _Element:
    return etree.parse(folder / name).getroot()


def rows(folder: Path) -> list[dict[str, str]]:
    path = folder / "timetable-ru-highest" / "timetable-ru_timetable.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def placed(reading: Reading) -> Counter[tuple[str, int, str, int, str]]:
    """(subject, weekday, weeks, lesson number, room) of every card."""
    return Counter((c.subject, c.weekdays[0], c.weeks, c.number, c.room) for c in reading.parts[0].cards)


def expected(folder: Path) -> Counter[tuple[str, int, str, int, str]]:
    """The same of the table's rows, by hand."""
    hours = [str(hour.text) for hour in bare(folder, "timetable-ru.fet").iterfind("Hours_List/Hour/Name")]
    return Counter(
        (
            "subject:" + " ".join(row["Subject"].split()).casefold(),
            DAYS.index(row["Day"][2:]) + 1,
            "10" if row["Day"].startswith("А") else "01",
            hours.index(row["Hour"]) + 1,
            row["Room"],
        )
        for row in rows(folder)
    )


@pytest.mark.parametrize("name", ["", "timetable-ru_activities.xml"])
def test_every_element_is_counted_and_every_activity_placed_or_told(folder: Path, name: str) -> None:
    """The folder, or the result with the plan beside it: 495 of 562 are placed, 67 are named."""
    reading = read_file(folder / name if name else folder)
    root, result = bare(folder, "timetable-ru.fet"), bare(folder, "timetable-ru_activities.xml")
    activities = root.findall("Activities_List/Activity")
    unplaced = [one for one in result if not one.findtext("Day")]
    assert reading.counts == {
        "staff": len(root.findall("Teachers_List/Teacher")),
        "pupils": 0,
        "guardians": 0,
        "forms": len(root.findall("Students_List/Year")),
        "divisions": len({name.text[:-1] for name in root.iterfind("Students_List/Year/Group/Name") if name.text}),
        "subgroups": len(root.findall("Students_List/Year/Group")),
        "subjects": len(root.findall("Subjects_List/Subject")),
        "rooms": len(root.findall("Rooms_List/Room")),
        "plan_rows": len(activities),
        "lessons": len(rows(folder)),
    }
    told = [problem for problem in reading.problems if problem.code == "FET_UNPLACED"]
    assert {problem.raw.split(":")[0] for problem in told} == {one.findtext("Id") for one in unplaced}
    assert len(told) == len(unplaced) == 67
    assert not any(problem.blocks for problem in reading.problems)


def test_the_result_and_the_table_give_the_same_cards(folder: Path) -> None:
    """Every row of the table is one card, whichever file the places come from."""
    by_result = read_file(folder)
    by_table = read_file(folder / "timetable-ru-highest" / "timetable-ru_timetable.csv")
    assert placed(by_result) == placed(by_table) == expected(folder)


def test_a_stage_of_the_work_is_never_the_whole_truth(folder: Path) -> None:
    """«Highest» is what the program had placed when it gave up: no lesson may be deleted by it."""
    whole = read_file(folder).parts[0]
    assert whole.complete == {RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP}
    alone = read_file(folder / "timetable-ru-highest" / "timetable-ru_timetable.csv").parts[0]
    assert alone.complete == frozenset()
    assert (whole.week_cycle, alone.week_cycle) == (2, 2)


def test_divisions_share_no_atom(folder: Path) -> None:
    """«П» and «Б» cross in «ЛД101-П1-Б1»; inside one division nobody is twice."""
    atoms = {
        str(group.findtext("Name")): {str(one.text) for one in group.iterfind("Subgroup/Name")}
        for group in bare(folder, "timetable-ru.fet").iterfind("Students_List/Year/Group")
    }
    found: dict[tuple[str, str], list[str]] = {}
    for group in read_file(folder).parts[0].records[RecordType.SUBGROUP]:
        assert isinstance(group, Subgroup)
        found.setdefault((group.form, group.division), []).append(group.name)
    assert {division for _, division in found} == {"П", "Б"}
    for names in found.values():
        together = [atom for name in names for atom in atoms[name]]
        assert len(together) == len(set(together))


def test_the_plan_alone_is_a_plan_without_lessons(folder: Path) -> None:
    """One activity is locked in its place; the others are named, and nothing of the diary's lessons is touched."""
    reading = read_file(folder / "timetable-ru.fet")
    root = bare(folder, "timetable-ru.fet")
    locked = root.findall("Time_Constraints_List/ConstraintActivityPreferredStartingTime")
    told = [problem for problem in reading.problems if problem.code == "FET_UNPLACED"]
    assert len(told) == len(root.findall("Activities_List/Activity")) - len(locked)
    assert RecordType.LESSON not in reading.parts[0].complete
