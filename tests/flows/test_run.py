"""The scheduled job as an administrator meets it: what it says, what it keeps, and its exit code."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from flows.overheard import Said
from flows.practice import Practice, ledger, little_school, practice

from connectors.sandbox.school import write_files
from connectors.sandbox.school.values import LEFT
from gateway.cli.main import run
from gateway.jobs.setup import Answers, init_school

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = "5А"


@dataclass(frozen=True)
class Job:
    """A school whose diary equals its files, with a fortnight of marks; each test leaves it so."""

    case: Practice
    first: tuple[Said, ...]
    """The pushes that made it so, logged at the highest level."""
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str) -> Said:
        """`sverka … run` in this process; whatever it says on stderr names nobody."""
        self.capture.readouterr()
        with pytest.raises(SystemExit) as end:
            run(["-c", str(self.case.config), "run", *words])
        structlog.reset_defaults()  # the captured stream is about to be closed
        out, err = self.capture.readouterr()
        assert named(err, self.case) == []
        return Said(int(end.value.code or 0), out, err)

    def dismiss(self, count: int, *, seated: bool = False) -> None:
        """In the school's files the first `count` pupils have left; 0 brings everybody back.

        `seated`: the sheet of subgroups still has them.
        """
        school = self.case.school
        left = {pupil.personal_file for pupil in [one for one in school.pupils if not one.has_left][:count]}
        pupils = tuple(replace(one, form=LEFT) if one.personal_file in left else one for one in school.pupils)
        gone = set() if seated else left
        groups = tuple(
            replace(one, pupils=tuple(file for file in one.pupils if file not in gone)) for one in school.subgroups
        )
        write_files(replace(school, pupils=pupils, subgroups=groups), self.case.folder / "files")


def named(text: str, case: Practice) -> list[str]:
    """Canaries that sing in the text."""
    return sorted(canary for canary in case.canaries if canary.casefold() in text.casefold())


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Practice, tuple[Said, ...]]]:
    with practice(tmp_path_factory.mktemp("run") / "school", little_school()) as case:
        first = [_logged(case)]
        case.upload()
        first.append(_logged(case))
        case.live()
        case.type_pages(FORM, slip=False)
        first.append(_logged(case))
        yield case, tuple(first)


def _logged(case: Practice) -> Said:
    process = case.start(log_level="debug")
    out, err = process.communicate(timeout=120)
    return Said(process.returncode, out, err)


@pytest.fixture
def job(pushed: tuple[Practice, tuple[Said, ...]], capsys: pytest.CaptureFixture[str]) -> Job:
    case, first = pushed
    return Job(case, first, capsys)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_three_runs_and_one_upload_fill_an_empty_diary(job: Job) -> None:
    """The first leaves a workbook to the administrator and says so; after the upload nothing is left to people."""
    assert [said.code for said in job.first] == [0, 0, 0]
    assert "Человеку: " in job.first[0].out
    assert "persons-plan-" in job.first[0].out
    assert "Сверять нечего" in job.first[0].out
    assert "Человеку: " not in job.first[1].out
    assert "расхождений 0" in job.first[2].out


def test_the_log_names_nobody(job: Job) -> None:
    """At the highest level, over pushes of every person: no name, SNILS or token on stderr; on stdout neither."""
    assert all('"event": "request"' in said.err for said in job.first)
    assert [name for said in job.first for name in named(said.err + said.out, job.case)] == []
    assert "Канарейкин" in job.case.canaries


def test_a_run_tells_a_program_what_it_did(job: Job) -> None:
    """`run/1` holds the stages' own objects; with nothing to do the diary is only read."""
    writes = job.case.control.counters()["writes"]
    told = job.run("--json").told
    assert set(told) == {
        *("schema", "exit_code", "imported", "bad_files", "partial", "plan", "apply", "handed"),
        *("pull", "papers", "reconcile", "reports"),
    }
    assert (told["schema"], told["exit_code"]) == ("run/1", 0)
    assert told["partial"] == []
    assert (told["imported"], told["papers"], told["bad_files"], told["apply"], told["handed"]) == (0, 0, [], [], [])
    assert [(plan["schema"], plan["counts"], plan["hold"]) for plan in told["plan"]] == [("plan/1", {}, None)]
    pulled = told["pull"]
    assert pulled["schema"] == "pull/1"
    assert pulled["cells_seen"] > 1000
    assert (pulled["entries_new"], pulled["entries_changed"], pulled["entries_vanished"]) == (0, 0, 0)
    checked = told["reconcile"]
    assert checked["schema"] == "reconcile/1"
    assert checked["pages"] > 0
    assert checked["cells_compared"] > 100
    assert sorted(path.rsplit(".", 1)[1] for path in told["reports"]) == ["csv", "pdf", "xlsx"]
    assert job.case.control.counters()["writes"] == writes


# --- what waits for people --------------------------------------------------------------------------------------------


