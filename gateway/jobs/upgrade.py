"""The database brought to the program's version; the former one stays beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from gateway.faultmap import in_our_words
from state.store import migrate

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.settings import Settings


def upgrade(school: Settings, now: datetime) -> Path | None:
    """The schema is the program's. Where the copy of the former database lies; None for a server's database.

    A server is backed up by its own means: its administrator has them, we do not.
    """
    with in_our_words():
        copy = _copied(school.state_url, now)
        migrate(school.state_url)
    return copy


def _copied(url: str, now: datetime) -> Path | None:
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database or not Path(place.database).is_file():
        return None
    former = Path(place.database)
    copy = former.with_name(f"{former.stem}-{now:%Y%m%d-%H%M%S}{former.suffix}")
    # The database's own backup: a plain copy would miss what still lies in its write-ahead log.
    with closing(sqlite3.connect(former)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
    return copy
