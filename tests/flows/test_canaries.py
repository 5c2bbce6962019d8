"""Nothing secret or personal is ever found in logs, in stderr or in a text of an error, whatever went wrong.

Canaries are names, SNILS, e-mails, telephones, marks and tokens of a whole little school; the log is at its fullest.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote_plus

import pytest
from flows.drill import HURRIED, LENGTHS, PAUSE, WINDOW, drill, tiny_school
from flows.overheard import sverka

from connectors.sandbox.lessons import set_mark
from gateway.cli.crash import ROOT, short
from gateway.cli.main import run
from gateway.log import configure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.drill import Drill

SEEDS = range(60 if os.environ.get("SVERKA_FULL") else 6)
MARK = "Отм4тка"
"""No mark of any scale: found anywhere, it came from a cell of the register."""


@dataclass
class Watched:
    case: Drill
    canaries: frozenset[str]

    def singing(self, text: str) -> list[str]:
        """Canaries in the text, also where an address or JSON has wrapped them up."""
        plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        low = f"{text} {plain} {unquote_plus(text)}".casefold()
        return sorted(canary for canary in self.canaries | self.case.secrets() if canary.casefold() in low)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with drill(tmp_path_factory.mktemp("canaries") / "school") as case:
        yield Watched(case, canaries_of(case))


def canaries_of(case: Drill) -> frozenset[str]:
    school = tiny_school()
    guardians = [guardian for pupil in school.pupils for guardian in pupil.guardians]
    people: list[Any] = [*school.pupils, *school.staff, *guardians]
    found = {MARK, (case.folder / "token").read_text().strip()}
    for one in people:
        found |= {
            one.name.family,
            one.name.full,
            *(getattr(one, name, "") for name in ("snils", "email", "personal_file")),
        }
        found |= {getattr(one, name, "") for name in ("home_phone", "mobile_phone")}
    return frozenset(text for text in found if len(text) > 3)


@contextlib.contextmanager
def overheard() -> Iterator[io.StringIO]:
    """Whatever goes to stderr and into the log, at the highest level."""
    stream = io.StringIO()
    configure("debug", stream)
    with contextlib.redirect_stderr(stream):
        yield stream
    configure()


def told(error: BaseException) -> str:
    """The whole text of a crash, with everything it was raised from."""
    return "".join(traceback.format_exception(error))


def plant(case: Drill) -> None:
    """One mark of the register is the canary."""
    world = case.sandbox.world
    mark = world.marks[min(world.marks)]
    set_mark(world, world.works[mark.work], mark.person, MARK, mark.set_at, mark.number)


def play(watched: Watched, seed: int | None) -> tuple[str, str]:
    """A push and a pull, in the storms of the seed or without any: what was heard, and the texts of the errors."""
    case = watched.case
    with overheard() as stream:
        case.begin()
        _storm(case, seed, 0)
        case.push()
        case.calm()
        case.live()
        plant(case)
        _storm(case, seed, 1)
        case.run()
        case.calm()
        case.pull()
    return stream.getvalue(), "".join(map(told, case.errors))


def _storm(case: Drill, seed: int | None, number: int) -> None:
    if seed is not None:
        case.control.storm(7000 + 2 * seed + number, seconds=PAUSE, window=WINDOW, length=LENGTHS[number])


def test_a_calm_push_and_pull_name_nobody(watched: Watched) -> None:
    """Every request is in the log, and not one canary; the canary mark did reach the ledger."""
    heard, errors = play(watched, None)
    assert heard.count('"event": "request"') > 50
    assert (watched.singing(heard), errors) == ([], "")
    with watched.case.office.store.begin() as work:
        assert MARK in set(work.register_frame()["raw"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_stormy_push_and_pull_name_nobody(watched: Watched, seed: int) -> None:
    """Neither the log, nor stderr, nor any error with all it was raised from."""
    heard, errors = play(watched, seed)
    assert watched.singing(heard) == []
    assert watched.singing(errors) == []


def test_a_canary_is_heard_however_it_is_wrapped(watched: Watched) -> None:
    """Plain, in a query, in JSON; a quiet text has none."""
    name = tiny_school().pupils[1].name.family
    texts = (name, name.upper(), quote_plus(name), json.dumps(name))
    assert [watched.singing(f"x={text}&") for text in texts] == [[name]] * 4
    assert watched.singing("GET /persons/search 200") == []


COMMANDS = [("run", "--json"), ("pull",), ("doctor",)]
TROUBLES = ["dead-token", "page", "cut", "lost", "vanished"]


@pytest.mark.parametrize("kind", TROUBLES)
def test_the_command_line_names_nobody_either(watched: Watched, kind: str) -> None:
    """stderr of every command at the highest level of the log, while nothing but trouble comes from the diary."""
    case = watched.case
    case.begin()
    case.close()
    case.control.weather(kind, times=2)
    for words in COMMANDS:
        said = sverka("--log-level", "debug", "-c", case.folder / HURRIED, *words)
        assert watched.singing(said.err) == [], words
    configure()


class Broken(io.StringIO):
    """A place to write to that fails with a pupil's data in its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def write(self, _: str) -> int:
        raise RuntimeError(f"cannot make sense of {self._text}") from KeyError(self._text)


def test_an_unexpected_crash_says_where_and_never_what(watched: Watched) -> None:
    """A bug of ours with a pupil's name and mark in its text: kinds of errors and places in the code are told."""
    text = f"{tiny_school().pupils[0].name.full} {MARK}"
    err = io.StringIO()
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(Broken(text)), pytest.raises(SystemExit) as end:
        run(["-c", str(watched.case.config), "findings", "--json"])
    configure()
    assert end.value.code == 1
    assert watched.singing(err.getvalue()) == []
    assert all(word in err.getvalue() for word in ("RuntimeError", "KeyError", "gateway/cli/present.py:"))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (str(ROOT / "gateway" / "office.py"), "gateway/office.py"),
        ("/home/somebody/.venv/lib/python3.12/site-packages/gateway/office.py", "gateway/office.py"),
        (str(ROOT / ".venv" / "lib" / "site-packages" / "httpx" / "_client.py"), "httpx/_client.py"),
        ("/usr/lib/python3.12/json/decoder.py", "json/decoder.py"),
    ],
)
def test_a_place_is_told_without_the_machines_folders(file: str, told: str) -> None:
    """The same place is told the same way from a checkout and from an installed wheel."""
    assert short(file) == told
