"""What the check finds when one thing differs between the paper register and the diary."""

from __future__ import annotations

import polars as pl
import pytest
from register_side import (
    FORM,
    LAST,
    LIST,
    MONDAY,
    PAGE,
    PERSONS,
    PUPILS,
    TUESDAY,
    check,
    column,
    diary_frame,
    final,
    found,
    full_side,
    key,
    members,
    only,
    paper_frame,
)

from gateway.register.context import Context
from gateway.register.reconcile import reconcile
from gateway.register.values import Code, Level, Severity
from state.register import EPOCH, CellKind


def test_identical_sides_match_fully() -> None:
    """Two equal registers give no finding, every cell equal, and pages that say so (R001)."""
    result = check(full_side(), full_side())
    assert (result.compared, result.equal, result.findings) == (11, 11, ())
    assert result.agreement == 100
    assert all(page.full_match for page in result.pages)


def test_nothing_on_both_sides_has_no_agreement() -> None:
    """Blank against blank is not a compared cell, so there is no percentage of nothing."""
    side = {}
    members(side)
    column(side, MONDAY, {1: "", 2: ""})
    result = check(side, dict(side))
    assert (result.compared, result.agreement, len(result.pages)) == (0, None, 1)


CELL_CASES = [
    ("5", "4", Code.MARK_DIFF, Severity.HIGH, "values_differ"),
    ("4 5", "5 4", Code.MARK_DIFF, Severity.LOW, "order_differs"),
    ("4 5", "4", Code.MARK_DIFF, Severity.HIGH, "values_differ"),
    ("5", "зач", Code.MARK_DIFF, Severity.HIGH, "values_differ"),
    ("5", "", Code.MARK_ONLY_PAPER, Severity.HIGH, "only_paper"),
    ("", "5", Code.MARK_ONLY_DIARY, Severity.HIGH, "only_diary"),
    ("н", "", Code.ABSENCE_DIFF, Severity.HIGH, "absent_on_paper"),
    ("", "уп", Code.ABSENCE_DIFF, Severity.HIGH, "absent_in_diary"),
    ("н", "5", Code.ABSENCE_DIFF, Severity.HIGH, "absent_on_paper"),
    ("осв", "б", Code.ABSENCE_DIFF, Severity.HIGH, "absent_in_diary"),
    ("н", "уп", Code.ABSENCE_REASON_DIFF, Severity.MEDIUM, "reason_differs"),
    ("нп", "б", Code.ABSENCE_REASON_DIFF, Severity.MEDIUM, "reason_differs"),
    ("5", "5 оп", Code.ABSENCE_REASON_DIFF, Severity.MEDIUM, "late_one_sided"),
    ("оп", "н", Code.ABSENCE_DIFF, Severity.HIGH, "absent_in_diary"),
    ("4 н", "4 н", Code.MARK_ON_ABSENT, Severity.REVIEW, "sides_agree"),
    ("4 н", "н", Code.MARK_ON_ABSENT, Severity.REVIEW, "sides_differ"),
    ("н", "4 б", Code.MARK_ON_ABSENT, Severity.REVIEW, "sides_differ"),
]


@pytest.mark.parametrize(("paper_value", "diary_value", "code", "severity", "why"), CELL_CASES)
def test_one_cell_gets_one_verdict(
    paper_value: str, diary_value: str, code: Code, severity: Severity, why: str
) -> None:
    """Each kind of difference in one cell is exactly one finding with its code, gravity and reason."""
    paper, diary = full_side(), full_side()
    paper[key(TUESDAY, CellKind.MARKS, 2)] = (paper_value, "")
    diary[key(TUESDAY, CellKind.MARKS, 2)] = (diary_value, "")
    finding = only(check(paper, diary))
    assert (finding.code, finding.severity, finding.why) == (code, severity, why)
    assert (finding.page, finding.day, finding.nth, finding.person) == (PAGE, TUESDAY, 1, PUPILS[1])
    assert (finding.paper, finding.diary, finding.level, finding.lesson) == (paper_value, diary_value, Level.CELL, "3")


