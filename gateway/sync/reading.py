"""A local file, told by its content, read and translated: what `inspect` shows and `import` keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.faults import Unreadable
from connectors.paper.ejournal import read_ejournal
from connectors.sources import layouts
from connectors.sources.asc import read_asc
from connectors.sources.content import load
from connectors.sources.detect import ASC, EJOURNAL, UNKNOWN, Detected, detect_content
from connectors.sources.sheets import read_table
from connectors.sources.wire import Content, UnreadableFile
from mappings.paper.ejournal import tally
from mappings.sources.asc import asc_part
from mappings.sources.consents import consents_part
from mappings.sources.counts import asc_counts, nothing, table_counts
from mappings.sources.pupils import pupils_part
from mappings.sources.staff import staff_part
from mappings.sources.subgroups import subgroups_part
from mappings.sources.substitutions import substitutions_part
from state.local import LocalPart, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from connectors.sources.sheets import Grid
    from connectors.sources.wire import Layout, Table

_SHEETS: Mapping[str, tuple[Layout, Callable[[Table], LocalPart]]] = {
    layouts.PUPILS.format: (layouts.PUPILS, pupils_part),
    layouts.STAFF.format: (layouts.STAFF, staff_part),
    layouts.SUBGROUPS.format: (layouts.SUBGROUPS, subgroups_part),
    layouts.CONSENTS.format: (layouts.CONSENTS, consents_part),
    layouts.SUBSTITUTIONS.format: (layouts.SUBSTITUTIONS, substitutions_part),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`part` is None for what is no source: an unknown file, a refused one, pages of a register."""

    detected: Detected
    part: LocalPart | None = None
    counts: Mapping[str, int] = field(default_factory=nothing)
    refusal: Problem | None = None
    """Why nothing was read."""
    cells: Mapping[str, int] = field(default_factory=dict)
    """Of a register's report: how many cells of the sheet have which role; they add up to the sheet."""
    entries: Mapping[str, int] = field(default_factory=dict)
    """Of a register's report: how many marks, absences, period marks were read, and how many signs were not."""
    problems: tuple[Problem, ...] = ()
    """Of a register's report; those of a source are its part's."""


def read_file(path: Path) -> Reading:
    """The file's content in canonical form, or the reason why there is none. Writes nothing, raises nothing."""
    try:
        content = load(path)
        detected, grid = detect_content(content)
        return _report(path, detected) if detected.format == EJOURNAL else _read(content, detected, grid)
    except UnreadableFile as error:
        refusal = Problem(code=error.code, where=error.place, blocks=True)
        return Reading(detected=Detected(UNKNOWN, code=error.code), refusal=refusal)


def _report(path: Path, detected: Detected) -> Reading:
    """The report of another electronic register: no source of ours, but every cell of it accounted for."""
    try:
        report = read_ejournal(path)
    except Unreadable as error:
        refusal = Problem(code="UNREADABLE", where=error.place or path.name, raw=error.what, blocks=True)
        return Reading(detected=detected, refusal=refusal)
    told = tally(report)
    flaws = (Problem(code=flaw.code, where=flaw.where, raw=flaw.raw, blocks=flaw.blocks) for flaw in report.flaws)
    subjects = {subject.name for pupil in report.pupils for subject in pupil.subjects}
    return Reading(
        detected=detected,
        counts=nothing() | {"pupils": len(report.pupils), "forms": 1, "subjects": len(subjects)},
        cells=report.accounting,
        entries=told.entries,
        problems=(*flaws, *told.problems),
    )


def _read(content: Content, detected: Detected, grid: Grid | None) -> Reading:
    if detected.code:
        return Reading(
            detected=detected,
            refusal=Problem(code=detected.code, where=content.name, raw=detected.version, blocks=True),
        )
    if detected.format == ASC:
        file = read_asc(content)
        return Reading(detected=detected, part=asc_part(file), counts=asc_counts(file))
    if grid is None or detected.format not in _SHEETS:
        return Reading(detected=detected)
    layout, translate = _SHEETS[detected.format]
    table = read_table(grid, layout, layouts.EXPECTED[layout])
    part = translate(table)
    return Reading(detected=detected, part=part, counts=table_counts(table, part))
