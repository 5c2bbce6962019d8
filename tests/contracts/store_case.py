"""What the contracts of the store share: the moment they begin at, and a clock that moves when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 9, 1, 6, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_time(self, **how_long: float) -> datetime:
        self.moment += timedelta(**how_long)
        return self.moment
