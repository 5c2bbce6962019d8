"""What the runs of a school noted of its diary: how fast it may be asked, and what in its answers nobody knew.

One JSON file, mode 0600, in the school's state folder. Nothing in it is needed: where it is lost, spoilt or cannot be
written, a run begins to learn again. Tokens are known by a keyed digest, the key lies in the file and nowhere else.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from connectors.dnevnik.unfamiliar import Oddity
from gateway.auth.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from connectors.transport.sign_in import SignIn
    from gateway.ports import Clock

PACE_HOLDS = timedelta(days=7)
"""A limit learned longer ago is forgotten: services change theirs."""
ODDITY_HOLDS = timedelta(days=30)
"""What was not met for so long is no news any more."""
MOST = 200
_SLOWEST, _FASTEST = 0.1, 10_000.0
_KEY = 32


class Notebook:
    """Read when a run begins, written when it ends; of two runs that end at once the later one wins."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def limit(self, owner: SignIn, host: str) -> float | None:
        """Requests per second that this token may make at this host, as a run of the last week learned it."""
        notes = self._read()
        noted = notes["limits"].get(owner.digest(_key(notes), host), {})
        limit = noted.get("limit") if isinstance(noted, dict) else None
        if not isinstance(limit, int | float) or not _SLOWEST <= limit <= _FASTEST:
            return None
        return float(limit) if self._holds(noted, PACE_HOLDS) else None

    def oddities(self) -> tuple[Oddity, ...]:
        """Unknown fields and words that runs of the last month met, by name."""
        rows = (row for row in self._read()["unfamiliar"] if isinstance(row, dict) and self._holds(row, ODDITY_HOLDS))
        return tuple(sorted(map(_oddity, rows), key=lambda one: (one.name, one.word)))

    def keep(self, owner: SignIn, host: str, limit: float | None, found: Iterable[Oddity]) -> None:
        """What a run has learned is there for the next one. Nothing new: nothing is written."""
        notes, met = self._read(), {(one.name, one.word): one for one in found}
        digest = owner.digest(_key(notes), host)
        is_news = limit is not None and limit != self.limit(owner, host)
        if not met and not is_news:
            return
        if is_news and digest:
            notes["limits"] = {key: row for key, row in notes["limits"].items() if self._holds(row, PACE_HOLDS)}
            notes["limits"][digest] = self._dated({"limit": limit})
        older = [row for row in notes["unfamiliar"] if isinstance(row, dict) and _name(row) not in met]
        kept = [row for row in older if self._holds(row, ODDITY_HOLDS)]
        notes["unfamiliar"] = [*(self._dated(asdict(one)) for one in met.values()), *kept][:MOST]
        self._write(notes)

    # --- the file -----------------------------------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        """What is noted; a fresh page where there is none or it cannot be understood."""
        try:
            notes = json.loads(self._path.read_bytes())
            if len(_key(notes)) == _KEY and isinstance(notes["limits"], dict) and isinstance(notes["unfamiliar"], list):
                return {name: notes[name] for name in ("key", "limits", "unfamiliar")}
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return {"key": os.urandom(_KEY).hex(), "limits": {}, "unfamiliar": []}

    def _write(self, notes: dict[str, Any]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, json.dumps(notes, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            structlog.get_logger().info("notes not kept", code=type(error).__name__)

    def _dated(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "at": self._clock.now().astimezone(UTC).isoformat()}

    def _holds(self, row: Any, span: timedelta) -> bool:
        """Is it young enough? What claims to come from the future is not trusted."""
        try:
            return timedelta() <= self._clock.now() - datetime.fromisoformat(row["at"]) <= span
        except (KeyError, TypeError, ValueError):
            return False


def _key(notes: Any) -> bytes:
    return bytes.fromhex(notes["key"])


def _name(row: dict[str, Any]) -> tuple[str, str]:
    return f"{row.get('model')}.{row.get('field')}", str(row.get("word", ""))


def _oddity(row: dict[str, Any]) -> Oddity:
    texts = {name: str(row.get(name, "")) for name in ("model", "field", "word", "place", "key")}
    count = row.get("count")
    return Oddity(**texts, count=count if isinstance(count, int) else 1)
