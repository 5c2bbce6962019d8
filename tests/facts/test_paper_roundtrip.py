"""What a person types is what the register gets: template → typing → reading → canonical cells."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from paper_pages import ANNA, BORIS, COLUMNS, ENDS, PUPILS, VERA, page, typed_back

from connectors.paper.wire import PageEntries
from mappings.paper.pages import LISTED, NO_NUMBER
from mappings.vocabulary import canonical
from state.register import EPOCH, CellKind

WORDS = [
    "5",
    "4",
    "3",
    "2",
    "1",
    "н",
    "Н",
    "H",
    "УП",
    "НП",
    "Б",
    "ОП",
    "осв",
    "н/а",
    "зач",
    "нб",
    "н/б",
    "·",
    "5-",
    "x",
]
cell_texts = st.builds(
    lambda words, glue: glue.join(words),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.sampled_from(["/", " ", "  "]),
)
free_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40
).filter(lambda text: bool(text.strip()))
columns = st.sampled_from([*COLUMNS, (date(2026, 9, 15), 1)])


@settings(max_examples=25, deadline=None)
@given(
    cells=st.dictionaries(st.tuples(st.sampled_from([key for key, _ in PUPILS]), columns), cell_texts, max_size=20),
    topics=st.dictionaries(columns, free_texts, max_size=4),
    homework=st.dictionaries(columns, free_texts, max_size=4),
    finals=st.dictionaries(st.sampled_from([key for key, _ in PUPILS]), st.sampled_from(["5", "2", "н/а", "Осв"])),
)
def test_the_register_gets_exactly_what_was_typed(cells, topics, homework, finals) -> None:
    """Every typed text arrives as one cell with its canonical value, and nothing else arrives."""
    entries = PageEntries(
        cells={(pupil, *column): text for (pupil, column), text in cells.items()},
        topics=topics,
        homework=homework,
        finals=finals,
        extra_columns=(date(2026, 9, 15),),
        whole=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        read = typed_back(Path(folder), entries)
    assert not read.problems
    assert read.whole
    said = {(cell.kind, cell.person, cell.day, cell.nth): (cell.value, cell.raw) for cell in read.cells}
    expected = {
        (CellKind.MARKS, pupil, *column): (canonical(text).text, " ".join(text.split()))
        for (pupil, column), text in cells.items()
    }
    expected |= {(CellKind.TOPIC, None, *column): (_plain(text), _plain(text)) for column, text in topics.items()}
    expected |= {(CellKind.HOMEWORK, None, *column): (_plain(text), _plain(text)) for column, text in homework.items()}
    expected |= {(CellKind.FINAL, pupil, ENDS, 0): (canonical(text).text, text) for pupil, text in finals.items()}
    expected |= {
        (CellKind.LESSON, None, *column): (NO_NUMBER, NO_NUMBER) for column in (*COLUMNS, (date(2026, 9, 15), 1))
    }
    expected |= {(CellKind.MEMBER, pupil, EPOCH, 0): (LISTED, LISTED) for pupil, _ in PUPILS}
    assert said == {key: (value, "" if raw == value else raw) for key, (value, raw) in expected.items()}


def _plain(text: str) -> str:
    return " ".join(text.split())


def test_a_latin_h_is_an_absence(tmp_path) -> None:
    """A pasted Latin «H» means «н»; what was written stays in `raw`."""
    marks = _marks(typed_back(tmp_path, PageEntries(cells={(ANNA, *COLUMNS[0]): "H"})))
    assert marks == {(ANNA, *COLUMNS[0]): ("н", "H")}


def test_a_pair_keeps_its_order(tmp_path) -> None:
    """«4/5» is not «5/4»: dictation and grammar."""
    entries = PageEntries(cells={(ANNA, *COLUMNS[0]): "4/5", (BORIS, *COLUMNS[0]): "5/4"})
    assert [value for value, _ in _marks(typed_back(tmp_path, entries)).values()] == ["4 5", "5 4"]


def test_a_forbidden_sign_is_kept_and_not_read(tmp_path) -> None:
    """«4+» has no canonical value; the legal part of «5 ·» has. Both are judged later, from `raw`."""
    entries = PageEntries(cells={(ANNA, *COLUMNS[0]): "4+", (BORIS, *COLUMNS[0]): "5 ·"}, whole=True)
    read = typed_back(tmp_path, entries)
    assert list(_marks(read).values()) == [("", "4+"), ("5", "5 ·")]
    assert read.whole


def test_a_struck_date_is_not_on_paper(tmp_path) -> None:
    """The second lesson of 4 September becomes the first when the paper has one column that day."""
    entries = PageEntries(cells={(ANNA, *COLUMNS[1]): "5"}, struck=frozenset({COLUMNS[1], COLUMNS[3]}), whole=True)
    read = typed_back(tmp_path, entries)
    days = [(cell.day, cell.nth) for cell in read.cells if cell.kind is CellKind.LESSON]
    assert days == [COLUMNS[0], COLUMNS[1], COLUMNS[4], COLUMNS[5]]
    assert read.whole


def test_a_date_written_in_beside_a_printed_one_is_the_next_lesson(tmp_path) -> None:
    """A double lesson that the timetable does not know."""
    entries = PageEntries(extra_columns=(COLUMNS[0][0],), cells={(ANNA, COLUMNS[0][0], 2): "3"})
    assert _marks(typed_back(tmp_path, entries)) == {(ANNA, COLUMNS[0][0], 2): ("3", "")}


def test_a_pupil_written_in_is_found_by_name(tmp_path) -> None:
    """Case and ё do not matter; the form's roster tells who it is."""
    entries = PageEntries(extra_pupils={"НОВИКОВ  Артем": {COLUMNS[0]: "5"}}, finals={"НОВИКОВ  Артем": "4"})
    read = typed_back(tmp_path, entries, roster={"новиков артем": "pupil:б-9"})
    assert _marks(read) == {("pupil:б-9", *COLUMNS[0]): ("5", "")}
    assert [(cell.person, cell.value) for cell in read.cells if cell.kind is CellKind.FINAL] == [("pupil:б-9", "4")]
    assert not read.problems


