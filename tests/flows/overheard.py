"""The main job of a little school, command by command in this process, with every request to the diary overheard."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import structlog
from flows.practice import ENDS, STARTS, Practice, little_school

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import write_files
from connectors.sandbox.school.values import DemoName
from connectors.sandbox.server import RunningSandbox
from gateway.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from connectors.sandbox.school import DemoSchool
    from connectors.sandbox.school.values import DemoGuardian, DemoPupil

SEED = 7
SHORT_YEAR = f'[[calendar.periods]]\nnumber = 1\nname = "1 четверть"\nstarts = {STARTS}\nends = {ENDS}\n\n'
SECRET = "Тайнобыл"
"""Every word of the name of a pupil without consent, and of their guardians, begins so."""


# --- a school with secrets --------------------------------------------------------------------------------------------


def school_with_secrets() -> DemoSchool:
    """The pupils without consent, and the guardians they alone have, bear names and birth dates nobody else has."""
    school = little_school(SEED)
    hidden = {pupil.personal_file: number for number, pupil in enumerate(school.unconsented)}
    spoken = {one for pupil in school.pupils if pupil.personal_file not in hidden for one in pupil.guardians}

    def guardian(one: DemoGuardian, number: int) -> DemoGuardian:
        return one if one in spoken else replace(one, name=_secret(number), birth_date=date(1931, 3, 1 + number))

    def pupil(one: DemoPupil) -> DemoPupil:
        number = hidden.get(one.personal_file)
        if number is None:
            return one
        guardians = tuple(guardian(each, number) for each in one.guardians)
        return replace(one, name=_secret(number), birth_date=date(2031, 3, 1 + number), guardians=guardians)

    consents = tuple(
        replace(one, name=_secret(number), birth_date=date(2031, 3, 1 + number))
        if (number := hidden.get(one.personal_file)) is not None
        else one
        for one in school.consents
    )
    return replace(school, pupils=tuple(map(pupil, school.pupils)), consents=consents)


def _secret(number: int) -> DemoName:
    ending = "абвгдежз"[number]
    return DemoName(family=f"{SECRET}{ending}", given=f"{SECRET}иг{ending}", patronymic=f"{SECRET}ович{ending}")


# --- the wire, overheard ----------------------------------------------------------------------------------------------


@dataclass
class Tap:
    """An application before the diary's doors that notes every request in plain text."""

    heard: list[str] = field(default_factory=list)

    def around(self, app: ASGIApp) -> ASGIApp:
        async def listening(scope: Scope, receive: Receive, send: Send) -> None:
            body = bytearray()

            async def noting() -> Message:
                message = await receive()
                body.extend(message.get("body", b""))
                return message

            await app(scope, noting, send)
            address = f"{scope['path']}?{scope['query_string'].decode()}"
            self.heard.append(f"{unquote_plus(address)} {_plain(bytes(body))}")

        return listening


def _plain(body: bytes) -> str:
    """A workbook is a ZIP: its parts; JSON may hide letters behind \\u."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return " ".join(parts.read(name).decode() for name in parts.namelist())
    text = body.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if text.startswith(("{", "[")) else text


# --- the story --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What one command left on its two streams, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.out)
        return told


def sverka(*words: object) -> Said:
    """One command in this process, its streams and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run([str(word) for word in words])
        except SystemExit as end:
            code = end.code
    structlog.reset_defaults()  # it may hold the stream that is gone now
    return Said(int(str(code or 0)), out.getvalue(), err.getvalue())


@dataclass
class Played:
    """The main job as it went; `said` by the name of its step."""

    folder: Path
    school: DemoSchool
    sandbox: RunningSandbox
    tap: Tap
    said: dict[str, Said] = field(default_factory=dict)
    counters: dict[str, Any] = field(default_factory=dict)
    """The diary's own."""
    heard: tuple[str, ...] = ()
    """What passed before somebody's consent was withdrawn; the tap holds what came after."""

    @property
    def form(self) -> str:
        """A form from the fifth on."""
        return next(form.name for form in self.school.forms if form.grade >= 5)

    def do(self, step: str, *words: object) -> Said:
        self.said[step] = sverka("-c", self.folder / "sverka.toml", *words)
        return self.said[step]

    def file(self, name: str) -> Path:
        return self.folder / name

    def told(self, step: str) -> dict[str, Any]:
        return self.said[step].told

    def plan(self, name: str) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads(self.file(name).read_bytes())
        return plan


