"""Two people at one page: an empty memory, and what each of them types."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from paper_pages import ALGEBRA, ANNA, BORIS, COLUMNS, FORM, PERIOD, VERA, page

from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries
from connectors.paper.workbook import read_workbook
from gateway.register.blind import enter, open_entries
from gateway.register.transcribe import typed_pages
from state.register import CellKind, Page
from state.store import Store, migrate

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.register.blind import Entered
    from gateway.register.transcribe import Typed
    from state.paper import KeptTranscription

FIRST, SECOND, THIRD = "Иванова Анна Андреевна", "Петрова Б.Б.", "Сидорова Вера Павловна"
PLACE = Page(group=FORM, subject=ALGEBRA), PERIOD
SAME = PageEntries(
    cells={(ANNA, *COLUMNS[0]): "5", (BORIS, *COLUMNS[1]): "н", (VERA, *COLUMNS[2]): "4/5"},
    topics={COLUMNS[0]: "Дроби"},
    homework={COLUMNS[0]: "§ 3, № 5"},
    finals={ANNA: "5"},
    whole=True,
)
OTHER = replace(SAME, cells={**SAME.cells, (ANNA, *COLUMNS[0]): "4"}, topics={COLUMNS[0]: "Степени"})
"""Differs from SAME in a mark and in a topic."""


def new_store(folder: Path) -> Store:
    """An empty memory of one school."""
    url = f"sqlite:///{folder / 'state.db'}"
    migrate(url)
    return Store.open(url, "school", lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))


def typed(folder: Path, entries: PageEntries) -> Typed:
    """The page with these entries, as its workbook comes back."""
    path = folder / "журнал.xlsx"
    write_template([page()], path, {0: entries})
    return typed_pages(read_workbook(path), {FORM: {}})


def opened(store: Store, first: str = FIRST, second: str = SECOND) -> int:
    """The number of a fresh entry of the page."""
    (entry,) = open_entries(store, [PLACE], first=first, second=second, who="Завуч")
    return entry.number


def enters(store: Store, folder: Path, entries: PageEntries, who: str) -> Entered:
    return enter(store, typed(folder, entries), who=who)


def kept_pages(store: Store) -> tuple[KeptTranscription, ...]:
    """The transcriptions in memory."""
    with store.begin() as work:
        return work.transcriptions()


def kept_marks(store: Store) -> dict[tuple[str, object], str]:
    """Pupil and day → mark on the only page."""
    with store.begin() as work:
        (kept,) = work.transcriptions()
        cells = work.paper_cells(kept)
    return {(str(one.person), one.day): one.value for one in cells if one.kind is CellKind.MARKS}
