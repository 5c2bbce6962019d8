"""School tables into canonical records: every row is a record or a problem with its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_files import pupil, seat, write_grid, write_table

from connectors.sources import layouts
from gateway.sync.reading import read_file
from mappings.sources.provisional import PersonReference, dated, read_reference, undated_form
from state.identity import form_id, guardian_id, pupil_id, staff_id
from state.local import LocalPart, part_from_plain, part_to_plain
from state.records import OrderRef, PersonName, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from connectors.sources.wire import Layout


def part_of(tmp_path: Path, layout: Layout, rows: Sequence[Mapping[str, Any]]) -> LocalPart:
    part = read_file(write_table(tmp_path / "file.xlsx", layout, rows)).parts[0]
    assert part is not None
    assert part_from_plain(part_to_plain(part)) == part
    return part


def codes(part: LocalPart) -> list[tuple[str, str]]:
    return [(problem.code, problem.where.removeprefix("file.xlsx!Лист1!")) for problem in part.problems]


FULL = pupil(
    "А-1",
    "Алфёрова Инна Гасан кызы",
    '07 "б"',
    **{
        "Пол ученика": "Ж",
        "Дата рождения ученика": "01.09.2014 г.",
        "Дата приема в школу": date(2021, 9, 1),
        "Номер приказа": "12-у",
        "Дата приказа": date(2026, 8, 30),
        "Фамилия Родителя 1": "Алфёров",
        "Имя Родителя 1": "Гасан",
        "Пол Родителя 1": "муж.",
        "Дата рождения Родителя 1": 29221,
        "Степень родства": "Отец",
        "Телефон домашний": "22-33-44",
        "Телефон мобильный": "8 (903) 123-45-67, 8 903 765 43 21",
        "E-mail Родителя 1": "g@example.org",
        "Фамилия Родителя 2": "Алфёрова",
        "Имя Родителя 2": "Анна",
        "Степень родства Родителя 2": "мать",
        "Телефон домашний Родителя 2": "9031112233",
    },
)


def test_a_row_of_the_contingent_is_a_pupil_with_guardians(tmp_path: Path) -> None:
    """Names, dates in any form, order, kinship and the first phone of a cell arrive (the second is told); the form is
    7Б."""
    part = part_of(tmp_path, layouts.PUPILS, [FULL])
    assert codes(part) == [("PHONES_SEVERAL", "S2")]
    (child,) = part.records[RecordType.PUPIL]
    assert child.name == PersonName(family="Алфёрова", given="Инна", patronymic="Гасан кызы")
    assert (child.sex, child.birth_date) == ("female", date(2014, 9, 1))
    assert child.order == OrderRef(number="12-у", day=date(2026, 8, 30))
    father, mother = part.records[RecordType.GUARDIAN]
    assert (father.kinship, father.sex, father.birth_date) == ("отец", "male", date(1980, 1, 1))
    assert (father.phone, father.email) == ("+79031234567", "g@example.org")
    assert mother.sourced_id == guardian_id(child.sourced_id, "Алфёрова Анна")
    assert mother.phone == "+79031112233"
    (member,) = part.records[RecordType.MEMBERSHIP]
    assert (member.person, dated(member.group, 2026)) == (pupil_id("А-1"), form_id(2026, "7Б"))
    assert (member.starts, member.order) == (date(2026, 9, 1), child.order)
    assert part.complete == {RecordType.PUPIL, RecordType.GUARDIAN, RecordType.FORM, RecordType.MEMBERSHIP}


def test_who_left_is_a_pupil_and_a_member_of_nothing(tmp_path: Path) -> None:
    """«выбыл» is no form: the pupil stays known, with the order of leaving, and is in no form."""
    part = part_of(tmp_path, layouts.PUPILS, [pupil("1", form="Выбыл", **{"Номер приказа": "5"})])
    assert len(part.records[RecordType.PUPIL]) == 1
    assert part.records[RecordType.MEMBERSHIP] == part.records[RecordType.FORM] == ()
    assert codes(part) == []


def test_a_row_without_its_keys_is_left_out_and_nothing_may_be_deleted(tmp_path: Path) -> None:
    """A missing name or number is a problem at its cell, and the file is no longer the whole truth."""
    part = part_of(tmp_path, layouts.PUPILS, [pupil(""), pupil("2"), pupil("3", form="")])
    assert codes(part) == [("VALUE_MISSING", "C2"), ("FORM_NAME_BAD", "D4")]
    assert len(part.records[RecordType.PUPIL]) == 2
    assert part.complete == frozenset()


def test_a_class_without_a_grade_is_a_form_and_named_once(tmp_path: Path) -> None:
    """«Teachers Time» is a class of a real school: its pupils are its members, and a slip can still be seen."""
    rows = [pupil("1", form="Teachers Time"), pupil("2", form="teachers  time"), pupil("3", form="JC CCA")]
    part = part_of(tmp_path, layouts.PUPILS, rows)
    assert [(form.name, form.grade) for form in part.records[RecordType.FORM]] == [("Teachers Time", 0), ("JC CCA", 0)]
    assert len(part.records[RecordType.MEMBERSHIP]) == 3
    assert codes(part) == [("FORM_WITHOUT_GRADE", "D2"), ("FORM_WITHOUT_GRADE", "D4")]
    assert RecordType.MEMBERSHIP in part.complete


def test_a_shared_personal_file_number_belongs_to_nobody(tmp_path: Path) -> None:
    """Two children under one number are both left out; the same child twice is one."""
    part = part_of(tmp_path, layouts.PUPILS, [pupil("1"), pupil("1", "Цой Ян"), pupil("2"), pupil("2")])
    assert [child.personal_file for child in part.records[RecordType.PUPIL]] == ["2"]
    assert codes(part) == [("FILE_NUMBER_SHARED", "C2"), ("FILE_NUMBER_SHARED", "C3"), ("ROW_REPEATED", "5")]


def test_misread_values_are_blank_and_named(tmp_path: Path) -> None:
    """A bad sex, date, mail or phone never stops the row; the phone stays as written."""
    row = pupil(
        "1",
        **{
            "Пол ученика": "?",
            "Дата рождения ученика": "31.02.2014",
            "Фамилия Родителя 1": "Ли",
            "Имя Родителя 1": "Бо",
            "E-mail Родителя 1": "нет",
            "Телефон мобильный": "доб. 5",
            "Телефон домашний Родителя 2": "9031112233",
        },
    )
    part = part_of(tmp_path, layouts.PUPILS, [row])
    assert sorted(code for code, _ in codes(part)) == [
        "DATE_BAD",
        "EMAIL_BAD",
        "GUARDIAN_WITHOUT_NAME",
        "PHONE_BAD",
        "SEX_BAD",
    ]
    assert part.records[RecordType.GUARDIAN][0].phone == "доб. 5"
    assert part.records[RecordType.PUPIL][0].birth_date is None


def test_staff_have_personal_data_and_lead_forms(tmp_path: Path) -> None:
    """Optional columns are read; a leading column names forms; an unreadable form and SNILS are problems."""
    rows = [
        {"ФИО педагога": "Козлова Ольга Владимировна", "Классный руководитель": "7б, 8А", "СНИЛС": "112-233-445 95"},
        {"ФИО педагога": "Ли Ян", "Классный руководитель": "нет", "СНИЛС": "112-233-445 96", "Должность": "Учитель"},
    ]
    part = part_of(tmp_path, layouts.STAFF, rows)
    first, second = part.records[RecordType.STAFF]
    assert (first.sourced_id, first.snils) == (staff_id("Козлова Ольга Владимировна"), "112-233-445 95")
    assert (second.snils, second.position) == ("", "Учитель")
    assert [(form.name, form.tutor) for form in part.records[RecordType.FORM]] == [
        ("7Б", first.sourced_id),
        ("8А", first.sourced_id),
    ]
    assert codes(part) == [("SNILS_BAD", "G3"), ("FORM_NAME_BAD", "B3")]
    assert part.complete == {RecordType.STAFF}


def test_namesakes_are_told_apart_by_birth_date_only_where_needed(tmp_path: Path) -> None:
    """The birth date enters the id of namesakes alone; a namesake without one is left out; a second row continues."""
    rows = [
        {"ФИО педагога": "Ли Ян", "Дата рождения": date(1980, 1, 1), "Предмет": "Физика"},
        {"ФИО педагога": "Ли Ян", "Дата рождения": date(1980, 1, 1), "Предмет": "Химия"},
        {"ФИО педагога": "Ли  Ян", "Дата рождения": date(1990, 1, 1)},
        {"ФИО педагога": "ЛИ ЯН"},
        {"ФИО педагога": "Цой Инна", "Дата рождения": date(1985, 1, 1)},
    ]
    part = part_of(tmp_path, layouts.STAFF, rows)
    assert [person.sourced_id for person in part.records[RecordType.STAFF]] == [
        staff_id("Ли Ян", date(1980, 1, 1)),
        staff_id("Ли Ян", date(1990, 1, 1)),
        staff_id("Цой Инна"),
    ]
    assert codes(part) == [("ROW_REPEATED", "3"), ("NAMESAKE_WITHOUT_BIRTH_DATE", "A5")]
    assert part.complete == frozenset()


def test_subgroup_rows_seat_pupils(tmp_path: Path) -> None:
    """A numeric division reads as text; the pupil travels as the row names them."""
    part = part_of(tmp_path, layouts.SUBGROUPS, [seat("1", "Ли Ян", "7б", "1", "1 группа")] * 2)
    (group,) = part.records[RecordType.SUBGROUP]
    assert (group.form, group.division, group.name) == (undated_form("7Б"), "1", "1 группа")
    (member,) = part.records[RecordType.MEMBERSHIP]
    assert read_reference(member.person) == PersonReference(kind="pupil", name="Ли Ян", file="1")
    assert codes(part) == [("ROW_REPEATED", "3")]
    assert part.complete == {RecordType.SUBGROUP, RecordType.MEMBERSHIP}


CONSENT = {
    "Кто": "Ученик",
    "Фамилия": "Ли",
    "Имя": "Ян",
    "Вид согласия": "обработка персональных данных",
    "Дата согласия": date(2026, 9, 1),
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Кто": "сосед"}, "CONSENT_WHO_UNKNOWN"),
        ({"Вид согласия": "фотосъёмка"}, "CONSENT_OF_OTHER_KIND"),
        ({"Вид согласия": ""}, "CONSENT_OF_OTHER_KIND"),
        ({"Дата согласия": "осенью"}, "CONSENT_DATE_UNREAD"),
        ({"Дата отзыва": "вчера"}, "CONSENT_DATE_UNREAD"),
        ({"Фамилия": ""}, "VALUE_MISSING"),
    ],
)
def test_a_doubtful_consent_is_no_consent(change: dict[str, str], code: str, tmp_path: Path) -> None:
    """Whatever cannot be read for sure opens nothing, a withdrawal that cannot be read least of all."""
    part = part_of(tmp_path, layouts.CONSENTS, [{**CONSENT, **change}])
    assert part.consents == ()
    assert code in [problem.code for problem in part.problems if problem.blocks]


def test_a_consent_is_dated(tmp_path: Path) -> None:
    """Given, withdrawn and folder are kept; the person is named by all the row tells."""
    row = {**CONSENT, "№ личного дела": "А|1", "Дата отзыва": "05.10.2026", "Папка": "12"}
    (consent,) = part_of(tmp_path, layouts.CONSENTS, [row]).consents
    assert (consent.given, consent.withdrawn, consent.folder) == (date(2026, 9, 1), date(2026, 10, 5), "12")
    assert read_reference(consent.subject) == PersonReference(kind="pupil", name="Ли Ян", file="А|1")


def test_substitution_rows(tmp_path: Path) -> None:
    """A blank substitute cancels; a number or date that cannot be read is a problem."""
    row = {"Дата": date(2026, 9, 8), "№ урока": 2, "Класс": "7б", "Отсутствует": "Ли Ян", "Замещает": "Цой И."}
    rows = [row, {**row, "№ урока": 3, "Замещает": ""}, {**row, "№ урока": "второй"}, {**row, "Дата": "скоро"}]
    part = part_of(tmp_path, layouts.SUBSTITUTIONS, rows)
    assert [(item.number, item.substitute) for item in part.substitutions] == [(2, staff_id("Цой И.")), (3, None)]
    assert [code for code, _ in codes(part)] == ["NUMBER_BAD", "DATE_BAD", "SUBSTITUTION_DATE_UNREAD"]
    assert [person.name.full for person in part.records[RecordType.STAFF]] == ["Ли Ян", "Цой И."]


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    """A sheet with its columns turned round tells the same."""
    headers, cells = list(FULL), list(FULL.values())
    straight = read_file(write_grid(tmp_path / "a.xlsx", [headers, cells])).parts[0]
    turned = read_file(write_grid(tmp_path / "b.xlsx", [headers[::-1], cells[::-1]])).parts[0]
    assert straight is not None
    assert turned is not None
    assert straight.records == turned.records


@given(st.text(max_size=10), st.text(max_size=10), st.none() | st.dates())
def test_a_reference_survives_as_an_id(name: str, file: str, born: date | None) -> None:
    """Whatever a row says of a person, its provisional id reads back to the same id."""
    sourced_id = PersonReference(kind="staff", name=name, file=file, birth_date=born).as_id()
    reference = read_reference(sourced_id)
    assert reference is not None
    assert reference.as_id() == sourced_id
