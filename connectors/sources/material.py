"""One local file, or one folder or archive of files, looked at in whatever way its format asks for; each look once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from connectors.sources.content import load, unpacked
from connectors.sources.delimited import read_delimited
from connectors.sources.package import open_folder, open_zip
from connectors.sources.sheets import open_book
from connectors.sources.xml import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from connectors.sources.grid import Grid
    from connectors.sources.package import Package
    from connectors.sources.sheets import Book
    from connectors.sources.wire import Content

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


class Material:
    """Every look may raise UnreadableFile; a look that does not fit the file is None."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """For a neighbour file only: what a file is never depends on its name."""
        self._folder = open_folder(path) if path.is_dir() else None
        self.source: Content = self._folder.source if self._folder else load(path)
        """Name, bytes and digest; a folder's bytes are blank, its digest covers all its files."""

    @property
    def name(self) -> str:
        return self.source.name

    @cached_property
    def data(self) -> bytes:
        """The bytes, or what a gzip file holds; blank for a folder."""
        return unpacked(self.source)

    @cached_property
    def start(self) -> bytes:
        """The first bytes that say something, in lower case, without a byte order mark."""
        return self.data[:256].removeprefix(_BOM).lstrip().lower()

    @cached_property
    def xml(self) -> tuple[_Element, bool] | None:
        """The root, and whether the encoding was guessed; None for what does not begin as XML."""
        start = self.data[:512].decode("utf-16", "ignore").lstrip() if self.data.startswith(_UTF16) else ""
        looks = self.start.startswith(b"<") or start.startswith("<")
        return parse(self.data, self.name) if looks else None

    @cached_property
    def package(self) -> Package | None:
        """The files of a folder, or of a zip archive that is no workbook."""
        return self._folder or open_zip(self.source)

    @cached_property
    def book(self) -> Book | None:
        """The workbook with all its sheets."""
        return open_book(self.source)

    @cached_property
    def workbook(self) -> Grid | None:
        """The first visible sheet of a workbook."""
        return self.book.first if self.book else None

    @cached_property
    def table(self) -> Grid | None:
        """The first visible sheet of a workbook, or the lines of a CSV file."""
        return self.workbook or (None if self._folder else read_delimited(self.source, self.data))

    def tables(self) -> Iterator[Grid]:
        """The same, and then the workbook's further visible sheets, each read when it is asked for."""
        if self.table:
            yield self.table
        if self.book:
            yield from map(self.book.grid, self.book.visible[1:])
