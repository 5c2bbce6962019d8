"""One CSV file of a roster package: its records under the specification's columns; every line is a record or a flaw.

Packages come with misspelt and repeated headers, vendors' columns in any order, trailing commas, other separators and
half lines (formats.md §7, §8). What can be understood is read and named; what cannot is named and left out. Words are
kept exactly as they stand, without edges: they are ids of other records.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources.delimited import decode
from connectors.sources.extent import MAX_CELLS
from connectors.sources.grid import column_letters
from connectors.sources.wire import Cell, Flaw, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors.sources.delimited import Decoded
    from connectors.sources.wire import Content

_SEPARATORS = ",;\t|"
_ALIKE = 0.85
"""How alike a header must be to a missing column to be taken for it: «familyNme» is, «courseCode» is no «classCode»."""
_PERSONAL = re.compile(
    r"passw|pwd|secret|парол|health|medic|disab|allerg|iep\b|religio|ethnic|race|hispanic|income|lunch|nationality"
    r"|mother|father",
    re.IGNORECASE,
)
"""What must not be kept whatever a vendor calls it: passwords, health, origin, family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSpec:
    """The columns of one file of a package, spelled as the specification spells them."""

    taken: tuple[str, ...]
    """What is read."""
    others: tuple[str, ...] = ()
    """Known, and of no use here; a filled one is named."""
    service: tuple[str, ...] = ()
    """Columns about the record, not about anybody: of no use here, and not worth a word."""
    personal: tuple[str, ...] = ()
    """Never kept; named where filled."""
    key: tuple[str, ...] = ("sourcedId",)
    """Without one of these a line is no record."""
    unique: bool = True
    """Two lines of one key are one record."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Misspelt headers seen in real packages."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.taken, *self.others, *self.service, *self.personal)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRecords:
    """`rows` hold the filled cells of the columns that are taken."""

    rows: tuple[Row, ...]
    flaws: tuple[Flaw, ...]


def read_csv(content: Content, spec: CsvSpec) -> CsvRecords:
    """The records of one file. Raises nothing: a file that cannot be read is one flaw that blocks."""
    decoded = _text(content)
    flaws = [Flaw(code="ENCODING_GUESSED", where=content.name, raw=decoded.guessed)] if decoded.guessed else []
    separator = _separator(decoded.text, spec)
    if separator != ",":
        flaws.append(Flaw(code="SEPARATOR_OTHER", where=content.name, raw="tab" if separator == "\t" else separator))
    lines, broken = _lines(decoded.text, separator, content.name)
    header = lines[0] if lines else []
    if max(map(len, lines), default=0) * len(lines) > MAX_CELLS:
        return CsvRecords(rows=(), flaws=(*flaws, Flaw(code="TOO_LARGE", where=content.name, blocks=True)))
    reader = _Reader(content.name, spec, header, [*flaws, *broken])
    if not set(spec.key) <= set(reader.columns.values()):
        code = "HEADER_MISSING" if lines else "EMPTY_FILE"
        return CsvRecords(rows=(), flaws=(*flaws, Flaw(code=code, where=content.name, blocks=True)))
    rows = tuple(reader.rows(lines))
    return CsvRecords(rows=rows, flaws=tuple(reader.flaws))


def header_of(content: Content) -> tuple[str, ...]:
    """The words of the first line, for telling one kind of package from another."""
    first = decode(content.data[:65_536]).text.partition("\n")[0].rstrip("\r")
    separator = max(_SEPARATORS, key=first.count)
    return tuple(word.strip().strip('"') for word in first.split(separator))


def _text(content: Content) -> Decoded:
    """The words of the file; a sign that is no text in any language shows as such."""
    decoded = decode(content.data)
    return decoded._replace(text=decoded.text.replace("\x00", "\ufffd"))


def count_records(content: Content) -> int:
    """How many lines below the header say something, told without reading them."""
    lines, _ = _lines(_text(content).text, ",", content.name)
    return max(sum(any(word.strip() for word in line) for line in lines) - 1, 0)


def _separator(text: str, spec: CsvSpec) -> str:
    """The sign that parts the first line into the most columns we know; a comma when none does."""
    first = text.partition("\n")[0].rstrip("\r")
    known = {column.casefold() for column in spec.columns}
    found = {sign: sum(word.strip(' "').casefold() in known for word in first.split(sign)) for sign in _SEPARATORS}
    return max(_SEPARATORS, key=lambda sign: found[sign])


def _lines(text: str, separator: str, name: str) -> tuple[list[list[str]], list[Flaw]]:
    """The records; where the quoting is broken, line by line, so that a stray quote swallows nothing."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)), []
    except csv.Error:
        lines = [split_line(line, separator) for line in text.splitlines()]
        return lines, [Flaw(code="CSV_BROKEN", where=name, blocks=True)]


