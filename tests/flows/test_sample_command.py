"""A sample from the plan to the claim, command by command, in a made-up school of one form."""

from __future__ import annotations

import csv
import hashlib
import hmac
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from facts.source_files import asc_xml, pupil, seat, write_table
from flows.overheard import Said, sverka
from flows.test_school_folder import ANSWERS
from pypdf import PdfReader

from connectors.sources import layouts
from gateway.bootstrap import open_office
from gateway.jobs.setup import init_school
from gateway.register.duties import teachers_of
from state.identity import SourcedId
from state.records import Lesson, Membership
from state.register import EPOCH, CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from pathlib import Path

YEAR = datetime.now(UTC).year - 1
"""A school year whose first quarter is over on whatever day the tests run."""
DEPUTY = "Завуч А.А."
NAMES = ("Волкова Анна", "Зуев Пётр", "Ким Яна", "Лунин Олег", "Мохов Илья", "Носова Вера")
SEED = ("--seed", "Снег 1 октября")
ANSWER = 6
"""The column of the sheet that is typed into."""


class Deputy:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = init_school(folder, replace(ANSWERS, year=YEAR))
        numbered = list(enumerate(NAMES, start=1))
        entered = {"Дата зачисления/перевода": date(YEAR, 9, 1)}
        pupils = [pupil(str(number), name, "7Б", **entered) for number, name in numbered]
        halves = [seat(str(number), name, "7Б", "1", f"{1 + number % 2} группа") for number, name in numbered]
        boys = [seat(str(number), name, "7Б", "2", "Мальчики") for number, name in numbered]
        timetable = folder / "timetable.xml"
        timetable.write_text(asc_xml(), encoding="utf-8")
        files = (
            write_table(folder / "pupils.xlsx", layouts.PUPILS, pupils),
            write_table(folder / "subgroups.xlsx", layouts.SUBGROUPS, [*halves, *boys]),
            write_table(folder / "consents.xlsx", layouts.CONSENTS, [_consent(*one) for one in numbered]),
        )
        assert self.say("import", *files, timetable).code == 0
        self.office = open_office(self.config)
        self.cells = _register(self.office.assembled(self.office.days.scope(1)).snapshot)
        self.pull()

    def say(self, *words: object) -> Said:
        return sverka("-c", self.config, *words)

    def told(self, *words: object) -> dict[str, Any]:
        said = self.say(*words, "--json")
        assert said.code == 0, said.err
        return said.told

    def pull(self) -> None:
        """What `sverka pull` would have brought."""
        groups = sorted({cell.page.group for cell in self.cells})
        with self.office.store.begin() as work:
            run = work.start_run("pull")
            work.absorb(run, self.cells, groups, date(YEAR, 9, 1), date(YEAR, 12, 30))
            work.end_run(run, {})
            work.commit()

    def draw(self, *words: object) -> dict[str, Any]:
        return self.told("sample", "draw", "-p", 1, "--by", DEPUTY, "--count", 12, *words)

    def type_over(self, path: Path, *, leave: int = 0, wrong: int = 0) -> None:
        """Types what paper says, the same as the diary; the first lines are left blank or differ."""
        book = openpyxl.load_workbook(path)
        sheet = book["Выборка"]
        for row in sheet.iter_rows(min_row=6 + leave):
            row[ANSWER - 1].value = "5"
        for row in range(6, 6 + wrong):
            sheet.cell(row, ANSWER).value = "2"
        book.save(path)


def _consent(number: int, name: str) -> dict[str, Any]:
    family, given = name.split(" ")
    return {
        "Кто": "ученик", "Фамилия": family, "Имя": given, "№ личного дела": str(number),
        "Вид согласия": "согласие на обработку персональных данных", "Дата согласия": date(YEAR, 8, 20),
    }  # fmt: skip


def _register(local: Any) -> list[RegisterCell]:
    """Everybody has a five in every lesson."""
    listed: dict[SourcedId, list[SourcedId]] = {}
    for one in local.each(Membership):
        listed.setdefault(one.group, []).append(one.person)
    cells = [
        RegisterCell(
            page=Page(group=group, subject=SourcedId("")), day=EPOCH, nth=0, kind=CellKind.MEMBER, person=one, value="1"
        )
        for group, people in listed.items()
        for one in people
    ]
    for group, subject, day, nth in teachers_of(local.each(Lesson)):
        place: dict[str, Any] = {"page": Page(group=group, subject=subject), "day": day, "nth": nth}
        cells.append(RegisterCell(**place, kind=CellKind.LESSON, person=None, value="1|"))
        cells += [RegisterCell(**place, kind=CellKind.MARKS, person=one, value="5") for one in listed.get(group, ())]
    return cells


@pytest.fixture
def deputy(tmp_path: Path) -> Deputy:
    return Deputy(tmp_path / "school")


