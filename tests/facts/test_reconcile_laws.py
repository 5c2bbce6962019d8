"""What holds of the check for any two registers (hypothesis), and how fast it is."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from register_side import (
    FORM,
    MONDAY,
    PAGES,
    PERSONS,
    PUPILS,
    Side,
    check,
    diary_frame,
    final,
    full_side,
    key,
    members,
    paper_frame,
)

from gateway.register.context import Context
from gateway.register.cut import cut
from gateway.register.reconcile import assembled, finding_id, judge_pages, judged, reconcile
from gateway.register.values import Code, Finding
from state.identity import SourcedId, form_id, pupil_id, subgroup_id, subject_id
from state.register import EPOCH, PAGE_SHIFT, CellKind, Page, pack, unpack

if TYPE_CHECKING:
    import random

MIRROR = {
    Code.MARK_ONLY_PAPER: Code.MARK_ONLY_DIARY,
    Code.MARK_ONLY_DIARY: Code.MARK_ONLY_PAPER,
    Code.DATE_ONLY_PAPER: Code.DATE_ONLY_DIARY,
    Code.DATE_ONLY_DIARY: Code.DATE_ONLY_PAPER,
}
CELLS = [("5", ""), ("4 5", ""), ("5 4", ""), ("н", ""), ("нп", ""), ("б", ""), ("4 н", ""), ("осв", ""), ("", "5-")]
TEXTS = [("§ 3", ""), ("п. 3", ""), ("Дроби", ""), ("дроби", "")]


@st.composite
def sides(draw: st.DrawFn) -> Side:
    """Any page of three pupils and three days."""
    side: Side = {}
    members(side, tuple(draw(st.sets(st.integers(1, 3)))))
    for offset in draw(st.sets(st.integers(0, 2))):
        day = MONDAY + timedelta(days=offset)
        side[key(day, CellKind.LESSON)] = ("2|", "")
        for person in draw(st.sets(st.integers(1, 3))):
            side[key(day, CellKind.MARKS, person)] = draw(st.sampled_from(CELLS))
        for kind in draw(st.sets(st.sampled_from([CellKind.TOPIC, CellKind.HOMEWORK]))):
            side[key(day, kind)] = draw(st.sampled_from(TEXTS))
    for person in draw(st.sets(st.integers(1, 3))):
        final(side, person, draw(st.sampled_from(["5", "4", "н/а"])))
    return side


GIRLS, BOYS = subgroup_id(FORM, "1", "девочки"), subgroup_id(FORM, "1", "мальчики")
ALL_PAGES = {
    1: PAGES[1],
    2: PAGES[2],
    3: PAGES[3],
    4: Page(group=GIRLS, subject=subject_id("Труд")),
    5: Page(group=BOYS, subject=subject_id("Труд")),
    6: Page(group=GIRLS, subject=SourcedId("")),
}
DIVISIONS = {GIRLS: (FORM, "1"), BOYS: (FORM, "1")}


@st.composite
def schools(draw: st.DrawFn) -> Side:
    """Any register of a form with two subjects and two subgroups, lists of groups among them."""
    whole: Side = {}
    for page in ALL_PAGES:
        one = draw(sides())
        if not ALL_PAGES[page].subject:
            one = {place: cell for place, cell in one.items() if unpack(place)[3] is CellKind.MEMBER}
        whole |= {place + (page - 1 << PAGE_SHIFT): cell for place, cell in one.items()}
    return whole


def _seen(findings: tuple[Finding, ...]) -> list[tuple[Any, ...]]:
    """A lesson at two dates is told at the paper's: there and of its cells the date is left out, the sides have it."""
    moved = {
        day
        for one in findings
        if one.code is Code.DATE_SHIFTED
        for day in (one.paper.partition(" ")[0], one.diary.partition(" ")[0])
    }
    return sorted(
        (one.code, "moved" if str(one.day) in moved else str(one.day), one.nth, str(one.person), one.paper, one.diary)
        for one in findings
    )


@settings(max_examples=60, deadline=None)
@given(sides(), st.sampled_from([0, 1, 5]), st.sets(st.sampled_from(PUPILS), max_size=1))
def test_a_register_equals_itself(side: Side, grade: int, consentless: set[str]) -> None:
    """The same side twice agrees fully; only what is wrong on both sides at once is found."""
    result = check(side, dict(side), grades={FORM: grade}, consentless=frozenset(consentless))
    agreed = {Code.MARK_ON_ABSENT, Code.GRADE1_MARK, Code.ILLEGAL_SYMBOL, Code.NO_CONSENT_IN_DIARY}
    assert {finding.code for finding in result.findings} <= agreed
    illegal = sum(finding.code is Code.ILLEGAL_SYMBOL for finding in result.findings)
    assert result.equal == result.compared - illegal


@settings(max_examples=100, deadline=None)
@given(sides(), sides())
def test_swapping_the_sides_mirrors_the_findings(ours: Side, theirs: Side) -> None:
    """The check favours no side: the same cells, the same gravity, codes and values mirrored."""
    one, other = check(ours, theirs), check(theirs, ours)
    assert (one.compared, one.equal) == (other.compared, other.equal)
    mirrored = [
        (MIRROR.get(Code(code), code), *place, right, left) for code, *place, left, right in _seen(other.findings)
    ]
    assert sorted(mirrored, key=str) == sorted(_seen(one.findings), key=str)


