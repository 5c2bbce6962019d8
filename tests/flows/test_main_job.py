"""The main job through the command line, command by command, on a little school; and the promises it must keep.

The story is played once; every test looks at what it left. Whatever left the machine was noted on the way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from flows.overheard import SECRET, Played, main_job, sverka, withdrawn
from python_calamine import CalamineWorkbook

from state.identity import guid, pupil_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from connectors.sandbox.school.values import DemoPupil
    from state.identity import SourcedId


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with main_job(tmp_path_factory.mktemp("main") / "school") as story:
        yield story


# --- what each command answers ----------------------------------------------------------------------------------------


def test_every_command_ends_well(played: Played) -> None:
    """Exit code 0 of every step, but 3 of a plan that was carried out already."""
    codes = {step: said.code for step, said in played.said.items()}
    assert codes.pop("apply twice") == 3
    assert {step: (code, played.said[step].err) for step, code in codes.items() if code} == {}


def test_a_sandbox_school_is_six_files(tmp_path: Path) -> None:
    """`sandbox files` leaves what a school really has, ready for `import`."""
    said = sverka("sandbox", "files", tmp_path, "--pupils", 40)
    named = {"staff.xlsx", "pupils.xlsx", "timetable.xml", "subgroups.xlsx", "consents.xlsx", "substitutions.xlsx"}
    assert said.code == 0
    assert {path.name for path in tmp_path.iterdir()} == named
    assert "sverka import" in said.err


def test_the_doctor_finds_a_sandbox_school_ready(played: Played) -> None:
    """`doctor/1`: every check is told, with its advice."""
    told = played.told("doctor")
    assert set(told) == {"schema", "ok", "checks"}
    assert (told["schema"], told["ok"]) == ("doctor/1", True)
    assert all(set(check) == {"check", "ok", "says", "next"} for check in told["checks"])


def test_every_file_of_the_school_is_recognised(played: Played) -> None:
    """`source-inspect/1` has exactly its keys, and counts what the file holds."""
    seen = {step: said.told for step, said in played.said.items() if step.startswith("inspect ")}
    counted = {"staff", "pupils", "guardians", "forms", "divisions", "subgroups", "subjects", "rooms", "plan_rows"}
    assert len(seen) == 6
    for told in seen.values():
        assert set(told) == {"schema", "format", "version", "counts", "findings", "scope"}
        assert told["schema"] == "source-inspect/1"
        assert set(told["counts"]) == counted | {"lessons"}
    assert len({told["format"] for told in seen.values()}) == 6
    assert seen["inspect pupils.xlsx"]["counts"]["pupils"] == len(played.school.pupils)
    assert seen["inspect staff.xlsx"]["counts"]["staff"] == len(played.school.staff)
    assert seen["inspect timetable.xml"]["counts"]["forms"] == len(played.school.forms)


def test_the_same_files_again_change_nothing(played: Played) -> None:
    """`import/1` says of each file whether it brought anything new."""
    first, again = played.told("import")["files"], played.told("import again")["files"]
    assert [one["changed"] for one in first] == [True] * 6
    assert [one["changed"] for one in again] == [False] * 6


def test_a_plan_made_twice_is_the_same_bytes(played: Played) -> None:
    """`plan/1` has exactly its keys; the plan itself depends on nothing but the two sides."""
    told = played.told("plan")
    keys = {"schema", "plan", "checksum", "counts", "routes", "hold", "unordered", "still_there", "moves"}
    assert set(told) == keys
    assert (told["unordered"], told["still_there"], told["moves"]) == ({}, {}, [])
    assert played.file("a").read_bytes() == played.file("b").read_bytes()
    assert told["plan"] == played.plan("a")["plan"]
    assert sum(sum(row.values()) for row in told["counts"].values()) == sum(told["routes"].values())
    assert told["routes"].keys() == {"import-service", "file"}


def test_two_pushes_and_one_upload_make_both_sides_equal(played: Played) -> None:
    """Persons go by the workbook, the rest by calls; after that a plan is empty."""
    first, second = played.told("apply"), played.told("second apply")
    assert (first["refused"], first["in_doubt"], second["refused"], second["in_doubt"]) == (0, 0, 0, 0)
    assert (first["converged"], second["converged"]) == (False, True)
    uploaded = played.told("upload")
    assert uploaded["created"] == played.told("plan")["routes"]["file"]
    assert uploaded["refused"] == []
    assert (played.told("empty plan")["counts"], played.told("empty plan")["hold"]) == ({}, None)


def test_everybody_with_a_consent_is_in_the_diary(played: Played) -> None:
    """Pupils of the forms, their guardians and the staff: withholding too much would be no push at all."""
    school, hidden = played.school, played.school.unconsented
    pupils = [pupil for pupil in school.pupils if pupil not in hidden and not pupil.has_left]
    guardians = [guardian for pupil in pupils for guardian in pupil.guardians]
    names = {one.name.full for group in (pupils, school.staff, guardians) for one in group}
    known = {person.full for person in played.sandbox.world.persons.values()}
    assert names - known == set()


def test_a_second_pull_writes_nothing(played: Played) -> None:
    """`pull/1`: the first brings every cell, the second sees the same and keeps what is there."""
    first, second = played.told("pull"), played.told("pull again")
    assert set(first) == {
        *("schema", "run", "requests", "requests_minimum", "groups_gone"),
        *("cells_seen", "entries_new", "entries_changed", "entries_vanished"),
    }
    assert first["requests_minimum"] <= first["requests"] <= 1.1 * first["requests_minimum"]
    assert first["entries_new"] == first["cells_seen"] > 1000
    assert second["cells_seen"] == first["cells_seen"]
    assert (second["entries_new"], second["entries_changed"], second["entries_vanished"]) == (0, 0, 0)


def test_the_page_to_type_is_blind(played: Played) -> None:
    """Marks that were pulled change no cell of the workbook: who types sees only the paper."""
    assert played.told("pull")["entries_new"] > 0
    assert _cells(played.file("after.xlsx")) == _cells(played.file("before.xlsx"))


def _cells(path: Path) -> dict[str, list[Any]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_one_slip_of_the_pen_is_the_one_finding(played: Played) -> None:
    """`reconcile/1` and `findings/1`: the cell typed wrong is named, everything else agrees."""
    told = played.told("reconcile")
    assert set(told) == {
        *("schema", "run", "pages", "cells_compared", "cells_equal", "agreement", "left_out", "skipped"),
        *("findings", "items"),
    }
    assert told["cells_compared"] - told["cells_equal"] == 1
    assert sum(told["findings"].values()) == len(told["items"]) == 1
    assert told["pages"] == played.told("paper import")["files"][0]["whole"] > 5
    (kept,) = played.told("findings")["items"]
    item = told["items"][0]
    assert {"id": kept["finding_id"], **{name: kept[name] for name in item if name != "id"}} == item


def test_the_report_is_written_three_ways_and_the_log_verifies(played: Played) -> None:
    """`report/1` names files that are there; `log-verify/1` gives the head of an unbroken log."""
    files = [played.folder / path for path in played.told("report")["files"]]
    assert sorted(path.suffix for path in files) == [".csv", ".pdf", ".xlsx"]
    assert all(path.stat().st_size > 100 for path in files)
    told = played.told("log verify")
    assert set(told) == {"schema", "ok", "size", "root", "first_bad"}
    assert (told["ok"], told["first_bad"]) == (True, None)
    assert told["size"] > 20
    assert len(told["root"]) == 64


# --- the promises -----------------------------------------------------------------------------------------------------


def test_no_mark_was_written_and_nothing_stands_twice(played: Played) -> None:
    """The diary's own account of the whole job."""
    assert played.counters["writes"] > 400
    assert (played.counters["mark_writes"], played.counters["duplicates"], played.counters["marks_destroyed"]) == (
        *(0, 0, 0),
    )


