"""Copies of the database that lie beside it, and whether a school that keeps no paper has one of this period (R008).

A copy is evidence only where it is a former state of this very database: the head of its audit log must be the head
this one had at that size.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from gateway.i18n import _
from state.modes import Mode

if TYPE_CHECKING:
    from gateway.days import SchoolDays
    from gateway.register.modes import Modes
    from gateway.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A former state of the school's database."""

    path: Path
    made: datetime
    """UTC, as its name tells."""
    events: int
    """How many events its audit log holds."""


def copies(school: Settings) -> tuple[Copy, ...]:
    """Every proven copy beside the database (`sverka upgrade` makes them), the oldest first.

    There are none of a server's database: what its administrator keeps, we do not see.
    """
    place = make_url(school.state_url)
    if place.get_backend_name() != "sqlite" or not place.database or not Path(place.database).is_file():
        return ()
    live = Path(place.database)
    found = sorted(live.parent.glob(f"{live.stem}-????????-??????{live.suffix}"))
    return tuple(copy for path in found if (copy := _proven(path, live, school.school.key)))


def _proven(path: Path, live: Path, key: str) -> Copy | None:
    try:
        made = datetime.strptime(path.stem[-15:], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        then = _head(path, key)
        if then and _is_sound(path) and _head(live, key, then[0]) == then:
            return Copy(path=path, made=made, events=then[0] + 1)
    except (ValueError, sqlite3.Error):
        pass
    return None


def _is_sound(path: Path) -> bool:
    with _reading(path, "immutable=1") as connection:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _head(path: Path, key: str, at: int | None = None) -> tuple[int, bytes] | None:
    """(number, root) of the last event of a copy's audit log, or of that event of the living one's."""
    with _reading(path, "mode=ro" if at is not None else "immutable=1") as connection:
        query = "SELECT seq, root FROM journal_event WHERE school = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"
        row: tuple[int, bytes] | None = connection.execute(query, (key, sys.maxsize if at is None else at)).fetchone()
    return row


def _reading(path: Path, how: str) -> closing[sqlite3.Connection]:
    """A copy is `immutable`: nobody writes to it, and reading it leaves no file beside it."""
    return closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True))


def unarchived(school: Settings, modes: Modes, days: SchoolDays) -> str | None:
    """The warning of a school that keeps no paper somewhere and has no copy of this period; None where all is well."""
    period = days.period()
    if period.starts > days.today or not modes.ever(Mode.ELECTRONIC_ONLY, period.starts, min(period.ends, days.today)):
        return None
    kept = copies(school)
    if kept and kept[-1].made.astimezone(school.zone).date() >= period.starts:
        return None
    last = kept[-1].made.astimezone(school.zone) if kept else None
    if last is None:
        return _("Бумажный журнал не ведётся, а записи о резервной копии базы нет")
    return _("Бумажный журнал не ведётся, а копии базы за {period} нет, последняя от {last:%d.%m.%Y}").format(
        period=period.name, last=last
    )
