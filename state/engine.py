"""Engines for SQLite and PostgreSQL that promise the same: durable commits, one unit of work of a school at a time."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, make_url

from state.errors import SchemaBehind, StateCorrupt

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import OperationalError

LOCK_SECONDS = 30
"""How long a unit of work waits for another one of the same school."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str, school_key: str) -> Engine:
    """An engine whose every transaction holds the school's write lock from its start to its end.

    Without the lock two processes could give two events the same number, or meet SQLite's refusal to upgrade a stale
    reader. SQLite locks the whole file, PostgreSQL one advisory lock per school.
    """
    engine = _engine(make_url(url))
    locking = {"sqlite": "BEGIN IMMEDIATE", "postgresql": f"SELECT pg_advisory_xact_lock({lock_number(school_key)})"}
    _begin_with(engine, locking[engine.dialect.name])
    return engine


def open_reader(url: str) -> Engine:
    """An engine for reading one consistent snapshot without holding up anybody."""
    engine = _engine(make_url(url))
    reading = {"sqlite": "BEGIN", "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"}
    _begin_with(engine, reading[engine.dialect.name])
    return engine


def migrate(url: str) -> None:
    """The database exists and its schema is the program's; a stopped migration leaves the former schema."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(url, "")
    try:
        with engine.begin() as connection:
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def check_schema(url: str) -> None:
    """The database is exactly at the program's revision, else SchemaBehind; creates no file, waits for nobody."""
    if _file_is_absent(make_url(url)):
        raise SchemaBehind(f"no database at {make_url(url).database}")
    engine = open_reader(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if found != _newest_revision():
        raise SchemaBehind(f"the database is at revision {found}, the program needs {_newest_revision()}")


def is_locked_out(error: OperationalError) -> bool:
    """True when the database answered that somebody else holds the lock (SQLITE_BUSY, lock_not_available)."""
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    return name.startswith("SQLITE_BUSY") or name == "55P03"


def _engine(url: URL) -> Engine:
    """Waits LOCK_SECONDS for a lock unless the address itself says otherwise (`?timeout=`, `?options=`)."""
    if url.get_backend_name() == "sqlite":
        waiting: dict[str, Any] = {} if "timeout" in url.query else {"timeout": LOCK_SECONDS}
        engine = create_engine(url, connect_args=waiting)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if url.drivername != "postgresql+psycopg":
        raise StateCorrupt(f"not a database address Sverka knows: {url.drivername}")
    options = {} if "options" in url.query else {"options": f"-c lock_timeout={LOCK_SECONDS}s"}
    # One connection is enough: units of work of one store follow each other.
    return create_engine(url, pool_size=1, connect_args=options)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late (before the first write); ours is sent by `_begin_with`.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_with(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def lock_number(name: str) -> int:
    """The number of the advisory lock of that name on PostgreSQL."""
    return int.from_bytes(hashlib.sha256(f"sverka:{name}".encode()).digest()[:8], "big", signed=True)


def _file_is_absent(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists())


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
