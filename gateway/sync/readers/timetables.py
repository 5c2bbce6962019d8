"""Timetables of programs read and translated: which reader goes with which mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.nika import read_nika
from connectors.sources.sgo import read_sgo
from gateway.sync.readers.values import Reading
from mappings.sources.nika import nika_counts, nika_parts
from mappings.sources.sgo import sgo_counts, sgo_part

if TYPE_CHECKING:
    from connectors.sources.formats import Detected
    from connectors.sources.material import Material


def sgo(material: Material, detected: Detected) -> Reading:
    """The exchange file of «Сетевой Город»."""
    file = read_sgo(material)
    return Reading(detected=detected, parts=(sgo_part(file),), counts=sgo_counts(file))


def nika(material: Material, detected: Detected) -> Reading:
    """The data file of NIKA: a timetable and its exchanges."""
    file = read_nika(material)
    return Reading(detected=detected, parts=nika_parts(file), counts=nika_counts(file))
