"""The pull of the made-up school's quarter from a diary with a limit, beside what the limit and the latency allow.

    python ops/bench/pull.py --pupils 1000 --rate 10 --latency 0.1 [--json]

The sandbox is a process of its own; it refuses what is over `rate` requests in any second and answers after `latency`
seconds. The bound is max(N/R, N·latency/c) for the N requests that were served and c = 8 in flight. The school is
prepared once, without a limit; then the same quarter is pulled twice into fresh copies of its folder: with the limit
in the settings, and with none. Ends with 1 when a promise is broken: 1.15 of the bound and nothing rejected where the
limit is known, 1.4 and under a hundredth rejected where it has to be learned.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.server import sandbox_process
from connectors.transport.pool import IN_FLIGHT
from gateway import bootstrap, log
from gateway.cli.main import COLLECT_AFTER
from gateway.jobs import setup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.office import Office

ACTOR = "bench"
KNOWN_RATIO, LEARNED_RATIO, LEARNED_REJECTED = 1.15, 1.4, 0.01


@dataclass(frozen=True)
class Pull:
    """One measured pull."""

    case: str
    wall: float
    """Seconds."""
    cpu: float
    requests: int
    """All that were sent, the rejected ones too."""
    rejected: int
    in_flight: int
    """Most at once, as the sandbox saw it."""
    bound: float
    """Seconds."""
    cells: int

    @property
    def ratio(self) -> float:
        return self.wall / self.bound

    @property
    def kept(self) -> bool:
        """Whether the promise of its case holds."""
        if self.case == "known":
            return self.ratio <= KNOWN_RATIO and self.rejected == 0
        return self.ratio <= LEARNED_RATIO and self.rejected < LEARNED_REJECTED * self.requests

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "kept": self.kept}


def told(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


@contextmanager
def prepared(folder: Path, seed: int, pupils: int) -> Iterator[SandboxControl]:
    """A sandbox whose teachers have kept the first quarter; `folder` holds the school that knows all of its ids."""
    school = generate(seed, pupils=pupils)
    write_files(school, folder / "files")
    with sandbox_process(seed) as address, SandboxControl(address) as control:
        blank = dict.fromkeys(("profile", "base_url", "token", "school_id"), "")
        answers = setup.Answers(key="bench", name=school.name, year=school.calendar.school_year, **blank)
        office = bootstrap.open_office(setup.init_school(folder, setup.join_sandbox(folder, address, answers)))
        push(office, control)
        office.store.close()
        quarter = school.calendar.quarters[0]
        control.play(quarter.starts.isoformat(), quarter.ends.isoformat())
        yield control


def push(office: Office, control: SandboxControl) -> None:
    office.import_files(bootstrap.matching(office.settings, ["files/*"]), ACTOR)
    for _ in range(2):
        office.apply(office.plan(office.days.scope(1), ACTOR), ACTOR, just_planned=True)
        for workbook in sorted(office.reports_folder().glob("persons-*.xlsx")):
            control.upload_persons(workbook.read_bytes())
    told("the school is in the diary")


def measured(case: str, folder: Path, control: SandboxControl, rate: float, latency: float) -> Pull:
    """The quarter pulled into the school of `folder` under the quota."""
    office = bootstrap.open_office(folder / "sverka.toml")
    control.quota(rate=rate, latency=latency)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    report = office.pull(office.days.scope(1), ACTOR)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    office.store.close()
    quota = control.quota()
    served = report.requests - quota["rejected"]
    bound = max(served / rate, served * latency / IN_FLIGHT)
    told(f"{case}: {wall:.1f} s")
    return Pull(case, wall, cpu, report.requests, quota["rejected"], quota["overlaps"], bound, report.cells_seen)


def copy_of(folder: Path, name: str, rate: float | None) -> Path:
    """The school once more, with the limit in its settings or without."""
    place = folder.with_name(name)
    shutil.copytree(folder, place)
    settings = place / "sverka.toml"
    line = "[diary]\n" if rate is None else f"[diary]\nrate = {rate}\n"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[diary]\n", line), encoding="utf-8")
    return place


def show(pulls: list[Pull]) -> None:
    head = ("limit", "wall s", "CPU s", "requests", "bound s", "ratio", "rejected", "in flight", "cells")
    print("".join(f"{name:>10}" for name in head))
    for one in pulls:
        print(f"{one.case:>10}{one.wall:>10.2f}{one.cpu:>10.2f}{one.requests:>10}{one.bound:>10.2f}", end="")
        print(f"{one.ratio:>10.3f}{one.rejected:>10}{one.in_flight:>10}{one.cells:>10}", end="")
        print("" if one.kept else "  BROKEN")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=float, default=10.0, help="requests per second the diary takes")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds until each answer")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    log.configure("warning")
    gc.set_threshold(*COLLECT_AFTER)  # as the command line does
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "school"
        with prepared(folder, options.seed, options.pupils) as control:
            cases = {"known": options.rate, "learned": None}
            copies = {case: copy_of(folder, case, told_rate) for case, told_rate in cases.items()}
            pulls = [measured(case, one, control, options.rate, options.latency) for case, one in copies.items()]
    if options.json:
        about = {"schema": "bench-pull/1", **vars(options), "c": IN_FLIGHT}
        del about["json"]
        print(json.dumps({**about, "pulls": [one.as_json() for one in pulls]}, indent=1))
    else:
        show(pulls)
    return 0 if all(one.kept for one in pulls) else 1


if __name__ == "__main__":
    sys.exit(main())
