"""Drawn units as the lines a person looks up, page by page: for the workbook and for the printed list."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from connectors.paper.sample_list import SampleLine, What
from gateway.i18n import _, language
from gateway.reports.directory import by_alphabet
from gateway.reports.typeset import breakable, typeset
from state.identity import SourcedId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from connectors.paper.sample_list import DrawnUnit
    from gateway.reports.directory import Directory


def sample_lines(units: Iterable[DrawnUnit], names: Directory) -> tuple[SampleLine, ...]:
    """By page, day and pupil, as one leafs through a register; both parts of the sample look alike."""
    ordered = sorted(units, key=lambda unit: (by_alphabet(_page(unit, names)), unit.day, unit.nth, _first(unit, names)))
    return tuple(line for unit in ordered for line in _lines(unit, names))


def _first(unit: DrawnUnit, names: Directory) -> tuple[tuple[int, str], ...]:
    return min((by_alphabet(names.pupil(SourcedId(key))) for _number, key in unit.pupils), default=())


def _page(unit: DrawnUnit, names: Directory) -> str:
    return f"{names.group(SourcedId(unit.group))}. {names.subject(SourcedId(unit.subject))}"


def _lines(unit: DrawnUnit, names: Directory) -> Iterator[SampleLine]:
    def line(what: What, asks: str, person: int = 0) -> SampleLine:
        return SampleLine(
            unit=unit.unit,
            what=what,
            person=person,
            page=_page(unit, names),
            day=unit.day,
            lesson=str(unit.nth),
            asks=asks,
        )

    pupils = sorted(((names.pupil(SourcedId(key)), number) for number, key in unit.pupils), key=_by_name)
    if unit.whole_lesson:
        yield line(What.LESSON, _("Есть ли урок на бумаге?"))
    yield from (line(What.MARK, name, number) for name, number in pupils)
    if unit.whole_lesson:
        yield line(What.OTHERS, _("Отметки тех, кого нет в списке"))
        yield line(What.TOPIC, _("Тема урока"))
        yield line(What.HOMEWORK, _("Домашнее задание"))


def _by_name(pupil: tuple[str, int]) -> tuple[tuple[tuple[int, str], ...], int]:
    return by_alphabet(pupil[0]), pupil[1]


def heading(number: int, *, lessons: bool) -> tuple[str, ...]:
    """What stands above the table of the workbook."""
    how = (
        _("В первой строке урока ответьте «да» или «нет»; где на бумаге пусто, оставьте пусто.")
        if lessons
        else _("Где на бумаге пусто, поставьте «-»; нет самого урока — «нет урока». Пустая строка — ещё не смотрели.")
    )
    blind = _("Печатайте как на бумаге, не заглядывая в электронный журнал. Пропущенная строка отменяет утверждение.")
    return _("Выборка № {number}: что посмотреть на бумаге").format(number=number), blind, how


def write_sample_pdf(lines: Sequence[SampleLine], path: Path, *, number: int, school: str, moment: datetime) -> None:
    """`path` holds the list to walk to the shelf with; the same lines give the same bytes. Raises Unprintable."""
    path.write_bytes(typeset("sample", _data(lines, number, school), moment, "pdf")[0])


def _data(lines: Sequence[SampleLine], number: int, school: str) -> dict[str, Any]:
    pages = [
        {"page": page, "lines": [_printed(index, line) for index, line in numbered]}
        for page, numbered in groupby(enumerate(lines, start=1), key=lambda one: one[1].page)
    ]
    columns = [_("№"), _("Дата"), _("Урок"), _("Что посмотреть"), _("На бумаге")]
    title, blind, _how = heading(number, lessons=False)
    return {
        "lang": language(),
        "school": school,
        "title": title,
        "hint": blind,
        "columns": columns,
        "pages": pages,
    }


def _printed(index: int, line: SampleLine) -> list[str]:
    return [str(index), f"{line.day:%d.%m.%Y}", line.lesson, breakable(line.asks)]
