"""Scans of paper pages: kept once under the hash of their bytes, read-only, journalled, and found out when touched."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import Clock

from gateway.errors import DataError, FileUnreadable
from gateway.register.scans import JOURNAL_KIND, LIMIT, Shelf, Standing, attach_scans, scans_by_place, verify_scans
from state.identity import form_id, period_id, subject_id
from state.register import Page
from state.store import Store
from state.tables import JOURNAL

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.register.scans import Attached

FORM = form_id(2026, "7Б")
PAGE, OTHER = (Page(group=FORM, subject=subject_id(name)) for name in ("Алгебра", "Физика"))
PERIOD = period_id("calendar:2026:quarter", 1)  # type: ignore[arg-type]
PDF = b"%PDF-1.7\n...\n%%EOF"
CONTENTS = {
    "pdf": PDF,
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "png": b"\x89PNG\r\n\x1a\n....",
    "tif": b"II*\0....",
}
DEPUTY = "Завуч А.А."


class Desk:
    """A school's shelf and store, and a person who attaches scans."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.shelf = Shelf(folder / "state" / "scans")
        self.store = Store.open(url, "school", Clock())

    def file(self, name: str = "скан.pdf", content: bytes = PDF) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def attach(self, *files: Path, pages: tuple[Page, ...] = (PAGE,), who: str = DEPUTY, sheet: str = "12"):
        return attach_scans(self.store, self.shelf, files, pages, period=PERIOD, who=who, sheet=sheet)

    @property
    def kept(self):
        with self.store.begin() as work:
            return work.paperwork.scans()

    @property
    def events(self) -> list[dict[str, object]]:
        with self.store.begin() as work:
            leaves = work._work.connection.execute(JOURNAL.select()).mappings().all()
        told = [json.loads(row["leaf"]) for row in leaves]
        return [event for event in told if event["kind"] == JOURNAL_KIND]

    @property
    def lying(self) -> list[Path]:
        return [path for path in self.shelf.folder.rglob("*") if path.is_file()]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return Desk(tmp_path, database_url)


def test_a_scan_lies_under_its_hash_and_only_its_owner_reads_it(desk: Desk) -> None:
    """Content-addressed, read-only, in folders closed to others; memory and the journal name the hash."""
    (one,) = desk.attach(desk.file())
    sha256 = hashlib.sha256(PDF).hexdigest()
    place = desk.shelf.folder / sha256[:2] / f"{sha256}.pdf"
    assert (one.sha256, one.kind, one.size, place.read_bytes()) == (sha256, "pdf", len(PDF), PDF)
    assert place.stat().st_mode & 0o777 == 0o400
    assert {path.stat().st_mode & 0o777 for path in (desk.shelf.folder, place.parent)} == {0o700}
    (kept,) = desk.kept
    assert (kept.page, kept.period, kept.sheet, kept.source, kept.added_by) == (PAGE, PERIOD, "12", "скан.pdf", DEPUTY)
    (event,) = desk.events
    assert event["actor"] == DEPUTY
    assert event["data"] == {
        "sha256": sha256, "kind": "pdf", "size": len(PDF), "sheet": "12",
        "pages": [{"group": FORM, "subject": PAGE.subject, "period": PERIOD}],
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), [*CONTENTS.items(), ("tif", b"MM\0*....")])
def test_the_first_bytes_say_what_a_file_is(desk: Desk, kind: str, content: bytes) -> None:
    """Whatever it is called."""
    (one,) = desk.attach(desk.file("скан.txt", content))
    assert one.kind == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("скан.pdf", b"PK\x03\x04 a workbook"),
        ("скан.pdf", b"<html>%PDF-1.7"),
        ("скан.jpg", b"\x7fELF"),
        ("скан.png", b""),
        ("скан.tif", b"MZ"),
    ],
)
def test_a_name_makes_no_scan_of_another_file(desk: Desk, name: str, content: bytes) -> None:
    """And nothing of the whole call is kept, the good file beside it neither."""
    with pytest.raises(FileUnreadable):
        desk.attach(desk.file("хороший.pdf"), desk.file(name, content))
    assert (desk.kept, desk.events, desk.shelf.folder.exists()) == ((), [], False)


