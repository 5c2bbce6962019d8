"""Pulling the register: what the diary shows becomes the ledger, and a pull that died simply runs again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from connectors.faults import Unavailable
from gateway.ports import RegisterBatch, RegisterWindow
from gateway.register.pull import batch_digest, pull_register, window_from
from state.identity import IdentityLink, RemoteId, SourcedId, form_id, pupil_id, subject_id
from state.records import RecordType
from state.register import CellKind, Page, RegisterCell
from state.snapshot import Scope
from state.store import Store, migrate, verify_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.ports import Progress

NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
FORMS = (form_id(2026, "7А"), form_id(2026, "7Б"))
STRANGER = SourcedId("remote:9000")


def mark(form: SourcedId, value: str, day: int = 7, person: SourcedId | None = None) -> RegisterCell:
    return RegisterCell(
        page=Page(group=form, subject=subject_id("Алгебра")),
        day=date(2026, 9, day),
        nth=1,
        kind=CellKind.MARKS,
        person=person or pupil_id("А-1"),
        value=value,
    )


def batch(form: SourcedId, *cells: RegisterCell, strangers: dict[SourcedId, str] | None = None) -> RegisterBatch:
    return RegisterBatch(groups=(form,), starts=SEPTEMBER[0], ends=SEPTEMBER[1], cells=cells, strangers=strangers or {})


@dataclass
class Diary:
    """A diary that answers with these batches, and dies before the batch of that number."""

    batches: list[RegisterBatch]
    dies_before: int | None = None
    requests: int = 0
    minimum: int = 0

    def pull(self, window: RegisterWindow, progress: Progress | None = None) -> Iterator[RegisterBatch]:
        for number, one in enumerate(self.batches):
            if number == self.dies_before:
                raise Unavailable("maintenance")
            self.requests += 3
            self.minimum += 2
            if progress:
                progress(number + 1, len(self.batches))
            yield one


WINDOW = RegisterWindow(
    starts=SEPTEMBER[0], ends=SEPTEMBER[1], groups={}, subjects={}, persons={}, lessons={}, timezone="Europe/Moscow"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = f"sqlite:///{tmp_path / 'school.db'}"
    migrate(url)
    return Store.open(url, "demo", lambda: NOW)


def pulled(store: Store, diary: Diary) -> dict[str, object]:
    return pull_register(store, diary, WINDOW, actor="тест").as_json()


def values(store: Store) -> list[str]:
    with store.begin() as work:
        return sorted(work.register_frame()["value"].to_list())


def test_a_pull_reports_what_it_saw_and_what_changed(store: Store) -> None:
    """pull/1 counts cells seen and entries new, changed and vanished; the run ends with the same figures."""
    first = Diary([batch(FORMS[0], mark(FORMS[0], "5"), mark(FORMS[0], "4", day=8)), batch(FORMS[1])])
    assert pulled(store, first) == {
        "schema": "pull/1", "run": "pull-000001", "requests": 6, "requests_minimum": 4, "groups_gone": [],
        "cells_seen": 2, "entries_new": 2,
        "entries_changed": 0, "entries_vanished": 0,
    }  # fmt: skip
    second = pulled(store, Diary([batch(FORMS[0], mark(FORMS[0], "3"), mark(FORMS[0], "2", day=9))], requests=40))
    assert second == {
        "schema": "pull/1", "run": "pull-000002", "requests": 3, "requests_minimum": 2, "groups_gone": [],
        "cells_seen": 2, "entries_new": 1,
        "entries_changed": 1, "entries_vanished": 1,
    }  # fmt: skip
    assert values(store) == ["2", "3"]
    with store.begin() as work:
        assert [run["result"] for run in work.runs("pull")][1] == second


def test_a_killed_pull_keeps_whole_batches_and_runs_again(store: Store) -> None:
    """What was absorbed before the diary died stays, and the next pull adds only the rest."""
    batches = [batch(form, mark(form, "5")) for form in FORMS]
    with pytest.raises(Unavailable):
        pulled(store, Diary(batches, dies_before=1))
    assert values(store) == ["5"]
    again = pulled(store, Diary(batches))
    assert (again["entries_new"], again["entries_changed"], values(store)) == (1, 0, ["5", "5"])


def test_each_batch_is_journalled_without_names(store: Store, tmp_path: Path) -> None:
    """Every batch leaves one event with counts and a digest; no name of a stranger is in the log."""
    cell = mark(FORMS[0], "5", person=STRANGER)
    pulled(store, Diary([batch(FORMS[0], cell, strangers={STRANGER: "Новикова Вера"}), batch(FORMS[1])]))
    with store.begin() as work:
        size, _ = work.log_head()
        assert work.person_names() == {STRANGER: "Новикова Вера"}
    assert size == 3
    url = f"sqlite:///{tmp_path / 'school.db'}"
    assert verify_log(url, "demo").ok
    with closing(sqlite3.connect(tmp_path / "school.db")) as database:
        leaves = b"".join(leaf for (leaf,) in database.execute("select leaf from journal_event"))
    assert batch_digest([cell]).encode() in leaves
    assert "Новикова".encode() not in leaves


def test_a_batch_digest_depends_on_what_the_cells_say_alone() -> None:
    """Another order is the same batch; another value, day or writing is another."""
    one, two = mark(FORMS[0], "5"), mark(FORMS[0], "4", day=8)
    assert batch_digest([one, two]) == batch_digest([two, one])
    others = [replace(one, value="3"), replace(one, day=date(2026, 9, 9)), replace(one, raw="5 "), replace(one, nth=2)]
    assert len({batch_digest([cell]) for cell in [one, *others]}) == 5


def test_progress_is_passed_through(store: Store) -> None:
    """The source reports how far it is."""
    steps: list[tuple[int, int]] = []
    diary = Diary([batch(form) for form in FORMS])
    pull_register(store, diary, WINDOW, actor="тест", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]


def test_the_window_is_made_of_everything_linked() -> None:
    """Forms and subgroups, pupils and staff, subjects and lessons by the diary's ids; guardians stay out."""
    kinds = {
        RecordType.FORM: "1", RecordType.SUBGROUP: "2", RecordType.SUBJECT: "3", RecordType.PUPIL: "4",
        RecordType.STAFF: "5", RecordType.LESSON: "6", RecordType.GUARDIAN: "7",
    }  # fmt: skip
    links = [
        IdentityLink(
            record_type=kind,
            sourced_id=SourcedId(f"{kind}:x"),
            remote_id=RemoteId(remote),
            rule="",
            evidence="",
            ours=True,
        )
        for kind, remote in kinds.items()
    ]
    scope = Scope(school_year=2026, lessons_from=SEPTEMBER[0], lessons_to=SEPTEMBER[1])
    window = window_from(links, scope, "Asia/Omsk")
    assert (window.starts, window.ends, window.timezone) == (*SEPTEMBER, "Asia/Omsk")
    assert window.groups == {"1": "form:x", "2": "subgroup:x"}
    assert window.persons == {"4": "pupil:x", "5": "staff:x"}
    assert (window.subjects, window.lessons) == ({"3": "subject:x"}, {"6": "lesson:x"})
