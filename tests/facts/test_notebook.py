"""What the runs of a school note of its diary for the next one: its pace, and what nobody knew of its answers."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.dnevnik.unfamiliar import Oddity
from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.server import RunningSandbox
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway import bootstrap, settings
from gateway.clock import FixedClock
from gateway.jobs import doctor, setup
from gateway.notebook import MOST, ODDITY_HOLDS, PACE_HOLDS, Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.settings import Settings

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
HOST = "https://diary.example/v2.0"
TOKEN = "canarytoken0000000000000000000ab"
OWNER = SignIn(Secret(TOKEN))
FIELD = Oddity(model="Mark", field="newer", place="lessons/many/marks", count=5)
WORD = Oddity(model="LessonLogEntry", field="status", word="Sick", place="lesson-log-entries", key="4/5", count=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "diary.json"


def at(path: Path, moment: datetime = NOW) -> Notebook:
    return Notebook(path, FixedClock(moment))


# --- the pace ---------------------------------------------------------------------------------------------------------


def test_a_learned_pace_is_there_for_a_week(path: Path) -> None:
    """Of the same token at the same host; what is older, or claims to come from the future, is forgotten."""
    at(path).keep(OWNER, HOST, 9.5, ())
    assert at(path, NOW + PACE_HOLDS).limit(OWNER, HOST) == 9.5
    assert at(path, NOW + PACE_HOLDS + MINUTE).limit(OWNER, HOST) is None
    assert at(path, NOW - MINUTE).limit(OWNER, HOST) is None
    assert at(path).limit(SignIn(Secret("another")), HOST) is None
    assert at(path).limit(OWNER, "https://other.example/v2.0") is None


def test_a_pace_that_was_only_used_grows_old(path: Path) -> None:
    """A run that learned nothing new does not make it younger: services change their limits."""
    at(path).keep(OWNER, HOST, 9.5, ())
    at(path, NOW + timedelta(days=6)).keep(OWNER, HOST, 9.5, ())
    assert at(path, NOW + timedelta(days=8)).limit(OWNER, HOST) is None
    at(path, NOW + timedelta(days=6)).keep(OWNER, HOST, 8.0, ())
    assert at(path, NOW + timedelta(days=8)).limit(OWNER, HOST) == 8.0


def test_each_token_has_its_own_pace(path: Path) -> None:
    """Several sign-ins of one school do not overwrite each other; what is stale is swept out."""
    other = SignIn(Secret("another"))
    at(path).keep(OWNER, HOST, 9.5, ())
    at(path, NOW + MINUTE).keep(other, HOST, 4.0, ())
    assert (at(path, NOW + MINUTE).limit(OWNER, HOST), at(path, NOW + MINUTE).limit(other, HOST)) == (9.5, 4.0)
    at(path, NOW + timedelta(days=30)).keep(other, HOST, 3.0, ())
    assert len(json.loads(path.read_bytes())["limits"]) == 1


def test_the_file_is_ours_alone_and_holds_no_token(path: Path) -> None:
    """Mode 0600; a keyed digest stands for the token, and another school's file has another."""
    at(path).keep(OWNER, HOST, 9.5, ())
    elsewhere = path.with_name("other.json")
    at(elsewhere).keep(OWNER, HOST, 9.5, ())
    text = path.read_text()
    assert TOKEN not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not json.loads(text)["limits"].keys() & json.loads(elsewhere.read_text())["limits"].keys()


def test_without_a_token_or_a_lesson_nothing_is_written(path: Path) -> None:
    """A run that learned nothing leaves no trace."""
    at(path).keep(OWNER, HOST, None, ())
    assert not path.exists()
    at(path).keep(SignIn(None), HOST, 9.5, ())
    assert at(path).limit(SignIn(None), HOST) is None


SPOILT = [
    *(b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"key": "zz", "limits": {}, "unfamiliar": []}'),
    *(b'{"key": "00", "limits": {}, "unfamiliar": []}', b'{"key": 5, "limits": {}, "unfamiliar": []}'),
    b'{"key": "%s", "limits": [], "unfamiliar": {}}' % (b"00" * 32),
]


