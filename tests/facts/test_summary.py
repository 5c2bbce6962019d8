"""Period marks in three places: page, summary sheet, diary; one finding says which of the three says what (§F)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from paper_pages import ALGEBRA, ANNA, BORIS, ENDS, FORM, MUSIC, PERIOD, PUPILS, STARTS, VERA, page

from connectors.paper.layout import Slot
from connectors.paper.summary_sheet import lay_out_summary, typed_summary
from connectors.paper.template import write_template
from connectors.paper.wire import SummaryEntries, TemplateSummary
from connectors.paper.workbook import read_workbook
from gateway.register.decide import paper_differs
from gateway.register.reconcile import finding_id
from gateway.register.rules.verdict import Verdict
from gateway.register.summaries import summary_sheets, year_period
from gateway.register.summary import Elsewhere, judge_summary
from gateway.register.values import Code, Finding, Level, PageResult, Reconciliation, Severity
from gateway.reports.words import words
from mappings.paper.summary import sheet_summary
from state.identity import SourcedId, calendar_id, subgroup_id, subject_id
from state.records import GradingPeriod
from state.register import Page
from state.summaries import Summary

if TYPE_CHECKING:
    from pathlib import Path

    from mappings.paper.summary import Taken

PAGE = Page(group=FORM, subject=ALGEBRA)
HALF = subgroup_id(FORM, "1", "1 гр.")
HALF_PAGE = Page(group=HALF, subject=ALGEBRA)
EVERYBODY = frozenset((ANNA, BORIS, VERA))


def judged(mark: str, page_says: str | None, diary_says: str | None, **more: Any) -> list[Finding]:
    """Anna's mark in algebra; None: the page is not typed over, or the diary has no such pupil."""
    summary = Summary(
        form=FORM, period=PERIOD, ends=ENDS, source="в.xlsx", whole=more.pop("whole", True), pupils=(ANNA,),
        subjects=(ALGEBRA,), marks={(ANNA, ALGEBRA): mark} if mark else {},
    )  # fmt: skip
    where = more.pop("where", PAGE)
    there = Elsewhere(
        page={(where, ENDS, ANNA): page_says} if page_says else {},
        diary={(where, ENDS, ANNA): diary_says} if diary_says else {},
        on_pages={} if page_says is None else {(where, ENDS): EVERYBODY},
        on_lists={} if diary_says is None else {FORM: EVERYBODY, HALF: EVERYBODY},
    )
    result = judge_summary(
        [summary], there, {HALF: (FORM, "1")}, more.pop("consentless", frozenset()), more.pop("found", NOTHING)
    )
    return list(result.findings)


NOTHING = Reconciliation(pages=(PageResult(page=PAGE, compared=7, equal=7, findings=()),))


@pytest.mark.parametrize(
    ("summary", "on_page", "in_diary", "why", "paper", "diary"),
    [
        ("5", "4", "4", "страница 4 · ведомость 5 · дневник 4", "4 · 5", "4"),
        ("4", "4", "5", "страница 4 · ведомость 4 · дневник 5", "4", "5"),
        ("5", "4", "3", "страница 4 · ведомость 5 · дневник 3", "4 · 5", "3"),
        ("", "4", "4", "страница 4 · ведомость пусто · дневник 4", "4 · —", "4"),
        ("5", "", "5", "страница пусто · ведомость 5 · дневник 5", "— · 5", "5"),
        ("5", None, "4", "ведомость 5 · дневник 4", "5", "4"),
        ("5", "4", None, "страница 4 · ведомость 5", "4 · 5", ""),
        ("Н/А", "4", "н/а", "страница 4 · ведомость н/а · дневник н/а", "4 · н/а", "н/а"),
    ],
)
def test_any_difference_is_one_critical_finding(
    summary: str, on_page: str | None, in_diary: str | None, why: str, paper: str, diary: str
) -> None:
    """§F FINAL_DIFF: whichever of the three stands apart; an untyped page, a pupil the diary lacks, is silent."""
    (one,) = judged(summary, on_page, in_diary)
    assert (one.code, one.severity, one.level) == (Code.FINAL_DIFF, Severity.CRITICAL, Level.CELL)
    assert (one.page, one.day, one.person, one.paper, one.diary) == (PAGE, ENDS, ANNA, paper, diary)
    assert words("ru").reason(one.why) == why


