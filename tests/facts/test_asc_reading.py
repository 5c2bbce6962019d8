"""aSc exports made in the test: what is read, what is refused, and that no row is lost in silence."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import pytest
from source_files import USUAL, asc_xml

from gateway.sync.reading import read_file
from mappings.sources.provisional import undated_form, undated_subgroup
from state.identity import staff_id, subject_id
from state.local import LocalPart, part_from_plain, part_to_plain
from state.records import Bell, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Changes = dict[str, "Sequence[Mapping[str, str]]"]


def part_of(tmp_path: Path, text: str | bytes) -> LocalPart:
    path = tmp_path / "t.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    part = read_file(path).parts[0]
    assert part is not None
    assert part_from_plain(part_to_plain(part)) == part
    return part


def codes(part: LocalPart) -> list[str]:
    return [problem.code for problem in part.problems]


def cards(*rows: Mapping[str, str]) -> Changes:
    return {"cards": list(rows)}


MONDAY = {"lessonid": "L1", "period": "1", "days": "10000", "weeks": "1"}


def test_the_usual_timetable(tmp_path: Path) -> None:
    """Whole classes become forms, groups subgroups of the tag's division, cards carry names and the actual rooms."""
    part = part_of(tmp_path, asc_xml())
    assert codes(part) == []
    form = undated_form("7Б")
    whole, split = part.cards
    assert (whole.groups, whole.subject, whole.room) == ((form,), subject_id("Алгебра"), "215")
    assert (whole.weekdays, whole.weeks, whole.number) == ((1,), "1", 1)
    assert whole.teachers == (staff_id("Козлова О.В."),)
    assert split.groups == (undated_subgroup("7Б", "1", "1 группа"), undated_subgroup("7Б", "1", "2 группа"))
    assert (split.weekdays, split.room) == ((2,), "215, 110")
    (bells,) = part.records[RecordType.BELL_SCHEDULE]
    assert bells.bells[0] == Bell(number=1, starts=time(8, 30), ends=time(9, 10))
    (klass,) = part.records[RecordType.FORM]
    assert (klass.name, klass.grade, klass.tutor) == ("7Б", 7, staff_id("Ли Ян"))
    assert len(part.records[RecordType.SUBGROUP]) == 3
    assert part.complete >= {RecordType.LESSON, RecordType.SUBGROUP, RecordType.SUBJECT}


def test_masks_are_read_as_days_and_weeks(tmp_path: Path) -> None:
    """Six-day weeks, several days in one card, alternatives by comma, and A/B weeks."""
    rows = [
        {**MONDAY, "days": "000001", "weeks": "10"},
        {**MONDAY, "days": "10000,00100", "weeks": "01"},
        {**MONDAY, "days": "11111", "weeks": "10,01"},
    ]
    part = part_of(tmp_path, asc_xml(cards(*rows)))
    assert [(card.weekdays, card.weeks) for card in part.cards] == [
        ((6,), "10"),
        ((1, 3), "01"),
        ((1, 2, 3, 4, 5), "1"),
    ]
    assert part.week_cycle == 2


def test_one_week_of_two_is_not_the_whole_timetable(tmp_path: Path) -> None:
    """An export of week A alone says so, and allows no deletion of lessons."""
    part = part_of(tmp_path, asc_xml(cards({**MONDAY, "weeks": "10"})))
    assert codes(part) == ["LESSON_NOT_PLACED", "WEEKS_PARTIAL"]
    assert RecordType.LESSON not in part.complete
    assert RecordType.SUBJECT in part.complete


def test_a_timetable_without_cards_deletes_nothing(tmp_path: Path) -> None:
    """An export of an unplaced timetable is not an empty timetable."""
    assert RecordType.LESSON not in part_of(tmp_path, asc_xml(cards())).complete


def _lesson(**more: str) -> Changes:
    return {"lessons": [{"id": "L1", "subjectid": "S1", "groupids": "G0", **more}], "cards": [MONDAY]}


