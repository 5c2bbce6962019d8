"""Summary sheets in memory: the latest of each form and period, every earlier one kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from state.identity import calendar_id, form_id, period_id, pupil_id, subject_id
from state.store import Store, migrate
from state.summaries import Summary

if TYPE_CHECKING:
    from pathlib import Path

FORM, PERIOD = form_id(2026, "7Б"), period_id(calendar_id(2026, "quarter"), 1)
ANNA, ALGEBRA = pupil_id("Б-1"), subject_id("Алгебра")
SUMMARY = Summary(
    form=FORM,
    period=PERIOD,
    ends=date(2026, 10, 25),
    source="7Б.xlsx",
    whole=True,
    pupils=(ANNA,),
    subjects=(ALGEBRA,),
    marks={(ANNA, ALGEBRA): "4"},
    imported_by="завуч",
)


def test_the_latest_of_a_form_and_period_counts(tmp_path: Path) -> None:
    """The same sheet again writes nothing, another one takes its place, another period stands beside it."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    migrate(url)
    store = Store.open(url, "school", lambda: datetime(2026, 10, 27, tzinfo=UTC))
    other = replace(SUMMARY, marks={(ANNA, ALGEBRA): "5"}, source="другой.xlsx")
    year = replace(SUMMARY, period=period_id(calendar_id(2026, "quarter"), 2))
    with store.begin() as work:
        kept = work.paperwork
        assert [kept.save_summary(one) for one in (SUMMARY, replace(SUMMARY, source="копия.xlsx"), other, year)] == [
            True,
            False,
            True,
            True,
        ]
        work.commit()
    with store.begin() as work:
        assert work.paperwork.summaries() == (other, year)
