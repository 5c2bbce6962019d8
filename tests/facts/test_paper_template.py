"""The printed workbook: blind, legal for Excel, the same from the same pages."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields
from datetime import date

import pytest
from paper_pages import ALGEBRA, ANNA, BORIS, COLUMNS, FORM, MUSIC, PERIOD, PUPILS, page
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from connectors.paper.layout import KEYS_SHEET, Label, Slot, lay_out, number_columns, sheet_names
from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries, TemplatePage
from gateway.register.template import rosters, template_pages
from mappings.names import normalise_name
from state.identity import form_id, membership_id, staff_id, subgroup_id, subject_id
from state.records import (
    Form,
    GradingPeriod,
    Lesson,
    Membership,
    PersonName,
    RecordType,
    Staff,
    Subgroup,
    Subject,
)
from state.snapshot import Scope, Snapshot

OTHER_FORM = form_id(2026, "7В")
ENGLISH = subject_id("Английский язык")
FIRST_GROUP = subgroup_id(FORM, "1", "англ. 1 гр.")
TEACHER = staff_id("Образцова Ольга Олеговна")
QUARTER = GradingPeriod(
    sourced_id=PERIOD, calendar=PERIOD, name="1 четверть", number=1, starts=date(2026, 9, 1), ends=date(2026, 10, 25)
)
NAMES = {
    ANNA: PersonName(family="Ёжикова", given="Анна", patronymic="Ивановна"),
    BORIS: PersonName(family="Жуков", given="Борис", patronymic="Петрович"),
    PUPILS[2][0]: PersonName(family="Ежикова", given="Яна", patronymic="Олеговна"),
}


def _lesson(group: str, subject: str, day: date, number: int) -> Lesson:
    return Lesson(
        sourced_id=f"lesson:{group}|{day}|{number}|{subject}",
        group=group,
        subject=subject,
        day=day,
        number=number,
        teachers=(TEACHER,),
    )


def _local(*members: Membership) -> Snapshot:
    records = {
        RecordType.FORM: (
            Form(sourced_id=FORM, name="7Б", grade=7),
            Form(sourced_id=OTHER_FORM, name="7В", grade=7),
        ),
        RecordType.SUBGROUP: (Subgroup(sourced_id=FIRST_GROUP, name="англ. 1 гр.", form=FORM, division="1"),),
        RecordType.SUBJECT: tuple(
            Subject(sourced_id=sid, name=name)
            for sid, name in ((ALGEBRA, "Алгебра"), (MUSIC, "Музыка"), (ENGLISH, "Английский язык"))
        ),
        RecordType.STAFF: (Staff(sourced_id=TEACHER, name=PersonName(family="Образцова", given="Ольга")),),
        RecordType.MEMBERSHIP: members,
        RecordType.LESSON: (
            _lesson(FORM, ALGEBRA, date(2026, 9, 4), 3),
            _lesson(FORM, ALGEBRA, date(2026, 9, 4), 2),
            _lesson(FORM, ALGEBRA, date(2026, 9, 1), 5),
            _lesson(FORM, ALGEBRA, date(2026, 11, 9), 1),
            _lesson(FORM, MUSIC, date(2026, 9, 7), 1),
            _lesson(OTHER_FORM, ALGEBRA, date(2026, 9, 2), 1),
            _lesson(FIRST_GROUP, ENGLISH, date(2026, 9, 3), 1),
        ),
    }
    scope = Scope(school_year=2026, lessons_from=date(2026, 9, 1), lessons_to=date(2026, 12, 31))
    return Snapshot(scope=scope, records=records)


def _member(person: str, group: str, starts: date | None = None, ends: date | None = None) -> Membership:
    return Membership(sourced_id=membership_id(person, group), person=person, group=group, starts=starts, ends=ends)


LEFT_IN_AUGUST = "pupil:выбыл"
LOCAL = _local(
    _member(LEFT_IN_AUGUST, FORM, ends=date(2026, 8, 31)),
    _member(ANNA, FORM),
    _member(BORIS, FORM, ends=date(2026, 9, 3)),
    _member(PUPILS[2][0], FORM, starts=date(2026, 10, 26)),
    _member(ANNA, FIRST_GROUP),
)


def test_a_page_stands_for_each_subject_of_the_form_and_its_subgroups() -> None:
    """Other forms' lessons and lessons outside the period make no page."""
    pages = template_pages(LOCAL, NAMES, QUARTER, FORM)
    assert [(found.group_label, found.subject_label) for found in pages] == [
        ("7Б", "Алгебра"),
        ("7Б · англ. 1 гр.", "Английский язык"),
        ("7Б", "Музыка"),
    ]
    assert pages[0].columns == ((date(2026, 9, 1), 1), (date(2026, 9, 4), 1), (date(2026, 9, 4), 2))
    assert pages[0].teacher == "Образцова Ольга"


