"""What a local file would bring, without keeping any of it (`source-inspect/1`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.sources.formats import EJOURNAL, REGISTER_PAGE, REPORT_CARD
from gateway.sync.reading import read_file
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from mappings.sources.table_map import TableMap
    from state.local import LocalPart, Problem

SCHEMA = "source-inspect/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScope:
    """What a file declares itself to be the truth of."""

    weeks: int
    """Of the timetable's cycle; 0 for a file without lessons."""
    forms: tuple[str, ...]
    """The forms it lists, where it lists single ones; blank for the whole school."""
    days: tuple[tuple[date, date], ...]
    """First and last day of each run of days its lessons are told for; blank for all days."""
    complete: tuple[RecordType, ...]
    """Types of which nothing is missing within all this, in pushing order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Every row or element of the file is counted, or named by a finding."""

    format: str
    version: str
    counts: Mapping[str, int]
    findings: tuple[Problem, ...]
    scope: FileScope | None
    """What the file speaks of; nothing outside it is ever taken out of the diary. None for what is no source."""
    refused: bool
    """Nothing was read: the only finding says why."""
    cells: Mapping[str, int]
    """Of a register's report: cells by role, all of the sheet; empty for other files."""
    entries: Mapping[str, int]
    """Of a register's report: what its entries say, in numbers; empty for other files."""

    @property
    def is_page(self) -> bool:
        """Pages of a register, typed over or reported by another program: they go in by another door."""
        return self.format in (REGISTER_PAGE, EJOURNAL, REPORT_CARD)


def inspect(path: Path, own: Sequence[TableMap] = ()) -> Inspection:
    """What the file is and holds. Nothing is written; a file that cannot be read is a finding, not an error."""
    reading = read_file(path, own)
    return Inspection(
        format=reading.detected.format,
        version=reading.detected.version,
        counts=reading.counts,
        findings=reading.problems,
        scope=_scope(reading.parts) if reading.parts else None,
        refused=reading.refusal is not None,
        cells=reading.cells,
        entries=reading.entries,
    )


def _scope(parts: Sequence[LocalPart]) -> FileScope:
    told = frozenset().union(*(part.complete for part in parts))
    return FileScope(
        weeks=max((part.week_cycle for part in parts if part.cards), default=0),
        forms=tuple(dict.fromkeys(part.slot for part in parts if part.slot)),
        days=tuple((run.starts, run.ends) for part in parts for run in part.covers),
        complete=tuple(kind for kind in RecordType if kind in told),
    )


def to_json(inspection: Inspection) -> dict[str, Any]:
    """The inspection as `source-inspect/1`; `scope` only of a source, `cells` and `entries` of a register's report."""
    accounts: dict[str, Any] = {}
    if inspection.scope:
        accounts["scope"] = _plain_scope(inspection.scope)
    if inspection.cells:
        accounts |= {"cells": dict(inspection.cells), "entries": dict(inspection.entries)}
    return {
        "schema": SCHEMA,
        "format": inspection.format,
        "version": inspection.version,
        "counts": dict(inspection.counts),
        "findings": [{"code": item.code, "where": item.where, "raw": item.raw} for item in inspection.findings],
        **accounts,
    }


def _plain_scope(scope: FileScope) -> dict[str, Any]:
    return {
        "weeks": scope.weeks,
        "forms": list(scope.forms),
        "days": [[first.isoformat(), last.isoformat()] for first, last in scope.days],
        "complete": [kind.value for kind in scope.complete],
    }
