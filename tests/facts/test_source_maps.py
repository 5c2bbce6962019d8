"""Tables of any layout are read as ours: by usual headings, by the maps that come with us, by a school's own."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from source_files import pupil, write_grid, write_table

from connectors.sources import layouts
from gateway.sync.reading import read_file
from mappings.sources.compose import form_in
from mappings.sources.table_map import our_maps, parse_map
from mappings.sources.targets import TARGETS
from state.records import Form, Guardian, Membership, Pupil, RecordType, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.sync.readers.values import Reading

REPORT_HEAD = [
    "Личное дело №",
    "Приём",
    "ФИО",
    "Пол",
    "Д.р.",
    "Гражданство",
    "Тип представителя",
    "Группа здоровья",
    "ФИО представителя",
    "Д.р.",
    "Паспорт",
    "Место работы",
    "Связь",
    "Ящик",
]
ADMITTED = "Принят 01.09.2021, приказ № 5 от 30.08.2021"


def report_row(file: str, name: str, kinship: str, guardian: str) -> list[str]:
    return [
        *(file, ADMITTED, name, "Мужской", "12.05.2014", "РФ", kinship, "I", guardian, "01.02.1985"),
        *("0000 000000", "завод", "8 903 123-45-67", "a@example.org"),
    ]


REPORT = [
    ["Отчёт по классу"],
    REPORT_HEAD,
    report_row("А-1", "Ёлкин Ян Петрович", "мать", "Ёлкина Анна Ивановна"),
    report_row("А-1", "Ёлкин Ян Петрович", "отец", "Ёлкин Пётр Ильич"),
    report_row("А-1", "Ёлкин Ян Петрович", "бабушка", "Сидорова Инна Львовна"),
    REPORT_HEAD,
    report_row("А-2", "Цой Ли", "мать", "Цой Анна"),
]


def records(reading: Reading, kind: RecordType) -> list[Any]:
    return [record for part in reading.parts for record in part.records.get(kind, ())]


def said(reading: Reading) -> list[tuple[str, str]]:
    """Codes with the last piece of their place."""
    return [(problem.code, problem.where.split("!")[-1]) for problem in reading.problems]


# --- the report with one row per guardian ----------------------------------------------------------------------------


def test_the_report_gives_each_pupil_once_and_every_guardian(tmp_path: Path) -> None:
    """Columns under headings nobody foresaw are found by place, dates inside text, the form in the file's name; the
    third guardian is not dropped."""
    reading = read_file(write_grid(tmp_path / "Класс 5-А отчет.xlsx", REPORT))
    first, second = records(reading, RecordType.PUPIL)
    assert isinstance(first, Pupil)
    assert (first.name.full, first.sex, first.birth_date) == ("Ёлкин Ян Петрович", "male", date(2014, 5, 12))
    guardians = records(reading, RecordType.GUARDIAN)
    assert [(one.pupil, one.kinship) for one in guardians] == [
        (first.sourced_id, "мать"),
        (first.sourced_id, "отец"),
        (first.sourced_id, "бабушка"),
        (second.sourced_id, "мать"),
    ]
    assert {(one.birth_date, one.phone, one.email) for one in guardians} == {
        (date(1985, 2, 1), "+79031234567", "a@example.org")
    }
    assert [member.starts for member in records(reading, RecordType.MEMBERSHIP)] == [date(2021, 9, 1)] * 2
    assert [part.slot for part in reading.parts] == ["5А"]


def test_rows_of_one_pupil_that_differ_are_named(tmp_path: Path) -> None:
    """The first row counts; what a later one says otherwise is told, and no line is silently ignored."""
    other = [*REPORT[3]]
    other[3] = "Женский"
    reading = read_file(write_grid(tmp_path / "5А.xlsx", [*REPORT[1:3], other, REPORT[2]]))
    assert [one.sex for one in records(reading, RecordType.PUPIL)] == ["male"]
    assert {("PUPIL_ROWS_DIFFER", "D3"), ("ROW_REPEATED", "4")} <= set(said(reading))


def test_everything_of_the_report_that_is_not_taken_is_named(tmp_path: Path) -> None:
    """Health is dropped, fields without a place are named, so are the title and the second header."""
    assert said(read_file(write_grid(tmp_path / "5А.xlsx", REPORT))) == [
        ("TITLE_SKIPPED", "1"),
        ("COLUMN_NOT_TAKEN", "F2"),
        ("PERSONAL_DROPPED", "H2"),
        ("COLUMN_NOT_TAKEN", "K2"),
        ("COLUMN_NOT_TAKEN", "L2"),
        ("HEADER_REPEATED", "6"),
        ("DATE_INSIDE_TEXT", "B3"),
    ]


def test_a_report_whose_form_nobody_names_is_refused(tmp_path: Path) -> None:
    """Read without its form it would pass for the list of the whole school."""
    reading = read_file(write_grid(tmp_path / "отчет.xlsx", REPORT))
    assert reading.refusal is not None
    assert (reading.refusal.code, reading.parts) == ("FORM_NOT_TOLD", ())


def test_health_at_a_known_place_is_not_taken_for_what_stands_there_usually(tmp_path: Path) -> None:
    """The words of a heading go before its place."""
    head = [*REPORT_HEAD[:3], "Диагноз", *REPORT_HEAD[4:]]
    reading = read_file(write_grid(tmp_path / "5А.xlsx", [head, *REPORT[2:5]]))
    assert [one.sex for one in records(reading, RecordType.PUPIL)] == [""]
    assert ("PERSONAL_DROPPED", "D1") in said(reading)
    assert not any("Мужской" in problem.raw for problem in reading.problems)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("5А.xlsx", "5А"),
        ("Класс 5-А отчет.xlsx", "5А"),
        ("отчет_10б_2026-10-01.csv", "10Б"),
        ("5 «а» класс", "5А"),
        ("5 класс А.xlsx", "5А"),
        ("05A.xlsx", "5А"),
        ("Список 9 а.xlsx", "9А"),
        ("2-я четверть 7В.xlsx", "7В"),
        ("на 01.09.2026 8Г (2).xlsx", "8Г"),
        ("приложение 4 в отчёт.xlsx", ""),
        ("5А и 5Б.xlsx", ""),
        ("12А.xlsx", ""),
        ("отчет 2026.xlsx", ""),
    ],
)
def test_a_form_is_read_in_a_name(name: str, form: str) -> None:
    """One form, however it is spelled; two forms, or none, are none."""
    assert form_in(name) == form


# --- CSV as well as workbooks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_roster_in_csv_gives_the_same_records_as_the_workbook(
    encoding: str, separator: str, tmp_path: Path
) -> None:
    """Whatever the encoding and the separator."""
    rows = [pupil("А-1", "Ёлкин Ян Петрович", "7б"), pupil("А-2", "Ли Бо", "7б", **{"Телефон мобильный": "1, 2"})]
    book = read_file(write_table(tmp_path / "a.xlsx", layouts.PUPILS, rows))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerows([layouts.PUPILS.headers, *([row.get(h, "") for h in layouts.PUPILS.headers] for row in rows)])
    (tmp_path / "a.csv").write_bytes(text.getvalue().encode(encoding))
    table = read_file(tmp_path / "a.csv")
    assert [part.records for part in table.parts] == [part.records for part in book.parts]
    assert table.detected.format == "pupils-29"


# --- lists under usual headings --------------------------------------------------------------------------------------


def test_a_list_under_usual_headings_is_read(tmp_path: Path) -> None:
    """A name in one cell falls into its parts, СНИЛС is kept, the password is dropped, the form may be the file's."""
    head = ["№ п/п", "Фамилия, имя, отчество", "Д.р.", "№ личного дела", "СНИЛС", "Пароль"]
    row = ["1", "Ёлкина Инна Гасан кызы", "12.05.2014", "А-1", "112-233-445 95", "qwerty"]
    reading = read_file(write_grid(tmp_path / "7Б.xlsx", [head, row]))
    (child,) = records(reading, RecordType.PUPIL)
    assert (child.name.patronymic, child.snils, child.birth_date) == ("Гасан кызы", "112-233-445 95", date(2014, 5, 12))
    assert [form.name for form in records(reading, RecordType.FORM)] == ["7Б"]
    assert said(reading) == [("COLUMN_NOT_TAKEN", "A1"), ("PERSONAL_DROPPED", "F1")]


