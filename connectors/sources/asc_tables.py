"""The tables of an aSc export as rows of text, by their own `columns`; whatever is not taken is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

T = TypeVar("T")

_KEYS = frozenset({"id", "classid", "subjectid", "lessonid", "period", "days", "day"})
"""A row without one of these cannot be understood."""
_EXPECTED_EMPTY = frozenset(
    {"students", "studentsubjects", "classroomsupervisions", "buildings", "breaks", "grades", "dayperiods"}
)
"""Known tables that carry nothing we take; a filled one is reported, once."""
_PERSONAL = frozenset({"email", "mobile", "phone", "birthday", "birthdate", "address", "studentids"})
"""Attributes about people that no timetable needs: dropped, and told (formats.md, fact 5)."""
_TWINS = {"teacherids": "teacherid", "classroomids": "classroomid", "classids": "classid", "groupids": "groupid"}
"""Lists that older exports write as one id, under the name of one (formats.md §1, «2008 variant»)."""


class BadRow(Exception):
    """This row cannot be read: the code and the text that shows why."""

    def __init__(self, code: str, raw: str) -> None:
        super().__init__(code)
        self.code, self.raw = code, raw


@dataclass
class Tables:
    """One pass over the tables, collecting flaws. `columns` says which columns of which table are read."""

    source: str
    root: _Element
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]
    """Tables a timetable can be understood without."""
    flaws: list[Flaw] = field(default_factory=list)

    def where(self, element: _Element) -> str:
        return f"{self.source}:{element.sourceline}"

    def flaw(self, code: str, element: _Element, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=self.where(element), raw=raw, blocks=blocks))

    def note(self, code: str, where: str, raw: str = "") -> None:
        """A flaw of a place that is no element."""
        self.flaws.append(Flaw(code=code, where=where, raw=raw))

    def rows(self, table: str, make: Callable[[Mapping[str, str], str], T]) -> tuple[T, ...]:
        """Every row of the table that can be read; the others, and a table that should be there, are flaws."""
        if self.root.find(table) is None:
            self.flaws.append(
                Flaw(code="TABLE_MISSING", where=self.source, raw=table, blocks=table not in self.optional)
            )
        return self.rows_if_any(table, make)

    def rows_if_any(self, table: str, make: Callable[[Mapping[str, str], str], T]) -> tuple[T, ...]:
        """The same of a table that most exports lack."""
        rows = []
        for found in self.root.iterfind(table):
            for element, values in self._read(found):
                try:
                    rows.append(make(values, f"{self.source}:{element.sourceline}"))
                except BadRow as bad:
                    self.flaw(bad.code, element, bad.raw, blocks=True)
        return tuple(rows)

    def by_id(self, table: str, make: Callable[[Mapping[str, str], str], T]) -> dict[str, T]:
        """The rows by id; a repeated id keeps its first row and reports the others."""
        rows: dict[str, T] = {}
        for row in self.rows(table, make):
            key: str = row.id  # type: ignore[attr-defined]  # every table with an id column has it
            if key in rows:
                place: str = row.where  # type: ignore[attr-defined]
                self.flaws.append(Flaw(code="ID_REPEATED", where=place, raw=f"{table}: {key}", blocks=True))
            else:
                rows[key] = row
        return rows

    def report_the_rest(self, *read: str) -> None:
        """Names every table that is neither read by its columns nor one of `read`."""
        for table in self.root.iterchildren("*"):
            tag = str(table.tag)
            if tag in _EXPECTED_EMPTY - set(read):
                if len(table):
                    self.flaw("TABLE_IGNORED", table, f"{tag}: {len(table)}")
            elif tag not in self.columns:
                self.flaw("TABLE_UNKNOWN", table, f"{tag}: {len(table)}")

    def _read(self, table: _Element) -> Iterator[tuple[_Element, Mapping[str, str]]]:
        """Each row with every column that is read, blank where it says nothing; rows without a key are flaws."""
        tag = str(table.tag)
        wanted = self.columns[tag]
        keys = tuple(name for name in wanted if name in _KEYS)
        undeclared = self._undeclared(table, wanted)
        blank = dict.fromkeys(wanted, "")
        twins = tuple((name, _TWINS[name]) for name in wanted if name in _TWINS)
        known = {*wanted, *(twin for _, twin in twins)} - (undeclared & _RARE)
        # Rows of a table are mostly alike: what has to be done to one has to be done to the next.
        told: list[str] = []
        whole, others = False, twins
        for element, values in self._texts(table, known):
            if list(values) != told:
                told = list(values)
                whole = undeclared.isdisjoint(told) and blank.keys() <= values.keys()
                others = tuple(pair for pair in twins if pair[1] in values)
            if not whole:
                values = blank | {name: text for name, text in values.items() if name not in undeclared}
            for name, twin in others:
                if not values[name]:
                    values[name] = values.get(twin, "")
            if len(element):
                self.flaw("TABLE_UNKNOWN", element, f"{tag}: {len(element)}")
            for name in keys:
                if not values[name]:
                    self.flaw("VALUE_MISSING", element, name, blocks=True)
                    break
            else:
                yield element, values

    def _texts(self, table: _Element, known: set[str]) -> Iterator[tuple[_Element, dict[str, str]]]:
        """Each row as it is written. Filled attributes that nobody knows are named, once for the table."""
        unread: set[str] = set()
        before: list[str] = []
        strange: list[str] = []
        for element in table.iterchildren("*"):
            values: dict[str, str] = {name: text.strip() for name, text in element.items()}  # type: ignore[misc]
            names = list(values)
            if names != before:
                before, strange = names, [name for name in names if name not in known]
            for name in strange:
                if values[name]:
                    unread.add(name)
            yield element, values
        self._name_unread(table, unread)

    def _undeclared(self, table: _Element, wanted: tuple[str, ...]) -> set[str]:
        """Columns the table says it has not: `columns` is its schema, where it has one (formats.md §1)."""
        told = table.get("columns")
        if told is None:
            return set()
        declared = {name.strip() for name in str(told).split(",")}
        absent = {name for name in wanted if name not in declared and _TWINS.get(name) not in declared}
        for name in sorted(absent - _RARE):
            self.flaw("COLUMN_MISSING", table, f"{table.tag}.{name}", blocks=name in _KEYS)
        return absent

    def _name_unread(self, table: _Element, unread: set[str]) -> None:
        for name in sorted(unread & _PERSONAL):
            self.flaw("PERSONAL_DROPPED", table, f"{table.tag}.{name}")
        if plain := ", ".join(sorted(unread - _PERSONAL)):
            self.flaw("COLUMNS_IGNORED", table, f"{table.tag}: {plain}")


_RARE = frozenset(
    {"partner_id", "firstname", "lastname", "periodspercard", "durationperiods", "weeks", "terms", "groupids"}
)
"""Columns many exports lack by right."""
