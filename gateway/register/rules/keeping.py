"""How a register is kept: in time, complete, justified, by the right teacher (R010-R019, R025). Verdicts on figures.

These rules speak of one side by itself: two registers may match fully and both be kept badly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.register.rules.verdict import Verdict, verdict
from gateway.register.values import Code
from mappings.vocabulary import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gateway.register.rules.table import Rules

TOP = "5"
FAILED = "2"


def days_allowed(text: str, works: str, rules: Rules) -> int:
    """Days to enter what a cell says, in a lesson with marks for these kinds of works (R015): the longest norm."""
    tokens = canonical(text)
    if not (tokens.marks or tokens.status):
        return int(rules.of("entry", "absence_days"))
    norms, unknown = rules.sections["works"], rules.of("entry", "mark_days")
    return max(int(norms.get(kind, unknown)) for kind in works.split(","))


def judge_entries(cells: int, days: int) -> Verdict:
    """So many cells of a lesson were entered after their day (R010, R011), the last of them so many days late."""
    return verdict(Code.ENTRY_LATE, f"late_cells:{cells}; late_days:{days}")


def judge_homework(entered: datetime, deadline: datetime) -> Verdict | None:
    """Homework in time or in advance is fine (R013, R014): 60:00 minutes after the last lesson yes, 60:01 no."""
    late = (entered - deadline).total_seconds()
    return verdict(Code.HOMEWORK_LATE, f"late_minutes:{-int(-late // 60)}") if late > 0 else None


def judge_late_finals(finals: int, days: int) -> Verdict:
    """So many period marks of a page came after the deadline (R018)."""
    return verdict(Code.FINAL_LATE, f"late_cells:{finals}; late_days:{days}")


def judge_missing_final(pupils: int) -> Verdict:
    """No period mark on either side after the deadline: of one pupil (0), or of everybody on the page (R018)."""
    return verdict(Code.FINAL_MISSING, f"nobody:{pupils}" if pupils else "one_missing")


def judge_teacher(*, author: bool) -> Verdict:
    """The diary names a teacher whom neither the timetable nor a substitution has there (R025)."""
    return verdict(Code.SUBSTITUTION_DIFF, "other_author" if author else "other_teacher")


def judge_late_substitution() -> Verdict:
    """The diary named the substitute only after the lesson had been written down under another teacher (R025)."""
    return verdict(Code.SUBSTITUTION_DIFF, "late_substitution")


def judge_correction(times: int) -> Verdict:
    """A mark was changed after it was first seen, and no slip or decision says why (F; B2 corrections)."""
    return verdict(Code.CORRECTION_UNEXPLAINED, f"changed:{times}")


def judge_justified(final: str, marks: Sequence[str], missed: int, lessons: int, rules: Rules) -> Verdict | None:
    """Each doubt about a period mark: few marks, another average, much missed, a «5» beside a «2» (R019, B3).

    A final that is no mark («н/а», «зач») is justified by that word. Half a mark is rounded up from `round` on.
    """
    if not final.isdecimal():
        return None
    doubts = [f"few_marks:{len(marks)}"] if len(marks) < rules.of("justified", "marks") else []
    average = sum(map(int, marks)) / len(marks) if marks else 0.0
    if marks and int(final) != int(average + 1 - rules.of("justified", "round") + 1e-9):
        doubts.append(f"average:{average:.2f}")
    if lessons and missed > rules.of("justified", "missed") * lessons:
        doubts.append(f"missed:{missed}/{lessons}")
    if final == TOP and FAILED in marks and not rules.of("justified", "top_after_two"):
        doubts.append("top_after_two")
    return verdict(Code.FINAL_UNJUSTIFIED, "; ".join(doubts)) if doubts else None
