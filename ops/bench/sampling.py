"""How often the sampling claim holds, and how wide it is: 20 000 simulated registers, their truth known.

    .venv/bin/python ops/bench/sampling.py [--registers 20000] [--seed 1]

Each row draws registers of one size and share of differing cells. «held» is how often the claim was true among them,
and scatters with their number; «covers» is how often it is true of all draws there can be, summed over every number of
differing cells a draw can find, and must be at least 95 %. It is above that where the number of cells is small, because
a bound counts whole cells. «chance» is how often so few of so many simulated registers would hold by chance alone.
«width» is our bound over the exact one, found by another way: every possible number of differing cells is tried in turn
with floating-point chances. Ends with exit code 1 when a row covers less than it claims or is wider than 5 %.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from functools import cache
from math import exp, lgamma, log

from gateway.register.sampling import assure

SIZES = ((400, 60), (3_000, 284), (3_000, 60), (20_000, 300), (600_000, 1_000))
"""(cells in the frame, cells drawn)."""
SHARES = (0.0, 0.001, 0.01, 0.05, 0.2)
SPARE = 0.05
WIDEST = 1.05
ROUNDING = 1e-9
"""Of the floating-point chances."""


@cache
def chance_of_at_most(population: int, wrong: int, drawn: int, differing: int) -> float:
    """Hypergeometric distribution function by logarithms of factorials."""

    def choose(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    first, last = max(0, drawn - (population - wrong)), min(differing, wrong)
    whole = choose(population, drawn)
    return sum(
        exp(choose(wrong, found) + choose(population - wrong, drawn - found) - whole)
        for found in range(first, last + 1)
    )


@cache
def exact(population: int, drawn: int, differing: int) -> int:
    """The last number of differing cells that is not unlikely, by trying one after another."""
    step = max(1, population // 20_000)
    most = differing
    while most + step <= population and chance_of_at_most(population, most + step, drawn, differing) > SPARE:
        most += step
    while most < population and chance_of_at_most(population, most + 1, drawn, differing) > SPARE:
        most += 1
    return min(most, population - (drawn - differing))


def covers(population: int, drawn: int, wrong: int) -> float:
    """The part of all draws whose claim is true, with `wrong` of all cells differing."""
    low = 0.0
    for found in range(min(drawn, wrong) + 1):
        if assure(population, drawn, found).most >= wrong:
            break
        low = chance_of_at_most(population, wrong, drawn, found)
    return 1 - low


def chance_of_so_few(registers: int, held: int, part: float) -> float:
    """How often at most `held` of `registers` hold when each does with that part of all draws."""
    if part >= 1:
        return 1.0
    terms = (
        lgamma(registers + 1)
        - lgamma(one + 1)
        - lgamma(registers - one + 1)
        + one * log(part)
        + (registers - one) * log(1 - part)
        for one in range(held + 1)
    )
    return min(1.0, sum(map(exp, terms)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage and width of the sampling claim.")
    parser.add_argument("--registers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    chance, rows = random.Random(wanted.seed), [(size, share) for size in SIZES for share in SHARES]
    print(
        f"{'cells':>8} {'drawn':>6} {'differ':>7} {'registers':>9} {'held':>8} {'covers':>8} {'chance':>7}"
        f" {'mean bound':>10} {'width':>7}"
    )
    started, total, held_total, kept = time.perf_counter(), 0, 0, True
    for number, ((population, drawn), share) in enumerate(rows):
        registers = wanted.registers // len(rows) + (number < wanted.registers % len(rows))
        wrong, held, bounds, widest = round(population * share), 0, 0, 1.0
        for _ in range(registers):
            found = sum(unit < wrong for unit in chance.sample(range(population), drawn))
            most = assure(population, drawn, found).most
            held, bounds = held + (wrong <= most), bounds + most
            best = exact(population, drawn, found)
            widest = max(widest, most / best if best else 1.0)
        total, held_total = total + registers, held_total + held
        part = covers(population, drawn, wrong)
        kept = kept and part >= 1 - SPARE - ROUNDING and widest <= WIDEST
        chance_of_it = chance_of_so_few(registers, held, part)
        print(
            f"{population:>8} {drawn:>6} {share:>7.1%} {registers:>9} {held / registers:>8.2%} {part:>8.3%}"
            f" {chance_of_it:>7.3f} {bounds / registers / population:>10.2%} {widest:>7.3f}"
        )
    print(f"{total} registers, the claim held in {held_total / total:.2%}, {time.perf_counter() - started:.0f} s")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
