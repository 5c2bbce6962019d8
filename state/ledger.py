"""The register in time: every cell is a line of entries, each true from when it was seen until it was seen gone.

Nothing is overwritten. A batch is compared with the open entries of its groups and days; what differs is closed and
written anew, what is missing is closed. Bulk paths speak to the driver directly (design §6): a school year has some
600 000 cells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from state.images import change_images
from state.register import EPOCH, KIND_BITS, PAGE_SHIFT, PERSON_BITS, CellKind, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.keys import RegisterKeys
    from state.register import Page, RegisterCell
    from state.work import Work


class Absorbed(NamedTuple):
    """What a batch did: cells in it, entries new, changed (one closed, one new) and vanished (closed)."""

    seen: int
    new: int
    changed: int
    vanished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchScope:
    """What a batch is the whole truth of: these groups on these days, and all their FINAL and MEMBER cells.

    A FINAL cell sits on its period's last day and a MEMBER cell on EPOCH, so the days do not bound them.
    """

    groups: frozenset[SourcedId]
    starts: date
    ends: date

    def base(self, keys: RegisterKeys, page: Page, day: date, nth: int, kind: CellKind) -> int:
        """The key of the column and kind, without the person; ValueError outside what the batch speaks of."""
        if page.group not in self.groups:
            raise ValueError(f"a cell of {page.group}, which the batch does not cover")
        if not (self.starts <= day <= self.ends or kind in _DAYLESS):
            raise ValueError(f"a cell on {day}, outside {self.starts}..{self.ends}")
        return pack(keys.page(page.group, page.subject), day, nth, kind, 0)


_DAYLESS = (CellKind.FINAL, CellKind.MEMBER)
_INSERTED = ("key", "value", "raw", "author", "set_at", "remote_id")
_PLACE = attrgetter("page", "day", "nth", "kind", "person")
_OF_CELL = attrgetter("page", "day", "nth", "kind", "person", "value", "raw", "author", "set_at", "remote_id")
_OPEN = f"""
    SELECT key, id, value, raw, author, set_at, remote_id FROM ledger_entry
    WHERE school = ? AND seen_to IS NULL AND key >= ? AND key < ?
      AND ((key >= ? AND key < ?) OR ((key >> {PERSON_BITS}) & {(1 << KIND_BITS) - 1}) IN {tuple(map(int, _DAYLESS))})
"""  # noqa: S608 (our own numbers)
# What an entry holds, in a row of _OPEN and in a row of _INSERTED: it lasts while all of it stays.
_HELD, _CONTENT = slice(2, 7), slice(1, 6)
_CELL = slice(0, 3)
"""Key, value and raw of a row of _INSERTED."""
_CLOSE = "UPDATE ledger_entry SET seen_to = ? WHERE id = ?"


def absorb(work: Work, keys: RegisterKeys, run: str, batch: Sequence[RegisterCell], scope: BatchScope) -> Absorbed:
    """The open entries of the scope are exactly the batch. ValueError for a cell given twice or outside the scope."""
    known_pages = keys.pages_of(scope.groups)
    now = work.stored(work.now())
    rows = _rows(work, keys, batch, scope)
    held = _read_open(work, known_pages, scope)
    new = [key for key in rows if key not in held] if held else list(rows)
    changed = [key for key, old in held.items() if key in rows and old[_HELD] != rows[key][_CONTENT]]
    vanished = [key for key in held if key not in rows]
    keys.flush()
    if changed or vanished:
        work.many(_CLOSE, [(now, held[key][1]) for key in changed + vanished])
    if new or changed:
        fixed = {"school": work.school, "seen_from": now, "run": run}
        work.load("ledger_entry", fixed, _INSERTED, [rows[key] for key in sorted(new + changed)])
    change_images(work, vanished, (rows[key][_CELL] for key in chain(new, changed)))
    return Absorbed(len(rows), len(new), len(changed), len(vanished))


def _rows(
    work: Work, keys: RegisterKeys, batch: Sequence[RegisterCell], scope: BatchScope
) -> dict[int, tuple[Any, ...]]:
    """The batch by cell key, each cell as _INSERTED.

    Written flat: this loop runs 600 000 times, and its price is most of what a pull costs beside the insert.
    """
    rows: dict[int, tuple[Any, ...]] = {}
    bases: dict[tuple[Any, ...], int] = {}
    stored, people = work.stored, keys.people
    page = day = nth = kind = None
    base = 0
    for its_page, its_day, its_nth, its_kind, person, value, raw, author, set_at, remote_id in map(_OF_CELL, batch):
        # Cells come column by column, mostly: the column is looked up where it changes.
        if its_page is not page or its_kind is not kind or its_nth != nth or its_day != day:
            page, day, nth, kind = its_page, its_day, its_nth, its_kind
            # `+ 0`: an IntEnum hashes through Python code, a plain integer does not.
            slot = (page.group, page.subject, day, nth, kind + 0)
            base = bases.get(slot) or bases.setdefault(slot, scope.base(keys, page, day, nth, kind))
        key = base if person is None else base | (people.get(person) or keys.person(person))
        rows[key] = (key, value, raw, author, None if set_at is None else stored(set_at), remote_id)
    if len(rows) != len(batch):
        (place, _times), *_others = Counter(map(_PLACE, batch)).most_common(1)
        raise ValueError(f"a cell stands twice in one batch: {place}")
    return rows


def _read_open(work: Work, pages: Iterable[int], scope: BatchScope) -> dict[int, tuple[Any, ...]]:
    """{cell key: (key, entry id, value, raw, author, set_at, remote_id)} of the open entries the batch speaks of."""
    first, after = max(scope.starts, EPOCH), scope.ends + timedelta(days=1)
    found: dict[int, tuple[Any, ...]] = {}
    for page in pages:
        days = (pack(page, first, 0, CellKind.LESSON, 0), pack(page, after, 0, CellKind.LESSON, 0))
        for row in work.fetch(_OPEN, (work.school, page << PAGE_SHIFT, page + 1 << PAGE_SHIFT, *days)):
            found[row[0]] = row
    return found
