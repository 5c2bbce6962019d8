"""A school's own timetable in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.lesson_grid import read_grid_file
from gateway.sync.readers.values import Reading
from mappings.sources.lesson_grid import WITHOUT_SUBJECTS, grid_counts, grid_part

if TYPE_CHECKING:
    from connectors.sources.formats import Detected
    from connectors.sources.material import Material


def lesson_grid(material: Material, detected: Detected) -> Reading:
    """All sheets of the workbook that are a grid; their cells are accounted for by role.

    Sheets of teachers alone are refused: what they would replace has lessons, and they have none.
    """
    file = read_grid_file(material)
    part = grid_part(file)
    lacking = next((problem for problem in part.problems if problem.code == WITHOUT_SUBJECTS), None)
    if lacking:
        return Reading(detected=detected, refusal=lacking)
    return Reading(detected=detected, parts=(part,), counts=grid_counts(part), cells=file.accounting)
