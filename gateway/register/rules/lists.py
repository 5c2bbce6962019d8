"""Whole pupils and whole columns: who is on one list only, which lesson is on one side only (requirements §F)."""

from __future__ import annotations

from gateway.register.rules.verdict import Verdict, verdict
from gateway.register.values import Code


def judge_column(entries: int, *, on_paper: bool, missing: bool) -> Verdict:
    """A lesson recorded on one side only, with its number of entries: one finding, not one per pupil.

    `missing`: the other side has no such lesson; else it has the date and not one entry under it.
    """
    code = Code.DATE_ONLY_PAPER if on_paper else Code.DATE_ONLY_DIARY
    return verdict(code, f"{'entries' if missing else 'not_kept'}:{entries}")


def judge_membership(*, on_paper: bool) -> Verdict:
    """A pupil on one list only."""
    return verdict(Code.ROSTER_DIFF, "only_paper" if on_paper else "only_diary")


def judge_consent() -> Verdict:
    """A pupil without a recorded consent stands on the diary's list (152-ФЗ)."""
    return verdict(Code.NO_CONSENT_IN_DIARY, "no_consent")
