"""Modes on the command line: set, listed, refused; a school without paper is told that it has no archive."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from facts.source_files import asc_xml
from facts.test_reconcile_store import FORM, PAGE
from flows.test_control import DEPUTY, Deputy
from pypdf import PdfReader

from gateway.days import SchoolDays
from gateway.jobs.archive import copies, unarchived
from gateway.jobs.doctor import examine
from gateway.jobs.paperless import stored_modes
from gateway.jobs.upgrade import upgrade
from gateway.register.scans import Shelf, attach_scans

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.settings import Settings

BEGUN = ("--from", "2026-09-01")
APPROVED = ("--approval", "№ 12 от 01.09.2026")


class At:
    """A clock that stands still."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC)


@pytest.fixture
def deputy(tmp_path: Path) -> Deputy:
    return Deputy(tmp_path)


def settled(deputy: Deputy, *words: str) -> None:
    assert deputy.say("modes", "set", *words, "--by", DEPUTY).code == 0


def test_without_a_word_the_list_says_what_holds(deputy: Deputy) -> None:
    """Parallel, paper is the reference, everything."""
    for words in (("modes",), ("modes", "list")):
        said = deputy.say(*words).out
        assert "параллельно, эталон — бумажный журнал, сверяется всё" in said
    told = deputy.say("modes", "--json").told
    assert (told["schema"], told["records"], told["warnings"]) == ("modes/1", [], [])
    assert [(one["form"], one["mode"], one["reference"]) for one in told["forms"]] == [("", "parallel", "paper")]


def test_a_form_gives_up_paper_with_the_founders_approval(deputy: Deputy) -> None:
    """R009: refused without it; with it the list shows mode, reference, approval and who said so."""
    gone = ("--form", "7б", "--mode", "electronic-only", *BEGUN)
    refused = deputy.say("modes", "set", *gone, "--by", DEPUTY)
    assert (refused.code, "согласования" in refused.err, "--approval" in refused.err) == (4, True, True)
    assert deputy.say("modes", "set", *gone, *APPROVED).code == 4  # nobody said so
    assert deputy.say("modes", "--json").told["records"] == []
    settled(deputy, *gone, *APPROVED)
    said = deputy.say("modes").out
    for word in ("7Б", "только ЭЖ", "электронный журнал", "01.09.2026", "№ 12 от 01.09.2026", DEPUTY):
        assert word in said
    (one,) = deputy.say("modes", "--json").told["records"]
    assert (one["form"], one["mode"], one["from"], one["by"]) == (FORM, "electronic-only", "2026-09-01", DEPUTY)
    assert deputy.say("log", "verify").code == 0


def test_the_same_word_again_is_no_second_record(deputy: Deputy) -> None:
    """And the answer says so."""
    words = ("modes", "set", "--mode", "parallel", *BEGUN, "--by", DEPUTY, "--json")
    assert [deputy.say(*words).told["new"] for _ in range(2)] == [True, False]
    assert len(deputy.say("modes", "--json").told["records"]) == 1


def test_a_word_about_the_school_names_the_forms_it_does_not_touch(deputy: Deputy) -> None:
    """Those with a word of their own."""
    settled(deputy, "--form", "7Б", "--mode", "parallel", *BEGUN)
    said = deputy.say("modes", "set", "--mode", "electronic-only", *BEGUN, *APPROVED, "--by", DEPUTY)
    assert "Свой режим остаётся у классов: 7Б" in said.out


@pytest.mark.parametrize("words", [("--form", "9Я"), ("--subject", "Астрология"), ("--teacher", "Некто Н.Н.")])
def test_what_the_schools_files_do_not_have_is_refused(deputy: Deputy, words: tuple[str, str]) -> None:
    """A misspelt name would silently put everything outside the scope."""
    refused = deputy.say("modes", "set", "--mode", "parallel", *BEGUN, *words, "--by", DEPUTY)
    assert (refused.code, words[1] in refused.err) == (4, True)


# --- R008 -------------------------------------------------------------------------------------------------------------


def warned(settings: Settings, deputy: Deputy, day: date) -> bool:
    return unarchived(settings, stored_modes(deputy.office), SchoolDays(settings, At(day))) is not None


def test_a_school_without_paper_archives_its_database_in_every_period(deputy: Deputy) -> None:
    """R008: no copy in the period, an alert; parallel, none. A copy of the former period does not count."""
    settings, autumn = deputy.office.settings, date(2026, 10, 5)
    assert not warned(settings, deputy, autumn)
    settled(deputy, "--form", "7Б", "--mode", "electronic-only", *BEGUN, *APPROVED)
    assert warned(settings, deputy, autumn)
    assert not warned(settings, deputy, date(2026, 8, 31))  # before the school year
    upgrade(settings, At(autumn).now())
    assert not warned(settings, deputy, autumn)
    assert warned(settings, deputy, date(2026, 12, 1))
    settled(deputy, "--form", "7Б", "--mode", "parallel", "--from", "2026-11-01")
    assert not warned(settings, deputy, date(2026, 12, 1))


