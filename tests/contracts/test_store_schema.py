"""The schema: what the migrations make is what the tables declare, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from state.errors import SchemaBehind, StateError
from state.store import Store, migrate, verify_log
from state.tables import Memory


def _clock() -> datetime:
    return datetime(2026, 9, 1, 8, tzinfo=UTC)


def test_migrated_schema_equals_the_tables(database_url: str) -> None:
    """Alembic would generate no further migration: neither table, column, type, index nor constraint differs."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Memory.metadata) == []
    engine.dispose()


def test_every_table_carries_its_school(database_url: str) -> None:
    """No row of memory is without the school it belongs to."""
    engine = create_engine(database_url)
    inspector = inspect(engine)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    assert tables == set(Memory.metadata.tables)
    for table in tables:
        assert "school" in {column["name"] for column in inspector.get_columns(table)}, table
    engine.dispose()


def test_only_open_entries_are_unique_per_cell(database_url: str) -> None:
    """The unique indexes are partial in the database too, which the comparison above does not look at."""
    engine = create_engine(database_url)
    indexes = {index["name"]: index for index in inspect(engine).get_indexes("ledger_entry")}
    options = indexes["uq_ledger_entry_open"]["dialect_options"]
    assert "seen_to IS NULL" in str(options[f"{engine.dialect.name}_where"])
    engine.dispose()


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    """A second `migrate` finds the schema in place, and the store opens."""
    migrate(empty_database_url)
    migrate(empty_database_url)
    Store.open(empty_database_url, "school", _clock).close()


def test_a_database_without_schema_is_behind(empty_database_url: str) -> None:
    """Opening and verifying refuse a database nobody migrated."""
    with pytest.raises(SchemaBehind):
        Store.open(empty_database_url, "school", _clock)
    with pytest.raises(SchemaBehind):
        verify_log(empty_database_url, "school")


def test_another_revision_is_behind(empty_database_url: str) -> None:
    """A database of another version of the program is not touched."""
    migrate(empty_database_url)
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    with pytest.raises(SchemaBehind, match="0000"):
        Store.open(empty_database_url, "school", _clock)


def test_a_missing_sqlite_file_stays_missing(tmp_path: object) -> None:
    """Opening creates no empty database where a path is mistyped."""
    with pytest.raises(SchemaBehind, match="no database"):
        Store.open(f"sqlite:///{tmp_path}/mistyped.db", "school", _clock)


def test_sqlite_is_durable_and_shared(sqlite_url: str) -> None:
    """WAL, full sync, foreign keys and waiting for a lock are on for every connection of a store."""
    store = Store.open(sqlite_url, "school", _clock)
    with store.begin() as unit:
        read = {name: unit._work.fetch(f"PRAGMA {name}", ())[0][0] for name in ("journal_mode", "synchronous")}
        read |= {name: unit._work.fetch(f"PRAGMA {name}", ())[0][0] for name in ("foreign_keys", "busy_timeout")}
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_an_unknown_kind_of_database_is_refused() -> None:
    """Only the two engines that the contracts run on are accepted."""
    with pytest.raises(StateError, match="mysql"):
        Store.open("mysql://localhost/sverka", "school", _clock)
