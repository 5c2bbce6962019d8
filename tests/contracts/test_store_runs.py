"""What verbs leave behind: plans and intents, paper, findings, runs, leases and quarantine, on both engines."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from contracts.store_case import START, Clock
from sqlalchemy import make_url

from state.errors import LeaseHeld, LeaseLost, StateCorrupt
from state.identity import SourcedId
from state.lease import Lease, Plate
from state.local import Problem
from state.register import CellKind, Page, RegisterCell
from state.store import Rejected, Store, Transcription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from state.paper import KeptTranscription
    from state.store import UnitOfWork

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Store:
    return Store.open(database_url, "school", clock)


@pytest.fixture
def neighbour(database_url: str, clock: Clock) -> Store:
    return Store.open(database_url, "neighbour", clock)


# --- plans and intents -----------------------------------------------------------------------------------------------


def test_a_plan_keeps_its_bytes_and_status(store: Store) -> None:
    """Bytes in, the same bytes out; saving it again neither resets the status nor adds another."""
    with store.begin() as unit:
        assert unit.latest_plan() is None
        assert unit.plan("plan-a") is None
        unit.save_plan("plan-a", b'{"steps":[]}\xff')
        unit.set_plan_status("plan-a", "approved")
        unit.save_plan("plan-a", b'{"steps":[]}\xff')
        assert unit.plan("plan-a") == (b'{"steps":[]}\xff', "approved")


def test_the_latest_plan_is_the_one_made_last(store: Store) -> None:
    """A plan that is made again becomes the latest, because it is what the person has just seen."""
    with store.begin() as unit:
        for plan_id in ("plan-a", "plan-b", "plan-a"):
            unit.save_plan(plan_id, b"{}")
            assert unit.latest_plan() == plan_id


def test_a_plan_status_is_one_of_three(store: Store) -> None:
    """Another word is the caller's fault, another plan a contradiction."""
    with store.begin() as unit:
        unit.save_plan("plan-a", b"{}")
        with pytest.raises(ValueError, match="done"):
            unit.set_plan_status("plan-a", "done")
        with pytest.raises(StateCorrupt, match="plan-b"):
            unit.set_plan_status("plan-b", "applied")


def steps(*numbers: int) -> list[dict[str, Any]]:
    return [{"step_id": f"{number:04}-create-form", "after": {"name": f"{number}Б"}} for number in numbers]


def test_intents_stay_unsettled_until_their_end_is_known(store: Store, clock: Clock) -> None:
    """Without an outcome, or in doubt, a write is listed with its run, plan, moment and step; other ends settle it."""
    with store.begin() as unit:
        unit.open_intents("apply-1", "plan-a", steps(1, 2, 3))
        clock.moment += timedelta(minutes=1)
        unit.settle_intents(
            "apply-1",
            [("0001-create-form", "Done", {"remote_id": "5"}), ("0002-create-form", "InDoubt", {"text": "504"})],
        )
        unit.commit()
    with store.begin() as unit:
        found = unit.unsettled_intents()
        assert [row["step"] for row in found] == steps(2, 3)
        assert {key: found[0][key] for key in ("run", "plan_id", "opened_at")} == {
            "run": "apply-1",
            "plan_id": "plan-a",
            "opened_at": START,
        }
        unit.settle_intents("apply-1", [("0002-create-form", "Done", {}), ("0003-create-form", "Refused", {})])
        assert unit.unsettled_intents() == []


def test_intents_are_opened_once_and_settled_only_then(store: Store) -> None:
    """A write noted twice in a run, or ended without having been noted, contradicts itself."""
    with store.begin() as unit:
        unit.open_intents("apply-1", "plan-a", steps(1))
        unit.open_intents("apply-2", "plan-a", steps(1))
        for repeated in (steps(2, 1), steps(3, 3)):
            with pytest.raises(StateCorrupt, match="opened twice"):
                unit.open_intents("apply-1", "plan-a", repeated)
        with pytest.raises(StateCorrupt, match="never opened"):
            unit.settle_intents("apply-1", [("0009-create-form", "Done", {})])
        assert len(unit.unsettled_intents()) == 2


# --- paper -----------------------------------------------------------------------------------------------------------