@pytest.mark.parametrize(("paper_value", "diary_value"), [("нп", "н"), ("н", "нп"), ("4 оп", "4 оп")])
def test_what_only_the_vocabularies_tell_apart_is_equal(paper_value: str, diary_value: str) -> None:
    """The diary has no НП, so paper «нп» is its «н»; a mark of a late pupil is fine."""
    paper, diary = full_side(), full_side()
    paper[key(TUESDAY, CellKind.MARKS, 2)] = (paper_value, "")
    diary[key(TUESDAY, CellKind.MARKS, 2)] = (diary_value, "")
    result = check(paper, diary)
    assert result.findings == ()
    assert result.equal == result.compared == 12


def test_a_cell_both_sides_agree_on_counts_as_equal_even_when_it_needs_a_decision() -> None:
    """Mark beside absence on both sides: a finding for review, yet the sides do say the same."""
    paper, diary = full_side(), full_side()
    for side in (paper, diary):
        side[key(TUESDAY, CellKind.MARKS, 2)] = ("4 н", "")
    result = check(paper, diary)
    assert (result.compared, result.equal, len(result.findings)) == (12, 12, 1)


@pytest.mark.parametrize("diary_value", ["", "5", "н"])
def test_an_illegal_symbol_explains_its_cell_alone(diary_value: str) -> None:
    """«5-» on paper is one ILLEGAL_SYMBOL with the raw text, whatever the diary has; the cell is not equal."""
    paper, diary = full_side(), full_side()
    paper[key(TUESDAY, CellKind.MARKS, 2)] = ("", "5-")
    diary[key(TUESDAY, CellKind.MARKS, 2)] = (diary_value, "")
    result = check(paper, diary)
    finding = only(result)
    assert (finding.code, finding.paper, finding.diary) == (Code.ILLEGAL_SYMBOL, "5-", diary_value)
    assert (result.compared, result.equal) == (12, 11)


def test_an_illegal_symbol_of_the_diary_is_found_too() -> None:
    """A point in the diary is as illegal as on paper, even where paper has the same."""
    paper, diary = full_side(), full_side()
    for side in (paper, diary):
        side[key(TUESDAY, CellKind.MARKS, 2)] = ("", "·")
    assert only(check(paper, diary)).code is Code.ILLEGAL_SYMBOL


def test_a_different_way_of_writing_a_legal_token_is_no_finding() -> None:
    """Raw «H» (Latin) with the canonical value «н» equals «н»."""
    paper, diary = full_side(), full_side()
    paper[key(MONDAY, CellKind.MARKS, 2)] = ("н", "H")
    assert check(paper, diary).findings == ()


def test_a_period_mark_that_differs_is_critical() -> None:
    """Any difference of a final mark is FINAL_DIFF, one-sided or not."""
    for value, why in (("5", "values_differ"), ("", "only_paper")):
        paper, diary = full_side(), full_side()
        final(diary, 1, value)
        finding = only(check(paper, diary))
        assert (finding.code, finding.severity, finding.why) == (Code.FINAL_DIFF, Severity.CRITICAL, why)
        assert (finding.day, finding.nth) == (LAST, 0)


@pytest.mark.parametrize(
    ("paper_text", "diary_text"),
    [
        ("Степень числа", "степень  числа."),
        ("Объём тел", "объем тел"),
        ("§ 12, № 3", "п. 12 №3"),
        ("стр. 45, упр. 7", "с.45; упражнение 7"),
        ("параграф 8", "§8"),
        ("§ 3 – 5", "п.3-5"),
    ],
)
def test_texts_that_differ_in_writing_only_are_equal(paper_text: str, diary_text: str) -> None:
    """Case, ё, punctuation, «§»/«п.»/«стр.» and spaces do not make a difference."""
    paper, diary = full_side(), full_side()
    paper[key(TUESDAY, CellKind.HOMEWORK)] = (paper_text, "")
    diary[key(TUESDAY, CellKind.HOMEWORK)] = (diary_text, "")
    result = check(paper, diary)
    assert (result.findings, result.equal) == ((), result.compared)


