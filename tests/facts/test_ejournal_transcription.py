"""The report of an electronic register as pages of a form: whose entries, on which page, and what it cannot show."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_pages import ALGEBRA, ANNA, BORIS, ENDS, FORM, MUSIC, PERIOD, PUPILS, STARTS, VERA, page

from connectors.paper.ejournal import read_ejournal
from connectors.paper.wire import EjournalCell, EjournalPupil, EjournalReport, EjournalSubject
from connectors.sources.wire import Flaw
from mappings.names import normalise_name
from mappings.paper.ejournal import tally
from mappings.paper.ejournal_pages import report_pages
from mappings.problems import problem_text
from mappings.vocabulary import canonical
from state.identity import pupil_id, subgroup_id
from state.register import EPOCH, CellKind

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.wire import TemplatePage
    from mappings.paper.pages import PageCells
    from state.local import Problem

SAMPLE = "register-xlsx/otchet_uspevaemost_poseshchaemost_ves_klass.anon.xlsx"
LEGEND = {"Н": "Неуважительная", "О": "Опоздание", "Б": "Болезнь", "У": "Уважительная"}
ROSTER = {normalise_name(name): key for key, name in PUPILS}
DAY, LATER = date(2026, 9, 4), date(2026, 10, 5)
GIRLS, BOYS = subgroup_id(FORM, "1", "девочки"), subgroup_id(FORM, "1", "мальчики")
CRAFT = "subject:труд"
_PLACES = count(1)
WHOLE_FORM = (page(), page(MUSIC, "Музыка"))
HALVES = (
    page(CRAFT, "Труд", group=GIRLS, group_label="7Б · девочки", pupils=(PUPILS[0], PUPILS[2]), columns=((DAY, 1),)),
    page(CRAFT, "Труд", group=BOYS, group_label="7Б · мальчики", pupils=(PUPILS[1],), columns=((LATER, 1),)),
)


def _subject(name: str, *cells: tuple[date, int, str], final: str = "") -> EjournalSubject:
    return EjournalSubject(
        name=name,
        cells=tuple(
            EjournalCell(day=day, ordinal=nth, raw=raw, place=f"r!A{next(_PLACES)}") for day, nth, raw in cells
        ),
        average=None,
        weighted=None,
        final=final,
        final_place="r!Z9",
    )


def _report(*pupils: tuple[str, tuple[EjournalSubject, ...]], **changes: object) -> EjournalReport:
    values: dict[str, object] = {
        "source": "r",
        "sha256": "00",
        "school_year": 2026,
        "form": "7Б",
        "starts": STARTS,
        "ends": ENDS,
        "pupils": tuple(
            EjournalPupil(name=name, place=f"r!{number}", subjects=subjects)
            for number, (name, subjects) in enumerate(pupils)
        ),
        "legend": LEGEND,
        "accounting": {},
        "height": 1,
        "width": 1,
    }
    return EjournalReport(**{**values, **changes})  # type: ignore[arg-type]


def _all(*subjects: EjournalSubject) -> tuple[tuple[str, tuple[EjournalSubject, ...]], ...]:
    """Anna has these; Boris and Vera have rows without entries."""
    rows = tuple(_subject(one.name) for one in subjects)
    return ("Азарова Анна", subjects), ("Быков Борис", rows), ("Елкина Вера", rows)


def _pages(
    report: EjournalReport,
    printed: tuple[TemplatePage, ...] = WHOLE_FORM,
    roster: dict[str, str] | None = None,
    *,
    finals: bool = True,
) -> tuple[tuple[PageCells, ...], tuple[Problem, ...]]:
    known = ROSTER if roster is None else roster
    return report_pages(report, printed, FORM, known, finals=finals, by="завуч")  # type: ignore[arg-type]


def _marks(cells: PageCells) -> dict[tuple[object, date, int], str]:
    return {(one.person, one.day, one.nth): one.value for one in cells.cells if one.kind is CellKind.MARKS}


def _codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


# --- entries ----------------------------------------------------------------------------------------------------------


def test_entries_become_cells_by_the_reports_own_legend() -> None:
    """Two marks of one lesson, a mark with an absence in any order, a repeated letter, two lessons of one day."""
    algebra = _subject("Алгебра", (DAY, 1, "О 2"), (DAY, 2, "3/3"), (LATER, 1, "Н Н"), (STARTS, 1, "5 Н"), final="4")
    ((cells,), problems) = _pages(_report(*_all(algebra)))
    assert (problems, cells.whole, cells.by) == ((), True, "завуч")
    assert (cells.page.group, cells.page.subject, cells.period) == (FORM, ALGEBRA, PERIOD)
    assert _marks(cells) == {
        (ANNA, DAY, 1): "2 оп",
        (ANNA, DAY, 2): "3 3",
        (ANNA, LATER, 1): "нп",
        (ANNA, STARTS, 1): "5 нп",
    }
    assert [(one.person, one.day, one.value) for one in cells.cells if one.kind is CellKind.FINAL] == [
        (ANNA, ENDS, "4")
    ]
    assert {one.raw for one in cells.cells} == {""}


def test_what_the_report_cannot_show_is_silent() -> None:
    """Topics, homework, lessons without an entry; a lesson with one is there, and so is the form's list."""
    ((cells,), _) = _pages(_report(*_all(_subject("Алгебра", (DAY, 2, "5")))))
    assert cells.silent == {CellKind.LESSON, CellKind.TOPIC, CellKind.HOMEWORK}
    assert [(one.day, one.nth) for one in cells.cells if one.kind is CellKind.LESSON] == [(DAY, 2)]
    assert {one.person for one in cells.cells if one.kind is CellKind.MEMBER} == {ANNA, BORIS, VERA}


