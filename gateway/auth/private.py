"""Files that only their owner may read: written whole or not at all, refused when others could have read them."""

from __future__ import annotations

import os
import stat
import uuid
from typing import TYPE_CHECKING

from gateway.errors import SettingsError
from gateway.i18n import _

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_private(path: Path, content: bytes) -> None:
    """`path` holds exactly `content` with mode 0600; a crash leaves what was there before. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def only_ours(path: Path) -> bytes:
    """What the file holds. Raises OSError, and SettingsError when others than its owner may open it."""
    with path.open("rb") as file:
        if _open_to_others(os.fstat(file.fileno())):
            raise SettingsError(_("Файл с тайной открыт другим пользователям: {path}").format(path=path), closing(path))
        return file.read()


def is_open_to_others(path: Path) -> bool:
    """May others than its owner open the file? Raises OSError."""
    return _open_to_others(path.stat())


def closing(path: Path) -> str:
    """The command that leaves the file to its owner."""
    return f"chmod 600 '{path}'"


def _open_to_others(found: os.stat_result) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(found.st_mode) & OTHERS)
