"""Paper pages on the command line in every shape they come in: CSV, a report of another register, two typists."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from flows.overheard import sverka
from flows.practice import little_school
from flows.test_school_folder import ANSWERS
from xlsxwriter import Workbook

from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries
from connectors.sandbox.school import write_files
from gateway.bootstrap import open_office
from gateway.jobs.setup import init_school
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.overheard import Said

    from connectors.paper.wire import TemplatePage
    from gateway.office import Office

FIRST, SECOND, THIRD = "Иванова Анна Андреевна", "Петрова Белла Борисовна", "Сидорова Вера Павловна"


@dataclass
class School:
    """A made-up school whose files are taken in; no diary is near."""

    folder: Path
    config: Path
    office: Office

    def say(self, *words: object, code: int = 0) -> Said:
        told = sverka("-c", self.config, *words)
        assert told.code == code, told.out + told.err
        return told

    @cached_property
    def pages(self) -> tuple[TemplatePage, ...]:
        """Those of a form from the fifth on, which has subgroups."""
        period = self.office.days.period(1)
        forms = (self.office.paper_pages(one.name, None, period) for one in little_school().forms if one.grade >= 5)
        return next(pages for pages in forms if any("·" in page.group_label for page in pages))

    @property
    def form(self) -> str:
        return self.pages[0].group_label.partition(" · ")[0]

    @cached_property
    def page(self) -> TemplatePage:
        """The form's first subject that all of it has together."""
        shared = {one.subject for one in self.pages if "·" in one.group_label}
        return next(one for one in self.pages if one.subject not in shared and len(one.columns) > 3)

    def kept(self) -> list[Any]:
        with self.office.store.begin() as work:
            return list(work.transcriptions())

    def marks(self, subject: str) -> dict[str, str]:
        """Pupil → mark of the first lesson on the subject's kept page."""
        with self.office.store.begin() as work:
            (kept,) = [one for one in work.transcriptions() if one.page.subject == subject]
            cells = work.paper_cells(kept)
        day = self.page.columns[0][0]
        return {str(one.person): one.value for one in cells if one.kind is CellKind.MARKS and one.day == day}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The school's folder with its files imported: copied by each test, because importing takes a second."""
    folder = tmp_path_factory.mktemp("school")
    config = init_school(folder / "school", ANSWERS)
    files = write_files(little_school(), folder / "files")
    assert sverka("-c", config, "import", *sorted(Path(folder / "files").iterdir())).code == 0
    assert files
    return config.parent


@pytest.fixture
def school(taken: Path, tmp_path: Path) -> Iterator[School]:
    folder = tmp_path / "school"
    shutil.copytree(taken, folder)
    office = open_office(folder / "sverka.toml")
    yield School(tmp_path, folder / "sverka.toml", office)
    office.store.close()


# --- CSV --------------------------------------------------------------------------------------------------------------


def _fill(path: Path, mark: str) -> None:
    """Somebody types a mark for everybody into the first lesson, a topic, and «да» above."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    for line in lines:
        if line and line[0] == "Перенесена полностью":
            line[1] = "да"
        if line and line[0].isdigit():
            line[2] = mark
    with path.open("w", encoding="cp1251", newline="") as file:
        csv.writer(file, delimiter=";").writerows(lines)


def test_a_page_goes_out_and_comes_back_as_csv(school: School) -> None:
    """Printed, filled in, saved by an old program, taken in: the page is whole and every mark in its place."""
    page, path = school.page, school.folder / "page.csv"
    school.say(
        "paper", "template", "--csv", "--form", school.form, "--subject", page.subject_label, "-p", 1, "-o", path
    )
    _fill(path, "4/5")
    told = school.say("paper", "import", path, "--json").told
    assert [(one["pages"], one["whole"]) for one in told["files"]] == [(1, 1)]
    assert [one["code"] for one in told["findings"]] == ["ENCODING_GUESSED"]
    assert school.marks(page.subject) == {key: "4 5" for key, _ in page.pupils}


def test_a_whole_form_fits_one_csv(school: School) -> None:
    """Every page of it, the subgroups' too, finds its place again; an untouched page replaces nothing."""
    path = school.folder / "form.csv"
    school.say("paper", "template", "--csv", "--form", school.form, "-p", 1, "-o", path)
    assert school.say("paper", "import", path, "--json").told["files"][0]["pages"] == 0
    _fill(path, "5")
    told = school.say("paper", "import", path, "--json").told
    assert told["files"][0]["pages"] == told["files"][0]["whole"] == len(school.pages)
    assert told["files"][0]["summaries"] == 1
    assert {one["code"] for one in told["findings"]} <= {"ENCODING_GUESSED"}


