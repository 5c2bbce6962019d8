"""A local file, told by its content, read and translated: what `inspect` shows and `import` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources import formats
from connectors.sources.asc import read_asc
from connectors.sources.detect import recognise
from connectors.sources.fet import read_fet
from connectors.sources.formats import UNKNOWN, Detected
from connectors.sources.material import Material
from connectors.sources.wire import UnreadableFile
from gateway.sync.readers import grids, packages, registers, timetables
from gateway.sync.readers.subgroups import subgroup_book
from gateway.sync.readers.tables import read_tables
from gateway.sync.readers.values import Reading
from mappings.sources.asc import asc_part
from mappings.sources.counts import asc_counts
from mappings.sources.fet import fet_counts, fet_part
from mappings.sources.table_map import our_maps
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mappings.sources.table_map import TableMap


def read_file(path: Path, own: Sequence[TableMap] = ()) -> Reading:
    """The file's content in canonical form, or the reason why there is none. Writes nothing, raises nothing.

    `own` are the school's column maps, asked before ours.
    """
    try:
        material = Material(path)
        maps = {one.layout().format: one for one in (*our_maps(), *own)}
        ours, theirs = ([one.layout() for one in some] for some in (our_maps(), own))
        return _read(material, recognise(material, ours, theirs), maps)
    except UnreadableFile as error:
        refusal = Problem(code=error.code, where=error.place, blocks=True)
        return Reading(detected=Detected(UNKNOWN, code=error.code), refusal=refusal)


def _read(material: Material, detected: Detected, maps: Mapping[str, TableMap]) -> Reading:
    if detected.code:
        refusal = Problem(code=detected.code, where=material.name, raw=detected.version, blocks=True)
        return Reading(detected=detected, refusal=refusal)
    if detected.format in maps:
        return read_tables(material, detected, maps[detected.format])
    reader = _READERS.get(detected.format)
    return reader(material, detected) if reader else Reading(detected=detected)


def _asc(material: Material, detected: Detected) -> Reading:
    file = read_asc(material)
    return Reading(detected=detected, parts=(asc_part(file),), counts=asc_counts(file))


def _fet(material: Material, detected: Detected) -> Reading:
    file = read_fet(material)
    part = fet_part(file)
    return Reading(detected=detected, parts=(part,), counts=fet_counts(file, part))


_READERS: Mapping[str, Callable[[Material, Detected], Reading]] = {
    formats.ASC: _asc,
    formats.SUBGROUP_BOOK: subgroup_book,
    formats.FET: _fet,
    formats.LESSON_GRID: grids.lesson_grid,
    formats.EJOURNAL: registers.ejournal,
    formats.REPORT_CARD: registers.report_cards,
    formats.ONEROSTER: packages.oneroster,
    formats.SDS: packages.sds,
    formats.NIKA: timetables.nika,
    formats.SGO: timetables.sgo,
}
"""Everything else, by the name of its format."""
