"""`sverka register`: the page of any moment and its corrections, with no diary in reach (R010, R015, R086)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flows.overheard import Said, sverka
from python_calamine import CalamineWorkbook

from connectors.sandbox.school import generate, write_files
from gateway.bootstrap import open_office
from state.identity import SourcedId, form_id, pupil_id, subject_id
from state.register import EPOCH, CellKind, Page, RegisterCell
from state.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.sandbox.school import DemoSchool

SUBJECT = "Математика"
DAY, LAST = date(2024, 9, 7), date(2024, 10, 25)
FIRST_PULL = datetime(2024, 9, 8, 15, 0, tzinfo=UTC)
SECOND_PULL = FIRST_PULL + timedelta(days=30)
ENTERED = datetime(2024, 9, 7, 21, 1, tzinfo=UTC)
"""00:01 of the next day in Moscow: late by one (R010)."""


class Played:
    """A school whose register was pulled twice; the address of its diary leads nowhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.school: DemoSchool = generate(7, pupils=40)
        said = sverka("init", folder, "--key", "back", "--year", 2024)
        assert said.code == 0, said.err
        assert self.do("import", *write_files(self.school, folder / "files").all).code == 0
        self.form = self.school.forms[0].name
        self.group = form_id(2024, self.form)
        self.pupils = [pupil_id(number) for number in self.school.form(self.form).pupils[:3]]
        self.names = [self._name(number) for number in self.school.form(self.form).pupils[:3]]
        office = open_office(folder / "sverka.toml")
        self.now = FIRST_PULL
        url, key = office.settings.state_url, office.settings.school.key
        office.store.close()
        self.store = Store.open(url, key, lambda: self.now)
        one, two, three = self.pupils
        self.pull([*self.listed(one, two, three), self.mark(one, "4", ENTERED), self.mark(two, "5"), self.lesson()])
        self.now = SECOND_PULL
        later = SECOND_PULL - timedelta(hours=2)
        self.pull([*self.listed(one, two), self.mark(one, "5", later, raw="5/"), self.lesson(), self.final(two)])
        self.store.close()

    def _name(self, number: str) -> str:
        name = self.school.pupil(number).name
        return f"{name.family} {name.given}"

    def do(self, *words: object) -> Said:
        return sverka("-c", self.folder / "sverka.toml", *words)

    def register(self, *words: object) -> Said:
        return self.do("register", "--form", self.form, "--subject", SUBJECT, *words)

    def told(self, *words: object) -> dict[str, Any]:
        return self.register(*words, "--json").told

    def pull(self, cells: list[RegisterCell]) -> None:
        with self.store.begin() as work:
            run = work.start_run("pull")
            work.absorb(run, cells, [self.group], date(2024, 9, 1), LAST)
            work.end_run(run, {})
            work.commit()

    def cell(self, kind: CellKind, person: SourcedId | None, value: str, **more: Any) -> RegisterCell:
        page = Page(group=self.group, subject=subject_id(SUBJECT))
        whole = {"page": page, "day": DAY, "nth": 1, "kind": kind, "person": person, "value": value}
        return RegisterCell(**{**whole, **more})

    def mark(self, person: SourcedId, value: str, set_at: datetime | None = None, **more: Any) -> RegisterCell:
        return self.cell(CellKind.MARKS, person, value, set_at=set_at, **more)

    def lesson(self) -> RegisterCell:
        return self.cell(CellKind.LESSON, None, "3|")

    def final(self, person: SourcedId) -> RegisterCell:
        return self.cell(CellKind.FINAL, person, "5", day=LAST, nth=0)

    def listed(self, *people: SourcedId) -> list[RegisterCell]:
        page = Page(group=self.group, subject=SourcedId(""))
        return [self.cell(CellKind.MEMBER, one, "1", page=page, day=EPOCH, nth=0) for one in people]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("back") / "school")


def marks(told: dict[str, Any]) -> dict[str, str]:
    (page,) = told["pages"]
    return {pupil["person"]: mark["value"] for pupil in page["pupils"] for mark in pupil["marks"]}


