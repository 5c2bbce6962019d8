"""The few errors of memory, named by what recovers from them.

StateError
  StateCorrupt     the database contradicts itself: stop and call
  ChainBroken      the audit log does not verify: stop and call
  LeaseHeld        another run works on this school: wait
  SchemaBehind     migrations are missing: fix the setup
"""

from __future__ import annotations


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
    """Another run holds the school's lease until `until` (ISO, UTC)."""

    def __init__(self, holder: str, until: str) -> None:
        super().__init__(f"held by {holder} until {until}")
        self.holder = holder
        self.until = until


class SchemaBehind(StateError):
    """The database is older than the program."""
