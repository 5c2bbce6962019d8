"""The key that locks kept sign-ins: 32 random bytes outside the school's folder.

`$CREDENTIALS_DIRECTORY/sverka-key` where systemd gives one, else `sverka/key` under `$XDG_CONFIG_HOME` (`~/.config`) of
the user who runs us, mode 0600.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from gateway.auth.private import only_ours, write_private
from gateway.errors import SettingsError
from gateway.i18n import _

CREDENTIAL = "sverka-key"
LENGTH = 32


def key() -> bytes:
    """The key as it stands. Raises SettingsError where there is none or it is open to others."""
    path, own = _place()
    try:
        packed = only_ours(path) if own else path.read_bytes()
    except OSError as error:
        raise _lost(path) from error
    try:
        found = base64.b64decode(packed.strip(), validate=True)
    except binascii.Error as error:
        raise _lost(path) from error
    if len(found) != LENGTH:
        raise _lost(path)
    return found


def key_or_new() -> bytes:
    """The key; a new one is made where this user has none yet."""
    path, own = _place()
    if own and not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, base64.b64encode(os.urandom(LENGTH)) + b"\n")
    return key()


def _place() -> tuple[Path, bool]:
    """Where the key lies, and whether that is a file of this user's own."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and (Path(given) / CREDENTIAL).is_file():
        return Path(given) / CREDENTIAL, False
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "sverka" / "key", True


def _lost(path: Path) -> SettingsError:
    return SettingsError(
        _("Ключ, которым заперт вход в дневник, не читается: {path}").format(path=path),
        _("Верните файл ключа на место или войдите заново: sverka auth logout, затем sverka auth login"),
    )