def test_a_sample_goes_from_plan_to_claim(deputy: Deputy, tmp_path: Path) -> None:
    """plan, draw, sheet, enter, status: everything agrees, so the exact bound is claimed, in words too."""
    planned = deputy.told("sample", "plan", "-p", 1, "--at-most", "5%")
    assert planned["population"] > 50
    drawn = deputy.draw(*SEED)
    assert (drawn["population"], len(drawn["drawn"])) == (planned["population"], 12)
    sheet = tmp_path / "sample.xlsx"
    assert deputy.say("sample", "sheet", "-o", sheet).code == 0
    assert deputy.told("sample", "status")["refused"][0]["why"] == "not_followed"
    deputy.type_over(sheet)
    entered = deputy.told("sample", "enter", sheet, "--by", DEPUTY)
    assert (entered["entered"], entered["left"], entered["findings"]) == (12, 0, [])
    told = deputy.told("sample", "status")
    assert (told["refused"], told["unbiased"]["differing"]) == ([], [])
    assert told["claim"]["population"] == planned["population"]
    assert "С уверенностью 95 % не более" in deputy.say("sample", "status").out


def test_what_differs_is_told_by_name_and_weakens_the_claim(deputy: Deputy, tmp_path: Path) -> None:
    """One mark otherwise on paper."""
    deputy.draw(*SEED)
    sheet = tmp_path / "sample.xlsx"
    deputy.say("sample", "sheet", "-o", sheet)
    deputy.type_over(sheet, wrong=1)
    deputy.say("sample", "enter", sheet, "--by", DEPUTY)
    said = deputy.say("sample", "status").out
    assert "расходится 1" in said
    assert any(name in said for name in NAMES)
    assert "С уверенностью" in said


def test_what_was_not_looked_up_is_named_and_nothing_is_claimed(deputy: Deputy, tmp_path: Path) -> None:
    """The first drawn line stays blank."""
    deputy.draw(*SEED)
    sheet = tmp_path / "sample.xlsx"
    deputy.say("sample", "sheet", "-o", sheet)
    deputy.type_over(sheet, leave=1)
    deputy.say("sample", "enter", sheet, "--by", DEPUTY)
    said = deputy.say("sample", "status").out
    assert "Утверждения нет: не посмотрено 1" in said
    assert any(name in said for name in NAMES)
    assert "С уверенностью" not in said


def test_a_second_draw_without_a_reason_asks_a_person(deputy: Deputy) -> None:
    """Exit code of a question, and the way to go on; with the reason both draws are told."""
    deputy.draw(*SEED)
    refused = deputy.say("sample", "draw", "-p", 1, "--by", DEPUTY, "--seed", "другое")
    assert (refused.code, "--again" in refused.err) == (3, True)
    deputy.draw("--seed", "другое", "--again", "Потерян журнал")
    assert deputy.told("sample", "status")["draws"] == [1, 2]
    assert "№ 1" in deputy.say("sample", "plan", "-p", 1).out


def test_a_changed_frame_is_told_and_nothing_is_claimed(deputy: Deputy, tmp_path: Path) -> None:
    """A lesson appears in the diary after the draw."""
    deputy.draw(*SEED)
    sheet = tmp_path / "sample.xlsx"
    deputy.say("sample", "sheet", "-o", sheet)
    deputy.type_over(sheet)
    deputy.say("sample", "enter", sheet, "--by", DEPUTY)
    lesson = next(cell for cell in deputy.cells if cell.kind is CellKind.LESSON)
    deputy.cells.append(replace(lesson, day=date(YEAR, 9, 6)))
    deputy.pull()
    said = deputy.say("sample", "status").out
    assert "Утверждения нет: рамка изменилась" in said
    assert f"06.09.{YEAR}" in said


