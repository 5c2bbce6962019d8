"""Findings and verdicts as JSON values, the form in which they are kept and told."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from gateway.register.lists import Roster
from gateway.register.values import Code, Finding, Level, PageResult, PageVerdict, Severity
from state.identity import SourcedId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.register import Page

# A check reads all of yesterday's findings: looking a value up is a tenth of asking its class.
_CODES = {one.value: one for one in Code}
_SEVERITIES = {one.value: one for one in Severity}
_LEVELS = {one.value: one for one in Level}


def finding_row(finding: Finding) -> dict[str, Any]:
    """The finding as JSON values; `told` is for the check alone."""
    return {
        "finding_id": finding.finding_id,
        "code": finding.code.value,
        "severity": finding.severity.value,
        "level": finding.level.value,
        "group": finding.page.group,
        "subject": finding.page.subject,
        "day": _iso(finding.day),
        "nth": finding.nth,
        "lesson": finding.lesson,
        "person": finding.person,
        "paper": finding.paper,
        "diary": finding.diary,
        "why": finding.why,
        "author": finding.author,
        "set_at": _iso(finding.set_at),
    }


def finding_of(page: Page, row: Mapping[str, Any]) -> Finding:
    """The inverse of `finding_row`, of a finding on that page."""
    return Finding(
        finding_id=row["finding_id"],
        code=_CODES[row["code"]],
        severity=_SEVERITIES[row["severity"]],
        level=_LEVELS[row["level"]],
        page=page,
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        nth=row["nth"],
        lesson=row["lesson"],
        person=SourcedId(row["person"]) if row["person"] else None,
        paper=row["paper"],
        diary=row["diary"],
        why=row["why"],
        author=row["author"],
        set_at=datetime.fromisoformat(row["set_at"]) if row["set_at"] else None,
    )


def verdict_row(verdict: PageVerdict) -> dict[str, Any]:
    """The verdict as JSON values, without its page: it is kept by that."""
    result = verdict.result
    return {
        "compared": result.compared,
        "equal": result.equal,
        "left_out": result.left_out,
        "findings": [finding_row(one) for one in result.findings],
        "roster": verdict.roster,
        "teachers": verdict.teachers,
    }


def verdict_of(number: int, page: Page, row: Mapping[str, Any]) -> PageVerdict:
    """The inverse of `verdict_row`."""
    result = PageResult(
        page=page,
        compared=row["compared"],
        equal=row["equal"],
        left_out=row["left_out"],
        findings=tuple(finding_of(page, one) for one in row["findings"]),
    )
    single, unconsented, paper, diary = row["roster"]
    roster = Roster(
        tuple((person, on) for person, on in single),
        tuple((person, on) for person, on in unconsented),
        tuple(paper),
        tuple(diary),
    )
    return PageVerdict(number=number, result=result, roster=roster, teachers=tuple(row["teachers"]))


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
