"""Draws of samples and what was typed of them: kept whole, only ever more, each school its own, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import START, Clock

from state.identity import SourcedId
from state.samples import SampleDraw, SampleEntry
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAW = SampleDraw(
    period=SourcedId("period:2026:quarter:1"),
    unit="cell",
    starts=date(2026, 9, 1),
    until=date(2026, 10, 24),
    seed="снег «первый»",
    frame=("1/2026-09-01/1/1", "1/2026-09-01/1/2", "1/2026-09-02/1/1"),
    drawn=("1/2026-09-02/1/1",),
    risk={"1/2026-09-01/1/1": ("corrected", "late")},
    terms={"share": "1/100", "differing": 0, "seed_made": False},
    why="",
    drawn_by="Завуч А.А.",
)
ENTRY = SampleEntry(
    draw=1,
    unit="1/2026-09-02/1/1",
    on_paper=True,
    cells=((1, 1, "4 5", "4/5"),),
    sha256="a" * 64,
    entered_by="Переписчик Б.Б.",
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url, "school", Clock())
    yield opened
    opened.close()


def test_a_draw_comes_back_as_it_was(store: Store) -> None:
    """With its number and moment; a second one stays beside it."""
    with store.begin() as work:
        numbers = [work.control.samples.add(DRAW), work.control.samples.add(replace(DRAW, why="Потерян журнал"))]
        work.commit()
    with store.begin() as work:
        kept = work.control.samples.draws()
        assert work.control.samples.next_number() == 3
    assert numbers == [1, 2]
    assert kept[0] == replace(DRAW, number=1, drawn_at=START)
    assert kept[1] == replace(DRAW, number=2, drawn_at=START, why="Потерян журнал")


def test_entries_stay_in_the_order_they_came_in(store: Store) -> None:
    """A later word about a unit takes nothing away; other draws' entries are not given."""
    later = replace(ENTRY, on_paper=False, cells=())
    with store.begin() as work:
        work.control.samples.enter([ENTRY, later, replace(ENTRY, draw=2)])
        work.commit()
    with store.begin() as work:
        kept = work.control.samples.entries([1])
        assert work.control.samples.entries([]) == ()
    assert kept == (ENTRY, later)
    assert [(one.number, one.entered_at) for one in kept] == [(1, START), (2, START)]
    assert kept[0].says == (True, ENTRY.cells)


def test_a_unit_that_is_not_committed_leaves_nothing(store: Store) -> None:
    """Neither a draw nor an entry."""
    with store.begin() as work:
        work.control.samples.add(DRAW)
        work.control.samples.enter([ENTRY])
    with store.begin() as work:
        assert (work.control.samples.draws(), work.control.samples.entries([1])) == ((), ())


def test_a_school_sees_its_own_samples_only(store: Store, database_url: str) -> None:
    """Numbers begin anew in each."""
    other = Store.open(database_url, "other", Clock())
    for one in (store, other):
        with one.begin() as work:
            assert work.control.samples.add(DRAW) == 1
            work.control.samples.enter([ENTRY])
            work.record("sample_drawn", {"draw": 1, "of": "school" if one is store else "other"}, "завуч")
            work.commit()
    with other.begin() as work:
        assert len(work.control.samples.draws()) == len(work.control.samples.entries([1])) == 1
        assert work.control.samples.journaled("sample_drawn") == ({"draw": 1, "of": "other"},)
    other.close()


def test_events_are_found_by_their_kind_alone(store: Store) -> None:
    """A word in another event's data is no event of that kind."""
    with store.begin() as work:
        work.record("sample_drawn", {"draw": 1}, "завуч")
        work.record("note", {"kind": "sample_drawn", "draw": 9}, "завуч")
        work.commit()
        assert work.control.samples.journaled("sample_drawn") == ({"draw": 1},)