def test_the_frame_file_is_all_an_outsider_needs(deputy: Deputy) -> None:
    """Its SHA-256 is in the record, it names nobody, and with the seed it gives the same units."""
    drawn = deputy.draw(*SEED)
    data = (deputy.folder / "reports" / "sample-1-frame.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() == drawn["frame_digest"]
    head, *rows = list(csv.reader(data.decode().splitlines()))
    assert head == ["unit"]
    assert all(re.fullmatch(r"[\d/-]+", unit) for (unit,) in rows)
    key = SEED[1].encode()
    ranked = sorted((unit for (unit,) in rows), key=lambda unit: hmac.digest(key, unit.encode(), "sha256"))
    assert ranked[:12] == drawn["drawn"]


def test_the_sheet_shows_no_electronic_mark(deputy: Deputy, tmp_path: Path) -> None:
    """Whatever the diary says, the workbook is the same to the last cell."""
    deputy.draw(*SEED, "--risk", 0)
    books = []
    for name in ("before.xlsx", "after.xlsx"):
        deputy.say("sample", "sheet", "-o", tmp_path / name)
        book = openpyxl.load_workbook(tmp_path / name)
        books.append([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
        deputy.cells = [replace(cell, value="2") if cell.kind is CellKind.MARKS else cell for cell in deputy.cells]
        deputy.pull()
    assert books[0] == books[1]
    assert not any(str(value) == "5" for row in books[0] for value in row[5:6])


def test_a_declared_outage_leaves_nothing_late(deputy: Deputy) -> None:
    """The settings' outages reach the risk-led part as they reach the check of keeping."""
    entered = datetime(YEAR, 12, 30, tzinfo=UTC)
    deputy.cells = [replace(one, set_at=entered) if one.kind is CellKind.MARKS else one for one in deputy.cells]
    deputy.pull()
    assert {why for whys in deputy.draw(*SEED)["risk"].values() for why in whys} == {"late"}
    outage = f'starts = {YEAR}-09-01\nends = {YEAR}-12-30\nwhy = "приказ № 8"\n'
    with deputy.config.open("a", encoding="utf-8") as settings:
        settings.write(f"\n[[journal.outages]]\n{outage}")
    assert deputy.draw(*SEED, "--again", "сбой был объявлен")["risk"] == {}


def test_the_list_to_print_has_every_line(deputy: Deputy, tmp_path: Path) -> None:
    """Pages, dates and pupils, and no SHA-256 or seed that a typist has no use for."""
    deputy.draw(*SEED)
    assert deputy.say("sample", "sheet", "-o", tmp_path / "s.xlsx", "--pdf", tmp_path / "s.pdf").code == 0
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "s.pdf").pages)
    rows = list(openpyxl.load_workbook(tmp_path / "s.xlsx")["Выборка"].iter_rows(min_row=6, values_only=True))
    assert len(rows) == 12
    for row in rows:
        assert str(row[2]) in text
        assert str(row[4]).split(" ")[0] in text


def test_a_lesson_is_drawn_and_typed_whole(deputy: Deputy, tmp_path: Path) -> None:
    """Every pupil of the lesson, its topic and homework, and the question whether it is there at all."""
    drawn = deputy.draw(*SEED, "--unit", "lesson", "--count", 3)
    deputy.say("sample", "sheet", "-o", tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    sheet = book["Выборка"]
    for row in sheet.iter_rows(min_row=6):
        asked = str(row[4].value)
        row[ANSWER - 1].value = "да" if asked.startswith("Есть ли") else "5" if asked in NAMES else None
    book.save(tmp_path / "s.xlsx")
    assert deputy.told("sample", "enter", tmp_path / "s.xlsx", "--by", DEPUTY)["entered"] == 3
    told = deputy.told("sample", "status")
    assert (told["unit"], told["unbiased"]["differing"], len(drawn["drawn"])) == ("lesson", [], 3)
    assert "уроков расходятся" in deputy.say("sample", "status").out


def test_nobody_draws_or_enters_without_a_name(deputy: Deputy, tmp_path: Path) -> None:
    """The audit log names who did it."""
    assert deputy.say("sample", "draw", "-p", 1, *SEED).code == 4
    deputy.draw(*SEED)
    deputy.say("sample", "sheet", "-o", tmp_path / "s.xlsx")
    assert deputy.say("sample", "enter", tmp_path / "s.xlsx").code == 4


def test_shares_are_given_in_percent(deputy: Deputy) -> None:
    """«1%», «0,5 %» and «2» are; «all», 0 and 100 are not."""
    for text in ("1%", "0,5 %", "2"):
        assert deputy.say("sample", "plan", "-p", 1, "--at-most", text).code == 0
    for text in ("все", "0", "100%"):
        assert deputy.say("sample", "plan", "-p", 1, "--at-most", text).code == 2


def test_a_workbook_of_something_else_is_refused(deputy: Deputy) -> None:
    """A sentence, not a crash."""
    deputy.draw(*SEED)
    said = deputy.say("sample", "enter", deputy.folder / "pupils.xlsx", "--by", DEPUTY)
    assert (said.code, "Это не лист выборки" in said.err) == (4, True)


def test_the_sheet_of_a_sample_is_no_page_of_the_register(deputy: Deputy, tmp_path: Path) -> None:
    """`paper import` refuses it: what is drawn never passes for a page that was typed whole."""
    deputy.draw(*SEED)
    deputy.say("sample", "sheet", "-o", tmp_path / "s.xlsx")
    assert deputy.say("paper", "import", tmp_path / "s.xlsx").code == 4
    with deputy.office.store.begin() as work:
        assert work.transcriptions() == ()


def test_the_log_still_verifies(deputy: Deputy) -> None:
    """Draws and entries are events like all others."""
    deputy.draw(*SEED)
    assert deputy.told("log", "verify")["ok"]
