"""The ledger: the register in time, compared in bulk, never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from contracts.store_case import START, Clock
from sqlalchemy import create_engine, text

from state.frames import SCHEMA
from state.identity import SourcedId
from state.register import EPOCH, CellKind, Page, RegisterCell, unpack
from state.store import Store
from state.work import ROWS_PER_STATEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state.store import Absorbed

GROUP = SourcedId("form:2026:7б")
OTHER = SourcedId("form:2026:7в")
ALGEBRA = SourcedId("subject:алгебра")
ANNA, BORIS = SourcedId("pupil:а-1"), SourcedId("pupil:а-2")
MONDAY, FRIDAY = date(2026, 9, 7), date(2026, 9, 11)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Store:
    return Store.open(database_url, "school", clock)


def mark(person: SourcedId, value: str, day: date = MONDAY, group: SourcedId = GROUP, **more: Any) -> RegisterCell:
    page = Page(group=group, subject=ALGEBRA)
    return RegisterCell(page=page, day=day, nth=1, kind=CellKind.MARKS, person=person, value=value, **more)


def final(person: SourcedId, value: str, day: date) -> RegisterCell:
    return replace(mark(person, value, day), nth=0, kind=CellKind.FINAL)


def member(person: SourcedId) -> RegisterCell:
    page = Page(group=GROUP, subject=SourcedId(""))
    return RegisterCell(page=page, day=EPOCH, nth=0, kind=CellKind.MEMBER, person=person, value="1")


def absorb(
    store: Store, *cells: RegisterCell, groups: Sequence[SourcedId] = (GROUP,), days: tuple[date, date] | None = None
) -> Absorbed:
    with store.begin() as unit:
        starts, ends = days or (MONDAY, FRIDAY)
        absorbed = unit.absorb("pull-1", cells, groups, starts, ends)
        unit.commit()
    return absorbed


def frame(store: Store, at: datetime | None = None) -> pl.DataFrame:
    with store.begin() as unit:
        return unit.register_frame(at)


def values(store: Store, at: datetime | None = None) -> list[str]:
    return sorted(frame(store, at)["value"])


def entries(url: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM ledger_entry ORDER BY id")).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def test_the_first_batch_is_new(store: Store) -> None:
    """Every cell becomes an open entry, whole: value, raw text, author, moment and evidence, found by its key."""
    when = datetime(2026, 9, 7, 11, 40, 12, 345678, tzinfo=timezone(timedelta(hours=3)))
    cell = mark(ANNA, "4 5", raw="4/5", author="staff:иванова", set_at=when, remote_id="2160000000000000001")
    topic = replace(mark(ANNA, "Дроби"), kind=CellKind.TOPIC, person=None)
    assert absorb(store, cell, topic) == (2, 2, 0, 0)
    with store.begin() as unit:
        rows = {unpack(row["key"]): row for row in unit.register_frame().to_dicts()}
        page, person = unit.page_key(cell.page), unit.person_key(ANNA)
    found = rows[page, MONDAY, 1, CellKind.MARKS, person]
    assert {**found, "key": 0} == {
        "key": 0,
        "value": "4 5",
        "raw": "4/5",
        "author": "staff:иванова",
        "set_at": when.astimezone(UTC),
        "remote_id": "2160000000000000001",
    }
    assert rows[page, MONDAY, 1, CellKind.TOPIC, 0]["set_at"] is None


def test_an_identical_batch_writes_nothing(store: Store, database_url: str, clock: Clock) -> None:
    """The second pull of the same register leaves every stored row as it was, in whatever order cells come."""
    cells = [mark(ANNA, "4", set_at=START), mark(BORIS, "н"), member(ANNA), final(ANNA, "4", date(2026, 10, 25))]
    absorb(store, *cells)
    before = entries(database_url)
    clock.pass_time(hours=1)
    assert absorb(store, *reversed(cells)) == (4, 0, 0, 0)
    assert entries(database_url) == before


@pytest.mark.parametrize(
    "change",
    [
        {"value": "5"},
        {"raw": "4 "},
        {"author": "staff:петрова"},
        {"remote_id": "2"},
        {"set_at": START + timedelta(microseconds=1)},
        {"set_at": None},
    ],
)
def test_whatever_changes_is_kept_beside_what_was(store: Store, clock: Clock, change: dict[str, Any]) -> None:
    """A difference in any of the five fields closes the entry and opens another; both stay readable."""
    cell = mark(ANNA, "4", raw="4", author="staff:иванова", remote_id="1", set_at=START)
    absorb(store, cell, mark(BORIS, "3"))
    later = clock.pass_time(hours=1)
    assert absorb(store, replace(cell, **change), mark(BORIS, "3")) == (2, 0, 1, 0)
    (name, wanted), *_ = change.items()
    assert wanted in frame(store)[name].to_list()
    assert getattr(cell, name) in frame(store, later - timedelta(seconds=1))[name].to_list()


def test_what_is_missing_has_vanished(store: Store, clock: Clock) -> None:
    """A cell that the batch no longer shows is closed, not removed; back again, it is new."""
    absorb(store, mark(ANNA, "4"), mark(BORIS, "5"))
    gone = clock.pass_time(hours=1)
    assert absorb(store, mark(ANNA, "4")) == (1, 0, 0, 1)
    assert values(store) == ["4"]
    assert values(store, gone - timedelta(microseconds=1)) == ["4", "5"]
    clock.pass_time(hours=1)
    assert absorb(store, mark(ANNA, "4"), mark(BORIS, "5")) == (2, 1, 0, 0)
    assert values(store, gone) == ["4"]
    assert values(store) == ["4", "5"]


def test_an_empty_batch_empties_its_scope(store: Store) -> None:
    """The whole truth may be nothing at all."""
    absorb(store, mark(ANNA, "4"), mark(BORIS, "5"))
    assert absorb(store) == (0, 0, 0, 2)
    assert frame(store).is_empty()
    assert frame(store).schema == pl.Schema(SCHEMA)


def test_the_register_reads_as_of_a_moment(store: Store, clock: Clock) -> None:
    """An entry counts from the moment it was seen up to, and without, the moment it was seen changed."""
    moments = []
    for value in ("3", "4", "5"):
        moments.append(clock.pass_time(hours=1))
        absorb(store, mark(ANNA, value))
    assert values(store, START) == []
    for moment, value in zip(moments, ("3", "4", "5"), strict=True):
        assert values(store, moment) == [value]
        assert values(store, moment + timedelta(minutes=59)) == [value]
    assert values(store) == ["5"]


def test_changes_within_one_moment_leave_the_last(store: Store) -> None:
    """Two batches at the same tick of the clock are no fault; the later one stands."""
    absorb(store, mark(ANNA, "3"))
    absorb(store, mark(ANNA, "4"))
    assert values(store) == values(store, START) == ["4"]


def test_other_days_and_groups_are_left_alone(store: Store) -> None:
    """A batch says nothing about days outside its bounds, nor about groups it does not name."""
    next_week = MONDAY + timedelta(days=7)
    absorb(store, mark(ANNA, "4"), mark(BORIS, "5", group=OTHER), groups=(GROUP, OTHER))
    absorb(store, mark(ANNA, "3", next_week), days=(next_week, next_week))
    assert absorb(store, days=(FRIDAY, FRIDAY)) == (0, 0, 0, 0)
    assert absorb(store, groups=(GROUP,)) == (0, 0, 0, 1)
    assert values(store) == ["3", "5"]


def test_both_ends_of_the_days_are_inside(store: Store) -> None:
    """The first and the last day of the batch are covered, the days around them are not."""
    around = [MONDAY - timedelta(days=1), MONDAY, FRIDAY, FRIDAY + timedelta(days=1)]
    absorb(store, *(mark(ANNA, "4", day) for day in around), days=(around[0], around[-1]))
    assert absorb(store, days=(MONDAY, FRIDAY)) == (0, 0, 0, 2)


def test_the_frame_is_sorted_by_key(store: Store) -> None:
    """Joins rely on it, however late an earlier day was pulled."""
    for day in (FRIDAY, MONDAY, date(2026, 9, 9)):
        absorb(store, mark(ANNA, str(day.day), day), days=(day, day))
    for moment in (None, START):
        assert frame(store, moment)["value"].to_list() == ["7", "9", "11"]


def test_lists_and_finals_are_always_in_scope(store: Store) -> None:
    """MEMBER and FINAL cells of the groups are the batch's truth, wherever their days lie."""
    quarter, year = date(2026, 10, 25), date(2027, 8, 31)
    absorb(store, member(ANNA), member(BORIS), final(ANNA, "4", quarter), final(ANNA, "5", year))
    assert absorb(store, member(ANNA), final(ANNA, "5", quarter)) == (2, 0, 1, 2)
    assert values(store) == ["1", "5"]


