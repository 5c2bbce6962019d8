"""The verb `apply`: carries a plan out, once, by one run, and only while what it was made from is still true.

Order: lease → status and basis → links of recognised objects → files for people → writes, type by type in batches.
Whatever happens on the way, every finished batch is kept, and an unfinished one is settled by the next plan.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from gateway import errors
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.sync.approve import APPLIED, NEW, refuse_consumed, require_released
from gateway.sync.batches import Batches
from gateway.sync.bookkeeping import Learnt, handed_over, orders_of, recall, remember
from gateway.sync.handing import write_worklist
from gateway.sync.lessons import is_past
from gateway.sync.plan import links_basis
from gateway.sync.references import Directory
from gateway.sync.report import ApplyReport
from gateway.sync.values import Action, Basis, Handed, Route
from gateway.whole import whole
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gateway.ports import Progress, Target
    from gateway.sync.batches import Result
    from gateway.sync.values import Plan, Step
    from state.lease import Lease
    from state.store import Store
    from state.unit import UnitOfWork

_BY_CALL = frozenset({Route.REST, Route.IMPORT_SERVICE})


def apply_plan(
    store: Store,
    target: Target,
    plan: Plan,
    *,
    holder: str,
    actor: str,
    today: date,
    local_digest_now: str,
    rules_digest_now: str,
    out_dir: Path,
    workers: int = 8,
    batch: int = 256,
    fresh_remote: bool = False,
    progress: Progress | None = None,
) -> ApplyReport:
    """What came of every step; everything that took effect is remembered.

    `holder` names the run to others who want the lease; the digests are `planning.local_digest` and
    `planning.rules_digest` of now.
    `fresh_remote` is for a caller that planned seconds ago under the same lease: the diary is not read again.

    Raises PlanConsumed, PlanStale, Hold or InDoubt before anything is written, LeaseHeld while another run works, and
    the error of a diary that is away, after which all finished batches are kept.
    """
    with in_our_words(), store.lease(holder) as lease:
        remote_now = plan.basis.remote if fresh_remote else _remote_digest(target, plan, progress)
        run = _Run(store, target, plan, lease, actor, out_dir, workers, batch, today)
        try:
            run.begin(local_digest_now, remote_now, rules_digest_now, today)
            return run.carry_out(progress)
        except errors.SverkaError as error:
            run.stop(error)
            raise


def _remote_digest(target: Target, plan: Plan, progress: Progress | None) -> str:
    assert plan.scope is not None, "a plan to be applied says what it speaks about"
    return target.snapshot(plan.scope, progress).digest


@dataclass
class _Run:
    """One application of one plan, from the lease to the report."""

    store: Store
    target: Target
    plan: Plan
    lease: Lease
    actor: str
    out_dir: Path
    workers: int
    batch: int
    today: date
    number: str = ""
    results: list[Result] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def begin(self, local: str, remote: str, rules: str, today: date) -> None:
        """The run is open and recognised objects are linked; or nothing has happened at all."""
        with self.store.begin() as work:
            self._refuse(work, local, remote, rules, today)
            self.number = work.start_run("apply")
            self.directory = Directory([*work.links(), *self.plan.matched], self.plan.steps)
            agreed = tuple((item.record_type.value, item.sourced_id, item.fields) for item in self.plan.agreed)
            remember(work, [Learnt(links=self.plan.matched, baselines=agreed)], self.actor)
            work.record("apply_started", {**self._about(), "linked": len(self.plan.matched)}, self.actor)
            work.commit()

    def _refuse(self, work: UnitOfWork, local: str, remote: str, rules: str, today: date) -> None:
        work.save_plan(self.plan.plan_id, self.plan.to_bytes())
        stored = work.plan(self.plan.plan_id)
        status = stored[1] if stored else NEW
        refuse_consumed(self.plan.plan_id, status)
        if work.unsettled_intents():
            raise errors.InDoubt(
                _("Конец прежних записей в дневник неизвестен"),
                _("Сделайте новый план, он прочитает дневник: sverka plan"),
            )
        memory = recall(work)
        links = links_basis(memory.links, memory.baselines, memory.after_run)
        require_fresh(self.plan, Basis(local=local, remote=remote, links=links, rules=rules), today)
        require_released(self.plan, status)

    def carry_out(self, progress: Progress | None) -> ApplyReport:
        self._hand_over()
        calls = [step for step in self.plan.steps if step.route in _BY_CALL]
        pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="sverka-apply")
        try:
            batches = self._batches(pool)
            for steps in in_batches(calls, self.batch):
                self.results.extend(batches.carry_out(steps))
                if progress:
                    progress(len(self.results), len(self.plan.steps))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return self._finish()

    def _batches(self, pool: ThreadPoolExecutor) -> Batches:
        return Batches(
            store=self.store,
            target=self.target,
            directory=self.directory,
            lease=self.lease,
            pool=pool,
            run=self.number,
            plan_id=self.plan.plan_id,
            actor=self.actor,
            patience=self.workers,
        )

    def _hand_over(self) -> None:
        """Steps for people lie in files, and memory knows which persons were handed over."""
        by_file = [step for step in self.plan.steps if step.route is Route.FILE]
        by_hand = [step for step in self.plan.steps if step.route is Route.PERSON]
        if by_file:
            path = self._file(f"persons-{self.plan.plan_id}.xlsx", by_file)
            with whole(path, private=True) as unfinished:
                self.target.write_person_file(by_file, unfinished, self.directory.known(by_file))
            self._remove_superseded(path)
        if by_hand:
            write_worklist(by_hand, self._file(f"worklist-{self.plan.plan_id}.csv", by_hand))
        if self.files:
            with self.store.begin() as work:
                remember(work, (handed_over(step, self.target.capabilities) for step in by_file), self.actor)
                handed = {"file": len(by_file), "person": len(by_hand), "orders": orders_of([*by_file, *by_hand])}
                work.record("handed_over", {**self._about(), **handed}, self.actor)
                work.commit()

    def _remove_superseded(self, workbook: Path) -> None:
        """Only the new workbook is left: it names everybody still to be uploaded, and SNILS do not pile up."""
        for path in self.out_dir.glob("persons-plan-*.xlsx"):
            if path != workbook:
                path.unlink()

    def _file(self, name: str, steps: Sequence[Step]) -> Path:
        self.out_dir.mkdir(parents=True, exist_ok=True)
        path = self.out_dir / name
        self.files.append(path)
        self.results.extend((step, Handed(place=name)) for step in steps)
        return path

    def _finish(self) -> ApplyReport:
        """The run is closed and the plan is used up."""
        report = ApplyReport(
            run=self.number,
            plan=self.plan.plan_id,
            outcomes=tuple(sorted(self.results, key=lambda result: result[0].step_id)),
            linked=len(self.plan.matched),
            files=tuple(self.files),
            today=self.today,
        )
        with self.store.begin() as work:
            work.set_plan_status(self.plan.plan_id, APPLIED)
            work.record("apply_finished", {**self._about(), **report.as_json()}, self.actor)
            work.end_run(self.number, report.as_json())
            work.commit()
        return report

    def stop(self, error: errors.SverkaError) -> None:
        """A run that had begun is closed with the error's code."""
        if not self.number:
            return
        with self.store.begin() as work:
            work.record("apply_stopped", {**self._about(), "error": error.code}, self.actor)
            work.end_run(self.number, {"error": error.code})
            work.commit()

    def _about(self) -> dict[str, str]:
        return {"run": self.number, "plan": self.plan.plan_id, "checksum": self.plan.checksum}