@pytest.mark.parametrize(("kind", "code"), [(CellKind.TOPIC, Code.TOPIC_DIFF), (CellKind.HOMEWORK, Code.HOMEWORK_DIFF)])
def test_texts_that_say_different_things_are_found_with_their_similarity(kind: CellKind, code: Code) -> None:
    """A topic or homework that differs is one finding under its code; one that a side lacks has a code of its own."""
    paper, diary = full_side(), full_side()
    paper[key(MONDAY, kind)] = ("Степень числа, § 3-5", "")
    diary[key(MONDAY, kind)] = ("Степень чисел, § 3-5", "")
    close = only(check(paper, diary))
    assert (close.code, close.why, close.severity) == (code, "similarity:0.95", Severity.LOW)
    diary[key(MONDAY, kind)] = ("Степень числа, § 3, 5", "")
    assert only(check(paper, diary)).severity is Severity.MEDIUM, "another range is another homework"
    diary[key(MONDAY, kind)] = ("Повторение", "")
    assert only(check(paper, diary)).severity is Severity.MEDIUM
    del diary[key(MONDAY, kind)]
    blank = only(check(paper, diary))
    missing = Code.TOPIC_MISSING if kind is CellKind.TOPIC else Code.HOMEWORK_MISSING
    assert (blank.code, blank.diary, blank.why) == (missing, "", "only_paper")


def test_a_lesson_on_paper_only_is_one_finding_not_one_per_pupil() -> None:
    """The column explains its marks, topic and homework; they still count as compared and not equal."""
    paper, diary = full_side(), full_side()
    day = MONDAY.replace(day=14)
    column(paper, day, {1: "5", 2: "4 н", 3: ""}, topic="Многочлен", homework="§ 5")
    finding, result = only(check(paper, diary)), check(paper, diary)
    assert (finding.code, finding.level, finding.day, finding.person) == (
        Code.DATE_ONLY_PAPER, Level.LESSON, day, None,
    )  # fmt: skip
    assert (finding.paper, finding.diary, finding.why, finding.lesson) == ("Многочлен", "", "entries:4", "3")
    assert (result.compared, result.equal) == (15, 11)
    assert found(diary, paper) == ["DATE_ONLY_DIARY"]


def test_a_lesson_the_other_side_did_not_keep_is_one_finding_too() -> None:
    """The date stands on both sides, but one of them has no entry at all under it: the column explains its cells."""
    paper, diary = full_side(), full_side()
    day = MONDAY.replace(day=14)
    column(paper, day, {1: "5", 2: "4"}, topic="Многочлен")
    column(diary, day, {})
    finding = only(check(paper, diary))
    assert (finding.code, finding.day, finding.why) == (Code.DATE_ONLY_PAPER, day, "not_kept:3")
    assert found(diary, paper) == ["DATE_ONLY_DIARY"]


def test_a_single_entry_the_other_side_lacks_is_its_own_finding() -> None:
    """Where the whole column is one mark, that mark is what is missing."""
    paper, diary = full_side(), full_side()
    column(paper, MONDAY.replace(day=14), {1: "5"})
    column(diary, MONDAY.replace(day=14), {})
    assert found(paper, diary) == ["MARK_ONLY_PAPER"]


def test_marks_of_pupils_without_consent_do_not_make_a_lesson_one_sided() -> None:
    """A lesson at which only they were asked is blank in the diary by right."""
    paper, diary = full_side(), full_side()
    column(paper, MONDAY.replace(day=14), {2: "5", 3: "4"})
    column(diary, MONDAY.replace(day=14), {})
    for pupil in (2, 3):
        diary = {cell: said for cell, said in diary.items() if cell % (1 << 22) != pupil}
    assert found(paper, diary, consentless=frozenset(PUPILS[1:])) == []


def test_lessons_still_to_come_are_no_finding() -> None:
    """A timetable stands in the diary for weeks ahead: blank columns after the last filled one are not compared."""
    paper, diary = full_side(), full_side()
    column(diary, TUESDAY.replace(day=21), {})
    assert found(paper, diary) == []


def test_a_blank_column_among_filled_ones_is_found() -> None:
    """A date the diary has between two held lessons, and paper has not, is a missing column."""
    paper, diary = full_side(), full_side()
    column(diary, TUESDAY, {}, page=3)
    column(diary, MONDAY, {}, page=3)
    column(paper, TUESDAY, {1: "5"}, page=3)
    column(diary, TUESDAY, {1: "5"}, page=3)
    for side in (paper, diary):
        members(side, page=3)
    finding = only(check(paper, diary))
    assert (finding.code, finding.why) == (Code.DATE_ONLY_DIARY, "entries:0")


