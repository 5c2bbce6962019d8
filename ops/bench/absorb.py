"""Absorbing a pull beside a raw executemany of the same rows, and an identical second pull, which writes nothing.

    .venv/bin/python ops/bench/absorb.py [--cells 600000] [--json]

Both write a file with the ledger's own table, index and pragmas, in one transaction, in the same process. Ends with 1
when the first pull is slower than 0.7 of the raw insert, or the second one writes a row.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registers import ENDS, STARTS, register_cells, registers

from gateway.cli.main import COLLECT_AFTER
from state.store import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state.register import RegisterCell
    from state.store import Absorbed

NOW = datetime(2026, 10, 26, 6, tzinfo=UTC)
ENOUGH, TIMES = 0.7, 3
NAMES = "school, key, value, raw, author, set_at, remote_id, seen_from, run"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=600_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    gc.set_threshold(*COLLECT_AFTER)  # as every command of the product runs
    sides = registers(asked.cells)
    cells = register_cells(sides.diary, sides.context)
    del sides
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(cells, Path(folder))
    kept = figures["ratio"] >= ENOUGH and figures["second_wrote"] == 0
    if asked.json:
        print(json.dumps(figures, indent=1))
    else:
        print("\n".join(f"{name:<14} {value:.3f}" for name, value in figures.items()))
        print("kept" if kept else f"BROKEN: ratio >= {ENOUGH} and nothing written by the second")
    return 0 if kept else 1


def measure(cells: Sequence[RegisterCell], folder: Path) -> dict[str, Any]:
    """The best of several first pulls, each into a new file, and of as many raw inserts."""
    groups, first, raw = sorted({cell.page.group for cell in cells}), [], []
    for number in range(TIMES):
        place = folder / f"{number}.db"
        migrate(f"sqlite:///{place}")
        store = Store.open(f"sqlite:///{place}", "bench", lambda: NOW)
        gc.collect()
        started = time.perf_counter()
        absorb(store, cells, groups)
        first.append(time.perf_counter() - started)
        raw.append(raw_insert(place, folder / f"raw-{number}.db"))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before = entries(place)
    started = time.perf_counter()
    told = absorb(store, cells, groups)
    second = time.perf_counter() - started
    wrote = told.new + told.changed + told.vanished + (entries(place) != before)
    return {
        "cells": len(cells), "absorb": min(first), "executemany": min(raw), "ratio": min(raw) / min(first),
        "second": second, "second_wrote": wrote, "peak_mb": held,
    }  # fmt: skip


def absorb(store: Store, cells: Sequence[RegisterCell], groups: Sequence[Any]) -> Absorbed:
    with store.begin() as work:
        told = work.absorb("pull-1", cells, groups, STARTS, ENDS)
        work.commit()
    return told


def raw_insert(ledger: Path, place: Path) -> float:
    """Seconds a bare executemany of the very rows of the ledger takes, from tuples that lie ready."""
    with closing(sqlite3.connect(ledger)) as source:
        rows = source.execute(f"SELECT {NAMES} FROM ledger_entry ORDER BY key").fetchall()
        query = "SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger_entry' AND sql IS NOT NULL ORDER BY type DESC"
        shape = [sql for (sql,) in source.execute(query)]
    with closing(sqlite3.connect(place, isolation_level=None)) as target:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *shape):
            target.execute(statement)
        gc.collect()
        started = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        target.executemany(f"INSERT INTO ledger_entry ({NAMES}) VALUES ({', '.join('?' * 9)})", rows)
        target.execute("COMMIT")
        return time.perf_counter() - started


def entries(place: Path) -> tuple[int, ...]:
    """How many there are, the last one's number, and how many are closed."""
    with closing(sqlite3.connect(place)) as connection:
        counted = connection.execute("SELECT count(*), max(id), count(seen_to) FROM ledger_entry").fetchone()
        return tuple(counted)


if __name__ == "__main__":
    sys.exit(main())
