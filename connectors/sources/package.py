"""Several files that are one export: a folder, or a zip archive with its files at the root."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.content import MAX_UNPACKED, load
from connectors.sources.grid import plain_text
from connectors.sources.wire import Content, Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

MAX_FILES = 200
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError)
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """`files` by their name as written, «package/file» in their content; nothing of an archive touches the disk."""

    source: Content
    """Of an archive its bytes; of a folder none, with a digest over all names and contents."""
    files: Mapping[str, Content]
    flaws: tuple[Flaw, ...] = ()
    """Entries that were not opened: folders inside, paths that lead elsewhere."""


def named_files(package: Package, names: Collection[str]) -> dict[str, tuple[str, Content]]:
    """The package's CSV files of these names in any case, each with its name as written; of several the exact one."""
    by_folded, found = {name.casefold(): name for name in names}, dict[str, tuple[str, Content]]()
    for written, content in sorted(package.files.items(), key=lambda item: stem(item[0]) not in names):
        known = by_folded.get(stem(written).casefold())
        if known:
            found.setdefault(known, (written, content))
    return found


def misnamed(package: Package, named: Mapping[str, tuple[str, Content]]) -> Iterator[Flaw]:
    """The files that are none of `named`, and those that the specification spells otherwise."""
    known = {written: name for name, (written, _) in named.items()}
    for written, content in package.files.items():
        if written not in known:
            yield Flaw(code="TABLE_UNKNOWN", where=content.name, raw=plain_text(written))
        elif written != (exact := f"{known[written]}.csv"):
            yield Flaw(code="FILE_NAME_CASE", where=content.name, raw=plain_text(f"{written} → {exact}"))


def stem(name: str) -> str:
    """The name without «.csv»; a file of another ending has no name here."""
    return name[:-4] if name.casefold().endswith(".csv") else ""


def open_folder(path: Path) -> Package:
    """The folder's own files, none of its subfolders'. Raises UnreadableFile (NO_FILE, TOO_LARGE)."""
    try:
        entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UnreadableFile("папка не открывается", path.name, code="NO_FILE") from error
    inside = [entry for entry in entries if entry.is_file()]
    if len(inside) > MAX_FILES or sum(entry.stat().st_size for entry in inside) > MAX_UNPACKED:
        raise UnreadableFile("в папке слишком много файлов", path.name, code="TOO_LARGE")
    name = path.resolve().name
    files = {entry.name: _inside(name, entry.name, load(entry).data) for entry in inside}
    flaws = tuple(
        Flaw(code="ENTRY_SKIPPED", where=f"{name}/{entry.name}", raw=entry.name) for entry in entries if entry.is_dir()
    )
    total = hashlib.sha256("".join(f"{key}\0{one.sha256}\0" for key, one in files.items()).encode()).hexdigest()
    return Package(source=Content(name=name, data=b"", sha256=total), files=files, flaws=flaws)


def open_zip(content: Content) -> Package | None:
    """The archive's files; None when it is no zip. Raises UnreadableFile (ZIP_BOMB, ZIP_BROKEN).

    An entry in a folder or with a path that leads out of the archive is named by a flaw and not opened.
    """
    if not content.data.startswith((_ZIP, _EMPTY_ZIP)):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            return _open(archive, content)
    except _DAMAGE as error:
        raise UnreadableFile("архив повреждён или закрыт паролем", content.name, code="ZIP_BROKEN") from error


def _open(archive: zipfile.ZipFile, content: Content) -> Package:
    files: dict[str, Content] = {}
    flaws: list[Flaw] = []
    left = MAX_UNPACKED
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise _bomb(content)
    for entry in entries:
        name, where = entry.filename, f"{content.name}/{entry.filename}"
        if "/" in name or "\\" in name or name in {"", ".", ".."} or name in files:
            flaws.append(Flaw(code="ENTRY_SKIPPED", where=where, raw=name))
            continue
        with archive.open(entry) as stream:
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise _bomb(content)
        files[name] = _inside(content.name, name, data)
    return Package(source=content, files=files, flaws=tuple(flaws))


def _inside(package: str, name: str, data: bytes) -> Content:
    return Content(name=f"{package}/{name}", data=data, sha256=hashlib.sha256(data).hexdigest())


def _bomb(content: Content) -> UnreadableFile:
    return UnreadableFile("архив распаковывается в неправдоподобный объём", content.name, code="ZIP_BOMB")
