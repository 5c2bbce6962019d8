"""A bug of ours, told without what it was about: kinds of errors and places in the code, never their texts.

The text of an unexpected error may hold anything, a pupil's name or a token among it.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli import present
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIBRARIES = ("site-packages", "dist-packages")
"""Where Python keeps what is installed, the product itself among it."""


def crash(error: BaseException) -> None:
    """On stderr: what to do, then where it happened, the first cause first."""
    present.talk(_("Ошибка в самой Сверке: {kind}. Сделанное сохранено.").format(kind=type(error).__name__))
    present.talk(_("Пришлите разработчикам строки ниже: в них нет ничьих данных."))
    for line in places(error):
        present.talk(line)


def places(error: BaseException) -> Iterator[str]:
    """Each error of the chain by its kind, each frame by file, line and function."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from places(cause)
    yield type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {short(frame.filename)}:{frame.lineno} {frame.name}"


def short(filename: str) -> str:
    """Below the product's folder or the one libraries lie in, without the machine's folders."""
    path = Path(filename)
    for folder in (*(parent for parent in path.parents if parent.name in LIBRARIES), ROOT):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return "/".join(path.parts[-2:])