def test_a_sign_outside_the_vocabulary_stands_as_it_is() -> None:
    """As on a typed page: named here, and told by the check as no legal sign."""
    algebra = _subject("Алгебра", (DAY, 1, "5-"), (DAY, 2, "О Н"), (LATER, 1, "0"), final="5+")
    ((cells,), problems) = _pages(_report(*_all(algebra)))
    said = {(one.day, one.nth): (one.value, one.raw) for one in cells.cells if one.person == ANNA and one.raw}
    assert said == {(DAY, 1): ("", "5-"), (DAY, 2): ("оп", "оп нп"), (LATER, 1): ("", "0"), (ENDS, 0): ("", "5+")}
    assert [one.code for one in problems] == ["ENTRY_UNKNOWN"] * 4
    assert all(canonical(raw).illegal for _, raw in said.values())
    assert cells.whole


def test_an_absence_that_the_legend_lacks_holds_its_page_only() -> None:
    """By the vocabulary it would be read as an absence, which the report never said; the other subject is whole."""
    legend = {"Б": "Болезнь"}
    report = _report(*_all(_subject("Алгебра", (DAY, 1, "Н")), _subject("Музыка", (DAY, 1, "Б"))), legend=legend)
    ((algebra, music), problems) = _pages(report)
    assert (algebra.whole, _marks(algebra), music.whole) == (False, {}, True)
    assert _codes(problems) == ["ENTRY_UNKNOWN", "PAGE_HELD"]


def test_a_letter_that_nobody_explained_stops_everything() -> None:
    """«О» may be late or exempt: without the legend no entry is read."""
    pages, problems = _pages(_report(*_all(_subject("Алгебра", (DAY, 1, "О"))), legend={"О": "Освобождён"}))
    assert (pages, _codes(problems)) == ((), ["LEGEND_UNKNOWN"])


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(range(3)), st.sampled_from((STARTS, DAY, LATER)), st.integers(1, 3)),
        st.sampled_from(["5", "3/3", "О 2", "Н Н", "2  3", "У", "·", "осв"]),
    )
)
def test_no_entry_is_lost_and_none_is_made(entries: dict[tuple[int, date, int], str]) -> None:
    """Each entry is a cell of its own pupil, day and lesson; each sign that is none is named besides."""
    blocks = [
        (name, (_subject("Алгебра", *((day, nth, raw) for (who, day, nth), raw in entries.items() if who == row)),))
        for row, (_, name) in enumerate(PUPILS)
    ]
    ((cells,), problems) = _pages(_report(*blocks))
    assert set(_marks(cells)) == {(PUPILS[who][0], day, nth) for who, day, nth in entries}
    assert sum(raw == "·" for raw in entries.values()) == _codes(problems).count("ENTRY_UNKNOWN")


# --- whose ------------------------------------------------------------------------------------------------------------


