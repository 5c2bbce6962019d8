"""Signing in as an administrator meets it, and a token that dies while Sverka works. Nothing secret is ever said."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import structlog
from facts.sandbox_school import MONDAY, SmallSchool, Wire
from flows.overheard import Said
from flows.practice import ROOT

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.server import RunningSandbox
from connectors.transport.secret import Secret
from gateway import bootstrap, settings
from gateway.auth.values import Kept
from gateway.cli.main import run
from gateway.clock import FixedClock
from gateway.errors import RightMissing, SignInNeeded
from gateway.faultmap import in_our_words
from gateway.jobs import setup, whose_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCOPE = "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"


@pytest.fixture(autouse=True, scope="module")
def own_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key of this machine's user stays out of it, and no browser opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        for name in ("CREDENTIALS_DIRECTORY", "DISPLAY", "WAYLAND_DISPLAY", "SVERKA_CONFIG"):
            patch.delenv(name, raising=False)
        yield


@dataclass
class Desk:
    """A school's folder whose token is kept by `auth login`, and its practice diary."""

    sandbox: RunningSandbox
    control: SandboxControl
    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def school(self) -> settings.Settings:
        return settings.load(self.folder / "sverka.toml")

    @property
    def kept(self) -> Kept:
        return bootstrap.vault(self.school).read()

    def say(self, *words: str) -> Said:
        """`sverka …` in this process at the highest level of logging; no secret of the diary is in what it says."""
        self.capture.readouterr()
        with pytest.raises(SystemExit) as end:
            run(["-c", str(self.folder / "sverka.toml"), "--log-level", "debug", *words])
        structlog.reset_defaults()  # the captured stream is about to be closed
        out, err = self.capture.readouterr()
        assert self.singing(out + err) == []
        return Said(int(end.value.code or 0), out, err)

    def singing(self, text: str) -> list[str]:
        """Secrets that stand in the text: every token, refresh token and secret that the diary knows."""
        book = self.sandbox.world.book
        secrets = {*book.grants, *(one.refresh for one in book.grants.values())}
        secrets |= {self.control.info()["client_secret"], (self.folder / "client-secret").read_text()}
        return sorted(secret for secret in secrets if secret and secret in text)

    def paste(self, text: str, patch: pytest.MonkeyPatch) -> Said:
        patch.setattr(sys, "stdin", io.StringIO(f"{text}\n"))
        return self.say("auth", "login", "--paste")

    def keep(self, role: str = "admin", scope: str = SCOPE, **changed: Any) -> Kept:
        """The sign-in of that role, kept as `auth login` would have kept it."""
        keep(self.folder, self.control.issue_token(role, scope), **changed)
        return self.kept


def keep(folder: Path, issued: dict[str, Any], **changed: Any) -> None:
    vault = bootstrap.vault(settings.load(folder / "sverka.toml"))
    known = {"access": Secret(issued["accessToken"]), "refresh": None, "obtained": datetime.now(UTC)}
    if issued["refreshToken"]:
        known["refresh"] = Secret(issued["refreshToken"])
    scopes = tuple(issued["scope"].split(","))
    vault.write(Kept(**{**known, "diary": vault.diary, "scopes": scopes, **changed}))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running, Wire(running) as wire:
        SmallSchool(wire, weeks=1)
        yield running


