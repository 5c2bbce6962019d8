"""The two pages of one spread must name the same lessons (requirements B1 «hard rule inside one spread», §F)."""

from __future__ import annotations

from gateway.register.rules.verdict import Verdict, verdict
from gateway.register.values import Code


def judge_dates() -> Verdict:
    """A lesson has one date on the left page and another on the right one."""
    return verdict(Code.SPREAD_MISMATCH, "spread_dates")


def judge_counts() -> Verdict:
    """The pages have different numbers of lessons: one finding for the page, not one for each."""
    return verdict(Code.SPREAD_MISMATCH, "spread_counts")