@pytest.mark.parametrize(
    ("summary", "on_page", "in_diary"),
    [("4", "4", "4"), ("", "", ""), ("н/а", "Н/А", "н/a"), ("4", None, None), ("", None, ""), ("4", None, "4")],
)
def test_equal_marks_tell_nothing(summary: str, on_page: str | None, in_diary: str | None) -> None:
    """One spelling for all three, and a summary that nothing is known beside has nothing to differ from."""
    assert judged(summary, on_page, in_diary) == []


def test_a_summary_that_is_not_whole_is_never_compared() -> None:
    """Its blanks mean «not typed yet»."""
    assert judged("5", "4", "3", whole=False) == []


def test_the_finding_of_page_and_diary_carries_all_three() -> None:
    """Same number, no second finding; who entered the diary's mark stays, and so do the figures."""
    known = Finding(
        finding_id=finding_id(Code.FINAL_DIFF, PAGE, ENDS, 0, ANNA), code=Code.FINAL_DIFF, severity=Severity.CRITICAL,
        level=Level.CELL, page=PAGE, day=ENDS, nth=0, person=ANNA, paper="4", diary="5", why="values_differ",
        author="staff:1",
    )  # fmt: skip
    found = Reconciliation(pages=(PageResult(page=PAGE, compared=7, equal=6, findings=(known,)),))
    (one,) = judged("5", "4", "5", found=found)
    assert one == replace(known, paper="4 · 5", why="three_way:4|5|5")
    (same,) = judged("4", "4", "5", found=found)
    assert (same.finding_id, same.paper, same.diary) == (known.finding_id, "4", "5")


def test_a_page_that_one_side_has_not_begun_is_told_once() -> None:
    """DATE_ONLY_PAPER of the whole page says that the diary is empty; page and summary are still compared."""
    unkept = Verdict(Code.DATE_ONLY_PAPER, "page_not_kept:9", Severity.HIGH)
    known = Finding(
        finding_id="f", code=unkept.code, severity=unkept.severity, level=Level.PAGE, page=PAGE, day=None, nth=0,
        person=None, paper="", diary="", why=unkept.why,
    )  # fmt: skip
    found = Reconciliation(pages=(PageResult(page=PAGE, compared=9, equal=0, findings=(known,)),))
    assert [one.code for one in judged("4", "4", "", found=found)] == [Code.DATE_ONLY_PAPER]
    assert [one.code for one in judged("5", "4", "", found=found)] == [Code.DATE_ONLY_PAPER, Code.FINAL_DIFF]


@pytest.mark.parametrize("code", [Code.ROSTER_DIFF, Code.SUBGROUP_DIFF])
def test_a_pupil_whom_the_lists_place_apart_is_told_by_them(code: Code) -> None:
    """A blank on the side that has him elsewhere is no difference of marks; a mark that differs is one."""
    known = Finding(
        finding_id="f", code=code, severity=Severity.HIGH, level=Level.PUPIL,
        page=Page(group=FORM, subject=SourcedId("")), day=None, nth=0, person=ANNA, paper="+", diary="",
        why="only_paper",
    )  # fmt: skip
    found = Reconciliation(pages=(PageResult(page=known.page, compared=0, equal=0, findings=(known,)),))
    assert judged("4", "4", "", found=found) == [known]
    assert len(judged("4", "4", "5", found=found)) == 2


def test_a_pupil_without_consent_is_compared_on_paper_only() -> None:
    """R110: the diary must not have him; whatever it has is another finding's matter."""
    assert judged("4", "4", "5", consentless=frozenset({ANNA})) == []
    (one,) = judged("5", "4", "4", consentless=frozenset({ANNA}))
    assert (one.why, one.diary) == ("three_way:4|5|?", "")


def test_a_mark_of_a_subgroup_stands_on_the_subgroups_page() -> None:
    """The summary is the form's, the page and the diary's mark are the subgroup's."""
    (one,) = judged("5", "4", "4", where=HALF_PAGE)
    assert one.page == HALF_PAGE


