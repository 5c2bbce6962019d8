"""Double blind entry: two people type a page over, and it is compared only when nothing between them is left open."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from blind_case import (
    FIRST,
    OTHER,
    PLACE,
    SAME,
    SECOND,
    THIRD,
    enters,
    kept_marks,
    kept_pages,
    new_store,
    opened,
    typed,
)
from paper_pages import ANNA, BORIS, COLUMNS, FORM, MUSIC, page

from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries
from connectors.paper.workbook import read_workbook
from gateway.errors import DataError
from gateway.register.blind import cancel, enter, open_entries
from gateway.register.blind_settle import differences, may_be_same, settle
from gateway.register.transcribe import take_in, typed_pages
from state.blind import BlindStanding
from state.errors import StateCorrupt
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


def _imported(store: Store, folder: Path, entries: PageEntries) -> tuple[int, list[str]]:
    with store.begin() as work:
        result = take_in(typed(folder, entries), work, "завуч")
        work.commit()
    return result.pages, [problem.code for problem in result.problems]


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Иванова А.А.", "иванова  а. а.", True),
        ("Королёва Анна", "КОРОЛЕВА АННА", True),
        ("Иванова А.А.", "Иванова Анна Андреевна", True),
        ("Иванова", "Иванова Анна Андреевна", True),
        ("Иванова Анна Андреевна", "Иванова Алла Андреевна", False),
        ("Иванова А.А.", "Петрова А.А.", False),
    ],
)
def test_one_person_is_known_however_the_name_is_spelt(one: str, other: str, same: bool) -> None:
    """Case, ё, spaces and initials hide nobody; two full names that differ are two people."""
    assert may_be_same(one, other) is may_be_same(other, one) is same


def test_one_person_cannot_be_both_typists(store: Store) -> None:
    """Nothing is opened; full names tell namesakes apart."""
    for second in (FIRST, "иванова а. а.", " "):
        with pytest.raises(DataError):
            opened(store, FIRST, second)
    with store.begin() as work:
        assert work.blind.entries() == ()
    assert opened(store, FIRST, "Иванова Алла Андреевна") == 1


def test_a_page_is_given_out_once(store: Store) -> None:
    """A second entry of a page that is being typed is refused, and nothing of it stays."""
    opened(store)
    with pytest.raises(DataError, match="уже отдана"):
        opened(store, "Козлова К.К.", "Орлова О.О.")
    with store.begin() as work:
        assert len(work.blind.entries()) == 1


def test_a_stranger_cannot_type(store: Store, tmp_path: Path) -> None:
    """Only the two named at the opening; initials are enough to be known."""
    opened(store)
    with pytest.raises(DataError, match="другим людям"):
        enters(store, tmp_path, SAME, "Козлова К.К.")
    assert enters(store, tmp_path, SAME, "Иванова А.А.").accepted == (1,)
    with store.begin() as work:
        assert list(work.blind.entries()[0].entered or {}) == [1]


def test_the_others_workbook_is_refused(store: Store, tmp_path: Path) -> None:
    """The file says whose it is."""
    opened(store)
    with pytest.raises(DataError, match="назван другой"):
        enters(store, tmp_path, replace(SAME, by=SECOND), FIRST)


# --- typing -----------------------------------------------------------------------------------------------------------


def test_equal_copies_are_the_transcription(store: Store, tmp_path: Path) -> None:
    """Both names stand beside it, and habits of writing are no differences."""
    opened(store)
    assert enters(store, tmp_path, SAME, FIRST).completed == ()
    assert kept_pages(store) == ()
    spelt = replace(
        SAME,
        cells={**SAME.cells, (BORIS, *COLUMNS[1]): "H"},
        homework={COLUMNS[0]: "П.3, номер 5"},
    )
    assert enters(store, tmp_path, spelt, SECOND).completed == (1,)
    (kept,) = kept_pages(store)
    assert (kept.page, kept.period) == PLACE
    assert (kept.whole, kept.imported_by, kept.source) == (True, f"{FIRST} и {SECOND}", "двойной ввод № 1")
    assert kept_marks(store)[ANNA, COLUMNS[0][0]] == "5"
    with store.begin() as work:
        assert work.blind.entries()[0].standing is BlindStanding.COMPLETE


def test_a_page_that_is_not_whole_is_no_copy(store: Store, tmp_path: Path) -> None:
    """Half a page cannot be compared with a whole one: the entry goes on waiting."""
    opened(store)
    assert enters(store, tmp_path, replace(SAME, whole=False), FIRST).left == (1,)
    with store.begin() as work:
        assert work.blind.entries()[0].entered == {}


def test_a_file_of_another_page_is_refused(store: Store, tmp_path: Path) -> None:
    """Nothing waits for it."""
    with pytest.raises(DataError, match="не отдана"):
        enters(store, tmp_path, SAME, FIRST)


def test_pages_that_nobody_types_twice_are_counted(store: Store, tmp_path: Path) -> None:
    """A whole form's workbook is handed in for one page: the others are not taken, and the person hears of them."""
    opened(store)
    path = tmp_path / "журнал.xlsx"
    write_template([page(), page(MUSIC, "Музыка")], path, {0: SAME, 1: SAME})
    brought = enter(store, typed_pages(read_workbook(path), {FORM: {}}), who=FIRST)
    assert (brought.accepted, brought.passed) == ((1,), 1)


