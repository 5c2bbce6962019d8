"""Whole pupils and whole columns: who is on one list only, which lesson is on one side only (requirements §F)."""

from __future__ import annotations

from gateway.register.rules.verdict import Verdict, verdict
from gateway.register.values import Code


def judge_column(entries: int, *, on_paper: bool, missing: bool) -> Verdict:
    """A lesson recorded on one side only, with its number of entries: one finding, not one per pupil.

    `missing`: the other side has no such lesson; else it has the date and not one entry under it.
    """
    return verdict(_one_side(on_paper=on_paper), f"{'entries' if missing else 'not_kept'}:{entries}")


def judge_page(lessons: int, *, on_paper: bool) -> Verdict:
    """A page that one side has kept and the other has not begun: one finding, not one per lesson (F: page > lesson)."""
    return verdict(_one_side(on_paper=on_paper), f"page_not_kept:{lessons}")


def _one_side(*, on_paper: bool) -> Code:
    return Code.DATE_ONLY_PAPER if on_paper else Code.DATE_ONLY_DIARY


def judge_shift(marks: int, *, topic: bool) -> Verdict:
    """A lesson, or its marks, that the other side has at a neighbouring date (R017): by topic, marks or both."""
    if topic:
        return verdict(Code.DATE_SHIFTED, f"shift_both:{marks}" if marks else "shift_topic")
    return verdict(Code.DATE_SHIFTED, f"shift_marks:{marks}")


def judge_membership(*, on_paper: bool) -> Verdict:
    """A pupil on one list only."""
    return verdict(Code.ROSTER_DIFF, "only_paper" if on_paper else "only_diary")


def judge_subgroup(paper: str, diary: str, *, two: bool) -> Verdict:
    """A pupil in one subgroup on paper and in another in the diary, in none, or in two of one division (§F)."""
    why = "two_subgroups" if two else "values_differ" if paper and diary else "only_paper" if paper else "only_diary"
    return verdict(Code.SUBGROUP_DIFF, why)


def judge_consent() -> Verdict:
    """A pupil without a recorded consent stands on the diary's list (152-ФЗ)."""
    return verdict(Code.NO_CONSENT_IN_DIARY, "no_consent")