def test_the_day_of_leaving_takes_a_pupil_out_of_the_form(tmp_path: Path) -> None:
    """The pupil stays known."""
    head = ["Фамилия", "Имя", "Личное дело №", "Класс", "Дата выбытия"]
    rows = [["Ли", "Ян", "1", "7Б", "01.10.2026"], ["Цой", "Бо", "2", "7Б", ""]]
    reading = read_file(write_grid(tmp_path / "a.xlsx", [head, *rows]))
    assert (len(records(reading, RecordType.PUPIL)), len(records(reading, RecordType.MEMBERSHIP))) == (2, 1)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (["Учитель", "Классное руководство", "Предметы"], ["Цой Инна Львовна", "7Б, 8А", "Физика"]),
        (["ФИО", "Должность", "Классный руководитель"], ["Цой Инна Львовна", "Учитель", "7Б; 8А"]),
        (["Фамилия", "Имя", "Отчество", "Должность", "Классное руководство"], ["Цой", "Инна", "Львовна", "", "7Б,8А"]),
    ],
)
def test_staff_sheets_vary(head: list[str], row: list[str], tmp_path: Path) -> None:
    """The forms led are told apart from the forms taught, in comma lists."""
    reading = read_file(write_grid(tmp_path / "a.xlsx", [[*head, "Классы"], [*row, "5А, 6А"]]))
    (person,) = records(reading, RecordType.STAFF)
    assert isinstance(person, Staff)
    assert person.name.full == "Цой Инна Львовна"
    assert [form.name for form in records(reading, RecordType.FORM) if isinstance(form, Form)] == ["7Б", "8А"]


