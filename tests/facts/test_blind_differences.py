"""Where two typists differ: shown with both words, settled by a third look at the paper, and only then a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from blind_case import FIRST, OTHER, SAME, SECOND, THIRD, enters, kept_marks, kept_pages, new_store, opened
from paper_pages import ANNA, BORIS, COLUMNS

from gateway.blind_words import read_words
from gateway.errors import DataError
from gateway.register.blind_settle import differences, settle
from state.blind import BlindStanding
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from state.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty memory of one school."""
    made = new_store(tmp_path)
    yield made
    made.close()


def test_differences_are_numbered_with_both_words(store: Store, tmp_path: Path) -> None:
    """And how far the two agree: of six places typed, four are equal."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    with store.begin() as work:
        known = differences(work, number)
    told = [(one.number, one.kind.name, one.person, one.first, one.second) for one in known.comparison.differences]
    assert told == [(1, "MARKS", ANNA, "5", "4"), (2, "TOPIC", None, "Дроби", "Степени")]
    assert (known.comparison.compared, known.comparison.equal) == (6, 4)
    assert known.comparison.agreement == pytest.approx(66.7, abs=0.05)
    assert kept_pages(store) == ()


def test_a_third_look_settles_and_only_then_the_page_is_there(store: Store, tmp_path: Path) -> None:
    """The third person may read what neither typed; their name stands beside the page."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    assert len(settle(store, number, {1: "3/4"}, who=THIRD).left) == 1
    assert kept_pages(store) == ()
    assert settle(store, number, {2: "—"}, who="Козлова К.К.").entry.standing is BlindStanding.COMPLETE
    (kept,) = kept_pages(store)
    assert kept.imported_by == f"{FIRST} и {SECOND}; расхождения снимали: Козлова К.К., {THIRD}"
    assert kept_marks(store)[ANNA, COLUMNS[0][0]] == "3 4"
    with store.begin() as work:
        assert not [one for one in work.paper_cells(kept) if one.kind is CellKind.TOPIC]


def test_a_typist_does_not_judge(store: Store, tmp_path: Path) -> None:
    """Neither by the full name nor by initials."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    for who in (FIRST, "Иванова А.А.", SECOND):
        with pytest.raises(DataError, match="третий человек"):
            settle(store, number, {1: "5"}, who=who)


def test_a_number_or_a_word_that_does_not_fit_settles_nothing(store: Store, tmp_path: Path) -> None:
    """One bad answer takes the good ones beside it back."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    struck = replace(SAME, struck=frozenset(COLUMNS[5:]))
    enters(store, tmp_path, struck, SECOND)
    for values in ({1: "возможно"}, {1: "нет", 9: "5"}, {}):
        with pytest.raises(DataError):
            settle(store, number, values, who=THIRD)
    with store.begin() as work:
        assert work.blind.values(number) == {}


def test_a_column_that_paper_lacks_takes_its_marks_along(store: Store, tmp_path: Path) -> None:
    """One answer settles the column with all that one of the two typed there."""
    number = opened(store)
    day = COLUMNS[5]
    filled = replace(SAME, cells={**SAME.cells, (ANNA, *day): "5", (BORIS, *day): "4"}, topics={day: "Лишний урок"})
    enters(store, tmp_path, filled, FIRST)
    enters(store, tmp_path, replace(SAME, topics={}, struck=frozenset([day])), SECOND)
    with store.begin() as work:
        known = differences(work, number).comparison.differences
    assert [(one.kind.name, one.first, one.second) for one in known] == [
        ("LESSON", "да", "нет"),
        ("MARKS", "5", ""),
        ("MARKS", "4", ""),
        ("TOPIC", "Лишний урок", ""),
    ]
    assert settle(store, number, {1: "нет"}, who=THIRD).left == ()
    with store.begin() as work:
        (kept,) = work.transcriptions()
        assert not [one for one in work.paper_cells(kept) if one.day == day[0]]


def test_a_column_that_paper_has_leaves_its_marks_open(store: Store, tmp_path: Path) -> None:
    """Only one person typed them: they are looked at one by one."""
    number = opened(store)
    day = COLUMNS[5]
    enters(store, tmp_path, replace(SAME, cells={**SAME.cells, (ANNA, *day): "5"}), FIRST)
    enters(store, tmp_path, replace(SAME, struck=frozenset([day])), SECOND)
    assert [one.kind.name for one in settle(store, number, {1: "да"}, who=THIRD).left] == ["MARKS"]
    assert settle(store, number, {2: "5"}, who=THIRD).left == ()
    assert kept_marks(store)[ANNA, day[0]] == "5"


