"""Problems of one file, collected while its rows are read, and the few ways a cell can be misread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.dates import parse_day
from mappings.phones import phones
from mappings.snils import is_snils, parse_snils, snils_digits
from state.local import Problem
from state.records import OrderRef

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connectors.sources.wire import Cell, Flaw, Row

_FIRST = re.compile(r"[,;/\n]")
_SEXES = {
    **dict.fromkeys(("м", "муж", "мужской", "мальчик", "юноша"), "male"),
    **dict.fromkeys(("ж", "жен", "женский", "девочка", "девушка"), "female"),
}


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

    def order(self, row: Row) -> OrderRef | None:
        """The order a row rests on, whole or half; None where it names none."""
        number, day = row.text("Номер приказа"), self.day(row.cell("Дата приказа"))
        return OrderRef(number=number, day=day) if number or day else None

    def sex(self, cell: Cell) -> str:
        """`male`, `female` or blank."""
        key = cell.text.casefold().rstrip(".")
        if key and key not in _SEXES:
            self.add("SEX_BAD", cell.where, cell.text)
        return _SEXES.get(key, "")

    def snils(self, cell: Cell) -> str:
        """«112-233-445 95», or blank with a problem when the check number does not fit."""
        if not cell.text:
            return ""
        if not is_snils(snils_digits(cell.text)):
            self.add("SNILS_BAD", cell.where, cell.text)
        return parse_snils(cell.text)

    def email(self, cell: Cell) -> str:
        if cell.text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell.text):
            self.add("EMAIL_BAD", cell.where, cell.text)
            return ""
        return cell.text

    def phone(self, *cells: Cell) -> str:
        """The first phone of the first filled cell as «+79031234567»; what is no number stays as written.

        The record keeps one: of several in a cell the rest is told (PHONES_SEVERAL).
        """
        filled = next((cell for cell in cells if cell.text), None)
        if filled is None:
            return ""
        found = phones(filled.text)
        if not found:
            self.add("PHONE_BAD", filled.where, filled.text)
        elif len(found) > 1:
            self.add("PHONES_SEVERAL", filled.where, filled.text)
        return found[0] if found else _FIRST.split(filled.text)[0].strip()