def test_a_file_above_the_limit_is_refused(desk: Desk) -> None:
    """By one byte, and it is not read to its end; the limit itself is not above it."""
    large = desk.file()
    with large.open("r+b") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(FileUnreadable, match="больше 64 МБ"):
        desk.attach(large)
    assert desk.kept == ()
    with large.open("r+b") as file:
        file.truncate(LIMIT)
    assert desk.attach(large)[0].size == LIMIT


def test_a_file_nobody_can_read_is_refused(desk: Desk) -> None:
    """A folder, and a file that is not there."""
    for path in (desk.folder, desk.folder / "нет.pdf"):
        with pytest.raises(FileUnreadable):
            desk.attach(path)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """Under another name too: neither memory nor the journal grows, and the first name stays."""
    desk.attach(desk.file())
    before = (desk.kept, desk.events)
    (again,) = desk.attach(desk.file("другое имя.pdf"))
    assert (again.new, desk.kept, desk.events) == ((), *before)


def test_one_file_may_show_several_pages(desk: Desk) -> None:
    """It lies once; each page names it, and a page may have several."""
    desk.attach(desk.file(), pages=(PAGE, OTHER))
    desk.attach(desk.file("оборот.png", CONTENTS["png"]))
    first, second = (hashlib.sha256(content).hexdigest() for content in (PDF, CONTENTS["png"]))
    assert len(desk.lying) == 2
    with desk.store.begin() as work:
        assert scans_by_place(work, work.paperwork.scans()) == {
            (PAGE, PERIOD): (first, second),
            (OTHER, PERIOD): (first,),
        }
        assert scans_by_place(work, ()) == {}
    assert desk.attach(desk.file(), pages=(PAGE, OTHER))[0].new == ()


@pytest.mark.parametrize("sheet", ["двенадцать", "1-", "12;13", "-1", "../12", "1" * 5])
def test_page_numbers_are_numbers(desk: Desk, sheet: str) -> None:
    """They go into the audit log, where no free text belongs."""
    with pytest.raises(DataError):
        desk.attach(desk.file(), sheet=sheet)
    assert desk.kept == ()


def test_nobody_attaches_a_scan_without_a_name(desk: Desk) -> None:
    """A blank one is none."""
    with pytest.raises(DataError):
        desk.attach(desk.file(), who=" ")
    assert desk.kept == ()


def test_a_changed_or_lost_file_is_found_out(desk: Desk) -> None:
    """By its bytes: a look at size and time would miss the first."""
    one, two, three = (desk.attach(desk.file(f"{kind}.bin", CONTENTS[kind]))[0] for kind in ("pdf", "jpg", "png"))
    _place(desk, one).chmod(0o600)
    _place(desk, one).write_bytes(PDF.replace(b"1.7", b"1.8"))
    _place(desk, two).unlink()
    assert verify_scans(desk.shelf, desk.kept) == {
        one.sha256: Standing.CHANGED,
        two.sha256: Standing.MISSING,
        three.sha256: Standing.KEPT,
    }


def test_attaching_the_same_file_again_repairs_the_evidence(desk: Desk) -> None:
    """A damaged file is replaced by the whole one, and that of a killed run does not stand in the way."""
    (one,) = desk.attach(desk.file())
    place = _place(desk, one)
    place.chmod(0o600)
    place.write_bytes(b"%PDF")
    left = place.with_name(f".{place.name}.part")
    left.write_bytes(b"half")
    left.chmod(0o400)
    desk.attach(desk.file())
    assert verify_scans(desk.shelf, desk.kept) == {one.sha256: Standing.KEPT}
    assert desk.lying == [place]


def _place(desk: Desk, one: Attached) -> Path:
    return desk.shelf.path(one.sha256, one.kind)
