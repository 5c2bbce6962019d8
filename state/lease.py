"""The lease: one run at a time works on a school's diary, and a dead one blocks nobody.

The lease is a lock that whoever gave it takes back when the process that holds it ends, however it ends: the operating
system (SQLite: a lock file beside the database) or the server (PostgreSQL: a lock of the session). So a killed run may
be started again at once, and a living one has nothing to prolong. The row of the table is only the plate on the door:
it says who is inside, and a plate without a lock says whose run was killed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from state.columns import upsert_rows
from state.engine import lock_number
from state.errors import LeaseLost
from state.tables import LEASE as L

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from state.work import Work

_GONE_AFTER = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""PostgreSQL: a machine that lost its power holds the lease for another minute at most (seconds, seconds, times)."""


@dataclass(frozen=True, slots=True)
class Plate:
    """Who holds the lease since when."""

    holder: str
    since: datetime


class Lock(Protocol):
    def confirm(self) -> None:
        """The lock is still held; LeaseLost when the server took it back."""

    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Lease:
    """The school's lease in the hands of this process."""

    lock: Lock
    interrupted: Plate | None
    """The run that held it before and ended without giving it back."""

    def confirm(self) -> None:
        """It is still ours; to be asked before every batch of writes to the diary. LeaseLost otherwise."""
        self.lock.confirm()


def take_lock(engine: Engine, school: str) -> Lock | None:
    """The lock of that school in that database, None while another process, or another store of this one, has it."""
    if engine.dialect.name == "sqlite":
        return _FileLock.take(f"{engine.url.database}.{school}.lease")
    return _SessionLock.take(engine, lock_number(f"lease:{school}"))


class _FileLock:
    """SQLite's own lock on an empty file: the same on every system, gone with the process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @staticmethod
    def take(path: str) -> _FileLock | None:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                return None
            raise
        return _FileLock(connection)

    def confirm(self) -> None:
        """A file's lock is never taken back from a living process."""

    def release(self) -> None:
        self._connection.close()


class _SessionLock:
    """An advisory lock of a PostgreSQL session of its own."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()

    @staticmethod
    def take(engine: Engine, number: int) -> _SessionLock | None:
        lock = _SessionLock(create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT"))
        for name, value in _GONE_AFTER.items():
            lock._connection.exec_driver_sql(f"SET {name} = {value}")
        if lock._connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}):
            return lock
        lock.release()
        return None

    def confirm(self) -> None:
        try:
            self._connection.scalar(text("SELECT 1"))
        except DBAPIError as error:
            raise LeaseLost from error

    def release(self) -> None:
        self._connection.close()


# --- the plate --------------------------------------------------------------------------------------------------------


def plate(work: Work) -> Plate | None:
    """What stands on the door."""
    row = work.connection.execute(select(L.c.holder, L.c.taken_at).where(L.c.school == work.school)).one_or_none()
    return Plate(row.holder, row.taken_at) if row else None


def put_plate(work: Work, holder: str) -> None:
    """`holder` stands on the door since now."""
    upsert_rows(work.connection, L, [{"school": work.school, "holder": holder, "taken_at": work.now()}])


def drop_plate(work: Work, holder: str) -> None:
    """`holder` does not stand on the door; another's plate is left alone."""
    work.connection.execute(L.delete().where(L.c.school == work.school, L.c.holder == holder))
