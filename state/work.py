"""One open transaction of one school: what every module of memory works in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from state.columns import in_utc, microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection


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
        cursor = self.connection.connection.cursor()
        try:
            cursor.execute(self.native(statement), parameters)
            rows = list(cursor.fetchall())
        finally:
            cursor.close()
        return rows

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """The driver-level statement with `?` places, carried out for every row."""
        cursor = self.connection.connection.cursor()
        try:
            cursor.executemany(self.native(statement), rows)
        finally:
            cursor.close()

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """All rows are in the table by the engine's fastest way: executemany on SQLite, COPY on PostgreSQL."""
        names = ", ".join(columns)
        if self.is_sqlite:
            places = ", ".join("?" for _ in columns)
            self.many(f"INSERT INTO {table} ({names}) VALUES ({places})", list(rows))  # noqa: S608 (our own names)
            return
        cursor: Any = self.connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def native(self, statement: str) -> str:
        """The statement with the driver's own places."""
        return statement if self.is_sqlite else statement.replace("?", "%s")