def split_line(line: str, separator: str = ",") -> list[str]:
    """The words of one line, whatever its quoting."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


@dataclass
class _Reader:
    """One pass over the lines of a file, collecting flaws."""

    name: str
    spec: CsvSpec
    header: Sequence[str]
    flaws: list[Flaw]
    columns: dict[int, str] = field(init=False)
    _taken: tuple[tuple[int, str, str], ...] = field(init=False)
    """(place, column, its letters) of those that are read."""

    def __post_init__(self) -> None:
        self.columns = self._columns()
        taken = {index: column for index, column in self.columns.items() if column in self.spec.taken}
        self._taken = tuple((index, column, column_letters(index)) for index, column in taken.items())

    def rows(self, lines: Sequence[Sequence[str]]) -> Iterator[Row]:
        """Every line below the header that is a record."""
        seen: dict[tuple[str, ...], Sequence[str]] = {}
        filled: set[int] = set()
        for number, line in enumerate(lines[1:], start=2):
            where = f"{self.name}:{number}"
            if not any(word.strip() for word in line) or not self._fits(line, where):
                continue
            row = Row(where=where, cells=dict(self._cells(line, number)))
            filled |= {index for index, word in enumerate(line[: len(self.header)]) if word.strip()}
            blank = [column for column in self.spec.key if not row.text(column)]
            key = tuple(row.text(column) for column in self.spec.key)
            if blank:
                self._flaw("VALUE_MISSING", where, ", ".join(blank), blocks=True)
            elif self.spec.unique and key in seen:
                self._flaw("ID_REPEATED", where, " ".join(key), blocks=list(line) != list(seen[key]))
            else:
                seen[key] = line
                yield row
        self._unread(filled)

    def _flaw(self, code: str, where: str, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=where, raw=raw, blocks=blocks))

    def _fits(self, line: Sequence[str], where: str) -> bool:
        """False for a repeated header and for a line whose words stand further right than any heading."""
        if list(line) == list(self.header):
            self._flaw("HEADER_REPEATED", where)
            return False
        beyond = line[len(self.header) :]
        if any(word.strip() for word in beyond):
            self._flaw("ROW_TOO_LONG", where, str(len(line)), blocks=True)
            return False
        if beyond and not any(flaw.code == "TRAILING_COMMAS" for flaw in self.flaws):
            self._flaw("TRAILING_COMMAS", where)
        if len(line) < len(self.header):
            self._flaw("ROW_SHORT", where, str(len(line)))
        return True

    def _cells(self, line: Sequence[str], number: int) -> Iterator[tuple[str, Cell]]:
        for index, column, letters in self._taken:
            word = line[index].strip() if index < len(line) else ""
            if not word:
                continue
            where = f"{self.name}!{letters}{number}"
            if word.startswith("="):
                self._flaw("FORMULA", where)
            else:
                yield column, Cell(word, where)

    # --- the header ---------------------------------------------------------------------------------------------------

    def _columns(self) -> dict[int, str]:
        """Columns by place: those spelled right first, so that a misspelt one never takes their name."""
        found: dict[int, str] = {}
        words = [word.strip() for word in self.header]
        for index, word in enumerate(words):
            if word in self.spec.columns and word not in found.values():
                found[index] = word
        for index, word in enumerate(words):
            if index in found or not word:
                continue
            missing = [column for column in self.spec.columns if column not in found.values()]
            if word in self.spec.columns:
                self._flaw("COLUMN_REPEATED", self._heading(index), word)
            elif meant := _meant(word, missing, self.spec):
                found[index] = meant
                self._flaw("HEADER_MISSPELT", self._heading(index), f"{word} → {meant}")
            else:
                self._flaw(_unread(word, self.spec), self._heading(index), word)
        return found

    def _heading(self, index: int) -> str:
        return f"{self.name}!{column_letters(index)}1"

    def _unread(self, filled: set[int]) -> None:
        """Names the known columns that hold something and are not taken, and what stands under no heading."""
        for index in sorted(filled):
            column = self.columns.get(index)
            if column in self.spec.others or column in self.spec.personal:
                self._flaw(_unread(str(column), self.spec), self._heading(index), str(column))
            elif not self.header[index].strip():
                self._flaw("COLUMN_UNKNOWN", self._heading(index))


def _meant(word: str, missing: Sequence[str], spec: CsvSpec) -> str:
    """The missing column a misspelt header stands for; blank where none is near enough."""
    folded = {_fold(column): column for column in missing}
    alias = spec.aliases.get(word, "")
    if alias in missing:
        return alias
    near = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=_ALIKE)
    return folded[near[0]] if near else ""


def _fold(word: str) -> str:
    return re.sub(r"[\W_]", "", word).casefold()


def _unread(word: str, spec: CsvSpec) -> str:
    """How the loss of a column is called."""
    if word in spec.personal or _PERSONAL.search(word):
        return "PERSONAL_DROPPED"
    return "COLUMN_NOT_TAKEN" if word in spec.others else "COLUMN_UNKNOWN"