def test_nobody_without_consent_ever_reached_the_diary(played: Played) -> None:
    """No address, envelope or workbook holds a word of their names, a birth date or a GUID."""
    hidden = played.school.unconsented
    heard = (*played.heard, *played.tap.heard)
    assert len(hidden) > 0
    born = [pupil.birth_date.isoformat() for pupil in hidden]
    assert holding(heard, SECRET, *born, *(mark for pupil in hidden for mark in marks_of(pupil))) == []
    assert [one for one in played.sandbox.world.persons.values() if SECRET in one.full] == []
    known = withdrawn(played)  # who had a consent then: the tap does hear what passes
    assert all(holding(played.heard, mark) for mark in (known.name.family, *marks_of(known)))


def test_a_withdrawn_consent_stops_the_push_at_once(played: Played) -> None:
    """The next plan does nothing with the pupil and counts them as withheld; not a word of them leaves."""
    pupil, plan = withdrawn(played), played.plan("withdrawn")
    sourced = sourced_id(pupil)
    assert plan["withheld"]["pupil"] == played.plan("a")["withheld"]["pupil"] + 1
    assert [step for step in plan["steps"] if sourced in json.dumps(step, ensure_ascii=False)] == []
    assert holding(played.tap.heard, marks_of(pupil)[0]) == []
    assert [line for line in holding(played.tap.heard, pupil.name.family) if pupil.name.given in line] == []


