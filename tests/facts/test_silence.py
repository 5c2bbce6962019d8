"""What a file cannot show is not compared: a report of marks beside a diary that keeps topics and lists too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reconcile_store import DAY, FIRST, FORM, HALF, LIST, PAGE, PUPILS, TEACHER, School, cell, lesson, members

from gateway.register.silence import Silence, heard
from state.paper import Transcription
from state.register import EPOCH, CellKind, Page, RegisterCell, pack

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ANNA, PETR, YANA = PUPILS
SILENT = frozenset({CellKind.LESSON, CellKind.TOPIC, CellKind.HOMEWORK})
FREE_DAY, LAST_DAY = date(2026, 9, 14), date(2026, 9, 21)


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


def _reported(
    school: School, cells: Iterable[RegisterCell], page: Page = PAGE, silent: frozenset[CellKind] = SILENT
) -> None:
    kept = Transcription(
        page=page, period=FIRST, source="r.xlsx", sha256="1", whole=True, cells=tuple(cells), silent=silent
    )
    with school.store.begin() as work:
        work.save_transcription(kept)
        work.commit()


def _marked(day: date, marks: dict[str, str]) -> list[RegisterCell]:
    """What a report shows of a lesson: that it was, and marks."""
    return [
        cell(CellKind.LESSON, None, "|", day=day),
        *(cell(CellKind.MARKS, who, value, day=day) for who, value in marks.items()),  # type: ignore[arg-type]
    ]


def _codes(school: School) -> list[str]:
    return sorted(finding.code.value for finding in school.check().result.findings)


def test_a_report_of_marks_agrees_with_a_diary_of_more(school: School) -> None:
    """Topics, homework, and a lesson without a mark between two with marks: nothing of it is a difference."""
    head = f"3|{TEACHER}"
    school.diary(
        [
            *lesson({ANNA: "5", PETR: "н"}, head=head),
            cell(CellKind.HOMEWORK, None, "№ 5"),
            *lesson({}, day=FREE_DAY, head=head),
            *lesson({YANA: "4"}, day=LAST_DAY, head=head),
            *members(LIST),
        ]
    )
    _reported(school, [*_marked(DAY, {ANNA: "5", PETR: "нп"}), *_marked(LAST_DAY, {YANA: "4"}), *members(PAGE)])
    told = school.check()
    assert told.result.findings == ()
    assert (told.result.compared, told.result.equal) == (3, 3)


def test_marks_and_lists_are_still_compared(school: School) -> None:
    """A wrong mark, a mark on one side only, and a pupil whom the diary has and the report has not."""
    school.diary([*lesson({ANNA: "5", PETR: "3"}), *lesson({YANA: "4"}, day=LAST_DAY), *members(LIST)])
    _reported(school, [*_marked(DAY, {ANNA: "4"}), *_marked(LAST_DAY, {YANA: "4"}), *members(PAGE, (ANNA, PETR))])
    assert _codes(school) == ["MARK_DIFF", "MARK_ONLY_DIARY", "ROSTER_DIFF"]


def test_a_lesson_with_one_mark_is_no_missing_date(school: School) -> None:
    """The diary has the lesson and not the mark: the mark is what is missing."""
    school.diary([*lesson({}), *lesson({YANA: "4"}, day=LAST_DAY), *members(LIST)])
    _reported(school, [*_marked(DAY, {ANNA: "4"}), *_marked(LAST_DAY, {YANA: "4"}), *members(PAGE)])
    assert _codes(school) == ["MARK_ONLY_PAPER"]


def test_a_subgroups_list_is_known_as_far_as_it_has_entries(school: School) -> None:
    """Who has none may still be in the subgroup; who has one is."""
    page, listed = Page(group=HALF, subject=PAGE.subject), Page(group=HALF, subject=LIST.subject)

    def there(one: RegisterCell) -> RegisterCell:
        return replace(one, page=page)

    with school.store.begin() as work:
        cells = [*map(there, lesson({ANNA: "5"})), *members(listed, (ANNA, YANA))]
        work.absorb("pull-1", cells, [HALF], date(2026, 9, 1), date(2026, 12, 30))
        work.commit()
    cells = [*map(there, _marked(DAY, {ANNA: "5"})), *members(page, (ANNA,))]
    _reported(school, cells, page, SILENT | {CellKind.MEMBER})
    assert _codes(school) == []


def test_a_page_typed_in_full_is_heard_in_full(school: School) -> None:
    """Silence belongs to its own page: another page still misses a topic."""
    other = Page(group=FORM, subject=PAGE.subject.__class__("subject:музыка"))
    school.diary([*lesson({ANNA: "5"}), *(replace(one, page=other) for one in lesson({ANNA: "5"})), *members(LIST)])
    _reported(school, [*_marked(DAY, {ANNA: "5"}), *members(PAGE)])
    typed = [*(replace(one, page=other) for one in _marked(DAY, {ANNA: "5"})), *members(other)]
    _reported(school, typed, other, frozenset())
    (finding,) = school.check().result.findings
    assert (finding.code.value, finding.page) == ("TOPIC_MISSING", other)


# --- the cut itself ---------------------------------------------------------------------------------------------------

_CELLS = st.sets(
    st.builds(
        lambda page, day, kind, who: pack(page, EPOCH if kind == CellKind.MEMBER else day, 1, kind, who),
        st.integers(1, 3),
        st.dates(date(2026, 9, 1), date(2026, 9, 4)),
        st.sampled_from(CellKind),
        st.integers(0, 2),
    ),
    max_size=30,
)
_SILENCES = st.lists(
    st.builds(
        Silence,
        st.integers(1, 3),
        st.integers((date(2026, 9, 1) - EPOCH).days, (date(2026, 9, 4) - EPOCH).days),
        st.just((date(2026, 9, 4) - EPOCH).days),
        st.frozensets(st.sampled_from(CellKind), max_size=4),
    ),
    max_size=4,
)


def _side(found: set[int]) -> pl.DataFrame:
    return pl.DataFrame({"key": sorted(found)}, schema={"key": pl.Int64}).with_columns(value=pl.lit("5"))


@given(_CELLS, _CELLS, _SILENCES)
def test_only_what_paper_lacks_and_cannot_show_is_left_out(
    diary: set[int], paper: set[int], silences: list[Silence]
) -> None:
    """Cell by cell: whatever paper has stays, and so does every kind and day that nobody is silent about; in order."""
    from state.register import unpack

    def is_quiet(key: int) -> bool:
        page, day, _, kind, _ = unpack(key)
        return any(
            one.page == page
            and kind in one.kinds
            and (kind is CellKind.MEMBER or one.first <= (day - EPOCH).days <= one.last)
            for one in silences
        )

    kept = heard(_side(diary), _side(paper), silences)["key"].to_list()
    assert kept == [key for key in sorted(diary) if key in paper or not is_quiet(key)]
