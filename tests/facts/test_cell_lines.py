"""Cells as lines of text come back as they were, whatever a teacher wrote."""

from __future__ import annotations

import csv
import io

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from state.cells import CELLS, cell_lines, cells_of, lines_digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", " ", '"', '""', ",", "\n", "\r\n", "\r", "4 5", "н", "null", "\x00", "§ 3, № 12; «а»"]
)
PAGES = st.lists(st.lists(st.tuples(st.integers(0, 2**60 - 1), TEXTS, TEXTS), max_size=6), max_size=4)


def frame(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CELLS, orient="row")


@given(PAGES)
def test_pages_kept_as_lines_come_back_one_after_another(pages: list[list[tuple[int, str, str]]]) -> None:
    """Blank stays blank, quotes and line ends stay text, the order stays."""
    assert cells_of([cell_lines(frame(rows)) for rows in pages]).rows() == [row for rows in pages for row in rows]


@given(PAGES)
def test_the_lines_are_plain_csv(pages: list[list[tuple[int, str, str]]]) -> None:
    """Anybody's reader can check what a digest was made of (RFC 4180)."""
    rows = [row for page in pages for row in page]
    read = csv.reader(io.StringIO(cell_lines(frame(rows)).decode(), newline=""))
    assert [(int(key), value, raw) for key, value, raw in read] == rows


def test_a_digest_tells_where_a_value_ends() -> None:
    """What stands in `value` and what in `raw` is no matter of gluing."""
    one, other = frame([(1, "4", "5")]), frame([(1, "45", "")])
    assert lines_digest(cell_lines(one)) != lines_digest(cell_lines(other))
