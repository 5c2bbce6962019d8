"""The few errors of memory, named by what recovers from them.

StateError
  StateCorrupt     the database contradicts itself: stop and call
  ChainBroken      the audit log does not verify: stop and call
  LeaseHeld        another run works on this school: wait
  LeaseLost        the database let go of our lease: start again
  SchemaBehind     migrations are missing: fix the setup
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class StateError(Exception):
    """Root of this room's errors."""


class StateCorrupt(StateError):
    """The stored state contradicts itself."""


class ChainBroken(StateError):
    """The audit log does not verify; `first_bad` is the 0-based number of the first bad event."""

    def __init__(self, first_bad: int, why: str) -> None:
        super().__init__(f"event {first_bad}: {why}")
        self.first_bad = first_bad
        self.why = why


class LeaseHeld(StateError):
    """Another run holds the school's lease since `since`."""

    def __init__(self, holder: str, since: datetime) -> None:
        super().__init__(f"{holder}, {since:%Y-%m-%d %H:%M:%S %Z}")
        self.holder = holder
        self.since = since


class LeaseLost(StateError):
    """The connection that held the lease is gone, and the lease with it; another run may have it by now."""


class SchemaBehind(StateError):
    """The database is older than the program."""
