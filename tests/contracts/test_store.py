"""The store: one school's memory keeps what it was given, on both engines."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from contracts.store_case import START, Clock
from sqlalchemy import make_url

from state.errors import LeaseHeld, StateCorrupt
from state.identity import IdentityLink, RemoteId, SourcedId
from state.local import LocalPart, Problem, SourceKind
from state.records import Form, RecordType
from state.store import Store, verify_log


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Store:
    return Store.open(database_url, "school", clock)


@pytest.fixture
def neighbour(database_url: str, clock: Clock) -> Store:
    return Store.open(database_url, "neighbour", clock)


# --- units of work ---------------------------------------------------------------------------------------------------


def test_a_unit_goes_on_after_a_commit(store: Store) -> None:
    """What is committed stays, what follows it is a transaction of its own."""
    with store.begin() as unit:
        unit.put_baselines([("form", SourcedId("form:1"), {"name": "7Б"})])
        unit.record("first", {}, "иванова")
        unit.commit()
        unit.put_baselines([("form", SourcedId("form:2"), {"name": "7В"})])
        assert unit.record("second", {}, "иванова") == 1
    with store.begin() as unit:
        assert list(unit.baselines()) == [("form", "form:1")]
        assert unit.log_head()[0] == 1


def test_a_unit_inside_a_unit_is_refused(store: Store) -> None:
    """It would wait for itself; the outer one is not harmed."""
    with store.begin() as outer:
        with pytest.raises(RuntimeError, match="open already"), store.begin():
            pass
        assert outer.start_run("pull")
    with store.begin() as unit:
        assert unit.runs() == []


def test_two_processes_number_events_without_a_gap(store: Store, database_url: str, clock: Clock) -> None:
    """Units of two stores of one school take turns: each sees what the other committed."""
    other = Store.open(database_url, "school", clock)
    for number in range(6):
        with (store, other)[number % 2].begin() as unit:
            assert unit.record("step", {}, "иванова") == number
            unit.commit()
    with store.begin() as unit:
        assert unit.log_head()[0] == 6
        unit.commit()
        with other.begin() as theirs:
            theirs.record("step", {}, "иванова")
            theirs.commit()
        assert unit.record("step", {}, "иванова") == 7


def test_a_clock_without_a_zone_is_refused(database_url: str) -> None:
    """Naive moments never reach the database."""
    store = Store.open(database_url, "school", lambda: datetime(2026, 9, 1))  # noqa: DTZ001
    with store.begin() as unit, pytest.raises(ValueError, match="without a time zone"):
        unit.start_run("pull")


def test_a_forgotten_store_lets_go_of_the_database(store: Store, database_url: str, clock: Clock) -> None:
    """Without `close` no connection is left open (warnings are errors here)."""
    other = Store.open(database_url, "school", clock)
    with other.begin() as unit:
        unit.start_run("pull")
    del other, unit
    gc.collect()


def test_a_locked_school_is_waited_for_and_then_named(store: Store, database_url: str, clock: Clock) -> None:
    """While another process is inside a unit of work, ours waits, and then says so instead of breaking."""
    waiting = {"timeout": "0.05"} if database_url.startswith("sqlite") else {"options": "-c lock_timeout=50ms"}
    url = make_url(database_url).update_query_dict(waiting).render_as_string(hide_password=False)
    with store.begin() as unit:
        unit.start_run("pull")
        other = Store.open(url, "school", clock)
        with pytest.raises(LeaseHeld, match="another process"), other.begin():
            pass
        assert verify_log(database_url, "school").ok
        unit.commit()
    with other.begin() as unit:
        assert len(unit.runs()) == 1


# --- local parts -----------------------------------------------------------------------------------------------------


def part(kind: SourceKind = SourceKind.PUPILS, sha256: str = "a" * 64, name: str = "7Б") -> LocalPart:
    form = Form(sourced_id=SourcedId(f"form:2026:{name}"), name=name, grade=7)
    return LocalPart(
        kind=kind,
        source="ученики.xlsx",
        sha256=sha256,
        records={RecordType.FORM: (form,)},
        complete=frozenset({RecordType.FORM}),
        problems=(Problem(code="BLANK_ROW", where="ученики.xlsx!Лист1!B7"),),
    )


def test_a_part_comes_back_as_it_was(store: Store) -> None:
    """Records, scope and problems survive storage."""
    with store.begin() as unit:
        assert unit.save_part(part())
        unit.commit()
    with store.begin() as unit:
        assert unit.parts() == (part(),)


def test_one_part_of_a_kind_is_current(store: Store, neighbour: Store) -> None:
    """A later file of the kind replaces the earlier one, whatever its name; kinds and schools stand apart."""
    newer = replace(part(sha256="b" * 64, name="7В"), source="новые.xlsx")
    with store.begin() as unit:
        for one in (part(), part(SourceKind.STAFF, "c" * 64), newer):
            assert unit.save_part(one)
        assert [(one.kind, one.sha256[0]) for one in unit.parts()] == [
            (SourceKind.PUPILS, "b"),
            (SourceKind.STAFF, "c"),
        ]
        unit.commit()
    with neighbour.begin() as unit:
        assert unit.parts() == ()


def test_the_same_file_again_writes_nothing(store: Store) -> None:
    """False for the current file; the one before it may return and is current again."""
    with store.begin() as unit:
        assert unit.save_part(part())
        assert not unit.save_part(part())
        assert unit.save_part(part(sha256="b" * 64))
        assert unit.save_part(part())
        assert unit.parts() == (part(),)


# --- links and baselines ---------------------------------------------------------------------------------------------


def link(record_type: str, sourced_id: str, remote_id: str, **more: Any) -> IdentityLink:
    return IdentityLink(
        record_type=record_type,
        sourced_id=SourcedId(sourced_id),
        remote_id=RemoteId(remote_id),
        rule=more.pop("rule", "name"),
        evidence=more.pop("evidence", "7Б"),
        ours=more.pop("ours", False),
        **more,
    )


def test_links_come_back_in_order(store: Store, neighbour: Store) -> None:
    """By record type and sourced id, each field as given; a link without a date holds from now."""
    old = link("staff", "staff:б", "9007199254740993", ours=True, user_id="12", since=START - timedelta(days=400))
    with store.begin() as unit:
        unit.put_links([old, link("form", "form:я", "2"), link("form", "form:а", "1")])
        unit.commit()
    with store.begin() as unit:
        found = unit.links()
        assert unit.linked("form") == {"form:а", "form:я"}
    assert [one.sourced_id for one in found] == ["form:а", "form:я", "staff:б"]
    assert found[2] == old
    assert found[0].since == START
    with neighbour.begin() as unit:
        assert unit.links() == ()
        assert unit.linked("form") == frozenset()


def test_a_link_is_replaced_by_its_record(store: Store) -> None:
    """One record has one link, the last one put."""
    with store.begin() as unit:
        unit.put_links([link("form", "form:а", "1")])
        unit.put_links([link("form", "form:а", "2"), link("form", "form:а", "3")])
        assert [one.remote_id for one in unit.links()] == ["3"]


@pytest.mark.parametrize("together", [True, False])
def test_an_object_of_the_diary_is_one_record(store: Store, together: bool) -> None:
    """A second record of the type cannot be the same object, and the refused call changes nothing."""
    first, second = link("form", "form:а", "1"), link("form", "form:б", "1")
    with store.begin() as unit:
        if together:
            with pytest.raises(StateCorrupt, match="form:а"):
                unit.put_links([first, second])
            assert unit.links() == ()
        else:
            unit.put_links([first])
            with pytest.raises(StateCorrupt, match="form:а"):
                unit.put_links([second])
            assert [one.sourced_id for one in unit.links()] == ["form:а"]


def test_records_may_exchange_their_objects(store: Store) -> None:
    """Only the outcome of a call must be unambiguous, not its order."""
    with store.begin() as unit:
        unit.put_links([link("form", "form:а", "1"), link("form", "form:б", "2")])
        unit.put_links([link("form", "form:а", "2"), link("form", "form:б", "1")])
        assert [one.remote_id for one in unit.links()] == ["2", "1"]


def test_a_person_may_be_linked_in_two_roles(store: Store) -> None:
    """A teacher may be a parent, and one parent may stand behind the guardians of two siblings."""
    links = [link("guardian", "guardian:1", "7"), link("guardian", "guardian:2", "7"), link("staff", "staff:а", "7")]
    with store.begin() as unit:
        unit.put_links(links)
        assert [one.remote_id for one in unit.links()] == ["7", "7", "7"]


def test_many_links_are_put_and_dropped(store: Store) -> None:
    """More keys than one statement takes are no limit; an unknown key is no fault."""
    links = [link("lesson", f"lesson:{number:05}", str(number)) for number in range(1201)]
    with store.begin() as unit:
        unit.put_links(links)
        unit.put_links(links)
        unit.drop_links([(one.record_type, one.sourced_id) for one in links[1:]])
        unit.drop_links([("form", SourcedId("form:unknown"))])
        unit.drop_links([])
        assert [one.sourced_id for one in unit.links()] == ["lesson:00000"]
        with pytest.raises(StateCorrupt):
            unit.put_links([link("lesson", f"lesson:x{number}", str(1200 - number)) for number in range(1201)])


def test_baselines_are_put_replaced_and_removed(store: Store, neighbour: Store) -> None:
    """The last body of a key stands; None removes it, known or not."""
    form, subject = ("form", SourcedId("form:а")), ("subject", SourcedId("subject:а"))
    with store.begin() as unit:
        unit.put_baselines([(*form, {"name": "7Б"}), (*subject, {"name": "Алгебра", "area": None})])
        unit.put_baselines([(*form, {"name": "7В"}), ("room", SourcedId("room:1"), None)])
        assert unit.baselines() == {form: {"name": "7В"}, subject: {"name": "Алгебра", "area": None}}
        unit.put_baselines([(*subject, None)])
        unit.commit()
    with store.begin() as unit:
        assert unit.baselines() == {form: {"name": "7В"}}
    with neighbour.begin() as unit:
        assert unit.baselines() == {}
