"""Every difference planted into made-up registers is found, with its code, level, gravity and place, and no other.

`SVERKA_FULL` checks twenty thousand pages and more.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest
from planted_model import build, elsewhere, facts, frames, summaries
from plants import PLANTS, PUPILS, Planted, Truth, no_consent
from plants_paper import PAPER_ONLY

from gateway.register.context import Context
from gateway.register.reconcile import reconcile
from gateway.register.summary import judge_summary

if TYPE_CHECKING:
    import polars as pl
    from planted_model import World

    from gateway.register.values import Reconciliation

FULL = bool(os.environ.get("SVERKA_FULL"))
ALONE = {**PUPILS, "no consent": no_consent, **PLANTS, **PAPER_ONLY}
SEEDS = range(400 if FULL else 6)
FORMS = 12
"""Sixty pages a seed: 24 000 in the full run."""


def found(result: Reconciliation) -> list[Truth]:
    told = []
    for one in result.findings:
        day = one.day.isoformat() if one.day else ""
        person = int(one.person.rpartition(":")[2]) if one.person else 0
        place = one.page.group, one.page.subject, day, one.nth, person
        told.append(Truth(one.code.value, one.level.value, one.severity.value, *place))
    return sorted(told)


def check(world: World, sides: tuple[pl.DataFrame, pl.DataFrame]) -> Reconciliation:
    """Pages against the diary, and the forms' summary sheets beside both."""
    known = Context(**facts(world))
    result = reconcile(*sides, known)
    return judge_summary(summaries(world), elsewhere(world), known.divisions, known.consentless, result)


def planted(seed: int, *, mirrored: bool = False) -> tuple[World, list[Planted]]:
    """A register with differences of every kind, several to a page: pupils first, while no page is touched.

    `mirrored`: only kinds that are found with the sides swapped, too.
    """
    kinds = [*PLANTS.values(), *([] if mirrored else PAPER_ONLY.values())]
    world, draw = build(seed, FORMS), random.Random(f"plants {seed}")
    truth: list[Planted] = []
    for group in world.groups:
        for plant in draw.sample([*PUPILS.values(), *([] if mirrored else [no_consent])], draw.randint(0, 2)):
            truth += plant(world, group, draw)
        for plant in draw.choices(kinds, k=draw.randint(0, 14)):
            truth += plant(world, group, draw)
    return world, truth


@pytest.mark.parametrize("name", ALONE)
def test_one_kind_alone_is_found_and_nothing_else(name: str) -> None:
    """One difference of the kind in each of twelve forms: exactly these are told, the same cells being compared."""
    world, draw = build(1, FORMS), random.Random(name)
    truth = [one for group in world.groups for one in ALONE[name](world, group, draw)]
    assert found(check(world, frames(world))) == sorted(straight for straight, _mirror in truth)
    assert bool(truth) is not name.startswith("same")


@pytest.mark.parametrize(("name", "why"), [("subgroup", "values_differ"), ("two subgroups", "two_subgroups")])
def test_a_subgroup_that_differs_says_how(name: str, why: str) -> None:
    """§F: in another subgroup, or in two of one division; both sides name the group."""
    world, draw = build(1, FORMS), random.Random(name)
    for group in world.groups:
        ALONE[name](world, group, draw)
    told = check(world, frames(world)).findings
    assert {one.why for one in told} == {why}
    assert all(one.paper.startswith("subgroup:") and one.paper != one.diary for one in told)


@pytest.mark.parametrize("seed", SEEDS)
def test_combinations_are_found_and_nothing_else(seed: int) -> None:
    """Many kinds on the same pages, some inside others: exactly what was planted is told."""
    world, truth = planted(seed)
    assert found(check(world, frames(world))) == sorted(straight for straight, _mirror in truth)


def test_identical_registers_match_fully() -> None:
    """Nothing planted, nothing found: every page says so and every cell is equal (R001)."""
    world = build(3, FORMS)
    result = check(world, frames(world))
    assert (result.findings, result.agreement) == ((), 100)
    assert all(page.full_match for page in result.pages)
    assert len(result.pages) == 5 * FORMS


@pytest.mark.parametrize("seed", SEEDS[:40:2])
def test_swapped_sides_tell_the_same_mirrored(seed: int) -> None:
    """The check favours no side: only the words for «on paper only» and «in the diary only» change places."""
    world, truth = planted(seed, mirrored=True)
    paper, diary = frames(world)
    _swap(world)
    swapped = check(world, frames(world))
    assert found(swapped) == sorted(mirror for _straight, mirror in truth)
    assert (len(paper), len(diary)) != (0, 0)


def _swap(world: World) -> None:
    for spread in world.spreads:
        spread.paper, spread.diary = spread.diary, spread.paper
    for group in world.groups:
        for name, (number, _who) in list(group.lists.items()):
            seen = [one.diary.members for one in group.spreads if one.group == name]
            group.lists[name] = number, set().union(*seen)


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_neither_the_order_of_cells_nor_a_second_run_changes_a_word(seed: int) -> None:
    """Shuffled frames give the same result to the last figure, and the ids are each finding's own."""
    world, _truth = planted(seed)
    paper, diary = frames(world)
    first: Any = check(world, (paper, diary))
    mixed = paper.sample(fraction=1, shuffle=True, seed=seed), diary.sample(fraction=1, shuffle=True, seed=seed + 1)
    assert check(world, mixed) == first == check(world, (paper, diary))
    assert len({one.finding_id for one in first.findings}) == len(first.findings)
