"""To which school year the sheets of subgroups belong: last year's are never taken for this year's (R090)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.i18n import _
from state.local import SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state.local import LocalPart


def of_year(parts: Sequence[LocalPart], known: Sequence[LocalPart], year: int) -> tuple[LocalPart, ...]:
    """The parts with their school year. A sheet without one is of the year in which it was first taken in.

    Raises DataError for a workbook made for another year.
    """
    seen = {(part.kind, part.slot, part.sha256): part.school_year for part in known}
    return tuple(
        _dated(part, seen.get((part.kind, part.slot, part.sha256), 0) or year, year)
        if part.kind is SourceKind.SUBGROUPS
        else part
        for part in parts
    )


def _dated(part: LocalPart, known: int, year: int) -> LocalPart:
    if not part.school_year:
        return dataclasses.replace(part, school_year=known)
    if year and part.school_year != year:
        raise DataError(
            _("{file}: книга подгрупп составлена для {theirs}, а сейчас {ours}").format(
                file=part.source, theirs=year_name(part.school_year), ours=year_name(year)
            ),
            _("Прошлогодние подгруппы не переносятся. Сделайте новую книгу: sverka subgroups template"),
        )
    return part


def year_name(year: int) -> str:
    """«2026/27»."""
    return f"{year}/{(year + 1) % 100:02d}"
