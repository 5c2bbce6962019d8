"""A register page of some moment as tables for the eye: pupils down, lessons across, month by month like a paper one.

Takes `register/1` and `register-corrections/1` as they are; gives titles, columns and lines of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gateway.i18n import _
from gateway.reports.workbook import Column, Sheet, write_workbook
from gateway.whole import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_NAME_WIDTH, _DAY_WIDTH, _TEXT_WIDTH = 28, 6, 40


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def month_tables(page: Mapping[str, Any], period: Mapping[str, Any]) -> list[Table]:
    """One table per month with the day of the month above each lesson; the period's mark ends the last."""
    months = [list(found) for _month, found in groupby(page["columns"], key=lambda one: one["day"][:7])] or [[]]
    tables = []
    for columns in months:
        finals = page["finals"] if columns is months[-1] else []
        heads = [_head(one, str(date.fromisoformat(one["day"]).day)) for one in columns]
        month = _month(columns[0]["day"]) if columns else ""
        tables.append(
            Table(
                ". ".join(filter(None, (page["group_name"], month))),
                (_("Ученик"), *heads, *(period["name"] for _final in finals)),
                tuple(_line(pupil, columns, finals) for pupil in page["pupils"]),
            )
        )
    return tables


def topics_table(page: Mapping[str, Any]) -> Table:
    lines = (
        (
            _day(one["day"]),
            one["lesson"],
            one["topic"],
            one["homework"],
            ", ".join(who["name"] for who in one["teachers"]),
        )
        for one in page["columns"]
    )
    return Table(
        _("{group}. Темы и задания").format(group=page["group_name"]),
        (_("Дата"), _("№ урока"), _("Тема"), _("Домашнее задание"), _("Учитель")),
        tuple(lines),
    )


def late_table(page: Mapping[str, Any]) -> Table:
    """The marks of the page that were entered after the day of their lesson (R010, R015)."""
    lines = [
        (_day(mark["day"]), pupil["name"], mark["value"], _moment(mark["set_at"]), str(mark["days_after"]))
        for pupil in page["pupils"]
        for mark in pupil["marks"]
        if (mark["days_after"] or 0) > 0
    ]
    return Table(
        _("{group}. Внесено позже дня урока").format(group=page["group_name"]),
        (_("Дата урока"), _("Ученик"), _("Отметка"), _("Внесено"), _("Через N дней")),
        tuple(sorted(lines, key=lambda line: line[0][6:] + line[0][3:5] + line[0][:2])),
    )


def corrections_table(told: Mapping[str, Any]) -> Table:
    return Table(
        _("Исправления"),
        (
            _("Увидено"), _("Что произошло"), _("Класс"), _("Дата урока"), _("Ученик"), _("Запись"), _("Было"),
            _("Стало"), _("Кто"), _("Внесено"), _("Через N дней"),
        ),
        tuple(_correction(item) for item in told["items"]),
    )  # fmt: skip


def write_register_xlsx(path: Path, register: Mapping[str, Any], corrections: Mapping[str, Any] | None = None) -> None:
    """The pages, their topics, and the corrections where given, as one workbook; whole or absent."""
    heading = _("Журнал: {form}, {subject}").format(form=register["form"], subject=register["subject"])
    head = [(_("Состояние на"), _moment(register["at"]))]
    if register["pulled_at"]:
        head.append((_("Забрано из дневника"), _moment(register["pulled_at"])))
    sheets = []
    for number, page in enumerate(register["pages"], start=1):
        marks = _whole(page, register["period"])
        for name, table in ((_("Отметки {number}"), marks), (_("Темы {number}"), topics_table(page))):
            sheets.append(_sheet(name.format(number=number), heading, [*head, ("", table.title)], table))
    if corrections is not None or not sheets:
        table = corrections_table(corrections or {"items": []})
        sheets.append(_sheet(_("Исправления"), heading, head, table))
    moment = datetime.fromisoformat(register["at"])
    with whole(path) as unfinished:
        write_workbook(sheets, unfinished, title=heading, moment=moment, page_of=_("стр. {page} из {pages}"))


def _whole(page: Mapping[str, Any], period: Mapping[str, Any]) -> Table:
    """All months in one table, which a workbook scrolls and prints."""
    columns = page["columns"]
    heads = [_head(one, f"{date.fromisoformat(one['day']):%d.%m}") for one in columns]
    lines = tuple(_line(pupil, columns, page["finals"]) for pupil in page["pupils"])
    finals = (period["name"] for _final in page["finals"])
    return Table(page["group_name"], (_("Ученик"), *heads, *finals), lines)


def _sheet(name: str, heading: str, head: Sequence[tuple[str, str]], table: Table) -> Sheet:
    columns = [_column(title, [line[place] for line in table.lines]) for place, title in enumerate(table.columns)]
    return Sheet(name=name, heading=heading, head=head, columns=columns, lines=table.lines, empty=_("Записей нет"))


def _column(title: str, texts: Iterable[str]) -> Column:
    longest = max(map(len, (title, *texts)))
    is_short = longest <= _DAY_WIDTH
    return Column(title=title, width=_DAY_WIDTH if is_short else min(longest + 2, _TEXT_WIDTH), centred=is_short)


def _line(pupil: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], finals: Iterable[str]) -> tuple[str, ...]:
    marks = {(one["day"], one["nth"]): one["value"] for one in pupil["marks"]}
    totals = {one["day"]: one["value"] for one in pupil["finals"]}
    stood = (marks.get((one["day"], one["nth"]), "") for one in columns)
    return (_name(pupil), *stood, *(totals.get(day, "") for day in finals))


def _name(pupil: Mapping[str, Any]) -> str:
    notes = [_("нет согласия")] if pupil["no_consent"] else []
    notes += [] if pupil["listed"] else [_("нет в списке")]
    return f"{pupil['name']} ({', '.join(notes)})" if notes else str(pupil["name"])


def _head(column: Mapping[str, Any], day: str) -> str:
    return day if column["nth"] == 1 else f"{day}/{column['nth']}"


def _correction(item: Mapping[str, Any]) -> tuple[str, ...]:
    days = item["days_after"]
    return (
        _moment(item["seen_at"]),
        _what(item["what"]),
        item["group_name"],
        _day(item["day"]) if item["day"] else "",
        item["name"],
        _kind(item["kind"]),
        item["old"],
        item["new"],
        item["by_name"],
        _moment(item["set_at"]),
        "" if days is None else str(days),
    )


def _what(what: str) -> str:
    return {
        "changed": _("исправлено"),
        "reentered": _("внесено заново"),
        "vanished": _("исчезло"),
        "returned": _("появилось снова"),
        "late": _("внесено позже"),
    }[what]


def _kind(kind: str) -> str:
    return {
        "lesson": _("урок"),
        "marks": _("отметка"),
        "topic": _("тема"),
        "homework": _("задание"),
        "final": _("итоговая"),
        "member": _("список"),
    }[kind]


def _month(day: str) -> str:
    """«сентябрь 2026»."""
    names = (
        _("январь"), _("февраль"), _("март"), _("апрель"), _("май"), _("июнь"), _("июль"), _("август"),
        _("сентябрь"), _("октябрь"), _("ноябрь"), _("декабрь"),
    )  # fmt: skip
    return f"{names[int(day[5:7]) - 1]} {day[:4]}"


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d.%m.%Y}"


def _moment(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment):%d.%m.%Y %H:%M}" if moment else ""
