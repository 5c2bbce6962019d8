"""Samples in memory: draws and entries that only ever grow, and what the audit log says of the draws."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.columns import insert_rows
from state.identity import SourcedId
from state.samples_tables import SAMPLE_DRAW as D
from state.samples_tables import SAMPLE_ENTRY as E
from state.tables import JOURNAL as J

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Table

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDraw:
    """One draw from one frame. Number and moment are filled in by the store."""

    period: SourcedId
    unit: str
    """`lesson` or `cell`."""
    starts: date
    until: date
    """The last day of the frame."""
    seed: str
    frame: tuple[str, ...]
    """Names of all units, sorted."""
    drawn: tuple[str, ...]
    """The unbiased part, in the order of the draw."""
    risk: Mapping[str, tuple[str, ...]]
    """The risk-led part: unit → why it was looked at."""
    terms: Mapping[str, Any]
    """JSON values: the share and number of differing units it was made for, who made the seed."""
    why: str
    """Why it was drawn again; blank for the first draw of a period."""
    drawn_by: str
    number: int = 0
    drawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """What paper says of one unit; the latest of its draw and unit counts."""

    draw: int
    unit: str
    on_paper: bool
    """The lesson stands in the paper register."""
    cells: tuple[tuple[int, int, str, str], ...] = ()
    """(CellKind, person number, value, raw) of all that is not blank."""
    sha256: str
    """Of the workbook it came in."""
    entered_by: str
    number: int = field(default=0, compare=False)
    entered_at: datetime | None = field(default=None, compare=False)

    @property
    def says(self) -> tuple[bool, tuple[tuple[int, int, str, str], ...]]:
        return self.on_paper, self.cells


class Samples:
    """Everything here is kept or lost with the unit of work it came from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def next_number(self) -> int:
        """What the next draw will be called: a number is given once."""
        return _last(self._work, D) + 1

    def add(self, draw: SampleDraw) -> int:
        """The number of the draw, rising from 1."""
        number = self.next_number()
        row = {
            "school": self._work.school,
            "number": number,
            "period": draw.period,
            "unit": draw.unit,
            "starts": draw.starts.isoformat(),
            "until": draw.until.isoformat(),
            "seed": draw.seed,
            "frame": list(draw.frame),
            "drawn": list(draw.drawn),
            "risk": [[unit, list(why)] for unit, why in draw.risk.items()],
            "terms": dict(draw.terms),
            "why": draw.why,
            "drawn_by": draw.drawn_by,
            "drawn_at": self._work.now(),
        }
        insert_rows(self._work.connection, D, [row])
        return number

    def draws(self) -> tuple[SampleDraw, ...]:
        """Every draw, the oldest first."""
        query = select(D).where(D.c.school == self._work.school).order_by(D.c.number)
        return tuple(_draw(row) for row in self._work.connection.execute(query).mappings())

    def enter(self, entries: Sequence[SampleEntry]) -> None:
        """All entries are kept, in the order given; what was typed before stays beside them."""
        last = _last(self._work, E)
        rows = [
            {
                "school": self._work.school,
                "number": number,
                "draw": entry.draw,
                "unit": entry.unit,
                "body": {"on_paper": entry.on_paper, "cells": [list(cell) for cell in entry.cells]},
                "sha256": entry.sha256,
                "entered_by": entry.entered_by,
                "entered_at": self._work.now(),
            }
            for number, entry in enumerate(entries, start=last + 1)
        ]
        insert_rows(self._work.connection, E, rows)

    def entries(self, draws: Iterable[int]) -> tuple[SampleEntry, ...]:
        """Every entry of these draws, the oldest first."""
        mine = (E.c.school == self._work.school, E.c.draw.in_(sorted(draws)))
        query = select(E).where(*mine).order_by(E.c.number)
        return tuple(_entry(row) for row in self._work.connection.execute(query).mappings())

    def journaled(self, kind: str) -> tuple[dict[str, Any], ...]:
        """`data` of every event of that kind in the audit log, the oldest first."""
        query = select(J.c.leaf).where(J.c.school == self._work.school).order_by(J.c.seq)
        needle = f'"kind":{json.dumps(kind)}'.encode()
        leaves = (bytes(row.leaf) for row in self._work.connection.execute(query))
        events = (json.loads(leaf) for leaf in leaves if needle in leaf)
        return tuple(event["data"] for event in events if event["kind"] == kind)


def _last(work: Work, table: Table) -> int:
    found = work.connection.scalar(select(func.max(table.c.number)).where(table.c.school == work.school))
    return int(found or 0)


def _draw(row: Mapping[Any, Any]) -> SampleDraw:
    return SampleDraw(
        number=row["number"],
        period=SourcedId(row["period"]),
        unit=row["unit"],
        starts=date.fromisoformat(row["starts"]),
        until=date.fromisoformat(row["until"]),
        seed=row["seed"],
        frame=tuple(row["frame"]),
        drawn=tuple(row["drawn"]),
        risk={unit: tuple(why) for unit, why in row["risk"]},
        terms=row["terms"],
        why=row["why"],
        drawn_by=row["drawn_by"],
        drawn_at=row["drawn_at"],
    )


def _entry(row: Mapping[Any, Any]) -> SampleEntry:
    return SampleEntry(
        number=row["number"],
        draw=row["draw"],
        unit=row["unit"],
        on_paper=row["body"]["on_paper"],
        cells=tuple((kind, person, value, raw) for kind, person, value, raw in row["body"]["cells"]),
        sha256=row["sha256"],
        entered_by=row["entered_by"],
        entered_at=row["entered_at"],
    )
