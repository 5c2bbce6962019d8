"""The workbook of subgroups, back from the class teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.subgroup_book import read_subgroup_book
from gateway.sync.readers.values import Reading
from mappings.sources.counts import nothing
from mappings.sources.subgroup_sheet import subgroup_book_parts

if TYPE_CHECKING:
    from connectors.sources.formats import Detected
    from connectors.sources.material import Material


def subgroup_book(material: Material, detected: Detected) -> Reading:
    """A part for each form's sheet. Raises UnreadableFile."""
    book = read_subgroup_book(material)
    divisions = [one for form in book.forms for one in form.divisions]
    counts = nothing() | {
        "pupils": sum(len(form.rows) for form in book.forms),
        "forms": len(book.forms),
        "divisions": len(divisions),
        "subgroups": sum(len(one.groups) for one in divisions),
    }
    return Reading(detected=detected, parts=subgroup_book_parts(book), counts=counts)
