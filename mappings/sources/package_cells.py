"""The values roster packages spell in their own way: dates, sexes, grades, lists, numbers of other registers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mappings.dates import parse_day
from mappings.names import clean
from state.records import PersonName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.sources.wire import Cell, Row
    from mappings.sources.notes import Notes

_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[T ][\d:.Z]*)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ][\d:.+Z]*")
_SEXES = {"male": "male", "m": "male", "female": "female", "f": "female"}
_NO_SEX = frozenset({"unspecified", "other", "unknown", "neutral"})
_OTHER_ID = re.compile(r"\{\s*([^:{}]*?)\s*:\s*([^{}]*?)\s*\}")
_SNILS = frozenset({"снилс", "snils"})


def listed(text: str) -> tuple[str, ...]:
    """The items of a cell that holds a list, in order, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def grade_of(text: str) -> int:
    """The first of the grades as 1-11, however padded; 0 for kindergarten and what is no such number."""
    first = next(iter(listed(text)), "")
    return int(first) if re.fullmatch(r"0?[1-9]|1[01]", first) else 0


def sex_of(cell: Cell, notes: Notes) -> str:
    """`male`, `female` or blank, from English words or Russian ones."""
    word = cell.text.casefold().rstrip(".")
    if word in _NO_SEX:
        return ""
    return _SEXES.get(word) or notes.sex(cell)


def other_ids(cell: Cell) -> bool:
    """The cell holds ids of other registers than the one we keep."""
    return bool(_OTHER_ID.sub(lambda one: "" if one[1].casefold() in _SNILS else one[0], cell.text).strip(" ,"))


def name_of(row: Row) -> PersonName:
    """The name of a user."""
    family, given, patronymic = (clean(row.text(column)) for column in ("familyName", "givenName", "middleName"))
    return PersonName(family=family, given=given, patronymic=patronymic)


def file_of(where: str) -> str:
    """The file of a record's place, «package/users.csv» of «package/users.csv:7»."""
    return where.rpartition(":")[0]


def not_taken(places: Sequence[str], notes: Notes) -> None:
    """Records of one file that are of no use here are counted, and named once."""
    if places:
        notes.add("RECORDS_NOT_TAKEN", file_of(places[0]), str(len(places)))


def heading(cell: Cell) -> str:
    """The place of the cell's heading, «file!B1»."""
    return f"{cell.where.rstrip('0123456789')}1"


def snils_in(cell: Cell) -> str:
    """The number among the ids of other registers, «{СНИЛС:112-233-445 95}»; blank where there is none."""
    found = (value for kind, value in _OTHER_ID.findall(cell.text) if kind.casefold() in _SNILS)
    return next(found, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateColumn:
    """One column of dates: the specification wants «2014-09-01», people write «1/09/2014», some «9/24/2014»."""

    month_first: bool
    """Some date of the column can only be read so."""
    day_first: bool

    @classmethod
    def of(cls, rows: Iterable[Row], column: str, notes: Notes) -> DateColumn:
        """How the column writes dates; what is not written as it should be is named once."""
        cells = [row.cell(column) for row in rows]
        figures = [found for cell in cells if (found := _FIGURES.fullmatch(cell.text))]
        odd = next((cell for cell in cells if cell.text and not _ISO.fullmatch(cell.text)), None)
        if odd is not None and figures:
            notes.add("DATE_NOT_ISO", odd.where, column)
        return cls(
            month_first=any(int(one[2]) > 12 for one in figures), day_first=any(int(one[1]) > 12 for one in figures)
        )

    def read(self, cell: Cell, notes: Notes) -> date | None:
        """The date; where the column mixes both orders, one that could be either is not read (DATE_BAD)."""
        if not cell.text:
            return None
        figures = _FIGURES.fullmatch(cell.text)
        if figures and self.month_first:
            month, day, year = (int(part) for part in figures.groups())
            unsure = self.day_first and day != month and day <= 12 and month <= 12
            found = None if unsure else _date(year, month, day) or _date(year, day, month)
        else:
            moment = _ISO_MOMENT.fullmatch(cell.text)
            found = parse_day(moment[1] if moment else figures[0].split()[0] if figures else cell.text)
        if found is None or not 1900 <= found.year <= 2100:
            notes.add("DATE_BAD", cell.where, cell.text)
            return None
        return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
