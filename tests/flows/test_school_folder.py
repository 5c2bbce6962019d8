"""What `init` makes, and which days a verb speaks about when nobody names them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from flows.overheard import sverka

from gateway.bootstrap import open_office
from gateway.jobs.setup import Answers, init_school
from state.tables import Memory

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = Answers(
    key="demo",
    name="Школа",
    year=2026,
    profile="dnevnik-rest",
    base_url="http://127.0.0.1:9/v2.0",
    token="env:SVERKA_TOKEN",
    school_id="1",
)


@dataclass
class Standing:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 9, 20), date(2026, 9, 1)),  # never before the school year
        (date(2026, 10, 20), date(2026, 9, 1)),  # never less than the period going on
        (date(2026, 11, 22), date(2026, 9, 23)),  # 60 days back, into the period before
        (date(2026, 12, 25), date(2026, 10, 26)),
    ],
)
def test_a_pull_looks_sixty_days_back(tmp_path: Path, today: date, since: date) -> None:
    """Marks are entered late and corrected after the period's end, and nothing in the diary tells of it."""
    clock = Standing(datetime(today.year, today.month, today.day, 12, tzinfo=UTC))
    office = open_office(init_school(tmp_path, ANSWERS), clock)
    scope = office.days.pull_scope()
    assert (scope.lessons_from, scope.lessons_to) == (since, office.days.period().ends)
    assert office.days.scope().lessons_from == office.days.period().starts
    office.store.close()


def test_only_its_owner_opens_the_state_folder(tmp_path: Path) -> None:
    """Everybody's names and marks lie in the database."""
    init_school(tmp_path, ANSWERS)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_database_of_an_older_program_is_brought_up_and_kept(tmp_path: Path) -> None:
    """Every verb names the command; after it the school's memory is there, and so is a copy of the former database."""
    config = init_school(tmp_path, ANSWERS)
    database = next((tmp_path / "state").glob("*.db"))
    with closing(sqlite3.connect(database)) as connection, connection:
        for row in Memory.__subclasses__():
            if row.__module__ != "state.tables":  # what the first version knew lies there
                connection.execute(f"DROP TABLE {row.__tablename__}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    refused = sverka("-c", config, "findings", "--json")
    assert (refused.code, "sverka upgrade" in refused.err) == (78, True)
    assert sverka("-c", config, "upgrade").code == 0
    assert sverka("-c", config, "findings", "--json").told["items"] == []
    (copy,) = set((tmp_path / "state").glob("*.db")) - {database}
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert copy.stat().st_mode & 0o777 == 0o600
