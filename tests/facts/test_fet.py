"""FET: names are keys, groups are sets of atoms, two weeks are four days, and a result is nothing without its plan."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from fet_files import ACTIVITIES, DAYS, HOURS, PLACES, plan, result, table, write
from lxml import etree

from gateway.sync.reading import read_file
from state.identity import form_id, subgroup_id, subject_id
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.sync.readers.values import Reading
    from state.local import LocalPart

A, B = form_id(0, "7А"), form_id(0, "7Б")
ENGLISH = [subgroup_id(A, "англ", f"7А-англ{number}") for number in (1, 2)]
USUAL = {"t.fet": plan(), "t_activities.xml": result()}


def read(folder: Path, files: Mapping[str, str], name: str = "") -> Reading:
    place = write(folder / "fet", files)
    return read_file(place / name if name else place)


def part(reading: Reading) -> LocalPart:
    assert reading.refusal is None, reading.refusal
    return reading.parts[0]


def codes(reading: Reading) -> Counter[str]:
    return Counter(problem.code for problem in reading.problems)


def cards(part: LocalPart) -> list[tuple[Any, ...]]:
    """(groups, subject, weekdays, weeks, number) of every card."""
    return sorted((card.groups, card.subject, card.weekdays, card.weeks, card.number) for card in part.cards)


EXPECTED = sorted(
    [
        ((A,), subject_id("Алгебра"), (1,), "10", 1),
        ((A,), subject_id("Алгебра"), (1,), "10", 2),
        ((ENGLISH[0],), subject_id("Английский"), (2,), "10", 3),
        ((ENGLISH[1],), subject_id("Английский"), (2,), "01", 3),
        ((A, B), subject_id("Физика"), (1,), "01", 2),
        ((subgroup_id(A, "2", "7А мальчики"),), subject_id("Труд"), (2,), "10", 1),
        ((subgroup_id(A, "подгруппы", "7А-а1м"),), subject_id("Хор"), (2,), "10", 2),
    ]
)


def test_a_folder_with_plan_and_result_is_a_timetable(tmp_path: Path) -> None:
    """Twelve days or four: the weekday and the week stand in the name; a double lesson is two cards."""
    reading = read(tmp_path, USUAL)
    assert cards(part(reading)) == EXPECTED
    assert part(reading).week_cycle == 2
    assert reading.detected.version == "6.8.5"
    joined = next(card for card in part(reading).cards if card.subject == subject_id("Физика"))
    assert [len(joined.teachers), joined.room] == [2, ""]
    assert {card.room for card in part(reading).cards} == {"215", "110", "мастерская", ""}


def test_every_activity_is_a_card_or_a_problem(tmp_path: Path) -> None:
    """What is switched off, teaches nobody, or has no place is told at its line of the file."""
    reading = read(tmp_path, USUAL)
    told = {problem.code: problem for problem in reading.problems}
    assert (told["FET_INACTIVE"].raw, told["LESSON_WITHOUT_GROUP"].raw) == ("7: Хор, 7Б", "Совещание")
    line = next(n for n, text in enumerate(plan().splitlines(), 1) if "<Id>7</Id>" in text)
    assert told["FET_INACTIVE"].where == f"fet/t.fet:{line}"
    assert part(reading).complete == {RecordType.SUBJECT, RecordType.FORM, RecordType.SUBGROUP, RecordType.LESSON}


def test_crossing_divisions_come_apart(tmp_path: Path) -> None:
    """English by two and boys with girls share atoms, so they are two divisions; the shared word names the first."""
    groups = part(read(tmp_path, USUAL)).records[RecordType.SUBGROUP]
    assert [(group.division, group.name) for group in groups] == [  # type: ignore[union-attr]
        ("англ", "7А-англ1"),
        ("англ", "7А-англ2"),
        ("2", "7А мальчики"),
        ("2", "7А девочки"),
        ("подгруппы", "7А-а1м"),
    ]


def test_a_group_of_everybody_is_the_form(tmp_path: Path) -> None:
    """A group is its atoms: all of them are the form; the only group of a year may still be a part of it."""
    years: dict[str, dict[str, tuple[str, ...]]] = {
        "7А": {"7А вся": ("7А-1", "7А-2"), "7А п1": ("7А-1",), "7А п2": ("7А-2",)},
        "7Б": {"7Б хор": ()},
    }
    activities = [{"Id": str(n), "Subject": "Хор", "Students": name} for n, name in enumerate(("7А вся", "7Б хор"), 1)]
    places = {str(number): (DAYS[0], HOURS[0], "") for number in (1, 2)}
    files = {"a.fet": plan(years=years, activities=activities), "b.xml": result(places)}
    groups = [card.groups for card in part(read(tmp_path, files)).cards]
    assert groups == [(A,), (subgroup_id(B, "хор", "7Б хор"),)]


def test_a_grade_of_forms_is_not_a_form(tmp_path: Path) -> None:
    """Year «7» with groups 7А and 7Б: the groups are forms; a course across both is a subgroup of each."""
    years = {"7": {"7А": ("7А-н", "7А-ф"), "7Б": ("7Б-н", "7Б-ф"), "7 нем": ("7А-н", "7Б-н"), "7 вся": ()}}
    years["7"]["7 вся"] = ("7А-н", "7А-ф", "7Б-н", "7Б-ф")
    activities = [{"Id": str(n), "Subject": "Хор", "Students": name} for n, name in enumerate(("7", "7А", "7 нем"), 1)]
    activities.append({"Id": "4", "Subject": "Хор", "Students": "7 вся"})
    places = {str(number): (DAYS[0], HOURS[0], "") for number in range(1, 5)}
    files = {"a.fet": plan(years=years, activities=activities), "b.xml": result(places)}
    found = part(read(tmp_path, files))
    assert {form.sourced_id for form in found.records[RecordType.FORM]} == {A, B}
    german = tuple(subgroup_id(form, "нем", "7 нем") for form in (A, B))
    assert [card.groups for card in found.cards] == [(A, B), (A,), german, (A, B)]


@pytest.mark.parametrize("missing", ["unplaced", "left out"])
def test_an_unfinished_result_deletes_nothing(tmp_path: Path, missing: str) -> None:
    """An activity with blank day and hour, or absent from the result: the lessons are not the whole truth."""
    places = {**PLACES, "2": ("", "", "")}
    if missing == "left out":
        del places["2"]
    reading = read(tmp_path, {"t.fet": plan(), "t_activities.xml": result(places)})
    assert [(p.code, p.raw) for p in reading.problems if p.code == "FET_UNPLACED"] == [
        ("FET_UNPLACED", "2: Английский, 7А-англ1")
    ]
    assert len(part(reading).cards) == len(EXPECTED) - 1
    assert RecordType.LESSON not in part(reading).complete
    assert RecordType.SUBJECT in part(reading).complete


def test_a_table_of_hours_says_the_same_as_the_result(tmp_path: Path) -> None:
    """`*_timetable.csv` has a row for each hour and joins several values by a plus."""
    reading = read(tmp_path, {"t.fet": plan(), "t_timetable.csv": table()})
    assert cards(part(reading)) == EXPECTED
    assert RecordType.LESSON in part(reading).complete


def test_a_table_that_lost_a_row_is_not_whole(tmp_path: Path) -> None:
    """Half of a double lesson is missing: its hours differ from the plan's."""
    lines = table().splitlines(keepends=True)
    reading = read(tmp_path, {"t.fet": plan(), "t_timetable.csv": "".join(lines[:2] + lines[3:])})
    assert [(p.code, p.raw) for p in reading.problems if p.code == "FET_HOURS_DIFFER"] == [
        ("FET_HOURS_DIFFER", "1: 1/2")
    ]
    assert RecordType.LESSON not in part(reading).complete


