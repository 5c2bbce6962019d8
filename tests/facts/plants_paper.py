"""Differences of paper by itself: its two pages of a spread, and its two places for period marks; see plants.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planted_model import ENDS, Group, World, day_of
from plants import Planted, Truth, both_ways, free_cells

if TYPE_CHECKING:
    import random

    from plants import Plant


def three_way(page: str, summary: str, diary: str) -> Plant:
    """The marks of a pupil on the page, on the form's summary sheet and in the diary; «=» leaves what stands there."""

    def plant(world: World, group: Group, draw: random.Random) -> list[Planted]:
        open_ones = [one for one in group.spreads if not one.closed and one.paper.finals]
        for spread in draw.sample(open_ones, len(open_ones)):
            for person in sorted(spread.paper.finals.keys() & spread.diary.finals.keys() - group.taken):
                if ("final", person) not in spread.taken:
                    spread.taken.add(("final", person))
                    spread.paper.finals[person], spread.diary.finals[person] = (page, ""), (diary, "")
                    world.summary[group.name, spread.subject, person] = summary
                    place = spread.group, spread.subject, ENDS.isoformat(), 0, person
                    truth = Truth("FINAL_DIFF", "cell", "critical", *place)
                    return [both_ways(truth)] if len({page, summary, diary}) > 1 else []
        return []

    return plant


# --- the spread -------------------------------------------------------------------------------------------------------


def spread_dates(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """The right page has a lesson under the next day's date; both registers agree on everything else."""
    for spread, place, _person in free_cells(group, draw):
        spread.taken.add(place)
        spread.paper.right[place] = day_of((place[0] + 1, 1))
        truth = Truth("SPREAD_MISMATCH", "lesson", "medium", spread.group, spread.subject, day_of(place), place[1], 0)
        return [(truth, truth)]
    return []


def spread_counts(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """The right page lacks the row of a lesson, or has one too many: one finding, whatever the diary has."""
    for spread, place, _person in free_cells(group, draw):
        column = spread.paper.columns[place]
        if "counts" in spread.taken or len(column.marks.keys() - group.taken) < 1:
            continue
        spread.taken |= {place, "counts"}
        if draw.random() < 0.5:
            spread.paper.right[place] = "-"
            column.topic = column.homework = ""
        else:
            spread.paper.alone.add((place[0], 3))
        truth = Truth("SPREAD_MISMATCH", "page", "medium", spread.group, spread.subject, ENDS.isoformat(), 0, 0)
        return [(truth, truth)]
    return []


PAPER_ONLY: dict[str, Plant] = {
    "spread dates": spread_dates,
    "spread counts": spread_counts,
    "summary differs": three_way("4", "5", "4"),
    "summary with diary": three_way("4", "5", "5"),
    "three marks": three_way("4", "5", "3"),
    "summary blank": three_way("4", "", "4"),
    "summary alone": three_way("", "5", ""),
    "same in all three": three_way("4", "4", "4"),
}
"""Of paper by itself, or of what paper says twice: with the sides swapped there is nothing of the kind."""