def transcription(sha256: str = "a" * 64, period: str = "period:1", value: str = "4") -> Transcription:
    page = Page(group=SourcedId("form:2026:7б"), subject=SourcedId("subject:алгебра"))
    day, pupil = date(2026, 9, 7), SourcedId("pupil:а-1")
    cell = RegisterCell(page=page, day=day, nth=1, kind=CellKind.MARKS, person=pupil, value=value, raw=f"{value}.")
    return Transcription(
        page=page,
        period=SourcedId(period),
        source="7Б алгебра.xlsx",
        sha256=sha256,
        whole=True,
        cells=(cell, replace(cell, person=None, kind=CellKind.TOPIC)),
        problems=(Problem(code="ILLEGAL_SYMBOL", where="7Б!C9", raw="4."),),
        imported_by="иванова",
    )


def whole(unit: UnitOfWork, kept: KeptTranscription) -> Transcription:
    """What was saved, put together again from its head and its cells."""
    head = {one.name: getattr(kept, one.name) for one in fields(kept) if one.name not in ("number", "cells_sha256")}
    return Transcription(**head, cells=unit.paper_cells(kept))


def test_the_latest_transcription_of_a_page_and_period_counts(store: Store, neighbour: Store) -> None:
    """It comes back whole; the same file again writes nothing, but may hold other pages and periods too."""
    with store.begin() as unit:
        assert unit.save_transcription(transcription())
        assert not unit.save_transcription(transcription())
        assert unit.save_transcription(transcription("b" * 64, value="5"))
        assert unit.save_transcription(transcription("b" * 64, "period:2"))
        unit.commit()
    with store.begin() as unit:
        kept = unit.transcriptions()
        assert [whole(unit, one) for one in kept] == [
            transcription("b" * 64, value="5"),
            transcription("b" * 64, "period:2"),
        ]
        assert len(unit.paper_frame(kept)) == 4
    with neighbour.begin() as unit:
        assert unit.transcriptions() == ()


def test_equal_cells_of_paper_have_one_digest(store: Store) -> None:
    """What a signature is bound to is what the page says, whichever file said it."""
    with store.begin() as unit:
        for number, value in ((1, "4"), (2, "4"), (3, "5")):
            unit.save_transcription(transcription(str(number) * 64, f"period:{number}", value))
        first, second, third = unit.transcriptions()
    assert first.cells_sha256 == second.cells_sha256 != third.cells_sha256
    assert len(first.cells_sha256) == 64


# --- findings and runs -----------------------------------------------------------------------------------------------


def test_findings_open_close_and_reopen(store: Store) -> None:
    """Open is exactly what the last check saw; the first and last run that saw a finding are kept."""
    one, two = {"finding_id": "f1", "code": "MARK_DIFF"}, {"finding_id": "f2", "code": "TOPIC_DIFF"}
    with store.begin() as unit:
        unit.save_reconciliation("reconcile-1", [two, one], {"pages": 1})
        assert [row["finding_id"] for row in unit.findings()] == ["f1", "f2"]
        unit.save_reconciliation("reconcile-2", [{**two, "paper": "5"}], {"pages": 2})
        assert unit.findings() == [
            {**two, "paper": "5", "status": "open", "first_run": "reconcile-1", "last_run": "reconcile-2"}
        ]
        closed = {**one, "status": "closed", "first_run": "reconcile-1", "last_run": "reconcile-1"}
        assert unit.findings(open_only=False)[0] == closed
        unit.save_reconciliation("reconcile-3", [one], {"pages": 3})
        assert unit.findings() == [{**closed, "status": "open", "last_run": "reconcile-3"}]
        asked = unit.reconciliations(["reconcile-3", "reconcile-1"])
        assert [(row["run"], row["summary"]["pages"]) for row in asked] == [("reconcile-1", 1), ("reconcile-3", 3)]
        last = unit.last_reconciliation()
        assert last is not None
        assert (last["run"], last["summary"]) == ("reconcile-3", {"pages": 3})


def test_the_verdict_on_a_page_is_the_one_put_last(store: Store, neighbour: Store) -> None:
    """With the basis it was put with; the pages that were not named keep theirs, and so does another school."""
    with store.begin() as unit:
        unit.put_verdicts({1: ("a", {"equal": 3}), 2: ("a", None)})
        unit.put_verdicts({2: ("b", {"equal": 4})})
        unit.commit()
    with store.begin() as unit:
        kept = unit.verdicts()
    assert {page: (one.basis, json.loads(one.body)) for page, one in kept.items()} == {
        1: ("a", {"equal": 3}),
        2: ("b", {"equal": 4}),
    }
    with neighbour.begin() as unit:
        assert unit.verdicts() == {}


def test_a_finding_stands_once_in_a_check(store: Store) -> None:
    """A repeated id would hide one of the two."""
    row = {"finding_id": "f1", "code": "MARK_DIFF"}
    with store.begin() as unit, pytest.raises(ValueError, match="twice"):
        unit.save_reconciliation("reconcile-1", [row, row], {})


