"""The door of memory: what we remember about one school, opened, migrated and verified from here."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from state.columns import in_utc
from state.engine import check_schema, migrate, open_engine
from state.errors import LeaseHeld
from state.journal import LogCheck, verify_log
from state.lease import Lease, Plate, take_lock
from state.ledger import Absorbed
from state.paper import Transcription
from state.quarantine import Rejected
from state.unit import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Engine

__all__ = ["Absorbed", "LogCheck", "Rejected", "Store", "Transcription", "UnitOfWork", "migrate", "verify_log"]


class Store:
    """One school's memory. One unit of work at a time; several processes may each have a Store."""

    def __init__(self, engine: Engine, school_key: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._school_key = school_key
        self._clock = clock
        self._current: UnitOfWork | None = None
        self._lease: Lease | None = None
        self.close = weakref.finalize(self, engine.dispose)
        """Lets go of the database; happens by itself when the store is forgotten."""

    @staticmethod
    def open(url: str, school_key: str, clock: Callable[[], datetime]) -> Store:
        """The school's memory at `url` (sqlite:///path or postgresql+psycopg://…); runs no migration.

        Raises SchemaBehind when the database is missing or not at the program's revision.
        """
        check_schema(url)
        return Store(open_engine(url, school_key), school_key, clock)

    def begin(self) -> UnitOfWork:
        """A context manager that rolls back what `commit` has not kept.

        Raises RuntimeError inside another unit of work of this store (it would wait for itself), and LeaseHeld on
        entering when another process keeps the school locked for too long.
        """
        return UnitOfWork(self._engine, self._school_key, self._clock, self._taken)

    @contextmanager
    def lease(self, holder: str) -> Iterator[Lease]:
        """Inside the block nobody else holds the school's lease; entering again inside it gives the same lease.

        `holder` is what others are told. Raises LeaseHeld at once while another process, or another store, has it.
        """
        if self._lease is not None:
            yield self._lease
            return
        lock = take_lock(self._engine, self._school_key)
        if lock is None:
            raise self._held()
        try:
            self._lease = Lease(lock, self._sign(holder))
            yield self._lease
        finally:
            self._lease = None
            self._unsign(holder)
            lock.release()

    def _held(self) -> LeaseHeld:
        with self.begin() as unit:
            inside = unit.plate()
        # The other one is just coming or going.
        inside = inside or Plate("another process", in_utc(self._clock()))
        return LeaseHeld(inside.holder, inside.since)

    def _sign(self, holder: str) -> Plate | None:
        with self.begin() as unit:
            before = unit.plate()
            unit.put_plate(holder)
            unit.commit()
        return before

    def _unsign(self, holder: str) -> None:
        with self.begin() as unit:
            unit.drop_plate(holder)
            unit.commit()

    def _taken(self, unit: UnitOfWork | None) -> None:
        if unit is not None and self._current is not None:
            raise RuntimeError("a unit of work of this store is open already")
        self._current = unit
