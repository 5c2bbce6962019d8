"""Reading of local files beside the bare library on the same bytes, side by side in one run.

    .venv/bin/python ops/bench/sources.py [--samples ../shared/samples] [--pupils 1000] [--rounds 7] [--json]

«reader» is our reader up to typed rows with their places and flaws, «whole» is everything `source inspect` does: told
by content, read, translated into records. The floor of XML is one lxml pass over the same file that looks at every
element's attributes, of a workbook calamine's rows of its first sheet, of CSV the csv module. Each figure is the best
of the rounds, in milliseconds of processor time; the rounds of floor and reader alternate. Ends with 1 when a promise
is broken: over all files of a kind the reader takes at most 3 × the floor for aSc, at most 2 × for workbooks. A sheet
of a few rows costs more than that by itself: a workbook is unpacked and looked through for bombs before the library
may open it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree
from python_calamine import CalamineWorkbook

from connectors.sandbox.school import generate, write_files
from connectors.sources import layouts
from connectors.sources.asc import read_asc
from connectors.sources.material import Material
from connectors.sources.sheets import read_table
from gateway.sync.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.sources.wire import Layout

LIMITS = {"asc": 3.0, "workbook": 2.0}
TOTAL = "all of them"


@dataclass(frozen=True)
class Case:
    """One file: its kind, how the bare library passes over it, how our reader does (none: only the whole)."""

    kind: str
    path: Path
    floor: Callable[[], object]
    reader: Callable[[], object] | None = None


def xml_pass(path: Path) -> Callable[[], int]:
    def walk() -> int:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        return sum(len(element.attrib.items()) for element in etree.fromstring(data).iter())

    return walk


def workbook_pass(path: Path) -> Callable[[], object]:
    def rows() -> object:
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)

    return rows


def csv_pass(paths: list[Path]) -> Callable[[], int]:
    def lines() -> int:
        return sum(len(list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))) for path in paths)

    return lines


def made_up(folder: Path, pupils: int) -> Iterator[Case]:
    """The made-up school's own files."""
    known: dict[str, Layout] = {
        "pupils.xlsx": layouts.PUPILS,
        "staff.xlsx": layouts.STAFF,
        "subgroups.xlsx": layouts.SUBGROUPS,
        "consents.xlsx": layouts.CONSENTS,
    }
    write_files(generate(pupils=pupils, seed=7), folder)
    for path in sorted(folder.iterdir()):
        if path.name in known:
            yield Case("workbook", path, workbook_pass(path), partial(_table, path, known[path.name]))
        elif path.suffix == ".xml":
            yield Case("asc", path, xml_pass(path), partial(_timetable, path))


def _timetable(path: Path) -> object:
    return read_asc(Material(path))


def _table(path: Path, layout: Layout) -> object:
    grid = Material(path).table
    assert grid is not None
    return read_table(grid, layout, layouts.EXPECTED[layout])


def real(samples: Path) -> Iterator[Case]:
    """The real files, where they are at hand."""
    for path in sorted((samples / "asc-xml").glob("*.gz")):
        yield Case("asc", path, xml_pass(path), partial(_timetable, path))
    for path in sorted((samples / "register-xlsx").glob("*.xlsx")):
        yield Case("report", path, workbook_pass(path))
    for path in sorted((samples / "sgo-xml").glob("*.xml")):
        yield Case("sgo", path, xml_pass(path))
    for path in sorted((samples / "fet").glob("*.fet")):
        yield Case("fet", path, xml_pass(path))
    for name in ("oneroster-csv", "sds-csv/v2.1"):
        folder = samples / name
        if folder.is_dir():
            yield Case("csv", folder, csv_pass(sorted(folder.glob("*.csv"))))


def measure(case: Case, rounds: int) -> dict[str, Any]:
    jobs = {"floor": case.floor, "reader": case.reader, "whole": lambda: read_file(case.path)}
    best = {name: float("inf") for name, job in jobs.items() if job}
    for _ in range(rounds):
        for name, job in jobs.items():
            if job:
                started = time.process_time()
                job()
                best[name] = min(best[name], time.process_time() - started)
    return {"kind": case.kind, "file": case.path.name, **{name: 1000 * taken for name, taken in best.items()}}


def total(kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All files of a kind together."""
    alike = [row for row in rows if row["kind"] == kind]
    return {"kind": kind, "file": TOTAL} | {
        name: sum(row[name] for row in alike) for name in ("floor", "reader", "whole")
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Readers of local files beside the bare libraries.")
    parser.add_argument("--samples", type=Path, default=Path("../shared/samples"))
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [*made_up(Path(folder), wanted.pupils), *real(wanted.samples)]
        rows = [measure(case, wanted.rounds) for case in cases]
    rows += [total(kind, rows) for kind in LIMITS]
    kept = all(row["reader"] <= LIMITS[row["kind"]] * row["floor"] for row in rows if row["file"] == TOTAL)
    if wanted.json:
        print(json.dumps({"schema": "bench-sources/1", "kept": kept, "rows": rows}, ensure_ascii=False, indent=1))
        return 0 if kept else 1
    print(f"{'kind':<9} {'file':<44} {'floor ms':>9} {'reader':>8} {'ratio':>6} {'limit':>6} {'whole':>8} {'ratio':>6}")
    for row in rows:
        reader = f"{row['reader']:8.1f} {row['reader'] / row['floor']:6.2f}" if "reader" in row else f"{'':>15}"
        limit = f"{LIMITS[row['kind']]:6.1f}" if row["file"] == TOTAL else f"{'':>6}"
        whole = f"{row['whole']:8.1f} {row['whole'] / row['floor']:6.2f}"
        print(f"{row['kind']:<9} {row['file'][-44:]:<44} {row['floor']:9.1f} {reader} {limit} {whole}")
    print("promises kept" if kept else "a promise is broken")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