def test_a_pupil_on_one_list_only_explains_all_his_cells() -> None:
    """One ROSTER_DIFF on the group's list page, however many cells and pages of the group he is missing from."""
    paper, diary = full_side(), full_side()
    for side in (paper, diary):
        column(side, MONDAY, {1: "5"}, page=3)
        members(side, page=3)
    for page in (1, 3):
        del diary[key(EPOCH, CellKind.MEMBER, 3, nth=0, page=page)]
    del diary[key(MONDAY, CellKind.MARKS, 3)]
    paper[key(MONDAY, CellKind.MARKS, 3, page=3)] = ("2", "")
    result = check(paper, diary)
    finding = only(result)
    assert (finding.code, finding.level, finding.page, finding.person) == (
        Code.ROSTER_DIFF, Level.PUPIL, LIST, PUPILS[2],
    )  # fmt: skip
    assert (finding.paper, finding.diary, finding.why) == ("+", "", "only_paper")
    assert (result.compared, result.equal) == (13, 11)
    assert found(diary, paper) == ["ROSTER_DIFF"]


def test_a_pupil_without_consent_is_expected_on_paper_only() -> None:
    """His cells are left out of the figure and nothing is found."""
    paper, diary = full_side(), full_side()
    del diary[key(EPOCH, CellKind.MEMBER, 3, nth=0)]
    del diary[key(MONDAY, CellKind.MARKS, 3)]
    del diary[key(TUESDAY, CellKind.MARKS, 3)]
    result = check(paper, diary, consentless=frozenset({PUPILS[2]}))
    assert (result.findings, result.compared, result.equal, result.left_out) == ((), 9, 9, 2)


def test_a_pupil_without_consent_in_the_diary_is_critical() -> None:
    """On the diary's list, paper or not: one critical finding, and no ROSTER_DIFF or marks beside it."""
    paper, diary = full_side(), full_side()
    diary[key(MONDAY, CellKind.MARKS, 3)] = ("2", "")
    del paper[key(EPOCH, CellKind.MEMBER, 3, nth=0)]
    finding = only(check(paper, diary, consentless=frozenset({PUPILS[2]})))
    assert (finding.code, finding.severity, finding.page, finding.person) == (
        Code.NO_CONSENT_IN_DIARY, Severity.CRITICAL, LIST, PUPILS[2],
    )  # fmt: skip


def test_a_consent_is_checked_on_lists_without_a_paper_page_too() -> None:
    """The list page of a group tells it, whether or not any subject page was transcribed."""
    diary = {}
    members(diary, page=2)
    result = check({}, diary, consentless=frozenset({PUPILS[0]}))
    assert only(result).code is Code.NO_CONSENT_IN_DIARY
    assert result.compared == 0


def test_marks_in_grade_one_are_found_even_when_both_sides_agree() -> None:
    """In grade 1 no marks are given; an absence there is ordinary."""
    paper, diary = {}, {}
    for side in (paper, diary):
        members(side)
        column(side, MONDAY, {1: "5", 2: "н"}, topic="Буква А")
    diary[key(MONDAY, CellKind.MARKS, 3)] = ("4", "")
    assert found(paper, diary, grades={FORM: 1}) == ["GRADE1_MARK", "GRADE1_MARK"]
    assert found(paper, diary, grades={FORM: 2}) == ["MARK_ONLY_DIARY"]


def test_the_second_lesson_of_a_day_is_compared_with_the_second() -> None:
    """Two lessons of one subject on a day are two columns."""
    paper, diary = full_side(), full_side()
    for side, mark in ((paper, "3"), (diary, "4")):
        side[key(MONDAY, CellKind.LESSON, nth=2)] = ("4|", "")
        side[key(MONDAY, CellKind.MARKS, 1, nth=2)] = (mark, "")
    finding = only(check(paper, diary))
    assert (finding.day, finding.nth, finding.lesson) == (MONDAY, 2, "4")


def test_a_key_given_twice_is_refused() -> None:
    """Sides with a repeated cell would be counted twice, so they are not compared at all."""
    paper = paper_frame(full_side())
    context = Context(pages={1: PAGE}, persons=PERSONS)
    with pytest.raises(ValueError, match="twice"):
        reconcile(pl.concat([paper, paper]), diary_frame(full_side()), context)