def test_an_export_of_another_register_is_nobodys_copy(store: Store, tmp_path: Path) -> None:
    """It shows no topics, and no person has read the paper for it."""
    opened(store)
    file = typed(tmp_path, SAME)
    report = replace(file, pages=tuple(replace(one, silent=frozenset({CellKind.TOPIC})) for one in file.pages))
    with pytest.raises(DataError, match="не отдана"):
        enter(store, report, who=FIRST)


def test_typing_again_replaces_only_ones_own(store: Store, tmp_path: Path) -> None:
    """Until both are in; afterwards nobody can move closer to the other."""
    opened(store)
    enters(store, tmp_path, OTHER, FIRST)
    enters(store, tmp_path, SAME, FIRST)
    assert enters(store, tmp_path, SAME, SECOND).completed == (1,)
    opened(store)
    enters(store, tmp_path, OTHER, FIRST)
    enters(store, tmp_path, SAME, SECOND)
    with pytest.raises(DataError, match="заменить их нельзя"):
        enters(store, tmp_path, SAME, FIRST)


def test_neither_copy_is_shown_before_both_are_in(store: Store, tmp_path: Path) -> None:
    """Not even that they differ."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    with store.begin() as work, pytest.raises(DataError, match="сдана не каждая"):
        differences(work, number)
    with pytest.raises(DataError, match="сдана не каждая"):
        settle(store, number, {1: "5"}, who=THIRD)


def test_a_sealed_copy_cannot_be_changed_unseen(store: Store, tmp_path: Path) -> None:
    """What lies in the database is checked against its digest, which stands in the audit log."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    with closing(sqlite3.connect(tmp_path / "state.db")) as database, database:
        bodies = [body for (body,) in database.execute("SELECT body FROM blind_copy ORDER BY typist")]
        database.execute("UPDATE blind_copy SET body = ? WHERE typist = 1", (bodies[1],))
        leaves = [json.loads(leaf) for (leaf,) in database.execute("SELECT leaf FROM journal_event")]
        sealed = [digest for (digest,) in database.execute("SELECT digest FROM blind_copy ORDER BY typist")]
    assert [leaf["data"]["digest"] for leaf in leaves if leaf["kind"] == "blind_entered"] == sealed
    with store.begin() as work, pytest.raises(StateCorrupt, match="typist 1"):
        differences(work, number)


# --- past the two -----------------------------------------------------------------------------------------------------


