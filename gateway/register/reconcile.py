"""Two registers become findings: the check itself (R001), values in, values out.

A cell of the figure is a MARKS, FINAL, TOPIC or HOMEWORK cell where either side says something. LESSON and MEMBER are
not: they tell which columns and pupils there are, and a column or pupil on one side only is one finding that explains
its cells. Those cells still count as compared and not equal. The cells of pupils without consent do not count at all.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register import align
from gateway.register.cut import Cut, cut
from gateway.register.explain import Explained, explained, one_sided_pages
from gateway.register.keys import COLUMN_STEP
from gateway.register.lists import Roster, listed
from gateway.register.rules.lists import (
    judge_column,
    judge_consent,
    judge_membership,
    judge_page,
    judge_shift,
    judge_subgroup,
)
from gateway.register.rules.marks import judge_final, judge_marks
from gateway.register.rules.texts import judge_text
from gateway.register.spread import judge_spread, spread_of, without_texts
from gateway.register.values import Code, Finding, Level, PageResult, PageVerdict, Reconciliation
from state.register import CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from gateway.register.align import Reading
    from gateway.register.context import Context
    from gateway.register.lists import Listed
    from gateway.register.rules.table import Rules
    from gateway.register.rules.verdict import Verdict
    from state.identity import SourcedId

_TEXT_CODES = {CellKind.TOPIC: Code.TOPIC_DIFF, CellKind.HOMEWORK: Code.HOMEWORK_DIFF}
_SAID = ("key", "column", "paper", "diary", "paper_text", "diary_text", "illegal", "told")
LISTED = "+"
"""How a side says that a pupil is on its list."""


def reconcile(paper: pl.DataFrame, diary: pl.DataFrame, context: Context) -> Reconciliation:
    """Every page of the two sides, compared once.

    Both frames have `key` (Int64, `state.register.pack`, unique), `value`, `raw` (blank where equal). Pages come
    sorted by group and subject, findings by day, pupil and code. A group's list page (blank subject) appears only with
    findings of its own.
    """
    return assembled(judge_pages(paper, diary, context), context)


def judge_pages(paper: pl.DataFrame, diary: pl.DataFrame, context: Context) -> tuple[PageVerdict, ...]:
    """What is to be said of each page by itself: it depends on that page's cells and the context, on no other page."""
    outside = [number for number, person in context.persons.items() if person in context.consentless]
    return judged(cut(paper, diary, context, outside), context, outside)


def judged(sides: Cut, context: Context, outside: Sequence[int]) -> tuple[PageVerdict, ...]:
    """The same for sides that were laid side by side already; the more columns are looked at, the same comes out."""
    rows = sides.rows
    if pages := one_sided_pages(rows):
        sides = sides.widened(pages)
        rows = sides.rows
    reading = align.marks_of(rows)
    whole = explained(rows, reading, context, outside)
    cells, spread = align.judged(rows, reading, context), spread_of(rows)
    suspects = [without_texts(cells.filter("suspect"), spread), *_moved(rows, whole, reading, context)]
    above = [*_whole_findings(whole, context), *judge_spread(spread, context.pages, make_finding)]
    findings = _by_page([*above, *_cell_findings(suspects, whole, reading, context)])
    return tuple(_verdicts(sides, cells, findings, whole.rosters, context))


def assembled(verdicts: Iterable[PageVerdict], context: Context) -> Reconciliation:
    """All pages together, with what their lists say of a group as a whole."""
    rosters, results = {}, {}
    for verdict in verdicts:
        rosters[verdict.result.page] = verdict.roster
        if verdict.result.page.subject:
            results[verdict.result.page] = verdict.result
    for page, findings in _by_page(_list_findings(listed(rosters, context))).items():
        told = tuple(sorted(findings, key=finding_order))
        results[page] = PageResult(page=page, compared=0, equal=0, findings=told)
    return Reconciliation(pages=tuple(results[page] for page in sorted(results, key=page_order)))


def page_order(page: Page) -> tuple[str, str]:
    """Pages by group and subject."""
    return page.group, page.subject


def _moved(rows: pl.DataFrame, whole: Explained, reading: Reading, context: Context) -> Iterator[pl.DataFrame]:
    """The cells of shifted lessons that differ even when the diary's are laid on the paper's date."""
    moved = whole.shifts.realigned(rows)
    if len(moved):
        yield align.judged(moved, reading, context).filter("suspect")


def finding_id(code: Code, page: Page, day: date | None, nth: int, person: SourcedId | None) -> str:
    """The same cause has the same id in every run."""
    parts = (code, page.group, page.subject, day.isoformat() if day else "", str(nth), person or "")
    return f"f-{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:16]}"


def _verdicts(
    sides: Cut,
    cells: pl.DataFrame,
    findings: Mapping[Page, list[Finding]],
    rosters: Mapping[int, Roster],
    context: Context,
) -> Iterator[PageVerdict]:
    spoken = cells.filter("spoken").group_by("page").agg(compared=pl.len(), equal=pl.col("equal").sum())
    figures = {page: (compared, equal) for page, compared, equal in spoken.iter_rows()}
    for number, same in sides.agreed().items():
        page = context.pages[number]
        looked_at, equal = figures.get(number, (0, 0))
        result = PageResult(
            page=page,
            compared=looked_at + same,
            equal=equal + same,
            findings=tuple(sorted(findings.get(page, []), key=finding_order)),
            left_out=sides.left_out.get(number, 0),
        )
        yield PageVerdict(number=number, result=result, roster=rosters.get(number, Roster()))


