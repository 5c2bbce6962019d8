"""Documents set by typst in our own PT Sans, to print and sign.

All text travels as JSON data, never as markup, so nothing a teacher typed can change a document.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import typst

from gateway.errors import SetupError
from gateway.i18n import _
from gateway.reports.glyphs import drawable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

PNG_DPI = 110
BREAK = "\u200b"
"""Zero-width space: typst may end a line there, and draws nothing."""
_LONG_WORD = re.compile(r"\S{22,}")


class Unprintable(SetupError):
    """Typst could not set the document as it should be; the sentence ends with its warning, word for word."""


def typeset(template: str, data: dict[str, Any], moment: datetime, kind: Literal["pdf", "png"]) -> list[bytes]:
    """The pages of `template`.typ as one PDF, or as a picture each; equal data and moment give equal bytes.

    `moment` is when the data were true, not when they are printed. Raises Unprintable.
    """
    with resources.as_file(resources.files("gateway.reports")) as folder:
        pages, warnings = typst.compile_with_warnings(
            folder / f"{template}.typ",
            root=folder,
            font_paths=[folder / "fonts"],
            ignore_system_fonts=True,
            format=kind,
            ppi=PNG_DPI,
            sys_inputs={"data": json.dumps(_drawable(data), ensure_ascii=False)},
            timestamp=int(moment.timestamp()),
            pdf_tags=False,
        )
    refuse([str(warning) for warning in warnings])
    # The library's types say bytes; more than one picture comes as a list.
    made: bytes | list[bytes] = pages
    return made if isinstance(made, list) else [made]


def refuse(warnings: Sequence[str]) -> None:
    """Raises Unprintable for any warning: an unknown font, for one, would print a document of empty boxes."""
    if warnings:
        raise Unprintable(
            _("Документ нельзя набрать без ошибок: {warnings}").format(warnings="; ".join(warnings)),
            _("Шрифты или шаблон повреждены: установите программу заново; CSV и XLSX от этого не зависят"),
        )


def breakable(text: str) -> str:
    """A word longer than its column, an address in homework say, may break anywhere."""
    return _LONG_WORD.sub(lambda word: BREAK.join(word[0]), text)


def _drawable(value: Any) -> Any:
    """Texts only of characters that our fonts can draw."""
    if isinstance(value, str):
        return BREAK.join(map(drawable, value.split(BREAK)))
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, (list, tuple)) else value
