"""The check of a school's register beside its floors: a bare polars join, SQLite's full join, the fastest safe read.

    .venv/bin/python ops/bench/reconcile.py [--cells 600000] [--only columns] [--json]

Each case is a process of its own, so that its peak memory is its own; every floor is measured in the process of its
case, in turns with it, on the same data, the best of several runs against the best of as many. Each time the findings
are kept.
Ends with 1 when a promise is broken (issue 5, «Speed and memory»).
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from floors import join
from registers import ENDS, PERIOD, STARTS, Registers, changed, register_cells, registers

from gateway.cli.main import COLLECT_AFTER
from gateway.register import keys
from gateway.register.findings import run_reconcile
from gateway.register.reconcile import reconcile
from gateway.register.rows import finding_row
from state.cells import cells_of
from state.identity import SourcedId
from state.paper import Transcription
from state.records import Consent, Form, PersonName, Pupil, RecordType
from state.register import CellKind, Page, RegisterCell
from state.snapshot import Scope, Snapshot
from state.store import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 10, 26, 6, tzinfo=UTC)
TIMES, OFTEN = 5, 9
MEGABYTES = 500
SCHOOLS = 10


def best(work: Callable[[], object], times: int = TIMES) -> float:
    """Seconds of the quickest of several runs."""
    return race(times, ours=work)["ours"]


def race(times: int, **works: Callable[[], object]) -> dict[str, float]:
    """Seconds of the quickest run of each, taken in turns: a slow moment of the machine is everybody's."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(times):
        for name, work in works.items():
            gc.collect()
            started = time.perf_counter()
            work()
            spent[name].append(time.perf_counter() - started)
    return {name: min(seconds) for name, seconds in spent.items()}


def peak() -> float:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def new_store(folder: Path, name: str) -> Store:
    url = f"sqlite:///{folder / name}.db"
    migrate(url)
    return Store.open(url, "bench", lambda: NOW)


# --- the cases --------------------------------------------------------------------------------------------------------


def columns(cells: int, folder: Path) -> dict[str, Any]:
    """From columns, findings kept, against one join on the packed key and one on the five parts of it."""
    sides, store = registers(cells), new_store(folder, "columns")
    before = peak()

    def work() -> int:
        return _check_and_keep(store, sides)

    work()
    held = peak()
    wide = [_wide(side) for side in (sides.paper, sides.diary)]
    told = race(
        OFTEN,
        seconds=work,
        bare_join=lambda: join(sides.paper, sides.diary),
        wide_join=lambda: _join_wide(*wide),
    )
    return {
        **told,
        "findings": work(),
        "ratio": told["bare_join"] / told["seconds"],
        "peak_mb": held,
        "data_mb": before,
    }


def schools(cells: int, folder: Path) -> dict[str, Any]:
    """Ten schools one after another in one process: memory must stay that of one."""
    store, peaks, seconds = new_store(folder, "schools"), [], 0.0
    for seed in range(SCHOOLS):
        sides = registers(cells, seed)
        started = time.perf_counter()
        _check_and_keep(store, sides)
        seconds += time.perf_counter() - started
        peaks.append(peak())
        del sides
    return {"seconds": seconds, "peak_mb": peaks[-1], "peak_first_mb": peaks[0], "growth": peaks[-1] / peaks[0]}


