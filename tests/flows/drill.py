"""A form of four pupils and one week beside a practice diary in this process: small enough for a thousand storms."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from flows.practice import CANARY, ledger

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from gateway.bootstrap import open_office
from gateway.errors import SverkaError
from gateway.jobs import setup
from gateway.jobs.run import push, run_all
from gateway.log import configure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connectors.sandbox.school import DemoSchool
    from gateway.office import Office

STARTS, ENDS = "2026-09-01", "2026-09-05"
T = TypeVar("T")
PUPILS, CARDS = 2, 4
LENGTHS, BOLTS = (80, 40), (11, 7)
"""Requests that the storm over the push lasts, and the one over the pull; how many of them it hits, outages apart."""
PAUSE, PATIENCE, GRACE = 0.08, 0.06, 0.1
"""Seconds: the longest pause of a storm; how long the client waits for a byte, less than many a pause; how long a
write may take to land before it is looked for, more than any pause."""
RUNS = 15
"""How often an administrator starts the job again."""
LONGEST = 20.0
"""Seconds in which a run must have ended by itself."""
_ALWAYS = timedelta(days=3650)
_PERIOD = f'[[calendar.periods]]\nnumber = 1\nname = "1 четверть"\nstarts = {STARTS}\nends = {ENDS}\n\n'


class Hasty(Transport):
    """The client whose pauses take no time: its clock jumps over them. A silent diary is left at once."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self._skipped = 0.0
        super().__init__(*given, **{**options, "timeout": PATIENCE, "now": self._now, "sleep": self._skip})

    def _now(self) -> float:
        return time.monotonic() + self._skipped

    def _skip(self, seconds: float) -> None:
        self._skipped += seconds


def tiny_school(seed: int = 7) -> DemoSchool:
    """One form, two subgroups among its lessons, and everybody the chosen lessons and pupils need. All consent."""
    school = generate(seed, pupils=40)
    form = school.forms[0]
    divided = [card for card in school.cards if school.plan[card.row].subgroup][:2]
    whole = [card for card in school.cards if not school.plan[card.row].subgroup and 2 <= card.weekday <= 5]
    cards = tuple({(card.row, card.weekday, card.period): card for card in (*divided, *whole)}.values())[:CARDS]
    rows = sorted({card.row for card in cards})
    kept = form.pupils[:PUPILS]
    teachers = {school.plan[row].teacher for row in rows} | {form.tutor}
    pupils = tuple(replace(one, guardians=one.guardians[:1]) for one in school.pupils if one.personal_file in kept)
    pupils = (replace(pupils[0], name=CANARY), *pupils[1:])
    staff = tuple(one for one in school.staff if one.number in teachers)
    return replace(
        school,
        pupils=pupils,
        staff=staff,
        subjects=tuple(sorted({school.plan[row].subject for row in rows})),
        forms=(replace(form, pupils=kept),),
        subgroups=tuple(
            replace(one, pupils=tuple(file for file in one.pupils if file in kept)) for one in school.subgroups
        ),
        plan=tuple(school.plan[row] for row in rows),
        cards=tuple(replace(card, row=rows.index(card.row)) for card in cards),
        substitutions=(),
        consents=tuple(
            replace(one, given=one.given - _ALWAYS, withdrawn=None, name=_own_name(one.personal_file, one.name, pupils))
            for one in school.consents
            if one.personal_file in kept or (not one.personal_file and one.name in {person.name for person in staff})
        ),
    )


def _own_name(personal_file: str, name: Any, pupils: tuple[Any, ...]) -> Any:
    return next((pupil.name for pupil in pupils if pupil.personal_file == personal_file), name)


