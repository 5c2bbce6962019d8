"""What every stage of the main job costs on the made-up school, beside its bare floor: time, requests, memory.

    python ops/bench/main_job.py --pupils 1000 --seed 7 [--json]

The sandbox is a process of its own and is not counted. CPU is user + system of this process; it moves less than wall
time when the machine is busy. Peak is the resident set's high-water mark within the stage.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import floors

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.server import sandbox_process
from gateway import bootstrap, log
from gateway.cli.main import COLLECT_AFTER
from gateway.jobs import setup
from gateway.jobs.demo_papers import Names, type_over
from gateway.office import Office
from gateway.register.sides import ground_of, two_sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.sandbox.school import DemoSchool

ACTOR = "bench"


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float


@dataclass(frozen=True)
class Stage:
    name: str
    cost: Cost
    requests: int
    peak: float
    """MiB."""
    floor: Cost | None
    what: str
    """What the floor is."""

    def ratio(self, of: str) -> float | None:
        floor = getattr(self.floor, of) if self.floor else 0
        return getattr(self.cost, of) / floor if floor else None

    def as_json(self) -> dict[str, Any]:
        floor = {"wall": self.floor.wall, "cpu": self.floor.cpu} if self.floor else None
        return {
            "stage": self.name,
            "wall": self.cost.wall,
            "cpu": self.cost.cpu,
            "requests": self.requests,
            "peak_mib": self.peak,
            "floor": floor,
            "ratio_wall": self.ratio("wall"),
            "ratio_cpu": self.ratio("cpu"),
            "floor_is": self.what,
        }


def clocked(work: Callable[[], Any]) -> tuple[Cost, Any]:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    value = work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu), value


def reset_peak() -> None:
    """The high-water mark starts anew, where the system allows it; else it stays that of the whole process."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@dataclass
