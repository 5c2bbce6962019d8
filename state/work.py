"""One open transaction of one school: what every module of memory works in."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from state.columns import in_utc, microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

IDS_PER_STATEMENT = 900
"""Below every engine's limit of parameters."""
ROWS_PER_STATEMENT = 100
"""Rows of one INSERT on SQLite: twice as fast as a row a statement, and far below its limit of parameters."""


@dataclass(frozen=True, slots=True)
class Work:
    connection: Connection
    school: str
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """The moment, UTC; a clock without a time zone is a ValueError."""
        return in_utc(self.clock())

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    @property
    def stored(self) -> Callable[[datetime], Any]:
        """How the driver keeps a moment, for statements that go past SQLAlchemy (see `columns.UtcDateTime`)."""
        return microseconds if self.is_sqlite else in_utc

    def fetch(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a driver-level query with `?` places: the bulk path, without a Row object per row."""
        with closing(self._cursor()) as cursor:
            cursor.execute(self._native(statement), parameters)
            return list(cursor.fetchall())

    def fetch_among(self, statement: str, ids: Sequence[Any], parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query that ends in «school = ? AND column IN», for as many `ids` as there are.

        `parameters` are those of the places before the school's.
        """
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), IDS_PER_STATEMENT):
            some = ids[start : start + IDS_PER_STATEMENT]
            places = ", ".join("?" for _ in some)
            rows += self.fetch(f"{statement} ({places})", (*parameters, self.school, *some))
        return rows

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """The driver-level statement with `?` places, carried out for every row."""
        with closing(self._cursor()) as cursor:
            cursor.executemany(self._native(statement), rows)

    def load(self, table: str, fixed: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """All rows are in the table by the engine's fastest way: many rows a statement, or COPY on PostgreSQL.

        `fixed` are the columns in which all of them say the same.
        """
        if self.is_sqlite:
            self._insert_chunks(table, fixed, columns, rows)
        else:
            self._copy(table, fixed, columns, rows)

    def _insert_chunks(
        self, table: str, fixed: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        insert = f"INSERT INTO {table} ({', '.join([*fixed, *columns])}) VALUES "  # noqa: S608 (our own names)
        # «?1» is given once for all rows of a statement; a plain «?» is the next one.
        once, same = tuple(fixed.values()), [f"?{number}" for number in range(1, len(fixed) + 1)]
        places = f"({', '.join([*same, *('?' for _ in columns)])})"
        whole = len(rows) - len(rows) % ROWS_PER_STATEMENT
        starts = range(0, whole, ROWS_PER_STATEMENT)
        chunks = ([*once, *chain.from_iterable(rows[start : start + ROWS_PER_STATEMENT])] for start in starts)
        self.many(insert + ", ".join([places] * ROWS_PER_STATEMENT), chunks)
        self.many(insert + places, ((*once, *row) for row in rows[whole:]))

    def _copy(
        self, table: str, fixed: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        names, same = ", ".join([*fixed, *columns]), tuple(fixed.values())
        with closing(self._cursor()) as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((*same, *row))

    def _cursor(self) -> Any:
        return self.connection.connection.cursor()

    def _native(self, statement: str) -> str:
        """The statement with the driver's own places."""
        return statement if self.is_sqlite else statement.replace("?", "%s")