def test_a_page_under_blind_entry_is_not_imported(store: Store, tmp_path: Path) -> None:
    """Neither while it is typed nor afterwards, when one file would undo what two agreed on."""
    opened(store)
    assert _imported(store, tmp_path, SAME) == (0, ["PAGE_UNDER_BLIND_ENTRY"])
    enters(store, tmp_path, SAME, FIRST)
    assert _imported(store, tmp_path, SAME) == (0, ["PAGE_UNDER_BLIND_ENTRY"])
    enters(store, tmp_path, SAME, SECOND)
    assert _imported(store, tmp_path, OTHER) == (0, ["PAGE_UNDER_BLIND_ENTRY"])
    assert kept_marks(store)[ANNA, COLUMNS[0][0]] == "5"


def test_what_was_typed_before_is_not_compared_meanwhile(store: Store, tmp_path: Path) -> None:
    """Opening an entry takes the page out of the check until two people have typed it."""
    assert _imported(store, tmp_path, OTHER) == (1, [])
    number = opened(store)
    assert [one.whole for one in kept_pages(store)] == [False]
    cancel(store, number, why="заболел второй", who="Завуч")
    assert [one.whole for one in kept_pages(store)] == [False]
    assert _imported(store, tmp_path, OTHER) == (1, [])
    assert [one.whole for one in kept_pages(store)] == [True]


def test_an_entry_ends_with_a_reason(store: Store, tmp_path: Path) -> None:
    """Then nothing more can be typed into it, and the record keeps who and why."""
    number = opened(store)
    with pytest.raises(DataError, match="Без причины"):
        cancel(store, number, why=" ", who="Завуч")
    cancel(store, number, why="заболел второй", who="Завуч")
    with store.begin() as work:
        (entry,) = work.blind.entries()
    assert (entry.standing, entry.why, entry.closed_by) == (BlindStanding.CANCELLED, "заболел второй", "Завуч")
    for verb in (lambda: enters(store, tmp_path, SAME, FIRST), lambda: cancel(store, number, why="ещё", who="Завуч")):
        with pytest.raises(DataError):
            verb()


def test_the_journal_names_no_typist_and_no_mark(store: Store, tmp_path: Path) -> None:
    """Numbers, digests and counts; who acted stands there as for every deed."""
    number = opened(store)
    enters(store, tmp_path, SAME, FIRST)
    enters(store, tmp_path, OTHER, SECOND)
    settle(store, number, {1: "5", 2: "Дроби"}, who=THIRD)
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        leaves = [json.loads(leaf) for (leaf,) in database.execute("SELECT leaf FROM journal_event ORDER BY seq")]
    assert [leaf["kind"] for leaf in leaves] == [
        "blind_opened",
        "blind_entered",
        "blind_entered",
        "blind_settled",
        "blind_completed",
    ]
    assert [leaf["actor"] for leaf in leaves] == ["Завуч", FIRST, SECOND, THIRD, THIRD]
    told = json.dumps([leaf["data"] for leaf in leaves], ensure_ascii=False)
    assert not [word for word in (FIRST, SECOND, THIRD, "Дроби", "Азарова") if word in told]


def test_the_two_workbooks_are_blind(tmp_path: Path) -> None:
    """They are the plain template with the typist's name: its shape has no place for anybody's marks."""
    write_template([page()], tmp_path / "a.xlsx", {0: PageEntries(by=FIRST)})
    assert typed(tmp_path, PageEntries(by=FIRST)).pages[0].by == FIRST
    assert not [one for one in typed(tmp_path, PageEntries(by=FIRST)).pages[0].cells if one.kind is CellKind.MARKS]


def test_several_pages_are_given_out_together(store: Store) -> None:
    """One number a page, and all of them or none."""
    with pytest.raises(DataError):
        open_entries(store, [PLACE, PLACE, PLACE], first=FIRST, second=FIRST, who="Завуч")
    other = replace(PLACE[0], subject=page("subject:музыка").subject), PLACE[1]  # type: ignore[arg-type]
    entries = open_entries(store, [PLACE, other], first=FIRST, second=SECOND, who="Завуч")
    assert [one.number for one in entries] == [1, 2]
