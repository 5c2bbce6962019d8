"""Damaged CSV files of register pages: no crash, no hang, and no cell that is neither read nor named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from mutations import hunting, limited, mutated

from connectors.faults import Unreadable
from connectors.paper.csv_page import read_csv_pages
from connectors.paper.wire import TemplatePage, TemplateSummary
from connectors.sources.delimited import read_delimited
from connectors.sources.wire import Content
from mappings.paper.pages import page_cells
from mappings.problems import problem_text

if TYPE_CHECKING:
    from connectors.paper.wire import PaperBook

DAYS = (date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 4))
PAGE = TemplatePage(
    group="form:2026:7б",
    subject="subject:алгебра",
    period="period:2026:quarter:1",
    group_label="7Б",
    subject_label="Алгебра",
    period_label="1 четверть",
    starts=date(2026, 9, 1),
    ends=date(2026, 10, 25),
    pupils=(("pupil:б-1", "Азарова Анна"), ("pupil:б-2", "Быков Борис")),
    columns=((DAYS[0], 1), (DAYS[1], 1), (DAYS[2], 2)),
)
SHEET = TemplateSummary(
    form=PAGE.group,
    period=PAGE.period,
    group_label="7Б",
    period_label=PAGE.period_label,
    starts=PAGE.starts,
    ends=PAGE.ends,
    pupils=PAGE.pupils,
    subjects=((PAGE.subject, "Алгебра"), ("subject:музыка", "Музыка")),
)
ONE = """Класс;7Б
Предмет;Алгебра
Период;1 четверть
Перенесена полностью;да
Кто переносил;Образцова О.О.
№;Фамилия имя;01.09.2026;04.09.2026;04.09.2026;Итог
1;Азарова Анна;m1;m2;m3;m4
2;Быков Борис;m5;;m6;m7
Дата;Что пройдено на уроке;Домашнее задание
01.09.2026;m8;m9
04.09.2026;;
04.09.2026;"m10;и ещё";
"""
SUMMARY = """Сводная ведомость;7Б
Период;1 четверть
Перенесена полностью;да
№;Фамилия имя;Алгебра;Музыка;m11
1;Азарова Анна;m12;;m13
2;Быков Борис;;m14;
"""
WHOLE = f"{ONE}\n{ONE}\n{SUMMARY}".encode()
ANSWER = "7Б", "", "Алгебра", "1 четверть"
HEADS = {"класс", "сводная ведомость", "подгруппа", "предмет", "период", "перенесена полностью", "кто переносил"}


def _read(data: bytes) -> PaperBook | None:
    content = Content(name="p.csv", data=data, sha256="00")
    try:
        with limited():
            return read_csv_pages(
                content,
                data,
                lambda *words: PAGE if words == ANSWER else None,
                lambda *words: SHEET if words == (ANSWER[0], ANSWER[3]) else None,
            )
    except Unreadable:
        return None


@hunting(600)
@given(data=st.data())
def test_a_damaged_page_is_answered(data: st.DataObject) -> None:
    """Every mark of the file stands in its cell or in a flaw that names its place."""
    damaged = data.draw(mutated(WHOLE))
    book = _read(damaged)
    if book is None:
        return
    flaws = [*book.flaws, *(flaw for page in (*book.pages, *book.summaries) for flaw in page.flaws)]
    for flaw in flaws:
        assert problem_text(flaw.code)
        assert flaw.where.startswith("p.csv")
    told = {flaw.where for flaw in flaws} | {text.place for text in _texts(book)}
    grid = read_delimited(Content(name="p.csv", data=damaged, sha256="00"), damaged)
    assert grid is not None
    left = any(flaw.code in ("CSV_HEAD_MISSING", "PAGE_UNKNOWN") for flaw in book.flaws)
    for row, values in enumerate(grid.values):
        is_head = grid.head(row)[:1] and grid.head(row)[0] in HEADS  # its second cell is the head's answer
        for column, value in enumerate(values):
            text = " ".join(str(value).replace("\x00", "\ufffd").split())
            if text.startswith("m") and text[1:].isdigit() and not left and not (is_head and column == 1):
                assert grid.cell(row, column).where in told, text
    for page in book.pages:
        cells = page_cells(page, "p.csv", {})
        assert not (cells.whole and any(problem.blocks for problem in cells.problems))


def _texts(book: PaperBook) -> list[object]:
    texts = []
    for page in book.pages:
        for row in page.rows:
            texts += [*row.cells.values(), *([row.final] if row.final else []), row]
        for line in (*page.columns, *page.right_rows):
            texts += [text for text in (line.topic, line.homework) if text] + [line]
    for sheet in book.summaries:
        texts += [*sheet.written.values(), *sheet.rows, *(text for row in sheet.rows for text in row.marks.values())]
    return texts  # type: ignore[return-value]