def test_a_stranger_holds_every_page() -> None:
    """Whose block that is nobody knows: it may be any pupil of the form."""
    rows = *_all(_subject("Алгебра", (DAY, 1, "5"))), ("Чужой Тимур", (_subject("Музыка", (DAY, 1, "2")),))
    pages, problems = _pages(_report(*rows))
    assert [one.whole for one in pages] == [False]
    assert _codes(problems) == ["EJOURNAL_PUPIL_UNKNOWN", "PAGE_HELD"]
    assert problems[0].raw == "Чужой Тимур"


def test_a_name_that_two_pupils_share_is_a_stranger() -> None:
    """The roster leaves such a name out; the full name with the patronymic tells them apart."""
    roster = {**ROSTER}
    del roster[normalise_name("Азарова Анна")]
    pages, problems = _pages(_report(*_all(_subject("Алгебра", (DAY, 1, "5")))), roster=roster)
    assert _codes(problems)[0] == "EJOURNAL_PUPIL_UNKNOWN"
    assert not pages[0].whole
    full = {**roster, normalise_name("Азарова Анна Ивановна"): ANNA}
    rows = ("Азарова Анна Ивановна", (_subject("Алгебра", (DAY, 1, "5")),))
    assert _codes(_pages(_report(rows), roster=full)[1]) == []  # type: ignore[arg-type]


def test_a_pupil_with_two_blocks_is_named() -> None:
    """The second block is not read."""
    rows = (*_all(_subject("Алгебра", (DAY, 1, "5"))), ("АЗАРОВА АННА", (_subject("Алгебра", (DAY, 1, "2")),)))
    pages, problems = _pages(_report(*rows))
    assert _codes(problems) == ["PUPIL_TWICE", "PAGE_HELD"]
    assert _marks(pages[0]) == {(ANNA, DAY, 1): "5"}


# --- which page -------------------------------------------------------------------------------------------------------


def test_subgroups_get_their_own_pupils() -> None:
    """A subgroup's list is silent but for those with an entry."""
    rows = (
        ("Азарова Анна", (_subject("Труд", (DAY, 1, "5")),)),
        ("Быков Борис", (_subject("Труд", (LATER, 1, "4"), final="4"),)),
        ("Елкина Вера", (_subject("Труд"),)),
    )
    ((girls, boys), problems) = _pages(_report(*rows), HALVES)
    assert problems == ()
    assert (girls.page.group, boys.page.group) == (GIRLS, BOYS)
    assert (_marks(girls), _marks(boys)) == ({(ANNA, DAY, 1): "5"}, {(BORIS, LATER, 1): "4"})
    assert all(CellKind.MEMBER in one.silent and one.whole for one in (girls, boys))
    assert {one.person for one in girls.cells if one.kind is CellKind.MEMBER} == {ANNA}


def test_a_pupil_without_a_subgroup_holds_both_pages() -> None:
    """The entry may belong to either."""
    nobody = tuple(replace(one, pupils=()) for one in HALVES)
    pages, problems = _pages(_report(*_all(_subject("Труд", (DAY, 1, "5")))), nobody)
    assert [one.whole for one in pages] == [False, False]
    assert Counter(_codes(problems)) == {"EJOURNAL_NO_GROUP": 1, "PAGE_HELD": 2}


def test_where_two_pages_fit_the_timetable_tells() -> None:
    """Whole-form hours and subgroup hours of one subject stand on two pages; on a day of both nobody can tell."""
    form_hours = page(CRAFT, "Труд", columns=((LATER, 1), (STARTS, 1)))
    girls = replace(HALVES[0], columns=((DAY, 1), (STARTS, 1)))
    report = _report(*_all(_subject("Труд", (DAY, 1, "5"), (LATER, 1, "4"))))
    (whole, half), problems = _pages(report, (form_hours, girls))
    assert problems == ()
    assert (_marks(whole), _marks(half)) == ({(ANNA, LATER, 1): "4"}, {(ANNA, DAY, 1): "5"})
    both = _pages(_report(*_all(_subject("Труд", (STARTS, 1, "5")))), (form_hours, girls))[1]
    assert Counter(_codes(both)) == {"EJOURNAL_NO_GROUP": 1, "PAGE_HELD": 2}


def test_a_subject_that_the_form_has_not_is_named_once_and_holds_nothing() -> None:
    """However many pupils have entries in it; its rows without any are nothing to speak of."""
    anna, boris, vera = _all(_subject("Алгебра", (DAY, 1, "5")), _subject("Алхимия", (DAY, 1, "4")), _subject("Пустое"))
    boris = boris[0], (*boris[1], _subject("алхимия ", final="5"))
    pages, problems = _pages(_report(anna, boris, vera))
    assert [(one.code, one.raw, one.blocks) for one in problems] == [("EJOURNAL_SUBJECT_UNKNOWN", "Алхимия", True)]
    assert [one.whole for one in pages] == [True]


