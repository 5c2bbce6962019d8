"""Which days of which pages a check compares, as the school's modes say (R003, R004)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.register.modes import Modes, Span
from gateway.register.teaching import page_teachers
from gateway.register.values import Code, PageResult, Reconciliation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from state.identity import SourcedId
    from state.records import GradingPeriod
    from state.register import Page
    from state.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class CheckScope:
    """Without modes: every day of every page, paper being the reference."""

    modes: Modes = field(default_factory=Modes)
    teachers: Mapping[Page, frozenset[SourcedId]] = field(default_factory=dict)
    """Who teaches each page; a page that lacks is within every teacher's scope."""

    def spans(self, page: Page, period: GradingPeriod) -> tuple[Span, ...]:
        """The days of the period on which the page is compared, by mode; none: it lies outside the pilot."""
        return self.modes.spans(page.group, page.subject, self.teachers.get(page), period.starts, period.ends)

    def covers(self, page: Page, day: date) -> bool:
        return self.modes.on(page.group, page.subject, self.teachers.get(page), day) is not None

    def told(self, page: Page, period: GradingPeriod) -> list[dict[str, Any]]:
        """The spans as JSON values, each with whether it is the whole period."""
        return [
            {
                "first": span.first.isoformat(),
                "last": span.last.isoformat(),
                "mode": span.mode.value,
                "whole": (span.first, span.last) == (period.starts, period.ends),
            }
            for span in self.spans(page, period)
        ]


def scope_of(work: UnitOfWork, at: datetime | None = None) -> CheckScope:
    """The stored modes; who teaches which page, as the diary was known at `at`, is read where a pilot asks for it."""
    modes = Modes(work.paperwork.modes())
    if not any(record.teacher for record in modes.records):
        return CheckScope(modes)
    pages = work.pages()
    return CheckScope(modes, {pages[number]: who for number, who in page_teachers(work.register_frame(at)).items()})


def within(found: Reconciliation, scope: CheckScope) -> Reconciliation:
    """Period marks that a summary sheet tells of pages outside the scope are nobody's business (R004)."""
    pages = ((result, _within(result, scope)) for result in found.pages)
    left = tuple(kept for result, kept in pages if kept is result or kept.findings or kept.compared)
    return replace(found, pages=left)


def _within(result: PageResult, scope: CheckScope) -> PageResult:
    kept = tuple(
        one
        for one in result.findings
        if one.code is not Code.FINAL_DIFF or one.day is None or scope.covers(one.page, one.day)
    )
    return result if len(kept) == len(result.findings) else replace(result, findings=kept)
