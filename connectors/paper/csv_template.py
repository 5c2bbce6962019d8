"""The empty CSV file to type register pages into; `csv_page` tells the format and reads it back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from connectors.paper.wire import LABEL_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connectors.paper.wire import TemplatePage, TemplateSummary


def write_csv_template(pages: Sequence[TemplatePage], path: Path, summaries: Sequence[TemplateSummary] = ()) -> None:
    """One file with all pages, then the summary sheets, a blank line between them.

    UTF-8 with its mark and «;», as Excel opens it in Russian.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for number, lines in enumerate([*map(_lines, pages), *map(_summary_lines, summaries)]):
        if number:
            writer.writerow([])
        writer.writerows(lines)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())


def _lines(page: TemplatePage) -> Iterator[list[str]]:
    form, _, subgroup = page.group_label.partition(LABEL_BREAK)
    yield ["Класс", form]
    if subgroup:
        yield ["Подгруппа", subgroup]
    yield ["Предмет", page.subject_label]
    yield from _answers(page.period_label)
    days = [f"{day:%d.%m.%Y}" for day, _ in page.columns]
    yield ["№", "Фамилия имя", *days, "Итог"]
    for number, (_, name) in enumerate(page.pupils, 1):
        yield [str(number), name, *("" for _ in days), ""]
    yield ["Дата", "Что пройдено на уроке", "Домашнее задание"]
    for day in days:
        yield [day, "", ""]


def _summary_lines(sheet: TemplateSummary) -> Iterator[list[str]]:
    yield ["Сводная ведомость", sheet.group_label]
    yield from _answers(sheet.period_label)
    yield ["№", "Фамилия имя", *(name for _key, name in sheet.subjects)]
    for number, (_key, name) in enumerate(sheet.pupils, 1):
        yield [str(number), name, *("" for _subject in sheet.subjects)]


def _answers(period: str) -> Iterator[list[str]]:
    yield ["Период", period]
    yield ["Перенесена полностью", ""]
    yield ["Кто переносил", ""]
