"""Damaged rosters: every row and every cell of what is left is a record, or stands under a problem's place."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from mutations import examine, hunting, mutated

from connectors.sources import layouts
from connectors.sources.delimited import decode
from connectors.sources.grid import column_letters, header_key, plain_text
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.sync.reading import Reading

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ROW_TYPES = (RecordType.PUPIL, RecordType.GUARDIAN, RecordType.STAFF)
"""A row is at least one of these: a further row of a pupil is one of the guardians it brings."""
PUPIL = {
    "Фамилия ученика": "Ёлкин",
    "Имя ученика": "Ян",
    "Отчество ученика": "Петрович",
    "Пол ученика": "М",
    "Дата рождения ученика": "12.05.2014",
    "Класс": "7Б",
    "Номер приказа": "12-у",
    "Дата приказа": "30.08.2021",
    "Фамилия Родителя 1": "Ёлкина",
    "Имя Родителя 1": "Анна",
    "Степень родства": "мать",
    "Телефон мобильный": "8 903 123-45-67",
    "E-mail Родителя 1": "a@example.org",
}
PUPILS = [
    list(layouts.PUPILS.headers),
    *(
        [{**PUPIL, "Номер личного дела": f"А-{number}"}.get(header, "") for header in layouts.PUPILS.headers]
        for number in range(5)
    ),
]
ALONE = [[text if column < 11 else "" for column, text in enumerate(row)] for row in PUPILS[1:]]
"""Without guardians every row is exactly one pupil."""
REPORT = [
    ["Отчёт по 7Б"],
    ["Личное дело №", "Приём", "ФИО", "Пол", "Д.р.", "Группа здоровья", "Тип представителя", "", "ФИО представителя"],
    ["А-1", "Принят 01.09.2021", "Ёлкин Ян Петрович", "М", "12.05.2014", "I", "мать", "", "Ёлкина Анна Ивановна"],
    ["А-1", "Принят 01.09.2021", "Ёлкин Ян Петрович", "М", "12.05.2014", "I", "отец", "", "Ёлкин Пётр Ильич"],
    ["А-2", "", "Ли Бо", "М", "13.05.2014", "II", "бабушка", "", "Ли Анна"],
]
STAFF = [
    ["ФИО педагога", "Классный руководитель", "Предмет", "Класс", "Пароль"],
    ["Цой Инна Львовна", "7Б", "Физика, химия", "7Б, 8А", "x"],
    ["Ким Лев Ильич", "", "Алгебра", "7Б", "y"],
]


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Лист1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        other = book.add_worksheet("Лист2")
        other.write_row(0, 0, ["x", "y"])
        other.merge_range(1, 0, 3, 1, "z")
    return target.getvalue()


def delimited(rows: Sequence[Sequence[str]], encoding: str, separator: str = ";") -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue().encode(encoding)


WHOLES = [
    workbook(PUPILS),
    workbook(REPORT),
    workbook(STAFF),
    delimited([PUPILS[0], *ALONE], "cp1251"),
    delimited(REPORT, "utf-8-sig", ","),
    delimited(STAFF, "utf-16", "\t"),
    delimited([PUPILS[0], *ALONE], "cp866", "|"),
]


@hunting()
@given(st.sampled_from(WHOLES).flatmap(mutated))
def test_a_damaged_table_is_answered(tmp_path: Path, data: bytes) -> None:
    """No exception, no hang, little memory; a refused file gives nothing."""
    path = tmp_path / "7Б.bin"
    path.write_bytes(data)
    examine(path)


@hunting()
@given(st.sampled_from(WHOLES[3:]).flatmap(mutated))
def test_no_line_of_a_damaged_csv_file_is_lost(tmp_path: Path, data: bytes) -> None:
    """Counted again with the bare csv reader: a line with anything in it is a record, or has a problem of its own, or
    its cells stand in columns that have one."""
    path = tmp_path / "7Б.csv"
    path.write_bytes(data)
    reading = examine(path)
    unnamed = rows_without_a_problem(reading, path) if reading.parts else []
    assert len(unnamed) <= sum(len(part.records.get(kind, ())) for part in reading.parts for kind in ROW_TYPES), unnamed


def rows_without_a_problem(reading: Reading, path: Path) -> list[int]:
    """Lines below the header with something in them, named neither themselves, nor in a cell, nor by all columns."""
    rows = bare_rows(path)
    places = {problem.where.removeprefix(path.name) for problem in reading.problems}
    lines = {int(place[1:].lstrip(LETTERS)) for place in places if place}
    columns = {place[1:].rstrip("0123456789") for place in places if place.startswith("!")}
    head = next((number for number, row in enumerate(rows) if is_header(row)), None)
    if head is None:  # damaged beyond the bare eye; the reader knows more headings
        return []
    return [
        number + 1
        for number, row in enumerate(rows)
        if number > head
        and not is_header(row)
        and number + 1 not in lines
        and any(visible(text) and column_letters(column) not in columns for column, text in enumerate(row))
    ]


def bare_rows(path: Path) -> list[list[str]]:
    text = decode(path.read_bytes()).text
    sniffed = max(";,\t|", key=lambda sign: (sum(sign in line for line in text.splitlines()[:20]), text.count(sign)))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sniffed))


def is_header(row: Sequence[str]) -> bool:
    keys = {header_key(plain_text(text)) for text in row}
    return bool(keys & {"номер личного дела", "личное дело №", "личное дело", "фио педагога"})


def visible(text: str) -> bool:
    return bool("".join(text.split()).strip("_\x00\ufeff")) and not text.lstrip().startswith("=")


@pytest.mark.parametrize("whole", WHOLES, ids=range(len(WHOLES)))
def test_the_undamaged_tables_are_read(whole: bytes, tmp_path: Path) -> None:
    """The hunt starts from files that say something."""
    path = tmp_path / "7Б.bin"
    path.write_bytes(whole)
    reading = examine(path)
    assert reading.counts["pupils"] + reading.counts["staff"] in {2, 5}