def test_the_last_period_has_the_years_sheet_too(school: School) -> None:
    """The form's summary sheets of the period and of the year find their places again."""
    path = school.folder / "form.csv"
    last = school.office.days.periods()[-1].number
    school.say("paper", "template", "--csv", "--form", school.form, "-p", last, "-o", path)
    _fill(path, "5")
    assert school.say("paper", "import", path, "--json").told["files"][0]["summaries"] == 2
    with school.office.store.begin() as work:
        kept = work.paperwork.summaries()
    assert sorted(one.ends.isoformat()[5:] for one in kept)[-1] == "08-31"
    assert all(one.whole and set(one.marks.values()) == {"5"} for one in kept)


def test_what_somebody_typed_is_not_written_over(school: School) -> None:
    """A second template of that name is refused; a name that ends in .csv means CSV; a fault of the path is told."""
    path, ask = school.folder / "page.csv", ("paper", "template", "--form", school.form, "-p", 1, "-o")
    school.say(*ask, path)
    assert path.read_bytes().startswith("\ufeffКласс;".encode())
    assert "уже есть" in school.say(*ask, path, code=4).err
    assert "такой папки нет" in school.say(*ask, school.folder / "нет" / "page.xlsx", code=4).err


def test_a_file_that_is_no_page_says_why(school: School) -> None:
    """Not «cannot be read»: a template that lost its hidden sheet needs another remedy than a damaged file."""
    path = school.folder / "page.xlsx"
    school.say("paper", "template", "--form", school.form, "-p", 1, "-o", path)
    book = openpyxl.load_workbook(path)
    del book["_sverka"]
    book.save(path)
    assert "_sverka" in school.say("paper", "import", path, code=4).err
    path.write_bytes(b"")
    assert "CSV" in school.say("paper", "import", path, code=4).err


def test_a_page_that_the_school_has_not_is_named(school: School) -> None:
    """A form, a subject, a subgroup or a period called otherwise."""
    path, page = school.folder / "page.csv", school.page
    for number, head in enumerate(
        (
            ("Класс;99Я", f"Предмет;{page.subject_label}", "Период;1"),
            (f"Класс;{school.form}", "Предмет;Алхимия", "Период;1"),
            (f"Класс;{school.form}", f"Предмет;{page.subject_label}", "Период;77"),
            (f"Класс;{school.form}", "Подгруппа;третья", f"Предмет;{page.subject_label}", "Период;1"),
        )
    ):
        path.write_text("\n".join((*head, "№;Фамилия имя;Итог", "1;Кто-то Кто;5", "Дата;Тема")), encoding="utf-8")
        told = school.say("paper", "import", path, "--json").told
        assert [one["code"] for one in told["findings"]] == ["PAGE_UNKNOWN"], number
    assert school.kept() == []


# --- a report of another register -------------------------------------------------------------------------------------


def _report(school: School, path: Path, *, form: str = "", names: dict[str, str] | None = None, year: str = "") -> Path:
    """«Отчет об успеваемости» of the form: everybody has a five in the first lesson of each subject they take."""
    pages, period = school.pages, school.office.days.period(1)
    pupils = {key: name for one in pages for key, name in one.pupils}
    subjects = sorted({one.subject_label for one in pages})
    days = sorted({one.columns[0][0] for one in pages})
    months = ("Сентябрь", "Октябрь", "Ноябрь", "Декабрь")
    with Workbook(path) as book:
        sheet, row = book.add_worksheet("Лист1"), 2
        sheet.write_column(0, 0, ("Школа", "Отчет об успеваемости и посещаемости ученика"))
        for key, name in sorted(pupils.items(), key=lambda one: one[1]):
            head = (f"Учебный год: {year or '2026/2027'}", f"Класс: {form or school.form}")
            span = f"Период: с {period.starts:%d.%m.%y} по {period.ends:%d.%m.%y}"
            sheet.write_column(row, 0, (*head, span, f"Ученик: {(names or {}).get(name, name)}"))
            sheet.write(row + 5, 0, "Предмет")
            for column, day in enumerate(days, 1):
                if column == 1 or day.month != days[column - 2].month:
                    sheet.write(row + 5, column, months[day.month - 9])
                sheet.write(row + 6, column, day.day)
            tails = ("Средняя оценка", "Средневзвешенный балл", "Итоговая оценка за период")
            sheet.write_row(row + 5, len(days) + 1, tails)
            for line, subject in enumerate(subjects, row + 7):
                mine = [
                    one for one in pages if one.subject_label == subject and any(who == key for who, _ in one.pupils)
                ]
                sheet.write(line, 0, subject)
                for one in mine:
                    sheet.write(line, 1 + days.index(one.columns[0][0]), "5")
                sheet.write_row(line, len(days) + 1, (5.0 if mine else 0.0, 0.0, "5" if mine else ""))
            row += 7 + len(subjects) + 1
            sheet.write_row(row, 0, ("Н", "Неуважительная"))
            row += 2
    return path