def test_one_subject_may_be_asked_for() -> None:
    """The deputy checks one subject at a time."""
    assert [found.subject for found in template_pages(LOCAL, NAMES, QUARTER, FORM, MUSIC)] == [MUSIC]


def test_the_list_holds_who_was_a_member_on_any_day_of_the_period() -> None:
    """He who left on the third day is on the paper list; those who left before it or come after it are not."""
    assert [key for key, _ in template_pages(LOCAL, NAMES, QUARTER, FORM, ALGEBRA)[0].pupils] == [ANNA, BORIS]


def test_the_list_sorts_yo_as_ye() -> None:
    """«Ежикова Яна» follows «Ёжикова Анна», and «Жуков» comes last."""
    local = _local(*(_member(person, FORM) for person in NAMES))
    names = [name for _, name in template_pages(local, NAMES, QUARTER, FORM, ALGEBRA)[0].pupils]
    assert names == ["Ёжикова Анна", "Ежикова Яна", "Жуков Борис"]


def test_namesakes_are_told_apart_by_patronymic() -> None:
    """Two «Жуков Борис» would be one row too many for the person who types."""
    names = {**NAMES, ANNA: PersonName(family="Жуков", given="Борис", patronymic="Алексеевич")}
    local = _local(_member(ANNA, FORM), _member(BORIS, FORM))
    listed = template_pages(local, names, QUARTER, FORM, ALGEBRA)[0].pupils
    assert [name for _, name in listed] == ["Жуков Борис Алексеевич", "Жуков Борис Петрович"]
    assert rosters(local, names, QUARTER)[FORM] == {"жуков борис алексеевич": ANNA, "жуков борис петрович": BORIS}


def test_equal_names_are_told_apart_by_the_personal_file() -> None:
    """Neither a person nor a CSV file could tell the two rows apart; a subgroup's page calls the pupil the same."""
    twin = PersonName(family="Жуков", given="Борис", patronymic="Петрович")
    local = _local(_member(ANNA, FORM), _member(BORIS, FORM), _member(BORIS, FIRST_GROUP))
    whole, half, _music = template_pages(local, {**NAMES, ANNA: twin, BORIS: twin}, QUARTER, FORM)
    listed = {key: f"Жуков Борис Петрович ({key.partition(':')[2].upper()})" for key in (ANNA, BORIS)}
    assert dict(whole.pupils) == listed
    assert dict(half.pupils) == {BORIS: listed[BORIS]}
    known = rosters(local, {**NAMES, ANNA: twin, BORIS: twin}, QUARTER)[FORM]
    assert {known[normalise_name(name)] for name in listed.values()} == {ANNA, BORIS}
    assert set(known.values()) == {ANNA, BORIS}
    assert len(known) == 2


def test_a_subgroup_page_knows_the_names_of_the_whole_form() -> None:
    """A pupil written in by hand on a subgroup's page is usually in the other subgroup."""
    assert rosters(LOCAL, NAMES, QUARTER)[FIRST_GROUP]["жуков борис"] == BORIS


def test_a_page_has_no_room_for_an_electronic_value() -> None:
    """Blindness is by shape: keys, labels, pupils, dates and sizes are all that a page can carry."""
    assert {field.name for field in fields(TemplatePage)} == {
        "group", "subject", "period", "group_label", "subject_label", "period_label", "starts", "ends", "teacher",
        "pupils", "columns", "spare_columns", "spare_pupils",
    }  # fmt: skip


def test_every_cell_to_type_in_is_blank(tmp_path) -> None:
    """Nothing stands in a slot of a fresh workbook but the «да» under each date."""
    write_template([page()], tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("7Б Алгебра").to_python()
    filled = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row) if value != ""}
    layout = lay_out(page())
    typed = {layout.slots[spot][0]: value for spot, value in filled.items() if spot in layout.slots}
    assert typed == {Slot.ON_PAPER: "да"}
    assert {spot: str(value) for spot, value in filled.items() if spot not in layout.slots} == {
        spot: text for spot, (_, text) in layout.labels.items()
    }