@contextlib.contextmanager
def main_job(folder: Path) -> Iterator[Played]:
    """The whole job in `folder`, played to its end; the diary is there as long as the block lasts."""
    tap = Tap()
    with RunningSandbox(SEED, around=tap.around) as sandbox, SandboxControl(sandbox.root) as control:
        story = Played(folder, school_with_secrets(), sandbox, tap)
        _set_up(story)
        _push(story)
        _check(story, control)
        story.heard = tuple(tap.heard)
        tap.heard.clear()
        _withdraw(story)
        story.counters = control.counters()
        yield story


def _set_up(story: Played) -> None:
    story.said["init"] = sverka("init", story.folder, "--sandbox", story.sandbox.root, "--key", "main", "--year", 2026)
    config = story.file("sverka.toml")
    text = re.sub(r"\[\[calendar\.periods\]\].*?(?=# \[\[shifts\]\])", SHORT_YEAR, config.read_text(), flags=re.DOTALL)
    config.write_text(text)
    story.do("doctor", "doctor", "--json")
    for path in write_files(story.school, story.file("files")).all:
        story.do(f"inspect {path.name}", "source", "inspect", path, "--json")


def _push(story: Played) -> None:
    files = sorted(story.file("files").iterdir())
    story.do("import", "import", *files, "--json")
    story.do("import again", "import", *files, "--json")
    story.do("plan", "plan", "-o", story.file("a"), "--json")
    story.do("the same plan", "plan", "-o", story.file("b"))
    story.do("apply", "apply", "--json")
    story.do("apply twice", "apply", story.told("plan")["plan"], "--json")
    workbook = next(story.file("reports").glob("persons-*.xlsx"))
    story.do("upload", "sandbox", "upload", workbook, "--url", story.sandbox.root, "--json")
    story.do("second plan", "plan", "--json")
    story.do("second apply", "apply", "--json")
    story.do("empty plan", "plan", "--json")


def _check(story: Played, control: SandboxControl) -> None:
    template = ("paper", "template", "--form", story.form, "-o")
    story.do("template before", *template, story.file("before.xlsx"))
    story.do("play", "sandbox", "play", "--from", STARTS, "--to", ENDS, "--url", story.sandbox.root)
    story.do("pull", "pull", "--json")
    story.do("pull again", "pull", "--json")
    story.do("template after", *template, story.file("after.xlsx"))
    Practice(story.folder, story.school, control).type_pages(story.form)
    story.do("paper import", "paper", "import", story.file("papers") / f"{story.form}.xlsx", "--json")
    story.do("reconcile", "reconcile", "--json")
    story.do("findings", "findings", "--json")
    story.do("report", "report", "--json")
    story.do("log verify", "log", "verify", "--json")


def _withdraw(story: Played) -> None:
    """A pupil of the checked form withdraws the consent; the files say so from today on."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    consents = tuple(
        replace(one, withdrawn=yesterday) if one.personal_file == withdrawn(story).personal_file else one
        for one in story.school.consents
    )
    write_files(replace(story.school, consents=consents), story.file("files"))
    story.do("import withdrawn", "import", story.file("files") / "consents.xlsx", "--json")
    story.do("plan withdrawn", "plan", "-o", story.file("withdrawn"), "--json")
    story.do("orders", "orders", "--json")
    story.do("subgroups", "subgroups", "--json")
    story.do("still there", "consents", "withdrawn", "--json")
    story.do("register", "consents", "--json")
    story.do("apply withdrawn", "apply", "--json")
    story.do("reconcile withdrawn", "reconcile", "--json")


def withdrawn(story: Played) -> DemoPupil:
    hidden = {pupil.personal_file for pupil in story.school.unconsented}
    return next(story.school.pupil(number) for number in story.school.form(story.form).pupils if number not in hidden)