def test_a_list_of_names_and_forms_alone_is_nobodys(tmp_path: Path) -> None:
    """Pupils without personal files cannot be told from employees, and are not guessed."""
    reading = read_file(write_grid(tmp_path / "a.xlsx", [["ФИО", "Класс"], ["Ли Ян", "7Б"]]))
    assert reading.refusal is not None
    assert reading.refusal.code == "UNKNOWN_FORMAT"


# --- maps as data ----------------------------------------------------------------------------------------------------

OWN = """
feeds = "pupils"
required = ["Фамилия ученика", "Номер личного дела"]
joined = ["Класс"]

[columns]
"Кто" = ["Фамилия ученика", "Имя ученика", "Отчество ученика"]
"Дело" = "Номер личного дела"
"Параллель" = "Класс"
"Буква" = "Класс"
"М/Д" = "Пол ученика"

[words."Пол ученика"]
"мал." = "М"

[constants]
"Степень родства" = "мать"
"""


def test_a_school_s_own_map_reads_its_own_layout(tmp_path: Path) -> None:
    """Names taken apart, a form put together, words replaced; without the map the file is unknown."""
    head = ["Кто", "Дело", "Параллель", "Буква", "М/Д"]
    path = write_grid(tmp_path / "a.xlsx", [head, ["Ли Ян Бо", "1", 7, "б", "мал."]])
    assert read_file(path).refusal is not None
    reading = read_file(path, [parse_map("tables/own", OWN)])
    (child,) = records(reading, RecordType.PUPIL)
    assert (child.name.full, child.sex, reading.detected.format) == ("Ли Ян Бо", "male", "tables/own")
    assert [form.name for form in records(reading, RecordType.FORM)] == ["7Б"]


