"""The verb `reconcile`: stored pages checked against the stored ledger, findings kept, figures journalled."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from gateway.register.context import Context, context_of
from gateway.register.docket import Docket, docket_of, judge_due, keep_verdicts, sides_digest
from gateway.register.duties import KeepingScope, duties_of
from gateway.register.facts import recognised, school_facts
from gateway.register.keeping import judge_keeping
from gateway.register.reconcile import assembled
from gateway.register.rows import finding_row
from gateway.register.rules.table import Rules, rules_of
from gateway.register.scans import scans_by_place, scans_digest
from gateway.register.scope import judged_days, modes_digest, scope_of, within
from gateway.register.sides import Ground, ground_of, two_sides
from gateway.register.slips import Evidence, papers_of, settle
from gateway.register.summaries import elsewhere, sheets_by_page, sheets_digest
from gateway.register.summary import judge_summary
from gateway.register.totals import TeacherTotals, teacher_totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from gateway.register.scans import Scans
    from gateway.register.scope import Judged
    from gateway.register.values import Finding, PageVerdict, Reconciliation
    from state.paper import KeptTranscription
    from state.records import Consent, GradingPeriod, Record
    from state.register import Page
    from state.snapshot import Snapshot
    from state.store import Store, UnitOfWork
    from state.summaries import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileReport:
    """What one check found; `skipped` pages were not compared, because they are not transcribed whole."""

    run: str
    moment: datetime
    result: Reconciliation
    compared: tuple[KeptTranscription, ...]
    skipped: tuple[KeptTranscription, ...]
    outside: tuple[KeptTranscription, ...]
    """Whole pages outside the pilot's scope (R004): neither compared nor counted."""
    judged: int
    """Pages that had to be judged: of the others nothing had changed since an earlier check."""
    rules: str
    """Version of the rules it was made under (R043)."""
    keeping: tuple[Finding, ...] | None = None
    """How the diary is kept, where that was asked for: no part of the correspondence and its figures."""
    teachers: tuple[TeacherTotals, ...] = ()
    """The same in counts of lessons, a line for each teacher."""
    summaries: tuple[Summary, ...] = ()
    """Whole summary sheets, whose period marks were compared with those of pages and diary."""

    @property
    def pages(self) -> int:
        """Pages compared; neither a group's list nor a subject of a summary sheet alone is one of them."""
        return len({item.page for item in self.compared})

    @property
    def by_code(self) -> dict[str, int]:
        return dict(sorted(Counter(finding.code.value for finding in self.result.findings).items()))

    def as_json(self) -> dict[str, Any]:
        """`reconcile/1`. `agreement` is percent, null when there was nothing to compare."""
        told = {"schema": "reconcile/1", "run": self.run, **self.figures(), "items": _items(self.result.findings)}
        if self.keeping is None:
            return told
        return {**told, "control": _items(self.keeping), "teachers": [totals_row(one) for one in self.teachers]}

    def figures(self) -> dict[str, Any]:
        """The counts, without anybody's name or mark."""
        return {
            "pages": self.pages,
            "cells_compared": self.result.compared,
            "cells_equal": self.result.equal,
            "agreement": self.result.agreement,
            "left_out": self.result.left_out,
            "skipped": len(self.skipped),
            **({"outside": len(self.outside)} if self.outside else {}),
            **({"summaries": len(self.summaries)} if self.summaries else {}),
            "findings": self.by_code,
        }


def _signed(made: Iterable[PageVerdict], work: UnitOfWork) -> tuple[PageVerdict, ...]:
    """Each finding about a cell of the diary says who entered it and when, where the diary tells."""
    entered = work.entered([one.told for verdict in made for one in verdict.result.findings if one.told is not None])
    return tuple(
        replace(verdict, result=replace(result, findings=tuple(_entered(one, entered) for one in result.findings)))
        if (result := verdict.result).findings
        else verdict
        for verdict in made
    )


def _entered(finding: Finding, entered: Mapping[int, tuple[str, datetime | None]]) -> Finding:
    if finding.told is None:
        return finding
    author, set_at = entered.get(finding.told, ("", None))
    return replace(finding, author=author, set_at=set_at, told=None)


