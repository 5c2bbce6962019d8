"""Double blind entry in memory, on both engines: who has typed, what is sealed, and whose page is held."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import START, Clock

from state.blind import BlindCopy, BlindEntry, BlindStanding, BlindValue
from state.errors import StateCorrupt
from state.identity import SourcedId
from state.local import Problem
from state.register import CellKind, Page, RegisterCell
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Page(group=SourcedId("form:2026:7б"), subject=SourcedId("subject:алгебра"))
PERIOD = SourcedId("period:2026:quarter:1")


@pytest.fixture
def stores(database_url: str) -> Iterator[tuple[Store, Store]]:
    """Two schools in one database."""
    opened = tuple(Store.open(database_url, key, Clock()) for key in ("school", "neighbour"))
    yield opened[0], opened[1]
    for store in opened:
        store.close()


def _entry(page: Page = PAGE) -> BlindEntry:
    return BlindEntry(page=page, period=PERIOD, first="Иванова А.А.", second="Петрова Б.Б.", opened_by="Завуч")


def _copy(mark: str) -> BlindCopy:
    cells = [
        RegisterCell(page=PAGE, day=date(2026, 9, 1), nth=1, kind=CellKind.LESSON, person=None, value="|"),
        RegisterCell(
            page=PAGE, day=date(2026, 9, 1), nth=1, kind=CellKind.MARKS, person=SourcedId("p"), value=mark, raw="5-"
        ),
    ]
    return BlindCopy(
        source="a.xlsx",
        cells=tuple(cells),
        problems=(Problem(code="PUPIL_NOT_LISTED", where="a.xlsx!A!B9", raw="Чужой Тимур"),),
        strangers={SourcedId("paper:чужой тимур"): "Чужой Тимур"},
    )


def test_an_entry_is_numbered_and_dated(stores: tuple[Store, Store]) -> None:
    """Numbers rise in each school by themselves, and a neighbour sees nothing."""
    store, neighbour = stores
    with store.begin() as unit:
        first, second = unit.blind.open(_entry()), unit.blind.open(_entry())
        unit.commit()
    assert (first.number, second.number, first.opened_at, first.standing) == (1, 2, START, BlindStanding.OPEN)
    with neighbour.begin() as unit:
        assert (unit.blind.entries(), unit.blind.held()) == ((), frozenset())
        assert unit.blind.open(_entry()).number == 1
        unit.commit()
    with store.begin() as unit:
        assert [one.number for one in unit.blind.entries()] == [1, 2]


def test_a_copy_comes_back_as_it_was_sealed(stores: tuple[Store, Store]) -> None:
    """Each typist's own; sealing again replaces it and no other. Entries tell digests and nothing else."""
    store, neighbour = stores
    with store.begin() as unit:
        entry = unit.blind.open(_entry())
        digests = {typist: unit.blind.seal(entry.number, typist, _copy(mark)) for typist, mark in ((1, "5"), (2, "4"))}
        replaced = unit.blind.seal(entry.number, 1, _copy("3"))
        unit.commit()
    with store.begin() as unit:
        (entry,) = unit.blind.entries()
        assert entry.entered == {1: replaced, 2: digests[2]}
        assert entry.is_typed
        assert replaced != digests[1]
        assert (unit.blind.copy(entry, 1), unit.blind.copy(entry, 2)) == (_copy("3"), _copy("4"))
    with neighbour.begin() as unit, pytest.raises(KeyError):
        unit.blind.copy(entry, 1)


def test_what_is_not_typed_is_not_there(stores: tuple[Store, Store]) -> None:
    """A missing copy is a KeyError, and the entry is not typed."""
    with stores[0].begin() as unit:
        entry = unit.blind.open(_entry())
        unit.blind.seal(entry.number, 2, _copy("5"))
        (entry,) = unit.blind.entries()
        assert (entry.is_typed, list(entry.entered or {})) == (False, [2])
        with pytest.raises(KeyError):
            unit.blind.copy(entry, 1)


def test_the_latest_value_of_a_place_counts(stores: tuple[Store, Store]) -> None:
    """With the name and the moment of who read it last."""
    store, neighbour = stores
    with store.begin() as unit:
        unit.blind.settle(
            1, [BlindValue(place="a", value="5", settled_by="X"), BlindValue(place="b", value="", settled_by="X")]
        )
        unit.blind.settle(1, [BlindValue(place="a", value="4", settled_by="Y")])
        unit.blind.settle(1, [])
        assert unit.blind.values(1) == {
            "a": BlindValue(place="a", value="4", settled_by="Y", settled_at=START),
            "b": BlindValue(place="b", value="", settled_by="X", settled_at=START),
        }
        assert unit.blind.values(2) == {}
        unit.commit()
    with neighbour.begin() as unit:
        assert unit.blind.values(1) == {}


def test_the_latest_entry_holds_its_page(stores: tuple[Store, Store]) -> None:
    """Open or complete; a cancelled one lets it go, whatever came before."""
    with stores[0].begin() as unit:
        blind = unit.blind
        number = blind.open(_entry()).number
        assert blind.held() == {(PAGE, PERIOD)}
        blind.close(number, BlindStanding.COMPLETE, "Завуч")
        assert blind.held() == {(PAGE, PERIOD)}
        again = blind.open(_entry()).number
        blind.close(again, BlindStanding.CANCELLED, "Завуч", "бумага исправлена")
        assert blind.held() == frozenset()
        closed = blind.entries()[1]
        assert (closed.closed_by, closed.why, closed.closed_at) == ("Завуч", "бумага исправлена", START)
        with pytest.raises(StateCorrupt):
            blind.close(9, BlindStanding.CANCELLED, "Завуч")


def test_nothing_stays_without_a_commit(stores: tuple[Store, Store]) -> None:
    """Entry, copy and value are lost with their unit of work."""
    store = stores[0]
    with store.begin() as unit:
        number = unit.blind.open(_entry()).number
        unit.blind.seal(number, 1, _copy("5"))
        unit.blind.settle(number, [BlindValue(place="a", value="5", settled_by="X")])
    with store.begin() as unit:
        assert unit.blind.entries() == ()
        assert unit.blind.values(number) == {}