@dataclass
class Drill:
    """One folder, imported once; every seed starts from a copy of its memory and an empty diary."""

    folder: Path
    sandbox: RunningSandbox
    control: SandboxControl
    errors: list[SverkaError] = field(default_factory=list)
    """What stopped the verbs since `begin`."""
    _office: Office | None = None

    @property
    def config(self) -> Path:
        return self.folder / "sverka.toml"

    @property
    def office(self) -> Office:
        """The school's office, opened once for all runs of a seed."""
        if self._office is None:
            self._office = open_office(self.config, carrier=Hasty)
        return self._office

    def close(self) -> None:
        if self._office is not None:
            self._office.store.close()
            self._office = None

    def begin(self) -> None:
        """The first day: files taken in, nothing in the diary."""
        self.calm()
        self.control.reset()
        self.control.set_school("drill", "Школа", self._guid)
        for path in (self.folder / "reports").glob("*"):
            path.unlink()
        self.close()
        shutil.copyfile(self.folder / "imported.db", self.folder / "state" / "sverka.db")
        self.errors.clear()

    @property
    def _guid(self) -> str:
        found = re.search(r'school_guid = "([^"]+)"', self.config.read_text())
        assert found
        return found[1]

    def calm(self) -> list[dict[str, Any]]:
        """The storm is over and everything that was still to land has landed; what had fallen."""
        fallen: list[dict[str, Any]] = self.control.storm_so_far()["fallen"]
        self.control.fair_weather()
        while self.control.storm_so_far()["pending"]:
            time.sleep(0.01)
        return fallen

    def _attempt(self, verb: Callable[[], T]) -> T | None:
        """What the verb brought; None when an error of ours stopped it, any other error comes out."""
        started = time.monotonic()
        try:
            return verb()
        except SverkaError as error:
            self.errors.append(error)
            return None
        finally:
            assert time.monotonic() - started < LONGEST

    def push(self) -> None:
        """Plan and apply, and the workbook uploaded, again and again until everything took effect."""
        for _ in range(RUNS):
            done = self._attempt(lambda: push(self.office, "drill", lambda _sentence: None))
            self.upload()
            if done is not None and not done[0][-1].hold and all(report.converged for report in done[1][-1:]):
                return
        raise AssertionError(f"no end of pushing: {[error.code for error in self.errors]}")

    def upload(self) -> None:
        """The administrator uploads the workbook that the last plan left, and puts it away."""
        for workbook in (self.folder / "reports").glob("persons-*.xlsx"):
            assert self.control.upload_persons(workbook.read_bytes())["refused"] == []
            workbook.unlink()

    def run(self) -> None:
        """`sverka run`, as often as its exit code asks for it."""
        for _ in range(RUNS):
            outcome = self._attempt(lambda: run_all(self.office, "drill", lambda _sentence: None))
            if outcome is not None and outcome.exit_code == 0:
                return
        raise AssertionError(f"no end of running: {[error.code for error in self.errors]}")

    def pull(self) -> None:
        """`sverka pull` once, in fair weather."""
        self.office.pull(self.office.days.scope(), "drill")

    def live(self) -> None:
        """Teachers keep the register of the week."""
        assert self.control.play(STARTS, ENDS)["marks"] > 0

    def state(self) -> dict[str, Any]:
        """Everything that must not depend on the weather."""
        office = self.office
        with office.store.begin() as work:
            links = {(link.record_type, link.sourced_id): link.remote_id for link in work.links()}
            intents = work.unsettled_intents()
        log = office.verify_log()
        return {
            "diary": self.control.state_digest(),
            "ledger": ledger(office),
            "links": set(links),
            "twins": len(links) - len(set(links.values())),
            "intents": intents,
            "log": (log.ok, log.first_bad),
        }


@contextlib.contextmanager
def drill(folder: Path) -> Iterator[Drill]:
    """The tiny school in `folder`, joined to a practice diary that lasts as long as the block."""
    with RunningSandbox(7) as sandbox, SandboxControl(sandbox.root) as control:
        answers = setup.Answers(key="drill", name="Школа", year=2026, profile="", base_url="", token="", school_id="")
        config = setup.init_school(folder, setup.join_sandbox(folder, sandbox.root, answers))
        text = re.sub(r"\[\[calendar\.periods\]\].*?(?=# \[\[shifts\]\])", _PERIOD, config.read_text(), flags=re.DOTALL)
        config.write_text(text.replace("[safety]", f"[safety]\ngrace_seconds = {GRACE}"))
        write_files(tiny_school(), folder / "first")
        case = Drill(folder, sandbox, control)
        configure()  # a storm makes megabytes of debug lines
        case.office.import_files(sorted((folder / "first").iterdir()), "drill")
        case.close()
        (folder / "reports").mkdir(exist_ok=True)
        shutil.copyfile(folder / "state" / "sverka.db", folder / "imported.db")
        try:
            yield case
        finally:
            case.close()
            structlog.reset_defaults()
