"""The register in canonical form: pages, columns and cells, with the integer key that joins both sides.

A page is a form or subgroup with a subject; a column is a day and the n-th lesson of that subject that day
(requirements §F). Every value is text; blank is "no entry". The packed key keeps a cell in 60 bits, so that both
sides join on one integer column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from state.identity import SourcedId

EPOCH = date(2010, 1, 1)
PAGE_BITS, DAY_BITS, NTH_BITS, KIND_BITS, PERSON_BITS = 18, 14, 3, 3, 22
PAGE_SHIFT = DAY_BITS + NTH_BITS + KIND_BITS + PERSON_BITS
"""The keys of page n are those from n << PAGE_SHIFT up to (n + 1) << PAGE_SHIFT."""


class CellKind(IntEnum):
    """What a cell holds. LESSON, TOPIC, HOMEWORK, SPREAD belong to a column (person 0); MEMBER and FINAL to a pupil."""

    LESSON = 0
    """The column exists; value is «lesson number|teacher sourced ids joined by ,». `raw` tells what kinds of works its
    marks are for, in the diary's words, joined by «,»: how long they may take depends on it (R015, R016)."""
    MARKS = 1
    """Canonical tokens of one pupil in one column, e.g. «4 5», «н», «4 н»."""
    TOPIC = 2
    HOMEWORK = 3
    FINAL = 4
    """A period mark; the column's day is the period's last day, nth is 0."""
    MEMBER = 5
    """The pupil is on the page's list; the column's day is EPOCH, nth is 0."""
    SPREAD = 6
    """Paper only: where the right page disagrees with the left one. Value: the right page's ISO date of the column;
    «-» for a column without a right row, «+» for a right row without a column (its texts in `raw`); at nth 0 of the
    period's last day «14|13», the counts of both pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    group: SourcedId
    subject: SourcedId
    """Blank on the group's own list page, which carries MEMBER cells of the whole group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCell:
    """One cell as one side shows it now."""

    page: Page
    day: date
    nth: int
    """1-based ordinal of the subject's lessons that day; 0 for FINAL and MEMBER."""
    kind: CellKind
    person: SourcedId | None
    value: str
    raw: str = ""
    """As the side wrote it, where that differs from `value`."""
    author: str = ""
    """SourcedId of who entered it, where the diary tells."""
    set_at: datetime | None = None
    """When it was entered (UTC), where the diary tells."""
    remote_id: str = ""
    """The diary's lesson id, for evidence."""


def pack(page: int, day: date, nth: int, kind: CellKind, person: int) -> int:
    """The cell's key as a non-negative integer below 2^60; raises ValueError outside the ranges (injective within)."""
    days = (day - EPOCH).days
    parts = ((page, PAGE_BITS), (days, DAY_BITS), (nth, NTH_BITS), (int(kind), KIND_BITS), (person, PERSON_BITS))
    key = 0
    for value, bits in parts:
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit {bits} bits")
        key = key << bits | value
    return key


def unpack(key: int) -> tuple[int, date, int, CellKind, int]:
    """(page, day, nth, kind, person): the inverse of `pack`."""
    person, key = key & (1 << PERSON_BITS) - 1, key >> PERSON_BITS
    kind, key = key & (1 << KIND_BITS) - 1, key >> KIND_BITS
    nth, key = key & (1 << NTH_BITS) - 1, key >> NTH_BITS
    days, page = key & (1 << DAY_BITS) - 1, key >> DAY_BITS
    return page, EPOCH + timedelta(days=days), nth, CellKind(kind), person