def test_a_lone_table_is_a_timetable_that_deletes_nothing(tmp_path: Path) -> None:
    """Without the plan forms are told from parts by their names, and nothing is known to be whole."""
    reading = read(tmp_path, {"t_timetable.csv": table()}, "t_timetable.csv")
    found = part(reading)
    assert found.complete == frozenset()
    assert {form.sourced_id for form in found.records[RecordType.FORM]} == {A, B}
    plain = [card for card in cards(found) if card[0][0] in (A, *ENGLISH)]
    assert plain == [card for card in EXPECTED if card[0][0] in (A, *ENGLISH)]
    assert codes(reading)["FET_TABLE_ALONE"] == 1
    assert reading.counts["plan_rows"] == len(PLACES)


@pytest.mark.parametrize("name", ["t_activities.xml", "t_timetable.csv"])
def test_a_lone_result_finds_its_plan_beside_it(tmp_path: Path, name: str) -> None:
    """By the ids of the activities; a plan of another school in the same folder is not taken."""
    other = plan(activities=[{"Id": "77", "Subject": "Хор", "Students": "7А"}])
    files = {"a.fet": other, "school.fet": plan(), "t_activities.xml": result(), "t_timetable.csv": table()}
    reading = read(tmp_path, files, name)
    assert cards(part(reading)) == EXPECTED
    assert {p.where.partition(":")[0] for p in reading.problems if p.code == "FET_INACTIVE"} == {"school.fet"}


