"""Who stands on whose list: pupils of one side only, subgroups that differ, pupils without consent (§F ROSTER_DIFF)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gateway.register.align import DIARY, PAGE, PAPER, PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gateway.register.context import Context
    from state.identity import SourcedId
    from state.register import Page

    Standing = dict[tuple[SourcedId, SourcedId], bool]
    """(group, pupil) → on the paper list."""


class Seat(NamedTuple):
    """A pupil whose subgroup differs: where paper and diary have him; blank for nowhere in that division."""

    group: SourcedId
    """Whose list page tells it: the paper's where it has one."""
    person: SourcedId
    paper: SourcedId | str
    diary: SourcedId | str
    two: bool
    """One side has him in both of them."""


class Roster(NamedTuple):
    """What the two lists of one page say, by person number: what is told of several pages together."""

    single: tuple[tuple[int, bool], ...] = ()
    """(pupil on one list only, on the paper's), without the pupils outside."""
    unconsented: tuple[tuple[int, bool], ...] = ()
    """(pupil without consent on the diary's list, on the paper list as well)."""
    paper: tuple[int, ...] = ()
    """The whole list, of a subgroup's page only: where else a pupil sits is asked within a division."""
    diary: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Differences of lists, once per group and pupil, sorted."""

    members: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list)."""
    seats: tuple[Seat, ...]
    unconsented: tuple[tuple[SourcedId, SourcedId, bool], ...]
    """(group, pupil, on the paper list as well) for each pupil without consent on the diary's list."""


def rosters_of(members: pl.DataFrame, context: Context, outside: Sequence[int]) -> dict[int, Roster]:
    """What the lists of each page say: `members` are the MEMBER cells of both sides, laid over each other."""
    told = members.select("page", "person", on_paper=PAPER.is_not_null(), listed=DIARY.is_not_null())
    told = told.sort("page", "person")
    beyond = PERSON.is_in(outside)
    single = told.filter(PAGE.is_in(context.compared) & ~beyond & (pl.col("on_paper") != pl.col("listed")))
    halves = told.filter(PAGE.is_in(context.halves))
    one_sided, unconsented = _standing(single), _standing(told.filter(beyond & pl.col("listed")))
    paper, diary = _people(halves.filter("on_paper")), _people(halves.filter("listed"))
    return {
        page: Roster(one_sided.get(page, ()), unconsented.get(page, ()), paper.get(page, ()), diary.get(page, ()))
        for page in {*one_sided, *unconsented, *paper, *diary}
    }


def _standing(told: pl.DataFrame) -> dict[int, tuple[tuple[int, bool], ...]]:
    pages = told.group_by("page", maintain_order=True).agg("person", "on_paper")
    return {page: tuple(zip(people, on_paper, strict=True)) for page, people, on_paper in pages.iter_rows()}


def _people(told: pl.DataFrame) -> dict[int, tuple[int, ...]]:
    pages = told.group_by("page", maintain_order=True).agg("person")
    return {page: tuple(people) for page, people in pages.iter_rows()}


def listed(rosters: Mapping[Page, Roster], context: Context) -> Listed:
    """The differences of lists that all pages together tell."""
    standing = _per_group((page, roster.single) for page, roster in rosters.items())
    without = _per_group((page, roster.unconsented) for page, roster in rosters.items())
    people = context.persons
    known = {(group, people[person]): on for (group, person), on in standing.items()}
    halves = {key: on for key, on in known.items() if key[0] in context.divisions}
    return Listed(
        members=tuple((*key, on) for key, on in sorted(known.items()) if key not in halves),
        seats=tuple(sorted(set(_seats(rosters, known, halves, context)))),
        unconsented=tuple(sorted((group, people[person], on) for (group, person), on in without.items())),
    )


def _per_group(told: Iterable[tuple[Page, Iterable[tuple[int, bool]]]]) -> dict[tuple[SourcedId, int], bool]:
    """Each (group, person) once, on the paper list if any page of the group has him there."""
    found: dict[tuple[SourcedId, int], bool] = {}
    for page, people in told:
        for person, on_paper in people:
            key = page.group, person
            found[key] = found.get(key, False) or on_paper
    return found


def _seats(rosters: Mapping[Page, Roster], standing: Standing, halves: Standing, context: Context) -> Iterator[Seat]:
    """A pupil missing from the form itself on that side needs no word about its subgroups."""
    if not halves:
        return
    everywhere = _everywhere(rosters, context)
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


def _everywhere(rosters: Mapping[Page, Roster], context: Context) -> Mapping[tuple[SourcedId, bool], set[SourcedId]]:
    """(pupil, on paper) → every subgroup whose list of that side has him."""
    found: dict[tuple[SourcedId, bool], set[SourcedId]] = defaultdict(set)
    for page, roster in rosters.items():
        for on_paper, people in ((True, roster.paper), (False, roster.diary)):
            for person in people:
                found[context.persons[person], on_paper].add(page.group)
    return found
