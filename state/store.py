"""The door of memory: what we remember about one school, opened, migrated and verified from here."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from state.engine import check_schema, migrate, open_engine
from state.journal import LogCheck, verify_log
from state.ledger import Absorbed
from state.paper import Transcription
from state.quarantine import Rejected
from state.unit import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable
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

    def _taken(self, unit: UnitOfWork | None) -> None:
        if unit is not None and self._current is not None:
            raise RuntimeError("a unit of work of this store is open already")
        self._current = unit
