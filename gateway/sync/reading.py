"""A local file, told by its content, read and translated: what `inspect` shows and `import` keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources import layouts
from connectors.sources.asc import read_asc
from connectors.sources.content import load
from connectors.sources.detect import ASC, UNKNOWN, Detected, detect_content
from connectors.sources.sheets import read_table
from connectors.sources.wire import Content, UnreadableFile
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


def read_file(path: Path) -> Reading:
    """The file's content in canonical form, or the reason why there is none. Writes nothing, raises nothing."""
    try:
        content = load(path)
        return _read(content, *detect_content(content))
    except UnreadableFile as error:
        refusal = Problem(code=error.code, where=error.place, blocks=True)
        return Reading(detected=Detected(UNKNOWN, code=error.code), refusal=refusal)


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
