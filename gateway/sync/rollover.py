"""What a pupil's way from one form to another means: the next grade, a parallel form, a second year, a jump.

The form's id carries its school year, so 7А of 2026 and 8А of 2027 are two forms and the way between them is a move.
The list of a past year stays as it is in the diary: the register of that year keeps its pupils. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.sync import changes
from gateway.sync.values import Action
from mappings.classes import parse_form
from state.identity import form_of, group_year
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.sync.values import Step
    from state.identity import SourcedId

SWAPPED = 5
"""As many pupils both ways are no coincidence: two columns or two files were mixed up."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A form as its id tells it; grade 0 where the name tells none."""

    year: int
    grade: int
    letter: str


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Flow:
    """How many pupils go from one form to another, and what that is called."""

    left: str
    joined: str
    reason: str
    count: int

    @property
    def line(self) -> str:
        """«7А → 8А: 25»."""
        return f"{self.left} → {self.joined}: {self.count}"


def place_of(form: str) -> Place | None:
    """None for a form of the diary that nobody here knows."""
    year, name = group_year(form), form_name(form)
    if year is None:
        return None
    grade = parse_form(name).grade
    return Place(year, grade, name.removeprefix(str(grade)).strip() if grade else name)


def form_name(group: str) -> str:
    """The form's name as people write it, «7Б», of a form or one of its subgroups."""
    known = form_of(group)
    return parse_form(known[0]).name if known else group


def reason_of(left: SourcedId, joined: SourcedId) -> str:
    """What the way between two forms is called. A grade more than the years between them is a jump, a lower one a
    fall; a letter of its own is a transfer, also when the year turns over (9Б → 10А)."""
    old, new = place_of(left), place_of(joined)
    if old is None or new is None or not (old.grade and new.grade):
        return changes.TRANSFERRED
    years, grades = new.year - old.year, new.grade - old.grade
    if grades > years:
        return changes.SKIPPED
    if grades < 0:
        return changes.SET_BACK
    if grades < years:
        return changes.REPEATS
    return changes.PROMOTED if years and old.letter == new.letter else changes.TRANSFERRED


def crosses_years(left: str, joined: str) -> bool:
    """True when the old group belongs to another school year than the new one."""
    return group_year(left) != group_year(joined)


def flows(steps: Iterable[Step]) -> tuple[Flow, ...]:
    """All moves between forms and between subgroups, counted, the most remarkable first."""
    moves = (step for step in steps if step.record_type is RecordType.MEMBERSHIP and step.action is Action.MOVE)
    counted = Counter((_group(step.before), _group(step.after), step.reason) for step in moves)
    told = Counter[tuple[str, str, str]]()
    for (left, joined, reason), count in counted.items():
        told[_told(left), _told(joined), reason] += count
    found = (Flow(left=left, joined=joined, reason=reason, count=n) for (left, joined, reason), n in told.items())
    return tuple(sorted(found, key=lambda flow: (_RANK.get(flow.reason, len(_RANK)), *_by_grade(flow), flow.joined)))


def swapped(found: Sequence[Flow]) -> tuple[tuple[Flow, Flow], ...]:
    """Pairs of forms that exchange their pupils: 7А ↔ 7Б, or 7А → 8Б with 7Б → 8А."""
    between = {(_seat(flow.left), _seat(flow.joined)): flow for flow in found if flow.count >= SWAPPED}
    pairs = []
    for ((grade, letter), (next_grade, next_letter)), flow in between.items():
        back = between.get(((grade, next_letter), (next_grade, letter)))
        if back is not None and letter < next_letter:
            pairs.append((flow, back))
    return tuple(pairs)


def year_forgotten(steps: Iterable[Step]) -> bool:
    """True when pupils by the form go up within one school year: the files are next year's, the settings are not."""
    within = Counter(
        (_group(step.before), _group(step.after))
        for step in steps
        if step.action is Action.MOVE and step.reason == changes.SKIPPED
    )
    return any(
        count >= SWAPPED and old is not None and new is not None and (old.year, old.grade + 1) == (new.year, new.grade)
        for (left, joined), count in within.items()
        for old, new in [(place_of(left), place_of(joined))]
    )


_RANK = {
    reason: number
    for number, reason in enumerate(
        (changes.SKIPPED, changes.SET_BACK, changes.REPEATS, changes.TRANSFERRED, changes.CAME_BACK, changes.PROMOTED)
    )
}


def _group(fields: dict[str, str] | None) -> str:
    return (fields or {}).get("group", "")


def _told(group: str) -> str:
    """«7Б», or «7Б, группа 1» for a subgroup."""
    name = form_name(group)
    return f"{name}, {group.rpartition(':')[2]}" if group.startswith("subgroup:") else name


def _by_grade(flow: Flow) -> tuple[int, str]:
    return parse_form(flow.left).grade, flow.left


def _seat(name: str) -> tuple[int, str]:
    grade = parse_form(name).grade
    return grade, name.removeprefix(str(grade))
