"""What the values of a column look like: a date, a name, a form … without keeping any of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.dates import parse_day
from mappings.phones import phones
from mappings.snils import is_snils, snils_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connectors.sources.wire import Cell

ENOUGH = 0.7
"""Of the filled cells, to say that the column is of that kind; rosters have blots."""
_NAME = re.compile(r"[А-ЯЁ][а-яё-]+(?: [А-ЯЁ][а-яё-]+){1,2}(?: (?:кызы|оглы))?", re.IGNORECASE)
_WORD = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)?(?: (?:кызы|оглы))?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SEXES = frozenset({"м", "ж", "муж", "жен", "мужской", "женский", "мальчик", "девочка"})
_KIN = re.compile(r"мать|отец|мама|папа|бабушк|дедушк|опекун|попечител|представител|мачеха|отчим", re.IGNORECASE)

_LOOKS: Mapping[str, Callable[[Cell], bool]] = {
    "snils": lambda cell: is_snils(snils_digits(cell.text)),
    "email": lambda cell: _EMAIL.fullmatch(cell.text) is not None,
    "sex": lambda cell: cell.text.casefold().rstrip(".") in _SEXES,
    "kinship": lambda cell: _KIN.match(cell.text) is not None,
    "date": lambda cell: (cell.day is not None and not cell.text.isdigit()) or parse_day(cell.text) is not None,
    "form": lambda cell: _is_form(cell.text),
    "phone": lambda cell: bool(phones(cell.text)),
    "name": lambda cell: _NAME.fullmatch(cell.text) is not None,
    "word": lambda cell: _WORD.fullmatch(cell.text) is not None,
    "number": lambda cell: cell.text.isdigit(),
}
"""The first that fits is meant: a name is also words, a СНИЛС is also digits."""
EXPECTED: Mapping[str, frozenset[str]] = {
    "дата": frozenset({"date"}),
    "снилс": frozenset({"snils"}),
    "e-mail": frozenset({"email"}),
    "пол ": frozenset({"sex"}),
    "степень": frozenset({"kinship", "word"}),
    "телефон": frozenset({"phone", "number"}),
    "фамилия": frozenset({"word", "name"}),
    "имя": frozenset({"word", "name"}),
    "отчество": frozenset({"word", "name"}),
    "фио": frozenset({"name"}),
    "класс": frozenset({"form", "number"}),
}
"""Beginnings of our fields to what their values may look like; a field that is not here may hold anything."""


def look(cells: Iterable[Cell]) -> str:
    """One word for what the filled cells are, blank where they are of no kind we know."""
    filled = [cell for cell in cells if cell.text]
    for name, fits in _LOOKS.items():
        if filled and sum(map(fits, filled)) >= ENOUGH * len(filled):
            return name
    return ""


def agrees(field: str, looks: str) -> bool:
    """False where a field's values must look otherwise; a column without values contradicts nothing."""
    key = f"{field.casefold()} "
    wanted = next((kinds for start, kinds in EXPECTED.items() if key.startswith(start)), None)
    return not wanted or not looks or looks in wanted


def _is_form(text: str) -> bool:
    form = parse_form(text)
    return bool(form.grade) and not form.name.isdigit()
