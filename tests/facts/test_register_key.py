"""The cell key: one integer per cell, and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.register import DAY_BITS, EPOCH, KIND_BITS, NTH_BITS, PAGE_BITS, PERSON_BITS, CellKind, pack, unpack

PARTS = st.tuples(
    st.integers(0, (1 << PAGE_BITS) - 1),
    st.integers(0, (1 << DAY_BITS) - 1).map(lambda days: EPOCH + timedelta(days=days)),
    st.integers(0, (1 << NTH_BITS) - 1),
    st.sampled_from(CellKind),
    st.integers(0, (1 << PERSON_BITS) - 1),
)


@given(PARTS)
def test_a_key_unpacks_to_its_parts(parts: tuple[int, date, int, CellKind, int]) -> None:
    """Packing is injective: nothing is lost, and the key stays below 2^60."""
    key = pack(*parts)
    assert 0 <= key < 1 << 60
    assert unpack(key) == parts


@given(PARTS, PARTS)
def test_keys_sort_by_page_then_day(
    one: tuple[int, date, int, CellKind, int], two: tuple[int, date, int, CellKind, int]
) -> None:
    """The days of a page are one range of keys, which the ledger reads at once."""
    assert (pack(*one) < pack(*two)) == (one < two)


@pytest.mark.parametrize(
    "parts",
    [
        (1 << PAGE_BITS, EPOCH, 0, CellKind.MARKS, 0),
        (-1, EPOCH, 0, CellKind.MARKS, 0),
        (1, EPOCH - timedelta(days=1), 0, CellKind.MARKS, 0),
        (1, EPOCH + timedelta(days=1 << DAY_BITS), 0, CellKind.MARKS, 0),
        (1, EPOCH, 1 << NTH_BITS, CellKind.MARKS, 0),
        (1, EPOCH, 0, CellKind.MARKS, 1 << PERSON_BITS),
    ],
)
def test_a_part_that_does_not_fit_is_refused(parts: tuple[int, date, int, CellKind, int]) -> None:
    """Overflow would make two cells one."""
    with pytest.raises(ValueError, match="does not fit"):
        pack(*parts)


def test_every_kind_fits_its_bits() -> None:
    """A new kind of cell cannot spill into its neighbour."""
    assert max(CellKind) < 1 << KIND_BITS