def test_a_pupil_that_only_one_saw_is_there_or_not(store: Store, tmp_path: Path) -> None:
    """With the marks typed for them; the name as typed reaches the reports."""
    number = opened(store)
    written = replace(SAME, extra_pupils={"Чужой Тимур": {COLUMNS[0]: "4"}})
    enters(store, tmp_path, written, FIRST)
    enters(store, tmp_path, SAME, SECOND)
    with store.begin() as work:
        known = differences(work, number)
        assert work.person_names() == {}
    kinds = {one.kind.name: one.number for one in known.comparison.differences}
    assert set(kinds) == {"MEMBER", "MARKS"}
    assert list(known.strangers.values()) == ["Чужой Тимур"]
    assert settle(store, number, {kinds["MEMBER"]: "да", kinds["MARKS"]: "4"}, who=THIRD).left == ()
    assert kept_marks(store)["paper:чужой тимур", COLUMNS[0][0]] == "4"
    with store.begin() as work:
        assert work.person_names() == {"paper:чужой тимур": "Чужой Тимур"}
        assert [one.code for one in work.transcriptions()[0].problems] == ["PUPIL_NOT_LISTED"]


def test_a_pupil_that_paper_lacks_takes_the_marks_along(store: Store, tmp_path: Path) -> None:
    """One answer is enough."""
    number = opened(store)
    enters(store, tmp_path, replace(SAME, extra_pupils={"Чужой Тимур": {COLUMNS[0]: "4"}}), FIRST)
    enters(store, tmp_path, SAME, SECOND)
    with store.begin() as work:
        known = differences(work, number).comparison.differences
    member = next(one.number for one in known if one.kind is CellKind.MEMBER)
    assert settle(store, number, {member: "Нет"}, who=THIRD).left == ()
    with store.begin() as work:
        (kept,) = work.transcriptions()
        assert "paper:чужой тимур" not in {one.person for one in work.paper_cells(kept)}


def test_the_right_page_is_as_one_of_the_two_has_it(store: Store, tmp_path: Path) -> None:
    """Its own date is no text of a cell: a third look says whose copy is right."""
    number = opened(store)
    day = date(2026, 9, 2)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, replace(SAME, right={COLUMNS[0]: day}), SECOND)
    with store.begin() as work:
        (known,) = differences(work, number).comparison.differences
    assert (known.kind, known.first, known.second) == (CellKind.SPREAD, "", day.isoformat())
    with pytest.raises(DataError, match="так ответить нельзя"):
        settle(store, number, {1: "02.09"}, who=THIRD)
    assert settle(store, number, {1: "2"}, who=THIRD).left == ()
    with store.begin() as work:
        (kept,) = work.transcriptions()
        spread = [one.value for one in work.paper_cells(kept) if one.kind is CellKind.SPREAD]
    assert spread == [day.isoformat()]


def test_how_many_lessons_each_page_has_follows_from_the_answers(store: Store, tmp_path: Path) -> None:
    """Nobody is asked for «6|5»: of a row that paper has after all nothing is left over."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, replace(SAME, right={COLUMNS[2]: None, COLUMNS[4]: None}), SECOND)
    with store.begin() as work:
        known = differences(work, number).comparison.differences
    assert [(one.day, one.nth, one.kind) for one in known] == [(*COLUMNS[at], CellKind.SPREAD) for at in (2, 4)]
    assert settle(store, number, {1: "1", 2: "2"}, who=THIRD).left == ()
    with store.begin() as work:
        (kept,) = work.transcriptions()
        spread = {one.nth: one.value for one in work.paper_cells(kept) if one.kind is CellKind.SPREAD}
    count = len(COLUMNS)
    assert spread == {COLUMNS[4][1]: "-", 0: f"{count}|{count - 1}"}


def test_the_right_page_is_told_in_words(store: Store, tmp_path: Path) -> None:
    """A third person reads neither «-» nor an ISO date."""
    number = opened(store)
    rows = ((COLUMNS[0][0], "Повторение", "№ 7"),)
    enters(store, tmp_path, replace(SAME, right={COLUMNS[2]: None}), FIRST)
    enters(store, tmp_path, replace(SAME, right={COLUMNS[4]: date(2026, 9, 30)}, right_rows=rows), SECOND)
    with store.begin() as work:
        known = differences(work, number).comparison.differences
    assert [read_words(one) for one in known if one.kind is CellKind.SPREAD] == [
        ("справа строки нет", "строка есть только справа: Повторение · № 7"),
        ("справа строки нет", "справа та же дата"),
        ("справа та же дата", "справа 30.09.2026"),
    ]


def test_answers_may_come_again(store: Store, tmp_path: Path) -> None:
    """The workbook shows what was read before: handed in again it changes neither the word nor whose it is."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    settle(store, number, {1: "3"}, who=THIRD)
    settle(store, number, {1: "3", 2: "—"}, who="Козлова К.К.")
    again = settle(store, number, {1: "3", 2: "—"}, who="Козлова К.К.")
    assert again.entry.standing is BlindStanding.COMPLETE
    assert {one.value: one.settled_by for one in again.settled.values()} == {"3": THIRD, "": "Козлова К.К."}
    with pytest.raises(DataError, match="уже завершён"):
        settle(store, number, {1: "4"}, who=THIRD)