def test_only_a_former_state_of_this_database_is_a_copy(deputy: Deputy) -> None:
    """Not an empty file, not another school's database, not one whose history is another's, not a damaged one."""
    settings = deputy.office.settings
    folder = settings.folder / "state"
    made = upgrade(settings, At(date(2026, 10, 5)).now())
    assert made is not None
    (one,) = copies(settings)
    assert (one.path, one.made) == (made, At(date(2026, 10, 5)).now())
    assert sorted(path.name for path in folder.glob(f"{made.stem}*")) == [made.name]  # reading leaves nothing behind
    stem = made.stem[:-15]
    (folder / f"{stem}20261006-090000.db").write_bytes(b"")
    (folder / f"{stem}20261007-090000.db").write_bytes(made.read_bytes()[:5000])
    (folder / f"{stem}20269999-090000.db").write_bytes(made.read_bytes())
    forged = folder / f"{stem}20261008-090000.db"
    shutil.copyfile(made, forged)
    with closing(sqlite3.connect(forged)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS journal_event_no_update")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE journal_event SET root = zeroblob(32)")
    assert copies(settings) == (one,)


def test_the_doctor_and_the_list_tell_of_a_missing_archive(deputy: Deputy) -> None:
    """Both name the command that makes a copy; with one both are content."""
    starts = deputy.office.days.period().starts.isoformat()
    if deputy.office.days.today < deputy.office.days.period().starts:
        pytest.skip("the school year of this test has not begun")
    settled(deputy, "--mode", "electronic-only", "--from", starts, "--approval", "№ 12 от 01.08.2026")
    assert deputy.say("modes", "--json").told["warnings"] == ["NO_ARCHIVE"]
    assert "Бумажный журнал не ведётся" in deputy.say("modes").out
    (found,) = [one for one in examine(deputy.config) if one.name == "Архив базы"]
    assert (found.ok, found.advice) == (False, "sverka upgrade")
    assert deputy.say("upgrade").code == 0
    assert deputy.say("modes", "--json").told["warnings"] == []
    (found,) = [one for one in examine(deputy.config) if one.name == "Архив базы"]
    assert found.ok


# --- the check and its protocol ---------------------------------------------------------------------------------------


def test_without_paper_the_findings_speak_of_a_copy(deputy: Deputy, tmp_path: Path) -> None:
    """The same difference in the words of the other reference; the protocol names it and the page's scan."""
    deputy.paper("5")
    deputy.pull("4")
    deputy.check()
    assert "Отметки различаются" in deputy.say("findings").out
    settled(deputy, "--form", "7Б", "--mode", "electronic-only", *BEGUN, *APPROVED)
    shelf = Shelf(tmp_path / "state" / "scans")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7")
    period = deputy.office.days.period(1).sourced_id
    (kept,) = attach_scans(deputy.office.store, shelf, [tmp_path / "scan.pdf"], [PAGE], period=period, who=DEPUTY)
    deputy.check()
    assert "Отметка в бумажной копии не та, что в ЭЖ" in deputy.say("findings").out
    assert deputy.say("protocol", "sign", "--by", DEPUTY).code == 0
    files = deputy.say("report", "-o", tmp_path / "out", "--json").told["files"]
    (pdf,) = [one for one in files if one.endswith(".pdf")]
    text = " ".join("\n".join(one.extract_text() for one in PdfReader(pdf).pages).split())
    assert "Эталон: электронный журнал" in text
    assert f"Скан страницы: {kept.sha256[:12]}" in text


def test_the_check_says_how_many_pages_lie_outside_the_pilot(deputy: Deputy, tmp_path: Path) -> None:
    """R004: the only page typed over is one of them, so there is nothing to compare."""
    timetable = tmp_path / "timetable.xml"
    timetable.write_text(asc_xml(), encoding="utf-8")
    assert deputy.say("import", timetable).code == 0
    deputy.paper("5")
    deputy.pull("4")
    settled(deputy, "--mode", "parallel", *BEGUN, "--form", "7Б", "--subject", "физика")
    said = deputy.say("reconcile").out
    assert "Сверять нечего" not in said
    assert "вне пилота: 1" in said
    assert "перенесённые страницы вне пилота" in deputy.say("findings").out
    told = deputy.say("reconcile", "--json").told
    assert (told["pages"], told["cells_compared"], told["outside"], told["findings"]) == (0, 0, 1, {})
    settled(deputy, "--mode", "parallel", *BEGUN, "--form", "7Б", "--teacher", "Ли Ян")
    settled(deputy, "--mode", "parallel", *BEGUN, "--form", "7Б", "--subject", "алгебра")
    assert deputy.say("reconcile", "--json").told["pages"] == 1
    assert "Физика" in deputy.say("modes").out
