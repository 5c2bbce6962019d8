"""The audit log: append-only, verifiable, and committed together with what it tells of."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from state.errors import StateCorrupt
from state.identity import SourcedId
from state.merkle import Frontier, leaf_hash
from state.register import Page
from state.store import Store, verify_log

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
SIZE = 11


@pytest.fixture
def store(database_url: str) -> Store:
    return Store.open(database_url, "school", lambda: AT)


@pytest.fixture
def log(store: Store, database_url: str) -> str:
    """A log of SIZE events, two to a transaction; its database's address."""
    for number in range(SIZE):
        with store.begin() as unit:
            assert unit.record("step.done", {"step": number}, "иванова") == number
            unit.commit()
    return database_url


def tamper(url: str, statement: str, **values: Any) -> None:
    """What somebody with the database password can do: the guards are passed by first."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for guard in _GUARDS[engine.dialect.name]:
            connection.execute(text(guard))
        connection.execute(text(statement), values)
    engine.dispose()


_GUARDS = {
    "sqlite": [f"DROP TRIGGER IF EXISTS journal_event_keeps_{name}" for name in ("update", "delete", "replace")],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}


def test_an_empty_log_holds(store: Store, database_url: str) -> None:
    """Its root is the hash of nothing (RFC 6962 §2.1)."""
    check = verify_log(database_url, "school")
    assert (check.ok, check.size, check.first_bad) == (True, 0, None)
    assert check.root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with store.begin() as unit:
        assert unit.log_head() == (0, check.root)


def test_a_leaf_is_the_canonical_json_of_the_event(log: str) -> None:
    """Number, moment, kind, actor and data are inside the hashed bytes; the root is that of the leaves alone."""
    engine = create_engine(log)
    with engine.connect() as connection:
        leaves = [bytes(row.leaf) for row in connection.execute(text("SELECT leaf FROM journal_event ORDER BY seq"))]
    engine.dispose()
    assert json.loads(leaves[3]) == {
        "seq": 3,
        "at": "2026-09-01T08:00:00+00:00",
        "kind": "step.done",
        "actor": "иванова",
        "data": {"step": 3},
    }
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
    assert verify_log(log, "school").root == frontier.root.hex()


def test_the_head_survives_reopening(log: str) -> None:
    """A new process goes on from the stored subtrees, and the log still verifies."""
    again = Store.open(log, "school", lambda: AT)
    with again.begin() as unit:
        before = unit.log_head()
        assert unit.record("run.ended", {}, "иванова") == SIZE
        after = unit.log_head()
        unit.commit()
    assert before[0] == SIZE
    assert verify_log(log, "school", expect=before).ok
    assert (verify_log(log, "school").size, verify_log(log, "school").root) == after


def test_schools_have_logs_of_their_own(log: str) -> None:
    """Another school in the same database starts at number 0, and each log verifies by itself."""
    other = Store.open(log, "other", lambda: AT)
    with other.begin() as unit:
        assert unit.record("run.started", {}, "петрова") == 0
        unit.commit()
    assert verify_log(log, "other").size == 1
    assert verify_log(log, "school").size == SIZE


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET leaf = leaf WHERE seq = 2",
        "DELETE FROM journal_event WHERE seq = 2",
        "DELETE FROM journal_event",
    ],
)
def test_the_database_refuses_to_change_the_log(log: str, statement: str) -> None:
    """No program, ours included, changes or removes an event while the guards stand."""
    engine = create_engine(log)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert verify_log(log, "school").size == SIZE


def test_sqlite_refuses_to_replace_an_event(sqlite_url: str) -> None:
    """INSERT OR REPLACE, which fires no delete trigger, is refused as well."""
    store = Store.open(sqlite_url, "school", lambda: AT)
    with store.begin() as unit:
        unit.record("run.started", {}, "иванова")
        unit.commit()
    engine = create_engine(sqlite_url)
    replace = (
        "INSERT OR REPLACE INTO journal_event SELECT school, seq, x'00', leaf_hash, subtree, root FROM journal_event"
    )
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(replace))
    engine.dispose()


@pytest.mark.postgres
def test_postgres_refuses_to_truncate_the_log(postgres_url: str) -> None:
    """TRUNCATE fires no row trigger, so it has one of its own."""
    engine = create_engine(postgres_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE journal_event"))
    engine.dispose()


@pytest.mark.parametrize("number", [0, 4, SIZE - 1])
def test_edited_bytes_are_found_at_their_event(log: str, number: int) -> None:
    """A leaf that does not give its stored hash is named."""
    tamper(log, "UPDATE journal_event SET leaf = :leaf WHERE seq = :number", leaf=b"{}", number=number)
    check = verify_log(log, "school")
    assert (check.ok, check.first_bad) == (False, number)
    assert "bytes" in check.why


@pytest.mark.parametrize("number", [0, 4, SIZE - 1])
def test_a_leaf_edited_with_its_hash_is_found_at_its_event(log: str, number: int) -> None:
    """Who recomputes the leaf hash too is betrayed by the tree head."""
    edit = "UPDATE journal_event SET leaf = :leaf, leaf_hash = :hashed WHERE seq = :number"
    tamper(log, edit, leaf=b"{}", hashed=leaf_hash(b"{}"), number=number)
    check = verify_log(log, "school")
    assert (check.ok, check.first_bad) == (False, number)
    assert "head" in check.why


@pytest.mark.parametrize("column", ["root", "subtree"])
def test_an_edited_head_is_found_at_its_event(log: str, column: str) -> None:
    """The stored heads and subtrees are recomputed, not believed."""
    tamper(log, f"UPDATE journal_event SET {column} = :other WHERE seq = 6", other=bytes(32))
    check = verify_log(log, "school")
    assert (check.ok, check.first_bad) == (False, 6)


def test_a_missing_event_is_found_at_its_number(log: str) -> None:
    """A gap in the numbers is named by the first number missing."""
    tamper(log, "DELETE FROM journal_event WHERE seq = 7")
    check = verify_log(log, "school")
    assert (check.ok, check.first_bad) == (False, 7)
    assert "missing" in check.why


def test_a_cut_tail_is_found_by_an_earlier_head(log: str) -> None:
    """The shortened log is consistent in itself; the head printed before names the first event gone."""
    whole = verify_log(log, "school")
    tamper(log, "DELETE FROM journal_event WHERE seq >= 8")
    assert verify_log(log, "school").ok
    check = verify_log(log, "school", expect=(whole.size, whole.root))
    assert (check.ok, check.size, check.first_bad) == (False, 8, 8)


def test_a_rewritten_log_is_found_by_an_earlier_head(log: str, store: Store) -> None:
    """Somebody who rebuilds the log from some event on cannot reach the head printed before."""
    whole = verify_log(log, "school")
    tamper(log, "DELETE FROM journal_event WHERE seq >= 9")
    for number in range(9, SIZE + 2):
        with store.begin() as unit:
            unit.record("step.done", {"step": -number}, "иванова")
            unit.commit()
    assert verify_log(log, "school").ok
    check = verify_log(log, "school", expect=(whole.size, whole.root))
    assert (check.ok, check.first_bad) == (False, SIZE - 1)


def test_an_earlier_head_holds_while_the_log_grows(log: str, store: Store) -> None:
    """Appending never contradicts a head printed before, whatever its case."""
    head = verify_log(log, "school")
    with store.begin() as unit:
        unit.record("run.ended", {}, "иванова")
        unit.commit()
    assert verify_log(log, "school", expect=(head.size, head.root.upper())).ok


def test_nothing_is_appended_to_a_broken_head(log: str, store: Store) -> None:
    """A log whose stored head does not hold takes no further event."""
    tamper(log, "UPDATE journal_event SET root = :other WHERE seq = :last", other=bytes(32), last=SIZE - 1)
    with store.begin() as unit, pytest.raises(StateCorrupt, match=str(SIZE - 1)):
        unit.record("run.started", {}, "иванова")


def _fail_halfway(store: Store) -> None:
    with store.begin() as unit:
        unit.put_baselines([("form", SourcedId("form:2026:7б"), {"name": "7Б"})])
        unit.page_key(Page(group=SourcedId("form:2026:7б"), subject=SourcedId("subject:алгебра")))
        assert unit.record("baseline.put", {}, "иванова") == 0
        raise ZeroDivisionError


def test_a_rolled_back_unit_leaves_neither_state_nor_event(store: Store, database_url: str) -> None:
    """An exception between the change and the commit takes both away; the number is given again."""
    with pytest.raises(ZeroDivisionError):
        _fail_halfway(store)
    with store.begin() as unit:
        assert unit.baselines() == {}
        assert unit.pages() == {}
        assert unit.log_head()[0] == 0
    assert verify_log(database_url, "school").size == 0


def test_leaving_without_commit_keeps_nothing(store: Store) -> None:
    """Only `commit` keeps; the end of the block does not."""
    with store.begin() as unit:
        unit.record("run.started", {}, "иванова")
        unit.start_run("pull")
    with store.begin() as unit:
        assert unit.runs() == []
        assert unit.log_head()[0] == 0


def test_data_that_is_not_json_is_refused(store: Store) -> None:
    """An event is JSON values or nothing."""
    with store.begin() as unit:
        with pytest.raises(TypeError):
            unit.record("run.started", {"at": AT}, "иванова")
        assert unit.log_head()[0] == 0