def test_a_cell_given_twice_is_the_callers_fault(store: Store) -> None:
    """Equal or not, a repeated cell is refused by name, and nothing of the batch is kept."""
    with pytest.raises(ValueError, match=rf"twice.*{ANNA}"):
        absorb(store, mark(ANNA, "4"), mark(ANNA, "4"))
    assert frame(store).is_empty()


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (mark(ANNA, "4", group=OTHER), "does not cover"),
        (mark(ANNA, "4", FRIDAY + timedelta(days=1)), "outside"),
        (mark(ANNA, "4", set_at=datetime(2026, 9, 7, 11)), "without a time zone"),  # noqa: DTZ001
    ],
)
def test_a_cell_out_of_place_is_the_callers_fault(store: Store, cell: RegisterCell, why: str) -> None:
    """Another group, another day or a moment without a zone would be compared with the wrong entries."""
    with pytest.raises(ValueError, match=why):
        absorb(store, cell)


def test_large_batches_lose_no_row(store: Store) -> None:
    """Neither below, at nor above the rows of one statement is a row lost or doubled."""
    for size in (ROWS_PER_STATEMENT - 1, ROWS_PER_STATEMENT, 2 * ROWS_PER_STATEMENT + 1):
        cells = [mark(SourcedId(f"pupil:{number}"), str(number)) for number in range(size)]
        absorb(store, *cells)
        assert frame(store)["value"].to_list() == [cell.value for cell in cells]


