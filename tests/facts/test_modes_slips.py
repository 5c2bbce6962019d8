"""A remark about a day that is no longer compared stays open: leaving the scope corrects nothing (R004, R041)."""

from __future__ import annotations

import pytest
from facts.test_slips import PAGE, finding, now, proof, slip

from state.slips import Standing

DAY = finding()["day"]


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        pytest.param([("2026-09-01", DAY)], Standing.CORRECTED, id="up to that very day"),
        pytest.param([(DAY, "2026-10-25")], Standing.CORRECTED, id="from that very day on"),
        pytest.param([("2026-09-01", "2026-10-14"), ("2026-10-16", "2026-10-25")], Standing.OPEN, id="around it"),
        pytest.param([], Standing.OPEN, id="on no day"),
    ],
)
def test_only_a_check_of_its_day_corrects_a_remark(days: list[tuple[str, str]], standing: Standing) -> None:
    """Before and after the day is not on the day."""
    assert now(proof(days={PAGE: days})) is standing
    assert now(proof(days={("form:2026:8а", PAGE[1]): []})) is Standing.CORRECTED


def test_what_was_corrected_stays_so_outside_the_scope() -> None:
    """And a remark about the whole page needs no day."""
    assert now(proof(days={PAGE: []}), slip(Standing.CORRECTED)) is Standing.CORRECTED
    assert now(proof(days={PAGE: []}), slip(day=None)) is Standing.CORRECTED
