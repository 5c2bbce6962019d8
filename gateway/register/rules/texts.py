"""Topics and homework: equal when only the way of writing differs (requirements §F TOPIC_DIFF, HOMEWORK_DIFF)."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import fuzz

from gateway.register.rules.verdict import Verdict, one_sided, verdict
from gateway.register.values import Code, Severity
from mappings.tables import read

MISSING = {Code.TOPIC_DIFF: Code.TOPIC_MISSING, Code.HOMEWORK_DIFF: Code.HOMEWORK_MISSING}
"""What a text is called that one side lacks altogether."""

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
    """The text without what writing habits change: case, ё, punctuation, «§»/«п.»/«стр.», abbreviations, spaces."""
    pattern, words = _abbreviations()
    plain = pattern.sub(lambda found: f" {words[found[0]]} ", text.casefold().replace("ё", "е"))
    for known, word in _WORDS:
        plain = known.sub(word, plain)
    plain = _DASH.sub("\u2011", plain)
    plain = _INSIDE.sub(lambda found: "\u2024" if found[1] == "." else found[1], plain)
    return _REST.sub(" ", plain).strip()


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds an abbreviation standing by itself, the longest first, and the words each stands for."""
    words = {short: full for full, shorts in read("register")["abbreviations"].items() for short in shorts}
    ends = {short: "" if short.endswith(".") else r"(?![\w/])" for short in words}
    known = "|".join(re.escape(short) + ends[short] for short in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w/.])(?:{known})"), words


def likeness(ours: str, theirs: str) -> float:
    """How alike two normalised texts are, 0 to 1."""
    return fuzz.ratio(ours, theirs) / 100


def judge_text(code: Code, paper: str, diary: str, slip: float) -> Verdict | None:
    """What is wrong with a topic or homework; None when both say the same. `why` carries the similarity, 0.00-1.00.

    From the similarity `slip` on a difference is a slip of the pen and low, unless a number differs: «§ 12» is not
    «§ 13». A text that one side lacks is not a difference of texts: *_MISSING.
    """
    ours, theirs = same_text(paper), same_text(diary)
    if ours == theirs:
        return None
    if not (ours and theirs):
        return verdict(MISSING[code], one_sided(ours, theirs))
    alike = likeness(ours, theirs)
    small = alike >= slip and _NUMBERS.findall(ours) == _NUMBERS.findall(theirs)
    return verdict(code, f"similarity:{alike:.2f}", Severity.LOW if small else None)
