"""«Протокол сверки ЭЖ и бумажного журнала» (requirements G1) as figures, from the last check of the school.

The same check gives the same figures: everything comes from what the check itself kept, the anchor included.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gateway.errors import AskError
from gateway.i18n import _
from gateway.reports.directory import Directory, by_alphabet
from gateway.reports.figures import Kind, ProtocolFigures, Section, TeacherLine
from gateway.reports.reference import SHORT, judged_by, reference_of
from gateway.reports.wording import Wording
from gateway.reports.words import Words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from state.identity import SourcedId
    from state.store import UnitOfWork

_GRAVITY = ("critical", "high", "medium", "review", "low")


def _by_name(line: TeacherLine) -> tuple[object, ...]:
    return by_alphabet(line.teacher), line.teacher


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check as it was kept: `summary` and open finding rows of `gateway.register.findings`, and all names."""

    run: str
    summary: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]]
    names: Directory


def last_check(work: UnitOfWork, names: Directory, findings: Sequence[Mapping[str, Any]]) -> Check:
    """The school's latest check, to be told in these names; AskError where there was none.

    `findings` are its open findings, with what has been decided about them where anything was.
    """
    latest = work.last_reconciliation()
    if latest is None:
        raise AskError(_("Сверки ещё не было, протокол составлять не из чего"), _("Выполните: sverka reconcile"))
    return Check(run=latest["run"], summary=latest["summary"], findings=findings, names=names)


def protocol_figures(
    check: Check, *, school: str, zone: ZoneInfo, periods: Mapping[str, str], lang: str = "ru"
) -> ProtocolFigures:
    """The protocol of a whole check.

    Args:
        check: what `last_check` gives.
        school: its name as printed.
        zone: the school's time zone, for all moments.
        periods: names of the grading periods by sourced id.
        lang: `ru` or `en`.
    """
    return _Writer(check, words(lang), zone, periods).protocol(school)


