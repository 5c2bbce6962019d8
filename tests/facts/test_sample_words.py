"""What a sample proves, in words that claim no more than was proved."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from gateway import i18n
from gateway.register.sampling import assure
from gateway.reports.sample_words import claim_sentence, percent, several_draws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def russian() -> Iterator[None]:
    i18n.use("ru")
    yield
    i18n.use("ru")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(29, 3000), "0,97"),
        (Fraction(1, 100), "1"),
        (Fraction(1, 200), "0,5"),
        (Fraction(10001, 1_000_000), "1,01"),
        (Fraction(0), "0"),
        (Fraction(1, 10**9), "0,01"),
        (Fraction(1), "100"),
    ],
)
def test_a_share_is_rounded_up(share: Fraction, said: str) -> None:
    """0,9667 % is said as 0,97 %, and the least share as more than nothing."""
    assert percent(share) == said


def test_the_claim_names_confidence_share_and_size() -> None:
    """The published case: 284 of 3 000 without a difference."""
    claim = assure(3000, 284, 0)
    figures = {"confidence": claim.confidence, "share": claim.share, "most": claim.most, "population": 3000}
    assert (
        claim_sentence(lessons=False, **figures)
        == "С уверенностью 95 % не более 0,97 % из 3000 клеток расходятся (не более 29)"
    )
    assert "уроков" in claim_sentence(lessons=True, **figures)
    i18n.use("en")
    assert claim_sentence(lessons=False, **figures).startswith("With 95 % confidence at most 0.97 % of 3000 cells")


def test_the_confidence_of_one_of_several_is_rounded_down() -> None:
    """It is a promise: three draws are worth 85 %, not 85,1."""
    assert "Выборок этого периода было 3" in several_draws(3, Fraction(8599, 10000))
    assert "85 %" in several_draws(3, Fraction(8599, 10000))