def sqlite(cells: int, folder: Path) -> dict[str, Any]:
    """The whole verb on a stored school, against the fastest safe read with a join, and SQLite's own full join.

    `seconds`: every page judged; `first`: without page images yet; `after_lessons`, `after_scattered`: another
    thousandth of the cells changed, as lessons entered at once or one by one all over the school; `unchanged`: nothing.
    """
    store, sides = new_store(folder, "sqlite"), registers(cells)
    check = _verb(store, *_fill(store, sides))
    first = best(check, 1)
    check(afresh=True)
    held, database = peak(), folder / "sqlite.db"
    _flat(database, "flat_paper", sides.paper)
    _flat(database, "flat_diary", sides.diary)
    told = race(
        TIMES,
        seconds=partial(check, afresh=True),
        read_and_join=lambda: join(*_read_flat(database)),
        own_stored_join=lambda: _own_join(database, _STORED),
        own_flat_join=lambda: _own_join(database, _FLAT),
        unchanged=check,
    )
    rows = _lessons(sides.diary, cells // 1000)
    diary = _change(store, sides, sides.diary, rows)
    lessons = best(check, 1)
    pages = sides.diary[rows].select(keys.PAGE.unique().sort()).to_series().to_list()
    bare = best(lambda: _bare_check(database, pages, len(rows)))
    _change(store, sides, diary, random.Random(2).sample(range(len(diary)), len(diary) // 1000))
    return {
        **told,
        "first": first,
        "after_lessons": lessons,
        "bare_after_lessons": bare,
        "after_scattered": best(check, 1),
        "ratio": told["read_and_join"] / told["seconds"],
        "own_ratio": told["own_stored_join"] / told["seconds"],
        "flat_ratio": told["own_flat_join"] / told["seconds"],
        "again_ratio": first / lessons,
        "peak_mb": held,
    }


def _verb(store: Store, local: Snapshot[Any], consents: tuple[Consent, ...]) -> Callable[..., object]:
    zone = ZoneInfo("Europe/Moscow")
    return partial(
        run_reconcile, store, periods=(PERIOD,), local=local, consents=consents, now=NOW, zone=zone, actor="b"
    )


def _lessons(diary: pl.DataFrame, cells: int) -> list[int]:
    """The rows of whole lessons, drawn from all over the school, of about that many cells."""
    rows = diary.with_row_index("row").group_by(keys.COLUMN.alias("column")).agg("row").sort("column")
    whole = rows.filter(pl.col("row").list.len() == pl.col("row").list.len().mode().first())["row"].to_list()
    drawn = random.Random(1).sample(whole, max(1, cells // len(whole[0])))
    return [row for lesson in drawn for row in lesson]


def _change(store: Store, sides: Registers, diary: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
    """The diary with other marks in these rows, as the next pull brings it."""
    other = changed(diary, rows)
    cells = _as_pulled(register_cells(other, sides.context))
    with store.begin() as work:
        work.absorb("pull-2", cells, sorted({one.page.group for one in cells}), STARTS, ENDS)
        work.commit()
    return other


CASES: dict[str, Callable[[int, Path], dict[str, Any]]] = {"columns": columns, "sqlite": sqlite, "schools": schools}


def _check_and_keep(store: Store, sides: Registers) -> int:
    result = reconcile(sides.paper, sides.diary, sides.context)
    with store.begin() as work:
        run = work.start_run("reconcile")
        work.save_reconciliation(run, [finding_row(one) for one in result.findings], {})
        work.commit()
    return len(result.findings)


def _wide(side: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("key")
    parts = {"page": key // 2**42, "day": key // 2**28 % 2**14, "nth": key // 2**25 % 8, "kind": key // 2**22 % 8}
    return side.select(**parts, person=key % 2**22, value="value")


def _join_wide(paper: pl.DataFrame, diary: pl.DataFrame) -> None:
    on = ["page", "day", "nth", "kind", "person"]
    both = paper.join(diary, on=on, how="full", coalesce=True, suffix="_diary")
    both.select(pl.col("value").eq_missing(pl.col("value_diary")).sum()).item()


def _fill(store: Store, sides: Registers) -> tuple[Snapshot[Any], tuple[Consent, ...]]:
    """The store holds both sides through its own doors; the school's people and their consents come back."""
    context = sides.context
    pages: dict[Any, list[Any]] = {}
    for cell in register_cells(sides.paper, context):
        pages.setdefault(cell.page, []).append(cell)
    with store.begin() as work:
        for page, cells in pages.items():
            kept = Transcription(
                page=page, period=PERIOD.sourced_id, source="b.xlsx", sha256="0", whole=True, cells=tuple(cells)
            )
            work.save_transcription(kept)
        groups = sorted({page.group for page in pages})
        work.absorb("pull-1", _as_pulled(register_cells(sides.diary, context)), groups, STARTS, ENDS)
        work.commit()
    pupils = tuple(
        Pupil(sourced_id=one, name=PersonName(family="О", given="О", patronymic=""), personal_file="x")
        for one in context.persons.values()
    )
    forms = tuple(Form(sourced_id=group, name=group, grade=7) for group in context.grades)
    scope = Scope(school_year=2026, lessons_from=STARTS, lessons_to=ENDS)
    local = Snapshot(scope=scope, records={RecordType.PUPIL: pupils, RecordType.FORM: forms})
    return local, tuple(Consent(subject=one, given=STARTS) for one in context.persons.values())


def _as_pulled(cells: list[RegisterCell]) -> list[RegisterCell]:
    """The diary lists pupils per group, not per page."""
    blank = SourcedId("")
    lists = {
        (one.page.group, one.person): replace(one, page=Page(group=one.page.group, subject=blank))
        for one in cells
        if one.kind is CellKind.MEMBER
    }
    return [*(one for one in cells if one.kind is not CellKind.MEMBER), *lists.values()]


def _flat(database: Path, table: str, side: pl.DataFrame) -> None:
    """A side as the flattest table a floor could wish for."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"CREATE TABLE {table} (key INTEGER PRIMARY KEY, value TEXT)")
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", side.select("key", "value").iter_rows())
        connection.commit()


def _read_flat(database: Path) -> list[pl.DataFrame]:
    """Both sides through the standard library's cursor: another reader beside it breaks SQLite's locks."""
    sides = []
    with closing(sqlite3.connect(database)) as connection:
        for table in ("flat_paper", "flat_diary"):
            keys, values = zip(*connection.execute(f"SELECT key, value FROM {table}").fetchall(), strict=True)
            sides.append(pl.DataFrame({"key": pl.Series(keys, dtype=pl.Int64), "value": pl.Series(values)}))
    return sides


def _bare_check(database: Path, pages: list[int], found: int) -> None:
    """The least a check after a change can be: changed pages' lines read and joined, findings kept, two commits."""
    wanted = ", ".join(map(str, pages))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT)")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (body) VALUES ('run')")
        numbers = (
            f"SELECT number, cells FROM transcription WHERE number IN ({wanted}) ORDER BY number"  # pages in order
        )
        images = f"SELECT page, cells FROM register_image WHERE page IN ({wanted}) ORDER BY page"
        sides = [cells_of([lines for _number, lines in connection.execute(one)]) for one in (numbers, images)]
        connection.execute("COMMIT")
        join(*sides)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO bare (body) VALUES (?)", [("x" * 300,)] * found)
        connection.execute("COMMIT")


_FLAT = "SELECT count(*), sum(p.value IS d.value) FROM flat_paper p FULL JOIN flat_diary d ON p.key = d.key"
_OPEN = "d.school = 'bench' AND d.seen_to IS NULL"
# A plain FULL JOIN with the ledger takes SQLite minutes for a tenth of a school: both halves are asked for apart.
_STORED = f"""
    SELECT count(*), sum(ours IS theirs) FROM (
        SELECT p.value AS ours, d.value AS theirs
        FROM flat_paper p LEFT JOIN ledger_entry d ON d.key = p.key AND {_OPEN}
        UNION ALL
        SELECT NULL, d.value FROM ledger_entry d LEFT JOIN flat_paper p ON p.key = d.key WHERE p.key IS NULL AND {_OPEN}
    )
"""
"""The paper in the flattest table there is, the ledger as it is stored: by its index of open entries."""


def _own_join(database: Path, query: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(query).fetchall()


# --- the run ----------------------------------------------------------------------------------------------------------


def measured(case: str, cells: int) -> dict[str, Any]:
    """The figures of one case, measured in a process of its own."""
    words = [sys.executable, __file__, "--case", case, "--cells", str(cells)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, Any] = json.loads(done.stdout)
    return {"case": case, "cells": cells, **figures}


def growth(rows: list[dict[str, Any]]) -> float:
    """The exponent e of seconds ~ cells^e between the smallest and the largest."""
    first, last = rows[0], rows[-1]
    return log(last["seconds"] / first["seconds"]) / log(last["cells"] / first["cells"])


def promises(rows: dict[str, Any]) -> list[tuple[str, float, str, bool]]:
    """(what, figure, bound, kept) of what was measured."""
    told = []
    if one := rows.get("columns"):
        told += [
            ("from columns, of a bare join's speed", one["ratio"], ">= 0.8", one["ratio"] >= 0.8),
            ("from columns, peak MB", one["peak_mb"], f"<= {MEGABYTES}", one["peak_mb"] <= MEGABYTES),
        ]
    if "exponent" in rows:
        told.append(("growth exponent", rows["exponent"], "<= 1.05", rows["exponent"] <= 1.05))
    if one := rows.get("sqlite"):
        told += [
            ("from SQLite, of read + join", one["ratio"], ">= 0.8", one["ratio"] >= 0.8),
            ("from SQLite, times SQLite's own join with the ledger", one["own_ratio"], ">= 2", one["own_ratio"] >= 2),
            (
                "after 0.1 % changed in lessons, times the first check",
                one["again_ratio"],
                ">= 50",
                one["again_ratio"] >= 50,
            ),
        ]
    if one := rows.get("schools"):
        told.append(("ten schools, memory over the first", one["growth"], "<= 1.2", one["growth"] <= 1.2))
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=600_000)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.case:
        gc.set_threshold(*COLLECT_AFTER)  # as every command of the product runs
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(CASES[asked.case](asked.cells, Path(folder))))
        return 0
    rows: dict[str, Any] = {}
    for case in [asked.only] if asked.only else CASES:
        rows[case] = measured(case, asked.cells)
    if "columns" in rows:
        sizes = [measured("columns", asked.cells // part) for part in (4, 2)]
        rows["sizes"], rows["exponent"] = sizes, growth([*sizes, rows["columns"]])
    if asked.json:
        print(json.dumps(rows, indent=1))
    else:
        _show(rows)
    return 0 if all(kept for *_told, kept in promises(rows)) else 1


def _show(rows: dict[str, Any]) -> None:
    for row in [rows[case] for case in CASES if case in rows] + rows.get("sizes", []):
        figures = "  ".join(f"{name} {value:.3g}" for name, value in row.items() if isinstance(value, float))
        print(f"{row['case']:<8} {row['cells']:>8} cells  {figures}")
    for what, figure, bound, kept in promises(rows):
        print(f"{'kept  ' if kept else 'BROKEN'} {what}: {figure:.3g} ({bound})")


if __name__ == "__main__":
    sys.exit(main())
