"""The scheduled job: import → plan → apply if safe → pull → reconcile → report.

Every stage starts from what is stored, so the job may be killed anywhere and started again: nothing is lost and
nothing is pushed twice (ops/promises/a-crash-loses-nothing.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway import bootstrap
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.office import Office
    from gateway.register.findings import ReconcileReport
    from gateway.register.pull import PullReport
    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan

ROUNDS = 3
"""Plans carried out in one run: another follows only to settle writes whose answer was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    imported: int
    plans: tuple[Plan, ...]
    applied: tuple[ApplyReport, ...]
    pulled: PullReport
    papers: int
    checked: ReconcileReport
    reports: tuple[Path, ...] = field(default=())

    @property
    def held(self) -> Plan | None:
        return next((plan for plan in self.plans if plan.hold), None)

    @property
    def exit_code(self) -> int:
        """3 when a plan waits for a person, 5 when a write is in doubt, 4 when the diary refused something, else 0."""
        if self.held:
            return 3
        if any(report.in_doubt for report in self.applied):
            return 5
        return 4 if any(report.refused for report in self.applied) else 0

    def as_json(self) -> dict[str, Any]:
        """`run/1`: the stages' own objects under their names."""
        from gateway.sync.planfile import plan_json

        checked = self.checked.as_json()
        return {
            "schema": "run/1",
            "imported": self.imported,
            "plan": [plan_json(plan) for plan in self.plans],
            "apply": [report.as_json() for report in self.applied],
            "pull": self.pulled.as_json(),
            "papers": self.papers,
            "reconcile": {**checked, "items": len(checked["items"])},
            "reports": [str(path) for path in self.reports],
        }

    def sentence(self) -> str:
        done = sum(report.done for report in self.applied)
        found = len(self.checked.result.findings)
        text = _("Готово: записано в дневник {done}, клеток журнала {cells}, расхождений {found}.").format(
            done=done, cells=self.pulled.cells_seen, found=found
        )
        if self.held:
            waits = _("План {plan} ждёт решения человека: sverka approve {plan} --why «причина»")
            text += "\n" + waits.format(plan=self.held.plan_id)
        return text


def run_all(office: Office, actor: str, tell: Callable[[str], None]) -> Outcome:
    """Everything, once. Raises gateway.errors where a stage cannot go on; what is done stays done."""
    settings = office.settings
    tell(_("Читаю файлы школы"))
    imported = office.import_files(bootstrap.matching(settings, settings.files.sources), actor)
    plans, applied = push(office, actor, tell)
    tell(_("Забираю журнал"))
    pulled = office.pull(office.scope(), actor)
    papers = office.import_papers(bootstrap.matching(settings, settings.files.papers), actor)
    tell(_("Сверяю"))
    checked = office.reconcile(actor)
    reports = office.report() if checked.pages else []
    return Outcome(
        imported=sum(item.changed for item in imported),
        plans=plans,
        applied=applied,
        pulled=pulled,
        papers=sum(item.changed for item in papers),
        checked=checked,
        reports=tuple(reports),
    )


def push(
    office: Office, actor: str, tell: Callable[[str], None], period: int | None = None
) -> tuple[tuple[Plan, ...], tuple[ApplyReport, ...]]:
    """Plans and applies; again while answers of the diary were lost, at most ROUNDS times."""
    plans: list[Plan] = []
    applied: list[ApplyReport] = []
    for number in range(1, ROUNDS + 1):
        tell(_("План, круг {number}").format(number=number))
        plan = office.plan(office.scope(period), actor)
        plans.append(plan)
        if plan.hold or not (plan.steps or plan.matched or plan.agreed):
            break
        tell(_("Отправляю: шагов {count}").format(count=len(plan.steps)))
        report = office.apply(plan, actor, just_planned=True)
        applied.append(report)
        if not report.in_doubt:  # what is left waits for people or was refused: asking again would change nothing
            break
    return tuple(plans), tuple(applied)
