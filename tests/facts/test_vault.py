"""The vault that keeps a sign-in: encrypted, for its owner and its diary only; and how the settings name it."""

from __future__ import annotations

import base64
import os
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.transport.secret import Secret
from gateway import settings
from gateway.auth.values import Kept
from gateway.auth.vault import Vault
from gateway.errors import SettingsError, SignInNeeded

if TYPE_CHECKING:
    from pathlib import Path

LIVING, REFRESH = "canaryliving000000000000000000cd", "canary-refresh-ef"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
KEPT = Kept(
    access=Secret(LIVING),
    refresh=Secret(REFRESH),
    diary="http://127.0.0.1:9/v2.0",
    obtained=NOW,
    expires=NOW + timedelta(days=30),
    scopes=("CommonInfo",),
    user="9007199254740993",
)


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return tmp_path / "config" / "sverka" / "key"


def vault(tmp_path: Path, *, name: str = "diary", school: str = "school", diary: str = KEPT.diary) -> Vault:
    return Vault(tmp_path / "state", name, school_key=school, diary=diary)


def shown(kept: Kept) -> tuple[Any, ...]:
    bare = replace(kept, access=Secret(""), refresh=None)
    plain = (bare.diary, bare.obtained, bare.expires, bare.scopes, bare.user)
    return (kept.access.reveal(), kept.refresh and kept.refresh.reveal(), *plain)


def test_what_is_kept_comes_back_and_stands_nowhere_in_the_file(tmp_path: Path, own_keys: Path) -> None:
    """Both files are for their owner only, and no token can be read from the folder."""
    vault(tmp_path).write(KEPT)
    assert shown(vault(tmp_path).read()) == shown(KEPT)
    [place] = (tmp_path / "state").iterdir()
    raw = place.read_bytes()
    assert not any(word.encode() in raw for word in (LIVING, REFRESH, KEPT.user, "CommonInfo"))
    assert [path.stat().st_mode & 0o777 for path in (place, own_keys)] == [0o600, 0o600]
    assert LIVING not in repr(KEPT) + str(KEPT)


def test_equal_sign_ins_are_not_equal_files(tmp_path: Path) -> None:
    """A nonce is never used twice."""
    place = tmp_path / "state" / "diary.sign-in"
    vault(tmp_path).write(KEPT)
    first = place.read_bytes()
    vault(tmp_path).write(KEPT)
    assert place.read_bytes() != first


@pytest.mark.parametrize("changed", [{"school": "another"}, {"name": "another"}])
def test_a_file_opens_only_where_it_belongs(tmp_path: Path, changed: dict[str, str]) -> None:
    """Carried to another school or under another name it is refused."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    place.rename(place.with_name(f"{changed.get('name', 'diary')}.sign-in"))
    with pytest.raises(SettingsError) as caught:
        vault(tmp_path, **changed).read()
    assert LIVING not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("damage", [b"", b"sverka sign-in 1\n", b"x" * 200])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    """Sign in anew."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    place.write_bytes(damage)
    with pytest.raises(SettingsError) as caught:
        vault(tmp_path).read()
    assert "sverka auth login" in caught.value.next_step


def test_a_token_goes_to_its_own_diary_only(tmp_path: Path) -> None:
    """When the address in the settings changes, a person signs in there."""
    vault(tmp_path).write(KEPT)
    with pytest.raises(SignInNeeded):
        vault(tmp_path, diary="https://elsewhere.example/v2.0").read()


def test_files_that_others_can_open_are_refused(tmp_path: Path, own_keys: Path) -> None:
    """The token's and the key's alike, and the advice is the command that closes them."""
    vault(tmp_path).write(KEPT)
    for place in (tmp_path / "state" / "diary.sign-in", own_keys):
        place.chmod(0o640)
        with pytest.raises(SettingsError) as caught:
            vault(tmp_path).read()
        assert caught.value.next_step == f"chmod 600 '{place}'"
        place.chmod(0o600)
    assert vault(tmp_path).read()


