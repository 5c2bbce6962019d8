"""A file is whole or absent: written beside its place, then put there by one rename; where that fails it says why."""

from __future__ import annotations

import errno
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Where to write; what was written lies at `path` once the block ends without an error.

    A `private` file nobody else on the machine can read: it carries people to the diary, SNILS among it. Raises
    DataError where the place cannot be written: no such folder, no right, no space, a folder of that name, or the file
    is open in a program that lets nobody else write.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        if private:
            unfinished.unlink(missing_ok=True)
            unfinished.touch(0o600)
        yield unfinished
        unfinished.replace(path)
    except Exception as error:
        reason = _refusal(error)
        if reason is None:
            raise
        raise DataError(
            _("Файл {path} не записан: {why}").format(path=path, why=why_not(reason)),
            _("Проверьте папку, права и место на диске; если файл открыт в Excel, закройте его"),
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _refusal(error: Exception) -> OSError | None:
    """What the operating system said; the writer of workbooks puts it into an error of its own."""
    said = (error, *error.args[:1])
    return next((one for one in said if isinstance(one, OSError)), None)


def why_not(error: OSError) -> str:
    """What the operating system says about a file, in the language in use."""
    known = {
        errno.ENOENT: _("такой папки нет"),
        errno.ENOTDIR: _("такой папки нет"),
        errno.EISDIR: _("это папка"),
        errno.EACCES: _("нет права или файл открыт в другой программе"),
        errno.EPERM: _("нет права или файл открыт в другой программе"),
        errno.EROFS: _("диск только для чтения"),
        errno.ENOSPC: _("нет места на диске"),
    }
    return known.get(error.errno or 0, error.strerror or type(error).__name__)


def fresh(path: Path) -> Path:
    """The path, where nothing lies yet: a person may have typed a page into the file of that name for an hour."""
    if path.is_file():
        raise DataError(
            _("Файл {path} уже есть, в нём может быть чья-то работа").format(path=path),
            _("Назовите другой файл (-o) или уберите этот"),
        )
    return path
