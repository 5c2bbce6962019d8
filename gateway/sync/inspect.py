"""What a local file would bring, without keeping any of it (`source-inspect/1`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.sources.formats import REGISTER_PAGE
from gateway.sync.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mappings.sources.table_map import TableMap
    from state.local import Problem
    from state.records import RecordType

SCHEMA = "source-inspect/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Every row or element of the file is counted, or named by a finding."""

    format: str
    version: str
    counts: Mapping[str, int]
    findings: tuple[Problem, ...]
    scope: str
    """The weeks of the timetable's cycle, e.g. «2»; blank for files that have none."""
    complete: frozenset[RecordType]
    """Types of which the file is the whole truth."""
    refused: bool
    """Nothing was read: the only finding says why."""
    cells: Mapping[str, int]
    """Of a register's report: cells by role, all of the sheet; empty for other files."""
    entries: Mapping[str, int]
    """Of a register's report: what its entries say, in numbers; empty for other files."""

    @property
    def is_page(self) -> bool:
        """A page of the paper register, which goes in by another door."""
        return self.format == REGISTER_PAGE


def inspect(path: Path, own: Sequence[TableMap] = ()) -> Inspection:
    """What the file is and holds. Nothing is written; a file that cannot be read is a finding, not an error."""
    reading = read_file(path, own)
    cycles = [part.week_cycle for part in reading.parts if part.cards]
    return Inspection(
        format=reading.detected.format,
        version=reading.detected.version,
        counts=reading.counts,
        findings=reading.problems,
        scope=str(max(cycles)) if cycles else "",
        complete=frozenset().union(*(part.complete for part in reading.parts)),
        refused=reading.refusal is not None,
        cells=reading.cells,
        entries=reading.entries,
    )


def to_json(inspection: Inspection) -> dict[str, Any]:
    """The inspection as `source-inspect/1`; `cells` and `entries` only for the report of a register."""
    accounts = {"cells": dict(inspection.cells), "entries": dict(inspection.entries)} if inspection.cells else {}
    return {
        "schema": SCHEMA,
        "format": inspection.format,
        "version": inspection.version,
        "counts": dict(inspection.counts),
        "findings": [{"code": item.code, "where": item.where, "raw": item.raw} for item in inspection.findings],
        **accounts,
    }