def test_a_subject_without_a_page_is_compared_with_the_diary() -> None:
    """The result has a page for the finding, with no cells compared: the figure is of pages and diary."""
    summary = Summary(
        form=FORM, period=PERIOD, ends=ENDS, source="в.xlsx", whole=True, pupils=(ANNA,), subjects=(MUSIC,),
        marks={(ANNA, MUSIC): "5"},
    )  # fmt: skip
    there = Elsewhere(diary={(Page(group=FORM, subject=MUSIC), ENDS, ANNA): "4"}, on_lists={FORM: EVERYBODY})
    result = judge_summary([summary], there, {}, frozenset(), NOTHING)
    assert [(one.page.subject, one.compared, len(one.findings)) for one in result.pages] == [
        (ALGEBRA, 7, 0),
        (MUSIC, 0, 1),
    ]
    assert (result.compared, result.agreement) == (7, 100)


# --- the sheet --------------------------------------------------------------------------------------------------------

SHEET = TemplateSummary(
    form=FORM, period=PERIOD, group_label="7Б", period_label="1 четверть", starts=STARTS, ends=ENDS, pupils=PUPILS,
    subjects=((ALGEBRA, "Алгебра"), (MUSIC, "Музыка")),
)  # fmt: skip


def typed(folder: Path, entries: SummaryEntries, known: frozenset[SourcedId] = frozenset(), **by_hand: str) -> Taken:
    path = folder / "paper.xlsx"
    write_template([page()], path, summaries={SHEET: entries})
    if by_hand:
        book = openpyxl.load_workbook(path)
        for cell, text in by_hand.items():
            book["7Б Сводная ведомость"][cell].value = text
        book.save(path)
    book = read_workbook(path)
    assert book.flaws == ()
    return sheet_summary(book.summaries[0], "paper.xlsx", {"новиков артем": SourcedId("pupil:9")}, known)


def test_the_sheet_brings_back_what_was_typed(tmp_path: Path) -> None:
    """Every pupil and subject of it speaks, blank ones too; marks stay as written."""
    marks: dict[tuple[str, str], str] = {(ANNA, ALGEBRA): "4", (VERA, MUSIC): "Н/А", ("Новиков Артём", MUSIC): "5"}
    entries = SummaryEntries(marks=marks, extra_pupils=("Новиков Артём",), whole=True, by="завуч")
    (summary,) = typed(tmp_path, entries).summaries
    assert summary.marks == {(ANNA, ALGEBRA): "4", (VERA, MUSIC): "Н/А", ("pupil:9", MUSIC): "5"}
    assert set(summary.pupils) == {ANNA, BORIS, VERA, "pupil:9"}
    assert (summary.subjects, summary.whole, summary.imported_by) == ((ALGEBRA, MUSIC), True, "завуч")
    assert (summary.form, summary.period, summary.ends) == (FORM, PERIOD, date(2026, 10, 25))


def test_a_subject_may_be_written_in_by_hand(tmp_path: Path) -> None:
    """One that the school teaches speaks like the printed ones; another is named, and its marks are left out."""
    marks: dict[tuple[str, str], str] = {(ANNA, ALGEBRA): "4", (ANNA, "История"): "5", (ANNA, "Чистописание"): "3"}
    entries = SummaryEntries(marks=marks, extra_subjects=("История", "Чистописание"), whole=True)
    history = subject_id("История")
    taken = typed(tmp_path, entries, frozenset({history}))
    (summary,) = taken.summaries
    assert summary.marks == {(ANNA, ALGEBRA): "4", (ANNA, history): "5"}
    assert (summary.subjects, summary.whole) == ((ALGEBRA, MUSIC, history), True)
    assert [(one.code, one.raw) for one in taken.problems] == [("SUBJECT_NOT_TAUGHT", "Чистописание")]


def test_a_sheet_nobody_touched_brings_nothing(tmp_path: Path) -> None:
    """And a fresh one holds no mark: blind by shape, like a page."""
    assert typed(tmp_path, SummaryEntries()).summaries == []


