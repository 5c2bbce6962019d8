"""Scans on the command line: attached to a page, listed, read again; a file that was touched is named."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from facts.source_files import asc_xml
from facts.test_reconcile_store import FORM, PAGE
from flows.test_control import DEPUTY, Deputy

from state.identity import subgroup_id, subject_id

if TYPE_CHECKING:
    from pathlib import Path

PDF = b"%PDF-1.7\nscan"
HASH = hashlib.sha256(PDF).hexdigest()
PHYSICS = subject_id("Физика")
FIRST, SECOND = (subgroup_id(FORM, "1", name) for name in ("1 группа", "2 группа"))


class Archivist(Deputy):
    """The deputy of a school whose timetable has algebra for all, and physics in two subgroups."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        timetable = folder / "timetable.xml"
        timetable.write_text(asc_xml(), encoding="utf-8")
        assert self.say("import", timetable).code == 0

    def file(self, name: str = "стр. 12.pdf", content: bytes = PDF) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def scan(self, *words: object, subject: str = "Алгебра") -> Any:
        place = ("--form", "7Б", "--subject", subject, "--period", 1)
        return self.say("paper", "scan", *words, *place, "--by", DEPUTY)

    @property
    def shown(self) -> list[tuple[str, str]]:
        return [(one["group"], one["sha256"]) for one in self.say("paper", "scans", "--json").told["scans"]]


@pytest.fixture
def deputy(tmp_path: Path) -> Archivist:
    return Archivist(tmp_path)


def test_a_scan_is_attached_listed_and_read_again(deputy: Archivist) -> None:
    """The list names the page of the paper register, the hash and who attached it; the same again is nothing new."""
    assert deputy.say("paper", "scans").out.startswith("Сканов страниц ещё нет")
    told = deputy.scan(deputy.file(), "--page", "12-13", "--json").told
    assert told == {
        "schema": "paper-scan/1",
        "files": [{"file": "стр. 12.pdf", "sha256": HASH, "kind": "pdf", "size": len(PDF), "pages": 1}],
    }
    said = deputy.say("paper", "scans").out
    for word in ("7Б", "Алгебра", "1 четверть", "12-13", HASH[:12], "стр. 12.pdf", DEPUTY):
        assert word in said
    assert "уже есть" in deputy.scan(deputy.file(), "--page", "12-13").out
    told = deputy.say("paper", "scans", "--verify", "--json").told
    assert (told["ok"], [one["standing"] for one in told["scans"]]) == (True, ["kept"])
    assert (told["scans"][0]["group"], told["scans"][0]["subject"]) == (PAGE.group, PAGE.subject)
    assert deputy.say("log", "verify").code == 0


@pytest.mark.parametrize(("content", "word"), [(PDF + b"!", "изменён"), (None, "пропал")])
def test_a_touched_file_stops_the_check_and_is_named(deputy: Archivist, content: bytes | None, word: str) -> None:
    """By its hash and the name it was handed in by; without --verify nobody looks."""
    deputy.scan(deputy.file())
    place = deputy.folder / "state" / "scans" / HASH[:2] / f"{HASH}.pdf"
    place.unlink()
    if content:
        place.write_bytes(content)
    assert deputy.say("paper", "scans").code == 0
    found = deputy.say("paper", "scans", "--verify")
    assert (found.code, word in found.out, "стр. 12.pdf" in found.err, HASH[:12] in found.err) == (6, True, True, True)
    deputy.scan(deputy.file())
    assert deputy.say("paper", "scans", "--verify").code == 0


def test_a_subject_in_subgroups_has_a_page_for_each(deputy: Archivist) -> None:
    """Nobody guesses whose page it is; one scan may show both."""
    refused = deputy.scan(deputy.file(), subject="Физика")
    assert (refused.code, "--subgroup" in refused.err, deputy.shown) == (4, True, [])
    assert deputy.scan(deputy.file(), "--subgroup", "группа", subject="Физика").code == 4
    deputy.scan(deputy.file(), "--subgroup", "2 группа", subject="Физика")
    assert deputy.shown == [(SECOND, HASH)]
    deputy.scan(deputy.file(), "--subgroup", "1 группа", "--subgroup", "2 группа", subject="Физика")
    assert deputy.shown == [(SECOND, HASH), (FIRST, HASH)]


@pytest.mark.parametrize(
    ("subject", "content", "by"),
    [("Астрология", PDF, DEPUTY), ("Алгебра", b"PK\x03\x04", DEPUTY), ("Алгебра", PDF, "")],
)
def test_what_cannot_be_attached_is_refused(deputy: Archivist, subject: str, content: bytes, by: str) -> None:
    """A page that is not there, a file that is no scan, nobody's name."""
    place = ("--form", "7Б", "--subject", subject, "--period", 1, "--by", by)
    refused = deputy.say("paper", "scan", deputy.file(content=content), *place)
    assert (refused.code, refused.err.count("\n") >= 2, deputy.shown) == (4, True, [])