def test_a_report_becomes_the_pages_of_its_form(school: School) -> None:
    """Form pages and subgroup pages, each with its own pupils, and nothing said about topics."""
    path = _report(school, school.folder / "report.xlsx")
    assert f"sverka paper import {path}" in school.say("source", "inspect", path).err
    told = school.say("paper", "import", path, "--form", school.form, "--period", 1, "--by", "Завуч", "--json").told
    assert told["findings"] == []
    assert told["files"][0]["pages"] == told["files"][0]["whole"] == len(school.pages)
    kept = {(one.page.group, one.page.subject): one for one in school.kept()}
    for page in school.pages:
        one = kept[page.group, page.subject]
        assert {CellKind.TOPIC, CellKind.HOMEWORK, CellKind.LESSON} <= one.silent
        assert one.imported_by == "Завуч"
        with school.office.store.begin() as work:
            cells = work.paper_cells(one)
        marks = {cell.person for cell in cells if cell.kind is CellKind.MARKS}
        assert marks == {key for key, _ in page.pupils}
    assert school.say("paper", "import", path, "--json").told["files"][0]["changed"] == 0


def test_a_report_of_another_form_or_year_is_refused(school: School) -> None:
    """Nothing is written; the words say what the file is."""
    path = _report(school, school.folder / "report.xlsx")
    said = school.say("paper", "import", path, "--form", "1А", code=4)
    assert school.form in said.err
    assert "--period" in school.say("paper", "import", path, "--period", 2, code=4).err
    school.say("paper", "import", _report(school, path, form="99Я"), code=4)
    school.say("paper", "import", _report(school, path, year="2025/2026"), code=4)
    assert school.kept() == []


def test_a_stranger_in_a_report_holds_its_pages(school: School) -> None:
    """They are kept with the reason, and not compared."""
    name = school.page.pupils[0][1]
    path = _report(school, school.folder / "report.xlsx", names={name: "Чужой Тимур"})
    told = school.say("paper", "import", path, "--json").told
    assert {one["code"] for one in told["findings"]} == {"EJOURNAL_PUPIL_UNKNOWN", "PAGE_HELD"}
    assert told["files"][0]["whole"] == 0 < told["files"][0]["pages"]


# --- two typists ------------------------------------------------------------------------------------------------------


def _typed(school: School, path: Path, mark: str) -> Path:
    """The page with that mark in the first cell and fives below it."""
    page = school.page
    marks = {(key, *page.columns[0]): "5" for key, _ in page.pupils} | {(page.pupils[0][0], *page.columns[0]): mark}
    write_template([page], path, {0: PageEntries(cells=marks, whole=True)})
    return path


