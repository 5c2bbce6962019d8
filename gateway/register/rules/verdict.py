"""What a rule says of one cell, column or pupil: a code, how grave it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.register.values import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

SEVERITIES: Mapping[Code, Severity] = {
    Code.FINAL_DIFF: Severity.CRITICAL,
    Code.NO_CONSENT_IN_DIARY: Severity.CRITICAL,
    Code.MARK_DIFF: Severity.HIGH,
    Code.MARK_ONLY_PAPER: Severity.HIGH,
    Code.MARK_ONLY_DIARY: Severity.HIGH,
    Code.ABSENCE_DIFF: Severity.HIGH,
    Code.DATE_ONLY_PAPER: Severity.HIGH,
    Code.DATE_ONLY_DIARY: Severity.HIGH,
    Code.ROSTER_DIFF: Severity.HIGH,
    Code.GRADE1_MARK: Severity.HIGH,
    Code.DATE_SHIFTED: Severity.HIGH,
    Code.SUBGROUP_DIFF: Severity.HIGH,
    Code.SPREAD_MISMATCH: Severity.MEDIUM,
    Code.ABSENCE_REASON_DIFF: Severity.MEDIUM,
    Code.ILLEGAL_SYMBOL: Severity.MEDIUM,
    Code.TOPIC_DIFF: Severity.MEDIUM,
    Code.HOMEWORK_DIFF: Severity.MEDIUM,
    Code.TOPIC_MISSING: Severity.MEDIUM,
    Code.HOMEWORK_MISSING: Severity.LOW,
    Code.SCALE: Severity.MEDIUM,
    Code.MARK_ON_ABSENT: Severity.REVIEW,
    Code.FINAL_MISSING: Severity.CRITICAL,
    Code.FINAL_LATE: Severity.CRITICAL,
    Code.CORRECTION_UNEXPLAINED: Severity.HIGH,
    Code.ENTRY_LATE: Severity.MEDIUM,
    Code.HOMEWORK_LATE: Severity.MEDIUM,
    Code.FINAL_UNJUSTIFIED: Severity.MEDIUM,
    Code.SUBSTITUTION_DIFF: Severity.MEDIUM,
}
"""The usual gravity of each code (requirements §F); a rule may lower it for one case."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing wrong. `why` is a code of the message catalogue, with a figure after a colon where it has one."""

    code: Code
    why: str
    severity: Severity


def verdict(code: Code, why: str, severity: Severity | None = None) -> Verdict:
    """The verdict with the code's usual severity unless another is given."""
    return Verdict(code, why, severity or SEVERITIES[code])


def one_sided(paper: object, diary: object) -> str:
    """`only_paper`, `only_diary` or `values_differ`, by which side says anything at all."""
    if paper and diary:
        return "values_differ"
    return "only_paper" if paper else "only_diary"
