"""Problems of a typed file, shown to a person: one line for each kind of fault of a page, with all of its places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli import present
from gateway.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from state.local import Problem

PLACES = 8
"""Cells that one line names; of more it says how many there are."""
TEXTS = 3
"""Texts as written that one line shows."""


def plain_problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """The problems one by one, for `--json`."""
    return [{"code": one.code, "where": one.where, "raw": one.raw} for one in problems]


def show_problems(problems: Sequence[Problem]) -> None:
    """Every problem is in one of the lines; nothing is shown where there is none."""
    from mappings.problems import problem_text

    found: dict[tuple[str, str], list[Problem]] = {}
    for one in problems:
        page, _mark, _cell = one.where.rpartition("!")
        found.setdefault((page or one.where, one.code), []).append(one)
    rows = []
    for (page, code), same in found.items():
        said = problem_text(code, language())
        rows.append((_places(page, same), said.sentence, _texts(same), said.advice))
    if rows:
        title = _("Замечаний: {count}").format(count=len(problems))
        present.table(title, (_("Где"), _("Что"), _("Как написано"), _("Что сделать")), rows)


def _places(page: str, same: Sequence[Problem]) -> str:
    """«file.xlsx!7Б Алгебра!D7, D8 и ещё 3»; the file alone where the fault is the file's or the page's."""
    cells = list(dict.fromkeys(one.where.removeprefix(page).removeprefix("!") for one in same))
    return "!".join(filter(None, (page, _some(cells, PLACES))))


def _texts(same: Sequence[Problem]) -> str:
    return _some(list(dict.fromkeys(one.raw for one in same if one.raw)), TEXTS)


def _some(texts: Sequence[str], most: int) -> str:
    listed = ", ".join(texts[:most])
    left = len(texts) - most
    return _("{listed} и ещё {count}").format(listed=listed, count=left) if left > 0 else listed