@dataclass(frozen=True, slots=True)
class _Writer:
    check: Check
    words: Words
    zone: ZoneInfo
    periods: Mapping[str, str]

    @property
    def wording(self) -> Wording:
        return Wording(self.check.names, self.words, self.zone)

    def protocol(self, school: str) -> ProtocolFigures:
        summary, found = self.check.summary, self.check.findings
        pages, lists = self.pages(), self.lists()
        nothing = "nothing_inside" if summary.get("outside") else "nothing"
        return ProtocolFigures(
            lang=self.words.lang,
            school=school,
            run=self.check.run,
            moment=datetime.fromisoformat(summary["moment"]).astimezone(self.zone),
            compared=summary["cells_compared"],
            equal=summary["cells_equal"],
            percent=self.words.agreement(summary["cells_equal"], summary["cells_compared"]),
            left_out=summary["left_out"],
            skipped=summary["skipped"],
            outside=summary.get("outside", 0),
            result=self.result(len(found)) if pages or found else self.words.title(nothing),
            full_match=bool(pages) and not found,
            log_size=summary["log"]["size"],
            log_root=summary["log"]["root"],
            kinds=self.kinds(found),
            pages=pages,
            lists=lists,
            keeping=self.keeping() if "control" in summary else None,
            teachers=tuple(sorted(map(self.teacher, summary.get("teachers", ())), key=_by_name)),
        )

    def keeping(self) -> tuple[Section, ...]:
        """The control findings under their pages, in the order of the pages."""
        found = self.grouped(self.check.summary["control"])
        pages = [page for page in self.check.summary["page_results"] if (page["group"], page["subject"]) in found]
        told = [
            replace(self.page(page, []), rows=tuple(self.wording.rows(found[page["group"], page["subject"]])))
            for page in pages
        ]
        return tuple(sorted(told, key=lambda one: (by_alphabet(one.group), by_alphabet(one.subject))))

    def teacher(self, row: Mapping[str, Any]) -> TeacherLine:
        share = self.words.agreement
        return TeacherLine(
            teacher=self.check.names.teacher(row["teacher"]) if row["teacher"] else self.words.title("no_teacher"),
            lessons=row["lessons"],
            entered_late=row["entered_late"],
            late_percent=share(row["entered_late"], row["lessons"]),
            homework=row["homework"],
            homework_percent=share(row["homework"], row["homework_base"]),
            homework_late=row["homework_late"],
            homework_ahead=row["homework_ahead"],
        )

    def result(self, count: int) -> str:
        title = self.words.title("discrepancies" if count else "full_match")
        return title.format(count=self.words.count(count))

    def kinds(self, found: Iterable[Mapping[str, Any]]) -> tuple[Kind, ...]:
        """The gravest first, then the most frequent."""
        judged = [row for rows in self.grouped(found).values() for row in rows]
        counts = Counter((self.wording.kind(row), row["severity"]) for row in judged)
        ordered = sorted(counts.items(), key=lambda one: (_GRAVITY.index(one[0][1]), -one[1], one[0][0]))
        return tuple(
            Kind(kind=kind, severity=self.words.of("severities", gravity), count=count)
            for (kind, gravity), count in ordered
        )

    def pages(self) -> tuple[Section, ...]:
        found = self.grouped()
        sections = [
            self.page(page, found.get((page["group"], page["subject"]), []))
            for page in self.check.summary["page_results"]
        ]
        return tuple(sorted(sections, key=lambda one: (by_alphabet(one.group), by_alphabet(one.subject))))

    def page(self, page: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Section:
        names = self.check.names
        # A pupil of one list only leaves unequal cells behind and no finding on the page itself: nothing else does.
        only_list = not found and page["equal"] < page["compared"]
        return Section(
            group=names.group(page["group"]),
            subject=names.subject(page["subject"]),
            teachers=", ".join(sorted(map(names.teacher, page["teachers"]), key=by_alphabet)),
            period=", ".join(self.periods.get(paper["period"], paper["period"]) for paper in page["papers"]),
            papers=tuple((paper["source"], paper["sha256"]) for paper in (*page["papers"], *page.get("summaries", ()))),
            reference=reference_of(page.get("spans", ()), self.words),
            scans=tuple(dict.fromkeys(one[:SHORT] for paper in page["papers"] for one in paper.get("scans", ()))),
            is_list=False,
            compared=page["compared"],
            equal=page["equal"],
            percent=self.words.agreement(page["equal"], page["compared"]),
            result=self.words.title("by_list") if only_list else self.result(len(found)),
            full_match=not found and not only_list,
            rows=tuple(self.wording.rows(found)),
        )

    def lists(self) -> tuple[Section, ...]:
        sections = [self.list_of(group, found) for (group, subject), found in self.grouped().items() if not subject]
        return tuple(sorted(sections, key=lambda one: by_alphabet(one.group)))

    def list_of(self, group: SourcedId, found: Sequence[Mapping[str, Any]]) -> Section:
        return Section(
            group=self.check.names.group(group),
            subject=self.words.title("list_page"),
            teachers="",
            period="",
            papers=(),
            reference="",
            scans=(),
            is_list=True,
            compared=0,
            equal=0,
            percent="",
            result=self.result(len(found)),
            full_match=False,
            rows=tuple(self.wording.rows(found)),
        )

    def grouped(
        self, found: Iterable[Mapping[str, Any]] | None = None
    ) -> dict[tuple[SourcedId, SourcedId], list[Mapping[str, Any]]]:
        """The rows by page, each with the side it was judged by; those of the check itself when none are given."""
        spans = {(page["group"], page["subject"]): page.get("spans", ()) for page in self.check.summary["page_results"]}
        pages: dict[tuple[SourcedId, SourcedId], list[Mapping[str, Any]]] = {}
        for row in self.check.findings if found is None else found:
            place = row["group"], row["subject"]
            pages.setdefault(place, []).append({**row, "reference": judged_by(spans.get(place, ()), row["day"])})
        return pages
