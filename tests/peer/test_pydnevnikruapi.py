"""pydnevnikruapi 0.1.1, a client nobody here wrote, reads the sandbox through its host attribute.

It lives in an environment of its own (`requirements.lock` beside this file), which `.ci/run` makes and names in
SVERKA_PEER_PYTHON. Both halves of the client are asked, the one on requests and the one on aiohttp.

Broken by itself, on the real service as here (its source, `dnevnik/dnevnik.py`):
- `get_marks_values` and `get_person_schedule` append a whole address, `https://api.dnevnik.ru/v2.0/…`, to the host;
- `get_many_lessons_info` and `get_marks_by_lessons` wrap the ids of a bulk read, which is a bare array (endpoints.md);
- `get_students_groups_list` reads by GET what answers to POST alone;
- `get_best_schools` asks for `school-rating`, a resource that no other source knows;
- `get_token`, of both halves, signs in by scripting a login page at a fixed address.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contracts.living_school import NOW, LivingSchool
from facts.sandbox_school import Wire
from peer.questions import FROM, QUESTIONS, TO
from peer.truth import Truth

from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.peer

ASK = Path(__file__).parent / "ask.py"
STYLES = ("plain", "async")
BROKEN: dict[str, Callable[[Truth], tuple[Any, ...]]] = {
    "get_marks_values": lambda t: (),
    "get_person_schedule": lambda t: (t.child.id, t.group, FROM, TO),
    "get_many_lessons_info": lambda t: ([t.marked.id],),
    "get_marks_by_lessons": lambda t: ([t.marked.id],),
    "get_students_groups_list": lambda t: (),
    "get_best_schools": lambda t: (FROM, TO),
}
WRITES = {"get_token"}
"""Named like a read and none: it signs in at a fixed address."""
OWN_METHODS = """
import json
from pydnevnikruapi.aiodnevnik.dnevnik import AsyncDiaryAPI
from pydnevnikruapi.dnevnik.dnevnik import DiaryAPI
print(json.dumps([sorted(name for name in dir(one) if name.startswith("get_")) for one in (DiaryAPI, AsyncDiaryAPI)]))
"""


class Peer:
    """The client in its own process, before a sandbox with a living school."""

    def __init__(self, python: str, sandbox: RunningSandbox, living: LivingSchool) -> None:
        self.python, self.sandbox, self.tokens = python, sandbox, living.tokens
        self.truth = Truth(living)
        self.heard = {style: self._everything(style) for style in STYLES}

    def _everything(self, style: str) -> dict[str, Any]:
        heard: dict[str, Any] = {}
        for role in sorted({one.role for one in QUESTIONS.values()}):
            own = {name: one.arguments(self.truth) for name, one in QUESTIONS.items() if one.role == role}
            heard |= self.ask(style, own, self.tokens[role])
        return heard

    def ask(self, style: str, methods: dict[str, tuple[Any, ...]], token: str, prefix: str = "v2") -> dict[str, Any]:
        """Name → {"heard": …} or {"raised": …}."""
        asked = [[name, name, arguments] for name, arguments in methods.items()]
        host = f"{self.sandbox.root}/{prefix}/"
        answers: dict[str, Any] = json.loads(
            self.run(str(ASK), said=json.dumps({"host": host, "token": token, "style": style, "asked": asked}))
        )
        return answers

    def run(self, *arguments: str, said: str = "") -> str:
        # -I: nothing of our environment, and none of our modules, is seen by the peer
        command = [self.python, "-I", *arguments]
        direct = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        ended = subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False, env=direct)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def peer_python() -> str:
    """The interpreter of the peer's environment; without one the test is skipped, and fails where CI=true."""
    python = os.environ.get("SVERKA_PEER_PYTHON", "")
    if python:
        assert Path(python).absolute() != Path(sys.executable).absolute(), "the peer needs an environment of its own"
        return python
    reason = "SVERKA_PEER_PYTHON names no interpreter with tests/peer/requirements.lock installed (.ci/run makes one)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def peer(peer_python: str) -> Iterator[Peer]:
    with RunningSandbox(world=World(7, lambda: NOW)) as sandbox, Wire(sandbox) as wire:
        yield Peer(peer_python, sandbox, LivingSchool(sandbox, wire))


def test_every_read_of_the_client_is_asked_or_known_to_be_broken(peer: Peer) -> None:
    """Both halves of the installed version have the same reads, and none is forgotten here."""
    for own in json.loads(peer.run("-c", OWN_METHODS)):
        assert set(own) == {*QUESTIONS, *BROKEN, *WRITES}
    version = "import importlib.metadata as m; print(m.version('pydnevnikruapi'))"
    assert peer.run("-c", version).strip() == "0.1.1"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_what_the_client_reads_is_so(peer: Peer, name: str, style: str) -> None:
    """The answer as the client returns it, taken apart, equals the sandbox's own state."""
    question, answer = QUESTIONS[name], peer.heard[style][name]
    assert "heard" in answer, answer
    assert _plain(question.heard(answer["heard"])) == _plain(question.true(peer.truth))


def _plain(value: Any) -> Any:
    """As JSON has it: tuples are lists."""
    return json.loads(json.dumps(value))


def test_the_truth_is_not_empty(peer: Peer) -> None:
    """Two empty lists are equal too: only what the school does not keep may be empty."""
    empty = {name for name, question in QUESTIONS.items() if not question.true(peer.truth)}
    assert empty == {
        *("get_friends", "get_user_friends", "get_user_groups", "get_all_schools"),
        *("get_final_group_marks", "get_final_group_marks_by_subject"),
    }


@pytest.mark.parametrize("style", STYLES)
def test_what_is_broken_in_the_client_gets_an_error_of_the_wire(peer: Peer, style: str) -> None:
    """An error object returned or raised, and never somebody's data."""
    answers = peer.ask(style, {name: make(peer.truth) for name, make in BROKEN.items()}, peer.tokens["admin"])
    for name, answer in answers.items():
        if "raised" in answer:
            assert "DiaryError" in answer["raised"], (name, answer)
        else:
            assert set(answer["heard"]) == {"type", "description"}, (name, answer)


@pytest.mark.parametrize("style", STYLES)
def test_both_prefixes_read_the_same(peer: Peer, style: str) -> None:
    """`/v2` is its own, `/v2.0` the other clients'."""
    asked = {"get_info": (), "get_school_groups": (peer.truth.school,)}
    answers = [peer.ask(style, asked, peer.tokens["admin"], prefix) for prefix in ("v2", "v2.0")]
    assert answers[0] == answers[1]
    assert all("heard" in answer for answer in answers[0].values())


@pytest.mark.parametrize("style", STYLES)
def test_the_client_knows_the_errors_it_looks_for(peer: Peer, style: str) -> None:
    """A wrong parameter is its exception with our description; a dead token comes back as the wire's error."""
    wrong = peer.ask(style, {"get_lesson_info": ("x",)}, peer.tokens["admin"])["get_lesson_info"]
    assert wrong["raised"].endswith("DiaryError: Parameter lesson has an invalid value: x")
    dead = peer.ask(style, {"get_info": ()}, "x" * 32)["get_info"]
    assert dead["heard"]["type"] == "invalidToken"
