"""Column maps: how a sheet of any layout is read as one of our tables, as data (`tables/*.toml`, a school's own too).

A map says which table it feeds, which header of the sheet is which field of ours, and what the sheet leaves to its
file's name. Our own layouts are maps as well: each header is its own field.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.sources.wire import Layout
from mappings.sources.targets import TARGETS, Target
from mappings.tables import read
from state.local import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS: Mapping[SourceKind, Mapping[str, Any]] = {
    SourceKind.PUPILS: {
        "required": ("Фамилия ученика", "Имя ученика", "Номер личного дела"),
        "constants": {"Класс": "@file"},
    },
    SourceKind.STAFF: {"required": ("ФИО педагога",), "least": 2},
}
"""Tables that schools keep under headings of their own, by what they must have at least."""
_ANYBODY = frozenset({"фио", "ф.и.о.", "ф.и.о", "фамилия, имя, отчество", "фамилия имя отчество", "фамилия, имя"})
"""Headings that do not tell whose name it is: enough for a pupil with a personal file, not for an employee."""
BY_FILE, BY_SHEET = "@file", "@sheet"
"""Constants that stand for the form's name in the name of the file, or of the sheet."""
FORM = "Класс"


class TableMap(BaseModel):
    """One layout. Field names are the headers of our own tables (`connectors.sources.layouts`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Of the layout: the file's name without its ending."""
    feeds: SourceKind
    title: str = ""
    """For whoever opens the file."""
    columns: dict[str, str | tuple[str, ...]]
    """Header of the sheet to the field; to several fields where the cell holds a name to be taken apart."""
    required: tuple[str, ...] = ()
    """Fields the sheet must have to be known by this map; unset: all without which the table is none. A map that gives
    one of them by no column is unfinished and knows no sheet."""
    least: int = 1
    """With fewer known columns the sheet is not this table."""
    places: dict[str, int] = Field(default_factory=dict)
    """Fields whose header may say anything, by column, counted from 0 at the first column of the table."""
    joined: tuple[str, ...] = ()
    """Fields put together from several columns, with a space: a grade and its letter."""
    dates_inside: tuple[str, ...] = ()
    """Fields whose date stands inside text; the first one is meant."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Fields no column has: a value, or `@file` and `@sheet` for the form those names tell."""
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Field to its values as the sheet words them and as we do."""
    sheets: Literal["first", "each"] = "first"
    """`each`: every sheet with this header is read."""
    whole_school: bool = False
    """True where the sheets together name everybody, though each is of one form."""

    @model_validator(mode="after")
    def _speaks_of_known_fields(self) -> TableMap:
        known = set(self.target.layout.known)
        told = [*self.fields, *self.required, *self.places, *self.joined, *self.dates_inside]
        for field in (*told, *self.constants, *self.words):
            if field not in known:
                raise ValueError(f"в таблице «{self.feeds}» нет поля «{field}»")
        return self

    @property
    def target(self) -> Target:
        return TARGETS[self.feeds]

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that columns give, each once."""
        return tuple(dict.fromkeys(field for header in self.columns for field in self.fields_of(header)))

    def fields_of(self, header: str) -> tuple[str, ...]:
        """What a column gives; a column found by its place is called by its field."""
        told = self.columns.get(header, header)
        return (told,) if isinstance(told, str) else told

    @property
    def is_plain(self) -> bool:
        """True of our own layouts: nothing is to be translated."""
        return self.columns == {header: header for header in self.target.layout.known}

    def layout(self) -> Layout:
        """What the reader of sheets needs to know."""
        if self.is_plain:
            plain = self.target.layout
            return Layout(plain.format, plain.required, plain.optional, plain.extra, never=never(), apart=apart())
        required = self.required or [name for name in self.target.layout.required if name not in self.constants]
        givers = (frozenset(h for h in self._headers if name in self.fields_of(h)) for name in required)
        return Layout(
            self.name,
            required=(),
            optional=self._headers,
            one_of=tuple(givers),
            least=self.least,
            places={header: place for field, place in self.places.items() for header in self._giving(field)},
            apart=apart(),
            never=never(),
        )

    @property
    def expected(self) -> tuple[str, ...]:
        return self.target.expected if self.is_plain else ()

    def _giving(self, field: str) -> tuple[str, ...]:
        """Headers that give this field and nothing else."""
        return tuple(header for header in self._headers if self.fields_of(header) == (field,))

    @property
    def _headers(self) -> tuple[str, ...]:
        return (*self.columns, *(field for field in self.places if field not in self.columns))


def parse_map(name: str, text: str) -> TableMap:
    """The map of a TOML file. Raises tomllib.TOMLDecodeError, pydantic.ValidationError."""
    return TableMap.model_validate({**tomllib.loads(text), "name": name})


@cache
def our_maps() -> tuple[TableMap, ...]:
    """Our own layouts, lists under usual headings, then those of other programs (`tables/*.toml`), by name."""
    files = resources.files("mappings.sources.tables").iterdir()
    shipped = sorted((file.name, file) for file in files if file.name.endswith(".toml"))
    plain = [_plain(kind, target) for kind, target in TARGETS.items()]
    lists = [_by_usual_names(kind, **told) for kind, told in _LISTS.items()]
    return (*plain, *lists, *(parse_map(name.removesuffix(".toml"), file.read_text("utf-8")) for name, file in shipped))


def never() -> tuple[str, ...]:
    """Beginnings of words in headers of secrets and of health data: never taken."""
    return _words_of("never")


def apart() -> tuple[str, ...]:
    """Beginnings of headers of a Russian diary's fields that we keep no place for (formats.md §4)."""
    return _words_of("apart")


def _words_of(list_name: str) -> tuple[str, ...]:
    table: dict[str, Any] = read("columns")
    return tuple(table[list_name])


def _plain(kind: SourceKind, target: Target) -> TableMap:
    return TableMap(name=target.layout.format, feeds=kind, columns={header: header for header in target.layout.known})


def usual_names(kind: SourceKind) -> dict[str, tuple[str, ...]]:
    """Headings under which schools keep the fields of a table, to the fields (`tables/columns.toml`)."""
    table: dict[str, list[str]] = read("columns").get(kind.value, {})
    usual = {header: tuple(fields.split("+")) for fields, headers in table.items() for header in headers}
    return {header: (header,) for header in TARGETS[kind].layout.known} | usual


def _by_usual_names(kind: SourceKind, **told: Any) -> TableMap:
    columns = {
        header: fields if len(fields) > 1 else fields[0]
        for header, fields in usual_names(kind).items()
        if kind is not SourceKind.STAFF or header.casefold() not in _ANYBODY
    }
    return TableMap(name=f"{kind.value}-list", feeds=kind, columns=columns, **told)