@pytest.fixture
def desk(sandbox: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    sandbox.world.book = type(sandbox.world.book)(7)
    folder = tmp_path / "school"
    answers = setup.Answers(
        key="demo",
        name="Школа № 1",
        year=2026,
        profile="",
        base_url="",
        token="store:diary",
        school_id="",
    )
    setup.init_school(folder, setup.join_sandbox(folder, sandbox.root, answers))
    with SandboxControl(sandbox.root) as control:
        yield Desk(sandbox, control, folder, capsys)


# --- by the browser ---------------------------------------------------------------------------------------------------


def until_the_address(process: subprocess.Popen[str]) -> list[str]:
    """What `auth login` has printed when a person can go on: the address is the last line."""
    assert process.stdout
    lines = [process.stdout.readline()]
    while not lines[-1].startswith("http"):
        assert lines[-1], process.communicate()
        lines.append(process.stdout.readline())
    return lines


def in_the_browser(desk: Desk, **answered: str) -> Said:
    """`auth login` as a process of its own, and a person who opens the printed address and answers there."""
    command = [sys.executable, "-m", "gateway.cli.main", "-c", str(desk.folder / "sverka.toml"), "--log-level", "debug"]
    with subprocess.Popen(
        [*command, "auth", "login"], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        lines = until_the_address(process)
        address = lines[-1].strip()
        page = httpx.get(address)
        assert "<form" in page.text
        came = httpx.post(address, data={"role": "admin", **answered}, follow_redirects=True)
        assert "Можно закрыть окно" in came.text
        out, err = process.communicate(timeout=30)
    assert desk.singing("".join(lines) + out + err) == []
    return Said(process.returncode, "".join(lines) + out, err)


def test_a_person_signs_in_with_the_browser(desk: Desk) -> None:
    """The address is printed, the code comes back to 127.0.0.1, and the sign-in renews itself from then on."""
    said = in_the_browser(desk, decision="allow")
    assert said.code == 0
    assert re.search(r"redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d+%2F", said.out)
    assert "Обновляется сам" in said.out
    kept = desk.kept
    assert kept.refresh is not None
    assert kept.scopes == tuple(SCOPE.split(","))
    assert (kept.expires or kept.obtained) > kept.obtained
    assert [path.stat().st_mode & 0o777 for path in (desk.folder / "state").glob("*.sign-in")] == [0o600]
    assert desk.say("doctor").code == 0


PERSON = """
import sys, urllib.parse, urllib.request
urllib.request.urlopen(sys.argv[1], urllib.parse.urlencode({"role": "admin", "decision": "allow"}).encode()).read()
"""


def test_the_browser_is_opened_where_there_is_a_screen(desk: Desk, tmp_path: Path) -> None:
    """It gets the printed address; `--no-browser` leaves it to the person."""
    script = tmp_path / "person.py"
    script.write_text(PERSON)
    command = [sys.executable, "-m", "gateway.cli.main", "-c", str(desk.folder / "sverka.toml"), "auth", "login"]
    screen = {**os.environ, "DISPLAY": ":0", "BROWSER": f"{sys.executable} {script} %s"}
    ended = subprocess.run(command, cwd=ROOT, env=screen, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    assert desk.kept.refresh
    with subprocess.Popen([*command, "--no-browser"], cwd=ROOT, env=screen, stdout=subprocess.PIPE, text=True) as alone:
        until_the_address(alone)
        with pytest.raises(subprocess.TimeoutExpired):
            alone.wait(1)
        alone.terminate()


def test_a_person_says_no(desk: Desk) -> None:
    """Exit code 3, and nothing is kept."""
    said = in_the_browser(desk, decision="deny")
    assert said.code == 3
    assert "не разрешил" in said.err
    assert not list((desk.folder / "state").glob("*.sign-in"))


def test_without_an_application_a_token_can_be_pasted(desk: Desk) -> None:
    """The sentence names both ways on."""
    place = desk.folder / "sverka.toml"
    place.write_text(re.sub(r"\[sign_in\][^\[]*", "", place.read_text()))
    said = desk.say("auth", "login")
    assert said.code == 78
    assert "sverka auth login --paste" in said.err


def test_a_token_from_elsewhere_is_not_ours_to_renew(desk: Desk) -> None:
    """The settings must name the store first."""
    place = desk.folder / "sverka.toml"
    place.write_text(place.read_text().replace('"store:diary"', '"file:token"'))
    for words in (("login",), ("login", "--paste"), ("refresh",), ("logout",)):
        said = desk.say("auth", *words)
        assert said.code == 78
        assert "store:diary" in said.err
    assert desk.say("auth", "status").code == 0


# --- a token at hand --------------------------------------------------------------------------------------------------


def test_a_pasted_token_is_tried_and_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare, or in the address a browser ended at."""
    token = desk.sandbox.token()
    for text in (token, f"http://127.0.0.1/done#access_token={token}&state=x"):
        assert desk.paste(text, monkeypatch).code == 0
        assert desk.kept.access.reveal() == token
        assert desk.say("auth", "logout").code == 0


@pytest.mark.parametrize("text", ["", "short", "a b" * 20, "токен" * 8, "0" * 32])
def test_a_wrong_token_changes_nothing(desk: Desk, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not look like one, and what the diary does not know: what was kept before is kept."""
    before = desk.keep()
    assert desk.paste(text, monkeypatch).code == 3
    assert desk.kept.access.reveal() == before.access.reveal()


# --- whose it is, and how long ----------------------------------------------------------------------------------------


def test_status_tells_whose_token_it_is_and_what_it_may(desk: Desk) -> None:
    """An administrator may read all that a synchronisation needs."""
    desk.keep()
    moment = datetime(MONDAY.year, MONDAY.month, MONDAY.day + 2, tzinfo=UTC)
    seen = whose_token.status(desk.school, FixedClock(moment))
    assert [(item.what, item.ok) for item in seen.readings if not item.ok] == []
    assert len(seen.readings) == 14
    told = desk.say("auth", "status", "--json").told
    assert set(told) == {
        *("schema", "ok", "alive", "where", "user", "schools", "scopes", "obtained", "age_days"),
        *("expires", "expires_in_days", "renews_itself", "may_read", "administrator"),
    }
    assert (told["schema"], told["ok"], told["alive"], told["age_days"]) == ("auth-status/1", True, True, 0)
    assert told["scopes"] == SCOPE.split(",")
    assert told["schools"] == ["Школа № 1"]
    assert told["user"]["roles"]
    assert told["administrator"] is True
    assert "Админов" in desk.say("auth", "status").out


@pytest.mark.parametrize(("role", "scope"), [("parent", SCOPE), ("admin", "CommonInfo")])
def test_status_names_what_a_token_may_not(desk: Desk, role: str, scope: str) -> None:
    """Too few rights or scopes: a person must sign in who has them."""
    desk.keep(role, scope)
    said = desk.say("auth", "status", "--json")
    assert said.code == 3
    refused = {item["what"] for item in said.told["may_read"] if item["ok"] is False}
    assert "staff" in refused
    assert said.told["alive"]
    assert said.told["administrator"] is None
    (why,) = (item["why"] for item in said.told["may_read"] if item["what"] == "staff")
    assert "опросите администратора дневника дать право на «schools/{school}/membership»" in why
    assert ("EducationalInfo" in why) == (role == "admin"), "a scope is allowed by who signs in"
    shown = desk.say("auth", "status")
    assert shown.code == 3
    assert re.search(r"сотрудники\s+нет", shown.out)


def test_a_missing_right_is_not_a_dead_token(desk: Desk) -> None:
    """Both ask a person, and for different things: the right of the diary's administrator, or a sign-in."""
    kept = desk.keep("parent", refresh=None)
    with bootstrap.diary(desk.school) as diary, pytest.raises(RightMissing) as missing, in_our_words():
        diary.client.admins(diary.school_id)
    desk.control.kill_token(kept.access.reveal())
    with bootstrap.diary(desk.school) as diary, pytest.raises(SignInNeeded) as dead, in_our_words():
        diary.client.admins(diary.school_id)
    assert missing.value.exit_code == dead.value.exit_code == 3
    assert "опросите администратора дневника" in missing.value.next_step
    assert "schools/{school}/membership" in missing.value.what
    assert dead.value.next_step == "Войдите заново: sverka auth login"


def test_a_dead_token_has_no_owner(desk: Desk) -> None:
    """Status still tells what is kept."""
    kept = desk.keep(refresh=None)
    desk.control.kill_token(kept.access.reveal())
    said = desk.say("auth", "status", "--json")
    assert (said.code, said.told["alive"], said.told["user"]) == (3, False, None)
    assert "не принимает" in desk.say("auth", "status").out


def test_doctor_tells_the_age_and_the_end(desk: Desk) -> None:
    """Somebody is told to sign in while there is time, and that it is too late."""
    desk.keep()
    assert "обновляется сам" in desk.say("doctor").out
    now = datetime.now(UTC)
    desk.keep(refresh=None, expires=now.replace(year=now.year + 1))
    assert "sverka auth login" not in desk.say("doctor").out
    desk.keep(refresh=None, expires=now)
    said = desk.say("doctor")
    assert said.code == 78
    assert "sverka auth login" in said.out


def test_doctor_names_what_nobody_knows_of_the_diary(desk: Desk) -> None:
    """Fields by name and words with their place; it is no fault of the school's."""
    desk.keep()
    assert "незнакомого в ответах не было" in desk.say("doctor").out
    desk.sandbox.world.dialect.turn({"fields": "newer"})
    try:
        assert desk.say("auth", "status").code == 0
    finally:
        desk.sandbox.world.dialect.turn({"fields": "known"})
    (told,) = (row for row in desk.say("doctor", "--json").told["checks"] if row["check"] == "Новое в дневнике")
    assert told["ok"]
    assert told["says"].startswith("Дневник ответил полями, которых мы не знаем: ")
    assert {"User.newerField", "School.newerField", "EduGroup.newerField"} <= set(re.findall(r"\w+\.\w+", told["says"]))
    assert "Unheard" not in told["says"], "names only, never values"


def test_doctor_closes_a_token_file_that_others_can_read(desk: Desk) -> None:
    """The advice is the command."""
    place = desk.folder / "sverka.toml"
    place.write_text(place.read_text().replace('"store:diary"', '"file:token"'))
    advice = [f"chmod 600 '{desk.folder / 'token'}'"]
    for mode, advised in ((0o600, []), (0o644, advice)):
        (desk.folder / "token").chmod(mode)
        checks = desk.say("doctor", "--json").told["checks"]
        assert [check["next"] for check in checks if check["check"] == "Токен" and check["next"]] == advised


def test_refresh_gives_a_new_pair(desk: Desk) -> None:
    """Old ones are gone from the vault; with nothing kept, or nothing to renew with, a person signs in."""
    before = desk.keep()
    assert desk.say("auth", "refresh").code == 0
    after = desk.kept
    assert after.access.reveal() != before.access.reveal()
    assert after.refresh is not None
    assert after.scopes == before.scopes
    desk.keep(refresh=None)
    said = desk.say("auth", "refresh")
    assert (said.code, "sverka auth login" in said.err) == (3, True)
    assert desk.say("auth", "logout").code == 0
    assert "и не было" in desk.say("auth", "logout").out
    assert desk.say("auth", "refresh").code == 3
