"""What a local file would bring, without keeping any of it (`source-inspect/1`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.sync.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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


def inspect(path: Path) -> Inspection:
    """What the file is and holds. Nothing is written; a file that cannot be read is a finding, not an error."""
    reading = read_file(path)
    part = reading.part
    findings = part.problems if part else ()
    if reading.refusal:
        findings = (reading.refusal,)
    return Inspection(
        format=reading.detected.format,
        version=reading.detected.version,
        counts=reading.counts,
        findings=findings,
        scope=str(part.week_cycle) if part and part.cards else "",
        complete=part.complete if part else frozenset(),
        refused=reading.refusal is not None,
    )


def to_json(inspection: Inspection) -> dict[str, Any]:
    """The inspection as `source-inspect/1`."""
    return {
        "schema": SCHEMA,
        "format": inspection.format,
        "version": inspection.version,
        "counts": dict(inspection.counts),
        "findings": [{"code": item.code, "where": item.where, "raw": item.raw} for item in inspection.findings],
    }
