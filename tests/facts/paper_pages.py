"""Two small pages of the paper register, and the way from a typed page to register cells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries, TemplatePage
from connectors.paper.workbook import read_workbook
from mappings.paper.pages import PageCells, page_cells
from state.identity import calendar_id, form_id, period_id, pupil_id, subject_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from state.identity import SourcedId

FORM = form_id(2026, "7Б")
ALGEBRA, MUSIC = subject_id("Алгебра"), subject_id("Музыка")
PERIOD = period_id(calendar_id(2026, "quarter"), 1)
STARTS, ENDS = date(2026, 9, 1), date(2026, 10, 25)
ANNA, BORIS, VERA = (pupil_id(f"Б-{number}") for number in (1, 2, 3))
PUPILS = ((ANNA, "Азарова Анна"), (BORIS, "Быков Борис"), (VERA, "Ёлкина Вера"))
COLUMNS = tuple(
    (date(2026, month, day), nth)
    for month, day, nth in ((9, 1, 1), (9, 4, 1), (9, 4, 2), (9, 28, 1), (10, 2, 1), (10, 5, 1))
)


def page(subject: str = ALGEBRA, label: str = "Алгебра", **changes: object) -> TemplatePage:
    """A page of 7Б: three pupils, six lessons, two of them on one day."""
    values: dict[str, object] = {
        "group": FORM,
        "subject": subject,
        "period": PERIOD,
        "group_label": "7Б",
        "subject_label": label,
        "period_label": "1 четверть",
        "starts": STARTS,
        "ends": ENDS,
        "teacher": "Образцова Ольга Олеговна",
        "pupils": PUPILS,
        "columns": COLUMNS,
    }
    return TemplatePage(**{**values, **changes})  # type: ignore[arg-type]


def typed_back(
    folder: Path,
    entries: PageEntries,
    printed: TemplatePage | None = None,
    roster: Mapping[str, SourcedId] | None = None,
) -> PageCells:
    """The page's cells after somebody typed the entries into the printed page and the workbook came back."""
    path = folder / "paper.xlsx"
    write_template([printed or page()], path, {0: entries})
    book = read_workbook(path)
    assert not book.flaws
    return page_cells(book.pages[0], "paper.xlsx!7Б Алгебра", roster or {})