def _items(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    names = ("code", "severity", "group", "subject", "day", "nth", "person", "paper", "diary", "why")
    return [{"id": row["finding_id"], **{name: row[name] for name in names}} for row in map(finding_row, findings)]


def run_reconcile(
    store: Store,
    *,
    periods: Iterable[GradingPeriod],
    local: Snapshot[Record],
    consents: Iterable[Consent],
    now: datetime,
    zone: ZoneInfo,
    actor: str,
    rules: Rules | None = None,
    keeping: KeepingScope | None = None,
    afresh: bool = False,
) -> ReconcileReport:
    """All whole pages are compared and the open findings are exactly those found; raises state.errors.

    `local` and `consents` are the assembled school: a file alone names neither years nor people for sure.
    Consents are judged on the day of `now` (UTC) in the school's `zone`. `rules` are the school's figures, the
    product's when None. With `keeping` the report also tells how the diary is kept (R010-R019, R025): in a section
    apart, so that «full match» speaks of correspondence alone. A page of which nothing has changed since it was last
    judged is not judged again, except `afresh`.
    """
    known = {period.sourced_id: period for period in periods}
    with store.begin() as work:
        facts = school_facts(local, consents, now.astimezone(zone).date())
        aliases = recognised(work, facts)
        scope = scope_of(work)
        ground, figures = ground_of(work, known, scope), rules or rules_of()
        docket = docket_of(work, ground, facts, aliases, figures, afresh=afresh or keeping is not None)
        sides = two_sides(work, ground, aliases, docket.due)
        context = context_of(ground.pages, work.persons(), facts, figures)
        duties = keeping and duties_of(work, keeping, ground, now=now, zone=zone, rules=context.rules)
        entered = sides.entered(work) if keeping else sides.diary
        sheets = [one for one in work.paperwork.summaries() if one.whole]
        typed = [(item, known[item.period].ends) for item in ground.compared]
        marks = elsewhere(work, sheets, typed, facts.divisions, aliases)
        run = work.start_run("reconcile")
        work.commit()
    made = judge_due(docket, sides, context)
    with store.begin() as work:
        made = _signed(made, work)
    check = _Check(ground, docket, made, context)
    result = assembled(check.verdicts, context)
    result = within(judge_summary(sheets, marks, context.divisions, context.consentless, result), scope)
    kept_how = judge_keeping(sides.paper, entered, duties, context) if duties else None
    report = ReconcileReport(
        run=run,
        moment=now,
        result=result,
        compared=ground.compared,
        skipped=ground.skipped,
        outside=ground.outside,
        summaries=tuple(sheets),
        judged=len(docket.due & ground.spans.keys()),
        rules=context.rules.version,
        keeping=kept_how,
        teachers=teacher_totals(entered, kept_how or (), duties, context) if duties else (),
    )
    _keep(store, report, check, actor)
    return report


@dataclass(frozen=True, slots=True)
class _Check:
    """What a report was made from."""

    ground: Ground
    docket: Docket
    made: tuple[PageVerdict, ...]
    context: Context

    @property
    def verdicts(self) -> tuple[PageVerdict, ...]:
        return *self.docket.standing.values(), *self.made


def totals_row(one: TeacherTotals) -> dict[str, Any]:
    """A teacher's line as JSON values; percent of lessons with homework is null where none is to have any."""
    return {**asdict(one), "homework_percent": None if one.coverage is None else round(one.coverage, 2)}


def _keep(store: Store, report: ReconcileReport, check: _Check, actor: str) -> None:
    """Findings, figures, verdicts, return slips and the journal's event in one transaction.

    The figures name the log's head after the event.
    That head is the anchor a protocol prints: whoever has the paper can later prove that this check was not rewritten.
    """
    figures = report.figures()
    told = {**figures, "moment": report.moment.isoformat(), "rules": report.rules}
    digests = {**sides_digest(check.ground, check.docket), **sheets_digest(report.summaries)}
    kept_how = (
        {}
        if report.keeping is None
        else {
            "control": [finding_row(one) for one in report.keeping],
            "teachers": [totals_row(one) for one in report.teachers],
        }
    )
    with store.begin() as work:
        scans, judged = scans_by_place(work, report.compared), judged_days(check.ground.placed)
        told["digests"] = {**digests, **modes_digest(judged), **scans_digest(scans)}
        work.record("reconcile", {"run": report.run, **told}, actor)
        size, root = work.log_head()
        rows = [finding_row(one) for one in report.result.findings]
        pages = _page_rows(report, check, scans, judged)
        work.save_reconciliation(
            report.run, rows, {**told, **kept_how, "log": {"size": size, "root": root}, "page_results": pages}
        )
        keep_verdicts(work, check.docket, check.made)
        settle(work, _evidence(work, report, rows, pages, check.context), actor)
        work.end_run(report.run, {"schema": "reconcile/1", "run": report.run, **figures})
        work.commit()


def _evidence(
    work: UnitOfWork,
    report: ReconcileReport,
    rows: Sequence[Mapping[str, Any]],
    pages: Sequence[Mapping[str, Any]],
    context: Context,
) -> Evidence:
    pulls = [run["started_at"] for run in work.runs("pull") if run["ended_at"]]
    return Evidence(
        run=report.run,
        pulled=max(pulls, default=None),
        papers=papers_of(pages),
        findings=rows,
        outside=frozenset(context.consentless),
        days={
            (page["group"], page["subject"]): [(span["first"], span["last"]) for span in page["spans"]]
            for page in pages
            if not all(span["whole"] for span in page["spans"])
        },
    )


def _page_rows(report: ReconcileReport, check: _Check, scans: Scans, judged: Judged) -> list[dict[str, Any]]:
    """Per compared page what a protocol prints of it: figures, teachers, and the files it was typed over from."""
    teachers = {verdict.result.page: verdict.teachers for verdict in check.verdicts}
    papers = _papers(report.compared, scans)
    sheets = sheets_by_page(report.summaries, check.context.divisions)
    return [
        {
            "group": result.page.group,
            "subject": result.page.subject,
            "compared": result.compared,
            "equal": result.equal,
            "left_out": result.left_out,
            "teachers": list(teachers.get(result.page, ())),
            "papers": papers.get(result.page, []),
            "spans": judged.get(result.page, []),
            "summaries": sheets.get(result.page, []),
        }
        for result in report.result.pages
        if result.page.subject
    ]


def _papers(compared: Iterable[KeptTranscription], scans: Scans) -> Mapping[Page, list[dict[str, Any]]]:
    """Of which files each page was typed over, found in one pass: a district's check has 20 000 pages."""
    kept: dict[Page, list[dict[str, Any]]] = defaultdict(list)
    for item in compared:
        row = {"period": item.period, "source": item.source, "sha256": item.sha256}
        kept[item.page].append({**row, "scans": list(scans.get((item.page, item.period), ()))})
    return kept
