"""NIKA data files: dated periods, parallel lists, exchanges as substitutions, and JSON made to hurt."""

from __future__ import annotations

import dataclasses
from datetime import date, time
from typing import TYPE_CHECKING, Any

import pytest
from nika_files import USUAL, nika_js
from source_files import YEAR

from gateway.sync.reading import read_file
from mappings.sources.assemble import assemble
from mappings.sources.nika_names import division_of
from mappings.sources.provisional import undated_form, undated_subgroup
from state.identity import form_id, staff_id, subject_id
from state.local import Coverage, SourceKind, part_from_plain, part_to_plain
from state.records import Bell, Form, Lesson, RecordType, Substitution
from state.snapshot import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from state.local import LocalPart

LI, KIM, TSOI = staff_id("Ли Я.В."), staff_id("Ким Ын"), staff_id("Цой В.Р.")
ALGEBRA, ENGLISH, WORK = subject_id("Алгебра"), subject_id("Английский язык"), subject_id("Труд")
FORM = undated_form("7Б")
FIRST, SECOND = (undated_subgroup("7Б", "группа", f"{number} группа") for number in (1, 2))
MONDAY, THURSDAY = date(2026, 9, 7), date(2026, 9, 10)


def parts(tmp_path: Path, text: str | bytes) -> tuple[LocalPart, LocalPart]:
    path = tmp_path / "nika_data_1.js"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reading = read_file(path)
    assert (reading.detected.format, reading.refusal) == ("nika", None)
    timetable, substitutions = reading.parts
    assert [timetable.kind, substitutions.kind] == [SourceKind.TIMETABLE, SourceKind.SUBSTITUTIONS]
    for part in reading.parts:
        assert part_from_plain(part_to_plain(part)) == part
    return timetable, substitutions


def told(part: LocalPart) -> list[tuple[str, str]]:
    return [(problem.code, problem.raw) for problem in part.problems if problem.raw != "SCHOOL_NAME"]


def test_a_usual_file(tmp_path: Path) -> None:
    """Days and numbers from the keys, the i-th teacher with the i-th group, dates from the period, names by id."""
    part, substitutions = parts(tmp_path, nika_js())
    assert [(problem.code, problem.raw, problem.where) for problem in part.problems] == [
        ("TABLE_IGNORED", "SCHOOL_NAME", "nika_data_1.js:SCHOOL_NAME")
    ]
    algebra, first, second = part.cards
    assert (algebra.groups, algebra.subject, algebra.teachers, algebra.room) == ((FORM,), ALGEBRA, (LI,), "215")
    assert (algebra.weekdays, algebra.number, algebra.weeks) == ((1,), 1, "1")
    assert (algebra.starts, algebra.ends) == (date(2026, 9, 1), date(2026, 10, 24))
    assert [(card.groups, card.teachers, card.room) for card in (first, second)] == [
        ((FIRST,), (LI,), "215"),
        ((SECOND,), (KIM,), "110"),
    ]
    (bells,) = part.records[RecordType.BELL_SCHEDULE]
    assert bells.bells[0] == Bell(number=1, starts=time(8, 30), ends=time(9, 15))  # type: ignore[union-attr]
    forms = [form for form in part.records[RecordType.FORM] if isinstance(form, Form)]
    assert [(form.name, form.grade) for form in forms] == [("7Б", 7), ("10-11", 10)]
    assert part.covers == (Coverage(date(2026, 9, 1), date(2026, 10, 24)),)
    assert RecordType.LESSON in part.complete
    assert substitutions.substitutions == ()


def test_the_day_of_the_export_is_no_content(tmp_path: Path) -> None:
    """The same timetable exported tomorrow, or in another order, is the same part; a changed one is not."""
    (first, _), (later, _), (other, _) = (
        parts(tmp_path, nika_js(**changes))
        for changes in (
            {},
            {"EXPORT_DATE": "12.09.2026", "EXPORT_TIME": "00:00", "ROOMS": dict(reversed(USUAL["ROOMS"].items()))},
            {"ROOMS": {**USUAL["ROOMS"], "041": "111"}},
        )
    )
    assert first.sha256 == later.sha256 != other.sha256


@pytest.mark.parametrize(
    ("head", "tail"),
    [("var NIKA={", "};"), ("NIKA = {", "}"), ("\ufeffvar  NIKA\n=\n{", "} ;\n\n"), ("window.NIKA={", "};")],
)
def test_the_assignment_in_all_its_spellings(head: str, tail: str, tmp_path: Path) -> None:
    """A newline after the sign, no semicolon, a byte order mark; braces inside names end nothing."""
    text = nika_js(SCHOOL_NAME='Школа }"; {', head="", tail="")
    part, _ = parts(tmp_path, head + text[1:-1] + tail)
    assert len(part.cards) == 3
    assert told(part) == []


