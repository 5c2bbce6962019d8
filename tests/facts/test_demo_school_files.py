"""Facts of the demo school's files: what other rooms and other people will read."""

from __future__ import annotations

import gzip
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from connectors.sandbox.school import DemoFiles, DemoSchool, generate, write_all, write_files
from connectors.sandbox.school.values import LEFT

if TYPE_CHECKING:
    from pathlib import Path

PUPIL_COLUMNS = (
    "Фамилия ученика; Имя ученика; Отчество ученика; Пол ученика; Дата рождения ученика; Номер личного дела; "
    "Дата приема в школу; Класс; Дата зачисления/перевода; Номер приказа; Дата приказа; Фамилия Родителя 1; "
    "Имя Родителя 1; Отчество Родителя 1; Пол Родителя 1; Дата рождения Родителя 1; Степень родства; "
    "Телефон домашний; Телефон мобильный; E-mail Родителя 1; Фамилия Родителя 2; Имя Родителя 2; "
    "Отчество Родителя 2; Пол Родителя 2; Дата рождения Родителя 2; Степень родства Родителя 2; "
    "Телефон домашний Родителя 2; Телефон мобильный Родителя 2; E-mail Родителя 2"
)
AGREED = {
    "pupils": PUPIL_COLUMNS,
    "staff": "ФИО педагога; Классный руководитель; Предмет; Класс; Должность; Дата рождения; СНИЛС; Пол; E-mail",
    "subgroups": "Класс; Фамилия; Имя; Отчество; № личного дела; Деление; Подгруппа",
    "consents": (
        "Кто; Фамилия; Имя; Отчество; Дата рождения; № личного дела; Вид согласия; Дата согласия; Дата отзыва; Папка"
    ),
    "substitutions": "Дата; № урока; Класс; Подгруппа; Предмет; Отсутствует; Замещает; Причина",
}
HEADERS = {kind: text.split("; ") for kind, text in AGREED.items()}


@pytest.fixture(scope="module")
def school() -> DemoSchool:
    return generate(7)


