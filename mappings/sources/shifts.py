"""Bell schedules by shift: a form rings by the shift that holds all its lessons, else by the whole day's schedule."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from mappings.sources.pick import records_of
from mappings.sources.provisional import dated
from state.identity import SourcedId, bell_schedule_id
from state.records import BellSchedule, Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mappings.sources.timeframe import Shift
    from state.local import LocalPart
    from state.records import Subgroup


def ring(
    forms: Mapping[SourcedId, Form],
    subgroups: Mapping[SourcedId, Subgroup],
    timetable: LocalPart | None,
    shifts: Sequence[Shift],
    school_year: int,
) -> tuple[tuple[Form, ...], tuple[BellSchedule, ...]]:
    """The forms with their schedule, and the schedules: every shift, and the whole day where some form needs it.

    A form without lessons fits every shift and gets the first.
    """
    whole = records_of(timetable, BellSchedule)
    if timetable is None or not whole:
        return tuple(forms.values()), ()
    cut = [(shift, schedule) for shift in shifts if (schedule := _cut(whole[0], shift)).bells]
    numbers = _numbers(timetable, subgroups, school_year)
    rung = [
        dataclasses.replace(form, bells=_schedule(numbers[form.sourced_id], cut, whole[0]).sourced_id)
        for form in forms.values()
    ]
    needed = {form.bells for form in rung} | {schedule.sourced_id for _, schedule in cut}
    schedules = (*(schedule for _, schedule in cut), whole[0])
    return tuple(rung), tuple(schedule for schedule in schedules if schedule.sourced_id in needed)


def _cut(whole: BellSchedule, shift: Shift) -> BellSchedule:
    bells = tuple(bell for bell in whole.bells if shift.first <= bell.number <= shift.last)
    return BellSchedule(sourced_id=bell_schedule_id(shift.name), name=shift.name, bells=bells)


def _schedule(numbers: set[int], cut: Sequence[tuple[Shift, BellSchedule]], whole: BellSchedule) -> BellSchedule:
    for shift, schedule in cut:
        if all(shift.first <= number <= shift.last for number in numbers):
            return schedule
    return whole


def _numbers(timetable: LocalPart, subgroups: Mapping[SourcedId, Subgroup], year: int) -> dict[SourcedId, set[int]]:
    """The lesson numbers of each form, its subgroups' included."""
    numbers: dict[SourcedId, set[int]] = defaultdict(set)
    for card in timetable.cards:
        for group in (dated(group, year) for group in card.groups):
            form = subgroups[group].form if group in subgroups else group
            numbers[form].add(card.number)
    return numbers
