"""A form of four pupils and one week beside a practice diary in this process: small enough for a thousand storms."""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import structlog
from flows.forks import forks
from flows.practice import CANARY, ledger

from connectors.dnevnik.oauth import SCOPES
from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import generate, write_files
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from gateway import bootstrap, settings
from gateway.auth.values import Kept
from gateway.bootstrap import open_office
from gateway.errors import SignInNeeded, SverkaError, WaitError
from gateway.jobs import setup
from gateway.jobs.run import push, run_all
from gateway.log import configure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flows.forks import Forks

    from connectors.sandbox.school import DemoSchool
    from gateway.office import Office

STARTS, ENDS = "2026-09-01", "2026-09-05"
T = TypeVar("T")
PUPILS, CARDS = 2, 4
LENGTHS, BOLTS = (80, 40), (11, 7)
"""Requests that the storm over the push lasts, and the one over the pull; how many of them it hits, outages apart."""
PAUSE, PATIENCE, GRACE = 0.05, 0.04, 0.065
"""Seconds: the longest pause of a storm; how long the client waits for a byte, less than many a pause; how long a
write may take to land before it is looked for, more than any pause."""
WINDOW = 120.0
"""Seconds by the jumping clock: the longest maintenance, more than a run has patience for."""
RUNS = 15
"""How often an administrator starts the job again."""
A_LITTLE_LATER = 300.0
"""Seconds by the jumping clock until the administrator tries again what asks for patience."""
LONGEST, LONGEST_BY_THE_CLOCK = 45.0, 1800.0
"""Seconds in which a run must have ended by itself: real ones, and with all the pauses that were jumped over."""
LIFE = 1.0
"""Real seconds that a run is left alive that never asks the diary often enough to be killed."""
HURRIED = "hurried.toml"
"""Settings that allow any pace, for a command whose pauses are real ones."""
_ALWAYS = timedelta(days=3650)
_PERIOD = f'[[calendar.periods]]\nnumber = 1\nname = "1 четверть"\nstarts = {STARTS}\nends = {ENDS}\n\n'


