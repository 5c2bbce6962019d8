"""What was asked of the sandbox and what was changed, in order; every figure is derived from these two lists."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK_OPERATIONS = frozenset(
    {
        *("insertMark", "updateMark", "updateMarkByID", "deleteMark", "deleteMarkByID"),
        *("insertPeriodMark", "updatePeriodMark", "insertFinalMark", "updateFinalMark"),
        *("insertWork", "updateWork", "deleteWork", "updateLessonLogEntry", "deleteLessonLogEntry"),
        *("POST /persons/{personId}/works/{workId}/mark", "POST /works", "PUT /works/{work}", "DELETE /works/{work}"),
        *("POST /lesson-log-entries", "PUT /lesson-log-entries", "DELETE /lesson-log-entries"),
        *("POST /thematic-marks", "POST /works/{work}/persons/{person}/status"),
        *(f"{verb} /lessons/{{lesson}}/log-entries" for verb in ("POST", "PUT", "DELETE")),
    }
)
"""Everything that would write into the register, by either door, whether it was let through or not."""


UPLOAD = "persons-workbook"
"""The administrator's upload: listed in the history row by row, but no write of a client."""


@dataclass(frozen=True, slots=True)
class Write:
    """One accepted write."""

    operation: str
    effect: str
    """`created`, `changed`, `deleted`, or `repeat` when the same content was already there."""
    id: str
    what: dict[str, str]
    duplicate: bool = False
    """A second object with the natural key of an existing one was made."""
    marks_destroyed: int = 0


@dataclass(slots=True)
class Counters:
    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals by code."""
    history: list[Write] = field(default_factory=list)

    most_at_once: int = 0
    """Requests in flight at the busiest moment."""
    overlaps: int = 0
    """Writes sent again while the same write was still in flight, or had yet to take effect."""
    _flying: int = 0
    _writes: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def in_flight(self, write: str) -> Iterator[None]:
        """One request on its way; `write` is its whole content where it changes something, else blank."""
        self.overlaps += bool(write) and self._writes[write] > 0
        self._flying += 1
        self._writes[write] += 1
        self.most_at_once = max(self.most_at_once, self._flying)
        try:
            yield
        finally:
            self._flying -= 1
            self._writes[write] -= 1
            if not self._writes[write]:
                del self._writes[write]

    def figures(self) -> dict[str, Any]:
        """The body of `/_sandbox/counters`."""
        return {
            "requests": self.asked.total(),
            "writes": sum(write.effect != "repeat" and write.operation != UPLOAD for write in self.history),
            "duplicates": sum(write.duplicate for write in self.history),
            "repeats": sum(write.effect == "repeat" for write in self.history),
            "overlaps": self.overlaps,
            "most_at_once": self.most_at_once,
            "mark_writes": sum(count for name, count in self.asked.items() if name in MARK_OPERATIONS),
            "marks_destroyed": sum(write.marks_destroyed for write in self.history),
            "refused": dict(self.refused),
            "by_operation": dict(self.asked),
        }

    def listed(self, after: int = 0) -> list[dict[str, Any]]:
        """The body of `/_sandbox/history`: the accepted writes from the one after number `after` on."""
        return [{"n": n, **asdict(write)} for n, write in enumerate(self.history[after:], start=after + 1)]
