"""A token that dies while Sverka works: renewed once for all threads, or the run stops for a person."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flows.practice import Practice, Watch, little_school, practice

from connectors.transport.secret import Secret
from gateway import bootstrap, settings
from gateway.auth.values import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPE = "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"
RENEWAL = "POST /authorizations"
FEW = 5
"""Calls of a kind after which the token dies: there are many more of them to come."""


@pytest.fixture(autouse=True, scope="module")
def own_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key of this machine's user stays out of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        yield


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with practice(tmp_path_factory.mktemp("auth") / "school", little_school()) as one:
        place = one.config
        place.write_text(place.read_text().replace('"file:token"', '"store:diary"'))
        yield one


def renewals(case: Practice) -> int:
    return int(case.control.counters()["by_operation"].get(RENEWAL, 0))


def work(case: Practice, code: int, dies_at: str, *, refresh_too: bool = False) -> dict[str, Any]:
    """What `sverka run` ends with, which is `code`. It begins with a fresh sign-in that dies amid those calls.

    No token of it is in what the run says, at the highest level of logging.
    """
    issued = case.control.issue_token("admin", SCOPE)
    vault = bootstrap.vault(settings.load(case.config))
    access, refresh = Secret(issued["accessToken"]), Secret(issued["refreshToken"])
    scopes = tuple(SCOPE.split(","))
    vault.write(Kept(access=access, refresh=refresh, diary=vault.diary, obtained=datetime.now(UTC), scopes=scopes))
    process, watch = case.start("--json", log_level="debug"), Watch(case)
    while watch.look().asked[dies_at] < FEW:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    assert case.control.kill_token(issued["accessToken"], refresh_too) == 1
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, out + err
    kept = vault.read()
    secrets = {issued["accessToken"], issued["refreshToken"], kept.access.reveal()}
    assert [secret for secret in secrets if secret in out + err] == []
    told: dict[str, Any] = json.loads(out)
    return told


def test_a_run_outlives_its_token(case: Practice) -> None:
    """Each death, amid reads or writes, is one renewal for all threads; the writes refused by it are made, once each.

    What could not be renewed stops the run for a person with everything kept, and the next run goes on from there.
    """
    work(case, 0, "insertSubject")
    assert renewals(case) == 1
    case.upload()
    stopped = work(case, 3, "insertGroupMembership", refresh_too=True)
    assert (stopped["error"], stopped["exit_code"]) == ("SignInNeeded", 3)
    assert "sverka auth login" in stopped["next"]
    asked = renewals(case)
    assert asked == 1 + 2  # both wire forms, by one thread
    written = case.control.counters()["writes"]
    told = work(case, 0, "insertLesson")
    assert told["plan"][0]["counts"]["membership"]["create"] > 0
    assert case.control.counters()["writes"] > written
    assert renewals(case) == asked + 1
    case.live()
    told = work(case, 0, "GET /users/{user}/relatives")
    assert renewals(case) == asked + 2
    assert told["plan"][0]["counts"] == {}
    assert told["pull"]["entries_new"] > 1000
    assert case.control.counters()["duplicates"] == 0