def test_the_keys_are_hidden_and_the_pages_protected(tmp_path) -> None:
    """Labels cannot be overwritten by accident, and nobody meets the key sheet in the menu."""
    write_template([page(), page(MUSIC, "Музыка")], tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    visible = {sheet.name: sheet.visible for sheet in book.sheets_metadata}
    assert visible[KEYS_SHEET] is SheetVisibleEnum.VeryHidden
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        for number in (2, 3):
            body = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert "<sheetProtection" in body
            assert 'orientation="landscape"' in body
            assert 'errorStyle="information"' in body
            assert 'errorStyle="stop"' not in body
            assert "<pane " in body


def test_text_that_looks_like_a_formula_stays_text(tmp_path) -> None:
    """A homework that begins with «=» is shown, never computed."""
    entries = PageEntries(homework={COLUMNS[0]: "=2+2 решить"})
    write_template([page()], tmp_path / "t.xlsx", {0: entries})
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet2.xml")


def test_equal_pages_give_equal_bytes(tmp_path) -> None:
    """A template printed twice is one file: no clock and no random in it."""
    for name in ("one.xlsx", "two.xlsx"):
        write_template([page()], tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_sheet_names_are_legal_and_unique() -> None:
    """Excel takes 31 characters without []:*?/\\ and tells no case apart."""
    long = "Основы безопасности и защиты Родины / ОБЗР [практика]"
    pages = [page(label=label) for label in (long, long.upper(), long, "Физика: опыты?", "физика опыты", "'")]
    names = sheet_names([*pages, page(group_label="_sverka", label=""), page(group_label="'", label="'")])
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set("[]:*?/\\") & set(name)
        assert name.strip("' ") == name
        assert name.casefold() not in {"_sverka", "как заполнять", "history"}


def test_a_double_lesson_has_two_columns_and_two_topic_rows() -> None:
    """4 September stands twice on both sides of the spread, as on paper."""
    labels = lay_out(page()).labels
    days = [text for label, text in labels.values() if label is Label.DAY]
    lessons = [text for label, text in labels.values() if label is Label.LESSON]
    assert days == ["1", "4", "4", "28", "2", "5"]
    assert lessons[:4] == ["01.09", "04.09 (1)", "04.09 (2)", "28.09"]
    months = [(spot, text) for spot, (label, text) in labels.items() if label is Label.MONTH]
    assert [text for _, text in months] == ["сентябрь", "октябрь"]


def test_columns_count_equal_days() -> None:
    """A column that is not on paper takes no number."""
    day, other = date(2026, 9, 4), date(2026, 9, 5)
    assert number_columns([day, None, day, other]) == [(day, 1), None, (day, 2), (other, 1)]


@pytest.mark.parametrize(
    "entries",
    [
        PageEntries(cells={("pupil:nobody", *COLUMNS[0]): "5"}),
        PageEntries(cells={(ANNA, date(2026, 9, 2), 1): "5"}),
        PageEntries(extra_columns=(date(2026, 9, 9),) * 5),
        PageEntries(extra_pupils={name: {} for name in "абвг"}),
        PageEntries(struck=frozenset({(date(2026, 9, 2), 1)})),
        PageEntries(topics={(date(2026, 9, 2), 1): "Тема"}),
    ],
)
def test_an_entry_without_a_place_is_refused(entries: PageEntries, tmp_path) -> None:
    """The demo would lose a planted mistake if the writer dropped what does not fit."""
    with pytest.raises(ValueError, match=r"no |extra|struck"):
        write_template([page()], tmp_path / "t.xlsx", {0: entries})


def test_a_school_year_of_pages_fits_one_key_row(tmp_path) -> None:
    """Keys of a large page are spread over cells, because one cell holds 32 767 characters."""
    pupils = tuple((f"pupil:{'длинный номер ' * 40}{number}", f"Ученик {number}") for number in range(90))
    write_template([page(pupils=pupils)], tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO((tmp_path / "t.xlsx").read_bytes())).get_sheet_by_name(KEYS_SHEET)
    assert max(len(str(value)) for row in rows.to_python() for value in row) <= 32_767
    from connectors.paper.workbook import read_workbook

    assert [row.key for row in read_workbook(tmp_path / "t.xlsx").pages[0].rows] == [key for key, _ in pupils]
