"""What people decided about rosters: orders for changes, agreements to subgroups, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import Clock

from state.agreements import RecordedAgreement
from state.identity import form_id, membership_id, pupil_id
from state.orders import AssignedOrder, OrderKey
from state.records import Agreement, OrderRef
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = form_id(2026, "7Б")
KEY = OrderKey("membership", membership_id(pupil_id("К-1"), FORM), "create")
ORDER = OrderRef(number="12-у", day=date(2026, 9, 1))
ROW = AssignedOrder(key=KEY, order=ORDER, assigned_by="Секретарь")
WORD = Agreement(form=FORM, division="1", who="Ли Ян", day=date(2026, 9, 2))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url, "school", Clock())
    yield opened
    opened.close()


def test_an_assigned_order_is_kept_until_it_is_dropped(store: Store) -> None:
    """By record and deed; the last one given counts; another deed's order stays."""
    leaving = replace(ROW, key=KEY._replace(action="suspend"))
    with store.begin() as work:
        work.assign_orders([ROW, leaving])
        work.assign_orders([replace(ROW, order=replace(ORDER, number="13-у"))])
        work.commit()
    with store.begin() as work:
        assert [(row.key.action, row.order.number) for row in work.assigned_orders()] == [
            ("create", "13-у"),
            ("suspend", "12-у"),
        ]
        work.drop_assigned_orders([KEY])
        work.drop_assigned_orders([])
        assert work.assigned_orders() == (leaving,)


def test_half_an_order_is_not_kept(store: Store) -> None:
    """An order without a date cannot be assigned."""
    with store.begin() as work, pytest.raises(ValueError, match="date"):
        work.assign_orders([replace(ROW, order=OrderRef(number="12-у"))])


def test_an_agreement_is_kept_with_the_seating_it_is_for(store: Store) -> None:
    """One for each form and division, the last one recorded."""
    tutor = replace(WORD, division="", who="Козлова О.В.")
    rows = [RecordedAgreement(agreement=one, digest="d1", recorded_by="Завуч") for one in (WORD, tutor)]
    with store.begin() as work:
        work.put_subgroup_agreements(rows)
        work.put_subgroup_agreements([replace(rows[0], digest="d2")])
        work.commit()
    with store.begin() as work:
        assert work.subgroup_agreements() == (rows[1], replace(rows[0], digest="d2"))


@pytest.mark.parametrize("half", [{"who": ""}, {"day": None}])
def test_an_agreement_without_a_name_or_a_date_is_not_kept(store: Store, half: dict[str, object]) -> None:
    """It is none yet."""
    with store.begin() as work, pytest.raises(ValueError, match="name and a date"):
        work.put_subgroup_agreements([RecordedAgreement(agreement=replace(WORD, **half), digest="d")])


def test_schools_do_not_see_each_others_decisions(database_url: str, store: Store) -> None:
    """As everywhere: each row carries its school."""
    with store.begin() as work:
        work.assign_orders([ROW])
        work.put_subgroup_agreements([RecordedAgreement(agreement=WORD, digest="d")])
        work.commit()
    other = Store.open(database_url, "other", Clock())
    with other.begin() as work:
        assert (work.assigned_orders(), work.subgroup_agreements()) == ((), ())
    other.close()
