"""The audit log: append-only events under one RFC 6962 tree per school.

A leaf is the canonical JSON of {seq, at, kind, actor, data}, stored as the bytes that were hashed. Every event commits
together with the change it tells of. **No personal data but SourcedIds belongs into `data`**: the log cannot be
shortened, so whatever enters it stays (the callers' duty).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.engine import check_schema, open_reader
from state.errors import ChainBroken, StateCorrupt
from state.merkle import EMPTY_ROOT, Frontier, leaf_hash, peak_ends
from state.records import canonical_json
from state.tables import JOURNAL as J

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """What a full verification found. `first_bad` is the 0-based number of the first event that does not hold."""

    ok: bool
    size: int
    root: str
    """Hexadecimal tree head over the events that hold."""
    first_bad: int | None = None
    why: str = ""


class Journal:
    """The writing end within one transaction; it remembers the frontier until `forget`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._frontier: Frontier | None = None

    def append(self, kind: str, data: Mapping[str, Any], actor: str) -> int:
        """The number of the new event."""
        before = self._read_frontier()
        event = {"seq": before.size, "at": self._work.now().isoformat(), "kind": kind, "actor": actor, "data": data}
        leaf = canonical_json(event)
        hashed = leaf_hash(leaf)
        after = before.append(hashed)
        row = {
            "school": self._work.school,
            "seq": before.size,
            "leaf": leaf,
            "leaf_hash": hashed,
            "subtree": after.peaks[-1],
            "root": after.root,
        }
        self._work.connection.execute(J.insert(), row)
        self._frontier = after
        return before.size

    def head(self) -> tuple[int, str]:
        """(size, root) as it stands in this transaction, the root hexadecimal."""
        frontier = self._read_frontier()
        return frontier.size, frontier.root.hex()

    def forget(self) -> None:
        """The next call reads the head again: after a commit another process may have appended."""
        self._frontier = None

    def _read_frontier(self) -> Frontier:
        if self._frontier is None:
            self._frontier = _stored_frontier(self._work)
        return self._frontier


def _stored_frontier(work: Work) -> Frontier:
    """Built from one row per peak; StateCorrupt when it contradicts the stored head."""
    last = work.connection.scalar(select(func.max(J.c.seq)).where(J.c.school == work.school))
    if last is None:
        return Frontier()
    numbers = [end - 1 for end in peak_ends(last + 1)]
    query = select(J.c.subtree, J.c.root).where(J.c.school == work.school, J.c.seq.in_(numbers)).order_by(J.c.seq)
    rows = work.connection.execute(query).all()
    frontier = Frontier(last + 1, tuple(bytes(row.subtree) for row in rows))
    if len(rows) != len(numbers) or frontier.root != bytes(rows[-1].root):
        raise StateCorrupt(f"the head of the audit log (event {last}) does not hold; verify the log")
    return frontier


def verify_log(url: str, school_key: str, expect: tuple[int, str] | None = None) -> LogCheck:
    """The whole log recomputed from its leaves, streamed. `expect` is an earlier printed head (size, hex root).

    Cutting the tail off, or rewriting everything from some event on, leaves a consistent log: only an earlier head
    kept elsewhere shows it. Raises SchemaBehind.
    """
    check_schema(url)
    engine = open_reader(url)
    try:
        query = select(J).where(J.c.school == school_key).order_by(J.c.seq).execution_options(yield_per=1000)
        with engine.connect() as connection, connection.execute(query) as rows:
            return _check(rows.mappings(), expect)
    finally:
        engine.dispose()


def _check(rows: Iterable[Mapping[Any, Any]], expect: tuple[int, str] | None) -> LogCheck:
    frontier = Frontier()
    expected_size, expected_root = expect or (0, EMPTY_ROOT.hex())
    try:
        _require_head(frontier, expected_size, expected_root)
        for row in rows:
            frontier = _next(frontier, row)
            _require_head(frontier, expected_size, expected_root)
        _require_size(frontier, expected_size)
    except ChainBroken as broken:
        return LogCheck(
            ok=False, size=frontier.size, root=frontier.root.hex(), first_bad=broken.first_bad, why=broken.why
        )
    return LogCheck(ok=True, size=frontier.size, root=frontier.root.hex())


def _next(frontier: Frontier, row: Mapping[Any, Any]) -> Frontier:
    """The frontier with this event, or ChainBroken naming what does not hold."""
    number = frontier.size
    if row["seq"] != number:
        raise ChainBroken(number, f"missing: the next event stored is {row['seq']}")
    hashed = leaf_hash(bytes(row["leaf"]))
    if hashed != bytes(row["leaf_hash"]):
        raise ChainBroken(number, "its bytes do not give its stored hash")
    after = frontier.append(hashed)
    if after.root != bytes(row["root"]) or after.peaks[-1] != bytes(row["subtree"]):
        raise ChainBroken(number, "the tree head over it differs from the stored one")
    return after


def _require_head(frontier: Frontier, size: int, expected_root: str) -> None:
    if frontier.size == size and frontier.root.hex() != expected_root.lower():
        raise ChainBroken(max(size - 1, 0), f"the head over {size} events differs: rewritten here or before")


def _require_size(frontier: Frontier, size: int) -> None:
    if frontier.size < size:
        raise ChainBroken(frontier.size, f"missing: the earlier head counted {size} events")
