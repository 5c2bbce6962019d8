"""Steps a person carries out: the import workbook for the administrator, and the worklist for whoever edits by hand."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from gateway.sync.values import Action
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gateway.sync.values import Step

_ACTIONS: Mapping[Action, str] = {
    Action.CREATE: "добавить",
    Action.UPDATE: "изменить",
    Action.MOVE: "перевести",
    Action.SUSPEND: "отчислить из группы",
    Action.DELETE: "удалить",
}
_RECORDS: Mapping[RecordType, str] = {
    RecordType.BELL_SCHEDULE: "расписание звонков",
    RecordType.CALENDAR: "учебный год",
    RecordType.GRADING_PERIOD: "учебный период",
    RecordType.SUBJECT: "предмет",
    RecordType.STAFF: "сотрудник",
    RecordType.PUPIL: "ученик",
    RecordType.GUARDIAN: "родитель",
    RecordType.FORM: "класс",
    RecordType.SUBGROUP: "подгруппа",
    RecordType.MEMBERSHIP: "состав группы",
    RecordType.LESSON: "урок",
}
HEADER = ("№", "Что сделать", "Где", "Что", "Было", "Должно стать", "Номер в дневнике")


def write_worklist(steps: Sequence[Step], path: Path) -> None:
    """A list for a person, CSV with semicolons and a byte order mark, as spreadsheets here expect it."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(HEADER)
        rows.writerows(_row(number, step) for number, step in enumerate(steps, start=1))
    unfinished.replace(path)


def _row(number: int, step: Step) -> tuple[object, ...]:
    return (
        number,
        _ACTIONS[step.action],
        _RECORDS[step.record_type],
        _plain(step.sourced_id),
        _told(step.before),
        _told(step.after),
        step.remote_id or "",
    )


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