def test_keys_are_given_once(store: Store) -> None:
    """A page and a person keep their numbers through commits; another school counts for itself from 1."""
    page, other = Page(group=GROUP, subject=ALGEBRA), Page(group=GROUP, subject=SourcedId(""))
    with store.begin() as unit:
        given = (unit.page_key(page), unit.page_key(other), unit.person_key(ANNA), unit.person_key(BORIS))
        assert given == (1, 2, 1, 2)
        unit.commit()
        assert (unit.page_key(page), unit.person_key(BORIS)) == (1, 2)
        assert unit.pages() == {1: page, 2: other}
        assert unit.persons() == {1: ANNA, 2: BORIS}


def test_schools_share_no_cells(store: Store, database_url: str, clock: Clock) -> None:
    """Equal keys of two schools in one database are two cells."""
    neighbour = Store.open(database_url, "neighbour", clock)
    absorb(store, mark(ANNA, "4"))
    assert absorb(neighbour, mark(BORIS, "5")) == (1, 1, 0, 0)
    assert (values(store), values(neighbour)) == (["4"], ["5"])


def test_display_names_are_kept(store: Store) -> None:
    """A stranger's name is kept for reports; a later name replaces it, others stay, the nameless are not listed."""
    absorb(store, mark(ANNA, "4"))
    with store.begin() as unit:
        unit.put_person_names({BORIS: "Иванов Борис", SourcedId("remote:7"): "Новая Ольга"})
        unit.put_person_names({BORIS: "Иванов Борис Петрович"})
        unit.put_person_names({})
        unit.commit()
    with store.begin() as unit:
        assert unit.person_names() == {BORIS: "Иванов Борис Петрович", "remote:7": "Новая Ольга"}
        assert set(unit.persons().values()) == {ANNA, BORIS, "remote:7"}
