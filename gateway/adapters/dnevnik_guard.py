"""Looks before a deletion: the import service removes a lesson or a group with everything entered in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from connectors import faults
from gateway.adapters.dnevnik_roster import windows

if TYPE_CHECKING:
    from connectors.dnevnik.rest import DnevnikClient


def entries_of_lesson(client: DnevnikClient, lesson: str) -> bool:
    """Whether the lesson carries marks or attendance; a lesson that is gone carries none."""
    try:
        return bool(client.lesson_marks(lesson) or client.log_entries([lesson]))
    except faults.NotFound:
        return False


def lessons_of_group(client: DnevnikClient, group: str, school_year: int) -> bool:
    """Whether the group or a subgroup of it has lessons or final marks in the school year (September to August)."""
    try:
        below = [one.key for one in client.parallel(group) if group in one.parents]
        return any(_is_used(client, key, school_year) for key in (group, *below))
    except faults.NotFound:
        return False


def _is_used(client: DnevnikClient, group: str, school_year: int) -> bool:
    spans = windows(date(school_year, 9, 1), date(school_year + 1, 8, 31))
    return bool(client.final_marks(group)) or any(client.lessons(group, since, until) for since, until in spans)