def test_two_plans_that_fit_are_told_by_name_or_asked_about(tmp_path: Path) -> None:
    """The result begins like one of them; if it begins like none, a person decides."""
    files = {"old.fet": plan(hours=("1", "2", "3")), "t.fet": plan(), "t_activities.xml": result()}
    assert cards(part(read(tmp_path, files))) == EXPECTED
    (tmp_path / "fet" / "t_activities.xml").rename(tmp_path / "fet" / "x_activities.xml")
    assert codes(read_file(tmp_path / "fet")) == {"FET_SEVERAL": 1}


def test_a_result_without_its_plan_says_what_is_missing(tmp_path: Path) -> None:
    """A result holds ids only."""
    assert codes(read(tmp_path, {"t_activities.xml": result()}, "t_activities.xml")) == {"FET_WITHOUT_PLAN": 1}


def test_an_archive_is_read_like_a_folder(tmp_path: Path) -> None:
    """The pages that FET writes for people are named and not needed."""
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**USUAL, "index.html": "<html></html>", "t_timetable.csv": table()}.items():
            archive.writestr(name, text)
    reading = read_file(path)
    assert cards(part(reading)) == EXPECTED
    unused = {problem.raw for problem in reading.problems if problem.code == "FILE_NOT_USED"}
    assert unused == {"index.html", "t_timetable.csv"}


def test_a_folder_with_a_result_only_is_fet_too(tmp_path: Path) -> None:
    """The table is enough by itself, the list of ids asks for its plan; pages beside them do not matter."""
    files = {"t_timetable.csv": table().replace(",", ";"), "index.html": "<html></html>"}
    assert part(read(tmp_path, files)).complete == frozenset()
    (tmp_path / "fet" / "t_timetable.csv").unlink()
    assert codes(read(tmp_path, {"t_activities.xml": result()})) == {"FET_WITHOUT_PLAN": 1}


def test_the_digest_is_of_both_files(tmp_path: Path) -> None:
    """A changed plan is a changed timetable though the result is the same, read from a folder or beside the result."""
    seen = set()
    for number, text in enumerate((plan(), plan().replace("Алгебра", "Геометрия"))):
        folder = write(tmp_path / str(number), {"t.fet": text, "t_activities.xml": result()})
        seen |= {part(read_file(folder)).sha256, part(read_file(folder / "t_activities.xml")).sha256}
    assert len(seen) == 2


def test_places_may_be_locked_in_the_plan_itself(tmp_path: Path) -> None:
    """A starting time of full weight in force is a place; a wish, and one switched off, is not."""

    def constraint(key: str, weight: str, active: str = "true") -> str:
        return (
            f"<ConstraintActivityPreferredStartingTime><Weight_Percentage>{weight}</Weight_Percentage>"
            f"<Activity_Id>{key}</Activity_Id><Preferred_Day>{DAYS[1]}</Preferred_Day>"
            f"<Preferred_Hour>{HOURS[2]}</Preferred_Hour><Active>{active}</Active>"
            "</ConstraintActivityPreferredStartingTime>"
        )

    room = (
        "<ConstraintActivityPreferredRoom><Weight_Percentage>100</Weight_Percentage><Activity_Id>2</Activity_Id>"
        "<Room>110</Room></ConstraintActivityPreferredRoom>"
    )
    times = constraint("2", "100") + constraint("3", "10") + constraint("5", "100", "false")
    more = (
        f"<Time_Constraints_List>{times}</Time_Constraints_List><Space_Constraints_List>{room}</Space_Constraints_List>"
    )
    reading = read(tmp_path, {"t.fet": plan(more=more)}, "t.fet")
    (card,) = part(reading).cards
    assert (card.groups, card.weekdays, card.weeks, card.number, card.room) == ((ENGLISH[0],), (2,), "10", 3, "110")
    assert codes(reading)["FET_UNPLACED"] == len(PLACES) - 2


