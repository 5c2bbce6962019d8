"""Sampling claims: exact, as published tables have them, never more often wrong than they say."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.register.sampling import (
    Assurance,
    DrawNotFollowed,
    assure,
    draw,
    judge_draw,
    units_needed,
)

PUBLISHED = {
    (500, 1): 225, (1000, 1): 258, (2000, 1): 277, (3000, 1): 284, (5000, 1): 290, (10_000, 1): 294,
    (500, 2): 129, (1000, 2): 138, (2000, 2): 143, (5000, 2): 147, (10_000, 2): 148,
    (500, 5): 56, (1000, 5): 57, (2000, 5): 58, (5000, 5): 59,
}  # fmt: skip
"""Discovery sampling, 95 %: population and percent → units that must show no difference."""


@pytest.mark.parametrize(("population", "percent"), PUBLISHED)
def test_the_plan_is_that_of_the_published_tables(population: int, percent: int) -> None:
    """So many units without a difference prove that fewer than that percent differ."""
    needed = PUBLISHED[population, percent]
    share = Fraction(percent, 100)
    assert units_needed(population, share) == needed
    assert assure(population, needed, 0).share < share <= assure(population, needed - 1, 0).share


def tail(population: int, wrong: int, drawn: int, differing: int) -> Fraction:
    """Chance of at most so many differing, by looking at every possible draw."""
    draws = list(combinations(range(population), drawn))
    few = sum(sum(unit < wrong for unit in one) <= differing for one in draws)
    return Fraction(few, len(draws))


@given(st.integers(1, 9), st.data())
def test_the_bound_is_the_exact_one(population: int, data: st.DataObject) -> None:
    """The bound itself is not unlikely, one more is: by counting all draws of a small register."""
    drawn = data.draw(st.integers(0, population))
    differing = data.draw(st.integers(0, drawn))
    most = assure(population, drawn, differing).most
    spare = Fraction(5, 100)
    assert differing <= most <= population - (drawn - differing)
    assert most == differing or tail(population, most, drawn, differing) > spare
    if most < population - (drawn - differing):
        assert tail(population, most + 1, drawn, differing) <= spare


@given(st.integers(1, 2000), st.data())
def test_more_units_never_loosen_and_more_differences_never_tighten(population: int, data: st.DataObject) -> None:
    """The claim moves the way common sense expects; all units compared leave no doubt."""
    drawn = data.draw(st.integers(0, population))
    differing = data.draw(st.integers(0, drawn))
    claim = assure(population, drawn, differing)
    assert assure(population, population, differing).most == differing
    if drawn < population:
        assert assure(population, drawn + 1, differing).most <= claim.most
    if differing < drawn:
        assert assure(population, drawn, differing + 1).most >= claim.most


@given(st.integers(1, 3000), st.integers(0, 5), st.integers(1, 100))
def test_what_is_needed_is_enough_and_one_less_is_not(population: int, differing: int, percent: int) -> None:
    """The number of units asked for proves the share; where it is None, nothing could."""
    share = Fraction(percent, 100)
    needed = units_needed(population, share, differing)
    if needed is None:
        assert Fraction(differing, population) >= share
        return
    assert assure(population, needed, min(differing, needed)).share < share
    if needed > differing:
        assert assure(population, needed - 1, differing).share >= share


def test_the_claim_holds_at_least_as_often_as_it_says() -> None:
    """2 000 registers with known differences, drawn by seed: the bound covers the truth in 95 % and more."""
    chance, held = random.Random(5), 0
    for _ in range(2000):
        population = chance.randint(50, 2000)
        wrong = int(population * chance.random() * 0.1)
        drawn = chance.randint(1, population)
        found = sum(unit < wrong for unit in chance.sample(range(population), drawn))
        held += wrong <= assure(population, drawn, found).most
    assert held >= 0.95 * 2000


@given(st.sets(st.text(max_size=6), max_size=40), st.text(max_size=5), st.integers(0, 50), st.randoms())
def test_a_seed_draws_the_same_units_whatever_their_order(
    units: set[str], seed: str, count: int, chance: random.Random
) -> None:
    """So many distinct units of the frame, the same for everybody who has the seed, a larger draw holding a smaller."""
    shuffled = sorted(units)
    chance.shuffle(shuffled)
    drawn = draw(shuffled, count, seed)
    assert drawn == draw(sorted(units), count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(units))
    assert set(drawn) <= units
    assert draw(shuffled, count + 1, seed)[:count] == drawn


def test_every_unit_is_drawn_about_as_often_as_any_other() -> None:
    """Over 4 000 seeds each of 40 units is among the 10 drawn close to 1 000 times (six standard deviations)."""
    units = [f"lesson:{number}" for number in range(40)]
    counts = dict.fromkeys(units, 0)
    for seed in range(4000):
        for unit in draw(units, 10, str(seed)):
            counts[unit] += 1
    assert max(abs(count - 1000) for count in counts.values()) < 6 * (4000 * 0.25 * 0.75) ** 0.5


def test_another_seed_is_another_draw_and_a_repeated_unit_is_refused() -> None:
    """A seed that changed nothing would be no seed; a unit named twice would count twice."""
    units = [str(number) for number in range(100)]
    assert draw(units, 10, "a") != draw(units, 10, "b")
    with pytest.raises(ValueError, match="once"):
        draw(["a", "a"], 1, "seed")


def test_a_draw_that_was_not_followed_proves_nothing() -> None:
    """A drawn unit nobody compared takes the claim away; units compared beyond the draw change nothing."""
    assert judge_draw(100, ("a", "b"), {"a"}, set()) == DrawNotFollowed(missing=("b",))
    claim = judge_draw(100, ("a", "b"), {"a", "b", "c"}, {"b", "c"})
    assert isinstance(claim, Assurance)
    assert (claim.drawn, claim.differing) == (2, 1)


@pytest.mark.parametrize("figures", [(10, 11, 0), (10, 5, 6), (10, 5, -1)])
def test_figures_no_register_can_have_are_refused(figures: tuple[int, int, int]) -> None:
    """More drawn than there are, more differing than drawn, fewer than none."""
    with pytest.raises(ValueError, match="cannot be"):
        assure(*figures)


def test_an_empty_register_differs_in_nothing() -> None:
    """No division by nothing."""
    assert assure(0, 0, 0).share == 0
