"""A typed workbook becomes transcriptions, with a note in the journal that names nobody."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from paper_pages import ALGEBRA, ANNA, BORIS, COLUMNS, FORM, MUSIC, PERIOD, page

import connectors.paper
import gateway.register.transcribe
import mappings.paper.pages
from connectors.faults import Unreadable
from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries
from connectors.paper.workbook import read_workbook
from gateway.register.transcribe import JOURNAL_KIND, Transcribed, take_in, typed_pages
from mappings.problems import problem_text
from state.register import CellKind, Page
from state.store import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROSTERS = {FORM: {"новиков артем": "pupil:б-9"}}
ENTRIES = PageEntries(
    cells={(ANNA, *COLUMNS[0]): "5", (BORIS, *COLUMNS[1]): "H"},
    topics={COLUMNS[0]: "Дроби"},
    extra_pupils={"Чужой Тимур": {COLUMNS[0]: "4"}},
    whole=True,
    by="Образцова О.О.",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty memory of one school."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    migrate(url)
    opened = Store.open(url, "school", lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))
    yield opened
    opened.close()


def _workbook(folder: Path, entries: Mapping[int, PageEntries]) -> Path:
    path = folder / "журнал.xlsx"
    write_template([page(), page(MUSIC, "Музыка")], path, entries)
    return path


def _taken_in(store: Store, path: Path) -> Transcribed:
    with store.begin() as unit:
        result = take_in(typed_pages(read_workbook(path), ROSTERS), unit, "deputy")
        unit.commit()
    return result


def test_a_typed_page_is_the_latest_transcription(store: Store, tmp_path: Path) -> None:
    """Cells, period, who typed; the untouched page of music leaves no trace."""
    result = _taken_in(store, _workbook(tmp_path, {0: ENTRIES}))
    assert (result.pages, result.whole, result.changed) == (1, 1, 1)
    assert [problem.code for problem in result.problems] == ["PUPIL_NOT_LISTED"]
    with store.begin() as unit:
        (kept,) = unit.transcriptions()
        cells = unit.paper_cells(kept)
        assert unit.person_names()["paper:чужой тимур"] == "Чужой Тимур"
    assert (kept.page, kept.period, kept.whole) == (Page(group=FORM, subject=ALGEBRA), PERIOD, True)
    assert (kept.source, kept.imported_by) == ("журнал.xlsx", "Образцова О.О.")
    marks = {(cell.person, cell.day): cell.value for cell in cells if cell.kind is CellKind.MARKS}
    assert marks == {
        (ANNA, COLUMNS[0][0]): "5",
        (BORIS, COLUMNS[1][0]): "н",
        ("paper:чужой тимур", COLUMNS[0][0]): "4",
    }
    assert len(cells) == result.cells


def test_the_same_page_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Typing on one page of a workbook leaves the other page as it was."""
    _taken_in(store, _workbook(tmp_path, {0: ENTRIES}))
    assert _taken_in(store, _workbook(tmp_path, {0: ENTRIES})).changed == 0
    music = PageEntries(cells={(ANNA, *COLUMNS[0]): "4"})
    both = _taken_in(store, _workbook(tmp_path, {0: ENTRIES, 1: music}))
    assert (both.pages, both.whole, both.changed) == (2, 1, 1)
    with store.begin() as unit:
        assert [item.whole for item in unit.transcriptions()] == [True, False]


def test_a_fresh_template_replaces_nothing(store: Store, tmp_path: Path) -> None:
    """A workbook for another subject, with this page still blank in it, is no statement about this page."""
    _taken_in(store, _workbook(tmp_path, {0: ENTRIES}))
    assert _taken_in(store, _workbook(tmp_path, {})).pages == 0
    with store.begin() as unit:
        assert unit.transcriptions()[0].whole


def test_a_page_that_moved_replaces_nothing(store: Store, tmp_path: Path) -> None:
    """What cannot be trusted is reported, and the last good transcription stays."""
    path = _workbook(tmp_path, {0: ENTRIES})
    _taken_in(store, path)
    book = openpyxl.load_workbook(path)
    book["7Б Алгебра"]["B9"].value = "Другая Дарья"
    book.save(path)
    result = _taken_in(store, path)
    assert [problem.code for problem in result.problems] == ["LABEL_CHANGED", "PAGE_MOVED"]
    assert (result.pages, result.changed) == (0, 0)
    with store.begin() as unit:
        assert unit.transcriptions()[0].whole


