"""The verb `decide`: a person says which side is right, and the word holds while both values stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.values import Code
from state.decisions import Decision, Verdict
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from state.store import Store, UnitOfWork

JOURNAL_KIND = "findings_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An open finding with what was last decided about it; `holds` is False when a value has changed since."""

    finding: Mapping[str, Any]
    decision: Decision | None = None

    @property
    def holds(self) -> bool:
        return self.decision is not None and self.decision.holds(self.finding["paper"], self.finding["diary"])

    @property
    def verdict(self) -> Verdict | None:
        """The decision in force; None where there is none or it has lapsed."""
        return self.decision.verdict if self.decision and self.holds else None


def standings(findings: Iterable[Mapping[str, Any]], decisions: Iterable[Decision]) -> tuple[Standing, ...]:
    """Each finding with the latest decision about it."""
    latest = {decision.finding_id: decision for decision in decisions}
    return tuple(Standing(finding=row, decision=latest.get(row["finding_id"])) for row in findings)


def open_standings(work: UnitOfWork) -> tuple[Standing, ...]:
    """The findings of the last check with their decisions."""
    return standings(work.findings(open_only=True), work.control.decisions())


def decide(store: Store, finding_ids: Sequence[str], verdict: Verdict, *, why: str, who: str) -> tuple[Decision, ...]:
    """One decision for each of these open findings, in memory and in the journal.

    Raises DataError for a finding that is not open, for no finding at all, and for a decision without its reason:
    only a return slip speaks for itself, whatever stays as it is has to be explained to an inspection. Paper that
    differs from itself is no measure for the diary: it cannot be decided right.
    """
    if verdict is not Verdict.PAPER and not why.strip():
        raise DataError(_("Без причины это решение не принимается"), _("Напишите причину: --why «…»"))
    with store.begin() as work:
        rows = {row["finding_id"]: row for row in work.findings(open_only=True)}
        unknown = [finding for finding in finding_ids if finding not in rows]
        if unknown or not finding_ids:
            raise DataError(
                _("Такого открытого расхождения нет: {findings}").format(findings=", ".join(unknown) or "—"),
                _("Список открытых: sverka findings"),
            )
        torn = [finding for finding in finding_ids if verdict is Verdict.PAPER and paper_differs(rows[finding])]
        if torn:
            raise DataError(
                _("Бумага здесь расходится сама с собой, исправлять по ней ЭЖ нельзя: {findings}").format(
                    findings=", ".join(torn)
                ),
                _("Решение «diary» — исправить бумагу, «explained» — оставить как есть"),
            )
        made = [_decision(rows[finding], verdict, why.strip(), who) for finding in dict.fromkeys(finding_ids)]
        work.control.decide(made)
        kept = work.control.decisions()[-len(made) :]
        work.record(JOURNAL_KIND, _event(kept, verdict), who)
        work.commit()
    return kept


def paper_differs(finding: Mapping[str, Any]) -> bool:
    """Paper says two things: the pages of a spread, or a subject's page and the summary sheet, differ (§F)."""
    key, _colon, said = finding["why"].partition(":")
    page, summary = said.split("|")[:2] if key == "three_way" else ("", "")
    return finding["code"] == Code.SPREAD_MISMATCH or (page != summary and "?" not in (page, summary))


def _decision(row: Mapping[str, Any], verdict: Verdict, why: str, who: str) -> Decision:
    return Decision(
        finding_id=row["finding_id"],
        verdict=verdict,
        paper=row["paper"],
        diary=row["diary"],
        why=why,
        decided_by=who,
    )


def _event(made: Iterable[Decision], verdict: Verdict) -> dict[str, Any]:
    """No values and no reasons: they may name people. Their digest binds the rows to the log."""
    rows = [[one.number, one.finding_id, one.paper, one.diary, one.why] for one in made]
    return {"verdict": verdict.value, "findings": [row[1] for row in rows], "digest": digest(rows)}
