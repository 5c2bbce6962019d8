"""The verb `paper scan`: images of paper pages are kept as evidence under the hash of their bytes (G1).

A file lies once, read-only and whole or not at all, at `<folder>/<first two digits>/<sha256>.<kind>`; which pages it
shows is a row of memory and an event of the audit log. What the file is, its first bytes say, never its name.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.actor import named
from gateway.errors import DataError, FileUnreadable
from gateway.i18n import _
from gateway.whole import whole, why_not
from state.records import digest
from state.scans import PageScan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from state.identity import SourcedId
    from state.paper import TranscriptionHead
    from state.register import Page
    from state.store import Store, UnitOfWork

    Scans = Mapping[tuple[Page, SourcedId], tuple[str, ...]]

JOURNAL_KIND = "page_scan_added"
LIMIT = 64 << 20
"""Bytes: a page at 600 dots an inch, in colour and as lossless as it comes, is smaller."""
_KINDS = {
    b"%PDF-": "pdf",
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"II*\0": "tif",
    b"MM\0*": "tif",
}
_SHEET = re.compile(r"\d{1,4}(?:[-,]\d{1,4})*")
_CHUNK = 1 << 20


class Standing(StrEnum):
    """What became of a kept file."""

    KEPT = "kept"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One file as it is kept now; `new` are the pages it was not known to show."""

    source: str
    sha256: str
    kind: str
    size: int
    new: tuple[PageScan, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of a school's scans; only its owner opens it."""

    folder: Path

    def path(self, sha256: str, kind: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.{kind}"

    def keep(self, content: bytes, kind: str) -> str:
        """The hash under which the content lies now; a damaged file under that name is replaced. Raises OSError."""
        sha256 = hashlib.sha256(content).hexdigest()
        place = self.path(sha256, kind)
        if self.standing(sha256, kind) is not Standing.KEPT:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            with whole(place) as unfinished:
                unfinished.unlink(missing_ok=True)  # of a run that was killed, read-only perhaps
                _write(unfinished, content)
        return sha256

    def standing(self, sha256: str, kind: str) -> Standing:
        """Read again from the first byte to the last; a file nobody may read is missing."""
        told = hashlib.sha256()
        try:
            with self.path(sha256, kind).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    told.update(chunk)
        except OSError:
            return Standing.MISSING
        return Standing.KEPT if told.hexdigest() == sha256 else Standing.CHANGED


def attach_scans(
    store: Store,
    shelf: Shelf,
    files: Sequence[Path],
    pages: Sequence[Page],
    *,
    period: SourcedId,
    who: str,
    sheet: str = "",
) -> tuple[Attached, ...]:
    """Every file is kept and known to show each of the pages, in memory and in the journal.

    The same file for the same page again changes nothing. Raises FileUnreadable for a file that is no PDF, JPEG, PNG
    or TIFF, is empty, too large or not to be read, and DataError for page numbers that are none or a missing name;
    then none of the files is taken.
    """
    who = named(who)
    if sheet and not _SHEET.fullmatch(sheet):
        raise DataError(
            _("Это не номера страниц: {sheet}").format(sheet=sheet[:40]), _("Напишите так: --page 12 или --page 12-13")
        )
    for path in files:
        _read(path)
    return tuple(_attached(store, shelf, path, pages, period=period, who=who, sheet=sheet) for path in files)


def _attached(
    store: Store, shelf: Shelf, path: Path, pages: Sequence[Page], *, period: SourcedId, who: str, sheet: str
) -> Attached:
    """One file in a unit of work of its own: nobody else writes to the shelf meanwhile."""
    content, kind = _read(path)
    with store.begin() as work:
        try:
            sha256 = shelf.keep(content, kind)
        except OSError as error:
            raise FileUnreadable(
                _("Скан {name} не удалось сохранить: {why}").format(name=path.name, why=why_not(error)),
                _("Проверьте место на диске и права на папку {folder}").format(folder=shelf.folder),
            ) from error
        scan = {"sha256": sha256, "kind": kind, "size": len(content), "sheet": sheet}
        told = [
            PageScan(page=page, period=period, source=path.name, added_by=who, **scan)  # type: ignore[arg-type]
            for page in pages
        ]
        new = work.paperwork.attach(told)
        if new:
            shown = [{"group": one.page.group, "subject": one.page.subject, "period": one.period} for one in new]
            work.record(JOURNAL_KIND, {**scan, "pages": shown}, who)
            work.commit()
    return Attached(source=path.name, sha256=sha256, kind=kind, size=len(content), new=new)


def verify_scans(shelf: Shelf, scans: Iterable[PageScan]) -> dict[str, Standing]:
    """SHA-256 → how its file stands, each read once."""
    return {sha256: shelf.standing(sha256, kind) for sha256, kind in {one.sha256: one.kind for one in scans}.items()}


def scans_by_place(work: UnitOfWork, papers: Iterable[TranscriptionHead]) -> Scans:
    """(page, period) of these papers → hashes of the scans that show it, in the order in which they were added."""
    kept = work.paperwork.scans()
    wanted = {(one.page, one.period) for one in papers} if kept else set()
    found: dict[tuple[Page, SourcedId], dict[str, None]] = {}
    for one in kept:
        if (one.page, one.period) in wanted:
            found.setdefault((one.page, one.period), {})[one.sha256] = None
    return {place: tuple(hashes) for place, hashes in found.items()}


def scans_digest(scans: Scans) -> dict[str, str]:
    """SHA-256 of which scans show which pages: a signature is bound to it. Nothing where there are none."""
    rows = sorted([page.group, page.subject, period, *hashes] for (page, period), hashes in scans.items())
    return {"scans": digest(rows)} if rows else {}


def _read(path: Path) -> tuple[bytes, str]:
    """The file's bytes and its kind; never more bytes than the limit and one."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        raise FileUnreadable(
            _("Файл {name} не читается: {why}").format(name=path.name, why=why_not(error)), _("Проверьте имя и права")
        ) from error
    if len(content) > LIMIT:
        raise FileUnreadable(
            _("Файл {name} больше {limit} МБ").format(name=path.name, limit=LIMIT >> 20),
            _("Отсканируйте с меньшим разрешением или по одной странице в файле"),
        )
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")
    if not kind:
        raise FileUnreadable(
            _("Файл {name} не PDF, не JPEG, не PNG и не TIFF: это видно по его первым байтам").format(name=path.name),
            _("Сохраните скан в одном из этих видов; переименовать файл недостаточно"),
        )
    return content, kind


def _write(place: Path, content: bytes) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
