"""Pages of the paper register typed into a CSV file, read into the same shapes as the workbook's.

A file holds one page or several, one below the other. «;», «,» or the tab parts the cells; UTF-8, UTF-16, cp1251 and
cp866 are told apart. A page is a head, the left page, and the right page of the spread:

    Класс;7Б                            begins a page
    Подгруппа;англ. 1 гр.               only on a subgroup's page
    Предмет;Алгебра
    Период;1 четверть                   the period's name or its number
    Перенесена полностью;да             a page without «да» is kept and never compared
    Кто переносил;Образцова О.О.
    №;Фамилия имя;01.09.2026;04.09.2026;04.09.2026;Итог
    1;Азарова Анна;5;;н;4               marks as on paper: «4/5», «н», «осв»
    Дата;Что пройдено на уроке;Домашнее задание
    01.09.2026;Дроби;№ 5                the right page's own rows, with its own dates

A form's summary of period marks is a head and a table; the subjects are those on paper:

    Сводная ведомость;7Б                begins a summary sheet
    Период;1 четверть                   or «Год»
    Перенесена полностью;да
    Кто переносил;Образцова О.О.
    №;Фамилия имя;Алгебра;Музыка
    1;Азарова Анна;4;5

The dates are those on paper, on either page: a column or row that paper lacks is deleted, one that it has is added. A
day with two lessons stands twice. Every cell that is not blank is read or named in a flaw at its place, and nothing is
guessed.

Codes: CSV_NOT_A_PAGE, CSV_HEAD_MISSING, PAGE_UNKNOWN, ANSWER_BAD, COLUMN_DATE_BAD, ENTRY_WITHOUT_DATE,
ENTRY_WITHOUT_NAME, ENTRY_WITHOUT_SUBJECT, FORMULA, NOT_TEXT, STRAY_CELL, ENCODING_GUESSED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.csv_block import DATE, RIGHT, Head, blocks_of, entries, name_column, plain, stray, stray_heads
from connectors.paper.csv_summary import read_csv_summary
from connectors.paper.layout import MONTHS, number_columns
from connectors.paper.page import is_yes
from connectors.paper.right_page import left_day, right_day
from connectors.paper.wire import PaperBook, PaperColumn, PaperPage, PaperRightRow, PaperRow
from connectors.sources.delimited import read_delimited
from connectors.sources.grid import header_key
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from connectors.paper.csv_block import Block, Line
    from connectors.paper.csv_summary import FindSummary
    from connectors.paper.wire import Column, PaperText, TemplatePage
    from connectors.sources.wire import Content

    Find = Callable[[str, str, str, str], TemplatePage | None]
    """(form, subgroup, subject, period) as written → the page this must be; None where the school has none."""

FINALS = frozenset({"итог", "итоги", "отметка за период", "итоговая отметка"})
TOPICS = frozenset({"что пройдено на уроке", "тема", "тема урока"})
HOMEWORKS = frozenset({"домашнее задание", "задание", "дз", "д/з", "д.з"})
_FINAL = "final"
"""The key of the column of period marks, beside those of lessons."""
_MONTHS = {name[:3]: number for number, (name, _) in enumerate(MONTHS, 1)}


def read_csv_pages(
    source: Content, data: bytes, find: Find, find_summary: FindSummary = lambda *_words: None
) -> PaperBook:
    """All pages and summary sheets of the file. Raises UnreadableFile where it holds none or is no delimited text."""
    grid = read_delimited(source, data)
    flaws: list[Flaw] = []
    blocks = blocks_of(grid, flaws) if grid else []
    if grid is None or not blocks:
        raise UnreadableFile("в файле CSV нет страницы журнала: нет строки «Класс»", source.name, code="CSV_NOT_A_PAGE")
    if grid.guessed:
        flaws.append(Flaw(code="ENCODING_GUESSED", where=source.name, raw=grid.guessed))
    pages = [_page(source.name, block, find, flaws) for block in blocks if not block.is_summary]
    sheets = [read_csv_summary(source.name, block, find_summary, flaws) for block in blocks if block.is_summary]
    return PaperBook(
        source=source.name,
        sha256=source.sha256,
        pages=tuple(page for page in pages if page),
        summaries=tuple(sheet for sheet in sheets if sheet),
        flaws=tuple(flaws),
    )


def _page(source: str, block: Block, find: Find, flaws: list[Flaw]) -> PaperPage | None:
    """The page; None where it does not say which one it is, or the school has no such page."""
    place = f"{source}!{block.place}"
    missing = block.lacks(Head.FORM, Head.SUBJECT, Head.PERIOD)
    labels = [block.says(head) for head in (Head.FORM, Head.SUBGROUP, Head.SUBJECT, Head.PERIOD)]
    printed = None if missing else find(labels[0], labels[1], labels[2], labels[3])
    if printed is None:
        flaws += block.refused(source, missing, labels)
        return None
    found = list(block.flaws)
    columns, rows = _left(printed, block.left, found)
    lessons, alone = _right(printed, block.right, columns, found)
    if not block.right:
        found.append(Flaw(code="CSV_HEAD_MISSING", where=place, raw=RIGHT.capitalize(), blocks=True))
    return PaperPage(
        sheet=block.place,
        label=printed.label,
        group=printed.group,
        subject=printed.subject,
        period=printed.period,
        starts=printed.starts,
        ends=printed.ends,
        whole=is_yes(block.head.get(Head.WHOLE), default=False, flaws=found),
        by=block.says(Head.BY),
        columns=lessons,
        rows=tuple(rows),
        right_rows=alone,
        flaws=tuple(found),
    )


# --- the left page ----------------------------------------------------------------------------------------------------


def _left(printed: TemplatePage, lines: Sequence[Line], flaws: list[Flaw]) -> tuple[dict[Column, str], list[PaperRow]]:
    """(columns of the paper with their places, the pupils' rows)."""
    header, names = lines[0], name_column(lines[0]) or 0
    final = next((column for column, text in header.items() if column > names and _is(text, FINALS)), None)
    width = max(max(line) for line in lines) + 1
    spots = range(names + 1, width if final is None else final)
    dated = [_dated(printed, header.get(spot), flaws) for spot in spots]
    numbered = dict(zip(spots, number_columns(dated), strict=True))
    allowed = {names, *spots, *(() if final is None else (final,))}
    flaws += stray(text for column, text in header.items() if column not in allowed and column >= names)
    flaws += stray_heads(header, names)
    keys = {plain(name): key for key, name in printed.pupils}
    places_of: dict[int, Column | str | None] = {**numbered, **({} if final is None else {final: _FINAL})}
    rows = [_row(line, names, places_of, keys, flaws) for line in lines[1:]]
    places = {column: header[spot].place for spot, column in numbered.items() if column}
    return places, [row for row in rows if row]


def _dated(printed: TemplatePage, typed: PaperText | None, flaws: list[Flaw]) -> date | None:
    day = left_day(printed, _numeric(typed.text)) if typed else None
    if typed and day is None:
        flaws.append(Flaw(code="COLUMN_DATE_BAD", where=typed.place, raw=typed.text, blocks=True))
    return day


def _row(
    line: Line,
    names: int,
    columns: Mapping[int, Column | str | None],
    keys: Mapping[str, str],
    flaws: list[Flaw],
) -> PaperRow | None:
    """The pupil's entries; None where nobody is named."""
    found: dict[Column | str, PaperText] | None = entries(line, names, columns, flaws, "ENTRY_WITHOUT_DATE")
    if found is None:
        return None
    name, closing = line[names], found.pop(_FINAL, None)
    cells = {column: text for column, text in found.items() if not isinstance(column, str)}
    return PaperRow(key=keys.get(plain(name.text), ""), name=name.text, place=name.place, cells=cells, final=closing)


# --- the right page ---------------------------------------------------------------------------------------------------


def _right(
    printed: TemplatePage, lines: Sequence[Line], columns: Mapping[Column, str], flaws: list[Flaw]
) -> tuple[tuple[PaperColumn, ...], tuple[PaperRightRow, ...]]:
    """The left page's columns with what the right page says of them, and its rows of days the left page lacks."""
    header = lines[0] if lines else {}
    topics, homework = (
        next((at for at, text in header.items() if at and _is(text, words)), -1) for words in (TOPICS, HOMEWORKS)
    )
    flaws += stray(text for line in lines for at, text in line.items() if at not in (0, topics, homework))
    dated = number_columns([_right_date(printed, line, flaws) for line in lines[1:]])
    rows = {column: line for column, line in zip(dated, lines[1:], strict=True) if column}
    lessons = tuple(
        PaperColumn(
            day=day,
            nth=nth,
            place=where,
            topic=line.get(topics),
            homework=line.get(homework),
            has_right=not lines or (day, nth) in rows,
        )
        for (day, nth), where in columns.items()
        for line in (rows.get((day, nth), {}),)
    )
    alone = tuple(
        PaperRightRow(day=column[0], place=line[0].place, topic=line.get(topics), homework=line.get(homework))
        for column, line in rows.items()
        if column not in columns
    )
    return lessons, alone


def _right_date(printed: TemplatePage, line: Line, flaws: list[Flaw]) -> date | None:
    """The row's own date; without one its texts belong to no lesson."""
    typed = line.get(0)
    day = right_day(printed, _numeric(typed.text), None) if typed else None
    if typed and day is None:
        flaws.append(Flaw(code="COLUMN_DATE_BAD", where=typed.place, raw=typed.text, blocks=True))
    if day is None:
        lost = [text for at, text in line.items() if at]
        flaws += [Flaw(code="ENTRY_WITHOUT_DATE", where=text.place, raw=text.text, blocks=True) for text in lost]
    return day


# --- words ------------------------------------------------------------------------------------------------------------


def _numeric(text: str) -> str:
    """«12.окт» as «12.10»; anything else as it stands."""
    match = DATE.fullmatch(text.casefold())
    if match is None or match[2].isdigit():
        return text
    month = _MONTHS.get("май" if match[2] == "мая" else match[2][:3], 0)
    return ".".join(filter(None, (match[1], f"{month:02}", match[3])))


def _is(text: PaperText, words: frozenset[str]) -> bool:
    return header_key(text.text) in words