@pytest.mark.parametrize(
    ("days", "place", "weekday", "weeks", "code"),
    [
        (("Пн", "Вт"), "Вт", 2, "1", ""),
        (("Monday", "Tuesday"), "Tuesday", 2, "1", ""),
        (("пн (чётная)", "пн (нечетная)"), "пн (нечетная)", 1, "01", ""),
        (("Среда 1 неделя", "Среда 2 неделя"), "Среда 1 неделя", 3, "10", ""),
        (("Day 1", "Day 2", "Day 3"), "Day 3", 3, "1", "FET_DAY_GUESSED"),
        (("Пн утро", "Вт"), "Вт", 2, "1", "FET_DAY_UNKNOWN"),
        (("Пн", "Пн ", "Вт"), "Вт", 2, "1", "ID_REPEATED"),
        (tuple(f"День {n}" for n in range(1, 13)), "День 3", None, "", "FET_DAY_UNKNOWN"),
    ],
)
def test_days_are_told_by_their_names(
    tmp_path: Path, days: tuple[str, ...], place: str, weekday: int | None, weeks: str, code: str
) -> None:
    """Weekday and week are words of the name; nameless days of one week count from Monday, twelve are refused."""
    activities = [{"Id": "1", "Subject": "Хор", "Students": "7Б"}]
    files = {"t.fet": plan(days=days, activities=activities), "r.xml": result({"1": (place, HOURS[0], "")})}
    reading = read(tmp_path, files)
    assert [(card.weekdays[0], card.weeks) for card in part(reading).cards] == ([(weekday, weeks)] if weekday else [])
    assert not code or codes(reading)[code]
    assert codes(reading)["WEEKS_PARTIAL"] == (len(weeks) > 1)
    assert (RecordType.LESSON in part(reading).complete) == (code in ("", "FET_DAY_GUESSED") and weeks == "1")


