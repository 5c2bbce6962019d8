"""Which days of which pages a check compares, as the school's modes say (R003, R004)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from gateway.register.modes import Modes, Span
from gateway.register.teaching import page_teachers
from gateway.register.values import Code, PageResult, Reconciliation
from state.modes import Mode
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from typing import Any

    from state.identity import SourcedId
    from state.paper import KeptTranscription
    from state.records import GradingPeriod
    from state.register import Page
    from state.store import UnitOfWork

    Judged = Mapping[Page, list[dict[str, Any]]]


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


class Placed(NamedTuple):
    """A transcription with the days of its period on which it is compared; none: it lies outside the scope."""

    item: KeptTranscription
    period: GradingPeriod
    spans: tuple[Span, ...]

    @property
    def is_full(self) -> bool:
        """Every day of the period is compared, in whichever mode."""
        days = sum((span.last - span.first).days + 1 for span in self.spans)
        return days == (self.period.ends - self.period.starts).days + 1


def placed(
    scope: CheckScope, papers: Iterable[KeptTranscription], periods: Mapping[SourcedId, GradingPeriod]
) -> tuple[Placed, ...]:
    """Each of these papers with its days."""
    return tuple(Placed(one, periods[one.period], scope.spans(one.page, periods[one.period])) for one in papers)


def judged_days(papers: Iterable[Placed]) -> Judged:
    """Each compared page's days with their mode as JSON values, the earliest period first: what a protocol tells."""
    found: dict[Page, list[dict[str, Any]]] = {}
    told: dict[tuple[SourcedId, tuple[Span, ...]], list[dict[str, Any]]] = {}
    for item, period, spans in sorted(papers, key=lambda one: one.period.starts):
        key = period.sourced_id, spans
        if key not in told:  # most pages of a period say the same
            told[key] = [_told(span, period) for span in spans]
        if spans:
            before = found.get(item.page)
            found[item.page] = told[key] if before is None else before + told[key]
    return found


def _told(span: Span, period: GradingPeriod) -> dict[str, Any]:
    return {
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "mode": span.mode.value,
        "whole": (span.first, span.last) == (period.starts, period.ends),
    }


def modes_digest(judged: Judged) -> dict[str, str]:
    """SHA-256 of the days and modes of pages that are not just kept in parallel all the time; often there are none."""
    told = [
        [page.group, page.subject, spans]
        for page, spans in judged.items()
        if any(span["mode"] != Mode.PARALLEL or not span["whole"] for span in spans)
    ]
    return {"modes": digest(sorted(told, key=lambda row: row[:2]))} if told else {}


def scope_of(work: UnitOfWork) -> CheckScope:
    """The stored modes; who teaches which page is read where a pilot asks for it."""
    modes = Modes(work.paperwork.modes())
    if not any(record.teacher for record in modes.records):
        return CheckScope(modes)
    pages = work.pages()
    return CheckScope(modes, {pages[number]: who for number, who in page_teachers(work.register_now(pages)).items()})


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