def test_a_school_s_own_map_goes_before_ours(tmp_path: Path) -> None:
    """Even where ours would know more columns: somebody here has said what is what."""
    text = 'feeds = "pupils"\n[columns]\n"Фамилия" = "Фамилия ученика"\n"Имя" = "Имя ученика"\n"Класс" = "Класс"\n'
    text += '"Номер" = "Номер личного дела"\n'
    head = ["Фамилия", "Имя", "Класс", "Номер", "Личное дело", "СНИЛС"]
    path = write_grid(tmp_path / "a.xlsx", [head, ["Ли", "Ян", "7Б", "А-1", "5", "112-233-445 95"]])
    assert read_file(path).detected.format == "pupils-list"
    (child,) = records(read_file(path, [parse_map("tables/own", text)]), RecordType.PUPIL)
    assert (child.personal_file, child.snils) == ("А-1", "")


def test_sheets_may_be_forms(tmp_path: Path) -> None:
    """Each sheet speaks for its form; one without a form's name, and one that is no such table, are named."""
    text = 'feeds = "pupils"\nsheets = "each"\n[columns]\n"Ф" = "Фамилия ученика"\n"И" = "Имя ученика"\n'
    text += '"Л" = "Номер личного дела"\n[constants]\n"Класс" = "@sheet"\n'
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for number, name in enumerate(["5А", "5 Б класс", "Свод", "Заметки"]):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Ф", "И", "Л"] if name != "Заметки" else ["x", "y"])
            sheet.write_row(1, 0, ["Ли", "Ян", str(number)])
    reading = read_file(path, [parse_map("tables/own", text)])
    assert [part.slot for part in reading.parts] == ["5А", "5Б"]
    assert said(reading) == [("FORM_NOT_TOLD", "Свод"), ("SHEET_IGNORED", "Заметки")]
    (whole,) = read_file(path, [parse_map("tables/own", f"whole_school = true\n{text}")]).parts
    assert (whole.slot, len(whole.records[RecordType.PUPIL])) == ("", 2)


def test_an_unfinished_map_knows_no_sheet(tmp_path: Path) -> None:
    """A map that gives no personal file number would read pupils nobody could tell apart."""
    path = write_grid(tmp_path / "7Б.xlsx", [["Ф", "И"], ["Ли", "Ян"]])
    text = 'feeds = "pupils"\n[columns]\n"Ф" = "Фамилия ученика"\n"И" = "Имя ученика"\n'
    assert read_file(path, [parse_map("tables/own", text)]).refusal is not None


def test_a_map_never_takes_secrets_or_health(tmp_path: Path) -> None:
    """Even where somebody writes such a column into it."""
    text = 'feeds = "pupils"\n[columns]\n"Ф" = "Фамилия ученика"\n"И" = "Имя ученика"\n"Класс" = "Класс"\n'
    text += '"Л" = "Номер личного дела"\n"Группа здоровья" = "Номер приказа"\n'
    path = write_grid(
        tmp_path / "a.xlsx", [["Ф", "И", "Л", "Класс", "Группа здоровья"], ["Ли", "Ян", "1", "7Б", "III"]]
    )
    reading = read_file(path, [parse_map("tables/own", text)])
    assert said(reading) == [("PERSONAL_DROPPED", "E1")]
    assert records(reading, RecordType.PUPIL)[0].order is None


@pytest.mark.parametrize("table_map", our_maps(), ids=lambda one: one.name)
def test_our_maps_speak_of_fields_there_are(table_map: Any) -> None:
    """Each can know a sheet, and its name is its own."""
    layout = table_map.layout()
    assert all(layout.one_of) or layout.required
    assert [one.name for one in our_maps()].count(table_map.name) == 1
    assert set(table_map.fields) <= set(TARGETS[table_map.feeds].layout.known)


# --- nothing is dropped silently -------------------------------------------------------------------------------------


