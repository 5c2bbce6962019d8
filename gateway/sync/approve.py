"""The verb `approve`: a person releases one held plan, by name and with a reason; no other plan is released by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway import errors, words
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.sync.planfile import hold_json, plan_from_bytes

if TYPE_CHECKING:
    from gateway.sync.values import Limit, Plan
    from state.store import Store

NEW, APPROVED, APPLIED = "new", "approved", "applied"
"""The statuses of a plan."""
SHOWN = 5
"""Ways between forms named in a refusal; the plan shows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    plan: str
    checksum: str
    who: str
    why: str


def approve(store: Store, plan_id: str, *, who: str, why: str) -> Approval:
    """The held plan may now be applied; who and why stand in the journal.

    Raises PlanStale for an unknown plan, PlanConsumed for an applied one, UsageError without a reason.
    """
    if not why.strip():
        raise errors.Hold(_("Решение без обоснования не принимается"), command(plan_id))
    with in_our_words(), store.begin() as work:
        plan, status = load(work.plan(plan_id), plan_id)
        refuse_consumed(plan_id, status)
        approval = Approval(plan=plan_id, checksum=plan.checksum, who=who, why=why.strip())
        limits = hold_json(plan.hold)["limits"] if plan.hold else []
        work.record(
            "plan_approved", {"plan": plan_id, "checksum": plan.checksum, "why": why.strip(), "limits": limits}, who
        )
        work.set_plan_status(plan_id, APPROVED)
        work.commit()
    return approval


def load(stored: tuple[bytes, str] | None, plan_id: str) -> tuple[Plan, str]:
    """The stored plan and its status. Raises PlanStale when there is no such plan."""
    if stored is None:
        raise errors.PlanStale(_("Плана {plan} нет").format(plan=plan_id), _("Сделайте новый план: sverka plan"))
    return plan_from_bytes(stored[0]), stored[1]


def refuse_consumed(plan_id: str, status: str) -> None:
    if status == APPLIED:
        raise errors.PlanConsumed(
            _("План {plan} уже выполнен").format(plan=plan_id), _("Сделайте новый план: sverka plan")
        )


def require_released(plan: Plan, status: str) -> None:
    """Raises Hold with the figures and the one command that releases this plan, while nobody has."""
    if plan.hold is not None and status != APPROVED:
        figures = "; ".join(map(_figure, plan.hold.limits))
        raise errors.Hold(
            _("План {plan} задержан: {figures}").format(plan=plan.plan_id, figures=figures), command(plan.plan_id)
        )


def command(plan_id: str) -> str:
    return _("Проверьте план; если всё верно: sverka approve {plan} --why «причина»").format(plan=plan_id)


def _figure(limit: Limit) -> str:
    told = _("{what} {action}: {count} из {of}, без решения человека не больше {allowed}").format(
        what=words.record(limit.record_type),
        action=words.action(limit.action, limit.reason),
        count=limit.count,
        of=limit.of,
        allowed=limit.allowed,
    )
    if not limit.lines:
        return told
    more = "; …" if len(limit.lines) > SHOWN else ""
    return f"{told} ({'; '.join(limit.lines[:SHOWN])}{more})"