def test_what_follows_the_data_is_named(tmp_path: Path) -> None:
    """Its length, never its text."""
    part, _ = parts(tmp_path, nika_js(tail=";\nvar PUPILS={};"))
    assert ("TAIL_IGNORED", "13") in told(part)


def test_periods_are_dated_weeks(tmp_path: Path) -> None:
    """Each period's week holds for its days; of two that overlap the later has them; vacations are nobody's."""
    week = USUAL["CLASS_SCHEDULE"]["60"]
    part, _ = parts(
        tmp_path,
        nika_js(
            PERIODS={**USUAL["PERIODS"], "61": {"b": "28.09.2026", "e": "04.10.2026"}},
            CLASS_SCHEDULE={"60": week, "61": {"030": {"101": {"s": "022"}}}},
            HOLIDAY_TRANSFER={"07.09.2026": {"type": "vacation"}},
        ),
    )
    algebra = [(card.starts, card.ends) for card in part.cards if card.subject == ALGEBRA]
    assert algebra == [
        (date(2026, 9, 1), date(2026, 9, 6)),
        (date(2026, 9, 8), date(2026, 9, 27)),
        (date(2026, 10, 5), date(2026, 10, 24)),
    ]
    assert [(card.starts, card.ends) for card in part.cards if card.subject == WORK] == [
        (date(2026, 9, 28), date(2026, 10, 4))
    ]
    assert ("PERIODS_OVERLAP", "28.09.2026") in told(part)
    assert part.complete == frozenset()


def entry(subject: Any, teacher: Any = "", group: Any = "", room: Any = "040") -> dict[str, Any]:
    return {"s": subject, "t": teacher, "g": group, "r": room}


EXCHANGES: list[tuple[str, dict[str, Any], list[tuple[Any, ...]], list[tuple[Any, ...]], list[str]]] = [
    ("another teacher", {"07.09.2026": {"1": entry("020", "011")}}, [(FORM, ALGEBRA, LI, KIM)], [], []),
    ("as a list", {"07.09.2026": {"1": entry(["020"], ["011"], [""])}}, [(FORM, ALGEBRA, LI, KIM)], [], []),
    ("cancelled", {"07.09.2026": {"1": entry("F")}}, [(FORM, ALGEBRA, LI, None)], [], []),
    ("cancelled bare", {"07.09.2026": {"1": "F"}}, [(FORM, ALGEBRA, LI, None)], [], []),
    (
        "cancelled for both groups",
        {"10.09.2026": {"2": entry("F")}},
        [(FIRST, ENGLISH, LI, None), (SECOND, ENGLISH, KIM, None)],
        [],
        [],
    ),
    (
        "one group cancelled",
        {"10.09.2026": {"2": entry("F", "", "050")}},
        [(FIRST, ENGLISH, LI, None)],
        [],
        ["EXCHANGE_PARTIAL"],
    ),
    (
        "one group's teacher",
        {"10.09.2026": {"2": entry(["021", "021"], ["012", "011"], ["050", "051"], ["040", "041"])}},
        [(FIRST, ENGLISH, LI, TSOI)],
        [],
        [],
    ),
    (
        "another subject",
        {"07.09.2026": {"1": entry("022", "012")}},
        [(FORM, ALGEBRA, LI, None)],
        [(FORM, WORK, TSOI)],
        [],
    ),
    ("a lesson more", {"07.09.2026": {"2": entry("022", "012")}}, [], [(FORM, WORK, TSOI)], []),
    ("only the room", {"07.09.2026": {"1": entry("020", "010", "", "041")}}, [], [], ["EXCHANGE_OF_ROOM"]),
    ("nothing to cancel", {"07.09.2026": {"2": entry("F")}}, [(FORM, "", "", None)], [], []),
]


@pytest.mark.parametrize(
    ("exchange", "substituted", "added", "codes"), [row[1:] for row in EXCHANGES], ids=[row[0] for row in EXCHANGES]
)
def test_exchanges(exchange: Any, substituted: list[Any], added: list[Any], codes: list[str], tmp_path: Path) -> None:
    """Against what the week says there: a substitution, a cancelled lesson, a lesson of that day, or a finding."""
    timetable, substitutions = parts(tmp_path, nika_js(exchange=exchange))
    found = [(item.group, item.subject, item.absent, item.substitute) for item in substitutions.substitutions]
    assert found == substituted
    assert {item.day for item in substitutions.substitutions} <= {MONDAY, THURSDAY}
    new = [card for card in timetable.cards if card.starts == card.ends]
    assert [(*card.groups, card.subject, *card.teachers) for card in new] == added
    assert [problem.code for problem in substitutions.problems] == codes


