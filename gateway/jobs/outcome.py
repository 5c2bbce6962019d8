"""How a scheduled job ended: for a program (`run/1`), for a person, and as an exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway import words
from gateway.i18n import _
from gateway.sync.matching import is_question
from gateway.sync.planfile import plan_json

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.register.findings import ReconcileReport
    from gateway.register.pull import PullReport
    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan
    from state.records import RecordType


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """A file of the school's folders that could not be taken in; what it brought the last time still holds."""

    name: str
    what: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`imported`: source files that were new. `papers`: register pages that say something new. `partial`: what the
    files do not tell in full, so that nothing of it is taken out of the diary."""

    imported: int
    bad: tuple[BadFile, ...]
    partial: tuple[RecordType, ...]
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
    def in_doubt(self) -> int:
        """Writes whose end is still unknown: those of the last round, and what its plan could not settle."""
        last = self.plans[-1]
        unproven = sum(conflict.kind == "in_doubt" for conflict in last.conflicts)
        return unproven + sum(report.in_doubt for report in self.applied if report.plan == last.plan_id)

    @property
    def refused(self) -> int:
        return sum(report.refused for report in self.applied)

    @property
    def exit_code(self) -> int:
        """3 when a plan waits for a person, 5 when a write is in doubt, 4 when the diary refused something or a file
        could not be read, else 0."""
        if self.held:
            return 3
        if self.in_doubt:
            return 5
        return 4 if self.refused or self.bad else 0

    def as_json(self) -> dict[str, Any]:
        """`run/1`: the stages' own objects under their names, and the paths a person carries on with."""
        checked = self.checked.as_json()
        return {
            "schema": "run/1",
            "exit_code": self.exit_code,
            "imported": self.imported,
            "bad_files": [{"file": item.name, "what": item.what, "next": item.next_step} for item in self.bad],
            "partial": [kind.value for kind in self.partial],
            "plan": [plan_json(plan) for plan in self.plans],
            "apply": [report.as_json() for report in self.applied],
            "handed": [str(path) for path in self._handed()],
            "pull": self.pulled.as_json(),
            "papers": self.papers,
            "reconcile": {**checked, "items": len(checked["items"])},
            "reports": [str(path) for path in self.reports],
        }

    def _handed(self) -> list[Path]:
        return [path for report in self.applied for path in report.files]

    def sentences(self) -> list[str]:
        """What was done, then what a person has to do."""
        done = sum(report.done for report in self.applied)
        lines = [
            _("Готово: записано в дневник {done}, клеток журнала {cells}.").format(
                done=done, cells=self.pulled.cells_seen
            ),
            self._check(),
        ]
        lines += [_("Протокол сверки: {path}").format(path=path) for path in self.reports]
        return [*lines, *self._for_people()]

    def _check(self) -> str:
        if not self.checked.pages:
            return _("Сверять нечего: ни одна бумажная страница не перенесена полностью.")
        return _("Сверено страниц {pages}, расхождений {found}.").format(
            pages=self.checked.pages, found=len(self.checked.result.findings)
        )

    def _for_people(self) -> list[str]:
        lines = [_("Человеку: {path}").format(path=path) for path in self._handed()]
        waiting = self.applied[-1].waiting if self.applied else 0
        if waiting:
            lines.append(_("Ждёт этого шагов: {count}").format(count=waiting))
        refusals = Counter(refused.code for report in self.applied for _step, refused in report.refusals)
        for code, count in sorted(refusals.items()):
            lines.append(_("Отклонено «{code}»: {count}").format(code=code, count=count))
        if self.in_doubt:
            lines.append(
                _("Неизвестно, дошли ли записи: {count}. Следующий запуск проверит.").format(count=self.in_doubt)
            )
        lines += [
            _("Файл не взят, в силе прежний. {what} {next}").format(what=item.what, next=item.next_step)
            for item in self.bad
        ]
        if people := sum(map(is_question, self.plans[-1].conflicts)):
            lines.append(words.people_waiting(people))
        if self.partial:
            lines.append(words.partial(self.partial))
        if self.held:
            waits = _(
                "План {plan} ждёт решения человека: sverka approve {plan} --why «причина», затем sverka apply {plan}"
            )
            lines.append(waits.format(plan=self.held.plan_id))
        return lines
