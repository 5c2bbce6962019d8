"""The school's lease in the hands of one run: taken, prolonged while the run works, given back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.store import Store
    from state.unit import UnitOfWork


class Lease:
    """Short, so that a dead run blocks nobody for long; prolonged from the thread that owns the store."""

    def __init__(self, store: Store, holder: str, seconds: int) -> None:
        self._store = store
        self._holder = holder
        self._seconds = seconds
        self._taken = float("-inf")

    @property
    def patience(self) -> float:
        """Seconds after which it should be prolonged."""
        return self._seconds / 3

    def hold(self, work: UnitOfWork) -> None:
        """The lease runs anew from now, once the unit is committed. Raises LeaseHeld while another run has it."""
        work.take_lease(self._holder, self._seconds)
        self._taken = time.monotonic()

    def prolong_if_due(self) -> None:
        if time.monotonic() - self._taken >= self.patience:
            with self._store.begin() as work:
                self.hold(work)
                work.commit()

    def drop(self) -> None:
        with self._store.begin() as work:
            work.drop_lease(self._holder)
            work.commit()
