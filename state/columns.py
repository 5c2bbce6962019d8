"""Column types that mean the same on SQLite and PostgreSQL, and the two bulk statements both understand."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite

from state.records import canonical_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Dialect, Table
    from sqlalchemy.types import TypeEngine

# The SQL parameters of one statement are limited (SQLite: 32 766), so IN lists travel in chunks.
CHUNK = 500

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, read back in UTC; a naive one is refused on bind (design §7.9).

    PostgreSQL keeps a timestamp with time zone. SQLite has no such type: there it is an integer, microseconds since
    1970 in UTC, which sorts rightly and costs a third of formatting text.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return microseconds(value) if dialect.name == "sqlite" else in_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = _START + value * _MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)
        return moment


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value, stored as its canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else canonical_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


class PackedJson(TypeDecorator[Any]):
    """A large JSON value, stored as its canonical bytes, deflated."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else zlib.compress(canonical_json(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(zlib.decompress(value))


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exact; raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment.isoformat()}")
    since = moment - _START
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """All rows are in the table, in one executemany; none given, nothing done."""
    if rows:
        connection.execute(table.insert(), rows)


def upsert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """All rows are in the table; a row with the same primary key is replaced in every column given."""
    if not rows:
        return
    insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=replaced), rows)
