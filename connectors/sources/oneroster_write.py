"""A OneRoster package written down (RFC 4180, UTF-8), whole or not at all; and one of ours read back word by word."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import uuid
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.faults import Unreadable
from connectors.sources.material import Material
from connectors.sources.oneroster_wire import (
    ABSENT,
    BULK,
    COLUMNS,
    SYSTEM,
    WrittenPackage,
    WrittenTable,
    files_of,
    header,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive: equal content gives equal bytes."""
_NUMBER = re.compile(r"[+-]?[\d\s().+-]*")
"""A telephone or a lone dash begins like a formula and is none."""


@dataclass
class NotOurs(Unreadable):
    """The package is not a full one that Sverka wrote."""


def unsafe_cells(package: WrittenPackage) -> dict[tuple[str, str], int]:
    """How many words of each (file, column) a spreadsheet would run as a formula; such words are never written.

    RFC 4180 knows no way to disarm them that another program would undo.
    """
    found: dict[tuple[str, str], int] = {}
    for name, table in package.tables.items():
        for column in header(name, package.version):
            words = (row.get(column, "") for row in table.rows)
            if count := sum(_is_unsafe(word) for word in words):
                found[name, column] = count
    return found


def _is_unsafe(word: str) -> bool:
    return word[:1] in {"=", "@", "\t", "\r"} or (word[:1] in {"+", "-"} and not _NUMBER.fullmatch(word))


def write_package(package: WrittenPackage, path: Path) -> None:
    """The package lies at `path`: an archive where the name ends in «.zip», else a folder that was not there before.

    Raises FileExistsError for a folder that holds something. Readable by its owner only: it holds personal data.
    """
    files = dict(_files(package))
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        if path.suffix.casefold() == ".zip":
            _write_zip(files, unfinished)
            unfinished.replace(path)
        else:
            _write_folder(files, unfinished)
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            if path.exists():
                raise FileExistsError(path.name)
            unfinished.rename(path)
    finally:
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)


def read_package(path: Path) -> WrittenPackage:
    """A full package of ours, word by word. Raises Unreadable for anything else."""
    package = Material(path).package
    files = (
        {name: content.data.decode("utf-8", "replace") for name, content in package.files.items()} if package else {}
    )
    told = dict(line[:2] for line in csv.reader(io.StringIO(files.get("manifest.csv", ""))) if len(line) > 1)
    present = [name for name in COLUMNS if told.get(f"file.{name}", ABSENT) != ABSENT]
    whole = all(told[f"file.{name}"] == BULK and f"{name}.csv" in files for name in present)
    if told.get("source.systemName") != SYSTEM or not present or not whole:
        raise NotOurs("это не полная выгрузка OneRoster, сделанная Сверкой", path.name)
    tables = {name: WrittenTable(mode=BULK, rows=tuple(_rows(files[f"{name}.csv"]))) for name in present}
    return WrittenPackage(version=told.get("oneroster.version", ""), tables=tables)


def _rows(text: str) -> Iterator[dict[str, str]]:
    for line in csv.DictReader(io.StringIO(text, newline="")):
        yield {column: word for column, word in line.items() if word}


def _files(package: WrittenPackage) -> Iterator[tuple[str, bytes]]:
    modes = {
        name: package.tables[name].mode if name in package.tables else ABSENT for name in files_of(package.version)
    }
    manifest = [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", package.version],
        *([f"file.{name}", mode] for name, mode in modes.items()),
        ["source.systemName", SYSTEM],
    ]
    yield "manifest.csv", _csv(manifest)
    for name, table in package.tables.items():
        columns = header(name, package.version)
        yield f"{name}.csv", _csv([columns, *([row.get(column, "") for column in columns] for row in table.rows)])


def _csv(lines: Iterable[Iterable[str]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\r\n").writerows(lines)
    return target.getvalue().encode()


def _write_zip(files: dict[str, bytes], path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, data)


def _write_folder(files: dict[str, bytes], path: Path) -> None:
    path.mkdir(mode=0o700)
    for name, data in files.items():
        descriptor = os.open(path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
