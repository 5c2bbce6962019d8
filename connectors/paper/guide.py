"""The first sheet of the workbook: how to fill the pages in, in plain words, with a link to each page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.paper.layout import GUIDE_SHEET
from connectors.paper.look import HEAD_FILL, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter import Workbook

    from connectors.paper.look import Look

TITLE = "Перенос бумажного журнала"
STEPS = tuple(
    """
    Откройте бумажный журнал и лист этой книги с тем же классом и предметом. Электронный журнал закройте: сверка
    честна, только если переносить не глядя в него.

    Печатайте клетку за клеткой то, что стоит на бумаге. Пустую клетку оставьте пустой. Две отметки — через дробь: 4/5.
    Список под клеткой — подсказка: если на бумаге стоит другое, напечатайте как на бумаге.

    Даты на бумаге нет — под датой вместо «да» выберите «нет». На бумаге есть лишняя дата — впишите её над жёлтым
    столбцом: 12.10.

    Ученика нет в списке — впишите фамилию и имя в жёлтую строку внизу.

    Справа — темы и домашние задания, по строке на дату. Жёлтые строки «доп.» — для вписанных дат. Дата на правой
    странице другая — впишите её в столбец «Справа другая»: 13.10. Строки справа нет совсем — впишите «нет». Строка
    есть только справа — впишите её дату и тему в жёлтую строку «доп.», а слева дату не вписывайте.

    Лист «Сводная ведомость» — итоговые отметки класса за период по всем предметам, как в конце бумажного журнала.

    Формулы не нужны: клетка с формулой не читается, и программа назовёт её.

    Когда страница перенесена вся, поставьте вверху «да» и впишите, кто переносил. Страницы без «да» не сверяются.

    Не переименовывайте листы, не вставляйте и не удаляйте строки и столбцы, не объединяйте ячейки. Сохраните книгу
    как .xlsx и загрузите её в Сверку.
    """.strip().split("\n\n")
)
TOKENS = (
    ("5 4 3 2", "отметки"),
    ("4/5", "две отметки за урок"),
    ("н", "не был, причина не указана"),
    ("УП", "не был по уважительной причине"),
    ("НП", "не был без уважительной причины"),
    ("Б", "не был по болезни"),
    ("ОП", "опоздал"),
    ("осв", "освобождён"),
    ("н/а", "не аттестован"),
)
_LINE, _LINE_CHARS = 15, 90
"""Points of a line of text, and a cautious count of its characters."""


def guide_cells(names: Sequence[str]) -> dict[tuple[int, int], tuple[str, str]]:
    """(row, column) → (kind, text) of all that the guide sheet shows."""
    cells = {(0, 0): ("title", TITLE), (1, 0): ("head", "Как заполнять")}
    row = 2
    for number, step in enumerate(STEPS, 1):
        cells[row, 0], cells[row, 1] = ("number", str(number)), ("step", " ".join(step.split()))
        row += 1
    cells[row, 0] = "head", "Обозначения"
    for token, meaning in TOKENS:
        row += 1
        cells[row, 0], cells[row, 1] = ("token", token), ("step", meaning)
    row += 1
    cells[row, 0] = "head", "Страницы"
    for number, name in enumerate(names, 1):
        cells[row + number, 0], cells[row + number, 1] = ("number", str(number)), ("link", name)
    return cells


def write_guide(book: Workbook, look: Look, names: Sequence[str]) -> None:
    """The guide sheet stands first in the book, protected, A4 portrait."""
    sheet = book.add_worksheet(GUIDE_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 1, 92)
    styles: dict[str, Any] = {
        "title": look.guide(font_size=18, bold=True, text_wrap=False),
        "head": look.guide(font_size=13, bold=True, text_wrap=False, valign="bottom"),
        "number": look.guide(font_color=MUTED, align="center"),
        "token": look.guide(bold=True, align="center", bg_color=HEAD_FILL, text_wrap=False),
        "step": look.guide(align="left", indent=1),
        "link": look.guide(font_color="#1A5FB4", underline=1, align="left", indent=1, text_wrap=False),
    }
    for (row, column), (kind, text) in guide_cells(names).items():
        if kind == "link":
            target = text.replace("'", "''")
            sheet.write_url(row, column, f"internal:'{target}'!A1", styles[kind], text)
        else:
            sheet.write_string(row, column, text, styles[kind])
        if kind in ("head", "title"):
            sheet.set_row(row, 30)
        elif kind == "step":
            sheet.set_row(row, _LINE * (1 + len(text) // _LINE_CHARS) + 4)
    sheet.ignore_errors({"number_stored_as_text": "A1:B500"})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("")
