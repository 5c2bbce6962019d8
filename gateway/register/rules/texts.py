"""Topics and homework: equal when only the way of writing differs (requirements §F)."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from gateway.register.rules.verdict import Verdict, one_sided, verdict
from gateway.register.values import Code, Severity

NEAR = 0.9
"""From this similarity on a difference is a slip of the pen and low, unless a number differs: «§ 12» is not «§ 13»."""

_WORDS = (
    (re.compile(r"\b(?:параграф\w*|пар|п)\b\.?\s*(?=\d)|§+\s*"), " § "),
    (re.compile(r"\b(?:страниц\w*|стр|с)\b\.?\s*(?=\d)"), " стр "),
    (re.compile(r"\b(?:упражнени\w*|упр)\b\.?\s*(?=\d|№)"), " упр "),
    (re.compile(r"\b(?:номер\w*|ном)\b\.?\s*(?=\d)|№+\s*"), " № "),
)
_DASH = re.compile(r"(?<=\d)\s*[-‐-―−]\s*(?=\d)")
"""A dash between numbers is a range and stays: «§ 3-5» is not «§ 3, 5»."""
_INSIDE = re.compile(r"(?<=\d)([.\u2011])(?=\d)")
_NUMBERS = re.compile(r"[\d\u2011\u2024]+")
_REST = re.compile(r"[^\w§№\u2011\u2024]+|_")


def same_text(text: str) -> str:
    """The text without what writing habits change: case, ё, punctuation, «§»/«п.»/«стр.», spaces."""
    plain = text.casefold().replace("ё", "е")
    for pattern, word in _WORDS:
        plain = pattern.sub(word, plain)
    plain = _DASH.sub("\u2011", plain)
    plain = _INSIDE.sub(lambda found: "\u2024" if found[1] == "." else found[1], plain)
    return _REST.sub(" ", plain).strip()


def judge_text(code: Code, paper: str, diary: str) -> Verdict | None:
    """What is wrong with a topic or homework; None when both say the same. `why` carries the similarity, 0.00-1.00."""
    ours, theirs = same_text(paper), same_text(diary)
    if ours == theirs:
        return None
    if not (ours and theirs):
        return verdict(code, one_sided(ours, theirs))
    likeness = fuzz.ratio(ours, theirs) / 100
    slip = likeness >= NEAR and _NUMBERS.findall(ours) == _NUMBERS.findall(theirs)
    return verdict(code, f"similarity:{likeness:.2f}", Severity.LOW if slip else None)