@pytest.mark.parametrize(
    ("hours", "number", "bells"),
    [
        (("1", "2", "3"), 2, []),
        (("0", "1", "2"), 1, []),
        (("1 урок 8:30-9:15", "2 урок 9:25-10:10"), 2, ["08:30:00-09:15:00", "09:25:00-10:10:00"]),
        (("08:30", "09:25"), 2, []),
        (("8.30 - 9.15", "9.25 - 10.10"), 2, ["08:30:00-09:15:00", "09:25:00-10:10:00"]),
        (("первый", "второй"), 2, []),
    ],
)
def test_hours_are_lesson_numbers(tmp_path: Path, hours: tuple[str, ...], number: int, bells: list[str]) -> None:
    """The number in the name, or the place in the list; both times of an hour make a bell."""
    activities = [{"Id": "1", "Subject": "Хор", "Students": "7Б"}]
    files = {"t.fet": plan(hours=hours, activities=activities), "r.xml": result({"1": (DAYS[0], hours[1], "")})}
    reading = read(tmp_path, files)
    assert [card.number for card in part(reading).cards] == [number]
    schedules = part(reading).records[RecordType.BELL_SCHEDULE]
    assert [f"{bell.starts}-{bell.ends}" for one in schedules for bell in one.bells] == bells  # type: ignore[union-attr]
    assert (RecordType.BELL_SCHEDULE in part(reading).complete) == bool(bells)
    assert codes(reading)["PERIOD_WITHOUT_BELL"] == (0 if bells else len(hours))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<Teacher>Ли Ян</Teacher>", "<Teacher>Чужой</Teacher>", "REFERENCE_BAD"),
        ("<Students>7А-англ1</Students>", "<Students>7В</Students>", "REFERENCE_BAD"),
        ("<Duration>2</Duration>", "<Duration>900000000</Duration>", "NUMBER_BAD"),
        ("<Id>2</Id>", "<Id>1</Id>", "ID_REPEATED"),
        ("<Id>2</Id>", "<Id></Id>", "VALUE_MISSING"),
        ("<Activities_List>", "<Activities_List><Meeting/>", "TABLE_UNKNOWN"),
        ("<Name>Алгебра</Name>", "<Name></Name>", "VALUE_MISSING"),
        ("<Group><Name>7А-англ2</Name>", "<Group><Name>7А-англ1</Name>", "ID_REPEATED"),
        ("<Students_List>", "<Bells/><Students_List>", "TABLE_UNKNOWN"),
        ('<fet version="6.8.5">', '<fet version="6.8.5"><Mode>Mornings-Afternoons</Mode>', "FET_MODE_UNKNOWN"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    """A bad element never stops the file, and is never passed over."""
    text = plan()
    assert old in text
    reading = read(tmp_path, {"t.fet": text.replace(old, new, 1)}, "t.fet")
    assert codes(reading)[code]
    assert all(re.match(r"t\.fet(:\d+)?$", problem.where) for problem in reading.problems)
    elements = etree.fromstring(reading_bytes(tmp_path)).findall("Activities_List/Activity")
    lost = sum(problem.code in {"ID_REPEATED", "VALUE_MISSING", "NUMBER_BAD"} for problem in reading.problems)
    assert reading.counts["plan_rows"] >= len(elements) - lost


def reading_bytes(folder: Path) -> bytes:
    return (folder / "fet" / "t.fet").read_bytes()


def test_a_lesson_beyond_the_last_hour_is_told(tmp_path: Path) -> None:
    """A double lesson that begins in the last hour has one card, and one hour that is a problem."""
    reading = read(tmp_path, {"t.fet": plan(), "r.xml": result({**PLACES, "1": (DAYS[0], HOURS[2], "")})})
    assert codes(reading)["CARD_NOT_PLACED"] == 1
    assert len(part(reading).cards) == len(EXPECTED) - 1
    assert part(reading).complete == frozenset()


def test_the_old_generation_is_read(tmp_path: Path) -> None:
    """Versions around 5.10: a bare DOCTYPE, an upper-case root, days and hours as names in a row."""
    text = plan().replace("<fet ", "<!DOCTYPE FET>\n<FET ").replace("</fet>", "</FET>")
    text = re.sub(r"<(Day|Hour)><Name>(.*?)</Name></\1>", r"<Name>\2</Name>", text)
    reading = read(tmp_path, {"t.fet": text, "r.xml": result()})
    assert cards(part(reading)) == EXPECTED


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE FET [<!ENTITY a "b">]>',
        '<!DOCTYPE FET SYSTEM "fet.dtd">',
        "<!DOCTYPE fet>",
        "<!DOCTYPE FET><!DOCTYPE FET>",
        "<!DOCTYPE timetable>",
    ],
)
def test_any_other_doctype_is_still_refused(tmp_path: Path, doctype: str) -> None:
    """Only the bare name of FET, once, declares nothing."""
    text = plan().replace("<fet ", f"{doctype}<fet ")
    assert codes(read(tmp_path, {"t.fet": text}, "t.fet")) == {"HOSTILE_XML": 1}


@pytest.mark.parametrize(
    "text",
    [
        '"Year","Number of Students per Year","Group","Number of Students per Group","Subgroup","Number"\n',
        '"Students Sets","Subject","Teachers","Activity Tags","Total Duration","Split Duration","Min Days"\n',
        '"Room","Room Capacity","Building"\n',
        "<Students_Timetable><Subgroup name='7А'/></Students_Timetable>",
        "<Teachers_Timetable/>",
    ],
)
def test_other_exports_are_known_and_not_needed(tmp_path: Path, text: str) -> None:
    """All they say is in the plan; the refusal says what to import instead."""
    reading = read(tmp_path, {"t.dat": text}, "t.dat")
    assert (reading.detected.format, codes(reading)) == ("fet", {"FET_NOT_NEEDED": 1})


def test_activities_of_the_made_up_school_are_all_told() -> None:
    """The fixture itself: every active activity has a place."""
    assert {one["Id"] for one in ACTIVITIES if one.get("Active") != "false"} == set(PLACES)


@pytest.mark.parametrize(
    ("table", "element", "count"), [("Activities_List", "<Activity/>", 20_001), ("Students_List", "<Year/>", 1001)]
)
def test_a_timetable_beyond_any_school_is_refused(tmp_path: Path, table: str, element: str, count: int) -> None:
    """A file made to keep the machine busy is named, not read."""
    text = plan().replace(f"<{table}>", f"<{table}>{element * count}", 1)
    assert codes(read(tmp_path, {"t.fet": text}, "t.fet")) == {"TOO_LARGE": 1}