def test_two_people_and_a_third_make_a_page(school: School) -> None:
    """Opened, typed twice, refused to everybody else, settled in a workbook, and only then a page to compare."""
    page, blind = school.page, ("paper", "blind")
    asked = ("--form", school.form, "--subject", page.subject_label, "-p", 1, "--first", FIRST, "--second", SECOND)
    made = school.say(*blind, "open", *asked, "-o", school.folder, "--by", "Завуч", "--json").told
    assert [one["typist"] for one in made["files"]] == [FIRST, SECOND]
    cells = [_texts(Path(one["file"])) for one in made["files"]]
    assert cells[0] - cells[1] == {FIRST}
    assert cells[1] - cells[0] == {SECOND}

    one = _typed(school, school.folder / "one.xlsx", "4")
    other = _typed(school, school.folder / "other.xlsx", "3")
    assert school.say("paper", "import", one, "--json").told["findings"][0]["code"] == "PAGE_UNDER_BLIND_ENTRY"
    school.say(*blind, "enter", one, "--by", "Чужая Ч.Ч.", code=4)
    assert school.say(*blind, "enter", one, "--by", FIRST, "--json").told["accepted"] == made["entries"]
    school.say(*blind, "differences", "--entry", 1, code=4)
    (stands,) = school.say(*blind, "status", "--json").told["entries"]
    assert (stands["entered"], stands["agreement"]) == ([1], None)
    school.say(*blind, "enter", other, "--by", SECOND)
    assert school.kept() == []

    book = school.folder / "differences.xlsx"
    (told,) = school.say(*blind, "differences", "--xlsx", book, "--json").told["entries"]
    assert [(item["first"], item["second"]) for item in told["items"]] == [("4", "3")]
    assert told["compared"] - told["equal"] == 1
    assert "99" not in _texts(book)
    shown = school.say(*blind, "differences").out
    assert page.pupils[0][1] in shown
    _answer(book, "2")
    school.say(*blind, "settle", book, "--by", FIRST, code=4)
    assert school.say(*blind, "settle", book, "--by", THIRD, "--json").told["entries"][0]["left"] == 0
    assert school.marks(page.subject)[page.pupils[0][0]] == "2"
    (kept,) = school.kept()
    assert (kept.whole, kept.imported_by) == (True, f"{FIRST} и {SECOND}; расхождения снимали: {THIRD}")
    (stands,) = school.say(*blind, "status", "--json").told["entries"]
    assert (stands["standing"], stands["agreement"]) == ("complete", told["agreement"])
    assert f"{told['equal']} из {told['compared']}" in school.say(*blind, "status").out
    school.say(*blind, "cancel", 1, "--by", "Завуч", code=4)
    school.say(*blind, "cancel", 1, "--why", "страница исправлена", "--by", "Завуч")
    assert school.say("paper", "import", one, "--json").told["files"][0]["changed"] == 1


def test_a_typist_with_initials_gets_a_book_with_one_dot(school: School) -> None:
    """Whatever is in the name, the book's own ends in «.xlsx» after a letter, and is safe to write anywhere."""
    asked = ("--form", school.form, "--subject", school.page.subject_label, "-p", 1)
    typists = ("--first", "Образцова А.А.", "--second", "Пример Б. / В. .")
    made = school.say("paper", "blind", "open", *asked, *typists, "-o", school.folder, "--by", "Завуч", "--json").told
    book = f"{school.page.group_label} {school.page.subject_label} 1"
    assert [Path(one["file"]).name for one in made["files"]] == [
        f"{book} Образцова А.А.xlsx",
        f"{book} Пример Б. В.xlsx",
    ]
    assert all(Path(one["file"]).is_file() for one in made["files"])


def test_one_answer_on_the_command_line(school: School) -> None:
    """Without a workbook; an answer that fits nothing is refused."""
    page, blind = school.page, ("paper", "blind")
    asked = ("--form", school.form, "--subject", page.subject_label, "-p", 1, "--first", FIRST, "--second", SECOND)
    school.say(*blind, "open", *asked, "-o", school.folder, "--by", "Завуч")
    school.say(*blind, "enter", _typed(school, school.folder / "one.xlsx", "4"), "--by", FIRST)
    school.say(*blind, "enter", _typed(school, school.folder / "other.xlsx", "3"), "--by", SECOND)
    school.say(*blind, "settle", "--by", THIRD, code=2)
    answer = ("--entry", 1, "--value", "4")
    school.say(*blind, "settle", *answer, "--difference", 9, "--by", THIRD, code=4)
    school.say(*blind, "settle", *answer, "--difference", 1, "--by", THIRD)
    assert school.marks(page.subject)[page.pupils[0][0]] == "4"


def _texts(path: Path) -> set[str]:
    """Every text that a workbook shows or hides, JSON of the keys apart."""
    book = openpyxl.load_workbook(path)
    cells = (cell.value for sheet in book if not sheet.title.startswith("_") for row in sheet for cell in row)
    return {str(value) for value in cells if value not in (None, "")}


def _answer(path: Path, text: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(4, 10).value = text
    book.save(path)