def test_a_sheet_without_the_answer_yes_is_not_whole(tmp_path: Path) -> None:
    """It is kept, and not compared."""
    (summary,) = typed(tmp_path, SummaryEntries(marks={(ANNA, ALGEBRA): "4"})).summaries
    assert not summary.whole


@pytest.mark.parametrize(
    ("by_hand", "codes"),
    [
        ({"C10": "5"}, ["ENTRY_WITHOUT_NAME", "PAGE_HELD"]),
        ({"C7": "=1+1"}, ["FORMULA", "PAGE_HELD"]),
        ({"E7": "5"}, ["ENTRY_WITHOUT_SUBJECT", "PAGE_HELD"]),
        ({"E6": "алгебра", "E7": "5"}, ["SUBJECT_TWICE", "PAGE_HELD"]),
        ({"Z7": "5"}, ["STRAY_CELL", "PAGE_HELD"]),
        ({"B10": "Азарова Анна"}, ["PUPIL_NOT_LISTED"]),
        ({"C4": "может быть"}, ["ANSWER_BAD"]),
    ],
)
def test_what_cannot_be_taken_holds_the_sheet(tmp_path: Path, by_hand: dict[str, str], codes: list[str]) -> None:
    """A mark beside no name, a formula, a cell outside; a stranger alone holds nothing."""
    taken = typed(tmp_path, SummaryEntries(marks={(ANNA, ALGEBRA): "4"}, whole=True), **by_hand)
    assert [one.code for one in taken.problems] == codes
    assert [one.whole for one in taken.summaries] == [codes == ["PUPIL_NOT_LISTED"]]


def test_a_moved_sheet_is_refused(tmp_path: Path) -> None:
    """A subject's heading that is not where it was printed: whose marks these are nobody knows."""
    taken = typed(tmp_path, SummaryEntries(marks={(ANNA, ALGEBRA): "4"}, whole=True), C6="Физика")
    assert ([one.code for one in taken.problems], taken.summaries) == (["LABEL_CHANGED", "PAGE_MOVED"], [])


def test_the_sheet_has_a_place_for_each_pupil_and_subject() -> None:
    """Three pupils and three spare rows, two subjects and three spare columns."""
    places = [place for place in lay_out_summary(SHEET).slots.values() if place[0] is Slot.FINAL]
    assert len(places) == 6 * 5
    with pytest.raises(ValueError, match="no x"):
        typed_summary(lay_out_summary(SHEET), SummaryEntries(marks={("x", ALGEBRA): "4"}))


def test_a_forms_sheets_hold_the_pupils_and_subjects_of_its_pages() -> None:
    """Each once, in the order of a list; the year's marks stand at 31 August, where no period can end."""
    quarter = GradingPeriod(
        sourced_id=PERIOD, calendar=calendar_id(2026, "quarter"), name="1 четверть", number=1, starts=STARTS, ends=ENDS
    )
    pages = [page(pupils=PUPILS[1:]), page(MUSIC, "Музыка", pupils=PUPILS[::-1])]
    first, year = summary_sheets(pages, FORM, "7Б", [quarter, year_period([quarter], "Год")])
    assert first.pupils == year.pupils == PUPILS
    assert first.subjects == ((ALGEBRA, "Алгебра"), (MUSIC, "Музыка"))
    assert (year.period_label, year.starts, year.ends) == ("Год", STARTS, date(2027, 8, 31))
    assert year.period != first.period


@pytest.mark.parametrize(
    ("code", "why", "differs"),
    [
        ("SPREAD_MISMATCH", "spread_dates", True),
        ("FINAL_DIFF", "three_way:4|5|4", True),
        ("FINAL_DIFF", "three_way:4|4|5", False),
        ("FINAL_DIFF", "three_way:?|5|4", False),
        ("FINAL_DIFF", "values_differ", False),
        ("MARK_DIFF", "values_differ", False),
    ],
)
def test_where_paper_says_two_things(code: str, why: str, differs: bool) -> None:
    """Then paper cannot be decided right."""
    assert paper_differs({"code": code, "why": why}) is differs
