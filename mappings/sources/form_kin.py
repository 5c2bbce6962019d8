"""Forms that the contingent has under other names: the column «11и» may stand for two of them (formats.md, fact 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.sources.pick import part_of, records_of
from state.local import Problem, SourceKind
from state.records import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state.local import LocalPart


def stand_for_others(parts: Sequence[LocalPart]) -> list[Problem]:
    """A problem for each form of the timetable whose pupils the contingent has under longer names («11И (техн.)»)."""
    contingent, timetable = part_of(parts, SourceKind.PUPILS), part_of(parts, SourceKind.TIMETABLE)
    known = {form.name for form in records_of(contingent, Form)}
    problems = []
    for form in records_of(timetable, Form):
        kin = sorted(name for name in known if name.startswith(f"{form.name} "))
        if kin and form.name not in known:
            raw = f"{form.name}: {', '.join(kin)}"
            problems.append(
                Problem(code="FORM_STANDS_FOR_OTHERS", where=timetable.source if timetable else "", raw=raw)
            )
    return problems
