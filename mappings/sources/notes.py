"""Problems of one file, collected while its rows are read, and the few ways a cell can be misread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sources.wire import Cell, Flaw, Row

_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})\s*(?:г\.?|года)?(?:\s+0?0:00(?::00)?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
_SEXES = {"м": "male", "муж": "male", "мужской": "male", "ж": "female", "жен": "female", "женский": "female"}
_PHONES = re.compile(r"[,;/\n]")


@dataclass
class Notes:
    """Grows by one problem for everything that cannot be taken as it stands."""

    problems: list[Problem] = field(default_factory=list)

    def take(self, flaws: Iterable[Flaw]) -> None:
        """The reader's flaws become problems of the part."""
        self.problems += [Problem(code=f.code, where=f.where, raw=f.raw, blocks=f.blocks) for f in flaws]

    def add(self, code: str, where: str, raw: str = "", *, blocks: bool = False) -> None:
        self.problems.append(Problem(code=code, where=where, raw=raw, blocks=blocks))

    @property
    def whole(self) -> bool:
        """True while nothing of the file had to be left out."""
        return not any(problem.blocks for problem in self.problems)

    def present(self, row: Row, *headers: str) -> bool:
        """False, with a problem for each, when one of the cells is blank: the row is left out."""
        blank = [header for header in headers if not row.text(header)]
        for header in blank:
            self.add("VALUE_MISSING", row.cell(header).where, header, blocks=True)
        return not blank

    def day(self, cell: Cell) -> date | None:
        """The date of a cell: a real date, a serial number, «01.09.2014», «01.09.2014 г.» or «2014-09-01»."""
        if not cell.text:
            return None
        found = cell.day or parse_day(cell.text)
        if found is None or not 1900 <= found.year <= 2100:
            self.add("DATE_BAD", cell.where, cell.text)
            return None
        return found

    def sex(self, cell: Cell) -> str:
        """`male`, `female` or blank."""
        key = cell.text.casefold().rstrip(".")
        if key and key not in _SEXES:
            self.add("SEX_BAD", cell.where, cell.text)
        return _SEXES.get(key, "")

    def snils(self, cell: Cell) -> str:
        """«112-233-445 95», or blank with a problem when the check number does not fit."""
        digits = re.sub(r"\D", "", cell.text)
        if not cell.text:
            return ""
        if not is_snils(digits):
            self.add("SNILS_BAD", cell.where, cell.text)
            return ""
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"

    def email(self, cell: Cell) -> str:
        if cell.text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell.text):
            self.add("EMAIL_BAD", cell.where, cell.text)
            return ""
        return cell.text

    def phone(self, *cells: Cell) -> str:
        """The first phone of the first filled cell as «+79031234567»; what is no Russian number stays as written."""
        filled = next((cell for cell in cells if cell.text), None)
        if filled is None:
            return ""
        first = _PHONES.split(filled.text)[0].strip()
        digits = re.sub(r"\D", "", first)
        if len(digits) == 11 and digits[0] in "78":
            return f"+7{digits[1:]}"
        if len(digits) == 10:
            return f"+7{digits}"
        self.add("PHONE_BAD", filled.where, filled.text)
        return first


def parse_day(text: str) -> date | None:
    """The date a text spells, day before month; None where it spells none."""
    if found := _DAY.fullmatch(text.strip()):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(text.strip()):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_snils(digits: str) -> bool:
    """True for 11 digits whose check number fits; numbers up to 001-001-998 carry none (formats.md §12)."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    if int(digits[:9]) <= 1_001_998:
        return True
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(digits[9:])
