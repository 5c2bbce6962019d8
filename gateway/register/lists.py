"""Who stands on whose list: pupils of one side only, subgroups that differ, pupils without consent (§F ROSTER_DIFF)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gateway.register.align import DIARY, KIND, PAPER, PERSON
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from gateway.register.context import Context
    from state.identity import SourcedId

    Standing = dict[tuple[SourcedId, SourcedId], bool]
    """(group, pupil) → on the paper list."""

_MEMBER = KIND.eq(int(CellKind.MEMBER))


class Seat(NamedTuple):
    """A pupil whose subgroup differs: where paper and diary have him; blank for nowhere in that division."""

    group: SourcedId
    """Whose list page tells it: the paper's where it has one."""
    person: SourcedId
    paper: SourcedId | str
    diary: SourcedId | str
    two: bool
    """One side has him in both of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Differences of lists, once per group and pupil, sorted."""

    members: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list)."""
    seats: tuple[Seat, ...]
    unconsented: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list as well) for each pupil without consent on the diary's list."""


def listed(rows: pl.DataFrame, single: pl.DataFrame, without: pl.DataFrame, context: Context) -> Listed:
    """The differences told by `single` and `without`: `page`, `person`, `on_paper`."""
    standing = _per_group(single, context)
    halves = {key: on for key, on in standing.items() if key[0] in context.divisions}
    return Listed(
        members=tuple((*key, on) for key, on in sorted(standing.items()) if key not in halves),
        seats=tuple(sorted(set(_seats(rows, standing, halves, context)))),
        unconsented=tuple((*key, on) for key, on in sorted(_per_group(without, context).items())),
    )


def _per_group(rows: pl.DataFrame, context: Context) -> Standing:
    """Each (group, pupil) once, on the paper list if any page of the group has him there."""
    found: Standing = {}
    for page, person, on_paper in rows.iter_rows():
        key = context.pages[page].group, context.persons[person]
        found[key] = found.get(key, False) or on_paper
    return found


def _seats(rows: pl.DataFrame, standing: Standing, halves: Standing, context: Context) -> Iterator[Seat]:
    """A pupil missing from the form itself on that side needs no word about its subgroups."""
    if not halves:
        return
    everywhere = _everywhere(rows, halves, context)
    for (group, person), on_paper in halves.items():
        form, division = context.divisions[group]
        if standing.get((form, person)) is on_paper:
            continue
        siblings = {one for one, known in context.divisions.items() if known == (form, division)} - {group}
        own, other = (siblings & everywhere[person, side] for side in (on_paper, not on_paper))
        yield _seat(group, person, min(own, default=""), min(other - own, default=""), on_paper=on_paper)


def _seat(group: SourcedId, person: SourcedId, own: SourcedId | str, other: SourcedId | str, *, on_paper: bool) -> Seat:
    """`own`: the second subgroup of the side that has him here; `other`: the one where only the other side has him."""
    paper, diary = (group, other) if on_paper else (other, group)
    if own and not other:
        paper, diary = (group, own) if on_paper else (own, group)
    return Seat(type(group)(paper or diary), person, paper, diary, two=bool(own and not other))


def _everywhere(
    rows: pl.DataFrame, halves: Standing, context: Context
) -> Mapping[tuple[SourcedId, bool], set[SourcedId]]:
    """(pupil, on paper) → every group whose list of that side has one of these pupils."""
    wanted = {person for _group, person in halves}
    numbers = [number for number, person in context.persons.items() if person in wanted]
    found: dict[tuple[SourcedId, bool], set[SourcedId]] = defaultdict(set)
    lists = rows.filter(_MEMBER & PERSON.is_in(numbers))
    for page, person, on_paper, in_diary in lists.select(
        "page", "person", PAPER.is_not_null().alias("on_paper"), DIARY.is_not_null().alias("in_diary")
    ).iter_rows():
        for side, there in ((True, on_paper), (False, in_diary)):
            if there:
                found[context.persons[person], side].add(context.pages[page].group)
    return found
