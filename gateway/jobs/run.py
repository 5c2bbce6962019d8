"""The scheduled job: import → plan → apply if safe → pull → reconcile → report.

Every stage starts from what is stored, so the job may be killed anywhere and started again: nothing is lost and
nothing is pushed twice (ops/promises/a-crash-loses-nothing.md). It holds the school's lease from beginning to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway import bootstrap
from gateway.i18n import _
from gateway.jobs.outcome import BadFile, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.errors import DataError
    from gateway.office import Office
    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan
    from state.lease import Plate

    Tell = Callable[[str], None]

ROUNDS = 3
"""Plans carried out in one run: another follows only to settle writes whose answer was lost."""


def run_all(office: Office, actor: str, tell: Tell) -> Outcome:
    """Everything, once. Raises gateway.errors where a stage cannot go on; what is done stays done.

    A file that cannot be read stops nobody: the job goes on with what was taken from such a file before. A plan that
    waits for a person is not carried out; pull and reconcile follow all the same.
    """
    with office.alone(actor) as interrupted:
        if interrupted:
            tell(_taken_over(interrupted))
        return _stages(office, actor, tell)


def _stages(office: Office, actor: str, tell: Tell) -> Outcome:
    settings, bad = office.settings, list[BadFile]()

    def skip(path: Path, error: DataError) -> None:
        bad.append(BadFile(name=path.name, what=error.what, next_step=error.next_step))
        tell(error.what)

    tell(_("Читаю файлы школы"))
    imported = office.import_files(bootstrap.matching(settings, settings.files.sources), actor, skip=skip)
    plans, applied = push(office, actor, tell)
    tell(_("Забираю журнал"))
    pulled = office.pull(office.days.pull_scope(), actor)
    papers = office.import_papers(bootstrap.matching(settings, settings.files.papers), actor, skip=skip)
    tell(_("Сверяю"))
    checked = office.reconcile(actor)
    reports = office.report() if checked.pages else []
    return Outcome(
        imported=sum(item.changed for item in imported),
        bad=tuple(bad),
        partial=office.partial(office.days.scope()),
        plans=plans,
        applied=applied,
        pulled=pulled,
        papers=sum(item.changed for item in papers),
        checked=checked,
        reports=tuple(reports),
    )


def _taken_over(interrupted: Plate) -> str:
    return _("Прежний запуск прерван на полпути ({holder}, {since:%Y-%m-%d %H:%M:%S %Z}): продолжаю его работу").format(
        holder=interrupted.holder, since=interrupted.since
    )


def push(
    office: Office, actor: str, tell: Tell, period: int | None = None
) -> tuple[tuple[Plan, ...], tuple[ApplyReport, ...]]:
    """Plans and applies; again while answers of the diary were lost, at most ROUNDS times."""
    plans: list[Plan] = []
    applied: list[ApplyReport] = []
    with office.alone(actor):
        for number in range(1, ROUNDS + 1):
            tell(_("Сравниваю с дневником") if number == 1 else _("Ответы терялись, сравниваю ещё раз"))
            plan = office.plan(office.days.scope(period), actor)
            plans.append(plan)
            if plan.hold or not (plan.steps or plan.matched or plan.agreed):
                break
            tell(_("Отправляю: шагов {count}").format(count=len(plan.steps)))
            report = office.apply(plan, actor, just_planned=True)
            applied.append(report)
            if not report.in_doubt:  # what is left waits for people or was refused: asking again would change nothing
                break
    return tuple(plans), tuple(applied)