@pytest.fixture(scope="module")
def files(school: DemoSchool, tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_files(school, tmp_path_factory.mktemp("school") / "made")


@pytest.fixture(scope="module")
def xml(files: DemoFiles) -> etree._Element:
    return etree.fromstring(files.timetable.read_bytes())


def sheet(path: Path) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_headers_are_exactly_the_agreed_ones(files: DemoFiles, kind: str) -> None:
    """One header row, first sheet, the columns in their order."""
    assert sheet(getattr(files, kind))[0] == HEADERS[kind]


def test_the_pupils_file_holds_every_pupil_with_both_guardians(school: DemoSchool, files: DemoFiles) -> None:
    """29 columns; those who have left stay with «выбыл», the day and the order of leaving."""
    rows = [dict(zip(HEADERS["pupils"], row, strict=True)) for row in sheet(files.pupils)[1:]]
    assert [row["Номер личного дела"] for row in rows] == [pupil.personal_file for pupil in school.pupils]
    assert [row["Класс"] for row in rows] == [pupil.form for pupil in school.pupils]
    left = [row for row in rows if row["Класс"] == LEFT]
    assert len(left) == 4
    assert all(row["Номер приказа"] and row["Дата приказа"] for row in left)
    assert {row["Пол ученика"] for row in rows} == {"М", "Ж"}
    for row, pupil in zip(rows, school.pupils, strict=True):
        assert row["Фамилия Родителя 1"] == pupil.guardians[0].name.family
        second = pupil.guardians[1].name.given
        assert row["Имя Родителя 2"] == second


def test_dates_are_real_dates_and_some_are_typed_as_text(school: DemoSchool, files: DemoFiles) -> None:
    """Both ways of writing a birth date occur, and both say the same day."""
    kinds = set()
    for row, pupil in zip(sheet(files.pupils)[1:], school.pupils, strict=True):
        cell = row[4]
        kinds.add(type(cell))
        assert cell == (f"{pupil.birth_date:%d.%m.%Y}" if isinstance(cell, str) else pupil.birth_date)
    assert kinds == {str, date}


def test_the_staff_file_names_forms_led_and_taught(school: DemoSchool, files: DemoFiles) -> None:
    """Comma lists; the namesakes stand there with their birth dates."""
    rows = sheet(files.staff)[1:]
    assert len(rows) == 60
    assert {row[1] for row in rows} - {""} == {form.name for form in school.forms}
    assert any(", " in str(row[3]) for row in rows)
    assert len({(row[0], row[5]) for row in rows}) == 60


def test_the_subgroups_file_has_one_row_per_pupil_and_division(school: DemoSchool, files: DemoFiles) -> None:
    """Every row is a pupil of that form; no pupil stands twice in one division."""
    rows = sheet(files.subgroups)[1:]
    assert len(rows) == sum(len(group.pupils) for group in school.subgroups)
    assert len({(row[4], row[5]) for row in rows}) == len(rows)
    assert all(school.pupil(str(row[4])).form == row[0] for row in rows)
    assert {row[5] for row in rows} == {"1", "2", "3"}


def test_the_substitutions_file_leaves_cancelled_lessons_blank(school: DemoSchool, files: DemoFiles) -> None:
    """Full names; a blank «Замещает» is a cancelled lesson."""
    rows = sheet(files.substitutions)[1:]  # type: ignore[arg-type]
    full = {person.name.full for person in school.staff}
    assert len(rows) == len(school.substitutions)
    assert all(row[5] in full and (row[6] in full or row[6] == "") for row in rows)
    assert sum(row[6] == "" for row in rows) == sum(item.substitute is None for item in school.substitutions)


def test_the_timetable_counts_equal_the_schools(school: DemoSchool, xml: etree._Element) -> None:
    """Classes, groups, plan rows, cards, rooms, subjects and periods are all there, and no pupil is."""
    taught = [person for person in school.staff if person.subjects]
    counts = {table.tag: len(table) for table in xml}
    assert counts["classes"] == len(school.forms)
    assert counts["lessons"] == len(school.plan)
    assert counts["cards"] == len(school.cards)
    assert counts["classrooms"] == len(school.rooms)
    assert counts["subjects"] == len(school.subjects)
    assert counts["periods"] == len(school.bells)
    assert counts["teachers"] == len(taught)
    assert counts["students"] == counts["studentsubjects"] == counts["classroomsupervisions"] == 0
    informatics = {group.form for group in school.subgroups if group.division == "3"}
    assert counts["groups"] == 5 * len(school.forms) + 2 * len(informatics)


def test_the_timetable_refers_only_to_what_it_holds(xml: etree._Element) -> None:
    """Every id is sixteen hexadecimal digits, unique, and every reference finds its target."""
    ids = [node.get("id", "") for table in xml for node in table if node.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(len(key) == 16 and int(key, 16) >= 0 and key == key.upper() for key in ids)
    known = set(ids)
    for table in xml:
        for node in table:
            for name, value in node.attrib.items():
                if str(name).endswith(("id", "ids")) and name not in ("id", "partner_id", "studentids"):
                    assert set(str(value).split(",")) - {""} <= known


def test_half_hours_stand_in_one_week_only(school: DemoSchool, xml: etree._Element) -> None:
    """The week masks of the cards are those of the plan: all, A or B."""
    masks = [card.get("weeks") for card in xml.iterfind("cards/card")]
    assert sorted(map(str, masks)) == sorted(school.plan[card.row].weeks for card in school.cards)
    assert set(masks) == {"11", "10", "01"}
    assert {len(str(card.get("days"))) for card in xml.iterfind("cards/card")} == {6}


def test_a_shortened_teacher_fits_exactly_one_staff_row(school: DemoSchool, xml: etree._Element) -> None:
    """Some teachers stand as «Фамилия И.О.»; each of those is one person of the staff sheet."""
    initials = [person.name.initials for person in school.staff]
    full = [person.name.full for person in school.staff]
    spelled = [str(node.get("name")) for node in xml.iterfind("teachers/teacher")]
    short = [name for name in spelled if name not in full]
    assert 3 <= len(short) < len(spelled) / 2
    assert all(initials.count(name) == 1 for name in short)


@pytest.mark.samples
def test_the_timetable_has_the_tables_and_columns_of_a_real_export(samples: Path, xml: etree._Element) -> None:
    """Root attributes, tables, their options and columns equal those of a real aSc export."""
    real = etree.fromstring(gzip.decompress((samples / "asc-xml" / "sg-Term1_W10.xml.gz").read_bytes()))
    assert sorted(xml.attrib.items()) == sorted(real.attrib.items())
    assert [(table.tag, sorted(table.attrib.items())) for table in xml] == [
        (table.tag, sorted(table.attrib.items())) for table in real
    ]
    for table, model in zip(xml, real, strict=True):
        if len(table) and len(model):
            assert set(table[0].attrib) == set(model[0].attrib)


def test_writing_twice_gives_the_same_bytes_and_is_quick(files: DemoFiles, tmp_path: Path) -> None:
    """A rerun of the same seed is the same file byte for byte, in under four seconds of work."""
    before = time.process_time()
    again = write_all(7, tmp_path / "again")
    assert time.process_time() - before < 4
    assert [path.name for path in again.all] == [path.name for path in files.all]
    assert [path.read_bytes() for path in again.all] == [path.read_bytes() for path in files.all]