def test_an_exchanged_day_as_the_diary_will_see_it(tmp_path: Path) -> None:
    """A removed exchange is gone with the next file: the week's own lesson stands there again."""
    scope = Scope(school_year=2026, lessons_from=MONDAY, lessons_to=MONDAY)
    days = dataclasses.replace(YEAR, holidays=())

    def monday(**changes: Any) -> list[tuple[Any, ...]]:
        laid = assemble(parts(tmp_path, nika_js(**changes)), days, scope)
        assert not [problem for problem in laid.problems if problem.code.startswith("SUBSTITUTION")]
        assert RecordType.LESSON in laid.snapshot.complete
        return [(one.group, one.subject, one.teachers) for one in laid.snapshot.each(Lesson)]

    form = form_id(2026, "7Б")
    assert monday(exchange={"07.09.2026": {"1": entry("022", "012")}}) == [(form, WORK, (TSOI,))]
    assert monday(exchange={"07.09.2026": {"1": entry("020", "011")}}) == [(form, ALGEBRA, (KIM,))]
    assert monday() == [(form, ALGEBRA, (LI,))]


def test_teachers_tables_are_only_compared(tmp_path: Path) -> None:
    """Where they say the same, nothing; where not, one finding for the teacher; lessons come from the classes."""
    schedule = {"60": {"010": {"101": {"s": "020", "c": "030"}, "402": {"s": "021", "c": ["030"]}}}}
    schedule["60"]["011"] = {"402": {"s": "021", "c": "030"}}
    agreed, _ = parts(tmp_path, nika_js(TEACH_SCHEDULE=schedule))
    assert told(agreed) == []
    schedule["60"]["011"] = {"401": {"s": "021", "c": "030"}}
    differs, _ = parts(tmp_path, nika_js(TEACH_SCHEDULE=schedule))
    assert told(differs) == [("TEACHER_VIEW_DIFFERS", "2")]
    assert differs.cards == agreed.cards
    other, _ = parts(tmp_path, nika_js(TEACH_SCHEDULE={"60": {"010": {"101": {"s": "020", "k": "030"}}}}))
    assert ("TABLE_IGNORED", "TEACH_SCHEDULE") in told(other)
    assert "TEACHER_VIEW_DIFFERS" not in {code for code, _raw in told(other)}
    exchange = {"07.09.2026": {"1": entry("020", "011")}}
    table = {"011": {"07.09.2026": {"1": {"s": "020", "c": "030"}}}, "010": {"07.09.2026": {"1": {"s": "F"}}}}
    schedule["60"]["011"] = {"402": {"s": "021", "c": "030"}}
    same, _ = parts(tmp_path, nika_js(exchange=exchange, TEACH_SCHEDULE=schedule, TEACH_EXCHANGE=table))
    assert told(same) == []


def schedule(**cell: Any) -> dict[str, Any]:
    return {"CLASS_SCHEDULE": {"60": {"030": {"101": cell}}}}


BAD: list[tuple[dict[str, Any], tuple[str, str]]] = [
    (schedule(s=["099"]), ("REFERENCE_BAD", "SUBJECTS=099")),
    (schedule(s=["020"], t=["099"]), ("REFERENCE_BAD", "TEACHERS=099")),
    (schedule(s=["020"], g=["099"]), ("REFERENCE_BAD", "CLASSGROUPS=099")),
    (schedule(s=["020", "021", "022"], t=["010", "011"]), ("PAIRS_UNEQUAL", "s=3, t=2, g=0, r=0")),
    (schedule(s=[["020"]]), ("SHAPE_BAD", "list")),
    (schedule(s=["020"] * 1000), ("SHAPE_BAD", "1000")),
    ({"CLASS_SCHEDULE": {"60": {"099": {"101": {"s": "020"}}}}}, ("REFERENCE_BAD", "CLASSES=099")),
    ({"CLASS_SCHEDULE": {"99": {"030": {"101": {"s": "020"}}}}}, ("REFERENCE_BAD", "PERIODS=99")),
    ({"CLASS_SCHEDULE": {"60": {"030": {"901": {"s": "020"}}}}}, ("NUMBER_BAD", "901")),
    ({"CLASS_SCHEDULE": {"60": {"030": True}}}, ("SHAPE_BAD", "bool")),
    ({"CLASS_SCHEDULE": None}, ("NO_TIMETABLE", "0")),
    ({"PERIODS": {"60": {"b": "31.02.2026", "e": "24.10.2026"}}}, ("PERIOD_UNDATED", "31.02.2026 - 24.10.2026")),
    ({"PERIODS": {"60": {"b": "01.09.2026", "e": "01.09.3026"}}}, ("PERIOD_UNDATED", "01.09.2026 - 01.09.3026")),
    ({"LESSON_TIMES": {"1": ["8:30"]}}, ("SHAPE_BAD", "list")),
    ({"LESSON_TIMES": {"1": ["8:30", "7:15"]}}, ("TIME_BAD", "8:30-7:15")),
    ({"HOLIDAY_TRANSFER": {"07.09.2026": {"type": "monday"}}}, ("DAY_TRANSFERRED", "07.09.2026: monday")),
    ({"HOLIDAY_TRANSFER": {"7 сент": {"type": "vacation"}}}, ("DATE_BAD", "7 сент")),
    ({"SUBJECTS": {"020": ""}}, ("VALUE_MISSING", "020")),
]