def require_fresh(plan: Plan, now: Basis, today: date) -> None:
    """Raises PlanStale, naming what has changed since the plan was made."""
    changed = [
        name
        for name, then, current in (
            (_("файлы школы или согласия"), plan.basis.local, now.local),
            (_("дневник"), plan.basis.remote, now.remote),
            (_("связи с дневником"), plan.basis.links, now.links),
            (_("правила и настройки"), plan.basis.rules, now.rules),
            (_("день: урок уже прошёл"), False, any(_is_late(step, today) for step in plan.steps)),
        )
        if then != current
    ]
    if changed:
        raise errors.PlanStale(
            _("План {plan} устарел, изменилось: {what}").format(plan=plan.plan_id, what=", ".join(changed)),
            _("Сделайте новый план: sverka plan"),
        )


def _is_late(step: Step, today: date) -> bool:
    """A change of a lesson that was still ahead when the plan was made."""
    if step.record_type is not RecordType.LESSON or step.action is Action.CREATE:
        return False
    day = (step.before or {}).get("day")
    return day is not None and is_past(date.fromisoformat(day), today)


def in_batches(steps: Sequence[Step], size: int) -> Iterator[list[Step]]:
    """The steps in order, cut at every change of record type and after `size` of one."""
    for _kind, group in groupby(steps, key=lambda step: step.record_type):
        stage = list(group)
        for start in range(0, len(stage), size):
            yield stage[start : start + size]