def test_subjects_are_recognised_however_they_are_spelt() -> None:
    """As everywhere in the program: case, ё and spaces do not matter."""
    pages, problems = _pages(_report(*_all(_subject("АЛГЕБРА ", (DAY, 1, "5")))))
    assert (len(pages), problems) == (1, ())


# --- which days -------------------------------------------------------------------------------------------------------


def test_a_report_of_part_of_the_period_is_not_compared() -> None:
    """A lesson of the timetable outside its days may have marks that it does not show; a free day may be missing."""
    entries = _all(_subject("Алгебра", (DAY, 1, "5")))
    pages, problems = _pages(_report(*entries, ends=LATER - timedelta(days=1)))
    assert (_codes(problems), pages[0].whole) == (["EJOURNAL_PERIOD_SHORT", "PAGE_HELD"], False)
    pages, problems = _pages(_report(*entries, ends=LATER))
    assert (problems, pages[0].whole) == ((), True)


def test_days_of_another_period_are_counted_and_left() -> None:
    """They belong on that period's pages; so does the period mark of a report over several."""
    algebra = _subject("Алгебра", (DAY, 1, "5"), (ENDS + timedelta(days=20), 1, "2"), final="4")
    ((cells,), problems) = _pages(_report(*_all(algebra), ends=ENDS + timedelta(days=90)), finals=False)
    assert [(one.code, one.blocks) for one in problems] == [
        ("EJOURNAL_OTHER_DAYS", False),
        ("EJOURNAL_OTHER_FINALS", False),
    ]
    assert (cells.whole, _marks(cells)) == (True, {(ANNA, DAY, 1): "5"})
    assert CellKind.FINAL in cells.silent
    assert not [one for one in cells.cells if one.kind is CellKind.FINAL]


def test_a_cell_that_was_not_read_holds_the_report() -> None:
    """The reader's own flaws concern every page."""
    flaw = Flaw(code="STRAY_CELL", where="r!K9", raw="5", blocks=True)
    pages, problems = _pages(_report(*_all(_subject("Алгебра", (DAY, 1, "5"))), flaws=(flaw,)))
    assert (_codes(problems), pages[0].whole) == (["STRAY_CELL", "PAGE_HELD"], False)


def test_every_problem_of_a_report_has_words() -> None:
    """For a clerk, with the next step."""
    for code in ("PUPIL_UNKNOWN", "SUBJECT_UNKNOWN", "NO_GROUP", "PERIOD_SHORT", "OTHER_DAYS", "OTHER_FINALS"):
        assert all(problem_text(f"EJOURNAL_{code}"))


# --- a real report ----------------------------------------------------------------------------------------------------


@pytest.mark.samples
def test_a_real_report_is_taken_in_whole(samples: Path) -> None:
    """Its marks, absences and period marks all reach a page: as many as the bare count of the file."""
    report = read_ejournal(samples / SAMPLE)
    pupils = tuple((pupil_id(str(number)), one.name) for number, one in enumerate(report.pupils))
    names = sorted({subject.name for one in report.pupils for subject in one.subjects})
    printed = tuple(
        page(f"subject:{name}", name, starts=report.starts, ends=report.ends, pupils=pupils, columns=())
        for name in names
    )
    pages, problems = _pages(report, printed, {normalise_name(name): key for key, name in pupils})
    counted = tally(report)
    assert sorted((one.code, one.where) for one in problems) == sorted(
        (one.code, one.where) for one in counted.problems
    )
    kinds = Counter(cell.kind for one in pages for cell in one.cells)
    entries = sum(len(subject.cells) for one in report.pupils for subject in one.subjects)
    assert (kinds[CellKind.MARKS], len(pages)) == (entries, len(names))
    assert kinds[CellKind.MARKS] > 500
    finals = [cell.value for one in pages for cell in one.cells if cell.kind is CellKind.FINAL]
    assert sum(map(bool, finals)) == counted.entries["finals"] > 400
    assert all(one.whole for one in pages)
    assert all(cell.day == EPOCH or report.starts <= cell.day <= report.ends for one in pages for cell in one.cells)
