"""Double blind entry in memory: two people type one page over, and neither sees the other's (R006, anchors F).

What somebody typed lies here sealed: nothing but `copy` gives it out, and it is checked against its digest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.blind_tables import BLIND_COPY as C
from state.blind_tables import BLIND_ENTRY as E
from state.blind_tables import BLIND_VALUE as V
from state.columns import insert_rows, upsert_rows
from state.errors import StateCorrupt
from state.identity import SourcedId
from state.local import Problem
from state.records import digest
from state.register import CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from state.work import Work

TYPISTS = (1, 2)
_KINDS = {int(kind): kind for kind in CellKind}


class BlindStanding(StrEnum):
    OPEN = "open"
    """Somebody has still to type, or differences to settle."""
    COMPLETE = "complete"
    """What both agree on, or a third person settled, is the page's transcription."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindEntry:
    page: Page
    period: SourcedId
    first: str
    second: str
    """The two typists' names as given."""
    opened_by: str
    number: int = 0
    opened_at: datetime | None = None
    standing: BlindStanding = BlindStanding.OPEN
    closed_by: str = ""
    why: str = ""
    closed_at: datetime | None = None
    entered: Mapping[int, str] | None = None
    """Typist (1 or 2) → digest of what they typed; filled in by the store."""

    @property
    def is_typed(self) -> bool:
        """Both have typed."""
        return len(self.entered or {}) == len(TYPISTS)

    def typist(self, number: int) -> str:
        return (self.first, self.second)[number - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindCopy:
    """A whole page as one of the two typed it."""

    source: str
    cells: tuple[RegisterCell, ...]
    problems: tuple[Problem, ...]
    strangers: Mapping[SourcedId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindValue:
    """What stands on paper in one place, by a third look; blank for an empty cell."""

    place: str
    value: str
    settled_by: str
    settled_at: datetime | None = None


class Blind:
    """One door of the unit of work; everything here is kept or lost with it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def open(self, entry: BlindEntry) -> BlindEntry:
        """The entry as it is kept, numbered from 1."""
        last = self._work.connection.scalar(select(func.max(E.c.number)).where(E.c.school == self._work.school)) or 0
        row = {
            "school": self._work.school,
            "number": last + 1,
            "page_group": entry.page.group,
            "page_subject": entry.page.subject,
            "period": entry.period,
            "first": entry.first,
            "second": entry.second,
            "opened_by": entry.opened_by,
            "opened_at": self._work.now(),
            "standing": BlindStanding.OPEN.value,
            "closed_by": "",
            "why": "",
            "closed_at": None,
        }
        insert_rows(self._work.connection, E, [row])
        return next(one for one in self.entries() if one.number == last + 1)

    def entries(self) -> tuple[BlindEntry, ...]:
        """Every entry ever opened, by number; who has typed, and never what."""
        known = select(C.c.entry, C.c.typist, C.c.digest).where(C.c.school == self._work.school)
        typed: dict[int, dict[int, str]] = {}
        for row in self._work.connection.execute(known.order_by(C.c.entry, C.c.typist)):
            typed.setdefault(row.entry, {})[row.typist] = row.digest
        rows = self._work.connection.execute(select(E).where(E.c.school == self._work.school).order_by(E.c.number))
        return tuple(_entry(row, typed.get(row.number, {})) for row in rows)

    def held(self) -> frozenset[tuple[Page, SourcedId]]:
        """The pages whose latest entry is not cancelled: only that entry may give them a transcription."""
        latest = {(one.page, one.period): one.standing for one in self.entries()}
        return frozenset(place for place, standing in latest.items() if standing is not BlindStanding.CANCELLED)

    def seal(self, number: int, typist: int, copy: BlindCopy) -> str:
        """The digest of what that typist typed; it takes the place of what they typed before."""
        body = _copy_to_plain(copy)
        row = {
            "school": self._work.school,
            "entry": number,
            "typist": typist,
            "digest": digest(body),
            "entered_at": self._work.now(),
            "body": body,
        }
        upsert_rows(self._work.connection, C, [row])
        return str(row["digest"])

    def copy(self, entry: BlindEntry, typist: int) -> BlindCopy:
        """What that typist typed; KeyError where they have not. Raises StateCorrupt where the seal is broken."""
        mine = (C.c.school == self._work.school, C.c.entry == entry.number, C.c.typist == typist)
        row = self._work.connection.execute(select(C.c.digest, C.c.body).where(*mine)).one_or_none()
        if row is None:
            raise KeyError(typist)
        if digest(row.body) != row.digest:
            raise StateCorrupt(f"blind entry {entry.number}: what typist {typist} typed was changed")
        return _copy_from_plain(entry.page, row.body)

    def settle(self, number: int, values: Iterable[BlindValue]) -> None:
        """Each place has the value given last."""
        now = self._work.now()
        rows = [
            {
                "school": self._work.school,
                "entry": number,
                "place": one.place,
                "value": one.value,
                "settled_by": one.settled_by,
                "settled_at": now,
            }
            for one in values
        ]
        upsert_rows(self._work.connection, V, rows)

    def values(self, number: int) -> dict[str, BlindValue]:
        """Place → what a third look read there."""
        mine = (V.c.school == self._work.school, V.c.entry == number)
        columns = (V.c.place, V.c.value, V.c.settled_by, V.c.settled_at)
        rows = self._work.connection.execute(select(*columns).where(*mine).order_by(V.c.place)).mappings()
        return {row["place"]: BlindValue(**row) for row in rows}

    def close(self, number: int, standing: BlindStanding, who: str, why: str = "") -> None:
        """The entry stands so from now on; StateCorrupt for one that was never opened."""
        mine = (E.c.school == self._work.school, E.c.number == number)
        said = {"standing": standing.value, "closed_by": who, "why": why, "closed_at": self._work.now()}
        if self._work.connection.execute(E.update().where(*mine).values(**said)).rowcount != 1:
            raise StateCorrupt(f"no blind entry {number}")


def _entry(row: Any, entered: Mapping[int, str]) -> BlindEntry:
    return BlindEntry(
        page=Page(group=SourcedId(row.page_group), subject=SourcedId(row.page_subject)),
        period=SourcedId(row.period),
        first=row.first,
        second=row.second,
        opened_by=row.opened_by,
        number=row.number,
        opened_at=row.opened_at,
        standing=BlindStanding(row.standing),
        closed_by=row.closed_by,
        why=row.why,
        closed_at=row.closed_at,
        entered=entered,
    )


def _copy_to_plain(copy: BlindCopy) -> dict[str, Any]:
    return {
        "source": copy.source,
        "cells": [[one.day.isoformat(), one.nth, int(one.kind), one.person, one.value, one.raw] for one in copy.cells],
        "problems": [[one.code, one.where, one.raw, one.blocks] for one in copy.problems],
        "strangers": dict(copy.strangers),
    }


def _copy_from_plain(page: Page, body: Mapping[str, Any]) -> BlindCopy:
    return BlindCopy(
        source=body["source"],
        cells=tuple(
            RegisterCell(
                page=page,
                day=date.fromisoformat(day),
                nth=nth,
                kind=CellKind(kind),
                person=person,
                value=value,
                raw=raw,
            )
            for day, nth, kind, person, value, raw in body["cells"]
        ),
        problems=tuple(
            Problem(code=code, where=where, raw=raw, blocks=blocks) for code, where, raw, blocks in body["problems"]
        ),
        strangers=body["strangers"],
    )