def test_without_the_key_nothing_opens(tmp_path: Path, own_keys: Path) -> None:
    """A copy of the school's folder alone is worth nothing; a wrong key is told from a lost one."""
    vault(tmp_path).write(KEPT)
    own_keys.write_bytes(base64.b64encode(os.urandom(32)))
    with pytest.raises(SettingsError, match="не открывается ключом"):
        vault(tmp_path).read()
    for damage in (b"", b"%%%", base64.b64encode(b"short")):
        own_keys.write_bytes(damage)
        with pytest.raises(SettingsError, match="не читается"):
            vault(tmp_path).read()
    own_keys.unlink()
    with pytest.raises(SettingsError, match="не читается"):
        vault(tmp_path).read()


def test_a_credential_of_the_service_is_the_key(
    tmp_path: Path, own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`$CREDENTIALS_DIRECTORY/sverka-key` comes first, whatever its mode; without it the user's own key counts."""
    vault(tmp_path).write(KEPT)
    given = tmp_path / "credentials"
    given.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert vault(tmp_path).read()
    own_keys.rename(given / "sverka-key")
    (given / "sverka-key").chmod(0o440)
    assert shown(vault(tmp_path).read()) == shown(KEPT)
    assert not own_keys.exists()


def test_a_write_is_whole_or_was_not(tmp_path: Path) -> None:
    """Where the file cannot be replaced, what was kept before stays and no pieces lie about."""
    vault(tmp_path).write(KEPT)
    place = tmp_path / "state" / "diary.sign-in"
    before = place.read_bytes()
    place.unlink()
    place.mkdir()
    with pytest.raises(SettingsError):
        vault(tmp_path).write(KEPT)
    assert list((tmp_path / "state").iterdir()) == [place]
    place.rmdir()
    place.touch(0o600)
    place.write_bytes(before)
    assert vault(tmp_path).read()


def test_forgotten_is_gone(tmp_path: Path) -> None:
    """After that a person must sign in."""
    vault(tmp_path).write(KEPT)
    assert (vault(tmp_path).forget(), vault(tmp_path).forget()) == (True, False)
    with pytest.raises(SignInNeeded) as caught:
        vault(tmp_path).read()
    assert caught.value.next_step == "sverka auth login"


@pytest.mark.parametrize(
    ("kept", "soon"),
    [
        (KEPT, False),
        (replace(KEPT, refresh=None), False),
        (replace(KEPT, refresh=None, expires=NOW + timedelta(days=2)), True),
        (replace(KEPT, refresh=None, expires=NOW - timedelta(days=2)), True),
        (replace(KEPT, refresh=None, expires=None), False),
        (replace(KEPT, expires=NOW), False),
    ],
)
def test_only_what_cannot_renew_itself_ends_soon(kept: Kept, soon: bool) -> None:
    """Three days before its end somebody is told."""
    assert kept.ends_soon(NOW) is soon


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["env:T", "file:/t", "cred:t", "store:diary"])
def test_a_token_is_named_by_a_reference(reference: str) -> None:
    """Four kinds; only the kept one renews itself."""
    section = settings.DiarySection(base_url="http://127.0.0.1/v2.0", token=reference, school_id="1")
    assert section.token == reference


@pytest.mark.parametrize("reference", [LIVING, "store:", "store:../key", "store:Diary", "keys:x"])
def test_a_token_itself_is_no_reference(reference: str) -> None:
    """Nor is a name that leads out of the folder."""
    with pytest.raises(ValueError, match="store:"):
        settings.DiarySection(base_url="http://127.0.0.1/v2.0", token=reference, school_id="1")


def test_the_application_is_not_kept_in_the_store() -> None:
    """What the store needs to renew itself cannot come from it."""
    with pytest.raises(ValueError, match="env:"):
        settings.SignInSection(client_id="store:x", client_secret="env:X")