def test_runs_are_numbered_and_end(store: Store, neighbour: Store, clock: Clock) -> None:
    """Each run has its verb, start, end and result, the oldest first; a run without an end is seen as such."""
    with store.begin() as unit:
        assert [unit.start_run("pull"), unit.start_run("plan"), unit.start_run("pull")] == [
            "pull-000001",
            "plan-000002",
            "pull-000003",
        ]
        clock.moment += timedelta(hours=1)
        unit.end_run("pull-000001", {"cells_seen": 5})
        with pytest.raises(StateCorrupt, match="pull-000009"):
            unit.end_run("pull-000009", {})
        unit.commit()
    with store.begin() as unit:
        first, second = unit.runs("pull")
        assert [row["verb"] for row in unit.runs()] == ["pull", "plan", "pull"]
    assert first == {
        "run": "pull-000001",
        "verb": "pull",
        "started_at": START,
        "ended_at": START + timedelta(hours=1),
        "result": {"cells_seen": 5},
    }
    assert (second["ended_at"], second["result"]) == (None, None)
    with neighbour.begin() as unit:
        assert unit.start_run("pull") == "pull-000001"


# --- lease and quarantine --------------------------------------------------------------------------------------------


def test_a_lease_keeps_others_out_until_it_is_given_back(
    store: Store, neighbour: Store, database_url: str, clock: Clock
) -> None:
    """Others are told who has it since when; its holder enters freely again; another school is not concerned."""
    rival = Store.open(database_url, "school", clock)
    with store.lease("apply") as lease:
        clock.pass_time(hours=9)
        with store.lease("apply again") as same:
            assert same is lease
        with pytest.raises(LeaseHeld) as held, rival.lease("rival"):
            pytest.fail("two hold the lease")
        assert (held.value.holder, held.value.since) == ("apply", START)
        with neighbour.lease("neighbour"):
            lease.confirm()
    with pytest.raises(ZeroDivisionError), rival.lease("rival"):
        raise ZeroDivisionError
    with store.lease("apply") as lease:
        assert lease.interrupted is None


HOLDER = """
import sys, time
from datetime import UTC, datetime
from state.store import Store
with Store.open(sys.argv[1], "school", lambda: datetime(2026, 9, 1, 6, tzinfo=UTC)).lease("killed run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_blocks_nobody(store: Store, database_url: str) -> None:
    """The lease of a process that was killed is free at once, and the next holder learns whose run it takes over."""
    command = [sys.executable, "-c", HOLDER, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == b"held"
        with pytest.raises(LeaseHeld, match="killed run"), store.lease("next"):
            pytest.fail("two hold the lease")
        process.kill()
    with _soon(store) as lease:
        assert lease.interrupted == Plate("killed run", START)
    with store.lease("the one after") as lease:
        assert lease.interrupted is None


@contextmanager
def _soon(store: Store) -> Iterator[Lease]:
    """The lease, after the moment a PostgreSQL server needs to notice that its client is gone."""
    for _ in range(100):
        with suppress(LeaseHeld), store.lease("next") as lease:
            yield lease
            return
        time.sleep(0.05)
    pytest.fail("the lease of a killed process is still held")


@pytest.mark.postgres
def test_a_lease_that_the_server_took_back_is_noticed(postgres_url: str, clock: Clock) -> None:
    """Without its session another run may hold it already: the next batch must not be sent."""
    store = Store.open(postgres_url, "school", clock)
    address = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with store.lease("apply") as lease, psycopg.connect(address, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with pytest.raises(LeaseLost):
            lease.confirm()
    store.close()


def test_quarantine_keeps_a_record_and_its_faults(store: Store, clock: Clock) -> None:
    """One row per record and code, the latest details; a record is let go with all its faults."""
    bad = Rejected(record_type="pupil", place="ученики.xlsx!B7", code="NO_BIRTH_DATE", details={"column": "B"})
    with store.begin() as unit:
        unit.put_quarantine([bad, replace(bad, code="NO_FORM"), replace(bad, place="ученики.xlsx!B8")])
        clock.moment += timedelta(days=1)
        unit.put_quarantine([replace(bad, details={"column": "C"})])
        assert unit.quarantine()[0] == replace(bad, details={"column": "C"}, since=clock.moment)
        assert len(unit.quarantine()) == 3
        unit.drop_quarantine([("pupil", "ученики.xlsx!B7")])
        assert [item.place for item in unit.quarantine()] == ["ученики.xlsx!B8"]
