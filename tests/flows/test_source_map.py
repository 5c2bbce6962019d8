"""`sverka source map`: from a table nobody knows to one that is read, asking only where nothing is sure."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from overheard import sverka

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ["№", "ФИО ребёнка", "Дата рожд", "Поток", "Л.дело №", "Страховка", "Моб. тел.", "Пароль", "ФИО матери"]
ROWS = [
    ["1", "Ёлкин Ян Петрович", "12.05.2014", "5А", "А-1", "112-233-445 95", "8 903 123-45-67", "q", "Ёлкина Анна"],
    ["2", "Ли Бо", "13.05.2014", "5Б", "А-2", "", "8 903 123-45-68", "w", "Ли Ева"],
]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school's own list in a folder without settings."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Список.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Лист1")
        for number, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(number, 0, row)
    return path


def test_what_is_sure_is_written_and_the_rest_is_a_comment(table: Path) -> None:
    """Headings, shortened headings and proven values are sure; a column of forms under a strange heading is not."""
    said = sverka("source", "map", table.name)
    assert said.code == 0
    text = (table.parent / "tables" / "Список.toml").read_text(encoding="utf-8")
    plain = tomllib.loads(text)
    assert plain["columns"] == {
        "ФИО ребёнка": ["Фамилия ученика", "Имя ученика", "Отчество ученика"],
        "Дата рожд": "Дата рождения ученика",
        "Л.дело №": "Номер личного дела",
        "Страховка": "СНИЛС ученика",
        "Моб. тел.": "Телефон мобильный",
        "ФИО матери": ["Фамилия Родителя 1", "Имя Родителя 1", "Отчество Родителя 1"],
    }
    assert plain["constants"] == {"Степень родства": "мать"}
    assert '# "Поток" = "Класс"' in text
    assert "закомментировано: Поток" in said.out
    assert "впишите их столбцы в карту: Класс" in said.out


def test_the_mended_map_reads_the_file(table: Path) -> None:
    """Uncommenting the line is all there is to do; no settings are needed to look at a file."""
    assert sverka("source", "map", table.name).code == 0
    place = table.parent / "tables" / "Список.toml"
    assert json.loads(sverka("source", "inspect", table.name, "--json").out)["format"] == "unknown"
    place.write_text(place.read_text(encoding="utf-8").replace('# "Поток"', '"Поток"'), encoding="utf-8")
    told = json.loads(sverka("source", "inspect", table.name, "--json").out)
    assert (told["format"], told["counts"]["pupils"], told["counts"]["guardians"]) == ("tables/Список", 2, 2)
    assert [(one["code"], one["raw"]) for one in told["findings"]] == [
        ("COLUMN_UNKNOWN", "№"),
        ("PERSONAL_DROPPED", "Пароль"),
    ]


def test_the_proposal_as_json_holds_no_value_of_the_file(table: Path) -> None:
    """A program learns the headings and what kind of values stand under them, never whose they are."""
    out = sverka("source", "map", table.name, "--json").out
    told = json.loads(out)
    assert (told["schema"], told["feeds"], told["missing"]) == ("source-map/1", "pupils", ["Класс"])
    looks = {one["header"]: one["looks"] for one in told["columns"]}
    assert (looks["Поток"], looks["Страховка"], looks["ФИО матери"], looks["Пароль"]) == ("form", "snils", "name", "")
    assert not any(value in out for row in ROWS for value in row if len(value) > 2)


def test_an_earlier_map_is_not_written_over(table: Path) -> None:
    """Somebody may have mended it."""
    assert sverka("source", "map", table.name).code == 0
    assert sverka("source", "map", table.name).code == 78
    assert sverka("source", "map", table.name, "--force").code == 0


def test_a_map_that_is_wrong_says_where(table: Path) -> None:
    """A field that is none is named with its file, before any file is read."""
    (table.parent / "tables").mkdir()
    (table.parent / "tables" / "own.toml").write_text(
        'feeds = "pupils"\n[columns]\n"Поток" = "Клас"\n', encoding="utf-8"
    )
    said = sverka("source", "inspect", table.name)
    assert said.code == 78
    assert "own.toml" in said.err
    assert "Клас" in said.err


def test_what_is_no_table_gets_no_map(table: Path) -> None:
    """A text without headings, and a kind that is no table."""
    (table.parent / "a.txt").write_text("привет", encoding="utf-8")
    assert sverka("source", "map", "a.txt").code == 4
    assert sverka("source", "map", table.name, "--as", "timetable").code == 2