BAD: list[tuple[Changes, str, str]] = [
    (cards(MONDAY, {**MONDAY, "period": "1.5"}), "NUMBER_BAD", "period=1.5"),
    (cards(MONDAY, {**MONDAY, "period": ""}), "VALUE_MISSING", "period"),
    (cards(MONDAY, {**MONDAY, "days": ""}), "VALUE_MISSING", "days"),
    (cards(MONDAY, {**MONDAY, "days": "1x000"}), "MASK_BAD", "days=1x000"),
    (cards(MONDAY, {**MONDAY, "days": "00000"}), "CARD_NOT_PLACED", "days=00000, weeks=1"),
    (cards(MONDAY, {**MONDAY, "weeks": "00"}), "CARD_NOT_PLACED", "days=10000, weeks=00"),
    (cards(MONDAY, {**MONDAY, "days": "100000000001"}), "CARD_NOT_PLACED", "days=100000000001, weeks=1"),
    (cards(MONDAY, {**MONDAY, "terms": "10"}), "TERM_PARTIAL", "terms=10"),
    (cards(MONDAY, {**MONDAY, "lessonid": "L9"}), "REFERENCE_BAD", "lessonid=L9"),
    (_lesson(subjectid="S9"), "REFERENCE_BAD", "subjectid=S9"),
    (_lesson(groupids="G0,G9"), "REFERENCE_BAD", "groupids=G9"),
    (_lesson(teacherids="T9"), "REFERENCE_BAD", "teacherids=T9"),
    ({"subjects": [*USUAL["subjects"], {"id": "S1", "name": "Химия"}]}, "ID_REPEATED", "subjects: S1"),
    ({"subjects": [*USUAL["subjects"], {"id": "S3", "name": " "}]}, "VALUE_MISSING", "name"),
    ({"groups": [*USUAL["groups"], {"id": "G9", "classid": "C9", "name": "x"}]}, "REFERENCE_BAD", "classid=C9"),
    ({"periods": [*USUAL["periods"], {"period": "1", "starttime": "8:00", "endtime": "8:10"}]}, "PERIOD_REPEATED", "1"),
    ({"periods": [*USUAL["periods"], {"period": "0", "starttime": "9", "endtime": "8:10"}]}, "TIME_BAD", "9-8:10"),
]


@pytest.mark.parametrize(("changes", "code", "raw"), BAD, ids=[f"{code} {raw}" for _, code, raw in BAD])
def test_a_bad_row_is_left_out_named_and_stops_deletions(changes: Any, code: str, raw: str, tmp_path: Path) -> None:
    """The rest of the file is read; the row is named with its line; the timetable is no longer the whole truth."""
    part = part_of(tmp_path, asc_xml(changes))
    found = [problem for problem in part.problems if problem.code == code]
    assert [problem.raw for problem in found] == [raw]
    assert found[0].where.startswith("t.xml:")
    assert found[0].where.removeprefix("t.xml:").isdigit()
    assert part.complete == frozenset()
    assert {(1,), (2,)} & {card.weekdays for card in part.cards} or code == "REFERENCE_BAD"


HARMLESS: list[tuple[Changes, str]] = [
    ({"subjects": [*USUAL["subjects"], {"id": "S3", "name": "физика"}]}, "SUBJECT_REPEATED"),
    ({"classes": [*USUAL["classes"], {"id": "C2", "name": "7 «б»"}]}, "FORM_REPEATED"),
    (
        {"groups": [*USUAL["groups"], {"id": "G9", "classid": "C1", "name": "Мальчики", "divisiontag": "2"}]},
        "SUBGROUP_REPEATED",
    ),
    ({"lessons": [*USUAL["lessons"], {"id": "L3", "subjectid": "S1"}]}, "LESSON_WITHOUT_GROUP"),
    ({"lessons": [*USUAL["lessons"], {"id": "L3", "subjectid": "S1", "groupids": "G0"}]}, "LESSON_NOT_PLACED"),
    (cards(*USUAL["cards"], {**MONDAY, "period": "14"}), "PERIOD_WITHOUT_BELL"),
    ({"classrooms": [*USUAL["classrooms"], {"id": "R9", "name": "9", "capacity": "30"}]}, "COLUMNS_IGNORED"),
    ({"grades": [{"grade": "7", "name": "7"}]}, "TABLE_IGNORED"),
    ({"students": [{"id": "1"}, {"id": "2"}]}, "TABLE_IGNORED"),
    ({"novelties": [{"id": "1"}]}, "TABLE_UNKNOWN"),
]


@pytest.mark.parametrize(("changes", "code"), HARMLESS, ids=[code for _, code in HARMLESS])
def test_an_oddity_is_named_and_changes_nothing(changes: Any, code: str, tmp_path: Path) -> None:
    """What can be understood is kept, and the file stays the whole truth."""
    part = part_of(tmp_path, asc_xml(changes))
    assert codes(part) == [code]
    assert RecordType.LESSON in part.complete


def test_a_lesson_without_groups_belongs_to_its_classes(tmp_path: Path) -> None:
    """Where only `classids` are given, the whole forms are meant."""
    part = part_of(tmp_path, asc_xml(_lesson(groupids="", classids="C1")))
    assert part.cards[0].groups == (undated_form("7Б"),)