def test_a_page_with_an_unread_cell_waits(store: Store, tmp_path: Path) -> None:
    """A formula would count as a blank cell of the paper, so the page is kept and not compared."""
    path = _workbook(tmp_path, {0: ENTRIES})
    book = openpyxl.load_workbook(path)
    book["7Б Алгебра"]["C9"].value = "=5"
    book.save(path)
    result = _taken_in(store, path)
    assert (result.pages, result.whole) == (1, 0)
    assert [(problem.code, problem.where) for problem in result.problems] == [
        ("FORMULA", "журнал.xlsx!7Б Алгебра!C9"),
        ("PUPIL_NOT_LISTED", "журнал.xlsx!7Б Алгебра!B12"),
        ("PAGE_HELD", "журнал.xlsx!7Б Алгебра"),
    ]


def test_a_page_of_another_school_is_refused(store: Store, tmp_path: Path) -> None:
    """Its group is in nobody's list here."""
    path = tmp_path / "foreign.xlsx"
    write_template([page(group="form:2026:1я")], path, {0: ENTRIES})
    result = _taken_in(store, path)
    assert [(problem.code, problem.raw) for problem in result.problems] == [("GROUP_UNKNOWN", "7Б, Алгебра")]
    with store.begin() as unit:
        assert unit.transcriptions() == ()


def test_the_journal_gets_figures_and_no_names(store: Store, tmp_path: Path) -> None:
    """The note proves which file was taken in, and tells nothing about any pupil."""
    path = _workbook(tmp_path, {0: ENTRIES})
    result = _taken_in(store, path)
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        leaves = [json.loads(leaf) for (leaf,) in database.execute("SELECT leaf FROM journal_event")]
    (note,) = [leaf for leaf in leaves if leaf["kind"] == JOURNAL_KIND]
    assert note["actor"] == "deputy"
    assert note["data"] == {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "pages": 1,
        "whole": 1,
        "cells": result.cells,
        "changed": 1,
        "problems": {"PUPIL_NOT_LISTED": 1},
        "keys": [[FORM, ALGEBRA, PERIOD]],
    }


def test_an_unreadable_file_writes_nothing(store: Store, tmp_path: Path) -> None:
    """The journal stays as long as it was."""
    path = tmp_path / "bad.xlsx"
    path.write_bytes(b"not a workbook")
    with store.begin() as unit:
        before = unit.log_head()
        with pytest.raises(Unreadable):
            take_in(typed_pages(read_workbook(path), ROSTERS), unit, "deputy")
        assert unit.log_head() == before


def test_a_date_written_in_is_a_column_of_the_paper(store: Store, tmp_path: Path) -> None:
    """The check will find it missing in the diary."""
    day = date(2026, 9, 15)
    entries = PageEntries(extra_columns=(day,), topics={(day, 1): "Контрольная"}, whole=True)
    _taken_in(store, _workbook(tmp_path, {0: entries}))
    with store.begin() as unit:
        kinds = [cell.kind for cell in unit.paper_cells(unit.transcriptions()[0]) if cell.day == day]
    assert kinds == [CellKind.LESSON, CellKind.TOPIC]


def test_every_problem_has_words_for_a_clerk() -> None:
    """No code of the paper rooms comes without a sentence and a next step."""
    folder = Path(connectors.paper.__file__).parent
    modules = [*folder.glob("*.py"), Path(mappings.paper.pages.__file__), Path(gateway.register.transcribe.__file__)]
    words = {word for module in modules for word in re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', module.read_text("utf-8"))}
    codes = {word for word in words if len(word) > 3}
    assert {"FORMULA", "PAGE_MOVED", "PUPIL_TWICE", "GROUP_UNKNOWN", "COLUMN_DATE_BAD"} <= codes
    for code in codes:
        assert all(problem_text(code))
