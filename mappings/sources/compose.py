"""A sheet in its own words becomes one of our tables: names taken apart, words replaced, what is missing filled in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from connectors.sources.wire import Cell, Flaw, Row, Table
from mappings.classes import parse_form
from mappings.dates import parse_day
from mappings.names import parse_name
from mappings.sources.table_map import BY_FILE, BY_SHEET

if TYPE_CHECKING:
    from mappings.sources.table_map import TableMap

_DATE = re.compile(r"(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{4}(?!\d)")
_FORM = re.compile(
    r"""(?<![\w.,/-])0?(1[01]|[1-9])
    (?:\s*[-–—](?![яйехм]\b)\s*|\s*класс\s*|\s*(?=[«"'„“А-ЯЁA-Z])|\s+(?=\w\s*(?:кл|[.)]|$))|(?=\w))
    [«"'„“]?([А-ЯЁа-яёA-Za-z])[»"'”“]?(?!\w)""",
    re.VERBOSE,
)
"""A small letter after a space may be a preposition («4 в»), after a hyphen an ending («2-я»)."""


class FormNotTold(LookupError):
    """The map leaves the form to a name that tells none, or more than one."""


def form_in(text: str) -> str:
    """«5А» of «Класс 5-А отчет.xlsx», of «5А.xlsx», of «10 «Б»»; blank where the text tells no form, or two."""
    names = {parse_form(f"{grade}{letter}").name for grade, letter in _FORM.findall(text.replace("_", " "))}
    return names.pop() if len(names) == 1 else ""


def constants(table_map: TableMap, file: str, sheet: str) -> dict[str, str]:
    """The map's constants for this sheet. Raises FormNotTold."""
    told = dict(table_map.constants)
    for field, value in told.items():
        if value in (BY_FILE, BY_SHEET):
            told[field] = form_in(file if value == BY_FILE else sheet)
            if not told[field]:
                raise FormNotTold(file if value == BY_FILE else sheet)
    return told


def left_to_names(table: Table, table_map: TableMap) -> bool:
    """True where a constant of the map is needed: no column of the sheet gives that field."""
    given = {field for header in table.heads for field in table_map.fields_of(header)}
    return not given.issuperset(table_map.constants)


def composed(table: Table, table_map: TableMap, told: Mapping[str, str]) -> Table:
    """The same rows under our own headers. A second column for a field already given is named, as every other."""
    if table_map.is_plain:
        return table
    recipes, spare = _recipes(table, table_map)
    flaws = [
        Flaw(code="COLUMN_REPEATED", where=table.heads[header].where, raw=table.heads[header].text) for header in spare
    ]
    missing = {field: value for field, value in told.items() if field not in recipes}
    rows = tuple(Row(where=row.where, cells=_Composed(row, recipes, missing, table_map.words)) for row in table.rows)
    flaws += [flaw for field in table_map.dates_inside if (flaw := _inside_text(table, recipes.get(field)))]
    return dataclasses.replace(table, rows=rows, flaws=(*table.flaws, *flaws))


class _Recipe(NamedTuple):
    """How one field is made of a row: the headers it comes from, and which part of a name it is."""

    headers: tuple[str, ...]
    part: int = 0
    parts: int = 1
    date_inside: bool = False


class _Composed(Mapping[str, Cell]):
    """The cells of one row under our headers, each made when it is looked at."""

    __slots__ = ("_recipes", "_row", "_told", "_words")

    def __init__(
        self,
        row: Row,
        recipes: Mapping[str, _Recipe],
        told: Mapping[str, str],
        words: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._row, self._recipes, self._told, self._words = row, recipes, told, words

    def __getitem__(self, field: str) -> Cell:
        if field in self._told:
            return Cell(self._told[field], self._row.where)
        cell = _made(self._row, self._recipes[field])
        words = self._words.get(field)
        if words and cell.text:
            spelled = {key.casefold(): value for key, value in words.items()}
            return dataclasses.replace(cell, text=spelled.get(cell.text.casefold(), cell.text))
        return cell

    def __iter__(self) -> Iterator[str]:
        return iter((*self._recipes, *self._told))

    def __len__(self) -> int:
        return len(self._recipes) + len(self._told)


def _recipes(table: Table, table_map: TableMap) -> tuple[dict[str, _Recipe], list[str]]:
    """Field to recipe; a column of its own goes before a part of a name. And the columns nothing needs."""
    recipes: dict[str, _Recipe] = {}
    used: set[str] = set()
    present = [header for header in (*table_map.columns, *table_map.places) if header in table.heads]
    for header in sorted(present, key=lambda header: len(table_map.fields_of(header)) > 1):
        fields = table_map.fields_of(header)
        for part, field in enumerate(fields):
            inside = field in table_map.dates_inside
            if field not in recipes:
                recipes[field] = _Recipe((header,), part, len(fields), inside)
                used.add(header)
            elif field in table_map.joined:
                recipes[field] = recipes[field]._replace(headers=(*recipes[field].headers, header))
                used.add(header)
    return recipes, [header for header in dict.fromkeys(present) if header not in used]


def _made(row: Row, recipe: _Recipe) -> Cell:
    if len(recipe.headers) > 1:
        first = row.cell(recipe.headers[0])
        return Cell(" ".join(filter(None, map(row.text, recipe.headers))), first.where)
    cell = row.cell(recipe.headers[0])
    if recipe.parts > 1:
        return Cell(_name_parts(cell.text, recipe.parts)[recipe.part], cell.where)
    return _date_of(cell) if recipe.date_inside else cell


def _name_parts(text: str, parts: int) -> tuple[str, ...]:
    """Family, given name and patronymic; of two parts the given name and the patronymic."""
    if parts == 2:
        given, _space, patronymic = text.partition(" ")
        return given, patronymic
    name = parse_name(text)
    return name.family, name.given, name.patronymic


def _date_of(cell: Cell) -> Cell:
    found = None if cell.day or parse_day(cell.text) else _DATE.search(cell.text)
    return dataclasses.replace(cell, text=found.group()) if found else cell


def _inside_text(table: Table, recipe: _Recipe | None) -> Flaw | None:
    """The first cell of which only the date is taken."""
    cells = (row.cell(recipe.headers[0]) for row in table.rows) if recipe else ()
    cell = next((cell for cell in cells if _date_of(cell) != cell), None)
    return Flaw(code="DATE_INSIDE_TEXT", where=cell.where, raw=cell.text) if cell else None