def test_an_unknown_pupil_is_kept_and_named(tmp_path) -> None:
    """Nobody is dropped: the paper has a pupil whom the school's list lacks."""
    read = typed_back(tmp_path, PageEntries(extra_pupils={"Чужой Тимур": {COLUMNS[0]: "5"}}, whole=True))
    assert _marks(read) == {("paper:чужой тимур", *COLUMNS[0]): ("5", "")}
    assert [(item.code, item.raw, item.blocks) for item in read.problems] == [
        ("PUPIL_NOT_LISTED", "Чужой Тимур", False)
    ]
    assert read.strangers == {"paper:чужой тимур": "Чужой Тимур"}
    assert read.whole


def test_a_pupil_written_in_twice_holds_the_page(tmp_path) -> None:
    """Two rows for one pupil cannot both be right, so the page is not compared."""
    entries = PageEntries(extra_pupils={"Ёлкина Вера": {COLUMNS[0]: "5"}}, whole=True)
    read = typed_back(tmp_path, entries, roster={"елкина вера": VERA})
    assert [item.code for item in read.problems] == ["PUPIL_TWICE", "PAGE_HELD"]
    assert not read.whole
    assert _marks(read) == {}


def test_a_page_without_the_answer_yes_is_not_whole(tmp_path) -> None:
    """Blank means "not yet typed", and blank cells of such a page mean nothing."""
    assert not typed_back(tmp_path, PageEntries(cells={(ANNA, *COLUMNS[0]): "5"}, by="Образцова О.О.")).whole


def test_an_untouched_page_is_blank(tmp_path) -> None:
    """The timetable's dates and the list alone are nobody's work."""
    assert typed_back(tmp_path, PageEntries()).blank
    assert not typed_back(tmp_path, PageEntries(topics={COLUMNS[0]: "Дроби"})).blank


def test_a_page_without_lessons_can_be_typed(tmp_path) -> None:
    """No timetable yet: all dates are written in by hand."""
    bare = page(columns=())
    entries = PageEntries(extra_columns=(date(2026, 9, 2),), cells={(ANNA, date(2026, 9, 2), 1): "5"}, whole=True)
    assert _marks(typed_back(tmp_path, entries, bare)) == {(ANNA, date(2026, 9, 2), 1): ("5", "")}


def _marks(read) -> dict:
    return {
        (cell.person, cell.day, cell.nth): (cell.value, cell.raw) for cell in read.cells if cell.kind is CellKind.MARKS
    }
