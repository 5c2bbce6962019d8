"""What a sample proves, in words; a share is rounded up, so that no sentence claims more than was proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.i18n import _, language

if TYPE_CHECKING:
    from fractions import Fraction


def percent(share: Fraction, digits: int = 2) -> str:
    """The share in percent, rounded up: 29/3000 is «0,97»; a whole number has no zeros behind it."""
    scale = 10**digits
    hundredths = -(-share.numerator * 100 * scale // share.denominator)
    whole, rest = divmod(hundredths, scale)
    tail = str(rest).zfill(digits).rstrip("0")
    return f"{whole}{',' if language() == 'ru' else '.'}{tail}" if tail else str(whole)


def claim_sentence(*, lessons: bool, confidence: Fraction, share: Fraction, most: int, population: int) -> str:
    """«С уверенностью 95 % не более 0,97 % из 3000 клеток расходятся (не более 29)»."""
    said = (
        _("С уверенностью {confidence} % не более {share} % из {population} уроков расходятся (не более {most})")
        if lessons
        else _("С уверенностью {confidence} % не более {share} % из {population} клеток расходятся (не более {most})")
    )
    figures = {"confidence": percent(confidence), "share": percent(share), "population": population, "most": most}
    return said.format(**figures)


def several_draws(count: int, weakest: Fraction) -> str:
    """What a claim is worth that somebody could have picked from several draws."""
    # Rounded down: this one is a promise.
    kept = weakest.numerator * 100 // weakest.denominator
    return _("Выборок этого периода было {count}; у лучшей из них уверенность не ниже {kept} %").format(
        count=count, kept=kept
    )