class Jumping:
    """A clock that pauses jump over: the client's, and the one of the diary's quotas and windows."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return time.monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds


CLOCK = Jumping()


class Hasty(Transport):
    """The client whose pauses take no time. A silent diary is left at once."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{**options, "timeout": PATIENCE, "now": CLOCK.now, "sleep": CLOCK.skip})


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
    _forks: Forks | None = None
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def config(self) -> Path:
        return self.folder / "sverka.toml"

    @property
    def office(self) -> Office:
        """The school's office, opened once for all runs of a seed."""
        if self._office is None:
            self._office = open_office(self.config, carrier=Hasty)
        return self._office

    @property
    def forks(self) -> Forks:
        """Ready from the first use on: not every drill kills anybody."""
        if self._forks is None:
            self._forks = self._stack.enter_context(forks(self.folder))
        return self._forks

    def end(self) -> None:
        self.close()
        self._stack.close()

    def close(self) -> None:
        """The office is opened anew when it is needed."""
        if self._office is not None:
            self._office.store.close()
            self._office = None

    def begin(self) -> None:
        """The first day: files taken in, an administrator signed in, nothing in the diary."""
        self.calm()
        self.control.reset()
        self.control.set_school("drill", "Школа", self._guid)
        for path in (self.folder / "reports").glob("*"):
            path.unlink()
        self.close()
        (self.folder / "state" / "diary.json").unlink(missing_ok=True)  # or the pace of an earlier storm is kept
        shutil.copyfile(self.folder / "imported.db", self.folder / "state" / "sverka.db")
        for journal in (self.folder / "state").glob("sverka.db-*"):
            journal.unlink()
        self.errors.clear()
        self.sign_in()

    @property
    def _guid(self) -> str:
        found = re.search(r'school_guid = "([^"]+)"', self.config.read_text())
        assert found
        return found[1]

    def calm(self) -> dict[str, Any]:
        """The storm is over and everything that was still to land has landed; what the storm was and did."""
        told = self.control.storm_so_far()
        self.control.fair_weather()
        while self.control.storm_so_far()["pending"]:
            time.sleep(0.01)
        return told

    # --- what an administrator does ---------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """A new pair of tokens is kept, as `auth login` would keep it."""
        issued = self.control.issue_token("admin", ",".join(SCOPES))
        vault = bootstrap.vault(settings.load(self.config))
        access, refresh = Secret(issued["accessToken"]), Secret(issued["refreshToken"])
        now = datetime.now(UTC)
        vault.write(Kept(access=access, refresh=refresh, diary=vault.diary, obtained=now, scopes=SCOPES))

    def secrets(self) -> set[str]:
        """Every token the diary has handed out since `begin`."""
        grants = self.sandbox.world.book.grants
        return {*grants, *(one.refresh for one in grants.values() if one.refresh)}

    def _attempt(self, verb: Callable[[], T]) -> T | None:
        """What the verb brought; None when an error of ours stopped it, any other error comes out."""
        started, moment = time.monotonic(), CLOCK.now()
        try:
            return verb()
        except SverkaError as error:
            self.errors.append(error)
            self._obey(error)
            return None
        finally:
            assert time.monotonic() - started < LONGEST
            assert CLOCK.now() - moment < LONGEST_BY_THE_CLOCK

    def _obey(self, error: SverkaError) -> None:
        """What the exit code asks for before the command is typed again (design §4)."""
        if isinstance(error, SignInNeeded):
            self.sign_in()
        elif isinstance(error, WaitError):
            CLOCK.skip(A_LITTLE_LATER)

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
        """`sverka pull` in fair weather."""
        for _ in range(RUNS):
            if self._attempt(lambda: self.office.pull(self.office.days.scope(), "drill")):
                return

    def killed(self, after: int) -> tuple[int, str]:
        """`sverka run` as a process of its own, killed when the diary has been asked so often; how it ended."""
        self.close()
        before, ready = self._asked, self.forks
        ready.start("-c", self.folder / HURRIED, "run")
        until = time.monotonic() + LIFE
        while self._asked - before < after and time.monotonic() < until and not ready.over:
            time.sleep(0.002)
        return ready.kill()

    @property
    def _asked(self) -> int:
        world = self.sandbox.world
        return world.quota.accepted + world.quota.rejected

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
    folder.mkdir(exist_ok=True)
    with (
        pytest.MonkeyPatch.context() as patch,
        RunningSandbox(world=World(7, ticks=CLOCK.now)) as sandbox,
        SandboxControl(sandbox.root) as control,
    ):
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        yield from _furnished(Drill(folder, sandbox, control))


def _furnished(case: Drill) -> Iterator[Drill]:
    folder = case.folder
    answers = setup.Answers(
        key="drill", name="Школа", year=2026, profile="", base_url="", token="store:diary", school_id=""
    )
    config = setup.init_school(folder, setup.join_sandbox(folder, case.sandbox.root, answers))
    text = re.sub(r"\[\[calendar\.periods\]\].*?(?=# \[\[shifts\]\])", _PERIOD, config.read_text(), flags=re.DOTALL)
    text = text.replace("[safety]", f"[safety]\ngrace_seconds = {GRACE}")
    config.write_text(text)
    (folder / HURRIED).write_text(text.replace("[diary]", "[diary]\nrate = 500"))
    write_files(tiny_school(), folder / "first")
    configure()  # a storm makes megabytes of debug lines
    case.office.import_files(sorted((folder / "first").iterdir()), "drill")
    case.close()
    shutil.copyfile(folder / "state" / "sverka.db", folder / "imported.db")
    try:
        yield case
    finally:
        case.end()
        structlog.reset_defaults()
