"""A form's summary of period marks typed into a CSV file; `csv_page` tells the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.csv_block import Head, entries, name_column, plain, stray, stray_heads
from connectors.paper.page import is_yes
from connectors.paper.summary_sheet import written_key
from connectors.paper.wire import PaperSummary, PaperSummaryRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.paper.csv_block import Block, Line
    from connectors.paper.wire import PaperText, TemplateSummary
    from connectors.sources.wire import Flaw

    FindSummary = Callable[[str, str], TemplateSummary | None]
    """(form, period) as written → the sheet this must be; None where the school has none."""


def read_csv_summary(source: str, block: Block, find: FindSummary, flaws: list[Flaw]) -> PaperSummary | None:
    """The sheet; None where it does not say which one it is, or the school has no such sheet."""
    missing = block.lacks(Head.SUMMARY, Head.PERIOD)
    labels = block.says(Head.SUMMARY), block.says(Head.PERIOD)
    printed = None if missing else find(*labels)
    if printed is None:
        flaws += block.refused(source, missing, labels)
        return None
    names = name_column(block.left[0]) or 0
    found = [*block.flaws, *stray(text for line in block.right for text in line.values())]
    found += stray_heads(block.left[0], names)
    columns, written = _columns(printed, block.left, names)
    keys = {plain(name): key for key, name in printed.pupils}
    rows = [_row(line, names, columns, keys, found) for line in block.left[1:]]
    return PaperSummary(
        sheet=block.place,
        form=printed.form,
        period=printed.period,
        ends=printed.ends,
        whole=is_yes(block.head.get(Head.WHOLE), default=False, flaws=found),
        by=block.says(Head.BY),
        subjects=tuple(key for key in columns.values() if key and key not in written),
        written=written,
        rows=tuple(row for row in rows if row),
        flaws=tuple(found),
    )


def _columns(
    printed: TemplateSummary, lines: list[Line], names: int
) -> tuple[dict[int, str | None], dict[str, PaperText]]:
    """(what stands in each column: a subject's key, or None without a head; the subjects that were not printed)."""
    known = {plain(name): key for key, name in printed.subjects}
    columns: dict[int, str | None] = {}
    written: dict[str, PaperText] = {}
    for spot in range(names + 1, max(max(line) for line in lines) + 1):
        text = lines[0].get(spot)
        key = known.pop(plain(text.text), None) if text else None
        if text and key is None:
            key = written_key(spot)
            written[key] = text
        columns[spot] = key
    return columns, written


def _row(
    line: Line, names: int, columns: Mapping[int, str | None], keys: Mapping[str, str], flaws: list[Flaw]
) -> PaperSummaryRow | None:
    marks = entries(line, names, columns, flaws, "ENTRY_WITHOUT_SUBJECT")
    if marks is None:
        return None
    name = line[names]
    return PaperSummaryRow(key=keys.get(plain(name.text), ""), name=name.text, place=name.place, marks=marks)