def finding_order(finding: Finding) -> tuple[str, int, str, str]:
    """Findings of a page by day, lesson, pupil and code."""
    day = finding.day.isoformat() if finding.day else ""
    return day, finding.nth, finding.person or "", finding.code


def _by_page(findings: Iterable[Finding]) -> dict[Page, list[Finding]]:
    pages: dict[Page, list[Finding]] = defaultdict(list)
    for finding in findings:
        pages[finding.page].append(finding)
    return pages


def _whole_findings(whole: Explained, context: Context) -> Iterator[Finding]:
    """What is wrong above the cell: pages and columns."""
    for number, on_paper, lessons in whole.pages.iter_rows():
        place: dict[str, Any] = {"page": context.pages[number], "day": None, "nth": 0, "person": None}
        yield make_finding(judge_page(lessons, on_paper=on_paper), Level.PAGE, place, {})
    yield from _shift_findings(whole, context)
    shifted = whole.shifts.columns
    for column in whole.columns.filter(~pl.col("column").is_in(list(shifted))).iter_rows(named=True):
        page, day, nth, *_ = unpack(column["first_key"])
        on_paper = column["on_paper"]
        verdict = judge_column(column["entries"], on_paper=on_paper, missing=column["missing"])
        topic = column["topic"] or ""
        said = {"paper": topic} if on_paper else {"diary": topic}
        place = {"page": context.pages[page], "day": day, "nth": nth, "person": None}
        yield make_finding(verdict, Level.LESSON, place, said | {"lesson": whole.lessons.get(column["column"], "")})


def _shift_findings(whole: Explained, context: Context) -> Iterator[Finding]:
    """At the paper's date; each side says its own: «2026-10-12», «2026-10-19 2» for the second lesson of the day."""
    for one in whole.shifts.pairs:
        (page, day, nth, *_), (_page, other, their_nth, *_) = (unpack(c * COLUMN_STEP) for c in (one.paper, one.diary))
        said = {"paper": _date(day, nth), "diary": _date(other, their_nth), "lesson": whole.lessons.get(one.paper, "")}
        place = {"page": context.pages[page], "day": day, "nth": nth, "person": None}
        yield make_finding(judge_shift(one.marks, topic=one.topic), Level.LESSON, place, said)


def _date(day: date, nth: int) -> str:
    return day.isoformat() if nth == 1 else f"{day.isoformat()} {nth}"


def _list_findings(lists: Listed) -> Iterator[Finding]:
    """Pupils on one list only, in another subgroup, or without consent."""
    for group, person, on_paper in lists.members:
        place = {"page": _list_page(group), "day": None, "nth": 0, "person": person}
        verdict = judge_membership(on_paper=on_paper)
        yield make_finding(verdict, Level.PUPIL, place, {"paper" if on_paper else "diary": LISTED})
    for seat in lists.seats:
        place = {"page": _list_page(seat.group), "day": None, "nth": 0, "person": seat.person}
        verdict = judge_subgroup(seat.paper, seat.diary, two=seat.two)
        yield make_finding(verdict, Level.PUPIL, place, {"paper": seat.paper, "diary": seat.diary})
    for group, person, on_paper in lists.unconsented:
        place = {"page": _list_page(group), "day": None, "nth": 0, "person": person}
        yield make_finding(judge_consent(), Level.PUPIL, place, {"diary": LISTED, "paper": LISTED if on_paper else ""})


def _list_page(group: SourcedId) -> Page:
    return Page(group=group, subject=type(group)(""))


def _cell_findings(
    suspects: Sequence[pl.DataFrame], whole: Explained, reading: Reading, context: Context
) -> Iterator[Finding]:
    """What is wrong with single cells that nothing larger explains: in their place, then in shifted lessons."""
    placed, *moved = suspects
    left = [whole.unexplained(placed), *(one.join(whole.pupils, on=["page", "person"], how="anti") for one in moved)]
    for row in pl.concat(one.select(_SAID) for one in left).iter_rows(named=True):
        page_number, day, nth, kind, person = unpack(row["key"])
        page = context.pages[page_number]
        verdict = _judge(kind, row, reading, context.grades.get(page.group, 0), context.rules)
        if verdict is None:
            continue
        place = {"page": page, "day": day, "nth": nth, "person": context.persons[person] if person else None}
        shown = "_text" if row["illegal"] or kind in _TEXT_CODES else ""
        said = {
            "paper": row[f"paper{shown}"],
            "diary": row[f"diary{shown}"],
            "told": row["told"],
            "lesson": whole.lessons.get(row["column"], ""),
        }
        yield make_finding(verdict, Level.CELL, place, said)


def _judge(kind: CellKind, row: dict[str, Any], reading: Reading, grade: int, rules: Rules) -> Verdict | None:
    if kind in _TEXT_CODES:
        return judge_text(_TEXT_CODES[kind], row["paper"], row["diary"], rules.of("similarity", "slip"))
    judge = judge_final if kind is CellKind.FINAL else judge_marks
    sides = reading.of(row["paper"]), reading.of(row["diary"])
    return judge(*sides, illegal=row["illegal"], grade=grade, scale=rules.scale)


def make_finding(verdict: Verdict, level: Level, place: dict[str, Any], said: dict[str, Any]) -> Finding:
    """The finding of that place (page, day, nth, person); a side that says nothing is blank."""
    return Finding(
        finding_id=finding_id(verdict.code, place["page"], place["day"], place["nth"], place["person"]),
        code=verdict.code,
        severity=verdict.severity,
        level=level,
        why=verdict.why,
        **{"paper": "", "diary": "", **place, **said},
    )
