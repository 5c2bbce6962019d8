"""A store, a diary in memory and a little school, wired the way `bootstrap` wires the real ones."""

from __future__ import annotations

import atexit
import copy
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.little_school import TODAY, LittleSchool, usual
from contracts.memory_target import MemoryTarget

from gateway.sync.apply import apply_plan
from gateway.sync.planning import local_digest, plan_push, rules_digest
from gateway.sync.safety import SafetyPolicy, policy
from state.store import Store, migrate

if TYPE_CHECKING:
    from datetime import date

    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan

OPEN_HANDED = policy(persons_percent=1000, lessons_percent=1000, floor=10_000)


class TickingClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 9, 9, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'push.db'}"


@cache
def _template() -> tuple[Path, MemoryTarget]:
    folder = Path(tempfile.mkdtemp(prefix="sverka-push-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    bench = Bench.at(folder)
    assert not bench.settle_in().steps
    bench.store.close()
    return folder, bench.diary


@dataclass
class Bench:
    store: Store
    folder: Path
    diary: MemoryTarget = field(default_factory=MemoryTarget)
    school: LittleSchool = field(default_factory=usual)
    clock: TickingClock = field(default_factory=TickingClock)
    policy: SafetyPolicy = OPEN_HANDED
    today: date = TODAY

    @staticmethod
    def at(folder: Path) -> Bench:
        """An empty diary and an empty memory."""
        migrate(_url(folder))
        return Bench._on(folder)

    @staticmethod
    def settled(folder: Path) -> Bench:
        """Everything is pushed, the next plan is empty. Made once, then copied."""
        template, diary = _template()
        for path in template.glob("push.db*"):
            shutil.copy(path, folder)
        bench = Bench._on(folder)
        bench.diary = copy.deepcopy(diary)
        return bench

    @staticmethod
    def _on(folder: Path) -> Bench:
        clock = TickingClock()
        return Bench(store=Store.open(_url(folder), "little", clock.now), folder=folder, clock=clock)

    def plan(self) -> Plan:
        return plan_push(
            self.store,
            self.diary,
            self.school.local(),
            school="little",
            policy=self.policy,
            clock=self.clock,
            today=self.today,
            actor="tester",
            sleep=self._wait,
        )

    def _wait(self, seconds: float) -> None:
        """What was under way in the diary has landed by then."""
        self.clock.sleep(seconds)
        self.diary.land()

    def apply(self, plan: Plan | None = None, **options: Any) -> ApplyReport:
        chosen = {
            "holder": "bench",
            "actor": "tester",
            "today": self.today,
            "local_digest_now": local_digest(self.school.local(), self.today),
            "rules_digest_now": rules_digest(self.policy, self.diary.capabilities),
            "out_dir": self.folder / "out",
            **options,
        }
        return apply_plan(self.store, self.diary, plan or self.plan(), **chosen)

    def upload(self, report: ApplyReport) -> None:
        for path in report.files:
            if path.suffix == ".xlsx":
                self.diary.upload(path)

    def settle_in(self) -> Plan:
        """Push, upload, push again: the diary holds what the files say. The next plan should be empty."""
        for _ in range(6):
            plan = self.plan()
            if not plan.steps:
                return plan
            self.upload(self.apply(plan))
        return self.plan()


def events(bench: Bench) -> list[str]:
    """Every leaf of the audit log, as text."""
    with sqlite3.connect(bench.folder / "push.db") as database:
        return [bytes(leaf).decode() for (leaf,) in database.execute("SELECT leaf FROM journal_event ORDER BY seq")]


def kinds(bench: Bench) -> list[str]:
    return [line.split('"kind":"')[1].split('"')[0] for line in events(bench)]