@pytest.mark.parametrize("content", SPOILT)
def test_a_spoilt_file_is_a_fresh_page(path: Path, content: bytes) -> None:
    """It holds nothing that is needed: a run begins to learn again."""
    path.parent.mkdir()
    path.write_bytes(content)
    assert at(path).limit(OWNER, HOST) is None
    assert at(path).oddities() == ()
    at(path).keep(OWNER, HOST, 9.5, [FIELD])
    assert (at(path).limit(OWNER, HOST), at(path).oddities()) == (9.5, (FIELD,))


@pytest.mark.parametrize("limit", ['"9"', "null", "NaN", "Infinity", "-1", "0", "1e300", "true", "[]"])
def test_a_pace_that_is_none_is_not_taken(path: Path, limit: str) -> None:
    """Whatever stands there: a run keeps to what a service could mean."""
    at(path).keep(OWNER, HOST, 9.5, ())
    path.write_text(path.read_text().replace("9.5", limit))
    assert at(path).limit(OWNER, HOST) in (None, 1.0)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The run has ended well; the next one learns again."""
    taken = tmp_path / "state"
    taken.write_text("a file where the folder should be")
    at(taken / "diary.json").keep(OWNER, HOST, 9.5, [FIELD])
    assert at(taken / "diary.json").oddities() == ()


# --- what nobody knew -------------------------------------------------------------------------------------------------


def test_oddities_of_the_last_month_are_known_by_name(path: Path) -> None:
    """The last run that met one says where and how often; one not met for a month is no news."""
    at(path).keep(OWNER, HOST, None, [FIELD, WORD])
    again = Oddity(model="Mark", field="newer", place="lessons/{lesson}/marks", count=1)
    later = NOW + timedelta(days=20)
    at(path, later).keep(OWNER, HOST, None, [again])
    assert at(path, later).oddities() == (WORD, again)
    assert at(path, NOW + ODDITY_HOLDS + MINUTE).oddities() == (again,)


def test_so_many_oddities_are_kept_and_no_more(path: Path) -> None:
    """The newest of them."""
    at(path).keep(OWNER, HOST, None, [WORD])
    many = [Oddity(model="Mark", field=f"f{number:03}", place="p") for number in range(MOST)]
    at(path).keep(OWNER, HOST, None, many)
    assert at(path).oddities() == tuple(many)


# --- through a real connection ----------------------------------------------------------------------------------------


@pytest.fixture
def diary() -> Iterator[tuple[RunningSandbox, SandboxControl]]:
    with RunningSandbox() as sandbox, SandboxControl(sandbox.root) as control:
        yield sandbox, control


@pytest.fixture
def school(diary: tuple[RunningSandbox, SandboxControl], tmp_path: Path) -> Settings:
    folder = tmp_path / "school"
    answers = setup.Answers(
        key="demo", name="Школа", year=2026, profile="", base_url="", token="store:diary", school_id=""
    )
    setup.init_school(folder, setup.join_sandbox(folder, diary[0].root, answers))
    return settings.load(folder / "sverka.toml")


def ask(school: Settings, control: SandboxControl, times: int) -> int:
    """How many requests of a run of so many reads were rejected."""
    before = control.quota()["rejected"]
    with bootstrap.diary(school, signed_in=SignIn(Secret(control.info()["tokens"]["admin"]))) as connected:
        for _ in range(times):
            connected.school_name()
    return int(control.quota()["rejected"] - before)


def test_the_second_run_is_never_told_to_slow_down(
    diary: tuple[RunningSandbox, SandboxControl], school: Settings
) -> None:
    """The first one meets the limit nobody told it, the second one knows it."""
    control = diary[1]
    control.quota(rate=12)
    assert ask(school, control, 20) > 0
    assert ask(school, control, 25) == 0
    known = (school.folder / "state" / "diary.json").read_text()
    assert control.info()["tokens"]["admin"] not in known


def test_doctor_names_what_nobody_knew(diary: tuple[RunningSandbox, SandboxControl], school: Settings) -> None:
    """A line of its own, with fields and words; it is no fault of the school's."""
    first = doctor._news("x", school)
    assert (first.ok, first.says, first.advice) == (True, "незнакомого в ответах не было", "")
    diary[0].world.dialect.turn({"fields": "newer"})
    ask(school, diary[1], 1)
    bootstrap.notebook(school).keep(SignIn(None), "", None, [WORD])
    told = doctor._news("x", school)
    assert told.ok
    assert "полями, которых мы не знаем: School.newerField (1)" in told.says
    assert "LessonLogEntry.status «Sick» (lesson-log-entries, 4/5; 2)" in told.says
    assert told.advice