@settings(max_examples=40, deadline=None)
@given(sides(), sides(), st.randoms(use_true_random=False))
def test_the_order_of_cells_does_not_matter(ours: Side, theirs: Side, chance: random.Random) -> None:
    """Shuffled frames give the same result, and a second run the same finding ids."""

    def shuffled(side: Side) -> Side:
        rows = list(side.items())
        chance.shuffle(rows)
        return dict(rows)

    assert check(shuffled(ours), shuffled(theirs)) == check(ours, theirs)


@settings(max_examples=60, deadline=None)
@given(sides(), sides())
def test_every_cell_that_differs_is_explained(ours: Side, theirs: Side) -> None:
    """No difference goes unsaid: without findings everything is equal; ids are unique; no more findings than causes."""
    result = check(ours, theirs)
    if not result.findings:
        assert result.equal == result.compared
    assert len({finding.finding_id for finding in result.findings}) == len(result.findings)
    assert result.equal <= result.compared


@settings(max_examples=150, deadline=None)
@given(sides(), sides(), st.sampled_from([0, 1]), st.sets(st.sampled_from(PUPILS), max_size=1))
def test_looking_at_every_column_finds_nothing_more(
    ours: Side, theirs: Side, grade: int, consentless: set[str]
) -> None:
    """What the check does not look at closely is truly nothing but equal cells."""
    context = Context(pages=PAGES, persons=PERSONS, consentless=frozenset(consentless), grades={FORM: grade})
    outside = [number for number, person in PERSONS.items() if person in consentless]
    quick = cut(paper_frame(ours), diary_frame(theirs), context, outside)
    assert judged(quick, context, outside) == judged(quick.widened(sorted(quick.agreed())), context, outside)


@settings(max_examples=150, deadline=None)
@given(schools(), schools(), st.sets(st.sampled_from(sorted(ALL_PAGES))), st.sets(st.sampled_from(PUPILS), max_size=1))
def test_pages_judged_apart_say_what_they_say_together(
    ours: Side, theirs: Side, some: set[int], consentless: set[str]
) -> None:
    """A page's verdict depends on no other page: so that it holds until something of its own changes."""
    context = Context(
        pages=ALL_PAGES, persons=PERSONS, consentless=frozenset(consentless), grades={FORM: 5}, divisions=DIVISIONS
    )

    def part(side: Side, pages: set[int]) -> Side:
        return {place: cell for place, cell in side.items() if unpack(place)[0] in pages}

    apart = [
        verdict
        for pages in (some, ALL_PAGES.keys() - some)
        for verdict in judge_pages(paper_frame(part(ours, pages)), diary_frame(part(theirs, pages)), context)
    ]
    assert assembled(apart, context) == reconcile(paper_frame(ours), diary_frame(theirs), context)


def test_a_finding_id_depends_on_the_cause_alone() -> None:
    """The id of the same cause stays; each part of the cause changes it."""
    page = PAGES[1]
    base = finding_id(Code.MARK_DIFF, page, MONDAY, 1, PUPILS[0])
    others = {
        finding_id(Code.MARK_ONLY_PAPER, page, MONDAY, 1, PUPILS[0]),
        finding_id(Code.MARK_DIFF, PAGES[3], MONDAY, 1, PUPILS[0]),
        finding_id(Code.MARK_DIFF, page, MONDAY + timedelta(days=1), 1, PUPILS[0]),
        finding_id(Code.MARK_DIFF, page, MONDAY, 2, PUPILS[0]),
        finding_id(Code.MARK_DIFF, page, MONDAY, 1, PUPILS[1]),
        finding_id(Code.MARK_DIFF, page, None, 1, PUPILS[0]),
    }
    assert len(others | {base}) == 7
    paper, diary = full_side(), full_side()
    diary[key(MONDAY, CellKind.MARKS, 1)] = ("4", "")
    first = check(paper, diary).findings[0].finding_id
    diary[key(MONDAY, CellKind.MARKS, 1)] = ("3", "")
    assert check(paper, diary).findings[0].finding_id == first == base


def test_six_hundred_thousand_cells_take_seconds() -> None:
    """A large school's quarter is checked in a few seconds: no Python runs per equal cell."""
    pages = {n: Page(group=form_id(2026, f"{n // 15}а"), subject=subject_id(str(n % 15))) for n in range(1, 601)}
    persons = {n: pupil_id(str(n)) for n in range(1, 1001)}
    keys: list[int] = []
    for n in pages:
        pupils = [n // 15 * 25 % 975 + seat for seat in range(1, 26)]
        keys += [pack(n, EPOCH, 0, CellKind.MEMBER, person) for person in pupils]
        for step in range(40):
            bases = [pack(n, MONDAY + timedelta(days=step), 1, kind, 0) for kind in (CellKind.LESSON, CellKind.MARKS)]
            keys += [bases[0], *(bases[1] + person for person in pupils)]
    frame = pl.DataFrame({"key": keys}).with_columns(value=pl.lit("5"), raw=pl.lit(""))
    diary = frame.with_columns(value=pl.when(pl.col("key") % 997 == 0).then(pl.lit("4")).otherwise("value"))
    started = time.perf_counter()
    result = reconcile(frame, diary, Context(pages=pages, persons=persons))
    assert time.perf_counter() - started < 8
    assert result.compared == 600_000
    assert result.compared - result.equal == len(result.findings) > 300


def test_an_empty_pair_of_sides_is_no_error() -> None:
    """Nothing transcribed: no pages, nothing compared."""
    result = reconcile(paper_frame({}), diary_frame({}), Context(pages={}, persons=PERSONS))
    assert (result.pages, result.agreement) == ((), None)
