"""A little school of two weeks beside a practice diary: what the flow tests start from."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.school.values import DemoName
from connectors.sandbox.server import sandbox_process
from gateway.bootstrap import open_office
from gateway.jobs import setup
from gateway.jobs.demo_papers import Names, type_over
from state.register import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.sandbox.school import DemoSchool
    from gateway.office import Office

ROOT = Path(__file__).parents[2]
STARTS, ENDS = date(2026, 9, 1), date(2026, 9, 12)
CANARY = DemoName(family="Канарейкин", given="Тайник", patronymic="Секретович")
_PERIOD = f'[[calendar.periods]]\nnumber = 1\nname = "1 четверть"\nstarts = {STARTS}\nends = {ENDS}\n\n'
_ALWAYS = timedelta(days=3650)


def little_school(seed: int = 7, pupils: int = 80) -> DemoSchool:
    """Both shifts, subgroups, six-day and five-day forms. One pupil is the canary, whose name must never be logged.

    Consents lie years back, so that the tests may run on any day.
    """
    school = generate(seed, pupils=pupils)
    consents = tuple(
        replace(one, given=one.given - _ALWAYS, withdrawn=one.withdrawn and one.withdrawn - _ALWAYS)
        for one in school.consents
    )
    held = {one.personal_file for one in consents if not one.withdrawn}
    chosen = next(one.personal_file for one in school.pupils if one.personal_file in held and not one.has_left)

    def renamed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(one, name=CANARY) if one.personal_file == chosen else one for one in rows)

    return replace(school, pupils=renamed(school.pupils), consents=renamed(consents))


@dataclass(frozen=True)
class Practice:
    """One school's folder and its diary."""

    folder: Path
    school: DemoSchool
    control: SandboxControl

    @property
    def config(self) -> Path:
        return self.folder / "sverka.toml"

    @property
    def canaries(self) -> frozenset[str]:
        """What must reach no log: every person's family name and SNILS, and the token."""
        people = [*self.school.pupils, *self.school.staff]
        people += [guardian for pupil in self.school.pupils for guardian in pupil.guardians]
        names = {person.name.family for person in people}
        numbers = {person.snils for person in (*self.school.pupils, *self.school.staff) if person.snils}
        return frozenset({*names, *numbers, (self.folder / "token").read_text()})

    @contextmanager
    def office(self) -> Iterator[Office]:
        office = open_office(self.config)
        try:
            yield office
        finally:
            office.store.close()

    # --- what people do -----------------------------------------------------------------------------------------------

    def upload(self) -> None:
        """The administrator uploads the workbook that apply left for them."""
        for workbook in (self.folder / "reports").glob("persons-*.xlsx"):
            assert self.control.upload_persons(workbook.read_bytes())["refused"] == []

    def live(self) -> None:
        """Teachers keep both registers for the two weeks."""
        assert self.control.play(STARTS.isoformat(), ENDS.isoformat())["marks"] > 0

    def type_pages(self, form: str, *, slip: bool = True) -> None:
        """The deputy head types the form's paper pages over, with one slip of the pen."""
        with self.office() as office:
            with office.store.begin() as work:
                names = Names.of(work.links())
            ours = f":{form.casefold()}"
            groups = [remote for remote, sourced in names.groups.items() if ours in sourced]
            paper = self.control.paper(sorted(groups))
            if slip:
                cells = [cell for sheet in paper for cell in sheet["cells"]]
                chosen = min(cells, key=lambda cell: (cell["day"], cell["nth"], names.persons[cell["person_id"]]))
                chosen["text"] = "2" if chosen["text"] != "2" else "3"
            pages = office.paper_pages(form, None, office.days.period(1))
            type_over(pages, paper, names, self.folder / "papers" / f"{form}.xlsx")

    # --- the job ------------------------------------------------------------------------------------------------------

    def start(self, *words: str, log_level: str = "warning") -> subprocess.Popen[str]:
        """`sverka run` as a process of its own."""
        options = ["-c", str(self.config), "--log-level", log_level]
        command = [sys.executable, "-m", "gateway.cli.main", *options, "run", *words]
        left_out = ("SVERKA_", "PYTHONDONTWRITE")  # each of a dozen processes would compile the product anew
        environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self, code: int = 0) -> str:
        """The job runs to its end, which is `code`; what it said."""
        said, talked = (process := self.start()).communicate(timeout=120)
        assert process.returncode == code, said + talked
        return said + talked

    def kill_when(self, met: Callable[[Watch], bool]) -> Watch:
        """The job is started and killed as soon as `met`; what it had done by then."""
        process, watch = self.start(), Watch(self)
        try:
            while not met(watch.look()):
                time.sleep(0.004)
                if process.poll() is not None:
                    raise AssertionError(f"it ended before that: {process.communicate()} {watch}")
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        return watch


class Watch:
    """What the journal and the diary have counted since the job was started."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._database = sqlite3.connect(f"file:{practice.folder / 'state' / 'sverka.db'}?mode=ro", uri=True)
        self._before = self._asked()
        self._seen = self._database.execute("SELECT coalesce(max(seq), -1) FROM journal_event").fetchone()[0]
        self.events: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def look(self) -> Watch:
        query = "SELECT seq, leaf FROM journal_event WHERE seq > ? ORDER BY seq"
        for seq, leaf in self._database.execute(query, (self._seen,)):
            event = json.loads(leaf)
            self.events[" ".join(filter(None, (event["kind"], event["data"].get("record_type"))))] += 1
            self._seen = seq
        self.asked = self._asked() - self._before
        return self

    def part_written(self) -> bool:
        """A report is being written right now."""
        return any((self._practice.folder / "reports").glob(".*.part"))

    def _asked(self) -> Counter[str]:
        return Counter(self._practice.control.counters()["by_operation"])

    def __str__(self) -> str:
        return f"events {dict(self.events)}, asked {dict(self.asked)}"


@contextmanager
def practice(folder: Path, school: DemoSchool, seed: int = 7) -> Iterator[Practice]:
    """The school's files and settings in `folder`, joined to a sandbox of its own."""
    with sandbox_process(seed) as base_url, SandboxControl(base_url) as control:
        answers = setup.Answers(
            key="flow",
            name=school.name,
            year=school.calendar.school_year,
            profile="",
            base_url="",
            token="",
            school_id="",
        )
        config = setup.init_school(folder, setup.join_sandbox(folder, base_url, answers))
        text = re.sub(r"\[\[calendar\.periods\]\].*?(?=# \[\[shifts\]\])", _PERIOD, config.read_text(), flags=re.DOTALL)
        config.write_text(text.replace("[safety]", "[safety]\ngrace_seconds = 1"))
        write_files(school, folder / "files")
        yield Practice(folder, school, control)


def ledger(office: Office) -> set[tuple[str, ...]]:
    """Every open cell of the ledger under our own names, without ids and moments of seeing."""
    with office.store.begin() as work:
        frame, pages, persons = work.register_frame(), work.pages(), work.persons()
    cells = set()
    for key, value, raw in frame.select("key", "value", "raw").iter_rows():
        page, day, nth, kind, person = unpack(key)
        where = (pages[page].group, pages[page].subject, day.isoformat(), str(nth), kind.name)
        cells.add((*where, str(persons.get(person, "")), value, raw))
    assert len(cells) == frame.height
    return cells