def test_each_moment_has_its_own_page(played: Played) -> None:
    """Between the pulls the first one's marks stand, after the second its own; the diary is never asked."""
    one, two, three = played.pupils
    then, now = played.told("--at", "2024-09-20"), played.told("--at", "2024-10-20")
    assert (then["schema"], then["known"]) == ("register/1", True)
    assert marks(then) == {one: "4", two: "5"}
    assert marks(now) == {one: "5"}
    assert {pupil["person"] for pupil in then["pages"][0]["pupils"]} == {one, two, three}
    assert {pupil["person"] for pupil in now["pages"][0]["pupils"]} == {one, two}
    assert now["pages"][0]["finals"] == [LAST.isoformat()]
    (raw,) = [mark["raw"] for pupil in now["pages"][0]["pupils"] for mark in pupil["marks"]]
    assert raw == "5/"


def test_a_day_means_its_end_in_the_schools_zone(played: Played) -> None:
    """The first pull ended at 18:00 in Moscow: that day knows the page, a minute before it nobody did."""
    assert played.told("--at", "2024-09-08")["known"]
    assert played.told("--at", "2024-09-08T18:00")["known"]
    early = played.told("--at", "2024-09-08T17:59")
    assert (early["known"], early["pages"], early["pulled_at"]) == (False, [], None)
    assert early["known_since"] == "2024-09-08T18:00:00+03:00"


def test_an_unknown_moment_is_not_an_empty_page(played: Played) -> None:
    """It says that nothing was known, and since when something is."""
    said = played.register("--at", "2024-09-07")
    assert said.code == 0
    assert "неизвестно" in said.out
    assert "Известна с 08.09.2024 18:00" in said.out


def test_the_page_tells_how_old_it_is(played: Played) -> None:
    """R086: the last snapshot is browsable, its age shown; names are those of the school's files."""
    said = played.register("--at", "2024-09-20")
    assert "Последний забор из дневника: 08.09.2024 18:00 (12 сут." in said.out
    assert all(name in said.out for name in played.names)
    assert "сентябрь 2024" in said.out


def test_every_correction_is_listed(played: Played) -> None:
    """Changed, vanished and late entries, with what stood before, when it was seen and when it was entered."""
    one, two, three = played.pupils
    told = played.told("--corrections")
    assert told["schema"] == "register-corrections/1"
    found = {(item["what"], item["kind"], item["person"]): item for item in told["items"]}
    assert set(found) == {
        ("late", "marks", one),
        ("changed", "marks", one),
        ("vanished", "marks", two),
        ("vanished", "member", three),
    }
    late, changed = found["late", "marks", one], found["changed", "marks", one]
    assert (late["new"], late["set_at"], late["days_after"]) == ("4", "2024-09-08T00:01:00+03:00", 1)
    assert (changed["old"], changed["new"], changed["days_after"]) == ("4", "5", 31)
    assert changed["seen_at"] == "2024-10-08T18:00:00+03:00"
    assert (found["vanished", "marks", two]["old"], found["vanished", "marks", two]["new"]) == ("5", "")


def test_corrections_end_with_the_moment(played: Played) -> None:
    """What a later pull showed was not known yet."""
    told = played.told("--corrections", "--at", "2024-09-20")
    assert [item["what"] for item in told["items"]] == ["late"]


def test_the_workbook_holds_the_page_and_its_corrections(played: Played, tmp_path: Path) -> None:
    """Marks, topics and corrections are a sheet each."""
    path = tmp_path / "page.xlsx"
    assert played.register("--at", "2024-10-20", "--corrections", "--xlsx", path).code == 0
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Отметки 1", "Темы 1", "Исправления"]
    cells = {cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert {played.names[0], "07.09", "исправлено", "исчезло"} <= cells


def test_what_is_not_there_is_named(played: Played) -> None:
    """An unknown form or subject tells what there is; a moment that is none is a usage error."""
    assert played.form in played.do("register", "--form", "11Я", "--subject", SUBJECT).err
    unknown = played.do("register", "--form", played.form, "--subject", "Алхимия")
    assert (unknown.code, SUBJECT in unknown.err) == (4, True)
    assert played.register("--at", "вчера").code == 2
