"""Roster packages: OneRoster, in full or as changes, and Microsoft School Data Sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.oneroster import read_oneroster
from connectors.sources.sds import read_sds
from gateway.sync.readers.values import Reading
from mappings.sources.oneroster import oneroster_parts
from mappings.sources.oneroster_lay import from_basis, laid
from mappings.sources.sds import sds_parts
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sources.formats import Detected
    from connectors.sources.material import Material
    from connectors.sources.oneroster_wire import OneRosterFile
    from mappings.sources.packaged_parts import PackagedParts
    from state.local import LocalPart


def oneroster(material: Material, detected: Detected) -> Reading:
    """The package; one that tells only changes gives its parts when it is laid over the whole taken in before."""
    file = read_oneroster(material)
    if not file.is_delta:
        return _reading(detected, oneroster_parts(file))
    changes = sum(len(table.rows) for table in file.tables.values())
    told = Problem(code="ONLY_CHANGES", where=file.source.name, raw=str(changes))
    flaws = (Problem(code=one.code, where=one.where, raw=one.raw, blocks=one.blocks) for one in file.flaws)
    return Reading(detected=detected, notes=(told, *flaws), lay=lambda parts: _lay(file, detected, parts))


def sds(material: Material, detected: Detected) -> Reading:
    return _reading(detected, sds_parts(read_sds(material)))


def _lay(file: OneRosterFile, detected: Detected, parts: Sequence[LocalPart]) -> Reading:
    whole = next((found for part in parts if (found := from_basis(part.basis))), None)
    if whole is None:
        refusal = Problem(code="CHANGES_WITHOUT_WHOLE", where=file.source.name, blocks=True)
        return Reading(detected=detected, refusal=refusal)
    return _reading(detected, oneroster_parts(laid(whole, file)))


def _reading(detected: Detected, made: PackagedParts) -> Reading:
    return Reading(detected=detected, parts=made.parts, counts=made.counts, notes=made.problems)
