"""Summary sheets in memory, on both engines: the latest of each form and period, every earlier one kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import Clock

from state.identity import calendar_id, form_id, period_id, pupil_id, subject_id
from state.store import Store
from state.summaries import Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.fixture
def stores(database_url: str) -> Iterator[tuple[Store, Store]]:
    """Two schools in one database."""
    opened = tuple(Store.open(database_url, key, Clock()) for key in ("school", "neighbour"))
    yield opened[0], opened[1]
    for store in opened:
        store.close()


def test_the_latest_of_a_form_and_period_counts(stores: tuple[Store, Store]) -> None:
    """The same sheet again writes nothing, another one takes its place, another period stands beside it."""
    other = replace(SUMMARY, marks={(ANNA, ALGEBRA): "5"}, source="другой.xlsx")
    later = replace(SUMMARY, period=period_id(calendar_id(2026, "quarter"), 2))
    with stores[0].begin() as work:
        kept = [
            work.paperwork.save_summary(one) for one in (SUMMARY, replace(SUMMARY, source="копия.xlsx"), other, later)
        ]
        work.commit()
    assert kept == [True, False, True, True]
    with stores[0].begin() as work:
        assert work.paperwork.summaries() == (other, later)
        assert work.paperwork.save_summary(replace(other, whole=False)), "not whole is another thing to say"


def test_a_school_sees_its_own_sheets_only(stores: tuple[Store, Store]) -> None:
    """Two schools share a database, and neither knows of the other's marks."""
    with stores[0].begin() as work:
        work.paperwork.save_summary(SUMMARY)
        work.commit()
    with stores[1].begin() as work:
        assert work.paperwork.summaries() == ()
        assert work.paperwork.save_summary(SUMMARY)