class Bench:
    folder: Path
    school: DemoSchool
    control: SandboxControl
    twin: SandboxControl
    """A second sandbox, to which the floor writes."""
    office: Office
    here: floors.Bare
    there: floors.Bare
    stages: list[Stage] = field(default_factory=list)

    def stage(self, name: str, work: Callable[[], Any], floor: Callable[[], None] | None = None, what: str = "") -> Any:
        """Does the work, then its floor; what the work returned."""
        floors.TAPE.clear()
        gc.collect()
        reset_peak()
        cost, value = clocked(work)
        most, requests = peak(), len(floors.TAPE)
        below = clocked(floor)[0] if floor else None
        self.stages.append(Stage(name, cost, requests, most, below, what))
        print(f"  {name}: {cost.wall:.1f} s", file=sys.stderr)
        return value

    def fetch_again(self) -> None:
        self.here.fetch(list(floors.TAPE))

    def write_again(self) -> None:
        self.there.post(list(floors.TAPE))

    # --- the job ---

    def push(self) -> None:
        files = bootstrap.matching(self.office.settings, ["files/*"])
        bare_read = "calamine and lxml read the same files"
        self.stage(
            "import", lambda: self.office.import_files(files, ACTOR), lambda: floors.read_files(files), bare_read
        )
        self.round("1")
        self.stage("upload of persons", self.upload)
        for workbook in self.workbooks():
            self.twin.upload_persons(workbook.read_bytes())
        self.round("2")
        last = self.plan("plan, empty")
        if last.steps:
            raise SystemExit("the diary does not hold what the files say")

    def round(self, number: str) -> None:
        plan = self.plan(f"plan {number}")
        same = "the same envelopes posted by a bare client"
        apply = lambda: self.office.apply(plan, ACTOR, just_planned=True)  # noqa: E731
        self.stage(f"apply {number}", apply, self.write_again, same)

    def plan(self, name: str) -> Any:
        work = lambda: self.office.plan(self.office.days.scope(1), ACTOR)  # noqa: E731
        return self.stage(name, work, self.fetch_again, "the same requests by a bare client, json.loads")

    def workbooks(self) -> list[Path]:
        return sorted(self.office.reports_folder().glob("persons-*.xlsx"))

    def upload(self) -> None:
        for workbook in self.workbooks():
            self.control.upload_persons(workbook.read_bytes())

    def live(self) -> None:
        """Teachers keep the register, papers are typed over; nothing of it is measured."""
        quarter = self.school.calendar.quarters[0]
        with self.office.store.begin() as work:
            names = Names.of(work.links())
        forms = [form.name for form in self.school.forms][:: max(1, len(self.school.forms) // 3)][:3]
        mistakes = {"groups": self.groups_of(forms[-1], names), "each": 1}
        self.control.play(quarter.starts.isoformat(), quarter.ends.isoformat(), mistakes)
        for form in forms:
            pages = self.office.paper_pages(form, None, self.office.days.period(1))
            sheets = self.control.paper(self.groups_of(form, names))
            type_over(pages, sheets, names, self.office.settings.path("papers") / f"{form}.xlsx")

    def groups_of(self, form: str, names: Names) -> list[str]:
        """The diary's ids of a form and its subgroups."""
        ours = f"{self.school.calendar.school_year}:{form.casefold()}:"
        return [remote for remote, name in names.groups.items() if f"{name}:".partition(":")[2].startswith(ours)]

    def pull(self) -> None:
        work = lambda: self.office.pull(self.office.days.scope(1), ACTOR)  # noqa: E731
        self.stage("pull", work, self.fetch_and_insert, "the same requests, json.loads, executemany of the same cells")
        self.stage("pull again", work, self.fetch_again, "the same requests, json.loads")

    def fetch_and_insert(self) -> None:
        self.fetch_again()
        floors.insert_cells(self.cells, self.folder / "floor.db")

    @property
    def cells(self) -> list[tuple[Any, ...]]:
        with self.office.store.begin() as work:
            frame = work.register_frame()
        return [(*row[:4], str(row[4]), row[5]) for row in frame.iter_rows()]

    def check(self) -> None:
        papers = bootstrap.matching(self.office.settings, self.office.settings.files.papers)
        typed = lambda: self.office.import_papers(papers, ACTOR)  # noqa: E731
        self.stage("paper import", typed, lambda: floors.read_files(papers), "calamine reads the same workbooks")
        with self.office.store.begin() as work:
            ground = ground_of(work, {period.sourced_id: period for period in self.office.days.periods()})
            sides = two_sides(work, ground, {})
        one_join = "one polars join of the same frames"
        self.stage(
            "reconcile", lambda: self.office.reconcile(ACTOR), lambda: floors.join(sides.paper, sides.diary), one_join
        )
        self.stage("report", self.office.report, self.report_again, "empty typst document, XlsxWriter of the same rows")
        database = Path(self.office.settings.state_url.removeprefix("sqlite:///"))
        self.stage("log verify", self.office.verify_log, lambda: floors.hash_leaves(database), "SHA-256 of each leaf")

    def report_again(self) -> None:
        newest = max(self.office.reports_folder().glob("protocol-*.csv"))
        floors.write_report(newest, self.folder)


@contextmanager
def opened(folder: Path, seed: int, pupils: int) -> Iterator[Bench]:
    floors.TAPE.clear()
    reset_peak()
    made, school = clocked(lambda: _files(folder, seed, pupils))
    first = Stage("files", made, 0, peak(), None, "")
    with (
        sandbox_process(seed) as address,
        SandboxControl(address) as control,
        sandbox_process(seed) as other,
        SandboxControl(other) as twin,
    ):
        blank = dict.fromkeys(("profile", "base_url", "token", "school_id"), "")
        answers = setup.Answers(key="bench", name=school.name, year=school.calendar.school_year, **blank)
        joined = setup.join_sandbox(folder, address, answers)
        plain = bootstrap.open_office(setup.init_school(folder, joined))
        settings = plain.settings
        twin.set_school(answers.key, answers.name, joined.school_guid)
        office = Office(settings, plain.store, plain.clock, lambda: bootstrap.diary(settings, floors.Recorder))
        bare = [floors.Bare(one, where.info()["tokens"]["admin"]) for one, where in ((address, control), (other, twin))]
        yield Bench(folder, school, control, twin, office, bare[0], bare[1], [first])
        office.store.close()


def _files(folder: Path, seed: int, pupils: int) -> DemoSchool:
    school = generate(seed, pupils=pupils)
    write_files(school, folder / "files")
    return school


# --- showing ---------------------------------------------------------------------------------------------------------


def show(stages: list[Stage]) -> None:
    print(f"{'stage':<18}{'wall s':>8}{'CPU s':>8}{'requests':>10}{'peak MiB':>10}", end="")
    print(f"{'floor s':>9}{'floor CPU':>11}{'ratio':>7}{'CPU ratio':>11}  floor is")
    for one in stages:
        print(f"{one.name:<18}{one.cost.wall:>8.2f}{one.cost.cpu:>8.2f}{one.requests:>10}{one.peak:>10.0f}", end="")
        if one.floor:
            print(f"{one.floor.wall:>9.3f}{one.floor.cpu:>11.3f}{_times(one.ratio('wall')):>7}", end="")
            print(f"{_times(one.ratio('cpu')):>11}  {one.what}")
        else:
            print(f"{'—':>9}{'—':>11}{'—':>7}{'—':>11}")
    wall, cpu = sum(one.cost.wall for one in stages), sum(one.cost.cpu for one in stages)
    print(f"{'all':<18}{wall:>8.2f}{cpu:>8.2f}{sum(one.requests for one in stages):>10}", end="")
    print(f"{max(one.peak for one in stages):>10.0f}")


def _times(ratio: float | None) -> str:
    return "—" if ratio is None else f"{ratio:.1f}×"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    log.configure("warning")
    gc.set_threshold(*COLLECT_AFTER)  # as the command line does
    with tempfile.TemporaryDirectory() as place, opened(Path(place), options.seed, options.pupils) as bench:
        bench.push()
        bench.live()
        bench.pull()
        bench.check()
    if options.json:
        about = {"schema": "bench/1", "pupils": options.pupils, "seed": options.seed}
        machine = {"cores": os.cpu_count(), "python": platform.python_version()}
        print(json.dumps({**about, **machine, "stages": [stage.as_json() for stage in bench.stages]}, indent=1))
    else:
        show(bench.stages)


if __name__ == "__main__":
    main()