@pytest.mark.parametrize(("changes", "expected"), BAD, ids=[f"{code} {raw}" for _, (code, raw) in BAD])
def test_what_cannot_be_read_is_named_and_stops_deletions(
    changes: Any, expected: tuple[str, str], tmp_path: Path
) -> None:
    """The finding has the path of the value; the rest is read; nothing is deleted for it."""
    part, _ = parts(tmp_path, nika_js(**changes))
    assert expected in told(part)
    assert all(problem.where.startswith("nika_data_1.js") for problem in part.problems)
    assert RecordType.LESSON not in part.complete


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A file without teachers is not a school without teachers."""
    text = nika_js().replace('"TEACHERS"', '"LEHRER"')
    part, _ = parts(tmp_path, text)
    assert {("TABLE_MISSING", "TEACHERS"), ("TABLE_IGNORED", "LEHRER")} <= set(told(part))
    assert part.complete == frozenset()


HOSTILE = [
    (nika_js().replace('"Школа № 1"', "[" * 500 + "]" * 500), "TOO_DEEP"),
    ("var NIKA=" + "{" * 100_000, "TOO_DEEP"),
    (nika_js()[:-20], "BROKEN_JSON"),
    ("var NIKA={'a':1};", "BROKEN_JSON"),
    ('var NIKA={"a":"' + "x" * 100_000, "BROKEN_JSON"),
    ("var NIKA={" + '"a":1,' * 4_000_000 + '"b":2};', "TOO_LARGE"),
]


@pytest.mark.parametrize(("text", "code"), HOSTILE, ids=[f"{number} {row[1]}" for number, row in enumerate(HOSTILE)])
def test_hostile_json_is_refused(text: str, code: str, tmp_path: Path) -> None:
    """Depth, size, and a file cut short: one finding, nothing read."""
    path = tmp_path / "n.js"
    path.write_text(text, encoding="utf-8")
    reading = read_file(path)
    assert reading.parts == ()
    assert [problem.code for problem in reading.problems] == [code]


def test_odd_json_is_read_and_told(tmp_path: Path) -> None:
    """Repeated keys keep the first; numbers are texts; NaN is none; halves of signs and zeros are no text."""
    text = nika_js().replace('"SCHOOL_NAME": "Школа № 1"', '"TEACHERS": {"010": "Другая"}, "A": ' + "9" * 10_000)
    part, _ = parts(tmp_path, text)
    assert ("ID_REPEATED", "TEACHERS") in told(part)
    assert [person.name.family for person in part.records[RecordType.STAFF]] == ["Другая"]  # type: ignore[union-attr]
    nan, _ = parts(tmp_path, nika_js().replace('"Школа № 1"', "NaN"))
    assert ("NUMBER_BAD", "NaN") in told(nan)
    part, _ = parts(tmp_path, nika_js().replace("Ли Я.В.", "Ли\\u0000 \\ud800Я.В."))
    assert str(part_to_plain(part)).encode().count(b"\\x00") == 0


def test_encodings(tmp_path: Path) -> None:
    """UTF-8 as it should be; windows-1251 is read and told."""
    part, _ = parts(tmp_path, nika_js().encode("cp1251", "replace"))
    assert ("ENCODING_GUESSED", "cp1251") in told(part)
    assert part.cards[0].subject == ALGEBRA


@pytest.mark.parametrize(
    ("name", "division"),
    [
        ("1 группа", "группа"),
        ("группа №2", "группа"),
        ("англ.1", "англ"),
        ("Мальчики", "мальчики, девочки"),
        ("девочки", "мальчики, девочки"),
        ("1", ""),
    ],
)
def test_the_division_is_what_names_share(name: str, division: str) -> None:
    """It depends on the name alone, so that a new lesson renames no subgroup."""
    assert division_of(name) == division


def test_a_substitution_is_one_record(tmp_path: Path) -> None:
    """Those it names come along as people of the part."""
    _, substitutions = parts(tmp_path, nika_js(exchange={"07.09.2026": {"1": entry("020", "011")}}))
    assert substitutions.substitutions == (
        Substitution(day=MONDAY, number=1, group=FORM, subject=ALGEBRA, absent=LI, substitute=KIM),
    )
    assert {person.sourced_id for person in substitutions.records[RecordType.STAFF]} == {LI, KIM}