def unaccounted(path: Path, reading: Reading, sheet: str, head: int) -> list[tuple[int, int]]:
    """Filled cells, by the bare library, that no problem names and that stand under no column of the layout."""
    rows: Sequence[Sequence[Any]] = (
        CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    )
    named = {problem.where.rpartition("!")[2] for problem in reading.problems}
    known = set(layouts.PUPILS.known)
    lost = []
    for row, line in enumerate(rows):
        for column, value in enumerate(line):
            taken = row > head and rows[head][column] in known
            letter = chr(65 + column)
            by_name = {str(row + 1), f"{letter}{row + 1}", f"{letter}{head + 1}"} & named
            if value != "" and row != head and not taken and not by_name:
                lost.append((row, column))
    return lost


def test_every_cell_is_taken_or_named(tmp_path: Path) -> None:
    """Counted with bare calamine: titles, strange columns, columns without a heading, formulas, second headers."""
    head = ["Фамилия ученика", "Имя ученика", "Номер личного дела", "Класс", "Цвет", "", "Пароль"]
    rows = [
        ["Школа № 1"],
        ["на 1 сентября"],
        head,
        ["Ли", "Ян", "1", "7Б", "синий", "сбоку", "x"],
        ["", "", "", "", "зелёный"],
        head,
        ["Цой", "=1+1", "2", "7Б"],
        ["", "Инна"],
    ]
    path = write_grid(tmp_path / "a.xlsx", rows)
    reading = read_file(path)
    assert unaccounted(path, reading, "Лист1", 2) == []
    assert [one.name.full for one in records(reading, RecordType.PUPIL)] == ["Ли Ян"]
    assert {code for code, _ in said(reading)} == {
        *("TITLE_SKIPPED", "COLUMN_UNKNOWN", "COLUMN_WITHOUT_HEADER", "PERSONAL_DROPPED", "COLUMN_MISSING"),
        *("FORMULA", "HEADER_REPEATED", "VALUE_MISSING"),
    }


def test_other_sheets_with_data_are_named_and_empty_ones_are_not(tmp_path: Path) -> None:
    """The table may stand on any visible sheet; hidden sheets with data are named too."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Титул").write(0, 0, "Школа")
        sheet = book.add_worksheet("Ученики")
        sheet.write_row(0, 0, ["Фамилия", "Имя", "Личное дело", "Класс"])
        sheet.write_row(1, 0, ["Ли", "Ян", "1", "7Б"])
        book.add_worksheet("Пустой")
        secret = book.add_worksheet("Скрытый")
        secret.write(0, 0, "x")
        secret.hide()
    reading = read_file(path)
    assert reading.counts["pupils"] == 1
    assert said(reading) == [("SHEET_IGNORED", "Титул"), ("SHEET_IGNORED", "Скрытый")]


def test_hidden_rows_are_read_and_merged_cells_stand_in_each_row(tmp_path: Path) -> None:
    """A filter that hides rows deletes nobody; a pupil merged over two guardians is one pupil with two."""
    path = tmp_path / "5А.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Лист1")
        sheet.write_row(0, 0, ["Личное дело №", "ФИО", "Тип представителя", "ФИО представителя"])
        sheet.merge_range(1, 0, 2, 0, "А-1")
        sheet.merge_range(1, 1, 2, 1, "Ли Ян")
        sheet.write_row(1, 2, ["мать", "Ли Анна"])
        sheet.write_row(2, 2, ["отец", "Ли Бо"])
        sheet.write_row(3, 0, ["А-2", "Цой Инна", "мать", "Цой Ева"])
        sheet.set_row(3, None, None, {"hidden": True})
    reading = read_file(path)
    assert [one.name.full for one in records(reading, RecordType.PUPIL)] == ["Ли Ян", "Цой Инна"]
    assert [one.kinship for one in records(reading, RecordType.GUARDIAN) if isinstance(one, Guardian)] == [
        "мать",
        "отец",
        "мать",
    ]
    assert all(isinstance(one, Membership) for one in records(reading, RecordType.MEMBERSHIP))
    assert {code for code, _ in said(reading)} == {"MERGED_FILLED", "HIDDEN_READ"}
