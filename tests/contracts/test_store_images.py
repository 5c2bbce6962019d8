"""Page images: the quick way to the register as it stands, and never other than its entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import Clock
from contracts.test_store_ledger import ALGEBRA, ANNA, BORIS, FRIDAY, GROUP, MONDAY, OTHER, absorb, final, mark

from state.register import Page
from state.store import Store

if TYPE_CHECKING:
    from state.images import Stamp


@pytest.fixture
def store(database_url: str) -> Store:
    return Store.open(database_url, "school", Clock())


@pytest.fixture
def neighbour(database_url: str) -> Store:
    return Store.open(database_url, "other", Clock())


def now(store: Store) -> list[tuple[int, str, str]]:
    """(key, value, raw) by the images, which are asserted to say what the entries say."""
    with store.begin() as unit:
        pages = sorted(unit.pages())
        image, entries = unit.register_now(pages), unit.register_frame(None, pages)
        unit.commit()
    assert image.equals(entries.select(image.columns))
    return image.rows()


def stamp(store: Store) -> Stamp:
    with store.begin() as unit:
        number = unit.page_key(Page(group=GROUP, subject=ALGEBRA))
        told = unit.register_stamps([number])[number]
        unit.commit()
    return told


def test_an_image_follows_what_pulls_change(store: Store) -> None:
    """A new cell, another value, another spelling, a vanished one: each is in the image that was there before."""
    absorb(store, mark(ANNA, "5"), mark(BORIS, "4"))
    assert [value for _key, value, _raw in now(store)] == ["5", "4"]
    absorb(store, mark(ANNA, "3"), mark(BORIS, "4", raw="4/"), mark(ANNA, "н", FRIDAY), final(ANNA, "4", FRIDAY))
    assert [row[1:] for row in now(store)] == [("3", ""), ("4", "4/"), ("4", ""), ("н", "")]
    absorb(store, mark(BORIS, "4", raw="4/"))
    assert [row[1:] for row in now(store)] == [("4", "4/")]
    absorb(store)
    assert now(store) == []


def test_a_stamp_changes_with_every_change_and_no_other(store: Store) -> None:
    """Also when somebody else entered the same mark, which no line tells; an identical pull leaves it."""
    entered = datetime(2026, 9, 8, 9, 30, tzinfo=UTC)
    absorb(store, mark(ANNA, "5"))
    first = stamp(store)
    absorb(store, mark(ANNA, "5"))
    assert stamp(store) == first
    absorb(store, mark(ANNA, "5", set_at=entered))
    second = stamp(store)
    assert (second.sha256, second.version) == (first.sha256, first.version + 1)
    absorb(store, mark(ANNA, "4", set_at=entered))
    third = stamp(store)
    assert third.version > second.version
    assert third.sha256 != first.sha256
    absorb(store, mark(ANNA, "4", group=OTHER), groups=[OTHER])
    assert stamp(store) == third


def test_an_image_is_the_schools_own(store: Store, neighbour: Store) -> None:
    """Two schools in one memory number their pages alike; a pull of one leaves the other's images."""
    for school in (store, neighbour):
        absorb(school, mark(ANNA, "5"))
        stamp(school)
    absorb(store, mark(ANNA, "2"))
    assert [value for _key, value, _raw in now(neighbour)] == ["5"]
    assert stamp(neighbour).version == 1


def test_an_image_of_a_failed_pull_is_the_one_before(store: Store) -> None:
    """What is not committed changed nothing: neither entries nor images."""
    absorb(store, mark(ANNA, "5"))
    before = stamp(store)
    with store.begin() as unit:
        unit.absorb("pull-2", [mark(ANNA, "2")], [GROUP], MONDAY, FRIDAY)
    assert stamp(store) == before
    assert [value for _key, value, _raw in now(store)] == ["5"]


def test_an_image_made_in_the_same_transaction_follows_too(store: Store) -> None:
    """A page that got its number and was asked for before its first pull, all in one unit of work."""
    with store.begin() as unit:
        number = unit.page_key(Page(group=GROUP, subject=ALGEBRA))
        assert len(unit.register_now([number])) == 0
        unit.absorb("pull-1", [mark(ANNA, "5")], [GROUP], MONDAY, FRIDAY)
        assert unit.register_now([number])["value"].to_list() == ["5"]
        unit.commit()
    assert [value for _key, value, _raw in now(store)] == ["5"]
