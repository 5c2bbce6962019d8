"""One pupil's cell in one column: marks, absence, and what may not stand there (requirements §F, B2).

A cell gets at most one verdict, the first that holds: an illegal symbol, a mark in grade 1, a mark outside the school's
scale, a mark beside an absence, absence against presence, marks against marks, one reason of absence against another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.register.rules.verdict import Verdict, one_sided, verdict
from gateway.register.values import Code, Severity

if TYPE_CHECKING:
    from mappings.vocabulary import Tokens

ABSENT = frozenset({"н", "нп", "уп", "б"})
"""Attendance tokens of a pupil who was not there; «оп» came late, so was."""
_SAME = {"нп": "н"}
"""The diary has no НП: paper «нп» is its «н» (brief of the vocabulary)."""


def same_attendance(token: str) -> str:
    """The token both sides would use for this attendance."""
    return _SAME.get(token, token)


def mark_on_absent(tokens: Tokens) -> bool:
    """A mark and an absence stand in one cell: may be legitimate, needs a person's decision (B2)."""
    return bool(tokens.marks) and tokens.attendance in ABSENT


def off_scale(tokens: Tokens, scale: frozenset[str]) -> bool:
    """A mark stands there that this school does not give (B2: the scale is the school's)."""
    return not scale.issuperset(tokens.marks)


def judge_marks(paper: Tokens, diary: Tokens, *, illegal: bool, grade: int, scale: frozenset[str]) -> Verdict | None:
    """What is wrong with a MARKS cell; None when nothing is. `grade` is 0 where unknown."""
    found = _forbidden(paper, diary, illegal=illegal, grade=grade, scale=scale)
    if found:
        return found
    if mark_on_absent(paper) or mark_on_absent(diary):
        return verdict(Code.MARK_ON_ABSENT, _agreeing(paper, diary))
    return _judge_presence(paper, diary) or _judge_values(paper, diary) or _judge_reason(paper, diary)


def judge_final(paper: Tokens, diary: Tokens, *, illegal: bool, grade: int, scale: frozenset[str]) -> Verdict | None:
    """What is wrong with a period mark: any difference is critical (S3 Прил.6 4.8), one outside the scale too."""
    found = _forbidden(paper, diary, illegal=illegal, grade=grade, scale=scale)
    if found and found.code is not Code.SCALE:
        return found
    if _key(paper) == _key(diary):
        return found
    return verdict(Code.FINAL_DIFF, one_sided(paper.text, diary.text))


def _forbidden(paper: Tokens, diary: Tokens, *, illegal: bool, grade: int, scale: frozenset[str]) -> Verdict | None:
    """What may not stand in a cell at all, whatever the other side says (§F ILLEGAL_SYMBOL, GRADE1_MARK, SCALE)."""
    if illegal:
        return verdict(Code.ILLEGAL_SYMBOL, "illegal_symbol")
    if grade == 1 and (paper.marks or diary.marks):
        return verdict(Code.GRADE1_MARK, "grade1")
    if off_scale(paper, scale) or off_scale(diary, scale):
        return verdict(Code.SCALE, _agreeing(paper, diary))
    return None


def _agreeing(paper: Tokens, diary: Tokens) -> str:
    return "sides_agree" if _key(paper) == _key(diary) else "sides_differ"


def _judge_presence(paper: Tokens, diary: Tokens) -> Verdict | None:
    gone = (paper.attendance in ABSENT, diary.attendance in ABSENT)
    if gone[0] == gone[1]:
        return None
    return verdict(Code.ABSENCE_DIFF, "absent_on_paper" if gone[0] else "absent_in_diary")


def _judge_values(paper: Tokens, diary: Tokens) -> Verdict | None:
    ours, theirs = _values(paper), _values(diary)
    if ours == theirs:
        return None
    if sorted(ours) == sorted(theirs):
        return verdict(Code.MARK_DIFF, "order_differs", Severity.LOW)
    why = one_sided(ours, theirs)
    codes = {"only_paper": Code.MARK_ONLY_PAPER, "only_diary": Code.MARK_ONLY_DIARY}
    return verdict(codes.get(why, Code.MARK_DIFF), why)


def _judge_reason(paper: Tokens, diary: Tokens) -> Verdict | None:
    ours, theirs = same_attendance(paper.attendance), same_attendance(diary.attendance)
    if ours == theirs:
        return None
    return verdict(Code.ABSENCE_REASON_DIFF, "reason_differs" if ours and theirs else "late_one_sided")


def _values(tokens: Tokens) -> tuple[str, ...]:
    """«зач», «осв» and the like stand where a mark would, and are compared with marks."""
    return (*tokens.marks, tokens.status) if tokens.status else tokens.marks


def same_final(*said: Tokens) -> bool:
    """All of these say the same period mark, an illegal sign being what was written."""
    return len({(_key(one), one.illegal) for one in said}) < 2


def _key(tokens: Tokens) -> tuple[tuple[str, ...], str]:
    return _values(tokens), same_attendance(tokens.attendance)
