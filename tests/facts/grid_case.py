"""Reading of a school's timetable in a spreadsheet, as the tests of it look at it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from grid_files import write_book

from gateway.sync.reading import read_file
from state.identity import SourcedId, form_id, subgroup_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grid_files import Rows

    from gateway.sync.readers.values import Reading
    from state.local import LocalPart

NAME = "t.xlsx"


def form(name: str) -> SourcedId:
    return form_id(0, name)


def group(name: str, subject: str, number: int) -> SourcedId:
    return subgroup_id(form(name), subject, f"{number} группа")


def read(folder: Path, sheets: Mapping[str, Rows], merged: Mapping[str, list[str]] | None = None) -> Reading:
    return read_file(write_book(folder / NAME, sheets, merged))


def part(reading: Reading) -> LocalPart:
    assert reading.refusal is None, reading.refusal
    return reading.parts[0]


def codes(reading: Reading) -> Counter[str]:
    return Counter(problem.code for problem in reading.problems)


def lessons(reading: Reading) -> Counter[tuple[Any, ...]]:
    """(group, subject, teachers, weekday, number, room), names in lower case as ids spell them."""
    return Counter(
        (
            card.groups[0],
            card.subject.removeprefix("subject:"),
            tuple(one.removeprefix("staff:") for one in card.teachers),
            card.weekdays[0],
            card.number,
            card.room,
        )
        for card in part(reading).cards
    )
