"""The register in time: every cell is a line of entries, each true from when it was seen until it was seen gone.

Nothing is overwritten. A batch is compared with the open entries of its groups and days; what differs is closed and
written anew, what is missing is closed. Bulk paths speak to the driver directly (design §6): a school year has some
600 000 cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from state.register import EPOCH, PERSON_BITS, CellKind, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.keys import RegisterKeys
    from state.register import RegisterCell
    from state.work import Work


class Absorbed(NamedTuple):
    """What a batch did: cells in it, entries new, changed (one closed, one new) and vanished (closed)."""

    seen: int
    new: int
    changed: int
    vanished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchScope:
    """What a batch is the whole truth of: these groups on these days, and who is on their lists (MEMBER cells).

    FINAL cells of the groups may lie outside the days (a period's last day): they are compared, but only inside the
    days does a missing one count as vanished.
    """

    groups: frozenset[SourcedId]
    starts: date
    ends: date

    def base(self, keys: RegisterKeys, cell: RegisterCell) -> int:
        """The key of the cell's column and kind, without the person; ValueError outside what the batch speaks of."""
        if cell.page.group not in self.groups:
            raise ValueError(f"a cell of {cell.page.group}, which the batch does not cover")
        if not (self.starts <= cell.day <= self.ends or cell.kind in (CellKind.FINAL, CellKind.MEMBER)):
            raise ValueError(f"a cell on {cell.day}, outside {self.starts}..{self.ends}")
        return pack(keys.page(cell.page.group, cell.page.subject), cell.day, cell.nth, cell.kind, 0)


_INSERTED = ("school", "key", "value", "raw", "author", "set_at", "remote_id", "seen_from", "run")
_OPEN = """
    SELECT key, id, value, raw, author, set_at, remote_id FROM ledger_entry
    WHERE school = ? AND seen_to IS NULL AND key >= ? AND key < ?
"""
# What an entry holds, in a row of _OPEN and in a row of _INSERTED: it lasts while all of it stays.
_CONTENT = slice(2, 7)
_CLOSE = "UPDATE ledger_entry SET seen_to = ? WHERE id = ?"
_ONE_COLUMN = 1 << PERSON_BITS
"""How many keys one column of one kind spans."""


def absorb(work: Work, keys: RegisterKeys, run: str, batch: Sequence[RegisterCell], scope: BatchScope) -> Absorbed:
    """The open entries of the scope are exactly the batch. ValueError for a cell given twice or outside the scope."""
    known_pages = keys.pages_of(scope.groups)
    now = work.stored(work.now())
    rows, finals = _rows(work, keys, batch, scope, (now, run))
    inside = _read_open(work, _ranges(known_pages, scope))
    held = inside | _read_open(work, [(base, base + _ONE_COLUMN) for base in finals])
    new = [key for key in rows if key not in held] if held else list(rows)
    changed = [key for key, old in held.items() if key in rows and old[_CONTENT] != rows[key][_CONTENT]]
    vanished = [key for key in inside if key not in rows]
    keys.flush()
    if changed or vanished:
        work.many(_CLOSE, [(now, held[key][1]) for key in changed + vanished])
    if new or changed:
        work.load("ledger_entry", _INSERTED, [rows[key] for key in sorted(new + changed)])
    return Absorbed(len(rows), len(new), len(changed), len(vanished))


def _rows(
    work: Work, keys: RegisterKeys, batch: Iterable[RegisterCell], scope: BatchScope, tail: tuple[Any, str]
) -> tuple[dict[int, tuple[Any, ...]], list[int]]:
    """The batch as entries by cell key, and the bases of FINAL columns outside the days.

    Written flat: this loop runs 600 000 times, and its price is most of what a pull costs beside the insert.
    """
    rows: dict[int, tuple[Any, ...]] = {}
    bases: dict[tuple[Any, ...], int] = {}
    finals: list[int] = []
    school, stored, people, (now, run) = work.school, work.stored, keys.people, tail
    for cell in batch:
        page, person, set_at = cell.page, cell.person, cell.set_at
        # `+ 0`: an IntEnum hashes through Python code, a plain integer does not.
        slot = (page.group, page.subject, cell.day, cell.nth, cell.kind + 0)
        base = bases.get(slot)
        if base is None:
            base = bases[slot] = scope.base(keys, cell)
            if cell.kind is CellKind.FINAL and not scope.starts <= cell.day <= scope.ends:
                finals.append(base)
        key = base if person is None else base | (people.get(person) or keys.person(person))
        if key in rows:
            raise ValueError(f"cell {key} stands twice in one batch: {slot} {person}")
        moment = None if set_at is None else stored(set_at)
        rows[key] = (school, key, cell.value, cell.raw, cell.author, moment, cell.remote_id, now, run)
    return rows, finals


def _ranges(pages: Iterable[int], scope: BatchScope) -> Iterator[tuple[int, int]]:
    """The key ranges [from, to) of the scope's days and lists on these pages."""
    first, after = max(scope.starts, EPOCH), scope.ends + timedelta(days=1)
    for page in pages:
        yield pack(page, first, 0, CellKind.LESSON, 0), pack(page, after, 0, CellKind.LESSON, 0)
        members = pack(page, EPOCH, 0, CellKind.MEMBER, 0)
        yield members, members + _ONE_COLUMN


def _read_open(work: Work, ranges: Iterable[tuple[int, int]]) -> dict[int, tuple[Any, ...]]:
    """{cell key: (key, entry id, value, raw, author, set_at, remote_id)} of the open entries in these ranges."""
    found: dict[int, tuple[Any, ...]] = {}
    for start, end in ranges:
        for row in work.fetch(_OPEN, (work.school, start, end)):
            found[row[0]] = row
    return found