def test_the_declared_columns_are_the_schema(tmp_path: Path) -> None:
    """An attribute outside `columns` is not read; a key column that is not declared blocks the table's rows."""
    text = asc_xml()
    without_room = text.replace("lessonid,period,days,weeks,terms,classroomids", "lessonid,period,days,weeks,terms")
    part = part_of(tmp_path, without_room)
    assert [card.room for card in part.cards] == ["", ""]
    assert [(problem.code, problem.raw) for problem in part.problems] == [("COLUMN_MISSING", "cards.classroomids")]
    without_key = text.replace("lessonid,period,days,weeks,terms,classroomids", "lessonid,period")
    blocked = part_of(tmp_path, without_key)
    assert blocked.cards == ()
    assert codes(blocked).count("VALUE_MISSING") == 2
    assert blocked.complete == frozenset()


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A file without teachers is not a school without teachers; week masks are not needed."""
    text = asc_xml()
    for tag in ("teachers", "weeksdefs"):
        start, end = text.index(f"<{tag} "), text.index(f"</{tag}>") + len(tag) + 3
        text = text[:start] + text[end:]
    part = part_of(tmp_path, text)
    assert [(problem.raw, problem.blocks) for problem in part.problems if problem.code == "TABLE_MISSING"] == [
        ("weeksdefs", False),
        ("teachers", True),
    ]


def test_encodings(tmp_path: Path) -> None:
    """The declaration is believed; bytes that are not the UTF-8 they claim are read as windows-1251, aloud."""
    text = asc_xml()
    declared = text.replace('encoding="UTF-8"', 'encoding="windows-1251"').encode("cp1251")
    assert part_of(tmp_path, declared).records == part_of(tmp_path, text).records
    assert codes(part_of(tmp_path, declared)) == []
    lying = part_of(tmp_path, text.encode("cp1251"))
    assert lying.records == part_of(tmp_path, text).records
    assert codes(lying) == ["ENCODING_GUESSED"]
    odd = text.replace('encoding="UTF-8"', 'encoding="win-1251"')
    assert part_of(tmp_path, odd).records == part_of(tmp_path, text).records
    assert codes(part_of(tmp_path, odd.encode("cp1251"))) == ["ENCODING_GUESSED"]
    wide = text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert part_of(tmp_path, wide).records == part_of(tmp_path, text).records


def test_contacts_of_teachers_never_come_along(tmp_path: Path) -> None:
    """Phones and mails in the export stay in the export, and each column says so once (formats.md, fact 5)."""
    teacher = {"id": "T1", "name": "Козлова О.В.", "email": "o@example.org", "mobile": "+79030000000", "gender": "M"}
    part = part_of(tmp_path, asc_xml({"teachers": [teacher, {**teacher, "id": "T2", "name": "Ли Ян"}]}))
    assert [(problem.code, problem.raw) for problem in part.problems] == [
        ("PERSONAL_DROPPED", "teachers.email"),
        ("PERSONAL_DROPPED", "teachers.mobile"),
        ("COLUMNS_IGNORED", "teachers: gender"),
    ]
    plain = str(part_to_plain(part))
    assert "example.org" not in plain
    assert "+7903" not in plain
    assert "male" not in plain


def test_namesakes_are_one_person_only_by_a_partners_id(tmp_path: Path) -> None:
    """A teacher entered twice is told from two teachers of one name by the id another program gave."""
    twins = [{"id": f"T{number}", "name": "Козлова О.В.", "partner_id": "7"} for number in (1, 2)]
    assert len(part_of(tmp_path, asc_xml({"teachers": twins})).records[RecordType.STAFF]) == 1
    strangers = [{**twins[0], "partner_id": ""}, {**twins[1], "partner_id": ""}]
    assert len(part_of(tmp_path, asc_xml({"teachers": strangers})).records[RecordType.STAFF]) == 2


@pytest.mark.parametrize(
    ("planned", "numbers"), [("2", [1, 2]), ("2.0", [1, 2]), ("1", [1]), ("5", [1]), ("", [1]), ("много", [1])]
)
def test_a_card_is_a_double_lesson_only_where_the_sum_proves_it(
    planned: str, numbers: list[int], tmp_path: Path
) -> None:
    """One card of two periods is two lessons when the plan asks for two a week, not when one is what it asks for."""
    lesson = {"id": "L1", "subjectid": "S1", "groupids": "G0", "periodspercard": "2", "periodsperweek": planned}
    part = part_of(tmp_path, asc_xml({"lessons": [lesson], "cards": [MONDAY]}))
    assert [card.number for card in part.cards] == numbers
    assert ("LESSON_NOT_PLACED" in codes(part)) == (planned == "5")


def test_what_stands_inside_a_row_or_beside_the_tables_is_named(tmp_path: Path) -> None:
    """An element within a row is told; an instruction to other programs is no element."""
    text = asc_xml().replace('name="215"/>', 'name="215"><seats n="30"/></classroom>')
    part = part_of(tmp_path, text.replace("</timetable>", "<?other program?></timetable>"))
    assert [(problem.code, problem.raw) for problem in part.problems] == [("TABLE_UNKNOWN", "classrooms: 1")]