def test_a_held_plan_waits_while_marks_still_come_in(job: Job) -> None:
    """Exit code 3 and the two commands that release it; the diary is not written, but pulled and checked."""
    writes = job.case.control.counters()["writes"]
    job.dismiss(30)
    job.case.control.correct(mark_ids=3)
    said = job.run("--json")
    assert said.code == said.told["exit_code"] == 3
    assert said.told["plan"][0]["hold"]
    assert said.told["apply"] == []
    assert said.told["pull"]["entries_changed"] + said.told["pull"]["entries_new"] > 0
    assert said.told["reconcile"]["pages"] > 0
    plan = said.told["plan"][0]["plan"]
    again = job.run()
    assert again.code == 3
    assert f"sverka approve {plan} --why" in again.out
    assert f"sverka apply {plan}" in again.out
    assert job.case.control.counters()["writes"] == writes
    job.dismiss(0)
    assert job.run().code == 0


def test_lists_that_are_not_whole_take_nobody_out_and_say_so(job: Job) -> None:
    """A leaver who still sits in a subgroup makes the lists doubtful: nobody is suspended, and the run tells why."""
    job.dismiss(30, seated=True)
    told = job.run("--json").told
    assert (told["exit_code"], told["partial"]) == (0, ["membership"])
    assert all("suspend" not in figures for plan in told["plan"] for figures in plan["counts"].values())
    assert "ничего не убирается: состав классов и подгрупп" in job.run().out
    job.dismiss(0)
    assert job.run("--json").told["partial"] == []


def test_a_broken_file_stops_nobody(job: Job) -> None:
    """Exit code 4 and the file's name; its last good content holds, nobody is dropped, the rest of the job is done."""
    pupils = job.case.folder / "files" / "pupils.xlsx"
    good = pupils.read_bytes()
    pupils.write_bytes(good[: len(good) // 2])
    page = job.case.folder / "papers" / "page.xlsx"
    page.write_text("Канарейкин Тайник: 5")
    said = job.run("--json")
    assert said.code == said.told["exit_code"] == 4
    assert [item["file"] for item in said.told["bad_files"]] == ["pupils.xlsx", "page.xlsx"]
    assert all(item["what"] and item["next"] for item in said.told["bad_files"])
    assert said.told["plan"][0]["counts"] == {}
    assert said.told["reconcile"]["pages"] > 0
    aloud = job.run()
    assert aloud.code == 4
    assert "Файл не взят, в силе прежний. pupils.xlsx: " in aloud.out
    pupils.write_bytes(good)
    page.unlink()
    assert job.run().code == 0


# --- when the diary is away -------------------------------------------------------------------------------------------


def kept(case: Practice) -> tuple[Any, ...]:
    with case.office() as office, office.store.begin() as work:
        links = Counter(link.record_type for link in work.links())
        parts = [part.sha256 for part in work.parts()]
    with case.office() as office:
        return links, parts, ledger(office), office.verify_log().ok


def test_a_dead_token_asks_for_a_new_one(job: Job) -> None:
    """Exit code 3, a sentence that says so, the same as an object; what was known stays known."""
    before = kept(job.case)
    token = job.case.folder / "token"
    good = token.read_text()
    token.write_text("0" * 32)
    said = job.run()
    told = job.run("--json").told
    token.write_text(good)
    assert said.code == 3
    assert "Дневник не принимает наш вход" in said.err
    assert "sverka auth login" in said.err
    assert (told["schema"], told["error"], told["exit_code"]) == ("error/1", "SignInNeeded", 3)
    assert kept(job.case) == before
    assert job.run().code == 0


def test_a_diary_that_is_down_is_waited_for(tmp_path: Path, job: Job) -> None:
    """After the attempts of one read: exit code 75, «try later», and the imported files are kept."""
    nobody = Answers(
        key="flow",
        name="Школа",
        year=2026,
        profile="dnevnik-import-service",
        base_url="http://127.0.0.1:9/v2.0",
        token="file:token",
        school_id="1",
    )
    alone = Practice(tmp_path / "school", job.case.school, job.case.control)
    init_school(alone.folder, nobody)
    shutil.copy(job.case.folder / "token", alone.folder / "token")
    shutil.copytree(job.case.folder / "files", alone.folder / "files", dirs_exist_ok=True)
    said = Job(alone, (), job.capture).run()
    assert said.code == 75
    assert "Дневник не отвечает" in said.err
    assert "Повторите команду позже" in said.err
    assert len(kept(alone)[1]) == 6


# --- one job per school -----------------------------------------------------------------------------------------------


def test_of_two_jobs_the_second_goes_away(job: Job) -> None:
    """The second says who works since when and ends with 75; the first is unharmed."""
    job.case.control.weather("late", "edu-groups", 12)
    first = job.case.start()
    try:
        deadline = time.monotonic() + 60
        while not _taken(job.case):
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = job.run()
        told = job.run("--json").told
    finally:
        said, talked = first.communicate(timeout=120)
    assert first.returncode == 0, talked
    assert "Готово" in said
    assert second.code == 75
    assert "С этой школой уже работает другой запуск (schedule, " in second.err
    assert f"PID {first.pid}" in second.err
    assert (told["error"], told["exit_code"]) == ("LeaseHeld", 75)
    assert "Прежний запуск прерван" not in job.run().err


def _taken(case: Practice) -> bool:
    with case.office() as office, office.store.begin() as work:
        return work.plate() is not None
