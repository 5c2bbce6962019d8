"""Steps a person carries out: the import workbook for the administrator, and the worklist for whoever edits by hand."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from gateway import words
from gateway.i18n import _
from gateway.sync.values import Action
from gateway.whole import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gateway.sync.values import Step


def header() -> tuple[str, ...]:
    return (
        "№",
        _("Что сделать"),
        _("Где"),
        _("Что"),
        _("Было"),
        _("Должно стать"),
        _("Номер в дневнике"),
        _("Приказ"),
    )


def _asked(action: Action) -> str:
    """What the person is asked to do, in the words of the diary's own pages."""
    return {
        Action.CREATE: _("добавить"),
        Action.UPDATE: _("изменить"),
        Action.MOVE: _("перевести"),
        Action.SUSPEND: _("отчислить из группы"),
        Action.DELETE: _("удалить"),
    }[action]


def write_worklist(steps: Sequence[Step], path: Path) -> None:
    """A list for a person, CSV with semicolons and a byte order mark, as spreadsheets here expect it."""
    with whole(path, private=True) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(header())
        rows.writerows(_row(number, step) for number, step in enumerate(steps, start=1))


def _row(number: int, step: Step) -> tuple[object, ...]:
    return (
        number,
        _asked(step.action),
        words.record(step.record_type),
        _plain(step.sourced_id),
        _told(step.before),
        _told(step.after),
        step.remote_id or "",
        _plain(_order(step)),
    )


def _order(step: Step) -> str:
    if step.order is None or step.order.day is None:
        return ""
    return _("№ {number} от {day:%d.%m.%Y}").format(number=step.order.number, day=step.order.day)


def _told(fields: Mapping[str, Any] | None) -> str:
    return "; ".join(_plain(_words(value)) for value in (fields or {}).values() if value not in (None, "", []))


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(item) for item in value.values() if item not in (None, ""))
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return str(value)


def _plain(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