def test_a_withdrawal_lists_what_the_diary_holds(played: Played) -> None:
    """`consents-withdrawn/1` and `consents/1`: the pupil, the guardians and the memberships by the diary's own ids."""
    (one,) = played.told("still there")["people"]
    pupil = withdrawn(played)
    assert (one["subject"], one["name"]) == (sourced_id(pupil), pupil.name.full)
    held = {item["record_type"]: item["remote_id"] for item in one["objects"]}
    assert {"pupil", "guardian", "membership"} <= set(held)
    assert played.sandbox.world.persons[int(held["pupil"])].full == pupil.name.full
    told = played.told("register")
    assert (told["still_in_diary"], told["pupils"]["withdrawn"] > 0) == (1, True)
    assert played.told("plan withdrawn")["still_there"]["pupil"] == 1


def test_a_school_with_its_orders_and_lists_in_order_waits_for_nothing(played: Played) -> None:
    """`orders/1` is empty: every row has its order. `subgroups/1`: each division is a ready list, nobody is missing."""
    assert played.told("orders") == {"schema": "orders/1", "waiting": []}
    divisions = played.told("subgroups")["divisions"]
    assert divisions
    seats = {form.name: len(form.pupils) for form in played.school.forms}
    assert [one for one in divisions if one["draft"] or one["seated"] != seats[one["form"]]] == []


def test_a_pupil_who_stays_in_the_diary_without_consent_is_a_finding(played: Played) -> None:
    """`NO_CONSENT_IN_DIARY` names the pupil and the form; their cells are left out, not compared."""
    before, after = played.told("reconcile"), played.told("reconcile withdrawn")
    sourced = sourced_id(withdrawn(played))
    found = [item for item in after["items"] if item["code"] == "NO_CONSENT_IN_DIARY"]
    assert {item["person"] for item in found} == {sourced}
    assert "NO_CONSENT_IN_DIARY" not in before["findings"]
    assert after["left_out"] > before["left_out"]


def marks_of(pupil: DemoPupil) -> tuple[str, str]:
    """What identifies the pupil on the wire beside the name: the GUID, and the birth date as workbooks write it."""
    return guid("main", sourced_id(pupil)), f"{pupil.birth_date:%d.%m.%Y}"


def sourced_id(pupil: DemoPupil) -> SourcedId:
    return pupil_id(pupil.personal_file)


def holding(heard: Iterable[str], *words: str) -> list[str]:
    """The requests that hold any of the words, whatever the case."""
    sought = [word.casefold() for word in words]
    return [line for line in heard if any(word in line.casefold() for word in sought)]
